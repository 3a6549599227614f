//! The walk from a descriptor's directory along a path: the only place that knows what `.`, `..`, symbolic links and
//! slashes mean.

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

/// Where a path leads. The last component may be missing.
pub(crate) struct PathTarget<'w> {
    /// The directory that the last component is in, or the directory itself if `last` is `.` or `..`.
    pub directory: NodeId,
    /// The last component.
    last: Component<'w>,
    /// What is there.
    pub found: Option<Found>,
    /// The path ends in `/`.
    pub must_be_directory: bool,
}

impl<'w> PathTarget<'w> {
    /// What the last component is.
    pub fn last(&self) -> Step<'w> {
        Step::of(self.last.text)
    }

    /// Looks up the last component. A link is not followed.
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

    /// What is there.
    ///
    /// # Errors
    /// - [`Error::NoEntry`]: there is nothing.
    /// - [`Error::NotDirectory`]: the path ends in `/` and it is not a directory.
    pub fn existing(&self) -> Result<Found, Error> {
        let found = self.found.ok_or(Error::NoEntry)?;
        if self.must_be_directory && found.kind != FileKind::Directory {
            return Err(Error::NotDirectory);
        }
        Ok(found)
    }
}

/// Looks up a path that goes down from directory to directory, as most do. `None`: the path is another one, and only a
/// [`Walk`] knows what to answer.
///
/// # Errors
/// What a [`Walk`] would answer, if nothing is wrong with the path itself: that is for the caller to check after an
/// error, so that a path that leads to something is read once.
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
        // Neither `.` nor `..` is found.
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

/// One walk. It changes nothing, so after an error it can start again.
pub(crate) struct Walk<'w, L: Layer, J: Journal> {
    tree: &'w Tree<L, J>,
    /// Where the walk is.
    at: NodeId,
    /// The directories it came through. `..` pops; popping none is leaving the descriptor's directory.
    above: &'w mut Vec<NodeId>,
    /// What is left of the path, or of the target of the link that was followed last.
    left: &'w [u8],
    /// What is left behind each of the links on the way, the last one followed on top. None is empty.
    left_behind: Vec<&'w [u8]>,
    links_followed: u32,
    /// A path or a target ends in `/`.
    must_be_directory: bool,
    /// The last component may be made as a file, so a slash after it is refused.
    is_for_create: bool,
}

impl<'w, L: Layer, J: Journal> Walk<'w, L, J> {
    /// A walk from a directory. `above` is memory to use again.
    pub fn new(tree: &'w Tree<L, J>, start: NodeId, above: &'w mut Vec<NodeId>) -> Self {
        above.clear();
        Self {
            tree,
            at: start,
            above,
            left: &[],
            left_behind: Vec::new(),
            links_followed: 0,
            must_be_directory: false,
            is_for_create: false,
        }
    }

    /// The last component may be made as a file.
    pub fn for_create(mut self) -> Self {
        self.is_for_create = true;
        self
    }

    /// Walks to the end of a path.
    ///
    /// # Errors
    /// - [`Error::NoEntry`]: the path is empty, or a directory on the way is not there, or a link's target is empty.
    /// - [`Error::NotDirectory`]: something on the way is not a directory.
    /// - [`Error::NotPermitted`]: the path or a followed link is absolute, or `..` leaves the start.
    /// - [`Error::IsDirectory`]: a file may be made and the path ends in `/`.
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

    /// Walks to the directory that a path's last component is in. What the last component is, is left open; see
    /// [`PathTarget::lookup_last`].
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
        // No link was followed at the end, so what is left is the end of the path itself.
        let start = path.len() - self.left.len();
        let text = path.get(start..start + text.len()).unwrap_or_default();
        Ok(self.target(Component { text, hash }))
    }

    fn target<'p>(&self, last: Component<'p>) -> PathTarget<'p> {
        PathTarget { directory: self.at, last, found: None, must_be_directory: self.must_be_directory }
    }

    /// Walks until only the last component is left, which is not looked up; if it is `..`, that is where the walk is.
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

    /// Goes on along a link's target, if it may be followed, and then along `rest`.
    fn follow(&mut self, link: NodeId, rest: &'w [u8]) -> Result<(), L::Stop> {
        self.links_followed += 1;
        if self.links_followed > MAX_LINKS_FOLLOWED {
            return Err(Error::Loop.into());
        }
        let target = self.tree.link_target(link)?;
        path::check_relative(target)?;
        if !rest.is_empty() {
            self.left_behind.try_reserve(1).map_err(Error::from)?;
            self.left_behind.push(rest);
        }
        self.left = target;
        Ok(())
    }
}
