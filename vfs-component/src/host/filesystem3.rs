//! `wasi:filesystem@0.3` of the host: each call waits in its task.
//!
//! Handles are the host's own. They never reach the app; streams of the host do.

use core::cell::{RefCell, UnsafeCell};

use vfs_core::{Error, FileKind, NewTimestamp, Stat, Timestamp};

use crate::abi::{self, Datetime, DescriptorStat, DescriptorType, ErrorCode, List, Opt, Pair, Plain, Res, Unit};
use crate::host::at::{At, Entries, NO_FOLLOW, copy, flat};
use crate::host::wait;
use crate::local;
use crate::pump::{StreamProgress as Progress, bytes, entries, results};

/// `result<T, error-code>`.
type Reply<T> = Res<T, ErrorCode>;
/// `descriptor-stat`.
type Stat3 = DescriptorStat<DescriptorType>;

/// A stream, and the future that tells how it ended.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Streaming {
    pub stream: u32,
    pub end: u32,
}

/// A pass over a directory's entries.
pub type Listing = Streaming;

/// Parameters that are more than four flat values lie in memory.
mod params {
    use super::{List, NewTime};

    #[repr(C)]
    pub struct OpenAt {
        pub base: u32,
        pub path_flags: u8,
        pub path: List,
        pub open_flags: u8,
        pub flags: u8,
    }

    #[repr(C)]
    pub struct SetTimes {
        pub descriptor: u32,
        pub accessed: NewTime,
        pub modified: NewTime,
    }

    #[repr(C)]
    pub struct SetTimesAt {
        pub base: u32,
        pub path_flags: u8,
        pub path: List,
        pub accessed: NewTime,
        pub modified: NewTime,
    }

    #[repr(C)]
    pub struct SymlinkAt {
        pub base: u32,
        pub target: List,
        pub path: List,
    }

    #[repr(C)]
    pub struct LinkAt {
        pub from: u32,
        pub path_flags: u8,
        pub old: List,
        pub to: u32,
        pub new: List,
    }

    #[repr(C)]
    pub struct RenameAt {
        pub from: u32,
        pub old: List,
        pub to: u32,
        pub new: List,
    }
}

/// `new-timestamp`.
#[repr(C)]
struct NewTime {
    case: u8,
    time: Datetime,
}

#[cfg(target_arch = "wasm32")]
const _: () = {
    assert!(size_of::<NewTime>() == 24 && size_of::<params::OpenAt>() == 20);
    assert!(size_of::<params::SetTimes>() == 56 && core::mem::offset_of!(params::SetTimesAt, accessed) == 16);
};

mod import {
    use super::params;
    use super::{DescriptorType, List, Pair, Reply, Stat3, Streaming, Unit};

    #[link(wasm_import_module = "wasi:filesystem/preopens@0.3")]
    unsafe extern "C" {
        #[link_name = "get-directories"]
        pub safe fn get_directories(result: &mut List);
    }

    #[link(wasm_import_module = "wasi:filesystem/types@0.3")]
    unsafe extern "C" {
        #[link_name = "[resource-drop]descriptor"]
        pub safe fn drop_descriptor(descriptor: u32);
        #[link_name = "[method]descriptor.read-via-stream"]
        pub safe fn read_via_stream(descriptor: u32, offset: u64, result: &mut Streaming);
        #[link_name = "[method]descriptor.write-via-stream"]
        pub safe fn write_via_stream(descriptor: u32, data: u32, offset: u64) -> u32;
        #[link_name = "[method]descriptor.append-via-stream"]
        pub safe fn append_via_stream(descriptor: u32, data: u32) -> u32;
        #[link_name = "[method]descriptor.read-directory"]
        pub safe fn read_directory(descriptor: u32, result: &mut Streaming);
        #[link_name = "[async-lower][method]descriptor.get-type"]
        pub fn get_type(descriptor: u32, reply: *mut Reply<DescriptorType>) -> u32;
        #[link_name = "[async-lower][method]descriptor.stat"]
        pub fn stat(descriptor: u32, reply: *mut Reply<Stat3>) -> u32;
        #[link_name = "[async-lower][method]descriptor.stat-at"]
        pub fn stat_at(base: u32, path_flags: u32, path: *const u8, length: usize, reply: *mut Reply<Stat3>) -> u32;
        #[link_name = "[async-lower][method]descriptor.open-at"]
        pub fn open_at(params: *const params::OpenAt, reply: *mut Reply<u32>) -> u32;
        #[link_name = "[async-lower][method]descriptor.sync"]
        pub fn sync(descriptor: u32, reply: *mut Reply<Unit>) -> u32;
        #[link_name = "[async-lower][method]descriptor.sync-data"]
        pub fn sync_data(descriptor: u32, reply: *mut Reply<Unit>) -> u32;
        #[link_name = "[async-lower][method]descriptor.set-size"]
        pub fn set_size(descriptor: u32, size: u64, reply: *mut Reply<Unit>) -> u32;
        #[link_name = "[async-lower][method]descriptor.set-times"]
        pub fn set_times(params: *const params::SetTimes, reply: *mut Reply<Unit>) -> u32;
        #[link_name = "[async-lower][method]descriptor.set-times-at"]
        pub fn set_times_at(params: *const params::SetTimesAt, reply: *mut Reply<Unit>) -> u32;
        #[link_name = "[async-lower][method]descriptor.create-directory-at"]
        pub fn create_directory_at(base: u32, path: *const u8, length: usize, reply: *mut Reply<Unit>) -> u32;
        #[link_name = "[async-lower][method]descriptor.remove-directory-at"]
        pub fn remove_directory_at(base: u32, path: *const u8, length: usize, reply: *mut Reply<Unit>) -> u32;
        #[link_name = "[async-lower][method]descriptor.unlink-file-at"]
        pub fn unlink_file_at(base: u32, path: *const u8, length: usize, reply: *mut Reply<Unit>) -> u32;
        #[link_name = "[async-lower][method]descriptor.readlink-at"]
        pub fn readlink_at(base: u32, path: *const u8, length: usize, reply: *mut Reply<List>) -> u32;
        #[link_name = "[async-lower][method]descriptor.symlink-at"]
        pub fn symlink_at(params: *const params::SymlinkAt, reply: *mut Reply<Unit>) -> u32;
        #[link_name = "[async-lower][method]descriptor.link-at"]
        pub fn link_at(params: *const params::LinkAt, reply: *mut Reply<Unit>) -> u32;
        #[link_name = "[async-lower][method]descriptor.rename-at"]
        pub fn rename_at(params: *const params::RenameAt, reply: *mut Reply<Unit>) -> u32;
        #[link_name = "[async-lower][method]descriptor.metadata-hash"]
        pub fn metadata_hash(descriptor: u32, reply: *mut Reply<Pair<u64, u64>>) -> u32;
        #[link_name = "[async-lower][method]descriptor.metadata-hash-at"]
        pub fn metadata_hash_at(
            base: u32,
            path_flags: u32,
            path: *const u8,
            length: usize,
            reply: *mut Reply<Pair<u64, u64>>,
        ) -> u32;
    }
}

/// A handle that calls under way have borrowed. A handle cannot be dropped while it is lent.
struct Lent {
    descriptor: u32,
    calls: u32,
    /// Whether it is to be dropped when they have ended.
    is_dropped: bool,
}

thread_local! {
    static LENT: RefCell<Vec<Lent>> = const { RefCell::new(Vec::new()) };
}

fn lend(descriptor: u32) {
    local::with(&LENT, |lent| match lent.iter_mut().find(|lent| lent.descriptor == descriptor) {
        Some(lent) => lent.calls += 1,
        None => lent.push(Lent { descriptor, calls: 1, is_dropped: false }),
    });
}

fn take_back(descriptor: u32) {
    let is_dropped = local::with(&LENT, |lent| {
        let place = lent.iter().position(|lent| lent.descriptor == descriptor)?;
        let known = lent.get_mut(place)?;
        known.calls -= 1;
        if known.calls > 0 {
            return None;
        }
        Some(lent.swap_remove(place).is_dropped)
    });
    if is_dropped == Some(true) {
        import::drop_descriptor(descriptor);
    }
}

/// Drops a handle, as soon as no call has borrowed it.
pub fn drop_descriptor(descriptor: u32) {
    let is_lent = local::with(&LENT, |lent| {
        let known = lent.iter_mut().find(|lent| lent.descriptor == descriptor);
        known.map(|lent| lent.is_dropped = true).is_some()
    });
    if !is_lent {
        import::drop_descriptor(descriptor);
    }
}

/// Calls an import that borrows a handle.
async fn call<T>(descriptor: u32, import: impl FnOnce(*mut Reply<T>) -> u32) -> Result<T, Error> {
    lend(descriptor);
    let reply = wait::call(Res::Err(Error::Io.into()), import).await;
    take_back(descriptor);
    match reply {
        Res::Ok(value) => Ok(value),
        Res::Err(code) => Err(code.error()),
    }
}

async fn done(descriptor: u32, import: impl FnOnce(*mut Reply<Unit>) -> u32) -> Result<(), Error> {
    call(descriptor, import).await.map(|_: Unit| ())
}

impl Plain for Pair<u32, List> {}

/// Returns the directories that the host gives, each with its name.
pub fn directories() -> impl Iterator<Item = (u32, &'static str)> {
    let mut directories = List::EMPTY;
    import::get_directories(&mut directories);
    let directories = abi::list(directories.pointer.cast::<Pair<u32, List>>(), directories.length);
    directories.iter().map(|Pair(descriptor, name)| (*descriptor, abi::string(name.pointer, name.length)))
}

// SAFETY, of all calls that follow: names, parameters and the place of the reply stay until the call has ended, because
// the future has them, which nobody drops before.

/// Returns the kind of what is open.
pub async fn kind(descriptor: u32) -> Result<FileKind, Error> {
    // SAFETY: see above.
    call(descriptor, |reply| unsafe { import::get_type(descriptor, reply) }).await.map(DescriptorType::kind)
}

pub async fn stat(descriptor: u32) -> Result<Stat, Error> {
    // SAFETY: see above.
    call(descriptor, |reply| unsafe { import::stat(descriptor, reply) }).await.map(stat_of)
}

pub async fn stat_at(at: At<'_>) -> Result<Stat, Error> {
    let At { base, path, .. } = at;
    // SAFETY: see above.
    let stat = call(base, |reply| unsafe { import::stat_at(base, at.path_flags(), path.as_ptr(), path.len(), reply) });
    stat.await.map(stat_of)
}

/// Opens a path; `open` and `flags` are `open-flags` and `descriptor-flags`.
pub async fn open_at(at: At<'_>, open: u8, flags: u8) -> Result<u32, Error> {
    let base = at.base;
    let path_flags = at.path_flags() as u8;
    let params = params::OpenAt { base, path_flags, path: List::of(at.path), open_flags: open, flags };
    // SAFETY: see above.
    call(base, |reply| unsafe { import::open_at(&raw const params, reply) }).await
}

/// Begins to read a file.
pub fn read_via_stream(descriptor: u32, offset: u64) -> Streaming {
    let mut streaming = Streaming { stream: 0, end: 0 };
    import::read_via_stream(descriptor, offset, &mut streaming);
    streaming
}

/// Writes a stream to a file, at an offset or at its end. Returns the future that tells how that ended.
pub fn write_via_stream(descriptor: u32, offset: Option<u64>, stream: u32) -> u32 {
    match offset {
        Some(offset) => import::write_via_stream(descriptor, stream, offset),
        None => import::append_via_stream(descriptor, stream),
    }
}

/// Waits for the progress of a read or write.
async fn progress(end: u32, begun: Option<Progress>) -> Progress {
    match begun {
        Some(progress) => progress,
        None => progressed(wait::event(end).await),
    }
}

/// Decodes the code of an event, which never says that the end is still busy.
fn progressed(code: u32) -> Progress {
    Progress::new(code).unwrap_or(Progress { count: 0, open: false })
}

/// Waits for the result of a stream.
async fn result(end: u32) -> Result<(), Error> {
    let result = Box::new(UnsafeCell::new(Res::Err(Error::Io.into())));
    // SAFETY: the future has the place of the result, and nobody reads it before it is there.
    let begun = unsafe { results::read_of_filesystem(end, result.get()) };
    progress(end, Progress::new(begun)).await;
    match result.into_inner() {
        Res::Ok(_) => Ok(()),
        Res::Err(code) => Err(code.error()),
    }
}

/// Waits for the result of a stream that is over.
async fn ended(end: u32) -> Result<(), Error> {
    let result = result(end).await;
    results::ignore_of_filesystem(end);
    result
}

/// Reads at most `length` bytes; none at and after the end.
pub async fn read(descriptor: u32, length: u64, offset: u64) -> Result<Vec<u8>, Error> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(length)?;
    buffer.resize(length, 0);
    let Streaming { stream, end } = read_via_stream(descriptor, offset);
    loop {
        // SAFETY: the future has the buffer, and nobody uses it before the read is over.
        let begun = unsafe { bytes::read(stream, &mut buffer) };
        let Progress { count, open } = progress(stream, begun).await;
        if count == 0 && open {
            continue;
        }
        bytes::drop_readable(stream);
        if count == 0 {
            ended(end).await?;
        } else {
            results::ignore_of_filesystem(end);
        }
        buffer.truncate(count);
        return Ok(buffer);
    }
}

/// Writes all bytes at an offset of a file, or at its end.
///
/// # Errors
/// Those of the host. Bytes before the failure may be written.
async fn write_all(descriptor: u32, offset: Option<u64>, mut rest: &[u8]) -> Result<(), Error> {
    let (readable, stream) = bytes::new();
    let end = write_via_stream(descriptor, offset, readable);
    while !rest.is_empty() {
        // SAFETY: the future has borrowed the bytes until the write is over.
        let begun = unsafe { bytes::write(stream, rest) };
        let Progress { count, open } = progress(stream, begun).await;
        rest = rest.get(count..).unwrap_or_default();
        if !open {
            break;
        }
    }
    bytes::drop_writable(stream);
    ended(end).await?;
    // A host that takes no more says why.
    if rest.is_empty() { Ok(()) } else { Err(Error::Io) }
}

pub async fn write(descriptor: u32, offset: u64, bytes: &[u8]) -> Result<(), Error> {
    write_all(descriptor, Some(offset), bytes).await
}

pub async fn append(descriptor: u32, bytes: &[u8]) -> Result<(), Error> {
    write_all(descriptor, None, bytes).await
}

pub async fn sync(descriptor: u32, data_only: bool) -> Result<(), Error> {
    done(descriptor, |reply| {
        // SAFETY: see above.
        unsafe { if data_only { import::sync_data(descriptor, reply) } else { import::sync(descriptor, reply) } }
    })
    .await
}

pub async fn set_size(descriptor: u32, size: u64) -> Result<(), Error> {
    // SAFETY: see above.
    done(descriptor, |reply| unsafe { import::set_size(descriptor, size, reply) }).await
}

pub async fn set_times(descriptor: u32, accessed: NewTimestamp, modified: NewTimestamp) -> Result<(), Error> {
    let params = params::SetTimes { descriptor, accessed: new_time(accessed), modified: new_time(modified) };
    // SAFETY: see above.
    done(descriptor, |reply| unsafe { import::set_times(&raw const params, reply) }).await
}

pub async fn set_times_at(at: At<'_>, accessed: NewTimestamp, modified: NewTimestamp) -> Result<(), Error> {
    let (accessed, modified) = (new_time(accessed), new_time(modified));
    let (base, path_flags) = (at.base, NO_FOLLOW as u8);
    let params = params::SetTimesAt { base, path_flags, path: List::of(at.path), accessed, modified };
    // SAFETY: see above.
    done(base, |reply| unsafe { import::set_times_at(&raw const params, reply) }).await
}

/// Begins a pass over a directory's entries.
#[expect(clippy::unnecessary_wraps, reason = "in 0.2 the beginning can fail")]
pub fn read_directory(descriptor: u32) -> Result<Listing, Error> {
    let mut listing = Streaming { stream: 0, end: 0 };
    import::read_directory(descriptor, &mut listing);
    Ok(listing)
}

/// Most entries that are taken at once.
const MOST: usize = 32;

/// Returns the next entries of a pass. It ends with the last of them.
pub async fn read_entries(listing: Listing) -> Result<Entries, Error> {
    let _names = abi::expect_list();
    let mut entries = Entries::default();
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(MOST)?;
    loop {
        // SAFETY: the future has the buffer, and nobody uses it before the read is over.
        let begun = unsafe { entries::read(listing.stream, &mut buffer, MOST) };
        let Progress { count, open } = match begun {
            Some(progress) => progress,
            None => progressed(wait::event_in_task(listing.stream).await),
        };
        // SAFETY: the host has written so many.
        unsafe { buffer.set_len(count.min(MOST)) };
        entries.list.try_reserve_exact(buffer.len())?;
        for Pair(kind, name) in &buffer {
            entries.list.push((kind.kind(), copy(abi::list(name.pointer, name.length))?));
        }
        if !open {
            entries.end = Some(result(listing.end).await);
        }
        if count > 0 || !open {
            return Ok(entries);
        }
    }
}

/// Ends a pass.
pub fn drop_listing(listing: Listing) {
    entries::drop_readable(listing.stream);
    results::ignore_of_filesystem(listing.end);
}

pub async fn create_directory_at(At { base, path, .. }: At<'_>) -> Result<(), Error> {
    // SAFETY: see above.
    done(base, |reply| unsafe { import::create_directory_at(base, path.as_ptr(), path.len(), reply) }).await
}

pub async fn remove_directory_at(At { base, path, .. }: At<'_>) -> Result<(), Error> {
    // SAFETY: see above.
    done(base, |reply| unsafe { import::remove_directory_at(base, path.as_ptr(), path.len(), reply) }).await
}

pub async fn unlink_file_at(At { base, path, .. }: At<'_>) -> Result<(), Error> {
    // SAFETY: see above.
    done(base, |reply| unsafe { import::unlink_file_at(base, path.as_ptr(), path.len(), reply) }).await
}

/// Returns the target of a symbolic link; it stays until the end of the app's next call.
pub async fn readlink_at(At { base, path, .. }: At<'_>) -> Result<&'static [u8], Error> {
    let _target = abi::expect_list();
    // SAFETY: see above.
    let target = call(base, |reply| unsafe { import::readlink_at(base, path.as_ptr(), path.len(), reply) }).await?;
    Ok(abi::list(target.pointer, target.length))
}

pub async fn symlink_at(target: &[u8], at: At<'_>) -> Result<(), Error> {
    let params = params::SymlinkAt { base: at.base, target: List::of(target), path: List::of(at.path) };
    // SAFETY: see above.
    done(at.base, |reply| unsafe { import::symlink_at(&raw const params, reply) }).await
}

pub async fn link_at(old: At<'_>, new: At<'_>) -> Result<(), Error> {
    let path_flags = NO_FOLLOW as u8;
    let (from, to) = (old.base, new.base);
    let params = params::LinkAt { from, path_flags, old: List::of(old.path), to, new: List::of(new.path) };
    lend(to);
    // SAFETY: see above.
    let linked = done(from, |reply| unsafe { import::link_at(&raw const params, reply) }).await;
    take_back(to);
    linked
}

pub async fn rename_at(old: At<'_>, new: At<'_>) -> Result<(), Error> {
    let (from, to) = (old.base, new.base);
    let params = params::RenameAt { from, old: List::of(old.path), to, new: List::of(new.path) };
    lend(to);
    // SAFETY: see above.
    let renamed = done(from, |reply| unsafe { import::rename_at(&raw const params, reply) }).await;
    take_back(to);
    renamed
}

/// Returns the half of a node's hash that is its identity: the other may be its time.
pub async fn identity(descriptor: u32) -> Result<u64, Error> {
    // SAFETY: see above.
    let hash = call(descriptor, |reply| unsafe { import::metadata_hash(descriptor, reply) }).await;
    hash.map(|Pair(lower, _)| lower)
}

/// Returns what [`identity`] does, of the node at a path.
pub async fn identity_at(at: At<'_>) -> Result<u64, Error> {
    let At { base, path, .. } = at;
    // SAFETY: see above.
    let hash = call(base, |reply| unsafe {
        import::metadata_hash_at(base, at.path_flags(), path.as_ptr(), path.len(), reply)
    });
    hash.await.map(|Pair(lower, _)| lower)
}

fn new_time(time: NewTimestamp) -> NewTime {
    let (case, seconds, nanoseconds) = flat(time);
    NewTime { case: case as u8, time: Datetime { seconds, nanoseconds } }
}

fn stat_of(stat: Stat3) -> Stat {
    let DescriptorStat { kind, link_count, size, accessed, modified, changed } = stat;
    let time = |time| match time {
        Opt::None => Timestamp::default(),
        Opt::Some(Datetime { seconds, nanoseconds }) => Timestamp { seconds, nanoseconds },
    };
    Stat {
        kind: kind.kind(),
        links: link_count,
        size,
        accessed: time(accessed),
        modified: time(modified),
        changed: time(changed),
    }
}
