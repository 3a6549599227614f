//! Path resolution in an image.

use std::collections::VecDeque;
use std::string::String;
use std::vec::Vec;

use crate::damage::printable;
use crate::{FileKind, Image, ImageError, Inode};

/// Maximum number of symbolic links on one path.
const MAX_LINKS: usize = 40;

/// The reason why a path was not found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// A name does not exist.
    #[error("`{path}` is not in the image")]
    NotFound {
        /// The requested path.
        path: String,
    },
    /// A symbolic link leads to what does not exist.
    #[error("`{path}` leads by a symbolic link to `{target}`, which is not in the image")]
    Dangling {
        /// The requested path.
        path: String,
        /// The target of the link.
        target: String,
    },
    /// A name on the way is not that of a directory.
    #[error("`{path}` leads through something that is not a directory")]
    NotADirectory {
        /// The requested path.
        path: String,
    },
    /// There are more than 40 symbolic links on the path.
    #[error("`{path}` leads through more than {MAX_LINKS} symbolic links")]
    TooManyLinks {
        /// The requested path.
        path: String,
    },
    /// The image is damaged on the way.
    #[error("on the way to `{path}`: {error}")]
    Image {
        /// The requested path.
        path: String,
        /// The fault.
        error: ImageError,
    },
}

/// Finds the node at a path from the image's root, with or without a leading `/`. Follows symbolic links inside the
/// image, at the end of the path too; `..` of the root is the root.
///
/// # Errors
/// - [`FindError::NotFound`]: a name does not exist.
/// - [`FindError::Dangling`]: a symbolic link leads to what does not exist.
/// - [`FindError::NotADirectory`]: a name on the way is not that of a directory.
/// - [`FindError::TooManyLinks`]: more than 40 symbolic links were followed.
/// - [`FindError::Image`]: the image is damaged on the way.
pub fn find(image: &Image<'_>, path: &[u8]) -> Result<Inode, FindError> {
    let shown = || printable(path).into_owned();
    let damaged = |error| FindError::Image { path: shown(), error };
    let root = image.inode(image.root()).map_err(damaged)?;
    let mut at = root;
    // The targets of the links that were followed, each with the number of names after the link.
    let mut links: Vec<(&[u8], usize)> = Vec::new();
    let mut names: VecDeque<&[u8]> = path.split(|byte| *byte == b'/').collect();
    while let Some(name) = names.pop_front() {
        // Even if the name is empty: a `/` at the end requires a directory.
        if at.kind != FileKind::Directory {
            return Err(FindError::NotADirectory { path: shown() });
        }
        let next = match name {
            b"" | b"." => continue,
            b".." => image.parent(&at).map_err(damaged)?,
            _ => match image.lookup(&at, name).map_err(damaged)? {
                Some(entry) => entry.nid,
                None => {
                    return Err(match links.iter().rev().find(|(_, after)| names.len() >= *after) {
                        Some((target, _)) => {
                            FindError::Dangling { path: shown(), target: printable(target).into_owned() }
                        }
                        None => FindError::NotFound { path: shown() },
                    });
                }
            },
        };
        let inode = image.inode(next).map_err(damaged)?;
        if inode.kind != FileKind::SymbolicLink {
            at = inode;
            continue;
        }
        if links.len() == MAX_LINKS {
            return Err(FindError::TooManyLinks { path: shown() });
        }
        let target = image.link_target(&inode).map_err(damaged)?;
        links.push((target, names.len()));
        if target.starts_with(b"/") {
            at = root;
        }
        for name in target.rsplit(|byte| *byte == b'/') {
            names.push_front(name);
        }
    }
    Ok(at)
}
