//! Opening and closing files.

use alloc::vec::Vec;

use vfs_image::FileKind;

use crate::fs::may_change;
use crate::journal::Journal;
use crate::layer::{Effect, Layer, Performed};
use crate::loading::Loading;
use crate::node::directory::Found;
use crate::node::{Body, NodeId, RegularFile};
use crate::open_file::ChangeRight;
use crate::path::Step;
use crate::tree::owned;
use crate::{Clock, DescriptorFlags, Error, FollowFinalLink, OpenFile, OpenFlags, Rights, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Opens the root directory for a session, with all its rights that the layer does not refuse.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: too many files are open, or an allocation failed.
    pub fn open_root(&mut self, rights: Rights) -> Result<OpenFile, L::Stop> {
        let root = Found { node: self.tree.root, kind: FileKind::Directory };
        let flags = match self.tree.check_changeable(root.node) {
            Ok(()) => DescriptorFlags::MUTATE_DIRECTORY,
            Err(_) => DescriptorFlags::READ,
        };
        self.open_node(root, flags, rights.into())
    }

    /// Opens the node at a path, or makes a file there.
    ///
    /// A file opened without [`DescriptorFlags::WRITE`] is readable, whatever the flags say; a directory always is. One
    /// that [`OpenFlags::CREATE`] or [`OpenFlags::TRUNCATE`] opens is always writable, unless its layer refuses
    /// changes.
    /// [`DescriptorFlags::MUTATE_DIRECTORY`] has no effect on a file.
    ///
    /// # Errors
    /// - [`Error::NotDirectory`]: `at` is not a directory, or something on the way is not; or what is there is not one
    ///   and [`OpenFlags::DIRECTORY`] or a trailing slash asks for it.
    /// - [`Error::Invalid`]: [`OpenFlags::DIRECTORY`] is together with another flag; or the path has a NUL in it.
    /// - [`Error::NoEntry`]: nothing is there and [`OpenFlags::CREATE`] is not set, or the path is empty, or something
    ///   on the way is not there, or the directory was removed.
    /// - [`Error::Exist`]: something is there, with [`OpenFlags::CREATE`] and [`OpenFlags::EXCLUSIVE`].
    /// - [`Error::IsDirectory`]: a directory is there, or a trailing slash asks for one, and the flags make, cut or
    ///   write a file.
    /// - [`Error::Loop`]: a symbolic link is there and is not to be followed, or too many are on the way.
    /// - [`Error::NotPermitted`]: the path or a followed link is absolute, or `..` leaves `at`.
    /// - [`Error::NameTooLong`]: the path or one of its components is too long.
    /// - [`Error::NoSuchDevice`]: it is a device, pipe or socket.
    /// - [`Error::ReadOnly`]: the flags ask for change and `at` cannot change anything, or the layer refuses it.
    /// - [`Error::InsufficientSpace`]: there are too many nodes.
    /// - [`Error::InsufficientMemory`]: too many files are open, or an allocation failed.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn open_at(
        &mut self,
        at: &OpenFile,
        path: &str,
        follow: FollowFinalLink,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> Result<OpenFile, L::Stop> {
        let creates = open.contains(OpenFlags::CREATE);
        let truncates = open.contains(OpenFlags::TRUNCATE);
        let asked = flags;
        let implies_write = (creates || truncates) && !asked.contains(DescriptorFlags::WRITE);
        let flags = if implies_write { asked | DescriptorFlags::READ | DescriptorFlags::WRITE } else { asked };
        if let Some(opened) = self.opened_by_layer(flags, at.changes) {
            return opened;
        }
        let exclusive = open.contains(OpenFlags::EXCLUSIVE);
        let wants_directory = open.contains(OpenFlags::DIRECTORY);
        if wants_directory && (creates || truncates || exclusive) {
            self.directory(at)?;
            return Err(Error::Invalid.into());
        }
        let follow = if creates && exclusive { FollowFinalLink::No } else { follow };
        let found = if creates {
            let place = self.walk(at)?.for_create().resolve(path, follow)?;
            if let (None, Step::Name(name)) = (place.found, place.last()) {
                let (directory, name) = (place.directory, owned(name)?);
                if let Some((through, directory)) = self.tree.passes_through(directory) {
                    may_change(at)?;
                    let (name, truncate) = (name.as_slice(), truncates);
                    let effect = Effect::Create { directory, name, exclusive, truncate, flags };
                    return self.open_by_layer(through, effect, flags, at.changes);
                }
                return self.create_file(at, directory, name, flags);
            }
            place.existing()?
        } else {
            self.existing(at, path, follow)?
        };
        match found.kind {
            _ if creates && exclusive => return Err(Error::Exist.into()),
            FileKind::Directory if flags.contains(DescriptorFlags::WRITE) => {
                return Err(Error::IsDirectory.into());
            }
            FileKind::Directory => {}
            _ if wants_directory => return Err(Error::NotDirectory.into()),
            FileKind::RegularFile => {}
            FileKind::SymbolicLink => return Err(Error::Loop.into()),
            _ => return Err(Error::NoSuchDevice.into()),
        }
        if flags.intersects(DescriptorFlags::CHANGES) {
            may_change(at)?;
        }
        let flags = match self.tree.check_changeable(found.node) {
            // It is there and need not be made, so that it can be read.
            Err(_) if !truncates && !asked.intersects(DescriptorFlags::CHANGES) => asked,
            changeable => changeable.map(|()| flags)?,
        };
        if truncates && let Some((through, file)) = self.tree.passes_through(found.node) {
            return self.open_by_layer(through, Effect::Truncate { file, flags }, flags, at.changes);
        }
        let file = self.open_node(found, flags, at.changes)?;
        if truncates && let Err(error) = self.resize(file.slot, 0) {
            self.close(file);
            return Err(error);
        }
        Ok(file)
    }

    /// Has the layer make or cut a file, and opens it. The slot is taken first, so that the open cannot fail after the
    /// change.
    fn open_by_layer(
        &mut self,
        through: L::Through,
        effect: Effect<&[u8]>,
        flags: DescriptorFlags,
        changes: ChangeRight,
    ) -> Result<OpenFile, L::Stop> {
        self.hold_open()?;
        let performed = self.tree.layer.perform(through, effect)?;
        self.finish_open(Ok(performed), flags, changes)
    }

    /// Takes what opening a file needs. The same effect keeps its slot if it is requested again before its answer has
    /// come.
    pub(crate) fn hold_open(&mut self) -> Result<(), Error> {
        self.drop_held();
        self.check_open()?;
        self.tree.hold_slot()?;
        self.open += 1;
        Ok(())
    }

    /// Returns the file that this operation has asked the layer to make or cut, if there is an answer. It is then the
    /// result of the operation.
    #[inline]
    pub(crate) fn opened_by_layer(
        &mut self,
        flags: DescriptorFlags,
        changes: ChangeRight,
    ) -> Option<Result<OpenFile, L::Stop>> {
        let performed = self.tree.layer.performed()?;
        Some(self.finish_open(performed, flags, changes))
    }

    /// Opens the file that the layer has made or cut, in the slot that was taken for it.
    pub(crate) fn finish_open(
        &mut self,
        performed: Result<Performed<L::Inode>, L::Stop>,
        flags: DescriptorFlags,
        changes: ChangeRight,
    ) -> Result<OpenFile, L::Stop> {
        let Performed::Opened(inode) = performed? else { return Err(Error::Io.into()) };
        let slot = self.tree.load_opened(&inode)?;
        self.open -= 1;
        self.open_slot(slot, flags, changes)
    }

    /// Releases the slot that was taken for a file, if the operation did not open it in the end.
    pub(crate) fn drop_held(&mut self) {
        if self.tree.drop_held() {
            self.open -= 1;
        }
    }

    fn create_file(
        &mut self,
        at: &OpenFile,
        directory: NodeId,
        name: Vec<u8>,
        flags: DescriptorFlags,
    ) -> Result<OpenFile, L::Stop> {
        if self.tree.is_removed(directory) {
            return Err(Error::NoEntry.into());
        }
        may_change(at)?;
        self.check_open()?;
        let mut loading = Loading::new(&mut self.tree);
        let directory = loading.entries(directory, &[(&name, None)])?;
        loading.reserve_node()?;
        loading.keep(1)?;
        let now = self.time.now();
        let slot = self.tree.add(Body::File(RegularFile::new()), now);
        let found = Found { node: self.tree.table.id(slot), kind: FileKind::RegularFile };
        if let Some((mut entries, times, _)) = self.tree.entries_mut(directory) {
            entries.insert(name, found);
            times.modify(now);
        }
        self.open_node(found, flags, at.changes)
    }

    /// Opens a node.
    fn open_node(&mut self, found: Found, flags: DescriptorFlags, changes: ChangeRight) -> Result<OpenFile, L::Stop> {
        self.check_open()?;
        let found = self.tree.open_in_layer(found, flags)?;
        let slot = self.tree.load_found(found)?;
        if J::TRACKS
            && changes != ChangeRight::Refused
            // Changes that pass through are not changes of this volume.
            && self.tree.passes_through(found.node).is_none()
            && let Err(error) = self.tree.journal.hold(found.node)
        {
            self.tree.collect(slot);
            return Err(error.into());
        }
        self.open_slot(slot, flags, changes)
    }

    /// Opens the node in a slot, after [`Volume::check_open`].
    pub(crate) fn open_slot(
        &mut self,
        slot: u32,
        flags: DescriptorFlags,
        changes: ChangeRight,
    ) -> Result<OpenFile, L::Stop> {
        let node = self.tree.table.get_mut(slot)?;
        node.opens += 1;
        self.open += 1;
        let kind = node.kind();
        let (flags, changes) = granted(kind, flags, changes);
        Ok(OpenFile { slot, kind, flags, changes })
    }

    pub(crate) fn check_open(&self) -> Result<(), Error> {
        if self.open >= self.max_open { Err(Error::InsufficientMemory) } else { Ok(()) }
    }

    /// Opens the same node again, with the same flags and rights.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: too many files are open.
    pub fn reopen(&mut self, file: &OpenFile) -> Result<OpenFile, L::Stop> {
        self.check_open()?;
        self.tree.table.get_mut(file.slot)?.opens += 1;
        self.open += 1;
        let &OpenFile { slot, kind, flags, changes } = file;
        Ok(OpenFile { slot, kind, flags, changes })
    }

    /// Closes a file. A node without a name and without another open is freed.
    pub fn close(&mut self, file: OpenFile) {
        self.release(file.slot);
    }

    /// Ends one open of a node.
    pub(crate) fn release(&mut self, slot: u32) {
        if let Ok(node) = self.tree.table.get_mut(slot) {
            node.opens = node.opens.saturating_sub(1);
            self.open = self.open.saturating_sub(1);
            self.tree.collect(slot);
        }
    }

    /// Returns the permitted uses of an open file.
    pub fn flags(&self, file: &OpenFile) -> DescriptorFlags {
        file.flags
    }

    /// Returns the kind of the node.
    pub fn kind(&self, file: &OpenFile) -> FileKind {
        file.kind
    }
}

/// Returns the flags of a new open file, and whether it permits changes: never more than the caller asked for, nor more
/// than the directory that it is opened from permits.
fn granted(kind: FileKind, asked: DescriptorFlags, changes: ChangeRight) -> (DescriptorFlags, ChangeRight) {
    let (read, write, mutate) = (DescriptorFlags::READ, DescriptorFlags::WRITE, DescriptorFlags::MUTATE_DIRECTORY);
    if kind != FileKind::Directory {
        let flags = asked.difference(mutate);
        return (if flags.contains(write) { flags } else { flags | read }, changes);
    }
    let flags = asked.difference(write | mutate) | read;
    match changes {
        ChangeRight::AllowedOnRequest if !asked.contains(mutate) => (flags, ChangeRight::Refused),
        ChangeRight::Allowed | ChangeRight::AllowedOnRequest if asked.contains(mutate) => (flags | mutate, changes),
        ChangeRight::Allowed | ChangeRight::AllowedOnRequest | ChangeRight::Refused => (flags, changes),
    }
}
