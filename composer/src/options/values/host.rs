//! Values of what the app gets of its host: variables, values of `wasi:config`, settings, http.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use vfs_compose_rules::Policy;
use vfs_compose_rules::authority::Authority;

use super::{ValueError, cannot_be};

/// The text of `--inherit-env` without names.
pub const ALL: &str = "*";

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
