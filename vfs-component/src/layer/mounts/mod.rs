//! An image with directories of the host in it, by calls of `wasi:filesystem` that block.
//!
//! ```text
//! all       which mounts there are, where all that the host gives are wanted
//! start     the roots of the mounts, which the host has to give
//! places    where in the tree they are
//! union     directories of the host over those of the image
//! nodes     the nodes of the host that the tree or an operation knows of
//! calls     requests of operations, as calls of the host
//! contents  reads and writes that need no operation
//! paths     paths that the host follows by itself
//! ```

mod all;
mod calls;
mod contents;
mod nodes;
mod paths;
mod places;
mod start;
mod union;

use vfs_core::late::{ChangePolicy, Late};
use vfs_core::settings::MountAccess;
use vfs_core::{Error, ImageLayer, Limits, OpenFile, Woven, WovenBytes};

use crate::host::wall_clock::HostClock;
use crate::layer::Stop;
use crate::state::{Session, Volume, within_call};
use crate::{abi, embed};

use start::Root;

pub use calls::ask;
pub use contents::{append, direct, read, write};
pub use paths::{metadata_hash_at, open_at, stat_at};

pub type Layer = Woven<'static>;

/// Opens the host's directories, before any code of the app runs.
#[unsafe(no_mangle)]
extern "C" fn _initialize() {
    within_call(|_| ());
    start::check_inside();
    abi::finish_call();
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
    match session.open_directory(volume, path) {
        Err(Stop::Error(Error::ReadOnly)) => session.open_directory_to_read(volume, path),
        opened => opened,
    }
}
