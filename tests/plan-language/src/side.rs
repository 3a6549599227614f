//! One side of a comparison: carries out plans, and says in the same words as every other what came of it.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter, Result as Formatted};

use crate::Op;

/// What an operation gave, or the name of its error in `wasi:filesystem`'s `error-code`.
pub type Answer = Result<String, String>;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they say it")]
pub enum Kind {
    Directory,
    File,
    Link,
}

/// What can be compared of a node's metadata: not the time of the status change, which nobody can set, nor a directory's size.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// What it is.
    pub kind: Kind,
    /// Number of names.
    pub links: u64,
    /// Bytes.
    pub size: u64,
    /// Seconds.
    pub accessed: u64,
    /// Seconds.
    pub modified: u64,
}

/// From here on a time is "now".
const NOW: u64 = 1_500_000_000;

impl Display for Facts {
    fn fmt(&self, f: &mut Formatter<'_>) -> Formatted {
        let Self { kind, links, size, accessed, modified } = *self;
        write!(f, "{kind:?} {links}")?;
        if kind != Kind::Directory {
            write!(f, " {size}")?;
        }
        let time = |seconds| if seconds < NOW { format!("{seconds}") } else { "now".to_owned() };
        write!(f, " modified {}", time(modified))?;
        // Linux notes when a link is followed; that depends on how its filesystem is mounted.
        if kind == Kind::Link { Ok(()) } else { write!(f, " accessed {}", time(accessed)) }
    }
}

/// A tree to look at. Paths are relative to the root, which is `.`.
pub trait Tree {
    /// Names in a directory, in any order.
    fn names(&mut self, directory: &str) -> Vec<String>;
    /// What is known about a path, and the number of its node.
    fn look(&mut self, path: &str) -> (Facts, (u64, u64));
    /// Where a link points.
    fn target(&mut self, path: &str) -> String;
    /// What [`read_in_pieces`] makes of a file.
    fn contents(&mut self, path: &str, size: u64) -> String;
}

/// What carries out plans.
pub trait Side: Tree {
    /// Carries out an operation.
    fn run(&mut self, op: &Op) -> Answer;
    /// What [`read_in_pieces`] makes of what is open in a slot, if it is a file that can be read.
    fn open_contents(&mut self, slot: usize) -> Option<String>;
}

/// Carries out a plan: a line for each operation, for everything in the tree, and for every open file.
pub fn carry_out(side: &mut impl Side, plan: &[Op]) -> Vec<String> {
    let line = |answer: Answer| match answer {
        Ok(what) => format!("ok {what}"),
        Err(error) => format!("error {error}"),
    };
    let mut lines: Vec<_> = plan.iter().map(|op| line(side.run(op))).collect();
    lines.extend(tree_lines(side));
    lines.extend((0..crate::SLOTS).filter_map(|slot| Some(format!("open {slot}: {}", side.open_contents(slot)?))));
    lines
}

/// A line for everything in a tree, in order, with which paths are one node.
pub fn tree_lines(tree: &mut (impl Tree + ?Sized)) -> Vec<String> {
    let (mut lines, mut first, mut directories) = (Vec::new(), BTreeMap::new(), vec![String::new()]);
    while let Some(prefix) = directories.pop() {
        let mut names = tree.names(if prefix.is_empty() { "." } else { &prefix });
        names.sort_unstable();
        for name in names {
            let path = format!("{prefix}{name}");
            let (facts, node) = tree.look(&path);
            let same = first.entry(node).or_insert_with(|| path.clone()).clone();
            let what = match facts.kind {
                Kind::Directory => {
                    directories.push(format!("{path}/"));
                    String::new()
                }
                Kind::Link => tree.target(&path),
                Kind::File => tree.contents(&path, facts.size),
            };
            lines.push(format!("{path}: {facts}, {what}, as {same}"));
        }
    }
    lines
}

/// Bytes to write: where each stands can be seen.
#[must_use]
pub fn pattern(byte: u8, length: usize) -> Vec<u8> {
    (0..length).map(|at| byte.wrapping_add((at % 251) as u8)).collect()
}

/// Enough of some bytes to compare and to read.
#[must_use]
pub fn summary(bytes: &[u8]) -> String {
    let (words, rest) = bytes.as_chunks::<8>();
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    let sum = words.iter().fold(0, |sum, word| mix(sum, u64::from_le_bytes(*word)));
    let sum = rest.iter().fold(sum, |sum, byte| mix(sum, u64::from(*byte)));
    format!("{} bytes, {sum:x}, {:?}", bytes.len(), &bytes[..bytes.len().min(4)])
}

/// The contents of a file of `size` bytes where plans write: all of it, but not the holes between. `read` gives all bytes of a range.
pub fn read_in_pieces(size: u64, mut read: impl FnMut(u64, usize) -> Vec<u8>) -> String {
    const ALL: u64 = 400_000;
    if size <= ALL {
        return summary(&read(0, size as usize));
    }
    let far = (1 << 40) - 100;
    let tail = size.saturating_sub(far).min(ALL) as usize;
    format!("{}; {}", summary(&read(0, ALL as usize)), summary(&read(far, tail)))
}
