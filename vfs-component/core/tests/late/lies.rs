//! A host that says anything: nodes are now this and now that, lists have no end, sizes are as large as can be. Each
//! operation gets a result, and the tree is whole.

use vfs_core::check::Trust;
use vfs_core::late::{Answer, Answers, ChangePolicy, LateInode, LateLayer, Query, Request, Stop};
use vfs_core::{Error, FileKind, LayerNode, Limits, Listed, OpenFile, Performed, Rights, Stat, Timestamp, Volume};
use vfs_plan::{Op, Random, SLOTS, generate, print};

use crate::app::{LateVolume, bytes_of, clock, on};
use crate::step::{Outcome, step};

/// More than this is given up.
const MOST_REQUESTS: usize = 300;

struct Liar(Random);

impl Liar {
    fn number(&mut self) -> u64 {
        match self.0.below(40) {
            0 => self.0.one_of(&[u64::MAX, 1 << 63, (1 << 63) - 1]),
            _ => self.0.below(6) as u64,
        }
    }

    fn kind(&mut self) -> FileKind {
        let (file, directory) = (FileKind::RegularFile, FileKind::Directory);
        self.0.one_of(&[file, file, directory, directory, directory, FileKind::SymbolicLink, FileKind::Fifo])
    }

    fn inode(&mut self, number: u64) -> LateInode {
        let size = match self.0.below(8) {
            0 => self.0.one_of(&[u64::MAX, 1 << 63, (1 << 63) - 1, 1 << 40]),
            _ => self.0.below(200_000) as u64,
        };
        let links = self.0.one_of(&[0, 1, 1, 2, 3, u64::from(u32::MAX), u64::MAX]);
        let [accessed, modified, changed] = [Timestamp::default(); 3];
        let stat = Stat { kind: self.kind(), links, size, accessed, modified, changed };
        LateInode { number, stat, parent: self.number() }
    }

    fn name(&mut self) -> Vec<u8> {
        self.0.one_of(&[&b"a"[..], b"b", b"c", b"d", b"e", b"f", b"\xFF", b"..", b"x/y"]).to_vec()
    }

    fn entries(&mut self, mut cursor: u64) -> Answer {
        let mut entries = Vec::new();
        for _ in 0..self.0.below(6) {
            cursor = cursor.wrapping_add(if self.0.once_in(50) { 1 << 62 } else { 1 + self.0.below(3) as u64 });
            let node = LayerNode { number: self.number(), kind: self.kind() };
            entries.push(Listed { cursor, name: self.name(), node });
        }
        // Most lists are as they can be, or none would be copied up.
        if !self.0.once_in(8) {
            entries.retain(|entry| entry.name.len() == 1 && entry.node.number < 6);
            entries.dedup_by(|one, other| one.name == other.name);
        }
        Answer::Entries { entries, is_end: !self.0.once_in(4) }
    }

    fn answer(&mut self, request: &Request) -> Result<Answer, Error> {
        if self.0.once_in(30) {
            return Err(self.0.one_of(&[Error::Io, Error::NoEntry, Error::NotDirectory]));
        }
        Ok(match request {
            _ if self.0.once_in(60) => Answer::Found(None),
            Request::Query(Query::Inode { node } | Query::BeforeChange { node }) => Answer::Inode(self.inode(*node)),
            Request::Query(Query::Open { .. } | Query::OpenListing { .. }) => {
                let number = self.number();
                Answer::Inode(self.inode(number))
            }
            Request::Query(Query::Identity { node }) => Answer::Identity(*node),
            Request::Query(Query::Lookup { .. }) => {
                let number = self.number();
                Answer::Found(if self.0.once_in(3) { None } else { Some(self.inode(number)) })
            }
            Request::Query(Query::List { cursor, .. }) => self.entries(*cursor),
            Request::Query(Query::ReadLink { .. }) => {
                Answer::Bytes(self.0.one_of(&[&b"a/b"[..], b"..", b"", b"/a", b"a\0", b"\xFF", b"b"]).to_vec())
            }
            Request::Query(Query::Read { length, .. }) => {
                let most = (*length).min(70_000) as usize + 1;
                Answer::Bytes(vec![7; self.0.below(most + most / 20)])
            }
            Request::Effect(_) if self.0.once_in(3) => Answer::Performed(Performed::Done),
            Request::Effect(_) => {
                let number = self.number();
                Answer::Performed(Performed::Opened(self.inode(number)))
            }
        })
    }

    /// Runs an operation, for as long as that is reasonable.
    fn run<T>(
        &mut self,
        volume: &mut LateVolume,
        mut operation: impl FnMut(&mut LateVolume) -> Result<T, Stop>,
    ) -> Option<T> {
        let (mut answers, mut has_effect) = (Answers::new(), false);
        for _ in 0..MOST_REQUESTS {
            match volume.attempt(&mut answers, &mut operation) {
                Err(Stop::Ask(request)) => {
                    assert!(!has_effect, "{request:?} after the effect");
                    has_effect = matches!(request, Request::Effect(_));
                    let answer = self.answer(&request);
                    answers.add(request, answer).unwrap();
                }
                Err(Stop::Error(_)) => return None,
                Ok(value) => return Some(value),
            }
        }
        volume.give_up(answers);
        None
    }
}

fn run(changes: ChangePolicy, seed: u64) -> usize {
    let mut plan = generate(seed);
    plan.retain(|op| !matches!(op, Op::ReadDir { .. } | Op::Next { .. }));
    let mut liar = Liar(Random::new(seed));
    let mut volume = Volume::over(LateLayer::new(0, changes), clock(), Limits::default()).unwrap();
    let Some(root) = (0..1000).find_map(|_| liar.run(&mut volume, |volume| volume.open_root(Rights::default()))) else {
        panic!("there is no root");
    };
    let (mut files, mut done): ([Option<OpenFile>; SLOTS], _) = ([const { None }; SLOTS], 0);
    for op in &plan {
        if let Op::Close { slot } = op {
            files[*slot].take().into_iter().for_each(|file| volume.close(file));
        }
        let bytes = bytes_of(op);
        let outcome = liar.run(&mut volume, |volume| step(volume, &on(op, &root, &files), op, &bytes));
        done += usize::from(outcome.is_some());
        if let (Op::Open { slot, .. }, Some(Outcome::Opened(file))) = (op, outcome)
            && let Some(old) = files[*slot].replace(file)
        {
            volume.close(old);
        }
        if let Err(broken) = volume.check(Trust::Untrusted) {
            panic!("seed {seed}, {changes:?}: {op}: {broken}\n{}", print(&plan));
        }
    }
    files.into_iter().flatten().chain([root]).for_each(|file| volume.close(file));
    volume.check(Trust::Untrusted).unwrap();
    assert_eq!((volume.usage().open, vfs_core::Layer::held(volume.layer_mut())), (0, 0));
    done
}

fn plans() -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok().map(|text: String| text.parse().unwrap());
    let first = number("SEED").unwrap_or(0);
    first..first + number("PLANS").unwrap_or(400)
}

#[test]
fn nothing_breaks() {
    for changes in [ChangePolicy::Above, ChangePolicy::AboveLive, ChangePolicy::Through, ChangePolicy::Refused] {
        let done: usize = plans().map(|seed| run(changes, seed)).sum();
        assert!(done > 1000, "{changes:?}: {done} operations were done");
    }
}
