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

use vfs_core::late::LateInode;
use vfs_core::{Error, FileKind, LayerInode, LayerNode, Listed, Stat};
use vfs_image::{Image, Inode, Nid};

use super::calls::{list_of_host, told};
use super::nodes::{self, Nodes, WITHIN, filesystem_of};
use crate::host::at::copy;

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
    // Numbers of nodes are small, and those of objects are spread over all numbers.
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

/// Returns the target of a link; `None` if it is not the image's.
pub fn link_of(nodes: &Nodes, link: u64) -> Result<Option<&'static [u8]>, Error> {
    let Some(nid) = nodes.get(link)?.image else { return Ok(None) };
    let image = image(nodes)?;
    Ok(Some(image.link_target(&image.inode(nid)?)?))
}

/// Returns bytes of a file, in place; `None` if it is not the image's.
pub fn bytes_of(nodes: &Nodes, file: u64, offset: u64, length: u64) -> Result<Option<&'static [u8]>, Error> {
    let Some(nid) = nodes.get(file)?.image else { return Ok(None) };
    let image = image(nodes)?;
    let run = image.data(&image.inode(nid)?, offset)?;
    Ok(Some(usize::try_from(length).ok().and_then(|length| run.get(..length)).unwrap_or(run)))
}

/// Returns the next entries of a listing: the host's, and then the image's.
pub async fn list(number: u64, directory: Nid, cursor: u64) -> Result<Vec<Listed<Vec<u8>>>, Error> {
    let image = nodes::with(|nodes| image(nodes))?;
    let inode = image.inode(directory)?;
    if cursor < OF_IMAGE {
        let entries = list_host_part(number, &image, &inode, cursor).await?;
        if !entries.is_empty() {
            return Ok(entries);
        }
    }
    nodes::with(|nodes| {
        let mut entries = Vec::new();
        for entry in image.entries(&inode, cursor.max(OF_IMAGE) - OF_IMAGE) {
            let (cursor, entry) = entry?;
            let seen = &nodes.get(number)?.seen;
            if seen.binary_search_by(|seen| (**seen).cmp(entry.name)).is_err() {
                let kind = nodes.note_told(number, entry.name)?.unwrap_or(entry.kind);
                let node = LayerNode { number: filesystem_of(number) | WITHIN, kind };
                entries.try_reserve_exact(1)?;
                entries.push(Listed { cursor: OF_IMAGE | cursor, name: copy(entry.name)?, node });
                break;
            }
        }
        Ok(entries)
    })
}

/// Returns the next entries of the host, and notes those whose names the image has, too.
async fn list_host_part(
    number: u64,
    image: &Image<'_>,
    directory: &Inode,
    cursor: u64,
) -> Result<Vec<Listed<Vec<u8>>>, Error> {
    let is_next = nodes::with(|nodes| {
        let node = nodes.get_mut(number)?;
        let is_next = cursor > 0 && node.pass.is_some_and(|pass| pass.given == cursor);
        if !is_next {
            // A cursor that goes back begins afresh, so that what it comes from is noted.
            node.seen.clear();
        }
        Ok::<_, Error>(is_next)
    })?;
    let mut at = if is_next { cursor } else { 0 };
    loop {
        let mut entries = match list_of_host(number, at).await {
            // The host has it no longer.
            Err(Error::NoEntry | Error::NotDirectory) => return Ok(Vec::new()),
            entries => entries?,
        };
        for entry in &entries {
            if image.lookup(directory, &entry.name)?.is_some() {
                nodes::with(|nodes| note(nodes, number, &entry.name))?;
            }
        }
        let Some(last) = entries.last() else { return Ok(entries) };
        at = last.cursor;
        entries.retain(|entry| entry.cursor > cursor);
        if !entries.is_empty() {
            return Ok(entries);
        }
    }
}

/// Notes a name of the image that the host has told.
fn note(nodes: &mut Nodes, number: u64, name: &[u8]) -> Result<(), Error> {
    let seen = &mut nodes.get_mut(number)?.seen;
    if let Err(place) = seen.binary_search_by(|seen| (**seen).cmp(name)) {
        seen.try_reserve(1)?;
        seen.insert(place, copy(name)?.into_boxed_slice());
    }
    Ok(())
}

fn image(nodes: &Nodes) -> Result<Image<'static>, Error> {
    nodes.image.ok_or(Error::Io)
}
