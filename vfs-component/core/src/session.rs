//! One app on a volume: what it has open, what it was told, what it may do.

use crate::journal::Journal;
use crate::settings::{SettingsView, Strings};
use crate::{Clock, DescriptorFlags, FollowFinalLink, Handles, Layer, OpenFile, OpenFlags, Volume};

/// What belongs to one app: its handles, and what its settings say of preopens, working directory, environment, arguments and
/// standard streams. Contents, time and quotas are the volume's, for all its sessions together.
///
/// `H` is what a handle is, `S` what its owner keeps of the standard streams.
#[derive(Debug)]
pub struct Session<'s, H, S = ()> {
    /// What the app has open, by its numbers. Whoever ends a session closes them.
    pub handles: Handles<H>,
    /// What the app was told.
    pub settings: SettingsView<'s>,
    /// What the app may do.
    pub rights: Rights,
    /// Its standard streams.
    pub standard: S,
}

/// What a session may do on its volume. An open file passes them on to what is opened from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// Nothing can be changed: every change answers [`Error::ReadOnly`](crate::Error::ReadOnly).
    pub read_only: bool,
    /// What a directory opened without [`DescriptorFlags::MUTATE_DIRECTORY`] may do.
    pub directory_rights: DirectoryRights,
}

/// What a directory opened without [`DescriptorFlags::MUTATE_DIRECTORY`] may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DirectoryRights {
    /// The same as the directory it was opened from. The preview1 adapter never sets the flag, and C libraries set it
    /// only with a write mode, which directories cannot be opened with: `unlinkat` below an opened directory, and so
    /// every recursive removal, needs this. It is what wasmtime does.
    #[default]
    Inherited,
    /// Nothing that changes the tree, as WASI's text says.
    AsRequested,
}

impl<'s, H, S: Default> Session<'s, H, S> {
    /// A session that has nothing open yet, with the rights that its settings give.
    #[must_use]
    pub fn new(settings: SettingsView<'s>) -> Self {
        let rights = Rights { read_only: settings.read_only, ..Rights::default() };
        Self { handles: Handles::default(), settings, rights, standard: S::default() }
    }
}

impl<'s, H, S> Session<'s, H, S> {
    /// The preopens: the path in the tree, and the name the app sees.
    #[must_use]
    pub fn preopens(&self) -> Preopens<'s> {
        Preopens(self.settings.preopens)
    }

    /// Opens a directory by its path from the root, as a preopen or the working directory, with all rights that the session
    /// has.
    ///
    /// # Errors
    /// Those of [`Volume::open_root`] and [`Volume::open_at`].
    pub fn open_directory<L: Layer, C: Clock, J: Journal>(
        &self,
        volume: &mut Volume<L, C, J>,
        path: &str,
    ) -> Result<OpenFile, L::Stop> {
        let root = volume.open_root(self.rights)?;
        let path = path.trim_matches('/');
        if path.is_empty() {
            return Ok(root);
        }
        let flags = volume.flags(&root);
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
        // What was made needs no root, which may be one open too many.
        if let Some(opened) = volume.opened_by_layer(flags, self.rights.into()) {
            return opened;
        }
        let root = volume.open_root(self.rights)?;
        let file = volume.open_at(&root, path.trim_start_matches('/'), FollowFinalLink::Yes, open, flags);
        volume.close(root);
        file
    }
}

/// Directories that the app finds open; see [`Session::preopens`].
#[derive(Clone, Copy, Debug)]
pub struct Preopens<'s>(Strings<'s>);

impl<'s> Iterator for Preopens<'s> {
    type Item = (&'s str, &'s str);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.0.next()?))
    }
}
