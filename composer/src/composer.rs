//! The builder: what is wanted. How it is made is in [`crate::pipeline`].

use std::path::PathBuf;

use serde::Deserialize;
use vfs_abi::Limits;
use vfs_abi::settings::Settings;
use vfs_compose_pack::image::ImageArgument;
use vfs_compose_rules::{Denial, Policy, Rules};
use vfs_compose_vfs::guest::Needs;
use vfs_compose_vfs::wrap::Extra;
use vfs_image::Timestamp;

use crate::composed::{Composed, PackedImage};
use crate::error::Error;
use crate::{collect, pipeline};

/// Makes one component of an app and its files.
#[derive(Clone, Debug)]
#[must_use = "nothing is done until `compose`"]
pub struct Composer {
    /// `None` for a vfs that fits any app.
    pub(crate) app: Option<Vec<u8>>,
    pub(crate) images: Vec<ImageArgument>,
    pub(crate) settings: Settings,
    pub(crate) policy: Policy,
    pub(crate) strict: bool,
    pub(crate) allow_unused: bool,
    pub(crate) times: Option<Timestamp>,
    pub(crate) output: Option<PathBuf>,
    pub(crate) form: FormChoice,
    pub(crate) rules: Rules,
    pub(crate) extras: Vec<Extra>,
    pub(crate) needs: Needs,
    pub(crate) stages: Option<PathBuf>,
}

/// Which form is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FormChoice {
    /// Linked where that can be done, else plugged.
    #[default]
    Auto,
    /// Linked, or an error.
    Linked,
    /// Plugged.
    Plugged,
}

impl Composer {
    /// For an app: the bytes of a component, or of a core module that imports `wasi_snapshot_preview1`.
    pub fn new(app: impl Into<Vec<u8>>) -> Self {
        Self { app: Some(app.into()), ..Self::for_any_app() }
    }

    /// For a vfs alone that exports everything it can, at the newest version, and imports at the oldest. See [`Composer::vfs`].
    pub fn for_any_app() -> Self {
        Self {
            app: None,
            images: Vec::new(),
            settings: Settings::default(),
            policy: Policy::default(),
            strict: false,
            allow_unused: false,
            times: None,
            output: None,
            form: FormChoice::default(),
            extras: Vec::new(),
            rules: Rules::default(),
            needs: Needs::default(),
            stages: None,
        }
    }

    /// The files of a directory, or an EROFS image file, become the tree.
    pub fn image(self, path: impl Into<PathBuf>) -> Self {
        self.image_at(path, "/")
    }

    /// The same at `guest`, an absolute path of the tree. Several images become one tree; the place of a later one must be free or
    /// an empty directory.
    pub fn image_at(mut self, path: impl Into<PathBuf>, guest: impl Into<String>) -> Self {
        self.images.push(ImageArgument { path: path.into(), guest: guest.into() });
        self
    }

    /// Gives the app the directory `guest` under its own name. Without any preopen it is given `/`.
    pub fn preopen(self, guest: impl Into<String>) -> Self {
        let guest = guest.into();
        self.preopen_as(guest.clone(), guest)
    }

    /// Gives the app the directory `guest` under another name.
    pub fn preopen_as(mut self, guest: impl Into<String>, name: impl Into<String>) -> Self {
        self.settings.preopens.push((guest.into(), name.into()));
        self
    }

    /// A variable, set over the host's environment.
    pub fn env(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.environment.push((key.into(), value.into()));
        self
    }

    /// An argument, put between the program's name and the host's arguments.
    pub fn arg(mut self, argument: impl Into<String>) -> Self {
        self.settings.arguments.push(argument.into());
        self
    }

    /// Nothing in the tree can be changed.
    pub fn read_only(mut self, yes: bool) -> Self {
        self.settings.read_only = yes;
        self
    }

    /// What the app may see of its host; everything if not said.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Quotas of the app's writes.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// A device, socket or named pipe among the files is an error, not a warning.
    pub fn strict(mut self, yes: bool) -> Self {
        self.strict = yes;
        self
    }

    /// The tree stands on what the host answers to `vfs-compose:late/tree`, which the app has to import, and not on images.
    /// For tests of a layer that answers late.
    #[cfg(feature = "test-guest")]
    #[doc(hidden)]
    pub fn late_tree(mut self) -> Self {
        self.needs.late_tree = true;
        self
    }

    /// Composes an app that imports no filesystem all the same.
    pub fn allow_unused(mut self, yes: bool) -> Self {
        self.allow_unused = yes;
        self
    }

    /// One time for everything in the image (`SOURCE_DATE_EPOCH`), instead of the files' own.
    pub fn times(mut self, seconds_since_1970: u64) -> Self {
        self.times = Some(Timestamp { seconds: seconds_since_1970, nanoseconds: 0 });
        self
    }

    /// The file that the result will be written to. It is left out of the images, and the directory that it appears in may change
    /// while it is packed.
    pub fn output(mut self, path: impl Into<PathBuf>) -> Self {
        self.output = Some(path.into());
        self
    }

    /// How app and vfs are joined; linked where that can be done, if not said.
    pub fn form(mut self, form: FormChoice) -> Self {
        self.form = form;
        self
    }

    /// Denies interfaces. A call of one gets its own error (`access-denied`, `not-permitted`, ...); where it has none, a message on
    /// stderr that names the line of the policy, and then exit; where the app has no stderr either, a trap in a function whose name
    /// is the message. What the vfs has without a host (files, environment, streams) does not go on to the host.
    ///
    /// What uses a resource of something that is denied is denied with it.
    pub fn deny(mut self, denial: Denial) -> Self {
        self.rules.denials.push(denial);
        self
    }

    /// Denies everything but what [`Composer::keep`] names. The result has no imports.
    pub fn deny_all(mut self, because: impl Into<String>) -> Self {
        self.rules.all = Some(because.into());
        self
    }

    /// Interfaces that [`Composer::deny_all`] leaves to the host, in the form of [`Denial::interfaces`].
    pub fn keep(mut self, interfaces: impl Into<String>) -> Self {
        self.rules.kept.push(interfaces.into());
        self
    }

    /// Http requests may go to these authorities alone: `host` (at the port of the scheme), `host:port`, `*.host` for all names below
    /// it, or `*.host:port`. Others are answered with `HTTP-request-denied`. A scheme that is neither http nor https goes nowhere.
    pub fn allow_http(mut self, authorities: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.rules.http.get_or_insert_default().extend(authorities.into_iter().map(Into::into));
        self
    }

    /// What `wasi:config/store` has, in the place of the host's values: nothing, if no value is given at all. A later value of a key
    /// takes the place of an earlier one. An app that does not import it has nothing of this.
    pub fn config(mut self, values: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        let values = values.into_iter().map(|(key, value)| (key.into(), value.into()));
        self.rules.config.get_or_insert_default().extend(values);
        self
    }

    /// For any app: has this package too, over the host's. Without it, apps that use it cannot be plugged.
    pub fn with(mut self, package: Extra) -> Self {
        self.extras.push(package);
        self
    }

    /// Writes the component after each phase into this directory, for whoever looks for a fault in a phase.
    #[doc(hidden)]
    pub fn emit_stages(mut self, directory: impl Into<PathBuf>) -> Self {
        self.stages = Some(directory.into());
        self
    }

    /// Makes the component: everything is read and checked, only the contents of files are not read yet. For any app it is
    /// the same as [`Composer::vfs`].
    ///
    /// # Errors
    /// One of [`Error`] for each step that can fail.
    pub fn compose(&self) -> Result<Composed, Error> {
        match &self.app {
            Some(app) => pipeline::compose(self, app),
            None => self.vfs(),
        }
    }

    /// The vfs alone, with its image: for the app, or for any app. `wac plug` puts it in front of one.
    ///
    /// # Errors
    /// As [`Composer::compose`].
    pub fn vfs(&self) -> Result<Composed, Error> {
        pipeline::vfs_alone(self)
    }

    /// The image alone.
    ///
    /// # Errors
    /// [`TreeError`](crate::error::TreeError): a source cannot be read, or two collide.
    pub fn pack(&self) -> Result<PackedImage, Error> {
        let mut warnings = Vec::new();
        let image = collect::pack(self, &mut warnings)?;
        Ok(PackedImage { report: image.report(), image, warnings })
    }
}
