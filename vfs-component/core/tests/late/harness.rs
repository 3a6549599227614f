//! A late volume whose operations are run to their end, and what they ask for.

use vfs_core::late::{Answers, ChangePolicy, Query, Request, Stop};
use vfs_core::{DescriptorFlags, Effect, Error, Limits, OpenFile, OpenFlags, Rights};

use crate::app::{Late, LateVolume, Runner};
use crate::host::{Host, Manner};
use crate::support::{FOLLOW, Item, READ, image};
use crate::world::FIRST;

/// No flag.
pub const NONE: OpenFlags = OpenFlags::NONE;

/// How an operation ended, and what it asked for.
pub type Asked<T> = (Result<T, Error>, Vec<Query>, Vec<Effect<Vec<u8>>>);

/// An operation. The last argument is `dir/file`, open.
pub type Call = fn(&mut LateVolume, &OpenFile, &OpenFile) -> Result<(), Stop>;

/// A late volume with its root open.
pub struct Test {
    pub late: Late,
    pub root: OpenFile,
}

impl Test {
    pub fn new(items: &[(&str, Item<'_>)], changes: ChangePolicy) -> Self {
        Self::limited(items, changes, Limits::default())
    }

    pub fn limited(items: &[(&str, Item<'_>)], changes: ChangePolicy, limits: Limits) -> Self {
        let bytes: &'static [u8] = image(items).leak();
        let mut late = Late::new(Some(bytes), changes, Manner::PROMPT, limits, 0);
        let root = late.run(&[], |volume| volume.open_root(Rights::default())).unwrap();
        Self { late, root }
    }

    pub fn through() -> Self {
        Self::new(&some_items(), ChangePolicy::Through)
    }

    /// Runs an operation, and gives what was asked for it.
    pub fn ask<T>(
        &mut self,
        bytes: &[u8],
        mut operation: impl FnMut(&mut LateVolume, &OpenFile) -> Result<T, Stop>,
    ) -> Asked<T> {
        self.late.host.queries.clear();
        self.late.host.effects.clear();
        let root = &self.root;
        let result = self.late.run(bytes, |volume| operation(volume, root));
        self.late.check();
        let Host { queries, effects, .. } = &mut self.late.host;
        (result, std::mem::take(queries), std::mem::take(effects))
    }

    pub fn run<T>(&mut self, operation: impl FnMut(&mut LateVolume, &OpenFile) -> Result<T, Stop>) -> T {
        self.ask(&[], operation).0.unwrap()
    }

    pub fn open(&mut self, path: &str, open: OpenFlags, flags: DescriptorFlags) -> Result<OpenFile, Error> {
        self.ask(&[], |volume, root| volume.open_at(root, path, FOLLOW, open, flags)).0
    }

    /// Opens something while an operation holds something.
    pub fn open_while_held(&mut self, path: &str) -> Result<OpenFile, Error> {
        let root = &self.root;
        let file = self.late.run(&[], |volume| volume.open_at(root, path, FOLLOW, OpenFlags::NONE, READ));
        self.late.volume.check(vfs_core::check::Trust::Untrusted).unwrap();
        file
    }

    pub fn write(&mut self, file: &OpenFile, offset: u64, bytes: &[u8]) -> Result<(), Error> {
        self.ask(bytes, |volume, _| volume.write(file, offset, bytes)).0
    }

    pub fn contents(&mut self, file: &OpenFile) -> Vec<u8> {
        self.run(|volume, _| crate::step::read(volume, file, 0, 1 << 20))
    }

    /// The number of what is at a path.
    pub fn number(&mut self, path: &str) -> u64 {
        path.split('/').fold(FIRST, |directory, name| self.late.host.world.tell(directory, name).unwrap().number)
    }

    /// Goes on with an operation until it asks for its effect, which is not performed.
    pub fn until_effect<T>(
        &mut self,
        answers: &mut Answers,
        mut operation: impl FnMut(&mut LateVolume, &OpenFile) -> Result<T, Stop>,
    ) -> Request {
        let root = &self.root;
        loop {
            match self.late.volume.attempt(answers, |volume| operation(volume, root)) {
                Err(Stop::Ask(request @ Request::Effect(_))) => return request,
                Err(Stop::Ask(request)) => {
                    let answer = self.late.host.answer(&request, &[]);
                    answers.add(request, answer).unwrap();
                }
                Err(Stop::Error(error)) => panic!("{error}"),
                Ok(_) => panic!("it has no effect"),
            }
        }
    }
}

pub fn some_items() -> Vec<(&'static str, Item<'static>)> {
    vec![
        ("dir", Item::Directory),
        ("dir/file", Item::File(&[7; 100_000])),
        ("dir/same", Item::Same("dir/file")),
        ("dir/link", Item::Link("sub/deep")),
        ("dir/empty", Item::Directory),
        ("dir/sub", Item::Directory),
        ("dir/sub/deep", Item::File(b"deep")),
    ]
}

/// A path of four names, and a link beside its end.
pub fn deep() -> Vec<(&'static str, Item<'static>)> {
    vec![
        ("a", Item::Directory),
        ("a/b", Item::Directory),
        ("a/b/c", Item::Directory),
        ("a/b/c/d", Item::File(b"deep")),
        ("a/b/c/l", Item::Link("../c/d")),
    ]
}

/// The name that a request is for, if it is a look-up.
pub fn name_of(request: &Request) -> String {
    match request {
        Request::Query(Query::Lookup { name, .. }) => String::from_utf8(name.clone()).unwrap(),
        _ => String::new(),
    }
}
