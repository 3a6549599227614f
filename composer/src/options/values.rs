//! The types of values, each with one text for command line and manifest.

mod amounts;
mod host;
mod mounts;
mod paths;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use amounts::{Bytes, Time};
pub use host::{ALL, Access, ConfigValue, Http, InheritEnv, Setting, Variable, config, variables};
pub use mounts::HostDir;
pub use paths::{GuestFile, Preopen, Source};

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

as_text!(Source, GuestFile, Preopen, Http, HostDir);

/// Returns the error of a manifest's value. What it takes is a line of its own, which becomes the hint.
fn cannot_be<E: de::Error>(text: impl fmt::Display, error: impl fmt::Display) -> E {
    E::custom(format_args!("cannot be `{text}`\n{error}"))
}
