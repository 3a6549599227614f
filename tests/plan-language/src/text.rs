//! Plans as text: an operation on a line, its words in a fixed order, paths in quotes.

use std::fmt::{Display, Formatter, Result as Formatted};
use std::str::FromStr;

use crate::{At, NewTime, Op};

/// The text of a plan.
#[must_use]
pub fn print(ops: &[Op]) -> String {
    ops.iter().map(|op| format!("{op}\n")).collect()
}

/// The plan of a text. Empty lines and those that start with `#` are passed over.
///
/// # Errors
/// A line is no operation; it is told.
pub fn parse(text: &str) -> Result<Vec<Op>, String> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.parse().map_err(|()| format!("no operation: `{line}`"))).collect()
}

fn base(at: &At) -> String {
    at.map_or("root".to_owned(), |slot| slot.to_string())
}

fn links(follow: &bool) -> &'static str {
    if *follow { "follow" } else { "stay" }
}

impl Display for NewTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> Formatted {
        match self {
            Self::Keep => f.write_str("keep"),
            Self::Now => f.write_str("now"),
            Self::At(seconds) => write!(f, "{seconds}"),
        }
    }
}

impl Display for Op {
    fn fmt(&self, f: &mut Formatter<'_>) -> Formatted {
        match self {
            Self::Open { slot, at, path, follow, open, flags } => {
                write!(f, "open {slot} {} \"{path}\" {} {open} {flags}", base(at), links(follow))
            }
            Self::Close { slot } => write!(f, "close {slot}"),
            Self::Read { slot, offset, length } => write!(f, "read {slot} {offset} {length}"),
            Self::Write { slot, offset, length, byte } => write!(f, "write {slot} {offset} {length} {byte}"),
            Self::Append { slot, length, byte } => write!(f, "append {slot} {length} {byte}"),
            Self::SetSize { slot, size } => write!(f, "set-size {slot} {size}"),
            Self::SetTimes { slot, accessed, modified } => write!(f, "set-times {slot} {accessed} {modified}"),
            Self::Stat { slot } => write!(f, "stat {slot}"),
            Self::Flags { slot } => write!(f, "flags {slot}"),
            Self::Same { slot, other } => write!(f, "same {slot} {other}"),
            Self::Sync { slot } => write!(f, "sync {slot}"),
            Self::List { slot } => write!(f, "list {slot}"),
            Self::ReadDir { slot, stream } => write!(f, "read-dir {slot} {stream}"),
            Self::Next { stream, count } => write!(f, "next {stream} {count}"),
            Self::StatAt { at, path, follow } => write!(f, "stat-at {} \"{path}\" {}", base(at), links(follow)),
            Self::SetTimesAt { at, path, follow, accessed, modified } => {
                write!(f, "set-times-at {} \"{path}\" {} {accessed} {modified}", base(at), links(follow))
            }
            Self::CreateDir { at, path } => write!(f, "create-dir {} \"{path}\"", base(at)),
            Self::RemoveDir { at, path } => write!(f, "remove-dir {} \"{path}\"", base(at)),
            Self::Unlink { at, path } => write!(f, "unlink {} \"{path}\"", base(at)),
            Self::Symlink { at, target, path } => write!(f, "symlink {} \"{target}\" \"{path}\"", base(at)),
            Self::ReadLink { at, path } => write!(f, "read-link {} \"{path}\"", base(at)),
            Self::Link { from, from_path, follow, to, to_path } => {
                write!(f, "link {} \"{from_path}\" {} {} \"{to_path}\"", base(from), links(follow), base(to))
            }
            Self::Rename { from, from_path, to, to_path } => {
                write!(f, "rename {} \"{from_path}\" {} \"{to_path}\"", base(from), base(to))
            }
        }
    }
}

impl FromStr for Op {
    type Err = ();

    fn from_str(line: &str) -> Result<Self, ()> {
        let mut words = Words(line.split(' '));
        let op = match words.word()? {
            "open" => Self::Open {
                slot: words.number()?,
                at: words.base()?,
                path: words.quoted()?,
                follow: words.links()?,
                open: words.number()?,
                flags: words.number()?,
            },
            "close" => Self::Close { slot: words.number()? },
            "read" => Self::Read { slot: words.number()?, offset: words.number()?, length: words.number()? },
            "write" => Self::Write {
                slot: words.number()?,
                offset: words.number()?,
                length: words.number()?,
                byte: words.number()?,
            },
            "append" => Self::Append { slot: words.number()?, length: words.number()?, byte: words.number()? },
            "set-size" => Self::SetSize { slot: words.number()?, size: words.number()? },
            "set-times" => Self::SetTimes { slot: words.number()?, accessed: words.time()?, modified: words.time()? },
            "stat" => Self::Stat { slot: words.number()? },
            "flags" => Self::Flags { slot: words.number()? },
            "same" => Self::Same { slot: words.number()?, other: words.number()? },
            "sync" => Self::Sync { slot: words.number()? },
            "list" => Self::List { slot: words.number()? },
            "read-dir" => Self::ReadDir { slot: words.number()?, stream: words.number()? },
            "next" => Self::Next { stream: words.number()?, count: words.number()? },
            "stat-at" => Self::StatAt { at: words.base()?, path: words.quoted()?, follow: words.links()? },
            "set-times-at" => Self::SetTimesAt {
                at: words.base()?,
                path: words.quoted()?,
                follow: words.links()?,
                accessed: words.time()?,
                modified: words.time()?,
            },
            "create-dir" => Self::CreateDir { at: words.base()?, path: words.quoted()? },
            "remove-dir" => Self::RemoveDir { at: words.base()?, path: words.quoted()? },
            "unlink" => Self::Unlink { at: words.base()?, path: words.quoted()? },
            "symlink" => Self::Symlink { at: words.base()?, target: words.quoted()?, path: words.quoted()? },
            "read-link" => Self::ReadLink { at: words.base()?, path: words.quoted()? },
            "link" => Self::Link {
                from: words.base()?,
                from_path: words.quoted()?,
                follow: words.links()?,
                to: words.base()?,
                to_path: words.quoted()?,
            },
            "rename" => Self::Rename {
                from: words.base()?,
                from_path: words.quoted()?,
                to: words.base()?,
                to_path: words.quoted()?,
            },
            _ => return Err(()),
        };
        if words.0.next().is_some() { Err(()) } else { Ok(op) }
    }
}

/// The words of a line that are left.
struct Words<'l>(std::str::Split<'l, char>);

impl<'l> Words<'l> {
    fn word(&mut self) -> Result<&'l str, ()> {
        self.0.next().ok_or(())
    }

    fn number<T: FromStr>(&mut self) -> Result<T, ()> {
        self.word()?.parse().map_err(drop)
    }

    fn quoted(&mut self) -> Result<String, ()> {
        let word = self.word()?.strip_prefix('"').and_then(|word| word.strip_suffix('"'));
        word.map(str::to_owned).ok_or(())
    }

    fn base(&mut self) -> Result<At, ()> {
        match self.word()? {
            "root" => Ok(None),
            slot => slot.parse().map(Some).map_err(drop),
        }
    }

    fn links(&mut self) -> Result<bool, ()> {
        match self.word()? {
            "follow" => Ok(true),
            "stay" => Ok(false),
            _ => Err(()),
        }
    }

    fn time(&mut self) -> Result<NewTime, ()> {
        match self.word()? {
            "keep" => Ok(NewTime::Keep),
            "now" => Ok(NewTime::Now),
            seconds => seconds.parse().map(NewTime::At).map_err(drop),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, print};
    use crate::generate;

    #[test]
    fn what_is_printed_is_read_again() {
        for seed in 0..500 {
            let plan = generate(seed);
            assert_eq!(parse(&print(&plan)), Ok(plan));
        }
        assert!(parse("close 1 2").is_err() && parse("shut 1").is_err() && parse("unlink root a").is_err());
    }
}
