//! Numbers of bytes, and times.

use std::fmt;
use std::num::IntErrorKind;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};
use vfs_image::Timestamp;

use super::{ValueError, cannot_be};

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

#[cfg(test)]
mod tests {
    use super::*;

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
