//! Parses and prints the texts of a policy, such as `null`, `from:/input` and `frozen:2020-01-01T00:00:00Z`.

use vfs_abi::settings::Stdio;
use vfs_image::Timestamp;

use super::{Inherited, Policy};

/// An unknown key, or a value that is not valid for its key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not what `{key}` takes: {takes}")]
pub struct PolicyError {
    /// The key as given.
    pub key: String,
    /// The value as given.
    pub value: String,
    /// The valid values of the key, for the message.
    pub takes: &'static str,
}

/// A key, a description of its valid values, and its parser.
struct Key {
    name: &'static str,
    takes: &'static str,
    set: fn(&mut Policy, &str) -> Option<()>,
}

const KEYS: &[Key] = &[
    Key { name: "cwd", takes: "a directory of the tree, such as `/data`, or `inherit`", set: set_directory },
    Key {
        name: "stdin",
        takes: "`inherit`, `null`, `deny` or `from:/FILE`",
        set: |policy, text| {
            policy.stdin = stdio("stdin", text, &[("from:", Stdio::File)])?;
            Some(())
        },
    },
    Key {
        name: "stdout",
        takes: OUTPUT,
        set: |policy, text| {
            policy.stdout = stdio("stdout", text, &[("to:", Stdio::File), ("append:", Stdio::Append)])?;
            Some(())
        },
    },
    Key {
        name: "stderr",
        takes: OUTPUT,
        set: |policy, text| {
            policy.stderr = stdio("stderr", text, &[("to:", Stdio::File), ("append:", Stdio::Append)])?;
            Some(())
        },
    },
    Key {
        name: "wall-clock",
        takes: "`inherit` or a time since 1970, such as `frozen:2020-01-01T00:00:00Z`",
        set: |policy, text| {
            policy.wall_clock = match text {
                "inherit" => None,
                _ => Some(time(text.strip_prefix("frozen:")?)?),
            };
            Some(())
        },
    },
    Key {
        name: "monotonic-clock",
        takes: "`inherit`, `frozen`, or nanoseconds, such as `frozen:1000`",
        set: |policy, text| {
            policy.monotonic_clock = match text {
                "inherit" => None,
                "frozen" => Some(0),
                _ => Some(text.strip_prefix("frozen:")?.parse().ok()?),
            };
            Some(())
        },
    },
    Key {
        name: "random",
        takes: "`inherit`, `deny` or a number, such as `seeded:42`",
        set: |policy, text| {
            policy.seed = match text {
                "inherit" => None,
                _ => Some(text.strip_prefix("seeded:")?.parse().ok()?),
            };
            Some(())
        },
    },
];

const OUTPUT: &str = "`inherit`, `null`, `deny`, `to:/FILE` or `append:/FILE`";

/// Writes names of variables as a list. A name that would read as something else than one name is quoted.
fn listed(names: &[String]) -> String {
    let names = names.iter().map(|name| match name == "none" || name.contains([',', '"']) {
        true => format!("{name:?}"),
        false => name.clone(),
    });
    names.collect::<Vec<_>>().join(",")
}

impl Policy {
    /// Returns the keys that [`Policy::set`] accepts. Each is both a flag of the command line and a key of the
    /// manifest.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        KEYS.iter().map(|key| key.name)
    }

    /// Sets the value of a key from a text.
    ///
    /// # Errors
    /// [`PolicyError`]: the key is not one of [`Policy::keys`], or the value is not valid for it. The policy is
    /// unchanged.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), PolicyError> {
        let known = KEYS.iter().find(|known| known.name == key);
        let takes = known.map_or("nothing, because no policy has this key", |known| known.takes);
        let error = || PolicyError { key: key.to_owned(), value: value.to_owned(), takes };
        known.and_then(|known| (known.set)(self, value)).ok_or_else(error)?;
        self.of_preset.retain(|(filled_in, _)| filled_in != key);
        Ok(())
    }

    /// Returns the policy lines, as (key, text) pairs: everything that is not taken from the host.
    pub fn lines(&self) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        let mut line = |key: &str, value: String| lines.push((key.to_owned(), value));
        match &self.environment {
            Inherited::All => {}
            Inherited::Only(names) => line("inherit-env", listed(names)),
            Inherited::None => line("inherit-env", "none".into()),
        }
        if self.own_arguments {
            line("inherit-args", "none".into());
        }
        if let Some(program) = &self.program {
            line("argv0", program.clone());
        }
        if let Some(directory) = &self.directory {
            line("cwd", directory.clone());
        }
        for (key, stream, to) in
            [("stdin", &self.stdin, "from"), ("stdout", &self.stdout, "to"), ("stderr", &self.stderr, "to")]
        {
            match stream {
                Stdio::Host => {}
                Stdio::Null => line(key, "null".into()),
                Stdio::Denied(_) => line(key, "deny".into()),
                Stdio::File(path) => line(key, format!("{to}:{path}")),
                Stdio::Append(path) => line(key, format!("append:{path}")),
            }
        }
        if let Some(time) = self.wall_clock {
            line("wall-clock", format!("frozen:{}", written(time)));
        }
        if let Some(nanoseconds) = self.monotonic_clock {
            line("monotonic-clock", format!("frozen:{nanoseconds}"));
        }
        if let Some(seed) = self.seed {
            line("random", format!("seeded:{seed}"));
        }
        lines
    }
}

fn set_directory(policy: &mut Policy, text: &str) -> Option<()> {
    policy.directory = match text {
        "inherit" => None,
        _ if text.starts_with('/') => Some(text.to_owned()),
        _ => return None,
    };
    Some(())
}

/// Makes a stream of the path of a file.
type ToFile = fn(String) -> Stdio<String>;

fn stdio(key: &str, text: &str, files: &[(&str, ToFile)]) -> Option<Stdio<String>> {
    match text {
        "inherit" => return Some(Stdio::Host),
        "null" => return Some(Stdio::Null),
        "deny" => return Some(Stdio::Denied(denial(key, &format!("{key} = deny")))),
        _ => {}
    }
    let path = |prefix| text.strip_prefix(prefix).filter(|path: &&str| path.starts_with('/') && path.len() > 1);
    files.iter().find_map(|(prefix, file)| path(*prefix).map(|path| file(path.to_owned())))
}

/// Returns the error message of a denied stream.
pub(super) fn denial(stream: &str, line: &str) -> String {
    format!("vfs denied wasi:cli/{stream}: {line}")
}

/// Parses a time since 1970 in the format of RFC 3339, or a date, which begins at midnight in UTC.
pub fn time(text: &str) -> Option<Timestamp> {
    let midnight = || format!("{text}T00:00:00Z").parse();
    let time: jiff::Timestamp = text.parse().or_else(|_| midnight()).ok()?;
    let since = time.as_nanosecond();
    let seconds = u64::try_from(since.div_euclid(1_000_000_000)).ok()?;
    Some(Timestamp { seconds, nanoseconds: u32::try_from(since.rem_euclid(1_000_000_000)).ok()? })
}

/// Returns a time in seconds since 1970, or `None` if it is after the year 9999, as milliseconds would be.
pub fn seconds(seconds: u64) -> Option<Timestamp> {
    jiff::Timestamp::from_second(seconds.try_into().ok()?).ok()?;
    Some(Timestamp { seconds, nanoseconds: 0 })
}

/// Writes a time in the format of RFC 3339.
pub fn written(time: Timestamp) -> String {
    let seconds = i64::try_from(time.seconds).ok();
    let known = seconds.and_then(|seconds| jiff::Timestamp::new(seconds, time.nanoseconds.cast_signed()).ok());
    known.map_or_else(|| format!("{}.{:09}", time.seconds, time.nanoseconds), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_said_again() {
        for (key, value) in [
            ("cwd", "/data"),
            ("stdin", "null"),
            ("stdin", "deny"),
            ("stdin", "from:/in.txt"),
            ("stdout", "to:/out.txt"),
            ("stderr", "append:/log/err.txt"),
            ("wall-clock", "frozen:2020-02-29T12:34:56.789Z"),
            ("monotonic-clock", "frozen:1000"),
            ("random", "seeded:18446744073709551615"),
        ] {
            let mut policy = Policy::default();
            policy.set(key, value).unwrap();
            assert_eq!(policy.lines(), [(key.to_owned(), value.to_owned())]);
            policy.set(key, "inherit").unwrap();
            assert_eq!(policy, Policy::default(), "{key}");
        }
    }

    #[test]
    fn a_preset_leaves_what_is_set() {
        let mut policy = Policy { environment: Inherited::Only(vec!["TZ".into()]), ..Policy::default() };
        for (key, value) in [("cwd", "/data"), ("monotonic-clock", "frozen:7"), ("random", "seeded:42")] {
            policy.set(key, value).unwrap();
        }
        let set = policy.clone();
        policy.deterministic();
        assert!(policy.wall_clock.is_some());
        assert_eq!(policy.chosen_lines(), set.lines());
        let kept =
            Policy { own_arguments: true, wall_clock: policy.wall_clock, of_preset: policy.of_preset.clone(), ..set };
        assert_eq!(policy, kept);
    }

    #[test]
    fn what_is_set_beside_a_preset_is_chosen_whatever_its_value_is() {
        let mut policy = Policy::default();
        policy.deterministic();
        assert_eq!(policy.chosen_lines(), []);
        for (key, value) in [("cwd", "/"), ("monotonic-clock", "frozen:0"), ("random", "seeded:0")] {
            assert!(policy.lines().contains(&(key.into(), value.into())));
            policy.set(key, value).unwrap();
            assert_eq!(policy.chosen_lines(), [(key.to_owned(), value.to_owned())]);
            policy.set(key, "inherit").unwrap();
            assert_eq!(policy.chosen_lines(), []);
        }
        policy.wall_clock = Some(Timestamp { seconds: 1, nanoseconds: 0 });
        assert_eq!(policy.chosen_lines().len(), 1);
    }

    #[test]
    fn times_are_counted_from_1970_in_any_zone() {
        let mut policy = Policy::default();
        policy.set("wall-clock", "frozen:1970-01-01T02:00:01.5+02:00").unwrap();
        assert_eq!(policy.wall_clock, Some(Timestamp { seconds: 1, nanoseconds: 500_000_000 }));
    }

    #[test]
    fn values_that_a_key_does_not_take_change_nothing() {
        for (key, value) in [
            ("cwd", "data"),
            ("stdin", "to:/x"),
            ("stdin", "from:x"),
            ("stdout", "from:/x"),
            ("stdout", "to:/"),
            ("stderr", ""),
            ("wall-clock", "frozen"),
            ("wall-clock", "frozen:2020-13-01T00:00:00Z"),
            ("wall-clock", "frozen:1969-12-31T23:59:59Z"),
            ("monotonic-clock", "frozen:-1"),
            ("random", "seeded:"),
            ("stdot", "null"),
        ] {
            let mut policy = Policy::default();
            let error = policy.set(key, value).unwrap_err();
            assert_eq!((error.key.as_str(), error.value.as_str()), (key, value));
            assert_eq!(policy, Policy::default());
        }
    }
}
