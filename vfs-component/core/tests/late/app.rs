//! An app: what it has open of a volume, and how its operations come to their end.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use vfs_core::check::Trust;
use vfs_core::late::{self, Answers, ChangePolicy, LateLayer, Query, Request, Stop};
use vfs_core::{
    DescriptorFlags, DirStream, Error, ImageLayer, Journal, Layer, Limits, OpenFile, OpenFlags, Rights, Tracked,
    Untracked, Volume,
};
use vfs_image::Image;
use vfs_plan::{Answer, At, Facts, Op, SLOTS, STREAMS, Side, Tree, pattern, read_in_pieces};

use crate::host::{Host, Manner};
use crate::ours::{self, facts};
use crate::step::{self, On, Outcome, step};
use crate::support::{NO_FOLLOW, TestClock};
use crate::world::{FIRST, World};

/// The time in the tests: seconds that count as "now".
pub const NOW: u64 = 2_000_000_000;
/// No operation of a plan needs more answers.
const MOST_REQUESTS: usize = 4000;

pub type LateVolume<J = Untracked> = Volume<LateLayer, TestClock, J>;
pub type PlainVolume = Volume<ImageLayer<'static>, TestClock, Tracked>;

/// The image of the plans.
pub fn lower() -> &'static [u8] {
    static LOWER: OnceLock<Vec<u8>> = OnceLock::new();
    LOWER.get_or_init(ours::lower)
}

pub fn clock() -> TestClock {
    let clock = TestClock::default();
    clock.0.set(NOW);
    clock
}

/// A volume whose operations come to an end.
pub trait Runner {
    type Layer: Layer;
    type Journal: Journal;

    fn volume(&mut self) -> &mut Volume<Self::Layer, TestClock, Self::Journal>;

    /// Runs an operation to its end.
    fn run<T>(
        &mut self,
        bytes: &[u8],
        operation: impl FnMut(&mut Volume<Self::Layer, TestClock, Self::Journal>) -> Result<T, <Self::Layer as Layer>::Stop>,
    ) -> Result<T, Error>;

    /// Takes an entry of a listing.
    fn next(&mut self, stream: &mut DirStream, answers: &mut Answers) -> Result<Option<String>, Error>;
}

/// A volume without a layer that is late.
pub struct Plain(pub PlainVolume);

impl Plain {
    pub fn new(image: Option<&'static [u8]>) -> Self {
        let image = image.map(|bytes| Image::new(bytes).unwrap());
        Self(Volume::over(ImageLayer::new(image), clock(), Limits::default()).unwrap())
    }
}

impl Runner for Plain {
    type Layer = ImageLayer<'static>;
    type Journal = Tracked;

    fn volume(&mut self) -> &mut PlainVolume {
        &mut self.0
    }

    fn run<T>(
        &mut self,
        _bytes: &[u8],
        mut operation: impl FnMut(&mut PlainVolume) -> Result<T, Error>,
    ) -> Result<T, Error> {
        operation(&mut self.0)
    }

    fn next(&mut self, stream: &mut DirStream, _answers: &mut Answers) -> Result<Option<String>, Error> {
        Ok(self.0.next_entry(stream)?.map(|item| item.name.to_owned()))
    }
}

/// A volume over a late layer, and its host.
pub struct Late<J: Journal = Untracked> {
    pub volume: LateVolume<J>,
    pub host: Host,
}

impl<J: Journal> Late<J> {
    pub fn new(image: Option<&'static [u8]>, changes: ChangePolicy, manner: Manner, limits: Limits, seed: u64) -> Self {
        let host = Host::new(World::new(image, clock()), manner, seed);
        let volume = Volume::over(LateLayer::new(FIRST, changes), clock(), limits).unwrap();
        Self { volume, host }
    }

    /// Checks what can be checked without a question.
    pub fn check(&mut self) {
        self.volume.check(Trust::Untrusted).unwrap();
        assert_eq!(self.volume.layer_mut().held(), 0, "something is held, and nothing goes on");
    }

    /// Checks all, with all answers there are. Only true while nobody changes the world.
    pub fn check_all(&mut self) {
        self.check();
        let mut answers = Answers::new();
        let mut numbers = self.host.world.numbers();
        while let Some(node) = numbers.next() {
            let world = &mut self.host.world;
            let inode = Query::Inode { node };
            let list = Query::List { directory: node, cursor: 0 };
            for query in [inode, list] {
                let answer = world.ask(&query, usize::MAX, |length| length);
                answers.add(Request::Query(query), answer).unwrap();
            }
            numbers.end = world.numbers().end;
        }
        let result = self.volume.attempt(&mut answers, |volume| Ok(volume.check(Trust::Sound)));
        result.unwrap().unwrap();
    }
}

impl<J: Journal> Runner for Late<J> {
    type Layer = LateLayer;
    type Journal = J;

    fn volume(&mut self) -> &mut LateVolume<J> {
        &mut self.volume
    }

    fn run<T>(
        &mut self,
        bytes: &[u8],
        operation: impl FnMut(&mut LateVolume<J>) -> Result<T, Stop>,
    ) -> Result<T, Error> {
        let Self { volume, host } = self;
        run(volume, |request| host.answer(request, bytes), operation)
    }

    fn next(&mut self, stream: &mut DirStream, answers: &mut Answers) -> Result<Option<String>, Error> {
        let Self { volume, host } = self;
        next(volume, |request| host.answer(request, &[]), stream, answers)
    }
}

/// Runs an operation to its end.
pub fn run<L: late::Late, J: Journal, T>(
    volume: &mut Volume<L, TestClock, J>,
    mut host: impl FnMut(&Request) -> Result<late::Answer, Error>,
    mut operation: impl FnMut(&mut Volume<L, TestClock, J>) -> Result<T, Stop>,
) -> Result<T, Error> {
    let (mut answers, mut effect) = (Answers::new(), None);
    for _ in 0..MOST_REQUESTS {
        match volume.attempt(&mut answers, &mut operation) {
            Err(Stop::Ask(request)) => {
                assert_eq!(effect, None, "{request:?} is asked for after the effect");
                let answer = host(&request);
                if let Request::Effect(_) = &request {
                    effect = Some(answer.as_ref().map_or_else(|error| Err(*error), |_| Ok(())));
                }
                answers.add(request, answer)?;
            }
            result => {
                let result = result.map_err(|stop| match stop {
                    Stop::Error(error) => error,
                    Stop::Ask(request) => panic!("{request:?}"),
                });
                if let Some(effect) = effect {
                    let end = result.as_ref().map_or_else(|error| Err(*error), |_| Ok(()));
                    assert_eq!(effect, end, "the effect's answer is the operation's");
                }
                return result;
            }
        }
    }
    panic!("an operation has no end");
}

/// Takes an entry of a listing.
pub fn next<L: late::Late, J: Journal>(
    volume: &mut Volume<L, TestClock, J>,
    mut host: impl FnMut(&Request) -> Result<late::Answer, Error>,
    stream: &mut DirStream,
    answers: &mut Answers,
) -> Result<Option<String>, Error> {
    loop {
        let entry = volume.attempt(answers, |volume| Ok(volume.next_entry(stream)?.map(|item| item.name.to_owned())));
        match entry {
            Err(Stop::Ask(request)) => {
                let answer = host(&request);
                answers.add(request, answer)?;
            }
            Err(Stop::Error(error)) => return Err(error),
            Ok(name) => return Ok(name),
        }
    }
}

/// A listing that goes on while its directory changes, and what it may and must give.
struct Listing {
    stream: DirStream,
    answers: Answers,
    directory: OpenFile,
    /// There since it began.
    always: BTreeSet<String>,
    /// There at some time since it began.
    ever: BTreeSet<String>,
    given: Vec<String>,
    is_over: bool,
}

/// An app on a volume.
pub struct App<R: Runner> {
    pub runner: R,
    pub root: OpenFile,
    pub files: [Option<OpenFile>; SLOTS],
    listings: [Option<Listing>; STREAMS],
    /// Listings are watched. That asks much, and errors would spoil it.
    pub watches: bool,
}

impl<R: Runner> App<R> {
    pub fn new(mut runner: R, rights: Rights) -> Self {
        let root = runner.run(&[], |volume| volume.open_root(rights)).unwrap();
        let (files, listings) = ([const { None }; SLOTS], [const { None }; STREAMS]);
        Self { runner, root, files, listings, watches: true }
    }

    /// Carries out an operation.
    pub fn carry_out(&mut self, op: &Op) -> Result<String, Error> {
        let result = match op {
            Op::Close { slot } => {
                if let Some(file) = self.files[*slot].take() {
                    self.runner.volume().close(file);
                }
                Ok(String::new())
            }
            Op::Next { stream, count } => self.take_entries(*stream, *count),
            Op::ReadDir { .. } if !self.watches => Ok(String::new()),
            _ => self.on_files(op),
        };
        self.observe();
        result
    }

    fn on_files(&mut self, op: &Op) -> Result<String, Error> {
        let bytes = bytes_of(op);
        let Self { runner, root, files, .. } = self;
        let on = on(op, root, files);
        let outcome = runner.run(&bytes, |volume| step(volume, &on, op, &bytes))?;
        self.keep(op, outcome)
    }

    fn keep(&mut self, op: &Op, outcome: Outcome) -> Result<String, Error> {
        match (op, outcome) {
            (_, Outcome::Text(text)) => return Ok(text),
            (Op::Open { slot, .. }, Outcome::Opened(file)) => {
                if let Some(old) = self.files[*slot].replace(file) {
                    self.runner.volume().close(old);
                }
            }
            (Op::ReadDir { slot, stream }, Outcome::Stream(opened)) => {
                let Some(file) = &self.files[*slot] else { return Ok(String::new()) };
                let directory = self.runner.run(&[], |volume| volume.reopen(file))?;
                let always = names(&mut self.runner, &directory);
                let listing = Listing {
                    stream: opened,
                    answers: Answers::new(),
                    directory,
                    ever: always.clone(),
                    always,
                    given: Vec::new(),
                    is_over: false,
                };
                if let Some(old) = self.listings[*stream].replace(listing) {
                    self.end_listing(old);
                }
            }
            (op, _) => panic!("{op} opens nothing"),
        }
        Ok(String::new())
    }

    fn take_entries(&mut self, stream: usize, count: usize) -> Result<String, Error> {
        let Self { runner, listings, .. } = self;
        let Some(listing) = &mut listings[stream] else { return Ok(String::new()) };
        for _ in 0..count {
            if listing.is_over {
                break;
            }
            match runner.next(&mut listing.stream, &mut listing.answers)? {
                Some(name) => listing.given.push(name),
                None => listing.is_over = true,
            }
        }
        Ok(String::new())
    }

    fn observe(&mut self) {
        for listing in self.listings.iter_mut().flatten() {
            let now = names(&mut self.runner, &listing.directory);
            listing.always.retain(|name| now.contains(name));
            listing.ever.extend(now);
        }
    }

    fn end_listing(&mut self, mut listing: Listing) {
        while !listing.is_over {
            match self.runner.next(&mut listing.stream, &mut listing.answers).unwrap() {
                Some(name) => listing.given.push(name),
                None => listing.is_over = true,
            }
        }
        let Listing { stream, directory, always, ever, given, .. } = listing;
        for name in &always {
            assert_eq!(given.iter().filter(|given| *given == name).count(), 1, "`{name}` was there all the time");
        }
        assert!(given.iter().all(|name| ever.contains(name)), "{given:?} of {ever:?}");
        self.runner.volume().close_dir(stream);
        self.runner.volume().close(directory);
    }

    /// Closes everything.
    pub fn end(mut self) -> R {
        for stream in 0..STREAMS {
            if let Some(listing) = self.listings[stream].take() {
                self.end_listing(listing);
            }
        }
        let Self { mut runner, root, files, .. } = self;
        files.into_iter().flatten().chain([root]).for_each(|file| runner.volume().close(file));
        assert_eq!(runner.volume().usage().open, 0);
        runner
    }
}

fn names<R: Runner>(runner: &mut R, directory: &OpenFile) -> BTreeSet<String> {
    runner.run(&[], |volume| step::list(volume, directory)).unwrap().into_iter().collect()
}

/// What an operation starts from.
pub fn on<'a>(op: &Op, root: &'a OpenFile, files: &'a [Option<OpenFile>; SLOTS]) -> On<'a> {
    let base = |at: &At| at.and_then(|slot| files[slot].as_ref()).unwrap_or(root);
    let (from, to) = match op {
        Op::Link { from, to, .. } | Op::Rename { from, to, .. } => (base(from), base(to)),
        Op::Open { at, .. }
        | Op::StatAt { at, .. }
        | Op::SetTimesAt { at, .. }
        | Op::CreateDir { at, .. }
        | Op::RemoveDir { at, .. }
        | Op::Unlink { at, .. }
        | Op::Symlink { at, .. }
        | Op::ReadLink { at, .. } => (base(at), root),
        _ => (root, root),
    };
    let other = if let Op::Same { other, .. } = op { files[*other].as_ref() } else { None };
    On { file: op.file().and_then(|slot| files[slot].as_ref()), other, from, to }
}

/// The bytes that an operation writes.
pub fn bytes_of(op: &Op) -> Vec<u8> {
    match op {
        Op::Write { byte, length, .. } | Op::Append { byte, length, .. } => pattern(*byte, *length),
        _ => Vec::new(),
    }
}

impl<R: Runner> Tree for App<R> {
    fn names(&mut self, directory: &str) -> Vec<String> {
        let Self { runner, root, .. } = self;
        let open = OpenFlags::DIRECTORY;
        let directory =
            runner.run(&[], |volume| volume.open_at(root, directory, NO_FOLLOW, open, DescriptorFlags::READ)).unwrap();
        let names = names(runner, &directory);
        runner.volume().close(directory);
        names.into_iter().collect()
    }

    fn look(&mut self, path: &str) -> (Facts, (u64, u64)) {
        let Self { runner, root, .. } = self;
        let stat = runner.run(&[], |volume| volume.stat_at(root, path, NO_FOLLOW)).unwrap();
        (facts(&stat), runner.run(&[], |volume| volume.metadata_hash_at(root, path, NO_FOLLOW)).unwrap())
    }

    fn target(&mut self, path: &str) -> String {
        let Self { runner, root, .. } = self;
        runner.run(&[], |volume| Ok(volume.readlink_at(root, path)?.to_owned())).unwrap()
    }

    fn contents(&mut self, path: &str, size: u64) -> String {
        let Self { runner, root, .. } = self;
        let (open, flags) = (OpenFlags::NONE, DescriptorFlags::READ);
        let file = runner.run(&[], |volume| volume.open_at(root, path, NO_FOLLOW, open, flags)).unwrap();
        let contents = contents(runner, &file, size);
        runner.volume().close(file);
        contents
    }
}

fn contents<R: Runner>(runner: &mut R, file: &OpenFile, size: u64) -> String {
    read_in_pieces(size, |offset, length| {
        let all = runner.run(&[], |volume| step::read(volume, file, offset, length)).unwrap();
        assert_eq!(all.len(), length, "the end comes too soon");
        all
    })
}

impl<R: Runner> Side for App<R> {
    fn run(&mut self, op: &Op) -> Answer {
        self.carry_out(op).map_err(|error| ours::name(error).to_owned())
    }

    fn open_contents(&mut self, slot: usize) -> Option<String> {
        let Self { runner, files, .. } = self;
        let file = files[slot].as_ref()?;
        runner.volume().check_readable(file).ok()?;
        let size = runner.run(&[], |volume| volume.stat(file)).unwrap().size;
        Some(contents(runner, file, size))
    }
}
