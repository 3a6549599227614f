//! Directories of the host over those of the image: what the image has is seen where the host has nothing of that name,
//! and directories merge.
//!
//! ```text
//! look-up   the host's, unless both have a directory: then a node that is both
//! listing   the host's names first, and then those of the image that were not among them
//! ```
//!
//! A node of a united mount has one number, as where changes are kept above the host (`nodes.rs`), whoever may change it:
//! so one of the image is found again, too.

use vfs_core::late::{Answer, LateInode};
use vfs_core::{Error, FileKind, LayerInode, LayerNode, Listed, Stat};
use vfs_image::{Image, Inode, Nid};

use super::calls::{copy, entry_of, list_of_host, told};
use super::nodes::{Nodes, WITHIN, filesystem_of};

/// The bit of cursors in the image's part of a listing. The rest is the image's cursor.
const OF_IMAGE: u64 = 1 << 60;

/// Returns what the image has under a name in a directory. `None`: nothing, or the directory is not of the image.
pub fn find(nodes: &Nodes, directory: u64, name: &[u8]) -> Result<Option<Inode>, Error> {
    let Some(directory) = nodes.get(directory)?.image else { return Ok(None) };
    let image = image(nodes)?;
    let Some(entry) = image.lookup(&image.inode(directory)?, name)? else { return Ok(None) };
    let inode = image.inode(entry.nid)?;
    if inode.kind == entry.kind { Ok(Some(inode)) } else { Err(Error::Io) }
}

/// Returns the directory of the image that is united with a directory of the host under the same name.
pub fn united(of_image: Option<Inode>, of_host: &Stat) -> Option<Nid> {
    let both = |inode: &Inode| inode.kind == FileKind::Directory && of_host.kind == FileKind::Directory;
    of_image.filter(both).map(|inode| inode.nid)
}

/// Returns the node of a name that only the image has. `known` is the node that the name led to.
pub fn look_up(
    nodes: &mut Nodes,
    directory: u64,
    name: &[u8],
    known: Option<u64>,
    inode: Inode,
) -> Result<LateInode, Error> {
    let (stat, nid) = (inode.stat(), inode.nid);
    if let Some(number) = known {
        let node = nodes.get_mut(number)?;
        // What is open of the host stays what it is.
        if node.image == Some(nid) && node.descriptor.is_none() {
            node.has_host = false;
            node.stat = stat;
            return told(nodes, number);
        }
        nodes.unname(number);
    }
    let has_names = stat.links > 1 && stat.kind != FileKind::Directory;
    if has_names && let Some(number) = nodes.of_object(directory, identity(nid)) {
        return told(nodes, number);
    }
    let number = nodes.add(directory, name, None, stat)?;
    let node = nodes.get_mut(number)?;
    (node.image, node.has_host) = (Some(nid), false);
    if has_names {
        nodes.set_object(number, identity(nid))?;
    }
    told(nodes, number)
}

/// Returns what tells a node of the image from all others.
pub fn identity(Nid(number): Nid) -> u64 {
    // Numbers of nodes are small, and what hosts tell is spread over all numbers.
    !number
}

/// Returns the metadata of a node of the image.
pub fn stat(nodes: &Nodes, nid: Nid) -> Result<Stat, Error> {
    Ok(image(nodes)?.inode(nid)?.stat())
}

/// Returns the metadata of a directory that is also the image's: nobody counts the directories in both.
pub fn uncounted(stat: Stat) -> Stat {
    Stat { links: 1, ..stat }
}

/// Returns the target of a link of the image.
pub fn read_link(nodes: &Nodes, nid: Nid) -> Result<&'static [u8], Error> {
    let image = image(nodes)?;
    Ok(image.link_target(&image.inode(nid)?)?)
}

/// Returns bytes of a file of the image, in place.
pub fn read(nodes: &Nodes, nid: Nid, offset: u64, length: u64) -> Result<&'static [u8], Error> {
    let image = image(nodes)?;
    let run = image.data(&image.inode(nid)?, offset)?;
    Ok(usize::try_from(length).ok().and_then(|length| run.get(..length)).unwrap_or(run))
}

/// Returns the next entry of a listing: the host's, and then the image's.
pub fn list(nodes: &mut Nodes, number: u64, directory: Nid, cursor: u64) -> Result<Answer, Error> {
    let image = image(nodes)?;
    let inode = image.inode(directory)?;
    if cursor < OF_IMAGE
        && let Some(entry) = list_host_part(nodes, number, &image, &inode, cursor)?
    {
        return entry_of(entry);
    }
    let seen = &nodes.get(number)?.seen;
    for entry in image.entries(&inode, cursor.max(OF_IMAGE) - OF_IMAGE) {
        let (cursor, entry) = entry?;
        if seen.binary_search_by(|seen| (**seen).cmp(entry.name)).is_err() {
            let node = LayerNode { number: filesystem_of(number) | WITHIN, kind: entry.kind };
            return entry_of(Listed { cursor: OF_IMAGE | cursor, name: copy(entry.name)?, node });
        }
    }
    Ok(Answer::Entries { entries: Vec::new(), is_end: true })
}

/// Returns the next entry of the host, and notes it if the image has the name, too.
fn list_host_part(
    nodes: &mut Nodes,
    number: u64,
    image: &Image<'_>,
    directory: &Inode,
    cursor: u64,
) -> Result<Option<Listed<Vec<u8>>>, Error> {
    let is_next = cursor > 0 && nodes.get(number)?.pass.is_some_and(|pass| pass.given == cursor);
    if !is_next {
        // A cursor that goes back begins afresh, so that what it comes from is noted.
        nodes.get_mut(number)?.seen.clear();
        for before in 0..cursor {
            if list_host_part(nodes, number, image, directory, before)?.is_none() {
                return Ok(None);
            }
        }
    }
    let entries = match list_of_host(nodes, number, cursor) {
        Ok(Answer::Entries { entries, .. }) => entries,
        // The host has it no longer.
        Err(Error::NoEntry | Error::NotDirectory) => Vec::new(),
        other => return other.map(|_| None),
    };
    let Some(entry) = entries.into_iter().next() else { return Ok(None) };
    if image.lookup(directory, &entry.name)?.is_some() {
        let seen = &mut nodes.get_mut(number)?.seen;
        if let Err(place) = seen.binary_search_by(|seen| (**seen).cmp(&entry.name)) {
            seen.try_reserve(1)?;
            seen.insert(place, copy(&entry.name)?.into_boxed_slice());
        }
    }
    Ok(Some(entry))
}

fn image(nodes: &Nodes) -> Result<Image<'static>, Error> {
    nodes.image.ok_or(Error::Io)
}
