//! The walk from a descriptor's directory along a path: the only place that knows what `.`, `..`, symbolic links and
//! slashes mean.

use alloc::vec::Vec;

use vfs_image::FileKind;

use crate::layer::Layer;
use crate::limits::{MAX_LINKS_FOLLOWED, MAX_NAME, MAX_PATH};
use crate::node::NodeId;
use crate::node::directory::Found;
use crate::path::{self, Component, Step};
use crate::tree::Tree;
use crate::{Error, FollowFinalLink};

/// Where a path leads. The last component may be missing.
pub(crate) struct Place<'w> {
    /// The directory that the last component is in, or the directory itself if `last` is `.` or `..`.
    pub directory: NodeId,
    /// The last component.
    last: Component<'w>,
    /// What is there.
    pub found: Option<Found>,
    /// The path ends in `/`.
    pub must_be_directory: bool,
}

impl<'w> Place<'w> {
    /// What the last component is.
    pub fn last(&self) -> Step<'w> {
        Step::of(self.last.text)
    }

    /// Looks up what is there. A link is not followed.
    ///
    /// # Errors
    /// - [`Error::NameTooLong`]: the name is too long.
    /// - [`Error::Io`]: the image is damaged.
    pub fn look<L: Layer>(mut self, tree: &Tree<L>) -> Result<Self, L::Stop> {
        self.found = match self.last() {
            Step::Name(_) => lookup(tree, self.directory, self.last)?,
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

/// What is at a path that goes down from directory to directory to something that is there, as most do. `None`: the path
/// is another one, and only a [`Walk`] knows what to answer.
pub(crate) fn descend<L: Layer>(tree: &Tree<L>, start: NodeId, path: &str, follow: FollowFinalLink) -> Option<Found> {
    let mut path = path.as_bytes();
    if path.len() > MAX_PATH || path.first().is_none_or(|&byte| byte == b'/') {
        return None;
    }
    let mut at = start;
    loop {
        let (component, rest) = path::first(path);
        // Neither `.` nor `..` nor what cannot be a name is found.
        let found = tree.lookup(at, component).ok()??;
        if rest.is_empty() {
            let must_be_directory = component.text.len() < path.len();
            let ends_here = match found.kind {
                FileKind::Directory => true,
                FileKind::SymbolicLink => follow == FollowFinalLink::No && !must_be_directory,
                _ => !must_be_directory,
            };
            return ends_here.then_some(found);
        }
        if found.kind != FileKind::Directory {
            return None;
        }
        (at, path) = (found.node, rest);
    }
}

/// One walk.
pub(crate) struct Walk<'w, L: Layer> {
    tree: &'w Tree<L>,
    /// Where the walk is.
    at: NodeId,
    /// The directories it came through. `..` pops; popping none is leaving the descriptor's directory.
    above: &'w mut Vec<NodeId>,
    links_followed: u32,
    /// The last component may be made as a file, so a slash after it is refused.
    makes_file: bool,
}

impl<'w, L: Layer> Walk<'w, L> {
    /// A walk from a directory. `above` is memory to use again.
    pub fn new(tree: &'w Tree<L>, start: NodeId, above: &'w mut Vec<NodeId>) -> Self {
        above.clear();
        Self { tree, at: start, above, links_followed: 0, makes_file: false }
    }

    /// The last component may be made as a file.
    pub fn that_makes_file(mut self) -> Self {
        self.makes_file = true;
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
    /// - [`Error::Io`]: the image is damaged.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn resolve(mut self, path: &'w str, follow: FollowFinalLink) -> Result<Place<'w>, L::Stop> {
        let mut path = path::check(path)?;
        let mut must_be_directory = false;
        loop {
            let mut place = self.end(path)?;
            must_be_directory |= place.must_be_directory;
            if self.makes_file && place.must_be_directory && matches!(place.last(), Step::Name(_)) {
                return Err(Error::IsDirectory.into());
            }
            place.must_be_directory = must_be_directory;
            let place = place.look(self.tree)?;
            match place.found {
                Some(Found { node, kind: FileKind::SymbolicLink })
                    if follow == FollowFinalLink::Yes || must_be_directory =>
                {
                    path = self.follow(node)?;
                }
                _ => return Ok(place),
            }
        }
    }

    /// Walks to the directory that a path's last component is in. What the last component is, is left open; see
    /// [`Place::look`].
    ///
    /// # Errors
    /// Those of [`Walk::resolve`].
    pub fn parent<'p>(mut self, path: &'p str) -> Result<Place<'p>, L::Stop> {
        self.end(path::check(path)?)
    }

    /// Walks to the last component, which is not looked up.
    fn end<'p>(&mut self, mut path: &'p [u8]) -> Result<Place<'p>, L::Stop> {
        loop {
            let (component, rest) = path::first(path);
            if !rest.is_empty() {
                self.step(component)?;
                path = rest;
                continue;
            }
            if Step::of(component.text) == Step::DotDot {
                self.up()?;
            }
            let must_be_directory = component.text.len() < path.len();
            return Ok(Place { directory: self.at, last: component, found: None, must_be_directory });
        }
    }

    /// Walks through components that must all be directories, or links to such.
    fn directories(&mut self, mut path: &[u8]) -> Result<(), L::Stop> {
        while !path.is_empty() {
            let (component, rest) = path::first(path);
            self.step(component)?;
            path = rest;
        }
        Ok(())
    }

    fn step(&mut self, component: Component<'_>) -> Result<(), L::Stop> {
        match Step::of(component.text) {
            Step::Dot => Ok(()),
            Step::DotDot => self.up(),
            Step::Name(_) => self.down(component),
        }
    }

    fn down(&mut self, name: Component<'_>) -> Result<(), L::Stop> {
        match lookup(self.tree, self.at, name)?.ok_or(Error::NoEntry)? {
            Found { node, kind: FileKind::Directory } => {
                self.above.try_reserve(1).map_err(Error::from)?;
                self.above.push(self.at);
                self.at = node;
                Ok(())
            }
            // The depth of this recursion is bounded by the number of links followed.
            Found { node, kind: FileKind::SymbolicLink } => {
                let target = self.follow(node)?;
                self.directories(target)
            }
            _ => Err(Error::NotDirectory.into()),
        }
    }

    fn up(&mut self) -> Result<(), L::Stop> {
        self.at = self.above.pop().ok_or(Error::NotPermitted)?;
        Ok(())
    }

    /// Where a link points, if it may be followed.
    fn follow(&mut self, link: NodeId) -> Result<&'w [u8], L::Stop> {
        self.links_followed += 1;
        if self.links_followed > MAX_LINKS_FOLLOWED {
            return Err(Error::Loop.into());
        }
        let target = self.tree.link_target(link)?;
        path::check_relative(target)?;
        Ok(target)
    }
}

/// Finds a name in a directory, if it can be one.
#[inline]
fn lookup<L: Layer>(tree: &Tree<L>, directory: NodeId, name: Component<'_>) -> Result<Option<Found>, L::Stop> {
    if name.text.len() > MAX_NAME {
        // In a removed directory there is nothing, however long.
        return if tree.is_removed(directory) { Ok(None) } else { Err(Error::NameTooLong.into()) };
    }
    tree.lookup(directory, name)
}
