//! Requests of operations, as calls of the host.

use vfs_core::late::{Answer, LateInode, Query, Request};
use vfs_core::{DescriptorFlags, Effect, Error, FileKind, LayerNode, Listed, OpenFlags, Performed, Stat, Timestamp};

use super::nodes::{self, Node, Nodes, Pass};
use super::union;
use crate::host::filesystem::{self as host, At};

/// Has the host answer a request.
///
/// # Errors
/// - Those of the host.
/// - [`Error::InsufficientMemory`]: an allocation failed.
pub fn ask(request: &Request) -> Result<Answer, Error> {
    nodes::with(|nodes| match request {
        Request::Query(query) => answer(nodes, query),
        Request::Effect(effect) => perform(nodes, effect).map(Answer::Performed),
    })
}

fn answer(nodes: &mut Nodes, query: &Query) -> Result<Answer, Error> {
    let path = &mut Vec::new();
    Ok(match query {
        Query::Inode { node } => Answer::Inode(inode(nodes, *node)?),
        Query::Lookup { directory, name } => Answer::Found(look_up(nodes, *directory, name)?),
        Query::Open { node, flags } => Answer::Inode(open(nodes, *node, *flags)?),
        Query::OpenListing { directory } => Answer::Inode(open_listing(nodes, *directory)?),
        Query::List { directory, cursor } => list(nodes, *directory, *cursor)?,
        Query::ReadLink { link } => match nodes.get(*link)?.image {
            Some(link) => Answer::Bytes(copy(union::read_link(nodes, link)?)?),
            None => Answer::Bytes(copy(host::readlink_at(nodes.reach(*link, path)?)?)?),
        },
        Query::Read { file, offset, length } => Answer::Bytes(copy(read_file(nodes, *file, *offset, *length)?)?),
        Query::Identity { node } => Answer::Identity(identity(nodes, *node)?),
    })
}

/// Reads bytes of an open file, which stay until the end of the app's call.
///
/// # Errors
/// - Those of the host.
pub fn read(file: u64, offset: u64, length: u64) -> Result<&'static [u8], Error> {
    nodes::with(|nodes| read_file(nodes, file, offset, length))
}

fn read_file(nodes: &Nodes, file: u64, offset: u64, length: u64) -> Result<&'static [u8], Error> {
    match nodes.get(file)?.image {
        Some(file) => union::read(nodes, file, offset, length),
        None => host::read(descriptor(nodes, file)?, length, offset),
    }
}

/// Returns the host's handle of an open node.
///
/// # Errors
/// - [`Error::BadDescriptor`]: it is not open.
pub fn descriptor_of(node: u64) -> Result<u32, Error> {
    nodes::with(|nodes| descriptor(nodes, node))
}

/// Writes all bytes at an offset of an open file, or at its end.
///
/// # Errors
/// - Those of the host. Bytes before the failure may be written.
pub fn write(file: u64, offset: Option<u64>, bytes: &[u8]) -> Result<(), Error> {
    let descriptor = descriptor_of(file)?;
    match offset {
        Some(offset) => host::write(descriptor, offset, bytes),
        None => host::append(descriptor, bytes),
    }
}

/// Returns what tells a node from all others.
fn identity(nodes: &mut Nodes, number: u64) -> Result<u64, Error> {
    let node = nodes.get(number)?;
    if let Some(of_image) = node.image {
        return Ok(union::identity(of_image));
    }
    if let Some(object) = node.object {
        return Ok(object);
    }
    let object = match node.descriptor {
        Some(descriptor) => host::identity(descriptor)?,
        None if is_missing(nodes, number)? => return Ok(number),
        None => host::identity_at(nodes.reach(number, &mut Vec::new())?)?,
    };
    if nodes.get(number)?.is_kept_above {
        nodes.set_object(number, object)?;
    }
    Ok(object)
}

/// Returns the host's handle of an open node.
fn descriptor(nodes: &Nodes, number: u64) -> Result<u32, Error> {
    nodes.get(number)?.descriptor.ok_or(Error::BadDescriptor)
}

/// Returns whether a node is the root of a directory that the host does not have.
fn is_missing(nodes: &Nodes, number: u64) -> Result<bool, Error> {
    let node = nodes.get(number)?;
    Ok(node.parent == number && node.descriptor.is_none())
}

fn inode(nodes: &mut Nodes, number: u64) -> Result<LateInode, Error> {
    let Node { descriptor, image, .. } = nodes.get(number)?;
    let stat = match descriptor {
        Some(descriptor) => host::stat(*descriptor),
        None if image.is_none() && is_missing(nodes, number)? => Ok(nodes.get(number)?.stat),
        None => nodes.reach(number, &mut Vec::new()).and_then(host::stat_at),
    };
    let stat = match (stat, *image) {
        (Ok(stat), Some(_)) => union::uncounted(stat),
        (Err(Error::NoEntry | Error::NotDirectory), Some(of_image)) => union::stat(nodes, of_image)?,
        (stat, _) => stat?,
    };
    nodes.get_mut(number)?.stat = stat;
    told(nodes, number)
}

fn look_up(nodes: &mut Nodes, directory: u64, name: &[u8]) -> Result<Option<LateInode>, Error> {
    if nodes.get(directory)?.is_kept_above {
        return look_up_kept(nodes, directory, name);
    }
    let path = &mut Vec::new();
    let stat = match nodes.reach_name(directory, name, path).and_then(host::stat_at) {
        Err(Error::NoEntry) => return Ok(None),
        stat => stat?,
    };
    let number = nodes.add(directory, name, None, stat)?;
    Ok(Some(LateInode { number, stat, parent: directory }))
}

/// Looks up a name where changes are kept above the host, so that a node has one number.
fn look_up_kept(nodes: &mut Nodes, directory: u64, name: &[u8]) -> Result<Option<LateInode>, Error> {
    let known = nodes.named(directory, name);
    if let Some(number) = known
        && nodes.get(number)?.is_pinned
    {
        return told(nodes, number).map(Some);
    }
    let of_image = union::find(nodes, directory, name)?;
    let path = &mut Vec::new();
    let found = nodes.reach_name(directory, name, path).and_then(|at| Ok((at, host::stat_at(at)?)));
    let (at, stat) = match (found, of_image) {
        (Err(Error::NoEntry | Error::NotDirectory), Some(inode)) => {
            return union::look_up(nodes, directory, name, known, inode).map(Some);
        }
        (Err(Error::NoEntry), None) => {
            known.into_iter().for_each(|number| nodes.unname(number));
            return Ok(None);
        }
        (found, _) => found?,
    };
    let united = union::united(of_image, &stat);
    let stat = if united.is_some() { union::uncounted(stat) } else { stat };
    let mut object = None;
    if let Some(number) = known {
        if nodes.get(number)?.image == united && is_same(nodes, number, at, &stat, &mut object)? {
            let node = nodes.get_mut(number)?;
            (node.stat, node.has_host) = (stat, true);
            return told(nodes, number).map(Some);
        }
        nodes.unname(number);
    }
    let is_open_without_name = stat.kind == FileKind::RegularFile && nodes.has_nameless();
    if is_open_without_name {
        identify_open(nodes)?;
    }
    if is_open_without_name || (stat.links > 1 && stat.kind != FileKind::Directory) {
        let object = object_at(at, &mut object)?;
        if let Some(number) = nodes.of_object(directory, object) {
            nodes.adopt(number, directory, name)?;
            nodes.get_mut(number)?.stat = stat;
            return told(nodes, number).map(Some);
        }
    }
    let number = nodes.add(directory, name, None, stat)?;
    nodes.get_mut(number)?.image = united;
    if let Some(object) = object {
        nodes.set_object(number, object)?;
    }
    told(nodes, number).map(Some)
}

/// Returns whether what the host has at a path is a node: others may have put something else there.
fn is_same(nodes: &mut Nodes, number: u64, at: At<'_>, stat: &Stat, object: &mut Option<u64>) -> Result<bool, Error> {
    let node = nodes.get(number)?;
    if node.stat.kind != stat.kind {
        return Ok(false);
    }
    // What is not open is only its name.
    let (Some(descriptor), known) = (node.descriptor, node.object) else { return Ok(true) };
    let own = match known {
        Some(own) => own,
        None => {
            let own = host::identity(descriptor)?;
            nodes.set_object(number, own)?;
            own
        }
    };
    Ok(object_at(at, object)? == own)
}

/// Asks for the objects of all open files.
fn identify_open(nodes: &mut Nodes) -> Result<(), Error> {
    while let Some((number, descriptor)) = nodes.unidentified() {
        nodes.set_object(number, host::identity(descriptor)?)?;
    }
    Ok(())
}

/// Adds a file that was opened by a path, where changes are kept above: it may be open already.
pub fn add_opened_by_path(nodes: &mut Nodes, from: u64, descriptor: u32) -> Result<u64, Error> {
    if !nodes.has_open_files() {
        return nodes.add_nameless(from, descriptor, file());
    }
    identify_open(nodes)?;
    let object = host::identity(descriptor)?;
    if let Some(number) = nodes.of_object(from, object)
        && nodes.get(number)?.descriptor.is_some()
    {
        host::drop_descriptor(descriptor);
        return Ok(number);
    }
    let number = nodes.add_nameless(from, descriptor, file())?;
    nodes.set_object(number, object)?;
    Ok(number)
}

/// Asks for the object at a path, once.
fn object_at(at: At<'_>, object: &mut Option<u64>) -> Result<u64, Error> {
    if let Some(object) = object {
        return Ok(*object);
    }
    Ok(*object.insert(host::identity_at(at)?))
}

/// Tells of a node what was told last. So somebody uses it again, who will release it.
pub fn told(nodes: &mut Nodes, number: u64) -> Result<LateInode, Error> {
    let node = nodes.get_mut(number)?;
    node.is_released = false;
    Ok(LateInode { number, stat: node.stat, parent: node.parent })
}

fn open(nodes: &mut Nodes, number: u64, flags: DescriptorFlags) -> Result<LateInode, Error> {
    let node = nodes.get(number)?;
    let (Stat { kind, links, .. }, is_kept_above, is_pinned) = (node.stat, node.is_kept_above, node.is_pinned);
    // A root is open for good.
    if node.parent == number || (is_kept_above && node.descriptor.is_some()) {
        return told(nodes, number);
    }
    let open = if kind == FileKind::Directory { OpenFlags::DIRECTORY } else { OpenFlags::NONE };
    let at = &mut Vec::new();
    let opened = match nodes.reach(number, at).and_then(|at| host::open_at(at, open.bits(), flags.bits())) {
        // What the tree has changed is there, whatever others did with what was below.
        Err(_) if is_pinned && kind == FileKind::Directory => return told(nodes, number),
        // The image has it.
        Err(Error::NoEntry | Error::NotDirectory) if node.image.is_some() => return told(nodes, number),
        opened => opened?,
    };
    if !is_kept_above {
        let opened = add_opened(nodes, opened, |nodes| nodes.add_opened(number, opened))?;
        return told(nodes, opened);
    }
    if nodes.get(number)?.object.is_none() && links > 1 && kind != FileKind::Directory {
        add_opened(nodes, opened, |nodes| nodes.set_object(number, host::identity(opened)?))?;
    }
    add_opened(nodes, opened, |nodes| nodes.set_open(number, opened))?;
    told(nodes, number)
}

/// Adds what is open; closes it if that fails.
pub fn add_opened<T>(
    nodes: &mut Nodes,
    descriptor: u32,
    add: impl FnOnce(&mut Nodes) -> Result<T, Error>,
) -> Result<T, Error> {
    add(nodes).inspect_err(|_| host::drop_descriptor(descriptor))
}

fn open_listing(nodes: &mut Nodes, directory: u64) -> Result<LateInode, Error> {
    let Node { stat, image, .. } = *nodes.get(directory)?;
    let number = nodes.add(directory, &[], None, stat)?;
    nodes.get_mut(number)?.image = image;
    Ok(LateInode { number, stat, parent: directory })
}

/// Returns the next entry of a pass.
fn list(nodes: &mut Nodes, number: u64, cursor: u64) -> Result<Answer, Error> {
    match nodes.get(number)?.image {
        Some(directory) => union::list(nodes, number, directory, cursor),
        None => list_of_host(nodes, number, cursor),
    }
}

/// Returns the next entry of the host's. A cursor is the number of entries up to it.
pub fn list_of_host(nodes: &mut Nodes, number: u64, cursor: u64) -> Result<Answer, Error> {
    let end = Answer::Entries { entries: Vec::new(), is_end: true };
    let stream = match nodes.get(number)?.pass {
        Some(Pass { stream, given }) if given == cursor => stream,
        // A cursor that goes back begins afresh.
        pass => {
            nodes.get_mut(number)?.pass = None;
            if let Some(Pass { stream, .. }) = pass {
                host::drop_directory_entry_stream(stream);
            }
            let Some(stream) = begin_pass(nodes, number)? else { return Ok(end) };
            // Until it is where the cursor is, so that none goes on from elsewhere after an error.
            nodes.get_mut(number)?.pass = Some(Pass { stream, given: 0 });
            for given in 1..=cursor {
                if host::read_directory_entry(stream)?.is_none() {
                    return Ok(end);
                }
                nodes.get_mut(number)?.pass = Some(Pass { stream, given });
            }
            stream
        }
    };
    let Some((kind, name)) = host::read_directory_entry(stream)? else { return Ok(end) };
    if let Some(pass) = &mut nodes.get_mut(number)?.pass {
        pass.given += 1;
    }
    // Only the listing tells of it: it has no number of its own.
    let node = LayerNode { number: nodes::filesystem_of(number) | nodes::WITHIN, kind };
    entry_of(Listed { cursor: cursor + 1, name: copy(name)?, node })
}

/// Returns an answer that is one entry.
pub fn entry_of(entry: Listed<Vec<u8>>) -> Result<Answer, Error> {
    let mut entries = Vec::new();
    entries.try_reserve_exact(1)?;
    entries.push(entry);
    Ok(Answer::Entries { entries, is_end: false })
}

/// Begins a pass over the entries of a directory. `None`: the host does not have it, so it is empty.
fn begin_pass(nodes: &Nodes, number: u64) -> Result<Option<u32>, Error> {
    // The node of a pass is in that of its directory, without a name.
    let path = &mut Vec::new();
    let at = match nodes.reach(number, path) {
        Err(Error::NoEntry) => return Ok(None),
        at => at?,
    };
    if at.path == b"." {
        return host::read_directory(at.base).map(Some);
    }
    let directory = host::open_at(at, OpenFlags::DIRECTORY.bits(), DescriptorFlags::READ.bits())?;
    let stream = host::read_directory(directory);
    host::drop_descriptor(directory);
    stream.map(Some)
}

fn perform(nodes: &mut Nodes, effect: &Effect<Vec<u8>>) -> Result<Performed<LateInode>, Error> {
    let (path, other) = (&mut Vec::new(), &mut Vec::new());
    match effect {
        Effect::Create { directory, name, exclusive, truncate } => {
            let mut open = OpenFlags::CREATE;
            if *exclusive {
                open = open | OpenFlags::EXCLUSIVE;
            }
            if *truncate {
                open = open | OpenFlags::TRUNCATE;
            }
            let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
            let opened = host::open_at(nodes.reach_name(*directory, name, path)?, open.bits(), flags.bits())?;
            let number = add_opened(nodes, opened, |nodes| nodes.add(*directory, name, Some(opened), file()))?;
            return Ok(Performed::Opened(LateInode { number, stat: file(), parent: *directory }));
        }
        Effect::Truncate { file: number } => {
            let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
            let opened = host::open_at(nodes.reach(*number, path)?, OpenFlags::TRUNCATE.bits(), flags.bits())?;
            let parent = nodes.get(*number)?.parent;
            let number = add_opened(nodes, opened, |nodes| nodes.add_opened(*number, opened))?;
            return Ok(Performed::Opened(LateInode { number, stat: file(), parent }));
        }
        Effect::CreateDirectory { directory, name } => {
            host::create_directory_at(nodes.reach_name(*directory, name, path)?)?;
        }
        Effect::Symlink { target, directory, name } => {
            host::symlink_at(target, nodes.reach_name(*directory, name, path)?)?;
        }
        Effect::Link { node, directory, name } => {
            host::link_at(nodes.reach(*node, path)?, nodes.reach_name(*directory, name, other)?)?;
        }
        Effect::Rename { from, old, to, new } => {
            host::rename_at(nodes.reach_name(*from, old, path)?, nodes.reach_name(*to, new, other)?)?;
        }
        Effect::Unlink { directory, name } => host::unlink_file_at(nodes.reach_name(*directory, name, path)?)?,
        Effect::RemoveDirectory { directory, name } => {
            host::remove_directory_at(nodes.reach_name(*directory, name, path)?)?;
        }
        Effect::SetSize { file, size } => host::set_size(descriptor(nodes, *file)?, *size)?,
        Effect::SetTimes { node, accessed, modified } => match nodes.get(*node)?.descriptor {
            Some(descriptor) => host::set_times(descriptor, *accessed, *modified)?,
            None => host::set_times_at(nodes.reach(*node, path)?, *accessed, *modified)?,
        },
        Effect::Write { file, offset, bytes } => match offset {
            Some(offset) => host::write(descriptor(nodes, *file)?, *offset, bytes)?,
            None => host::append(descriptor(nodes, *file)?, bytes)?,
        },
        Effect::Sync { node, data_only } => host::sync(descriptor(nodes, *node)?, *data_only)?,
    }
    Ok(Performed::Done)
}

/// Returns what is known of a file that was just opened, made or cut: it is asked for afresh when it matters.
pub fn file() -> Stat {
    stat_without_times(FileKind::RegularFile, 1)
}

/// Returns metadata of which only this is known.
pub fn stat_without_times(kind: FileKind, links: u64) -> Stat {
    let time = Timestamp::default();
    Stat { kind, links, size: 0, accessed: time, modified: time, changed: time }
}

pub fn copy(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len())?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}
