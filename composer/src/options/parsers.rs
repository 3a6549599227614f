//! How clap parses values whose types alone do not say it.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Deserializer;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeOwned, Error as _, Visitor};
use serde::forward_to_deserialize_any;

use super::values::{Setting, Source, ValueError};

/// Parses a source of files. A word that begins with a hyphen is a flag, unless it is standard input.
pub fn source(text: &str) -> Result<Source, ValueError> {
    if text.starts_with('-') && text != "-" && !text.starts_with("-::") {
        return Err(ValueError { takes: "SOURCE[::GUEST]; a name that begins with a hyphen is written `./-name`" });
    }
    text.parse()
}

/// Parses a text that is not empty.
pub fn text(text: &str) -> Result<String, ValueError> {
    if text.is_empty() { Err(ValueError { takes: "a text that is not empty" }) } else { Ok(text.to_owned()) }
}

/// Parses a number of files.
pub fn number(text: &str) -> Result<u32, ValueError> {
    text.parse().map_err(|_| ValueError { takes: "a number from 0 to 4294967295" })
}

/// Returns a parser of the texts of one key of a policy.
pub fn setting(key: &'static str) -> impl Fn(&str) -> Result<Setting, ValueError> + Clone + Send + Sync + 'static {
    move |text| Setting::new(key, text)
}

/// Returns a parser of the words of an enum, which are those of a manifest.
pub fn word<T: DeserializeOwned + Clone + Send + Sync + 'static>() -> impl TypedValueParser<Value = T> {
    let mut words = Words(&[]);
    // Fails, but not before serde has told the words.
    _ = T::deserialize(&mut words);
    PossibleValuesParser::new(words.0).try_map(|word| T::deserialize(StrDeserializer::<Error>::new(&word)))
}

/// Keeps the words of the enum that asks for one.
struct Words(&'static [&'static str]);

impl<'de> Deserializer<'de> for &mut Words {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("not an enum"))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.0 = words;
        Err(Error::custom("only the words are wanted"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
