//! One app on a volume: its handles, its settings, its rights.

use crate::journal::Journal;
use crate::settings::{SettingsView, Strings};
use crate::{Clock, DescriptorFlags, FollowFinalLink, Handles, Layer, OpenFile, OpenFlags, Volume};

/// The state of one app: its handles, and its preopens, working directory, environment, arguments and standard streams
/// by the settings. Contents, time and quotas belong to the volume and are shared by all its sessions.
///
/// `H` is the type of a handle, `S` what the owner keeps of the standard streams.
#[derive(Debug)]
pub struct Session<'s, H, S = ()> {
    /// The app's handles, by their numbers. Whoever ends a session closes them.
    pub handles: Handles<H>,
    /// The app's settings.
    pub settings: SettingsView<'s>,
    /// The app's rights.
    pub rights: Rights,
    /// The app's standard streams.
    pub standard: S,
}

/// The rights of a session on its volume. An open file passes them on to whatever is opened from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// Whether every change fails with [`Error::ReadOnly`](crate::Error::ReadOnly).
    pub read_only: bool,
    /// The rights of a directory opened without [`DescriptorFlags::MUTATE_DIRECTORY`].
    pub directory_rights: DirectoryRights,
}

/// The rights of a directory opened without [`DescriptorFlags::MUTATE_DIRECTORY`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DirectoryRights {
    /// Those of the directory that it was opened from. The preview1 adapter never sets the flag, and C libraries set it
    /// only with a write mode, with which no directory can be opened. So `unlinkat` below an opened directory, and
    /// every recursive removal, needs this. wasmtime does the same.
    #[default]
    Inherited,
    /// None: the directory permits no changes, as WASI's text requires.
    AsRequested,
}

impl<'s, H, S: Default> Session<'s, H, S> {
    /// Makes a session without open files, with the rights from its settings.
    #[must_use]
    pub fn new(settings: SettingsView<'s>) -> Self {
        let rights = Rights { read_only: settings.read_only, ..Rights::default() };
        Self { handles: Handles::default(), settings, rights, standard: S::default() }
    }
}

impl<'s, H, S> Session<'s, H, S> {
    /// Returns the preopens: the path in the tree, and the name that the app sees.
    #[must_use]
    pub fn preopens(&self) -> Preopens<'s> {
        Preopens(self.settings.preopens)
    }

    /// Opens a directory by its path from the root, as a preopen or the working directory, with all rights of the
    /// session.
    ///
    /// # Errors
    /// Those of [`Volume::open_root`] and [`Volume::open_at`].
    #[inline(never)]
    pub fn open_directory<L: Layer, C: Clock, J: Journal>(
        &self,
        volume: &mut Volume<L, C, J>,
        path: &str,
    ) -> Result<OpenFile, L::Stop> {
        self.open_directory_for(volume, path, |flags| flags)
    }

    /// Opens a directory in the same way, but only to read, because its layer refuses more.
    ///
    /// # Errors
    /// Those of [`Session::open_directory`].
    pub fn open_directory_to_read<L: Layer, C: Clock, J: Journal>(
        &self,
        volume: &mut Volume<L, C, J>,
        path: &str,
    ) -> Result<OpenFile, L::Stop> {
        self.open_directory_for(volume, path, |_| DescriptorFlags::READ)
    }

    #[inline(always)]
    fn open_directory_for<L: Layer, C: Clock, J: Journal>(
        &self,
        volume: &mut Volume<L, C, J>,
        path: &str,
        flags: impl FnOnce(DescriptorFlags) -> DescriptorFlags,
    ) -> Result<OpenFile, L::Stop> {
        let root = volume.open_root(self.rights)?;
        let path = path.trim_matches('/');
        if path.is_empty() {
            return Ok(root);
        }
        let flags = flags(volume.flags(&root));
        let directory = volume.open_at(&root, path, FollowFinalLink::Yes, OpenFlags::DIRECTORY, flags);
        volume.close(root);
        directory
    }

    /// Opens a file by its path from the root, as a standard stream.
    ///
    /// # Errors
    /// Those of [`Volume::open_root`] and [`Volume::open_at`].
    pub fn open_file<L: Layer, C: Clock, J: Journal>(
        &self,
        volume: &mut Volume<L, C, J>,
        path: &str,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> Result<OpenFile, L::Stop> {
        // A file that the layer has opened needs no root, whose open might exceed the limit.
        if let Some(opened) = volume.opened_by_layer(flags, self.rights.into()) {
            return opened;
        }
        let root = volume.open_root(self.rights)?;
        let file = volume.open_at(&root, path.trim_start_matches('/'), FollowFinalLink::Yes, open, flags);
        volume.close(root);
        file
    }
}

/// Directories that the app has at its start; see [`Session::preopens`].
#[derive(Clone, Copy, Debug)]
pub struct Preopens<'s>(Strings<'s>);

impl<'s> Iterator for Preopens<'s> {
    type Item = (&'s str, &'s str);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.0.next()?))
    }
}
