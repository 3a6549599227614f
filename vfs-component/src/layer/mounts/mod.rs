//! An image with directories of the host in it: by calls of `wasi:filesystem` of 0.2, which block, or of 0.3 (`mounts3`),
//! for which tasks wait.
//!
//! ```text
//! all       which mounts there are, where all that the host gives are wanted
//! start     the roots of the mounts, which the host has to give
//! places    where in the tree they are
//! union     directories of the host over those of the image
//! nodes     the nodes of the host that the tree or an operation knows of
//! calls     requests of operations, as calls of the host
//! contents  0.2: reads and writes that need no operation
//! paths     0.2: paths that the host follows by itself
//! opening   0.2: what the start opens
//! later     0.3: the same, as far as it waits for the host
//! streams   0.3: streams of the host that are the app's
//! ```

mod all;
mod calls;
#[cfg(not(feature = "mounts3"))]
mod contents;
#[cfg(feature = "mounts3")]
mod later;
mod nodes;
#[cfg(not(feature = "mounts3"))]
mod opening;
#[cfg(not(feature = "mounts3"))]
mod paths;
mod places;
mod start;
#[cfg(feature = "mounts3")]
pub mod streams;
mod union;

#[cfg(not(feature = "mounts3"))]
use core::pin::pin;
#[cfg(not(feature = "mounts3"))]
use core::task::{Context, Poll, Waker};

#[cfg(feature = "mounts3")]
use vfs_core::late::Answers;
#[cfg(not(feature = "mounts3"))]
use vfs_core::late::{Answer, Request};
use vfs_core::late::{ChangePolicy, Late};
use vfs_core::settings::MountAccess;
use vfs_core::{Error, ImageLayer, Limits, OpenFile, Woven, WovenBytes};

use crate::host::wall_clock::HostClock;
use crate::layer::Stop;
use crate::state::{Session, Volume, within_call};
use crate::{abi, embed};

use start::Root;

#[cfg(feature = "mounts3")]
pub use calls::answer_later;
#[cfg(not(feature = "mounts3"))]
pub use contents::{append, direct, read, write};
#[cfg(feature = "mounts3")]
use later as opening;
#[cfg(feature = "mounts3")]
pub use later::finish_start;
#[cfg(not(feature = "mounts3"))]
pub use paths::{metadata_hash_at, open_at, stat_at};

pub type Layer = Woven<'static>;

/// Opens the host's directories, before any code of the app runs.
#[unsafe(no_mangle)]
extern "C" fn _initialize() {
    within_call(|_| ());
    #[cfg(not(feature = "mounts3"))]
    opening::check_inside();
    abi::finish_call();
}

/// Has the host answer a request.
///
/// # Errors
/// - Those of the host.
/// - [`Error::InsufficientMemory`]: an allocation failed.
#[cfg(not(feature = "mounts3"))]
pub fn ask(request: &Request) -> Result<Answer, Error> {
    now(calls::answer_later(request))
}

/// Runs a call of the host that blocks, so that it never waits.
#[cfg(not(feature = "mounts3"))]
fn now<T>(call: impl Future<Output = T>) -> T {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => abi::trap(),
    }
}

/// The nodes that an operation which waits was told of.
#[cfg(feature = "mounts3")]
pub struct Held(Vec<u64>);

/// Keeps the nodes that an operation was told of, until what this returns is dropped. Without memory, another operation
/// may release them.
#[cfg(feature = "mounts3")]
pub fn hold(answers: &Answers) -> Held {
    let mut held = Vec::new();
    if held.try_reserve_exact(answers.told().count()).is_ok() {
        held.extend(answers.told());
    }
    nodes::with(|nodes| held.iter().for_each(|number| nodes.hold(*number)));
    Held(held)
}

#[cfg(feature = "mounts3")]
impl Drop for Held {
    fn drop(&mut self) {
        nodes::with(|nodes| self.0.iter().for_each(|number| nodes.let_go(*number)));
    }
}

/// Makes the volume over the embedded image and the host's directories.
pub fn new_volume(limits: Limits) -> Volume {
    let image = embed::image();
    let roots = start::open_roots(embed::extras().mounts);
    let (covered, placed) = places::find(image.as_ref(), &roots);
    let mount = |(covered, root): (u64, &Root)| vfs_core::Mount {
        covered,
        root: root.number,
        changes: changes(root),
        follows_paths: root.follows_paths,
    };
    let mounts = covered.into_iter().zip(&roots).map(mount).collect();
    // The composer has checked the image, and where the mounts are.
    let layer = Woven::new(ImageLayer::new(image), mounts, placed).unwrap_or_else(|_| abi::trap());
    Volume::over(layer, HostClock, limits).unwrap_or_else(|_| abi::trap())
}

fn changes(root: &Root) -> ChangePolicy {
    match root.access {
        _ if !root.exists => ChangePolicy::Refused,
        MountAccess::ReadOnly => ChangePolicy::Refused,
        MountAccess::ReadWrite => ChangePolicy::Through,
        MountAccess::CopyOnWrite => ChangePolicy::AboveLive,
    }
}

/// Closes what nothing uses any more.
pub fn settle(volume: &mut Volume) {
    let late = volume.layer_mut().late();
    let (pinned, closed, released) = (late.take_pinned(), late.take_closed(), late.take_released());
    if pinned.is_empty() && closed.is_empty() && released.is_empty() {
        return;
    }
    nodes::with(|nodes| {
        pinned.into_iter().for_each(|number| nodes.pin(number));
        closed.into_iter().for_each(|number| nodes.close(number));
        released.into_iter().for_each(|number| nodes.release(number));
    });
}

/// Returns bytes that the image has lent for good; others move to the caller's buffer.
pub fn lent(bytes: WovenBytes<'static>, buffer: &mut Vec<u8>) -> Option<&'static [u8]> {
    match bytes {
        WovenBytes::Lent(bytes) => Some(bytes),
        WovenBytes::Own(bytes) => {
            *buffer = bytes;
            None
        }
    }
}

/// Opens a directory as a preopen, with the rights that its mount allows.
pub fn open_preopen(session: &Session, volume: &mut Volume, path: &str) -> Result<OpenFile, Stop> {
    #[cfg(feature = "mounts3")]
    if let Some(opened) = later::opened(volume, path) {
        return opened;
    }
    match session.open_directory(volume, path) {
        Err(Stop::Error(Error::ReadOnly)) => session.open_directory_to_read(volume, path),
        opened => opened,
    }
}
