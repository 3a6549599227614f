//! `wasi:filesystem` of the host.
//!
//! Handles are the host's own. They never reach the app.

use vfs_core::{Error, FileKind, NewTimestamp, Stat, Timestamp};

use crate::abi::{self, Datetime, DescriptorStat, List, Opt, Pair, Plain, Res, Unit};
use crate::host::at::{At, Entries, NO_FOLLOW, copy, flat};
use crate::host::mounts as streams;
use crate::host::streams::StreamError;

/// `error-code`, by its ordinal.
type Code = u8;

/// `result<T, error-code>`.
type Reply<T> = Res<T, Code>;

/// `io`, for a call that the host does not answer.
const IO: Code = 13;

mod import {
    use super::{Code, DescriptorStat, List, Opt, Pair, Reply, Unit};

    #[link(wasm_import_module = "wasi:filesystem/preopens")]
    unsafe extern "C" {
        #[link_name = "get-directories"]
        pub safe fn get_directories(result: &mut List);
    }

    #[link(wasm_import_module = "wasi:filesystem/types")]
    unsafe extern "C" {
        #[link_name = "[resource-drop]descriptor"]
        pub safe fn drop_descriptor(descriptor: u32);
        #[link_name = "[resource-drop]directory-entry-stream"]
        pub safe fn drop_directory_entry_stream(stream: u32);
        #[link_name = "[method]descriptor.get-type"]
        pub safe fn get_type(descriptor: u32, result: &mut Reply<u8>);
        #[link_name = "[method]descriptor.stat"]
        pub safe fn stat(descriptor: u32, result: &mut Reply<DescriptorStat<u8>>);
        #[link_name = "[method]descriptor.stat-at"]
        pub safe fn stat_at(
            descriptor: u32,
            path_flags: u32,
            path: *const u8,
            length: usize,
            result: &mut Reply<DescriptorStat<u8>>,
        );
        #[link_name = "[method]descriptor.open-at"]
        pub safe fn open_at(
            descriptor: u32,
            path_flags: u32,
            path: *const u8,
            length: usize,
            open_flags: u32,
            flags: u32,
            result: &mut Reply<u32>,
        );
        #[link_name = "[method]descriptor.read"]
        pub safe fn read(descriptor: u32, length: u64, offset: u64, result: &mut Reply<Pair<List, bool>>);
        #[link_name = "[method]descriptor.write"]
        pub safe fn write(descriptor: u32, bytes: *const u8, length: usize, offset: u64, result: &mut Reply<u64>);
        #[link_name = "filesystem-error-code"]
        pub safe fn filesystem_error_code(error: u32, result: &mut Opt<Code>);
        #[link_name = "[method]descriptor.append-via-stream"]
        pub safe fn append_via_stream(descriptor: u32, result: &mut Reply<u32>);
        #[link_name = "[method]descriptor.sync"]
        pub safe fn sync(descriptor: u32, result: &mut Reply<Unit>);
        #[link_name = "[method]descriptor.sync-data"]
        pub safe fn sync_data(descriptor: u32, result: &mut Reply<Unit>);
        #[link_name = "[method]descriptor.set-size"]
        pub safe fn set_size(descriptor: u32, size: u64, result: &mut Reply<Unit>);
        #[link_name = "[method]descriptor.set-times"]
        pub safe fn set_times(
            descriptor: u32,
            accessed: u32,
            accessed_seconds: u64,
            accessed_nanoseconds: u32,
            modified: u32,
            modified_seconds: u64,
            modified_nanoseconds: u32,
            result: &mut Reply<Unit>,
        );
        #[link_name = "[method]descriptor.set-times-at"]
        pub safe fn set_times_at(
            descriptor: u32,
            path_flags: u32,
            path: *const u8,
            length: usize,
            accessed: u32,
            accessed_seconds: u64,
            accessed_nanoseconds: u32,
            modified: u32,
            modified_seconds: u64,
            modified_nanoseconds: u32,
            result: &mut Reply<Unit>,
        );
        #[link_name = "[method]descriptor.read-directory"]
        pub safe fn read_directory(descriptor: u32, result: &mut Reply<u32>);
        #[link_name = "[method]directory-entry-stream.read-directory-entry"]
        pub safe fn read_directory_entry(stream: u32, result: &mut Reply<Opt<Pair<u8, List>>>);
        #[link_name = "[method]descriptor.create-directory-at"]
        pub safe fn create_directory_at(descriptor: u32, path: *const u8, length: usize, result: &mut Reply<Unit>);
        #[link_name = "[method]descriptor.remove-directory-at"]
        pub safe fn remove_directory_at(descriptor: u32, path: *const u8, length: usize, result: &mut Reply<Unit>);
        #[link_name = "[method]descriptor.unlink-file-at"]
        pub safe fn unlink_file_at(descriptor: u32, path: *const u8, length: usize, result: &mut Reply<Unit>);
        #[link_name = "[method]descriptor.readlink-at"]
        pub safe fn readlink_at(descriptor: u32, path: *const u8, length: usize, result: &mut Reply<List>);
        #[link_name = "[method]descriptor.symlink-at"]
        pub safe fn symlink_at(
            descriptor: u32,
            target: *const u8,
            target_length: usize,
            path: *const u8,
            length: usize,
            result: &mut Reply<Unit>,
        );
        #[link_name = "[method]descriptor.link-at"]
        pub safe fn link_at(
            descriptor: u32,
            path_flags: u32,
            old: *const u8,
            old_length: usize,
            to: u32,
            new: *const u8,
            new_length: usize,
            result: &mut Reply<Unit>,
        );
        #[link_name = "[method]descriptor.rename-at"]
        pub safe fn rename_at(
            descriptor: u32,
            old: *const u8,
            old_length: usize,
            to: u32,
            new: *const u8,
            new_length: usize,
            result: &mut Reply<Unit>,
        );
        #[link_name = "[method]descriptor.metadata-hash"]
        pub safe fn metadata_hash(descriptor: u32, result: &mut Reply<Pair<u64, u64>>);
        #[link_name = "[method]descriptor.metadata-hash-at"]
        pub safe fn metadata_hash_at(
            descriptor: u32,
            path_flags: u32,
            path: *const u8,
            length: usize,
            result: &mut Reply<Pair<u64, u64>>,
        );
    }
}

pub use import::{drop_descriptor, drop_directory_entry_stream as drop_listing};

/// Calls an import, whose reply is `io` unless the host writes another.
fn call<T>(import: impl FnOnce(&mut Reply<T>)) -> Result<T, Error> {
    let mut reply = Res::Err(IO);
    import(&mut reply);
    match reply {
        Res::Ok(value) => Ok(value),
        Res::Err(code) => Err(Error::from_code(code)),
    }
}

fn done(import: impl FnOnce(&mut Reply<Unit>)) -> Result<(), Error> {
    call(import).map(|_: Unit| ())
}

impl Plain for Pair<u32, List> {}

/// Returns the directories that the host gives, each with its name.
pub fn directories() -> impl Iterator<Item = (u32, &'static str)> {
    let mut directories = List::EMPTY;
    import::get_directories(&mut directories);
    let directories = abi::list(directories.pointer.cast::<Pair<u32, List>>(), directories.length);
    directories.iter().map(|Pair(descriptor, name)| (*descriptor, abi::string(name.pointer, name.length)))
}

/// Returns the kind of what is open.
pub async fn kind(descriptor: u32) -> Result<FileKind, Error> {
    call(|reply| import::get_type(descriptor, reply)).map(file_kind)
}

pub async fn stat(descriptor: u32) -> Result<Stat, Error> {
    call(|reply| import::stat(descriptor, reply)).map(stat_of)
}

pub async fn stat_at(at: At<'_>) -> Result<Stat, Error> {
    let At { base, path, .. } = at;
    call(|reply| import::stat_at(base, at.path_flags(), path.as_ptr(), path.len(), reply)).map(stat_of)
}

/// Opens a path; `open` and `flags` are `open-flags` and `descriptor-flags`.
pub async fn open_at(at: At<'_>, open: u8, flags: u8) -> Result<u32, Error> {
    let At { base, path, .. } = at;
    let (open, flags) = (u32::from(open), u32::from(flags));
    call(|reply| import::open_at(base, at.path_flags(), path.as_ptr(), path.len(), open, flags, reply))
}

/// Reads at most `length` bytes.
pub async fn read(descriptor: u32, length: u64, offset: u64) -> Result<Vec<u8>, Error> {
    copy(read_in_place(descriptor, length, offset)?)
}

/// Reads at most `length` bytes, which stay until the end of the app's call.
pub fn read_in_place(descriptor: u32, length: u64, offset: u64) -> Result<&'static [u8], Error> {
    let Pair(bytes, _is_end) = call(|reply| import::read(descriptor, length, offset, reply))?;
    // A host that gives more does not get it to the app.
    let length = usize::try_from(length).map_or(bytes.length, |length| length.min(bytes.length));
    Ok(abi::list(bytes.pointer, length))
}

/// Writes all bytes.
///
/// # Errors
/// Those of the host. Bytes before the failure may be written.
pub async fn write(descriptor: u32, mut offset: u64, mut bytes: &[u8]) -> Result<(), Error> {
    while !bytes.is_empty() {
        let count = call(|reply| import::write(descriptor, bytes.as_ptr(), bytes.len(), offset, reply))?;
        // A host that takes nothing, or more than there is, would keep us here.
        let taken = usize::try_from(count).ok().filter(|count| *count > 0);
        bytes = taken.and_then(|taken| bytes.get(taken..)).ok_or(Error::Io)?;
        offset = offset.checked_add(count).ok_or(Error::Io)?;
    }
    Ok(())
}

/// Writes all bytes at the end of a file, by a stream of the host that is made and dropped here.
///
/// # Errors
/// Those of the host. Bytes before the failure may be written.
pub async fn append(descriptor: u32, bytes: &[u8]) -> Result<(), Error> {
    let stream = call(|reply| import::append_via_stream(descriptor, reply))?;
    let written = append_to(stream, bytes);
    streams::drop_output_stream(stream);
    written
}

fn append_to(stream: u32, mut bytes: &[u8]) -> Result<(), Error> {
    let mut is_flushed = false;
    while !bytes.is_empty() {
        let room = streams::check_write(stream).map_err(failed)?;
        // A host that takes nothing would keep us here.
        if room == 0 && is_flushed {
            return Err(Error::Io);
        }
        if room > 0 {
            let count = usize::try_from(room).unwrap_or(usize::MAX);
            let (now, rest) = bytes.split_at_checked(count).unwrap_or((bytes, &[]));
            streams::write(stream, now).map_err(failed)?;
            bytes = rest;
        }
        streams::blocking_flush(stream).map_err(failed)?;
        is_flushed = true;
    }
    Ok(())
}

/// Returns why a stream of a file failed.
fn failed(error: StreamError) -> Error {
    let StreamError::LastOperationFailed(error) = error else { return Error::Io };
    let mut code = Opt::None;
    import::filesystem_error_code(error, &mut code);
    // The app must not find it among the numbers of its handles.
    streams::drop_error(error);
    match code {
        Opt::Some(code) => Error::from_code(code),
        Opt::None => Error::Io,
    }
}

pub async fn sync(descriptor: u32, data_only: bool) -> Result<(), Error> {
    done(|reply| if data_only { import::sync_data(descriptor, reply) } else { import::sync(descriptor, reply) })
}

pub async fn set_size(descriptor: u32, size: u64) -> Result<(), Error> {
    done(|reply| import::set_size(descriptor, size, reply))
}

pub async fn set_times(descriptor: u32, accessed: NewTimestamp, modified: NewTimestamp) -> Result<(), Error> {
    let ((a, a_seconds, a_nanoseconds), (m, m_seconds, m_nanoseconds)) = (flat(accessed), flat(modified));
    done(|reply| import::set_times(descriptor, a, a_seconds, a_nanoseconds, m, m_seconds, m_nanoseconds, reply))
}

pub async fn set_times_at(at: At<'_>, accessed: NewTimestamp, modified: NewTimestamp) -> Result<(), Error> {
    let ((a, a_seconds, a_nanoseconds), (m, m_seconds, m_nanoseconds)) = (flat(accessed), flat(modified));
    let At { base, path, .. } = at;
    done(|reply| {
        import::set_times_at(
            base,
            NO_FOLLOW,
            path.as_ptr(),
            path.len(),
            a,
            a_seconds,
            a_nanoseconds,
            m,
            m_seconds,
            m_nanoseconds,
            reply,
        );
    })
}

/// A pass over a directory's entries: the host's stream.
pub type Listing = u32;

/// Begins a pass over a directory's entries.
pub fn read_directory(descriptor: u32) -> Result<Listing, Error> {
    call(|reply| import::read_directory(descriptor, reply))
}

/// Returns the next entry of a pass; none at its end.
pub async fn read_entries(listing: Listing) -> Result<Entries, Error> {
    let mut entries = Entries::default();
    if let Opt::Some(Pair(kind, name)) = call(|reply| import::read_directory_entry(listing, reply))? {
        entries.list.try_reserve_exact(1)?;
        entries.list.push((file_kind(kind), copy(abi::list(name.pointer, name.length))?));
    }
    Ok(entries)
}

pub async fn create_directory_at(At { base, path, .. }: At<'_>) -> Result<(), Error> {
    done(|reply| import::create_directory_at(base, path.as_ptr(), path.len(), reply))
}

pub async fn remove_directory_at(At { base, path, .. }: At<'_>) -> Result<(), Error> {
    done(|reply| import::remove_directory_at(base, path.as_ptr(), path.len(), reply))
}

pub async fn unlink_file_at(At { base, path, .. }: At<'_>) -> Result<(), Error> {
    done(|reply| import::unlink_file_at(base, path.as_ptr(), path.len(), reply))
}

/// Returns the target of a symbolic link; it stays until the end of the app's call.
pub async fn readlink_at(At { base, path, .. }: At<'_>) -> Result<&'static [u8], Error> {
    let target = call(|reply| import::readlink_at(base, path.as_ptr(), path.len(), reply))?;
    Ok(abi::list(target.pointer, target.length))
}

pub async fn symlink_at(target: &[u8], At { base, path, .. }: At<'_>) -> Result<(), Error> {
    done(|reply| import::symlink_at(base, target.as_ptr(), target.len(), path.as_ptr(), path.len(), reply))
}

pub async fn link_at(old: At<'_>, new: At<'_>) -> Result<(), Error> {
    let (from, to) = (old.path, new.path);
    done(|reply| {
        import::link_at(old.base, NO_FOLLOW, from.as_ptr(), from.len(), new.base, to.as_ptr(), to.len(), reply);
    })
}

pub async fn rename_at(old: At<'_>, new: At<'_>) -> Result<(), Error> {
    let (from, to) = (old.path, new.path);
    done(|reply| import::rename_at(old.base, from.as_ptr(), from.len(), new.base, to.as_ptr(), to.len(), reply))
}

/// Returns the half of a node's hash that is its identity: the other may be its time.
pub async fn identity(descriptor: u32) -> Result<u64, Error> {
    call(|reply| import::metadata_hash(descriptor, reply)).map(|Pair(lower, _)| lower)
}

/// Returns what [`identity`] does, of the node at a path.
pub async fn identity_at(at: At<'_>) -> Result<u64, Error> {
    let At { base, path, .. } = at;
    let hash = call(|reply| import::metadata_hash_at(base, at.path_flags(), path.as_ptr(), path.len(), reply));
    hash.map(|Pair(lower, _)| lower)
}

fn stat_of(stat: DescriptorStat<u8>) -> Stat {
    let DescriptorStat { kind, link_count, size, accessed, modified, changed } = stat;
    let time = |time| match time {
        Opt::None => Timestamp::default(),
        Opt::Some(Datetime { seconds, nanoseconds }) => Timestamp { seconds, nanoseconds },
    };
    Stat {
        kind: file_kind(kind),
        links: link_count,
        size,
        accessed: time(accessed),
        modified: time(modified),
        changed: time(changed),
    }
}

/// Decodes `descriptor-type`. What the host does not know cannot be opened: it counts as a device.
fn file_kind(kind: u8) -> FileKind {
    match kind {
        1 => FileKind::BlockDevice,
        3 => FileKind::Directory,
        4 => FileKind::Fifo,
        5 => FileKind::SymbolicLink,
        6 => FileKind::RegularFile,
        7 => FileKind::Socket,
        _ => FileKind::CharacterDevice,
    }
}
