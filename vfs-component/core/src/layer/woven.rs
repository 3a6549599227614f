//! An image, and directories of other filesystems in it, as one layer.
//!
//! ```text
//! image   /   36        /work   52 ──mounted──▶ filesystem 1, node 0
//!                                ▲                      │ src/main.rs: asked of the filesystem
//!                                └───────covered────────┘ ..
//! ```
//!
//! The number of a node has the number of its filesystem in bits 55 to 62: 0 is the image's, and a mount's is its place
//! in the list and one. The rest of a number is the image's, or whatever the other filesystem says.
//!
//! What is mounted inside of another mount, or where the image has no directory, has a placed name: see `placed.rs`.

mod placed;

use alloc::string::String;
use alloc::vec::Vec;

use vfs_image::{FileKind, Timestamp};

use super::late::{ChangePolicy, Late, LateContents, LateInode, LateLayer, Stop, Through};
use super::{Contents, Effect, ImageExtents, ImageLayer, Layer, LayerInode, LayerNode, Listed, ListedOf, Performed};
use crate::node::hidden::Hidden;
use crate::path::Component;
use crate::tree::owned;
use crate::{DescriptorFlags, Error, Stat};

pub use placed::PlacedName;
use placed::{MadeInode, PlacedNames, find, is_made};

/// The first bit of a number that tells the filesystem.
const FILESYSTEM: u32 = 55;
/// The most mounts.
const MOST: usize = 255;

/// An image, and what is mounted on its directories.
pub struct Woven<'i> {
    image: ImageLayer<'i>,
    late: LateLayer,
    /// The mount at this place has the filesystem after it.
    mounts: Vec<Mount>,
    placed: PlacedNames,
}

/// A directory of another filesystem, in the place of one of the image or of one that is [made](Woven::made).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The directory in whose place it stands.
    pub covered: u64,
    /// The directory that stands in its place. Its number has that of the filesystem: see [`Woven::filesystem`].
    pub root: u64,
    /// Where changes go.
    pub changes: ChangePolicy,
    /// Whether the filesystem follows whole paths, name by name, and keeps to what is in it. Not if
    /// [`ChangePolicy::Above`] gives its nodes numbers for good.
    pub follows_paths: bool,
}

impl<'i> Woven<'i> {
    /// Makes a layer of an image, of mounts in the order of their filesystems, and of names that lead to them.
    ///
    /// # Errors
    /// - [`Error::Invalid`]: there are more than 255 mounts; or a root is of another filesystem than the mount, or a
    ///   covered directory is another mount's or has two mounts; or something of the names is twice or cannot be.
    pub fn new(image: ImageLayer<'i>, mut mounts: Vec<Mount>, placed: Vec<PlacedName>) -> Result<Self, Error> {
        let is_twice = |mount: &Mount| mounts.iter().filter(|other| other.covered == mount.covered).count() > 1;
        let is_wrong = |(place, mount): (u32, &Mount)| {
            filesystem(mount.root) != place + 1 || filesystem(mount.covered) != 0 || is_twice(mount)
        };
        if mounts.len() > MOST || (0..).zip(&mounts).any(is_wrong) {
            return Err(Error::Invalid);
        }
        // A filesystem does not know which of its paths lead elsewhere.
        for placed in &placed {
            if let Some(mount) =
                filesystem(placed.directory).checked_sub(1).and_then(|place| mounts.get_mut(place as usize))
            {
                mount.follows_paths = false;
            }
        }
        let placed = PlacedNames::new(placed)?;
        Ok(Self { image, late: LateLayer::new(0, ChangePolicy::Refused), mounts, placed })
    }

    /// Returns the number of a node of a mount.
    #[must_use]
    pub const fn number(filesystem: u8, node: u64) -> u64 {
        (filesystem as u64) << FILESYSTEM | node
    }

    /// Returns the number of a directory that has only placed names, each by a number of its own.
    #[must_use]
    pub const fn made(place: u32) -> u64 {
        placed::made(place)
    }

    /// Refuses changes in a mount that has turned out to be missing: before its first use.
    pub fn refuse_changes(&mut self, root: u64) {
        if let Some(mount) = self.mounts.iter_mut().find(|mount| mount.root == root) {
            mount.changes = ChangePolicy::Refused;
        }
    }

    /// Allows changes in a directory on the way to a mount that has turned out to be there: before its first use.
    pub fn allow_changes(&mut self, node: u64) {
        self.placed.allow_changes(node);
    }

    /// Checks that what a mount has opened is its own.
    fn of_mount(&self, through: Through, opened: Result<LateInode, Stop>) -> Result<WovenInode, Stop> {
        let inode = opened?;
        same_filesystem(through.number(), Some(inode.number))?;
        Ok(WovenInode::Late(inode))
    }

    /// Returns the first entry of a directory after a cursor, apart from its placed names.
    fn own_entry_after(&self, directory: &WovenInode, cursor: u64) -> Result<Option<Listed<&[u8]>>, Stop> {
        let entry = match directory {
            WovenInode::Image(directory) => self.image.entry_after(directory, cursor)?,
            WovenInode::Late(directory) | WovenInode::Pass(directory, _) => self.late.entry_after(directory, cursor)?,
            WovenInode::Made(_) => None,
        };
        same_filesystem(directory.number(), entry.map(|entry| entry.node.number))?;
        Ok(entry)
    }

    /// Returns the mount that a node is in. `None`: it is the image's.
    fn mount(&self, number: u64) -> Option<&Mount> {
        self.mounts.get(filesystem(number).checked_sub(1)? as usize)
    }
}

const fn filesystem(number: u64) -> u32 {
    (number >> FILESYSTEM) as u32
}

impl Late for Woven<'_> {
    fn late(&mut self) -> &mut LateLayer {
        &mut self.late
    }

    fn is_late(&self, number: u64) -> bool {
        filesystem(number) != 0
    }

    fn inode_of(inode: LateInode) -> WovenInode {
        WovenInode::Late(inode)
    }
}

impl<'i> Layer for Woven<'i> {
    type Stop = Stop;
    type Inode = WovenInode;
    type Bytes = WovenBytes<'i>;
    type Contents = WovenContents<'i>;
    type Hidden = Hidden;
    type Through = Through;

    const HAS_MOUNTS: bool = true;

    fn root(&self) -> Result<Option<u64>, Stop> {
        let root = self.image.root()?;
        // Nobody looks the root up, so what is mounted on it stands in its place from the start.
        Ok(root.map(|root| self.mounted(root).unwrap_or(root)))
    }

    fn build_time(&self) -> Timestamp {
        self.image.build_time()
    }

    fn inode(&self, number: u64) -> Result<WovenInode, Stop> {
        match filesystem(number) {
            0 if is_made(number) => Ok(WovenInode::Made(self.placed.inode(number, self.build_time())?)),
            0 => Ok(WovenInode::Image(self.image.inode(number)?)),
            _ => self.late.inode(number).map(WovenInode::Late),
        }
    }

    fn recall(&self, directory: u64, name: Component<'_>) -> Option<LayerNode> {
        if filesystem(directory) == 0 { self.image.recall(directory, name) } else { None }
    }

    fn lookup(&self, directory: &WovenInode, name: Component<'_>) -> Result<Option<LayerNode>, Stop> {
        if let Some(placed) = self.placed.find(directory.number(), name.text) {
            return Ok(Some(placed.layer_node()));
        }
        match directory {
            WovenInode::Image(directory) => {
                let found = self.image.lookup(directory, name)?;
                same_filesystem(0, found.map(|node| node.number))?;
                Ok(found)
            }
            WovenInode::Late(directory) | WovenInode::Pass(directory, _) => {
                let found = self.late.lookup(directory, name)?;
                same_filesystem(directory.number, found.map(|node| node.number))?;
                Ok(found)
            }
            WovenInode::Made(_) => Ok(None),
        }
    }

    fn forget(&self, directory: u64, name: &[u8]) {
        if filesystem(directory) == 0 {
            self.image.forget(directory, name);
        }
    }

    fn make_room(&mut self) {
        self.image.make_room();
    }

    fn entry_after(&self, directory: &WovenInode, cursor: u64) -> Result<Option<Listed<&[u8]>>, Stop> {
        let placed = self.placed.within(directory.of_names());
        if let Some(name) = usize::try_from(cursor).ok().and_then(|place| placed.get(place)) {
            return Ok(Some(Listed { cursor: cursor + 1, name: &name.name, node: name.layer_node() }));
        }
        let mut cursor = cursor - placed.len() as u64;
        loop {
            let Some(entry) = self.own_entry_after(directory, cursor)? else { return Ok(None) };
            if find(placed, entry.name).is_none() {
                return Ok(Some(after(placed, entry)?));
            }
            cursor = entry.cursor;
        }
    }

    fn entries(&self, directory: &WovenInode) -> Result<impl Iterator<Item = ListedOf<Self>>, Stop> {
        let number = directory.number();
        let (mut image, mut late) = match directory {
            WovenInode::Image(directory) => (Some(self.image.entries(directory)?), None),
            WovenInode::Late(directory) | WovenInode::Pass(directory, _) => (None, Some(self.late.entries(directory)?)),
            WovenInode::Made(_) => (None, None),
        };
        let mut own = core::iter::from_fn(move || {
            if let Some(image) = &mut image {
                return Some(image.next()?.map(|entry| entry.map_name(WovenBytes::Lent)).map_err(Stop::from));
            }
            Some(late.as_mut()?.next()?.map(|entry| entry.map_name(WovenBytes::Own)))
        });
        let placed = self.placed.within(directory.of_names());
        let mut names = (1..).zip(placed);
        Ok(core::iter::from_fn(move || {
            if let Some((cursor, name)) = names.next() {
                let listed = |copy| Listed { cursor, name: WovenBytes::Own(copy), node: name.layer_node() };
                return Some(owned(&name.name).map(listed).map_err(Stop::from));
            }
            let is_shown = |entry: &ListedOf<Self>| {
                entry.as_ref().map_or(true, |entry| find(placed, entry.name.as_ref()).is_none())
            };
            Some(own.find(is_shown)?.and_then(|entry| {
                same_filesystem(number, Some(entry.node.number))?;
                Ok(after(placed, entry)?)
            }))
        }))
    }

    fn parent(&self, directory: &WovenInode) -> Result<u64, Stop> {
        if let Some(placed) = self.placed.of_node(directory.number()) {
            return Ok(placed.directory);
        }
        match directory {
            WovenInode::Image(directory) => {
                let parent = self.image.parent(directory)?;
                same_filesystem(0, Some(parent))?;
                Ok(parent)
            }
            WovenInode::Late(directory) | WovenInode::Pass(directory, _) => {
                let parent = self.late.parent(directory)?;
                same_filesystem(directory.number, Some(parent))?;
                Ok(parent)
            }
            WovenInode::Made(_) => Err(Error::Io.into()),
        }
    }

    fn read_link(&self, link: &WovenInode) -> Result<&[u8], Stop> {
        match link {
            WovenInode::Image(link) => Ok(self.image.read_link(link)?),
            WovenInode::Late(link) => self.late.read_link(link),
            WovenInode::Pass(..) | WovenInode::Made(_) => Err(Error::Io.into()),
        }
    }

    fn contents(&self, file: &WovenInode) -> Result<WovenContents<'i>, Stop> {
        Ok(match file {
            WovenInode::Image(file) => WovenContents::Image(self.image.contents(file)?),
            WovenInode::Late(file) => WovenContents::Late(self.late.contents(file)?),
            WovenInode::Pass(..) | WovenInode::Made(_) => return Err(Error::Io.into()),
        })
    }

    fn run<'a>(&'a self, contents: &'a WovenContents<'i>, offset: u64, length: u64) -> Result<&'a [u8], Stop> {
        match contents {
            WovenContents::Image(contents) => Ok(self.image.run(contents, offset, length)?),
            WovenContents::Late(contents) => self.late.run(contents, offset, length),
        }
    }

    fn fetch(&self, contents: &WovenContents<'i>, offset: u64, length: u64) -> Result<(), Stop> {
        match contents {
            WovenContents::Image(_) => Ok(()),
            WovenContents::Late(contents) => self.late.fetch(contents, offset, length),
        }
    }

    fn lend(&self, contents: &WovenContents<'i>, offset: u64, length: u64) -> Option<WovenBytes<'i>> {
        match contents {
            WovenContents::Image(contents) => self.image.lend(contents, offset, length).map(WovenBytes::Lent),
            WovenContents::Late(contents) => self.late.lend(contents, offset, length).map(WovenBytes::Own),
        }
    }

    fn contradiction(&self) -> Stop {
        self.late.contradiction()
    }

    fn is_read_only(&self, number: u64) -> bool {
        self.mount(number).is_some_and(|mount| mount.changes == ChangePolicy::Refused)
            || self.placed.of_node(number).is_some_and(|placed| placed.is_read_only)
    }

    fn passes_through(&self, number: u64) -> Option<Through> {
        // What refuses changes does so when it is asked to make them.
        let mount = self.mount(number)?;
        matches!(mount.changes, ChangePolicy::Through | ChangePolicy::Refused).then_some(Through::new(number))
    }

    fn is_live(&self, number: u64) -> Option<Through> {
        let mount = self.mount(number)?;
        (mount.changes != ChangePolicy::Above).then_some(Through::new(number))
    }

    fn mounted(&self, directory: u64) -> Option<u64> {
        // Few mounts, and only directories of the image and such as are made can be covered.
        if filesystem(directory) != 0 {
            return None;
        }
        self.mounts.iter().find(|mount| mount.covered == directory).map(|mount| mount.root)
    }

    fn covered(&self, root: u64) -> Option<u64> {
        self.mount(root).filter(|mount| mount.root == root).map(|mount| mount.covered)
    }

    fn is_placed(&self, directory: u64) -> bool {
        self.placed.of_node(directory).is_some()
    }

    fn lists_alone(&self, directory: u64) -> bool {
        self.placed.within(directory).is_empty()
    }

    fn filesystem(&self, number: u64) -> u32 {
        filesystem(number)
    }

    fn follows_paths(&self, directory: u64) -> bool {
        self.mount(directory).is_some_and(|mount| mount.follows_paths)
    }

    fn leaves_names(&self, directory: u64) -> bool {
        filesystem(directory) != 0 && self.placed.within(directory).is_empty()
    }

    fn perform(&self, through: Through, effect: Effect<&[u8]>) -> Result<Performed<WovenInode>, Stop> {
        let other = match effect {
            Effect::Rename { to: other, .. } | Effect::Link { directory: other, .. } => Some(other),
            _ => None,
        };
        if self.is_read_only(through.number()) || other.is_some_and(|other| self.is_read_only(other)) {
            // Nothing of the app waits to be written.
            return if matches!(effect, Effect::Sync { .. }) {
                Ok(Performed::Done)
            } else {
                Err(Error::ReadOnly.into())
            };
        }
        Ok(woven(self.late.perform(through, effect)?))
    }

    fn performed(&mut self) -> Option<Result<Performed<WovenInode>, Stop>> {
        Some(self.late.performed()?.map(woven))
    }

    fn hold(&mut self, slot: u32) {
        self.late.hold(slot);
    }

    fn take_held(&mut self) -> Option<u32> {
        self.late.take_held()
    }

    fn held(&self) -> usize {
        self.late.held()
    }

    fn read(&self, through: Through, offset: u64, length: u64) -> Result<&[u8], Stop> {
        self.late.read(through, offset, length)
    }

    fn open(&self, through: Through, flags: DescriptorFlags) -> Result<WovenInode, Stop> {
        self.of_mount(through, self.late.open(through, flags))
    }

    fn open_listing(&self, through: Through) -> Result<WovenInode, Stop> {
        let directory = through.number();
        match self.of_mount(through, self.late.open_listing(through))? {
            WovenInode::Late(pass) if !self.placed.within(directory).is_empty() => {
                Ok(WovenInode::Pass(pass, directory))
            }
            pass => Ok(pass),
        }
    }

    fn asked_last(&self, directory: &WovenInode) -> u64 {
        match directory {
            WovenInode::Late(pass) => self.late.asked_last(pass),
            // The cursors of the others count their placed names, too.
            _ => 0,
        }
    }

    fn before_change(&self, through: Through) -> Result<WovenInode, Stop> {
        self.of_mount(through, self.late.before_change(through))
    }

    fn identity(&self, through: Through) -> Result<u64, Stop> {
        self.late.identity(through)
    }

    fn reserve_user(&mut self) -> Result<(), Error> {
        self.late.reserve_user()
    }

    fn retain(&mut self, number: u64) {
        if filesystem(number) != 0 {
            self.late.retain(number);
        }
    }

    fn pin(&mut self, number: u64) {
        // From now on, paths may lead through what is the tree's.
        if let Some(place) = filesystem(number).checked_sub(1)
            && let Some(mount) = self.mounts.get_mut(place as usize)
        {
            mount.follows_paths = false;
        }
        self.late.pin(number);
    }

    fn close(&mut self, number: u64) {
        self.late.close(number);
    }

    fn release(&mut self, number: u64) {
        if filesystem(number) != 0 {
            self.late.release(number);
        }
    }

    fn check_recalled(&self, is_own: impl Fn(u64) -> bool) -> Result<(), String> {
        self.image.check_recalled(is_own)
    }
}

/// Checks that an answer is about a node of the directory's filesystem (0: the image, whose bytes nobody trusts either):
/// only a mount leads from one to another, and only a placed name to a directory that is made.
///
/// # Errors
/// - [`Error::Io`]: it is not.
fn same_filesystem(directory: u64, node: Option<u64>) -> Result<(), Error> {
    let is_own = |node| filesystem(node) == filesystem(directory) && !is_made(node);
    if node.is_none_or(is_own) { Ok(()) } else { Err(Error::Io) }
}

/// Returns an entry of a directory as it comes after the placed names.
fn after<N>(placed: &[PlacedName], entry: Listed<N>) -> Result<Listed<N>, Error> {
    let cursor = entry.cursor.checked_add(placed.len() as u64).filter(|cursor| *cursor < 1 << 63);
    Ok(Listed { cursor: cursor.ok_or(Error::Io)?, ..entry })
}

fn woven(performed: Performed<LateInode>) -> Performed<WovenInode> {
    match performed {
        Performed::Done => Performed::Done,
        Performed::Opened(inode) => Performed::Opened(WovenInode::Late(inode)),
    }
}

/// A node of [`Woven`].
#[derive(Clone, Copy, Debug)]
pub enum WovenInode {
    /// Of the image.
    Image(vfs_image::Inode),
    /// Of a mount.
    Late(LateInode),
    /// A pass over the entries of a directory of a mount that has placed names, and the number of that directory.
    Pass(LateInode, u64),
    /// A directory that has only placed names.
    Made(MadeInode),
}

impl WovenInode {
    /// Returns the number of the directory whose entries are listed.
    fn of_names(&self) -> u64 {
        match self {
            Self::Pass(_, directory) => *directory,
            other => other.number(),
        }
    }
}

impl LayerInode for WovenInode {
    fn number(&self) -> u64 {
        match self {
            Self::Image(inode) => inode.number(),
            Self::Late(inode) | Self::Pass(inode, _) => inode.number(),
            Self::Made(inode) => inode.number(),
        }
    }

    fn kind(&self) -> FileKind {
        match self {
            Self::Image(inode) => inode.kind(),
            Self::Late(inode) | Self::Pass(inode, _) => inode.kind(),
            Self::Made(inode) => inode.kind(),
        }
    }

    fn stat(&self) -> Stat {
        match self {
            Self::Image(inode) => inode.stat(),
            Self::Late(inode) | Self::Pass(inode, _) => inode.stat(),
            Self::Made(inode) => inode.stat(),
        }
    }

    fn stat_now(&self) -> Stat {
        match self {
            Self::Image(inode) => inode.stat_now(),
            Self::Late(inode) | Self::Pass(inode, _) => inode.stat_now(),
            Self::Made(inode) => inode.stat_now(),
        }
    }
}

/// Bytes of [`Woven`].
#[derive(Clone, Debug)]
pub enum WovenBytes<'i> {
    /// Of the image.
    Lent(&'i [u8]),
    /// Of a mount.
    Own(Vec<u8>),
}

impl AsRef<[u8]> for WovenBytes<'_> {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Lent(bytes) => bytes,
            Self::Own(bytes) => bytes,
        }
    }
}

/// What [`Woven`] keeps of an open file.
pub enum WovenContents<'i> {
    /// Of the image.
    Image(ImageExtents<'i>),
    /// Of a mount.
    Late(LateContents),
}

impl Contents for WovenContents<'_> {
    const NOTHING: Self = Self::Image(ImageExtents::NOTHING);

    fn size(&self) -> u64 {
        match self {
            Self::Image(contents) => contents.size(),
            Self::Late(contents) => contents.size(),
        }
    }

    fn truncate(&mut self, size: u64) {
        match self {
            Self::Image(contents) => contents.truncate(size),
            Self::Late(contents) => contents.truncate(size),
        }
    }
}
