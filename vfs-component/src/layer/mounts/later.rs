//! The parts of the start that have to wait for the host: the first task completes them, before any code of the app runs
//! there.

use core::cell::RefCell;

use vfs_core::{DescriptorFlags, Error, FileKind, FollowFinalLink, OpenFile, OpenFlags, Stat};

use super::calls::stat_without_times;
use super::{nodes, start};
use crate::host::at::At;
use crate::host::filesystem as host;
use crate::layer::{Stop, tasks};
use crate::standard::{self, Stream};
use crate::state::{State, Volume, within_call};
use crate::{embed, local};

/// A directory that is to be opened.
#[derive(Clone)]
enum Later {
    /// The root of the mount at a place, which is below a preopen.
    Root { number: u64, place: u32, base: u32, path: String },
    /// One on the way from a root to a mount inside of it.
    OnWay { number: u64, directory: u64, name: Vec<u8> },
}

#[derive(Default)]
struct Start {
    later: Vec<Later>,
    /// Whether what is inside of mounts was opened, too.
    is_over: bool,
    /// The preopens inside of mounts.
    preopens: Vec<(&'static str, OpenFile)>,
}

thread_local! {
    static START: RefCell<Start> =
        const { RefCell::new(Start { later: Vec::new(), is_over: false, preopens: Vec::new() }) };
}

/// A directory that is to be opened: one that the host has given, and the path from there.
pub struct Opened {
    base: u32,
    path: String,
}

/// Tells what is to be opened.
#[expect(clippy::unnecessary_wraps, reason = "in 0.2 it is opened")]
pub fn open(base: u32, path: &str) -> Result<Opened, Error> {
    Ok(Opened { base, path: path.to_owned() })
}

/// Returns the handle of a root, if no call is needed to open it, and what is known of it.
pub fn root(opened: Option<&Opened>) -> (Option<u32>, Stat) {
    let whole = opened.filter(|opened| opened.path.is_empty());
    (whole.map(|opened| opened.base), stat_without_times(FileKind::Directory, 2))
}

/// Returns what is known of a directory on the way from a root to a mount inside of it.
pub fn on_way(_directory: u64, _name: &[u8]) -> (Option<u32>, Stat) {
    root(None)
}

/// Returns whether the host follows whole paths: it gets single names.
pub fn follows_paths(_root: u32) -> bool {
    false
}

/// Drops what the host has given, if it is no root, and none is opened from there.
pub fn drop_given(descriptor: u32) {
    if !nodes::with(|nodes| nodes.is_of_root(descriptor)) && !is_needed(descriptor) {
        host::drop_descriptor(descriptor);
    }
}

/// Notes that a root is to be opened, if it is below a preopen.
pub fn note_root(number: u64, place: u32, opened: Option<Opened>) {
    if let Some(Opened { base, path }) = opened
        && !path.is_empty()
    {
        local::with(&START, |start| start.later.push(Later::Root { number, place, base, path }));
    }
}

/// Notes that a directory on the way is to be opened.
pub fn note_on_way(number: u64, directory: u64, name: &[u8]) {
    let name = name.to_vec();
    local::with(&START, |start| start.later.push(Later::OnWay { number, directory, name }));
}

/// Returns whether a root is opened from a handle of the host.
fn is_needed(descriptor: u32) -> bool {
    let is_it = |later: &Later| matches!(later, Later::Root { base, .. } if *base == descriptor);
    local::with(&START, |start| start.later.iter().any(is_it))
}

/// Returns the preopen inside of a mount at a path.
pub fn opened(volume: &mut Volume, path: &str) -> Option<Result<OpenFile, Stop>> {
    local::with(&START, |start| {
        let (_, file) = start.preopens.iter().find(|(known, _)| *known == path)?;
        Some(volume.reopen(file))
    })
}

/// Finishes the start. Ends the program if a directory is missing.
pub async fn finish_start() {
    // Where nothing in front of the app starts the vfs, tasks of the app may do this at once, each all of it.
    while let Some(later) = local::with(&START, |start| start.later.first().cloned()) {
        let number = later.open().await;
        local::with(&START, |start| start.later.retain(|later| later.number() != number));
    }
    if local::with(&START, |start| start.is_over) {
        return;
    }
    for (place, path) in start::paths_inside().enumerate() {
        let open = move |state: &mut State| super::open_preopen(&state.session, &mut state.volume, path);
        match tasks::complete(open).await {
            Ok(file) => local::with(&START, |start| start.preopens.push((path, file))),
            Err(error) => start::end_inside(place, path, error),
        }
    }
    // What fails is told when the app asks for the stream.
    let _ = tasks::complete(|state| standard::open_input_inside(&mut state.session, &mut state.volume)).await;
    for stream in [Stream::Stdout, Stream::Stderr] {
        let open = |state: &mut State| standard::open_output_inside(&mut state.session, &mut state.volume, stream);
        let _ = tasks::complete(open).await;
    }
    local::with(&START, |start| start.is_over = true);
}

impl Later {
    fn number(&self) -> u64 {
        match self {
            Self::Root { number, .. } | Self::OnWay { number, .. } => *number,
        }
    }

    /// Opens the directory, and returns its number.
    async fn open(self) -> u64 {
        let path = &mut Vec::new();
        let number = self.number();
        let at = match &self {
            Self::Root { base, path, .. } => Ok(At { base: *base, path: path.as_bytes(), follow: FollowFinalLink::No }),
            Self::OnWay { directory, name, .. } => nodes::with(|nodes| nodes.reach_name(*directory, name, path)),
        };
        let opened = match at {
            Ok(at) => host::open_at(at, OpenFlags::DIRECTORY.bits(), DescriptorFlags::READ.bits()).await,
            Err(error) => Err(error),
        };
        match (opened, self) {
            (Ok(opened), later) => later.set_open(opened),
            (Err(error), Self::Root { place, .. }) => refuse(number, place, error),
            // It stays empty.
            (Err(_), Self::OnWay { .. }) => {}
        }
        number
    }

    /// Notes what was opened.
    fn set_open(self, opened: u32) {
        let number = self.number();
        let is_new = nodes::with(|nodes| {
            let node = nodes.get_mut(number).ok().filter(|node| node.descriptor.is_none());
            node.map(|node| (node.descriptor, node.has_host) = (Some(opened), true)).is_some()
        });
        if !is_new {
            host::drop_descriptor(opened);
        }
        if let Self::OnWay { .. } = self {
            within_call(|state| state.volume.layer_mut().allow_changes(number));
        }
    }
}

/// Ends the program because a root is missing, or makes it an empty directory that refuses changes.
fn refuse(number: u64, place: u32, error: Error) {
    let Some(mount) = embed::extras().mounts.nth(place as usize) else { return };
    if error != Error::NoEntry || !mount.optional {
        start::end(place, &mount, error);
    }
    // The image may have it.
    if nodes::with(|nodes| nodes.get(number).is_ok_and(|node| node.image.is_none())) {
        within_call(|state| state.volume.layer_mut().refuse_changes(number));
    }
}
