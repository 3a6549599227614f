//! The types of values, each with one text for command line and manifest.

use std::fmt;
use std::num::IntErrorKind;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use vfs_compose_rules::Policy;
use vfs_compose_rules::authority::Authority;
use vfs_image::Timestamp;

/// The text of `--inherit-env` without names.
pub const ALL: &str = "*";

/// A text that is no value of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it takes {takes}")]
pub struct ValueError {
    /// What is a value.
    pub takes: &'static str,
}

/// Reads and writes values in manifests as the texts that they are on the command line.
macro_rules! as_text {
    ($($value:ty),*) => {$(
        impl Serialize for $value {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $value {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(|error| cannot_be(&text, error))
            }
        }
    )*};
}

as_text!(Source, GuestFile, Preopen, Http);

/// Returns the error of a manifest's value. What it takes is a line of its own, which becomes the hint.
pub(super) fn cannot_be<E: de::Error>(text: impl fmt::Display, error: impl fmt::Display) -> E {
    E::custom(format_args!("cannot be `{text}`\n{error}"))
}

/// A source of files and its place in the tree: `SOURCE[::GUEST]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The source on this machine.
    pub path: PathBuf,
    /// The absolute path in the tree.
    pub guest: String,
}

/// Divides at the last `::`, if an absolute path follows: a path of this machine may have `::` too.
impl FromStr for Source {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (path, guest) = match text.rsplit_once("::") {
            Some((path, guest)) if guest.starts_with('/') => (path, guest),
            _ => (text, "/"),
        };
        if path.is_empty() {
            return Err(ValueError { takes: "SOURCE[::GUEST], where SOURCE is a directory or file of this machine" });
        }
        if !is_guest_path(guest) {
            return Err(ValueError { takes: "SOURCE[::GUEST], where GUEST is an absolute path without `.` or `..`" });
        }
        Ok(Self { path: path.into(), guest: guest.into() })
    }
}

/// Returns whether a text is a path of the tree, as composing takes it.
fn is_guest_path(text: &str) -> bool {
    text.starts_with('/') && !text.contains('\0') && text.split('/').all(|name| !matches!(name, "." | ".."))
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.path.display(), self.guest)
    }
}

/// One file and its path in the tree: `GUEST=@FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestFile {
    /// The absolute path in the tree.
    pub guest: String,
    /// The file on this machine.
    pub path: PathBuf,
}

impl FromStr for GuestFile {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let parts = text.split_once("=@").filter(|(guest, path)| is_guest_path(guest) && !path.is_empty());
        let (guest, path) = parts.ok_or(ValueError { takes: "GUEST=@FILE, such as /etc/app.toml=@./app.toml" })?;
        Ok(Self { guest: guest.into(), path: path.into() })
    }
}

impl fmt::Display for GuestFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=@{}", self.guest, self.path.display())
    }
}

/// A directory of the tree that the app gets, and its name there: `GUEST[=NAME]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preopen {
    /// The absolute path in the tree.
    pub guest: String,
    /// The name that the app sees.
    pub name: String,
}

impl FromStr for Preopen {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (guest, name) = match text.split_once('=') {
            Some((guest, name)) => (guest, Some(name)),
            None => (text, None),
        };
        if !is_guest_path(guest) {
            return Err(ValueError { takes: "GUEST[=NAME], where GUEST is an absolute path without `.` or `..`" });
        }
        let plain = match guest.trim_end_matches('/') {
            "" => "/",
            guest => guest,
        };
        let name = name.unwrap_or(plain);
        if name.is_empty() {
            return Err(ValueError { takes: "GUEST[=NAME] with a NAME that is not empty; without `=` it is GUEST" });
        }
        Ok(Self { guest: plain.to_owned(), name: name.to_owned() })
    }
}

impl fmt::Display for Preopen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.guest, self.name)
    }
}

/// Access to outgoing http requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Http {
    /// The host's.
    Inherit,
    /// None.
    Deny,
    /// Only to these: `allow:HOST,...`.
    Allow(Vec<String>),
}

impl FromStr for Http {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text {
            "inherit" => Ok(Self::Inherit),
            "deny" => Ok(Self::Deny),
            _ => {
                let hosts = text.strip_prefix("allow:");
                let hosts = hosts.ok_or(ValueError { takes: "`inherit`, `deny` or `allow:HOST,...`" })?;
                let hosts: Vec<_> = hosts.split(',').filter(|host| !host.is_empty()).map(str::to_owned).collect();
                match hosts.iter().all(|host| Authority::parse(host).is_ok()) {
                    true => Ok(Self::Allow(hosts)),
                    false => Err(ValueError {
                        takes: "`allow:HOST,...`, where HOST is `host`, `host:port`, `*.host` or `*.host:port`, \
                                without a scheme or a path; `inherit` allows all",
                    }),
                }
            }
        }
    }
}

impl fmt::Display for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inherit => f.write_str("inherit"),
            Self::Deny => f.write_str("deny"),
            Self::Allow(hosts) => write!(f, "allow:{}", hosts.join(",")),
        }
    }
}

/// Access to something of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// The host provides it.
    Inherit,
    /// It is denied.
    Deny,
}

/// A text of one key of a [`Policy`], which is checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Setting(String);

impl Setting {
    /// Takes a text for a key.
    ///
    /// # Errors
    /// [`ValueError`]: it is not valid for this key.
    pub fn new(key: &str, text: &str) -> Result<Self, ValueError> {
        // `random = deny` is a rule, not part of a policy.
        if (key, text) != ("random", "deny") {
            Policy::default().set(key, text).map_err(|error| ValueError { takes: error.takes })?;
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A number of bytes. Texts may have a unit: powers of 1024 are K, M, G or KiB, MiB, GiB, and powers of 1000 kB, MB,
/// GB, in upper or lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Bytes(pub u64);

impl FromStr for Bytes {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let factor = match text[digits.len()..].to_ascii_lowercase().as_str() {
            "" => Some(1),
            "k" | "kib" => Some(1 << 10),
            "m" | "mib" => Some(1 << 20),
            "g" | "gib" => Some(1 << 30),
            "kb" => Some(1_000),
            "mb" => Some(1_000_000),
            "gb" => Some(1_000_000_000),
            _ => None,
        };
        let bytes = factor.and_then(|factor: u64| digits.parse::<u64>().ok()?.checked_mul(factor));
        bytes.map(Self).ok_or(ValueError {
            takes: "a whole number of bytes, such as 1000, 64MiB or 10MB; the units are KiB, MiB and GiB (also K, M and \
                    G), kB, MB and GB",
        })
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        number_or_text(deserializer, |bytes| Ok(Self(bytes)))
    }
}

/// A time of files: `2020-01-01`, `2020-01-01T00:00:00Z`, or seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct Time(pub Timestamp);

impl Time {
    fn of_seconds(seconds: u64) -> Result<Self, ValueError> {
        let time = vfs_compose_rules::policy::seconds(seconds);
        time.map(Self).ok_or(ValueError { takes: "seconds since 1970, not milliseconds, up to the year 9999" })
    }
}

impl FromStr for Time {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text.parse::<u64>() {
            Ok(seconds) => return Self::of_seconds(seconds),
            Err(error) if *error.kind() == IntErrorKind::PosOverflow => return Self::of_seconds(u64::MAX),
            Err(_) => {}
        }
        let time = vfs_compose_rules::policy::time(text);
        time.map(Self).ok_or(ValueError {
            takes: "a time from 1970 to the year 9999, such as 2020-01-01T00:00:00Z, or seconds since 1970",
        })
    }
}

impl From<Time> for String {
    fn from(time: Time) -> Self {
        vfs_compose_rules::policy::written(time.0)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        number_or_text(deserializer, Self::of_seconds)
    }
}

/// Reads a value that a manifest may write as a number.
fn number_or_text<'de, D, T>(deserializer: D, of_number: fn(u64) -> Result<T, ValueError>) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err = ValueError>,
{
    struct Visitor<T>(fn(u64) -> Result<T, ValueError>);

    impl<T: FromStr<Err = ValueError>> de::Visitor<'_> for Visitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number or a string")
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
            let number =
                u64::try_from(number).map_err(|_| cannot_be(number, "it takes a number that is not negative"))?;
            self.visit_u64(number)
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
            (self.0)(number).map_err(|error| cannot_be(number, error))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(|error| cannot_be(text, error))
        }
    }

    deserializer.deserialize_any(Visitor(of_number))
}

/// The host's variables that the app inherits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum InheritEnv {
    /// All variables, or none.
    All(bool),
    /// The variables with these names.
    Only(Vec<String>),
}

impl InheritEnv {
    /// Returns what two values mean together: lists become one. Returns `None` if they exclude each other.
    #[must_use]
    pub fn and(self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Only(mut names), Self::Only(others))
                if names.iter().all(String::is_empty) == others.iter().all(String::is_empty) =>
            {
                names.extend(others.iter().filter(|name| !names.contains(name)).cloned().collect::<Vec<_>>());
                Some(Self::Only(names))
            }
            (one, other) => (one == *other).then_some(one),
        }
    }
}

impl<'de> Deserialize<'de> for InheritEnv {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = InheritEnv;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false or a list of names")
            }

            fn visit_bool<E: de::Error>(self, is_all: bool) -> Result<InheritEnv, E> {
                Ok(InheritEnv::All(is_all))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut names: A) -> Result<InheritEnv, A::Error> {
                let mut all = Vec::new();
                while let Some(name) = names.next_element::<String>()? {
                    let checked = names_of_variables(vec![name.clone()]);
                    all.extend(checked.map_err(|error| cannot_be(name.escape_debug(), error))?);
                }
                let all = names_of_variables(all).map_err(|error| cannot_be("a list", error))?;
                Ok(InheritEnv::Only(all))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl FromStr for InheritEnv {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text {
            ALL | "true" => Ok(Self::All(true)),
            "false" => Ok(Self::All(false)),
            _ => names_of_variables(text.split(',').map(str::to_owned).collect()).map(Self::Only),
        }
    }
}

/// Returns the names, each once, if all of them can be names of variables, or are empty, which names none.
fn names_of_variables(mut names: Vec<String>) -> Result<Vec<String>, ValueError> {
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    if names.iter().any(|name| name.contains('*')) {
        return Err(ValueError {
            takes: "whole names of variables, separated by commas; without names, it passes all on",
        });
    }
    match names.iter().any(|name| name.contains(['=', '\0'])) {
        true => Err(ValueError { takes: "names of variables, separated by commas; `--env K=V` sets a value" }),
        false => Ok(names),
    }
}

/// A name and its value: `K=V`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name, which is not empty.
    pub name: String,
    /// The value.
    pub value: String,
}

impl Variable {
    fn new(name: &str, value: &str) -> Result<Self, ValueError> {
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(ValueError { takes: "a name that is neither empty nor has `=` or NUL in it" });
        }
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }
}

impl FromStr for Variable {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let parts = text.split_once('=').filter(|(name, _)| !name.is_empty());
        let (name, value) = parts.ok_or(ValueError { takes: "K=V: a name, `=` and a value" })?;
        Self::new(name, value)
    }
}

/// A part of what `wasi:config/store` holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigValue {
    /// The host's values.
    Inherit,
    /// Nothing.
    None,
    /// One value.
    Value(Variable),
}

impl FromStr for ConfigValue {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text {
            "inherit" => Ok(Self::Inherit),
            "none" => Ok(Self::None),
            _ => text.parse().map(Self::Value).map_err(|_| ValueError { takes: "K=V, `none` or `inherit`" }),
        }
    }
}

impl fmt::Display for ConfigValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inherit => f.write_str("inherit"),
            Self::None => f.write_str("none"),
            Self::Value(Variable { name, value }) => write!(f, "{name}={value}"),
        }
    }
}

/// Variables, in a manifest a table.
pub mod variables {
    use std::collections::BTreeMap;

    use super::{Deserialize, Deserializer, Serializer, Variable, cannot_be};

    pub fn serialize<S: Serializer>(variables: &[Variable], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(variables.iter().map(|variable| (&variable.name, &variable.value)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Variable>, D::Error> {
        let table = BTreeMap::<String, String>::deserialize(deserializer)?;
        let variables = table.iter().map(|(name, value)| {
            Variable::new(name, value).map_err(|error| cannot_be(format_args!("{}", name.escape_debug()), error))
        });
        variables.collect()
    }
}

/// Values of `wasi:config`, in a manifest a table or a word.
pub mod config {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::{ConfigValue, Deserialize, Deserializer, Serializer, ValueError, Variable, cannot_be};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged, expecting = "expected a table of texts, \"none\" or \"inherit\"")]
    enum Written {
        Table(BTreeMap<String, String>),
        Word(String),
    }

    pub fn serialize<S: Serializer>(values: &[ConfigValue], serializer: S) -> Result<S::Ok, S::Error> {
        let variables = values.iter().filter_map(|value| match value {
            ConfigValue::Value(variable) => Some((variable.name.clone(), variable.value.clone())),
            ConfigValue::Inherit | ConfigValue::None => None,
        });
        let written = if values.contains(&ConfigValue::Inherit) {
            Written::Word("inherit".into())
        } else {
            Written::Table(variables.collect())
        };
        written.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ConfigValue>, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Word(word) => match word.parse() {
                Ok(word @ (ConfigValue::Inherit | ConfigValue::None)) => Ok(vec![word]),
                _ => Err(cannot_be(&word, ValueError { takes: "a table of texts, \"none\" or \"inherit\"" })),
            },
            Written::Table(table) if table.is_empty() => Ok(vec![ConfigValue::None]),
            Written::Table(table) => {
                let values = table.iter().map(|(name, value)| {
                    let value = Variable::new(name, value);
                    value.map(ConfigValue::Value).map_err(|error| cannot_be(name.escape_debug(), error))
                });
                values.collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_colons_before_an_absolute_path_divide() {
        for (typed, path, guest) in [
            ("dir", "dir", "/"),
            ("dir::/data", "dir", "/data"),
            ("a::b", "a::b", "/"),
            ("a::b::/c", "a::b", "/c"),
            ("a::/b::/c", "a::/b", "/c"),
            ("dir::", "dir::", "/"),
        ] {
            assert_eq!(typed.parse(), Ok(Source { path: path.into(), guest: guest.into() }), "{typed}");
        }
    }

    #[test]
    fn preopens_are_plain_paths() {
        for (typed, guest, name) in [
            ("/", "/", "/"),
            ("/etc/", "/etc", "/etc"),
            ("/etc/=x/", "/etc", "x/"),
            ("//", "/", "/"),
            ("/a=b=c", "/a", "b=c"),
        ] {
            assert_eq!(typed.parse(), Ok(Preopen { guest: guest.into(), name: name.into() }), "{typed}");
        }
        for typed in ["", "a", "/a=", "=a", "/../a", "/a/./b"] {
            assert!(typed.parse::<Preopen>().is_err(), "{typed}");
        }
    }

    #[test]
    fn sources_have_a_path_and_a_place_in_the_tree() {
        for typed in ["", "::/a", "dir::/../a"] {
            assert!(typed.parse::<Source>().is_err(), "{typed}");
        }
    }

    #[test]
    fn amounts_have_the_units_that_people_write() {
        for (typed, bytes) in [
            ("0", Some(0)),
            ("1000", Some(1000)),
            ("2k", Some(2048)),
            ("10k", Some(10 << 10)),
            ("64M", Some(64 << 20)),
            ("1G", Some(1 << 30)),
            ("10MB", Some(10_000_000)),
            ("10MiB", Some(10 << 20)),
            ("3kb", Some(3_000)),
            ("17179869184G", None),
            ("", None),
            ("M", None),
            ("-1", None),
            ("1T", None),
        ] {
            assert_eq!(typed.parse::<Bytes>().ok(), bytes.map(Bytes), "{typed}");
        }
    }
}
