//! A path in an image.

use std::collections::VecDeque;
use std::string::String;

use crate::damage::printable;
use crate::{FileKind, Image, ImageError, Inode};

/// How many symbolic links one path may lead through.
const MAX_LINKS: usize = 40;

/// Why a path leads nowhere in an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// A name is not there.
    #[error("`{path}` is not in the image")]
    NotFound {
        /// The path that was asked for.
        path: String,
    },
    /// A name on the way is not a directory's.
    #[error("`{path}` leads through something that is not a directory")]
    NotADirectory {
        /// The path that was asked for.
        path: String,
    },
    /// The path leads through more than 40 symbolic links.
    #[error("`{path}` leads through more than {MAX_LINKS} symbolic links")]
    TooManyLinks {
        /// The path that was asked for.
        path: String,
    },
    /// The image is damaged on the way.
    #[error("on the way to `{path}`: {error}")]
    Image {
        /// The path that was asked for.
        path: String,
        /// What is damaged.
        error: ImageError,
    },
}

/// Finds what a path from the image's root leads to, with or without a leading `/`. Symbolic links are followed inside
/// the image, the last one too; `..` of the root is the root.
///
/// # Errors
/// - [`FindError::NotFound`]: a name is not there.
/// - [`FindError::NotADirectory`]: a name on the way is not a directory's.
/// - [`FindError::TooManyLinks`]: more than 40 symbolic links were followed.
/// - [`FindError::Image`]: the image is damaged on the way.
pub fn find(image: &Image<'_>, path: &[u8]) -> Result<Inode, FindError> {
    let shown = || printable(path).into_owned();
    let damaged = |error| FindError::Image { path: shown(), error };
    let root = image.inode(image.root()).map_err(damaged)?;
    let mut at = root;
    let mut links = 0;
    let mut names: VecDeque<&[u8]> = path.split(|byte| *byte == b'/').collect();
    while let Some(name) = names.pop_front() {
        // Also where the name is empty: a `/` at the end asks for a directory.
        if at.kind != FileKind::Directory {
            return Err(FindError::NotADirectory { path: shown() });
        }
        let next = match name {
            b"" | b"." => continue,
            b".." => image.parent(&at).map_err(damaged)?,
            _ => match image.lookup(&at, name).map_err(damaged)? {
                Some(entry) => entry.nid,
                None => return Err(FindError::NotFound { path: shown() }),
            },
        };
        let inode = image.inode(next).map_err(damaged)?;
        if inode.kind != FileKind::SymbolicLink {
            at = inode;
            continue;
        }
        links += 1;
        if links > MAX_LINKS {
            return Err(FindError::TooManyLinks { path: shown() });
        }
        let target = image.link_target(&inode).map_err(damaged)?;
        if target.starts_with(b"/") {
            at = root;
        }
        for name in target.rsplit(|byte| *byte == b'/') {
            names.push_front(name);
        }
    }
    Ok(at)
}
