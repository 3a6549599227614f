//! Requests of operations, as calls of the host.
//!
//! Nobody has the nodes while the host is called, which may take long in WASI 0.3: others use them meanwhile. So what a
//! call has told is fitted in with what is known by then.

use vfs_core::late::{Answer, LateInode, Query, Request};
use vfs_core::{DescriptorFlags, Effect, Error, FileKind, LayerNode, Listed, OpenFlags, Performed, Stat, Timestamp};
use vfs_image::Nid;

use super::nodes::{self, Nodes, OpenByName, Pass, PinnedName};
use super::union;
use crate::host::at::{At, Entries, copy};
use crate::host::filesystem as host;

/// Where cursors in what the tree has changed begin.
const CHANGED: u64 = 1 << 61;

/// Has the host answer a request.
///
/// # Errors
/// - Those of the host.
/// - [`Error::InsufficientMemory`]: an allocation failed.
pub async fn answer_later(request: &Request) -> Result<Answer, Error> {
    match request {
        Request::Query(query) => answer(query).await,
        Request::Effect(effect) => perform(effect).await.map(Answer::Performed),
    }
}

async fn answer(query: &Query) -> Result<Answer, Error> {
    Ok(match query {
        Query::Inode { node } => Answer::Inode(inode(*node).await?),
        Query::BeforeChange { node } => Answer::Inode(before_change(*node).await?),
        Query::Lookup { directory, name } => Answer::Found(look_up(*directory, name).await?),
        Query::Open { node, flags } => Answer::Inode(open(*node, *flags).await?),
        Query::OpenListing { directory } => Answer::Inode(nodes::with(|nodes| nodes.add_pass(*directory))?),
        Query::List { directory, cursor } => list(*directory, *cursor).await?,
        Query::ReadLink { link } => match nodes::with(|nodes| union::link_of(nodes, *link))? {
            Some(target) => Answer::Bytes(copy(target)?),
            None => Answer::Bytes(copy(host::readlink_at(reach(*link, &mut Vec::new())?).await?)?),
        },
        Query::Read { file, offset, length } => {
            match nodes::with(|nodes| union::bytes_of(nodes, *file, *offset, *length))? {
                Some(bytes) => Answer::Bytes(copy(bytes)?),
                None => Answer::Bytes(host::read(descriptor_of(*file)?, *length, *offset).await?),
            }
        }
        Query::Identity { node } => Answer::Identity(identity(*node).await?),
    })
}

/// Reads bytes of an open file, which stay until the end of the app's call.
///
/// # Errors
/// - Those of the host.
#[cfg(not(feature = "mounts3"))]
pub fn read(file: u64, offset: u64, length: u64) -> Result<&'static [u8], Error> {
    match nodes::with(|nodes| union::bytes_of(nodes, file, offset, length))? {
        Some(bytes) => Ok(bytes),
        None => host::read_in_place(descriptor_of(file)?, length, offset),
    }
}

/// Returns the host's handle of an open node.
///
/// # Errors
/// - [`Error::BadDescriptor`]: it is not open.
pub fn descriptor_of(number: u64) -> Result<u32, Error> {
    nodes::with(|nodes| nodes.get(number)?.descriptor.ok_or(Error::BadDescriptor))
}

/// Finds how the host reaches a node.
fn reach(number: u64, path: &mut Vec<u8>) -> Result<At<'_>, Error> {
    nodes::with(|nodes| nodes.reach(number, path))
}

/// Finds how the host reaches a name in a directory.
fn reach_name<'p>(directory: u64, name: &[u8], path: &'p mut Vec<u8>) -> Result<At<'p>, Error> {
    nodes::with(|nodes| nodes.reach_name(directory, name, path))
}

/// Where a node is asked about.
enum Asked {
    /// What is open of it.
    Open(u32),
    /// Nowhere: it is the root of a directory that the host does not have.
    Missing(Stat),
    /// At its path.
    Path,
}

fn asked(number: u64) -> Result<Asked, Error> {
    nodes::with(|nodes| {
        let node = nodes.get(number)?;
        Ok(match node.descriptor {
            Some(descriptor) => Asked::Open(descriptor),
            None if node.parent == number && node.image.is_none() => Asked::Missing(node.stat),
            None => Asked::Path,
        })
    })
}

/// Returns the identity of a node.
async fn identity(number: u64) -> Result<u64, Error> {
    let known = nodes::with(|nodes| nodes.get(number).map(|node| node.image.map(union::identity).or(node.object)))?;
    let object = match (known, asked(number)?) {
        (Some(object), _) => object,
        (None, Asked::Open(descriptor)) => host::identity(descriptor).await?,
        (None, Asked::Missing(_)) => return Ok(number),
        (None, Asked::Path) => host::identity_at(reach(number, &mut Vec::new())?).await?,
    };
    nodes::with(|nodes| {
        if known.is_none() && nodes.get(number)?.is_kept_above {
            nodes.set_object(number, object)?;
        }
        nodes.identity_of(number, object)
    })
}

/// Finds out what cannot be asked any more once a node is changed: the identities of it and of the directories that it is
/// in, and whether the name that led to it still does.
async fn before_change(number: u64) -> Result<LateInode, Error> {
    identity(number).await?;
    let mut at = number;
    while let Some(directory) = nodes::with(|nodes| nodes.unpinned_parent(at)) {
        match identity(directory).await {
            Ok(_) => at = directory,
            // Others have taken it away, so what is open has no name.
            Err(Error::NoEntry | Error::NotDirectory) => break,
            Err(error) => return Err(error),
        }
    }
    if let Some(OpenByName { object, directory, name }) = nodes::with(|nodes| nodes.open_by_name(number))? {
        let path = &mut Vec::new();
        let now = match reach_name(directory, &name, path) {
            Ok(at) => host::identity_at(at).await,
            Err(error) => Err(error),
        };
        match now {
            Ok(now) if now == object => {}
            Ok(_) | Err(Error::NoEntry | Error::NotDirectory) => nodes::with(|nodes| nodes.unname(number)),
            Err(error) => return Err(error),
        }
    }
    inode(number).await
}

async fn inode(number: u64) -> Result<LateInode, Error> {
    let stat = match asked(number)? {
        Asked::Open(descriptor) => host::stat(descriptor).await,
        Asked::Missing(stat) => Ok(stat),
        Asked::Path => match reach(number, &mut Vec::new()) {
            Ok(at) => host::stat_at(at).await,
            Err(error) => Err(error),
        },
    };
    nodes::with(|nodes| {
        let node = nodes.get(number)?;
        let stat = match (stat, node.image) {
            // It is there because of what the tree has changed in it.
            (Err(Error::NoEntry | Error::NotDirectory), None) if node.is_pinned() => node.stat,
            (Ok(stat), None) if node.is_pinned() && stat.kind != node.stat.kind => node.stat,
            (Ok(stat), Some(_)) => union::uncounted(stat),
            (Err(Error::NoEntry | Error::NotDirectory), Some(of_image)) => union::stat(nodes, of_image)?,
            (stat, _) => stat?,
        };
        nodes.get_mut(number)?.stat = stat;
        told(nodes, number)
    })
}

async fn look_up(directory: u64, name: &[u8]) -> Result<Option<LateInode>, Error> {
    let is_kept_above = nodes::with(|nodes| nodes.get(directory).map(|node| node.is_kept_above))?;
    let changed = nodes::with(|nodes| match nodes.named(directory, name) {
        Some(number) if nodes.get(number)?.is_changed() => told(nodes, number).map(Some),
        _ => Ok(None),
    });
    if let Some(inode) = changed? {
        return Ok(Some(inode));
    }
    let path = &mut Vec::new();
    let found = match reach_name(directory, name, path) {
        Ok(at) => host::stat_at(at).await.map(|stat| (at, stat)),
        Err(error) => Err(error),
    };
    let found = match found {
        // The directory is there because of what the tree has changed, whatever others put there.
        Err(Error::NotDirectory) if nodes::with(|nodes| Ok::<_, Error>(nodes.get(directory)?.is_pinned()))? => {
            Err(Error::NoEntry)
        }
        found => found,
    };
    let of_image = nodes::with(|nodes| union::find(nodes, directory, name))?;
    match (found, of_image) {
        (Err(Error::NoEntry | Error::NotDirectory), Some(inode)) => nodes::with(|nodes| {
            let pinned = pinned(nodes, directory, name)?;
            let known = nodes.named(directory, name);
            pinned.map_or_else(|| union::look_up(nodes, directory, name, known, inode), Ok).map(Some)
        }),
        (Err(Error::NoEntry), None) => nodes::with(|nodes| {
            if !is_kept_above {
                return Ok(None);
            }
            let pinned = pinned(nodes, directory, name)?;
            if pinned.is_none() {
                nodes.named(directory, name).into_iter().for_each(|number| nodes.unname(number));
            }
            Ok(pinned)
        }),
        (Ok((at, stat)), of_image) if is_kept_above => {
            let united = union::united(of_image, &stat);
            let stat = if united.is_some() { union::uncounted(stat) } else { stat };
            look_up_kept(directory, name, at, Told { stat, united }).await.map(Some)
        }
        (found, _) => {
            let (_, stat) = found?;
            let number = nodes::with(|nodes| nodes.add(directory, name, None, stat))?;
            Ok(Some(LateInode { number, stat, parent: directory }))
        }
    }
}

/// Returns the node that a name leads to whatever others put there.
fn pinned(nodes: &mut Nodes, directory: u64, name: &[u8]) -> Result<Option<LateInode>, Error> {
    match nodes.named(directory, name) {
        Some(number) if nodes.get(number)?.is_pinned() => told(nodes, number).map(Some),
        _ => Ok(None),
    }
}

/// What the host has at a path.
#[derive(Clone, Copy)]
struct Told {
    stat: Stat,
    /// The directory of the image that it is united with.
    united: Option<Nid>,
}

/// What has to be known to find the node of what the host has at a path.
enum Sought {
    Found(LateInode),
    /// The object at the path.
    Object,
    /// The object of an open file.
    ObjectOf(u64, u32),
}

/// Finds the node of what the host has at a path, where changes are kept above the host, so that a node has one number.
async fn look_up_kept(directory: u64, name: &[u8], at: At<'_>, told: Told) -> Result<LateInode, Error> {
    let mut object = None;
    loop {
        match nodes::with(|nodes| seek(nodes, directory, name, told, object))? {
            Sought::Found(inode) => return Ok(inode),
            Sought::Object => object = Some(host::identity_at(at).await?),
            Sought::ObjectOf(number, descriptor) => identify(number, descriptor).await?,
        }
    }
}

fn seek(
    nodes: &mut Nodes,
    directory: u64,
    name: &[u8],
    Told { stat, united }: Told,
    object: Option<u64>,
) -> Result<Sought, Error> {
    if let Some(number) = nodes.named(directory, name) {
        let node = nodes.get_mut(number)?;
        if node.is_pinned() {
            if !node.is_changed() && node.stat.kind == stat.kind {
                node.stat = stat;
            }
            return told(nodes, number).map(Sought::Found);
        }
        // Others may have put something else there. What is not open is only its name.
        let is_same = node.image == united
            && node.stat.kind == stat.kind
            && match (node.descriptor, node.object) {
                (None, _) => true,
                (Some(descriptor), None) => return Ok(Sought::ObjectOf(number, descriptor)),
                (Some(_), Some(_)) if object.is_none() => return Ok(Sought::Object),
                (Some(_), own) => own == object,
            };
        if is_same {
            (node.stat, node.has_host) = (stat, true);
            return told(nodes, number).map(Sought::Found);
        }
        nodes.unname(number);
    }
    // It may be open without a name, or by one that others have changed.
    let may_be_open = stat.kind == FileKind::RegularFile && nodes.has_open_files();
    if may_be_open && let Some((number, descriptor)) = nodes.unidentified() {
        return Ok(Sought::ObjectOf(number, descriptor));
    }
    let has_names = stat.links > 1 && stat.kind != FileKind::Directory;
    if may_be_open || has_names {
        let Some(object) = object else { return Ok(Sought::Object) };
        // What the tree has changed keeps its name, and others' new name for what was there leads to that.
        if let Some(number) = nodes.of_object(directory, object)
            && (has_names || !nodes.is_pinned_by_name(number))
        {
            nodes.adopt(number, directory, name)?;
            nodes.get_mut(number)?.stat = stat;
            return told(nodes, number).map(Sought::Found);
        }
    }
    let number = nodes.add(directory, name, None, stat)?;
    nodes.get_mut(number)?.image = united;
    if let Some(object) = object {
        nodes.set_object(number, object)?;
    }
    told(nodes, number).map(Sought::Found)
}

/// Asks for the object of what is open of a node.
async fn identify(number: u64, descriptor: u32) -> Result<(), Error> {
    let object = host::identity(descriptor).await?;
    nodes::with(|nodes| match nodes.set_object(number, object) {
        // It is not known any more.
        Err(Error::BadDescriptor) => Ok(()),
        set => set,
    })
}

/// Adds a file that was opened by a path, where changes are kept above: it may be open already.
#[cfg(not(feature = "mounts3"))]
pub async fn add_opened_by_path(from: u64, descriptor: u32) -> Result<u64, Error> {
    if !nodes::with(|nodes| nodes.has_open_files()) {
        return nodes::with(|nodes| nodes.add_nameless(from, descriptor, file(), None));
    }
    while let Some((number, descriptor)) = nodes::with(|nodes| nodes.unidentified()) {
        identify(number, descriptor).await?;
    }
    let object = host::identity(descriptor).await?;
    nodes::with(|nodes| {
        if let Some(number) = nodes.of_object(from, object)
            && nodes.get(number)?.descriptor.is_some()
        {
            host::drop_descriptor(descriptor);
            return Ok(number);
        }
        nodes.add_nameless(from, descriptor, file(), Some(object))
    })
}

/// Tells of a node what was told last. So somebody uses it again, who will release it.
pub fn told(nodes: &mut Nodes, number: u64) -> Result<LateInode, Error> {
    let node = nodes.get_mut(number)?;
    node.is_released = false;
    Ok(LateInode { number, stat: node.stat, parent: node.parent })
}

async fn open(number: u64, flags: DescriptorFlags) -> Result<LateInode, Error> {
    let (is_directory, is_pinned, asks_for_object) = match nodes::with(|nodes| {
        let already = open_already(nodes, number)?;
        let node = nodes.get(number)?;
        let is_directory = node.stat.kind == FileKind::Directory;
        let asks = node.is_kept_above && node.object.is_none() && node.stat.links > 1 && !is_directory;
        Ok::<_, Error>(already.ok_or((is_directory, node.is_pinned() && !is_directory, asks)))
    })? {
        Ok(inode) => return Ok(inode),
        Err(needed) => needed,
    };
    let open = if is_directory { OpenFlags::DIRECTORY } else { OpenFlags::NONE };
    let opened = match reach(number, &mut Vec::new()) {
        Ok(at) => host::open_at(at, open.bits(), flags.bits()).await,
        Err(error) => Err(error),
    };
    let opened = match opened {
        Ok(opened) => opened,
        Err(error) => return nodes::with(|nodes| open_without_host(nodes, number, error)),
    };
    let object = if asks_for_object { Some(host::identity(opened).await) } else { None };
    // Others may have put something else there.
    let kind = if is_directory { Ok(FileKind::Directory) } else { host::kind(opened).await };
    // What the tree has changed of a file stays, but its contents may still be the host's.
    let renewed = if is_pinned { Some(host::stat(opened).await) } else { None };
    nodes::with(|nodes| {
        add_opened(nodes, opened, |nodes| {
            let kind = kind?;
            if kind != nodes.get(number)?.stat.kind {
                host::drop_descriptor(opened);
                let LateInode { number, stat, parent } = told(nodes, number)?;
                return Ok(LateInode { number, stat: Stat { kind, ..stat }, parent });
            }
            if !nodes.get(number)?.is_kept_above {
                let opened = nodes.add_opened(number, opened)?;
                return told(nodes, opened);
            }
            // Another operation may have opened it meanwhile.
            if let Some(inode) = open_already(nodes, number)? {
                host::drop_descriptor(opened);
                return Ok(inode);
            }
            let renewed = renewed.transpose()?;
            nodes.set_open(number, opened, object.transpose()?)?;
            if let Some(stat) = renewed {
                nodes.get_mut(number)?.stat = stat;
            }
            told(nodes, number)
        })
    })
}

/// Tells of a node that the host does not open.
fn open_without_host(nodes: &mut Nodes, number: u64, error: Error) -> Result<LateInode, Error> {
    let node = nodes.get(number)?;
    match error {
        // What the tree has changed is there, whatever others did with what was below.
        _ if node.is_pinned() && node.stat.kind == FileKind::Directory => told(nodes, number),
        // The image has it.
        Error::NoEntry | Error::NotDirectory if node.image.is_some() => told(nodes, number),
        error => Err(error),
    }
}

/// Tells of a node that needs not be opened: a root is open for good, and where changes are kept above, one descriptor
/// is enough.
fn open_already(nodes: &mut Nodes, number: u64) -> Result<Option<LateInode>, Error> {
    let node = nodes.get(number)?;
    if node.parent == number || (node.is_kept_above && node.descriptor.is_some()) {
        return told(nodes, number).map(Some);
    }
    Ok(None)
}

/// Adds what is open; closes it if that fails.
pub fn add_opened<T>(
    nodes: &mut Nodes,
    descriptor: u32,
    add: impl FnOnce(&mut Nodes) -> Result<T, Error>,
) -> Result<T, Error> {
    add(nodes).inspect_err(|_| host::drop_descriptor(descriptor))
}

/// Returns the next entries of a pass: the host's, those of the image, and then what the tree has changed of those that
/// neither has any more.
async fn list(number: u64, cursor: u64) -> Result<Answer, Error> {
    let image = nodes::with(|nodes| nodes.get(number).map(|node| node.image))?;
    let mut entries = match image {
        _ if cursor >= CHANGED => Vec::new(),
        Some(directory) => union::list(number, directory, cursor).await?,
        None => list_of_host(number, cursor).await?,
    };
    if entries.is_empty() {
        nodes::with(|nodes| list_changed(nodes, number, cursor, &mut entries))?;
    }
    let is_end = entries.is_empty();
    Ok(Answer::Entries { entries, is_end })
}

/// Adds the next entry of what the tree has changed in the directory, and nobody else has told.
fn list_changed(nodes: &Nodes, number: u64, cursor: u64, entries: &mut Vec<Listed<Vec<u8>>>) -> Result<(), Error> {
    let next = nodes.pinned_after(number, cursor.saturating_sub(CHANGED))?;
    let Some(PinnedName { pin, name, kind }) = next else { return Ok(()) };
    let node = LayerNode { number: nodes::filesystem_of(number) | nodes::WITHIN, kind };
    entries.try_reserve_exact(1)?;
    entries.push(Listed { cursor: CHANGED + pin, name: copy(name)?, node });
    Ok(())
}

/// Returns the next entries of the host's, none at the end. A cursor is the number of entries up to it.
pub async fn list_of_host(number: u64, cursor: u64) -> Result<Vec<Listed<Vec<u8>>>, Error> {
    let none = Vec::new();
    let known = nodes::with(|nodes| {
        let pass = nodes.get(number)?.pass;
        Ok::<_, Error>(pass.filter(|pass| pass.given == cursor).or_else(|| {
            // A cursor that goes back begins afresh.
            pass.into_iter().for_each(|pass| host::drop_listing(pass.listing));
            nodes.get_mut(number).ok()?.pass = None;
            None
        }))
    })?;
    let mut pass = match known {
        Some(pass) => pass,
        None => {
            let Some(listing) = begin_pass(number).await? else { return Ok(none) };
            Pass { listing, given: 0, end: None }
        }
    };
    loop {
        // So that none goes on from elsewhere after an error.
        nodes::with(|nodes| nodes.get_mut(number).map(|node| node.pass = Some(pass)))
            .inspect_err(|_| host::drop_listing(pass.listing))?;
        if let Some(end) = pass.end {
            pass.end = Some(Ok(()));
            nodes::with(|nodes| nodes.get_mut(number).map(|node| node.pass = Some(pass)))?;
            return end.map(|()| none);
        }
        let Entries { list, end } = host::read_entries(pass.listing).await?;
        if list.is_empty() && end.is_none() {
            return Ok(none);
        }
        let before = pass.given;
        (pass.given, pass.end) = (before + list.len() as u64, end);
        // Only the listing tells of them: they have no numbers of their own.
        let listed = (before + 1..).zip(list).filter(|(place, _)| *place > cursor);
        let mut entries = Vec::new();
        for (cursor, (kind, name)) in listed {
            let kind = nodes::with(|nodes| nodes.note_told(number, &name))?.unwrap_or(kind);
            entries.try_reserve(1)?;
            let node = LayerNode { number: nodes::filesystem_of(number) | nodes::WITHIN, kind };
            entries.push(Listed { cursor, name, node });
        }
        if !entries.is_empty() {
            nodes::with(|nodes| nodes.get_mut(number).map(|node| node.pass = Some(pass)))?;
            return Ok(entries);
        }
    }
}

/// Begins a pass over the entries of a directory. `None`: the host does not have it, so it is empty.
async fn begin_pass(number: u64) -> Result<Option<host::Listing>, Error> {
    // The node of a pass is in that of its directory, without a name.
    let path = &mut Vec::new();
    let at = match reach(number, path) {
        Err(Error::NoEntry) => return Ok(None),
        at => at?,
    };
    if at.path == b"." {
        return host::read_directory(at.base).map(Some);
    }
    let directory = match host::open_at(at, OpenFlags::DIRECTORY.bits(), DescriptorFlags::READ.bits()).await {
        // It is there because of what the tree has changed.
        Err(Error::NoEntry | Error::NotDirectory) if nodes::with(|nodes| nodes.is_pass_pinned(number)) => {
            return Ok(None);
        }
        opened => opened?,
    };
    let listing = host::read_directory(directory);
    host::drop_descriptor(directory);
    listing.map(Some)
}

/// Returns the flags with which the host makes or cuts a file.
fn for_changes(flags: DescriptorFlags) -> DescriptorFlags {
    flags.difference(DescriptorFlags::MUTATE_DIRECTORY) | DescriptorFlags::READ | DescriptorFlags::WRITE
}

async fn perform(effect: &Effect<Vec<u8>>) -> Result<Performed<LateInode>, Error> {
    let (path, other) = (&mut Vec::new(), &mut Vec::new());
    match effect {
        Effect::Create { directory, name, exclusive, truncate, flags } => {
            let mut open = OpenFlags::CREATE;
            if *exclusive {
                open = open | OpenFlags::EXCLUSIVE;
            }
            if *truncate {
                open = open | OpenFlags::TRUNCATE;
            }
            let flags = for_changes(*flags);
            let opened = host::open_at(reach_name(*directory, name, path)?, open.bits(), flags.bits()).await?;
            let add = |nodes: &mut Nodes| nodes.add(*directory, name, Some(opened), file());
            let number = nodes::with(|nodes| add_opened(nodes, opened, add))?;
            return Ok(Performed::Opened(LateInode { number, stat: file(), parent: *directory }));
        }
        Effect::Truncate { file: number, flags } => {
            let flags = for_changes(*flags);
            let opened = host::open_at(reach(*number, path)?, OpenFlags::TRUNCATE.bits(), flags.bits()).await?;
            let opened = nodes::with(|nodes| {
                add_opened(nodes, opened, |nodes| Ok((nodes.get(*number)?.parent, nodes.add_opened(*number, opened)?)))
            });
            let (parent, number) = opened?;
            return Ok(Performed::Opened(LateInode { number, stat: file(), parent }));
        }
        Effect::CreateDirectory { directory, name } => {
            host::create_directory_at(reach_name(*directory, name, path)?).await?;
        }
        Effect::Symlink { target, directory, name } => {
            host::symlink_at(target, reach_name(*directory, name, path)?).await?;
        }
        Effect::Link { node, directory, name } => {
            host::link_at(reach(*node, path)?, reach_name(*directory, name, other)?).await?;
        }
        Effect::Rename { from, old, to, new } => {
            host::rename_at(reach_name(*from, old, path)?, reach_name(*to, new, other)?).await?;
        }
        Effect::Unlink { directory, name } => host::unlink_file_at(reach_name(*directory, name, path)?).await?,
        Effect::RemoveDirectory { directory, name } => {
            host::remove_directory_at(reach_name(*directory, name, path)?).await?;
        }
        Effect::SetSize { file, size } => host::set_size(descriptor_of(*file)?, *size).await?,
        Effect::SetTimes { node, accessed, modified } => match asked(*node)? {
            Asked::Open(descriptor) if !nodes::with(|nodes| nodes.is_root(*node)) => {
                host::set_times(descriptor, *accessed, *modified).await?;
            }
            // A root may have the handle that the host gave, which wasmtime takes for paths alone.
            Asked::Open(_) | Asked::Missing(_) | Asked::Path => {
                host::set_times_at(reach(*node, path)?, *accessed, *modified).await?;
            }
        },
        Effect::Write { file, offset, bytes } => match offset {
            Some(offset) => host::write(descriptor_of(*file)?, *offset, bytes).await?,
            None => host::append(descriptor_of(*file)?, bytes).await?,
        },
        Effect::Sync { node, data_only } => host::sync(descriptor_of(*node)?, *data_only).await?,
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
