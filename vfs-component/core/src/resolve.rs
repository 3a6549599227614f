//! Path resolution: walks from a descriptor's directory along a path. Only this module knows the meaning of `.`, `..`,
//! symbolic links and slashes.

use alloc::vec::Vec;

use vfs_image::FileKind;

use crate::journal::Journal;
use crate::layer::Layer;
use crate::limits::{MAX_LINKS_FOLLOWED, MAX_PATH};
use crate::node::NodeId;
use crate::node::directory::Found;
use crate::path::{self, Component, Step};
use crate::tree::Tree;
use crate::{Error, FollowFinalLink};

/// The place where a path leads. The last component may be missing.
pub(crate) struct PathTarget<'w> {
    /// The directory of the last component; if `last` is `.` or `..`, the directory where the walk is.
    pub directory: NodeId,
    /// The last component.
    last: Component<'w>,
    /// The node of the last component.
    pub found: Option<Found>,
    /// Whether the path ends in `/`.
    pub must_be_directory: bool,
}

impl<'w> PathTarget<'w> {
    /// Classifies the last component.
    pub fn last(&self) -> Step<'w> {
        Step::of(self.last.text)
    }

    /// Looks up the last component, without following a link.
    ///
    /// # Errors
    /// - [`Error::NameTooLong`]: the name is too long.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn lookup_last<L: Layer, J: Journal>(mut self, tree: &Tree<L, J>) -> Result<Self, L::Stop> {
        self.found = match self.last() {
            Step::Name(_) => tree.lookup(self.directory, self.last)?,
            Step::Dot | Step::DotDot => Some(Found { node: self.directory, kind: FileKind::Directory }),
        };
        Ok(self)
    }

    /// Returns the node, which must exist.
    ///
    /// # Errors
    /// - [`Error::NoEntry`]: it does not exist.
    /// - [`Error::NotDirectory`]: the path ends in `/` and the node is not a directory.
    pub fn existing(&self) -> Result<Found, Error> {
        let found = self.found.ok_or(Error::NoEntry)?;
        if self.must_be_directory && found.kind != FileKind::Directory {
            return Err(Error::NotDirectory);
        }
        Ok(found)
    }
}

/// Looks up a path that only goes down from directory to directory, as most paths do. `None`: only a [`Walk`] knows the
/// answer.
///
/// # Errors
/// Returns what a [`Walk`] would return for a valid path. Whether the path itself is valid, the caller checks after an
/// error, so that a path that leads somewhere is read only once.
pub(crate) fn descend<L: Layer, J: Journal>(
    tree: &Tree<L, J>,
    start: NodeId,
    path: &str,
    follow: FollowFinalLink,
) -> Result<Option<Found>, L::Stop> {
    let (mut at, mut left) = (start, path.as_bytes());
    if left.len() > MAX_PATH || left.first().is_none_or(|&byte| byte == b'/') {
        return Ok(None);
    }
    loop {
        let (component, rest) = path::first(left);
        // `.` and `..` are never found.
        let Some(found) = tree.lookup(at, component)? else {
            let is_name = matches!(Step::of(component.text), Step::Name(_));
            return if is_name { Err(Error::NoEntry.into()) } else { Ok(None) };
        };
        let must_be_directory = component.text.len() < left.len();
        match found.kind {
            FileKind::Directory if !rest.is_empty() => (at, left) = (found.node, rest),
            FileKind::Directory => return Ok(Some(found)),
            FileKind::SymbolicLink if must_be_directory || follow == FollowFinalLink::Yes => return Ok(None),
            _ if must_be_directory => return Err(Error::NotDirectory.into()),
            _ => return Ok(Some(found)),
        }
    }
}

/// A walk along a path. It changes nothing, so it can start again after an error.
pub(crate) struct Walk<'w, L: Layer, J: Journal> {
    tree: &'w Tree<L, J>,
    /// The current directory.
    at: NodeId,
    /// The directories that the walk came through. `..` pops one; popping none would leave the descriptor's directory.
    above: &'w mut Vec<NodeId>,
    /// The rest of the path, or of the target of the last link.
    left: &'w [u8],
    /// The rests of the paths after the links on the way, that of the last link on top. None is empty.
    left_behind: Vec<&'w [u8]>,
    links_followed: u32,
    /// Where absolute targets of links are followed from, if they are.
    #[cfg(feature = "absolute-links")]
    root: Option<NodeId>,
    /// Whether the path, or a target at its end, ends in `/`.
    must_be_directory: bool,
    /// Whether the last component may be made as a file, so that a slash after it is refused.
    is_for_create: bool,
}

impl<'w, L: Layer, J: Journal> Walk<'w, L, J> {
    /// Makes a walk from a directory. It uses the memory of `above` again.
    pub fn new(tree: &'w Tree<L, J>, start: NodeId, above: &'w mut Vec<NodeId>) -> Self {
        above.clear();
        Self {
            tree,
            at: start,
            above,
            left: &[],
            left_behind: Vec::new(),
            links_followed: 0,
            // Whoever has another directory alone could leave it by a link that they made.
            #[cfg(feature = "absolute-links")]
            root: (tree.absolute_links && start == tree.root).then_some(start),
            must_be_directory: false,
            is_for_create: false,
        }
    }

    /// Allows the last component to be made as a file.
    pub fn for_create(mut self) -> Self {
        self.is_for_create = true;
        self
    }

    /// Walks to the end of a path.
    ///
    /// # Errors
    /// - [`Error::NoEntry`]: the path is empty, or a directory on the way does not exist, or a link's target is empty.
    /// - [`Error::NotDirectory`]: something on the way is not a directory.
    /// - [`Error::NotPermitted`]: the path is absolute; or a followed link is, and it is not to be followed from the
    ///   root, or the walk did not start there; or `..` leaves the start.
    /// - [`Error::IsDirectory`]: the last component may be made as a file, and the path ends in `/`.
    /// - [`Error::Loop`]: more than [`MAX_LINKS_FOLLOWED`] links are on the way.
    /// - [`Error::NameTooLong`]: the path or one of its components is too long.
    /// - [`Error::Invalid`]: the path has a NUL in it.
    /// - [`Error::Io`]: the layer is damaged.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn resolve(mut self, path: &'w str, follow: FollowFinalLink) -> Result<PathTarget<'w>, L::Stop> {
        self.left = path::check(path)?;
        loop {
            let last = self.walk_to_last()?;
            let target = self.target(last);
            if self.is_for_create && self.must_be_directory && matches!(target.last(), Step::Name(_)) {
                return Err(Error::IsDirectory.into());
            }
            let target = target.lookup_last(self.tree)?;
            match target.found {
                Some(Found { node, kind: FileKind::SymbolicLink })
                    if follow == FollowFinalLink::Yes || self.must_be_directory =>
                {
                    self.follow(node, &[])?;
                }
                _ => return Ok(target),
            }
        }
    }

    /// Walks to the directory of a path's last component, without looking that up; see [`PathTarget::lookup_last`].
    ///
    /// # Errors
    /// Those of [`Walk::resolve`].
    pub fn parent<'p>(mut self, path: &'p str) -> Result<PathTarget<'p>, L::Stop>
    where
        'p: 'w,
    {
        let path = path::check(path)?;
        self.left = path;
        let Component { text, hash } = self.walk_to_last()?;
        // No link was followed at the end, so the rest is the end of the path itself.
        let start = path.len() - self.left.len();
        let text = path.get(start..start + text.len()).unwrap_or_default();
        Ok(self.target(Component { text, hash }))
    }

    fn target<'p>(&self, last: Component<'p>) -> PathTarget<'p> {
        PathTarget { directory: self.at, last, found: None, must_be_directory: self.must_be_directory }
    }

    /// Walks until only the last component is left, without looking it up. If that is `..`, the walk has gone up.
    fn walk_to_last(&mut self) -> Result<Component<'w>, L::Stop> {
        loop {
            let (component, rest) = path::first(self.left);
            let is_last = rest.is_empty() && self.left_behind.is_empty();
            match Step::of(component.text) {
                Step::DotDot => self.at = self.above.pop().ok_or(Error::NotPermitted)?,
                Step::Name(_) if !is_last => {
                    let found = self.tree.lookup(self.at, component)?.ok_or(Error::NoEntry)?;
                    match found.kind {
                        FileKind::Directory => self.enter(found.node)?,
                        FileKind::SymbolicLink => {
                            self.follow(found.node, rest)?;
                            continue;
                        }
                        _ => return Err(Error::NotDirectory.into()),
                    }
                }
                Step::Dot | Step::Name(_) => {}
            }
            if is_last {
                self.must_be_directory |= component.text.len() < self.left.len();
                return Ok(component);
            }
            self.left = if rest.is_empty() { self.left_behind.pop().unwrap_or_default() } else { rest };
        }
    }

    fn enter(&mut self, directory: NodeId) -> Result<(), L::Stop> {
        self.above.try_reserve(1).map_err(Error::from)?;
        self.above.push(self.at);
        self.at = directory;
        Ok(())
    }

    /// Continues along a link's target, if it may be followed, and then along `rest`.
    fn follow(&mut self, link: NodeId, rest: &'w [u8]) -> Result<(), L::Stop> {
        self.links_followed += 1;
        if self.links_followed > MAX_LINKS_FOLLOWED {
            return Err(Error::Loop.into());
        }
        let target = self.tree.link_target(link)?;
        #[cfg(feature = "absolute-links")]
        let target = self.start_at_root(target);
        path::check_relative(target)?;
        if !rest.is_empty() {
            self.left_behind.try_reserve(1).map_err(Error::from)?;
            self.left_behind.push(rest);
        }
        self.left = target;
        Ok(())
    }

    /// Goes to the root if a link's target is absolute and to be followed from there. Returns what is to be walked.
    #[cfg(feature = "absolute-links")]
    fn start_at_root(&mut self, target: &'w [u8]) -> &'w [u8] {
        let (Some(root), [b'/', ..]) = (self.root, target) else { return target };
        self.at = root;
        self.above.clear();
        let start = target.iter().position(|&byte| byte != b'/');
        start.and_then(|start| target.get(start..)).unwrap_or(b".")
    }
}
