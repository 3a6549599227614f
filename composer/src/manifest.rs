//! `vfs.toml`: a file with the flags of the command line.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;

use crate::{FormChoice, OnCollision, Policy};

/// A commented example with every key, as `vfs-compose manifest` prints it.
pub const EXAMPLE: &str = include_str!("manifest/example.toml");

/// All keys. Each is the name of a flag.
const KEYS: &[&str] = &[
    "allow",
    "allow-no-exports",
    "allow-unused",
    "arg",
    "argv0",
    "config",
    "cwd",
    "deny",
    "deny-all",
    "deterministic",
    "env",
    "exclude",
    "exit",
    "file",
    "form",
    "gitignore",
    "http",
    "ignore-file",
    "image",
    "include",
    "inherit-args",
    "inherit-env",
    "max-bytes",
    "max-nodes",
    "max-open",
    "monotonic-clock",
    "on-collision",
    "output",
    "preopen",
    "random",
    "read-only",
    "sockets",
    "stderr",
    "stdin",
    "stdout",
    "strict",
    "wall-clock",
];

/// The values of a manifest. Each field has the value of the flag of this name; a missing one is empty or `None`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the flags say it")]
pub struct Manifest {
    pub allow: Vec<String>,
    pub allow_no_exports: Option<bool>,
    pub allow_unused: Option<bool>,
    pub arg: Vec<String>,
    pub argv0: Option<String>,
    pub config: Option<Config>,
    pub cwd: Option<Spanned<String>>,
    pub deny: Vec<String>,
    pub deny_all: Option<bool>,
    pub deterministic: Option<bool>,
    pub env: BTreeMap<String, String>,
    pub exclude: Vec<String>,
    pub exit: Option<Access>,
    /// Files as `GUEST=@FILE`, with paths relative to the manifest's directory.
    pub file: Vec<String>,
    pub form: Option<FormChoice>,
    pub gitignore: Option<bool>,
    pub http: Option<String>,
    /// Files of patterns, relative to the manifest's directory.
    pub ignore_file: Vec<String>,
    /// Sources, with paths relative to the manifest's directory.
    pub image: Vec<String>,
    pub include: Vec<String>,
    pub inherit_args: Option<bool>,
    pub inherit_env: Option<InheritEnv>,
    pub max_bytes: Option<Amount>,
    pub max_nodes: Option<u32>,
    pub max_open: Option<u32>,
    pub monotonic_clock: Option<Spanned<String>>,
    pub on_collision: Option<OnCollision>,
    /// The output file, relative to the manifest's directory.
    pub output: Option<String>,
    pub preopen: Vec<String>,
    pub random: Option<Spanned<String>>,
    pub read_only: Option<bool>,
    pub sockets: Option<Access>,
    pub stderr: Option<Spanned<String>>,
    pub stdin: Option<Spanned<String>>,
    pub stdout: Option<Spanned<String>>,
    pub strict: Option<bool>,
    pub wall_clock: Option<Spanned<String>>,
}

/// The host's environment variables that the app inherits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "`true`, `false` or a list of names")]
pub enum InheritEnv {
    /// All variables, or none.
    All(bool),
    /// The variables with these names.
    Only(Vec<String>),
}

/// The contents of `wasi:config/store`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "a table of texts, \"none\" or \"inherit\"")]
pub enum Config {
    /// These values.
    Values(BTreeMap<String, String>),
    /// `none`, or `inherit` for the host's values.
    Word(String),
}

/// Access to something of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// The host provides it.
    Inherit,
    /// It is denied.
    Deny,
}

/// A number of bytes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "a number, or a text such as \"64M\"")]
pub enum Amount {
    /// A plain number.
    Bytes(u64),
    /// A text: a number that may end in K, M or G for powers of 1024.
    Text(String),
}

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

impl Manifest {
    /// Parses the text of a manifest.
    ///
    /// # Errors
    /// [`ManifestError`]: the text is not TOML, or has an unknown key or an invalid value.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let failed = |error: toml::de::Error| {
            let start = error.span().map_or(0, |span| span.start);
            ManifestError::at(text, start, error.message().to_owned())
        };
        for key in DeTable::parse(text).map_err(failed)?.get_ref().keys() {
            let name: &str = key.get_ref();
            if !KEYS.contains(&name) {
                return Err(unknown(text, key.span().start, name));
            }
        }
        let manifest: Self = toml::from_str(text).map_err(failed)?;
        manifest.check(text)?;
        // `random = "deny"` is a rule, not part of a policy.
        let is_denied = |(key, value): &(&str, &Spanned<String>)| *key == "random" && value.get_ref() == "deny";
        for (key, value) in manifest.texts().filter(|text| !is_denied(text)) {
            Policy::default().set(key, value.get_ref()).map_err(|error| {
                let message = format!("`{key}` cannot be `{}`", error.value);
                ManifestError::at(text, value.span().start, message).hint(format!("it takes {}", error.takes))
            })?;
        }
        Ok(manifest)
    }

    /// Checks the values that are texts but not part of a policy.
    fn check(&self, text: &str) -> Result<(), ManifestError> {
        if let Some(name) = self.env.keys().find(|name| name.is_empty() || name.contains(['=', '\0'])) {
            let message = format!("`{}` cannot be the name of a variable", name.escape_debug());
            return Err(ManifestError::at(text, place(text, "env"), message));
        }
        if let Some(Config::Values(values)) = &self.config
            && let Some(key) = values.keys().find(|key| key.is_empty() || key.contains('='))
        {
            let message = format!("`{}` cannot be a key of `config`", key.escape_debug());
            return Err(ManifestError::at(text, place(text, "config"), message));
        }
        let cannot =
            |key, value: &str| ManifestError::at(text, place(text, key), format!("`{key}` cannot be `{value}`"));
        if let Some(Amount::Text(amount)) = &self.max_bytes
            && bytes(amount).is_none()
        {
            return Err(cannot("max-bytes", amount).hint("it takes a number, such as 1000 or \"64M\"".into()));
        }
        if let Some(Config::Word(word)) = &self.config
            && !matches!(word.as_str(), "none" | "inherit")
        {
            return Err(cannot("config", word).hint("it takes a table of texts, \"none\" or \"inherit\"".into()));
        }
        match self.http.as_deref() {
            Some(http) if !matches!(http, "inherit" | "deny") && !http.starts_with("allow:") => {
                Err(cannot("http", http).hint("it takes `inherit`, `deny` or `allow:HOST,...`".into()))
            }
            _ => Ok(()),
        }
    }

    /// Returns the values that are texts, by the keys of [`Policy::set`].
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &Spanned<String>)> {
        [
            ("cwd", &self.cwd),
            ("stdin", &self.stdin),
            ("stdout", &self.stdout),
            ("stderr", &self.stderr),
            ("wall-clock", &self.wall_clock),
            ("monotonic-clock", &self.monotonic_clock),
            ("random", &self.random),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value.as_ref()?)))
    }
}

impl ManifestError {
    fn at(text: &str, position: usize, message: String) -> Self {
        let before = text.get(..position).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let (line, column) = (before.matches('\n').count() + 1, before[start..].chars().count() + 1);
        Self { line, column, message, hint: None }
    }

    fn hint(self, hint: String) -> Self {
        Self { hint: Some(hint), ..self }
    }
}

/// Returns the offset of the value of a key.
fn place(text: &str, key: &str) -> usize {
    let table = DeTable::parse(text).ok();
    let found = table.as_ref().and_then(|table| table.get_ref().iter().find(|(name, _)| *name.get_ref() == key));
    found.map_or(0, |(_, value)| value.span().start)
}

/// Parses a number of bytes. K, M, G or KiB, MiB, GiB after it are powers of 1024, and kB, MB, GB powers of 1000, in
/// upper or lower case. Returns `None` if it is invalid or too large.
pub fn bytes(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor: u64 = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

fn unknown(text: &str, position: usize, name: &str) -> ManifestError {
    let error = ManifestError::at(text, position, format!("there is no key `{name}`"));
    // The key may be written like a flag, or in another case or with underscores.
    let plain = name.trim_start_matches('-').replace('_', "-").to_lowercase();
    let nearest = KEYS.iter().map(|key| (strsim::damerau_levenshtein(&plain, key), key)).min();
    match nearest {
        Some((distance, key)) if distance <= 1 + plain.len() / 3 => error.hint(format!("the nearest is `{key}`")),
        _ => error.hint("`vfs-compose manifest` prints all keys".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the example with every key set.
    fn everything() -> String {
        let lines = EXAMPLE.lines().map(|line| match line.strip_prefix("# ") {
            Some(key) if KEYS.iter().any(|known| key.starts_with(&format!("{known} = "))) => key,
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_example_is_a_manifest() {
        let manifest = Manifest::parse(EXAMPLE).unwrap();
        assert_eq!(manifest.image, ["./files"]);
    }

    #[test]
    fn the_example_has_every_key() {
        let everything = everything();
        Manifest::parse(&everything).unwrap();
        let table = DeTable::parse(&everything).unwrap();
        let mut keys: Vec<_> = table.get_ref().keys().map(|key| key.get_ref().to_string()).collect();
        keys.sort();
        assert_eq!(keys, KEYS);
    }

    #[test]
    fn every_text_of_a_policy_has_its_key() {
        let manifest = Manifest::parse(&everything()).unwrap();
        let keys: Vec<_> = manifest.texts().map(|(key, _)| key).collect();
        assert_eq!(keys, Policy::keys().collect::<Vec<_>>());
    }

    fn error(text: &str) -> (usize, usize, String, Option<String>) {
        let ManifestError { line, column, message, hint } = Manifest::parse(text).unwrap_err();
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
        ] {
            let key = if name.contains("--") { format!("\"{name}\"") } else { name.to_owned() };
            let (line, column, message, hint) = error(&format!("strict = true\n  {key} = 1\n"));
            assert_eq!((line, column, message), (2, 3, format!("there is no key `{name}`")));
            assert_eq!(hint, Some(format!("the nearest is `{nearest}`")), "{name}");
        }
        let (.., hint) = error("something-else-altogether = 1");
        assert_eq!(hint.as_deref(), Some("`vfs-compose manifest` prints all keys"));
    }

    #[test]
    fn values_of_another_kind_are_named_with_their_place() {
        let (line, column, message, _) = error("\nstrict = 3\n");
        assert_eq!((line, column), (2, 10));
        assert!(message.contains("boolean"), "{message}");
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
            ("env = { \"A=B\" = \"x\" }", "`A=B` cannot be the name of a variable"),
            ("env = { \"\" = \"x\" }", "`` cannot be the name of a variable"),
            ("config = { \"A=B\" = \"x\" }", "`A=B` cannot be a key of `config`"),
            ("config = \"all\"", "`config` cannot be `all`"),
        ] {
            let (at, column, said, _) = error(&format!("strict = true\n{line}\n"));
            assert_eq!((at, column, said.as_str()), (2, line.find('=').unwrap() + 3, message));
        }
        Manifest::parse("max-bytes = 10\nhttp = \"allow:example.com\"").unwrap();
    }

    #[test]
    fn config_is_a_table_or_a_word() {
        let config = |text| Manifest::parse(text).unwrap().config;
        let values = |pairs: &[(&str, &str)]| {
            let values = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            Some(Config::Values(values.collect()))
        };
        assert_eq!(config("[config]\nmode = \"on\"\n\"a b\" = \"\"\n"), values(&[("mode", "on"), ("a b", "")]));
        assert_eq!(config("config = {}"), values(&[]));
        assert_eq!(config("config = \"inherit\""), Some(Config::Word("inherit".into())));
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
