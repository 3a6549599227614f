//! `vfs.toml`: a file with options.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Adapting, Deny, Files, Host, Joining, Options, Policy, Process, Setting};

/// A commented example with every key, as `vfs-compose manifest` prints it.
pub const EXAMPLE: &str = include_str!("example.toml");

/// An error in a manifest, with its position.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ManifestError {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// A description of the error.
    pub message: String,
    /// A suggestion how to fix it.
    pub hint: Option<String>,
}

/// Flags and other words that are no keys, and what there is instead.
const NO_KEYS: [(&[&str], &str); 10] = [
    (&["timeout", "max-memory"], "it is a flag of `run` and `serve` only"),
    (&["addr", "address", "port"], "the address is a flag of `serve` only: `--addr`"),
    (&["for", "with"], "it is a flag of `vfs` only"),
    (&["manifest", "json", "quiet", "verbose", "color"], "it is a flag only"),
    (
        &["app", "input", "component", "module", "program", "main"],
        "the app is typed: `vfs-compose APP --manifest FILE`",
    ),
    (&["no-inherit-env"], "`inherit-env = false` is the same"),
    (&["no-inherit-args"], "`inherit-args = false` is the same"),
    (
        &["dir", "dirs", "directory", "volume", "volumes", "mount", "mounts", "map-dir", "mapdir"],
        "`image` lists the sources of files, and `host-dir` directories of the host",
    ),
    (&["files", "source", "sources"], "`image` lists the sources of files"),
    (&["environment", "variables", "envs"], "`env` is a table of variables"),
];

/// The keys of a manifest that belong together, and the rest.
struct Keys<'t> {
    text: &'t str,
    table: DeTable<'t>,
}

impl Options {
    /// Returns the options of [`EXAMPLE`], those of all keys.
    ///
    /// # Errors
    /// [`ManifestError`]: as [`Options::parse`]; the example has none.
    pub fn example() -> Result<Self, ManifestError> {
        Self::parse(&everything())
    }

    /// Parses the text of a manifest.
    ///
    /// # Errors
    /// [`ManifestError`]: the text is not TOML, or has an unknown key or an invalid value.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let table = DeTable::parse(text).map_err(|error| ManifestError::of(text, &error, None))?.into_inner();
        for key in table.keys() {
            if !Self::keys().any(|known| known == *key.get_ref()) {
                return Err(unknown(text, key.span().start, key.get_ref()));
            }
        }
        let mut keys = Keys { text, table };
        keys.check_settings()?;
        Ok(Self {
            files: keys.take(Files::FIELDS)?,
            process: keys.take(Process::FIELDS)?,
            host: keys.take(Host::FIELDS)?,
            deny: keys.take(Deny::FIELDS)?,
            adapting: keys.take(Adapting::FIELDS)?,
            joining: keys.take(Joining::FIELDS)?,
            output: keys.take::<Output>(&["output"])?.output,
        })
    }
}

#[derive(serde::Deserialize)]
struct Output {
    output: Option<std::path::PathBuf>,
}

impl<'t> Keys<'t> {
    /// Takes one group of options, key by key, so that an error tells which key it is of.
    fn take<T: DeserializeOwned>(&mut self, fields: &[&str]) -> Result<T, ManifestError> {
        let mut group = DeTable::new();
        for field in fields {
            let key = field.replace('_', "-");
            if let Some((key, value)) = self.table.remove_entry(key.as_str()) {
                group.insert(key, value);
            }
        }
        let keys = group.clone();
        let group = toml::de::Deserializer::from(Spanned::new(0..self.text.len(), group));
        T::deserialize(group).map_err(|error| ManifestError::of(self.text, &error, Some(&keys)))
    }

    /// Checks the texts of a policy.
    fn check_settings(&self) -> Result<(), ManifestError> {
        for key in Policy::keys() {
            let Some(value) = self.table.get(key) else { continue };
            let DeValue::String(setting) = value.get_ref() else { continue };
            Setting::new(key, setting).map_err(|error| {
                let message = format!("`{key}` cannot be `{setting}`");
                ManifestError::at(self.text, value.span().start, message).hint(error.to_string())
            })?;
        }
        Ok(())
    }
}

impl ManifestError {
    fn at(text: &str, position: usize, message: String) -> Self {
        let before = text.get(..position).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let (line, column) = (before.matches('\n').count() + 1, before[start..].chars().count() + 1);
        Self { line, column, message, hint: None }
    }

    /// Tells an error that is not of the text itself, but of the value of a key: that of an index, where it is a list.
    #[must_use]
    pub fn of_value(text: &str, key: &str, index: Option<usize>, message: &str) -> Self {
        let table = DeTable::parse(text).map(Spanned::into_inner).unwrap_or_default();
        let span = table.get(key).map(|value| match (value.get_ref(), index) {
            (DeValue::Array(values), Some(index)) => values.get(index).map_or(value.span(), Spanned::span),
            _ => value.span(),
        });
        Self::at(text, span.map_or(0, |span| span.start), format!("`{key}`: {message}"))
    }

    /// Tells an error of the value of one of these keys. What the value may be is the second line of its message.
    fn of(text: &str, error: &toml::de::Error, keys: Option<&DeTable<'_>>) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let contains = |value: &Spanned<DeValue<'_>>| value.span().contains(&start);
        let key = keys.and_then(|keys| keys.iter().find(|(_, value)| contains(value))).map(|(key, _)| key.get_ref());
        let (message, hint) = match error.message().split_once('\n') {
            Some((message, hint)) => (message, Some(hint.to_owned())),
            None => (error.message(), None),
        };
        // The parser has no word for a date. One in quotes is a text.
        let is_date = message.contains("type: map") && text[start..].starts_with(|first: char| first.is_ascii_digit());
        let message = if is_date { &message.replace("type: map", "type: a date") } else { message };
        let message = match (key, &hint) {
            (Some(key), Some(_)) => format!("`{key}` {message}"),
            (Some(key), None) => format!("`{key}`: {}", in_words_of_toml(message)),
            (None, _) => message.to_owned(),
        };
        let hint = hint.or_else(|| {
            let date = text[start..].split([' ', '\t', '\r', '\n', ',', ']', '}', '#']).next()?;
            is_date.then(|| format!("write dates and times in quotes: `\"{date}\"`"))
        });
        Self { hint, ..Self::at(text, start, message) }
    }

    fn hint(self, hint: String) -> Self {
        Self { hint: Some(hint), ..self }
    }
}

/// Says of a value what TOML calls it, where the parser says what this program does.
fn in_words_of_toml(message: &str) -> String {
    let words = [
        ("expected u32", "expected a number from 0 to 4294967295"),
        ("expected a sequence", "expected a list in brackets"),
        ("expected a map", "expected a table: { NAME = \"VALUE\" }"),
        ("expected path string", "expected a text in quotes"),
        ("expected a number or a string", "expected a number or a text in quotes"),
        ("expected a string", "expected a text in quotes"),
        ("expected a boolean", "expected true or false"),
        ("invalid type: sequence", "it is a list"),
        ("invalid type: map", "it is a table"),
        ("invalid type: ", "it is "),
        ("unknown variant ", "it cannot be "),
        ("invalid value: ", "it is "),
    ];
    words.into_iter().fold(message.to_owned(), |message, (theirs, ours)| message.replace(theirs, ours))
}

/// Returns the example with every key set.
fn everything() -> String {
    let lines = EXAMPLE.lines().map(|line| match line.strip_prefix("# ") {
        Some(key) if Options::keys().any(|known| key.starts_with(&format!("{known} = "))) => key,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn unknown(text: &str, position: usize, name: &str) -> ManifestError {
    let error = ManifestError::at(text, position, format!("there is no key `{name}`"));
    // The key may be written like a flag, or in another case or with underscores.
    let plain = name.trim_start_matches('-').replace('_', "-").to_lowercase();
    if let Some((_, hint)) = NO_KEYS.iter().find(|(names, _)| names.contains(&&*plain)) {
        return error.hint((*hint).to_owned());
    }
    let nearest = Options::keys().map(|key| (strsim::damerau_levenshtein(&plain, &key), key)).min();
    match nearest {
        Some((distance, key)) if distance <= 1 + plain.len() / 3 => error.hint(format!("the nearest is `{key}`")),
        _ => error.hint("`vfs-compose manifest` prints all keys".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ConfigValue;
    use super::*;

    #[test]
    fn the_example_is_a_manifest() {
        let manifest = Options::parse(EXAMPLE).unwrap();
        assert_eq!(manifest.files.image, ["./files".parse().unwrap()]);
    }

    #[test]
    fn the_example_has_every_key() {
        let everything = everything();
        Options::parse(&everything).unwrap();
        let table = DeTable::parse(&everything).unwrap();
        let mut keys: Vec<_> = table.get_ref().keys().map(|key| key.get_ref().to_string()).collect();
        keys.sort();
        let mut known: Vec<_> = Options::keys().collect();
        known.sort();
        assert_eq!(keys, known);
    }

    #[test]
    fn every_text_of_a_policy_has_its_key() {
        let manifest = Options::example().unwrap();
        let keys: Vec<_> = manifest.host.settings().map(|(key, _)| key).collect();
        assert_eq!(keys, Policy::keys().collect::<Vec<_>>());
    }

    fn error(text: &str) -> (usize, usize, String, Option<String>) {
        let ManifestError { line, column, message, hint } = Options::parse(text).unwrap_err();
        (line, column, message, hint)
    }

    #[test]
    fn unknown_keys_name_the_nearest() {
        for (name, nearest) in [
            ("stdot", "stdout"),
            ("images", "image"),
            ("read_only", "read-only"),
            ("--env", "env"),
            ("WallClock", "wall-clock"),
            ("args", "arg"),
        ] {
            let key = if name.contains("--") { format!("\"{name}\"") } else { name.to_owned() };
            let (line, column, message, hint) = error(&format!("strict = true\n  {key} = 1\n"));
            assert_eq!((line, column, message), (2, 3, format!("there is no key `{name}`")));
            assert_eq!(hint, Some(format!("the nearest is `{nearest}`")), "{name}");
        }
        for (name, wanted) in [
            ("timeout", "`run` and `serve` only"),
            ("max-memory", "`run` and `serve` only"),
            ("app", "`vfs-compose APP --manifest FILE`"),
            ("no-inherit-env", "`inherit-env = false`"),
            ("quiet", "a flag only"),
        ] {
            let (.., hint) = error(&format!("{name} = 1"));
            assert!(hint.unwrap().contains(wanted), "{name}");
        }
        for (names, _) in NO_KEYS {
            assert!(names.iter().all(|name| !Options::keys().any(|key| key == *name)), "{names:?}");
        }
        let (.., hint) = error("something-else-altogether = 1");
        assert_eq!(hint.as_deref(), Some("`vfs-compose manifest` prints all keys"));
    }

    #[test]
    fn values_of_another_kind_are_named_with_their_place() {
        let (line, column, message, _) = error("\nstrict = 3\n");
        assert_eq!((line, column), (2, 10));
        assert_eq!(message, "`strict`: it is integer `3`, expected true or false");
        for (line, message) in [
            ("max-nodes = \"many\"", "`max-nodes`: it is string \"many\", expected a number from 0 to 4294967295"),
            ("max-nodes = -1", "`max-nodes`: it is integer `-1`, expected a number from 0 to 4294967295"),
            ("image = \"files\"", "`image`: it is string \"files\", expected a list in brackets"),
            ("argv0 = 1", "`argv0`: it is integer `1`, expected a text in quotes"),
            ("mtime = 2020-01-01T00:00:00Z", "`mtime`: it is a date, expected a number or a text in quotes"),
            ("wall-clock = 2020-01-01", "`wall-clock`: it is a date, expected a text in quotes"),
            ("argv0 = 07:32:00", "`argv0`: it is a date, expected a text in quotes"),
            ("arg = [\"x\", 2020-01-01]", "`arg`: it is a date, expected a text in quotes"),
            ("env = [\"A=1\"]", "`env`: it is a list, expected a table: { NAME = \"VALUE\" }"),
            ("preopen = { a = 1 }", "`preopen`: it is a table, expected a list in brackets"),
            ("exit = \"no\"", "`exit`: it cannot be `no`, expected `inherit` or `deny`"),
            ("env = 1", "`env`: it is integer `1`, expected a table: { NAME = \"VALUE\" }"),
        ] {
            assert_eq!(error(line).2, message);
        }
        let (.., hint) = error("random = \"none\"");
        assert_eq!(hint.as_deref(), Some("it takes `inherit`, `deny` or a number, such as `seeded:42`"));
        let (line, column, message, hint) = error("# a comment\nstdin = \"nul\"");
        assert_eq!((line, column, message.as_str()), (2, 9, "`stdin` cannot be `nul`"));
        assert!(hint.unwrap().contains("from:/FILE"));
        let (.., message, _) = error("inherit-env = 3");
        assert!(message.contains("a list of names"), "{message}");
        let (.., message, _) = error("form = \"both\"");
        assert!(message.contains("`linked`"), "{message}");
    }

    #[test]
    fn texts_that_are_no_part_of_a_policy_have_their_place() {
        for (line, message) in [
            ("max-bytes = \"much\"", "`max-bytes` cannot be `much`"),
            ("http = \"allow\"", "`http` cannot be `allow`"),
            ("inherit-env = [\"A=B\"]", "`inherit-env` cannot be `A=B`"),
            ("env = { \"A=B\" = \"x\" }", "`env` cannot be `A=B`"),
            ("env = { \"\" = \"x\" }", "`env` cannot be ``"),
            ("config = { \"A=B\" = \"x\" }", "`config` cannot be `A=B`"),
            ("file = [\"/x\"]", "`file` cannot be `/x`"),
            ("mtime = \"noon\"", "`mtime` cannot be `noon`"),
            ("config = \"all\"", "`config` cannot be `all`"),
        ] {
            let (at, column, said, _) = error(&format!("strict = true\n{line}\n"));
            assert_eq!((at, column, said.as_str()), (2, line.find('=').unwrap() + 3, message));
        }
        Options::parse("max-bytes = 10\nhttp = \"allow:example.com\"").unwrap();
    }

    #[test]
    fn config_is_a_table_or_a_word() {
        let config = |text| Options::parse(text).unwrap().host.config;
        let values = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<ConfigValue>>();
        assert_eq!(config("[config]\nmode = \"on\"\n\"a b\" = \"\"\n"), values(&["a b=", "mode=on"]));
        assert_eq!(config("config = {}"), values(&["none"]));
        assert_eq!(config("config = \"inherit\""), values(&["inherit"]));
        let (.., message, _) = error("config = { A = 1 }");
        assert!(message.contains("a table of texts"), "{message}");
    }

    #[test]
    fn what_is_not_toml_is_named_with_its_place() {
        let (line, ..) = error("strict = true\nimage = [\n");
        assert!(line >= 2);
        let (line, _, message, _) = error("strict = true\nstrict = false\n");
        assert_eq!((line, message.contains("duplicate")), (2, true), "{message}");
    }
}
