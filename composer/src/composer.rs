//! The builder: what is wanted. How it is made is in [`crate::pipeline`].

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vfs_abi::Limits;
use vfs_abi::settings::{Mount, Settings};
use vfs_compose_pack::source::files::Files;
use vfs_compose_pack::source::filter::Filter;
use vfs_compose_pack::source::{Origin, Source};
use vfs_compose_pack::{Observer, OnCollision, Progress, Remarks};
use vfs_compose_rules::{Denial, Policy, Rules};
use vfs_compose_vfs::guest::Needs;
use vfs_compose_vfs::wrap::Extra;
use vfs_image::Timestamp;
use vfs_preview1::{ExitCode, Wit};

use crate::composed::{Composed, PackedImage};
use crate::effects::Gift;
use crate::error::Error;
use crate::{collect, pipeline};

/// Composes one component of an app and its files.
#[derive(Clone, Debug)]
#[must_use = "nothing is done until `compose`"]
pub struct Composer {
    /// `None` for a vfs that fits any app.
    pub(crate) app: Option<Vec<u8>>,
    pub(crate) sources: Vec<Source>,
    pub(crate) settings: Settings,
    pub(crate) policy: Policy,
    pub(crate) strict: bool,
    pub(crate) filter: Filter,
    pub(crate) on_collision: OnCollision,
    pub(crate) app_path: Option<PathBuf>,
    pub(crate) allow_unused: bool,
    pub(crate) allow_no_exports: bool,
    pub(crate) times: Option<Timestamp>,
    pub(crate) latest_time: Option<Timestamp>,
    pub(crate) output: Option<PathBuf>,
    /// How many of the arguments, the last ones, were typed for the program.
    pub(crate) of_run: usize,
    /// The first argument that the host will give the program, if it is known.
    pub(crate) of_host: Option<String>,
    /// What `--deny-all` leaves to the host, by `--allow`.
    pub(crate) allowed: Vec<String>,
    /// Flags that leave something to the host.
    pub(crate) inherited: Vec<Gift>,
    /// Preopens whose names later ones of other directories have.
    pub(crate) replaced_preopens: Vec<(String, String)>,
    pub(crate) form: FormChoice,
    pub(crate) rules: Rules,
    pub(crate) extras: Vec<Extra>,
    pub(crate) needs: Needs,
    /// Whether the host gives directories under the names of their places.
    pub(crate) is_named_by_place: bool,
    pub(crate) exit_code: Option<ExitCode>,
    pub(crate) default_exit_code: ExitCode,
    pub(crate) wit: Option<Wit>,
    pub(crate) stages: Option<PathBuf>,
    pub(crate) observer: Observer,
}

/// The form to compose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FormChoice {
    /// Linked if possible, otherwise plugged.
    #[default]
    Auto,
    /// Linked; an error if that is not possible.
    Linked,
    /// Plugged.
    Plugged,
}

/// Where absolute targets of symbolic links lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AbsoluteLinks {
    /// Nowhere: to follow, to make or to read such a link is `not-permitted`.
    #[default]
    Refuse,
    /// To the root of the tree, as after `chroot`, in paths from a descriptor of the root.
    Root,
}

impl Composer {
    /// Creates a composer for an app: the bytes of a component, or of a core module that imports
    /// `wasi_snapshot_preview1`.
    pub fn new(app: impl Into<Vec<u8>>) -> Self {
        Self { app: Some(app.into()), ..Self::for_any_app() }
    }

    /// Creates a composer for a vfs that fits any app. It exports everything it can at the newest version, and imports
    /// everything at the oldest. See [`Composer::vfs`].
    pub fn for_any_app() -> Self {
        Self {
            app: None,
            sources: Vec::new(),
            settings: Settings::default(),
            policy: Policy::default(),
            strict: false,
            filter: Filter::default(),
            on_collision: OnCollision::default(),
            app_path: None,
            allow_unused: false,
            allow_no_exports: false,
            times: None,
            latest_time: None,
            output: None,
            of_run: 0,
            of_host: None,
            allowed: Vec::new(),
            inherited: Vec::new(),
            replaced_preopens: Vec::new(),
            form: FormChoice::default(),
            extras: Vec::new(),
            rules: Rules::default(),
            needs: Needs::default(),
            is_named_by_place: false,
            exit_code: None,
            default_exit_code: ExitCode::default(),
            wit: None,
            stages: None,
            observer: Observer::default(),
        }
    }

    /// Adds a source of files at the root of the tree; see [`Composer::image_at`].
    pub fn image(self, path: impl Into<PathBuf>) -> Self {
        self.image_at(path, "/")
    }

    /// Adds a source of files at `guest`, an absolute path of the tree: a directory, an EROFS image, the image inside
    /// a composed component, or a file, whose own path in the tree `guest` then is. Several sources are merged as
    /// copying one over another would: mode and time of a directory are those of the last one that has it.
    pub fn image_at(self, path: impl Into<PathBuf>, guest: impl Into<String>) -> Self {
        self.source(Origin::Path(path.into()), guest)
    }

    /// Adds one file at `guest`, its absolute path in the tree, whatever is in it.
    pub fn file_at(self, path: impl Into<PathBuf>, guest: impl Into<String>) -> Self {
        self.source(Origin::File(path.into()), guest)
    }

    /// Adds files in memory at the root of the tree; see [`Composer::files_at`].
    pub fn files(self, files: Files) -> Self {
        self.files_at(files, "/")
    }

    /// Adds files in memory at `guest`, an absolute path of the tree. They merge with other sources as a directory
    /// with the same files would.
    pub fn files_at(self, files: Files, guest: impl Into<String>) -> Self {
        self.source(Origin::Memory(Arc::new(files)), guest)
    }

    fn source(mut self, origin: Origin, guest: impl Into<String>) -> Self {
        self.sources.push(Source { origin, guest: guest.into() });
        self
    }

    /// Sets what happens to a file that two sources have with different contents. The default is an error.
    pub fn on_collision(mut self, choice: OnCollision) -> Self {
        self.on_collision = choice;
        self
    }

    /// Sets what becomes of the code of a preview1 module's `proc_exit`. The default is [`ExitCode::Bool`].
    pub fn exit_code(mut self, choice: ExitCode) -> Self {
        self.exit_code = Some(choice);
        self
    }

    /// Sets what [`Composer::exit_code`] is if nothing sets it.
    pub fn default_exit_code(mut self, choice: ExitCode) -> Self {
        self.default_exit_code = choice;
        self
    }

    /// Makes the core exports of a preview1 module those of a WIT world. The WIT is read by [`Composer::compose`].
    ///
    /// Without it, only a module that describes its own world exports more than `wasi:cli/run`.
    pub fn wit(mut self, wit: Wit) -> Self {
        self.wit = Some(wit);
        self
    }

    /// Chooses the files of directories that are packed.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }

    /// Names the file of the app, so that packing it too can be told. Its name is the program's where the host's arguments
    /// are hidden and [`Policy::program`] is not set.
    pub fn app_path(mut self, path: impl Into<PathBuf>) -> Self {
        self.app_path = Some(path.into());
        self
    }

    /// Gives the app the directory `guest` under its own name. Without any preopen, the app gets `/`.
    pub fn preopen(self, guest: impl Into<String>) -> Self {
        let guest = guest.into();
        self.preopen_as(guest.clone(), guest)
    }

    /// Gives the app the directory `guest` under another name. A later directory of a name replaces an earlier one, with
    /// a warning.
    pub fn preopen_as(mut self, guest: impl Into<String>, name: impl Into<String>) -> Self {
        let (guest, name) = (guest.into(), name.into());
        let earlier = self.settings.preopens.extract_if(.., |(_, earlier)| *earlier == name);
        self.replaced_preopens.extend(earlier.filter(|(earlier, _)| *earlier != guest));
        self.settings.preopens.push((guest, name));
        self
    }

    /// Puts a directory of the host into the tree, in the place of a directory of the image, which is made if it is not
    /// there. The result then imports `wasi:filesystem`, which its host has to give directories by.
    pub fn host_dir(mut self, mount: Mount<String>) -> Self {
        self.settings.mounts.push(mount);
        self
    }

    /// Sets a variable, overriding the host's environment. A later value replaces an earlier one.
    pub fn env(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let key = key.into();
        self.settings.environment.retain(|(earlier, _)| *earlier != key);
        self.settings.environment.push((key, value.into()));
        self
    }

    /// Inserts an argument between the program's name and the host's arguments.
    pub fn arg(mut self, argument: impl Into<String>) -> Self {
        self.settings.arguments.push(argument.into());
        self
    }

    /// Inserts arguments as [`Composer::arg`] does, after all others, for an app that is composed to be run once with
    /// them: messages name them as the program's.
    pub fn run_args(mut self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let before = self.settings.arguments.len();
        self.settings.arguments.extend(arguments.into_iter().map(Into::into));
        self.of_run = self.settings.arguments.len() - before;
        self
    }

    /// Tells of arguments that the host will give the program, so that an app that never asks for any is told.
    pub fn host_args(mut self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.of_host = arguments.into_iter().next().map(Into::into);
        self
    }

    /// Makes every change of the tree fail with `read-only`, also in directories of the host.
    pub fn read_only(mut self, yes: bool) -> Self {
        self.settings.read_only = yes;
        self
    }

    /// Sets where absolute targets of symbolic links lead. In paths from other directories than the root they stay
    /// `not-permitted`, because an app that gets only such a directory could leave it by a link that it makes.
    pub fn absolute_links(mut self, choice: AbsoluteLinks) -> Self {
        self.settings.absolute_links = choice == AbsoluteLinks::Root;
        self
    }

    /// Sets what the app sees of its host. The default is everything.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets quotas for the app's changes.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Makes every warning an error.
    pub fn strict(mut self, yes: bool) -> Self {
        self.strict = yes;
        self
    }

    /// Takes the tree from the host, by `vfs-compose:late/tree`, instead of from images. The app must import that
    /// interface. For tests of a lower layer whose results arrive late.
    #[cfg(feature = "test-guest")]
    #[doc(hidden)]
    pub fn late_tree(mut self) -> Self {
        self.needs.late_tree = true;
        self
    }

    /// Makes the app tell its host at its end, by `vfs-compose:run/end`, how many files it has written. For `vfs-compose
    /// run`: no other host has that interface.
    #[cfg(feature = "run")]
    #[doc(hidden)]
    pub fn tell_end(mut self) -> Self {
        self.needs.end = true;
        self
    }

    /// Makes the host give each directory under a [name of its place](crate::name_by_place). For `vfs-compose run`, where the names of
    /// [`Composer::host_dir`] are paths of this machine, and messages have them.
    #[cfg(feature = "run")]
    #[doc(hidden)]
    pub fn name_host_dirs_by_place(mut self) -> Self {
        self.is_named_by_place = true;
        self
    }

    /// Composes an app even if it imports no filesystem.
    pub fn allow_unused(mut self, yes: bool) -> Self {
        self.allow_unused = yes;
        self
    }

    /// Composes a preview1 module even if nothing that it exports can be exported.
    pub fn allow_no_exports(mut self, yes: bool) -> Self {
        self.allow_no_exports = yes;
        self
    }

    /// Sets one time for everything in the image, in whole seconds (`SOURCE_DATE_EPOCH`).
    pub fn times(self, seconds_since_1970: u64) -> Self {
        self.mtime(Timestamp { seconds: seconds_since_1970, nanoseconds: 0 })
    }

    /// Sets one time for everything in the image, instead of the files' own times.
    pub fn mtime(mut self, time: Timestamp) -> Self {
        self.times = Some(time);
        self
    }

    /// Sets the latest time in the image: files with a later time of their own get this one.
    pub fn clamp_mtime(mut self, latest: Timestamp) -> Self {
        self.latest_time = Some(latest);
        self
    }

    /// Names the file that the result will be written to. It is left out of the images, and its directory may change
    /// during packing.
    pub fn output(mut self, path: impl Into<PathBuf>) -> Self {
        self.output = Some(path.into());
        self
    }

    /// Sets the form of the composition. The default is linked if possible, otherwise plugged.
    pub fn form(mut self, form: FormChoice) -> Self {
        self.form = form;
        self
    }

    /// Denies interfaces. A denied call returns its own error (`access-denied`, `not-permitted`, ...) if it has one.
    /// Otherwise it prints a message with the policy line to stderr and exits. If the app does not import stderr, the
    /// call traps in a function whose name is the message. If the vfs provides the interface without a host (files,
    /// environment, streams), its calls work, but never reach the host.
    ///
    /// An interface that uses a resource of a denied interface is denied too.
    pub fn deny(mut self, denial: Denial) -> Self {
        self.rules.denials.push(denial);
        self
    }

    /// Denies everything except what [`Composer::keep`] names. Without exceptions, the result has no imports.
    pub fn deny_all(mut self, because: impl Into<String>) -> Self {
        self.rules.all = Some(because.into());
        self
    }

    /// Names interfaces that [`Composer::deny_all`] leaves to the host, as patterns like those of
    /// [`Denial::interfaces`].
    pub fn keep(mut self, interfaces: impl Into<String>) -> Self {
        self.rules.kept.push(interfaces.into());
        self
    }

    /// Restricts http requests to these authorities: `host` (at the default port of the scheme), `host:port`, `*.host`
    /// for all names below the host, or `*.host:port`. Other requests, and schemes other than http and https, fail with
    /// `HTTP-request-denied`.
    pub fn allow_http(mut self, authorities: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.rules.http.get_or_insert_default().extend(authorities.into_iter().map(Into::into));
        self
    }

    /// Sets values of `wasi:config/store`, which replace all of the host's. Without any value, the store is empty. A
    /// later value of a key replaces an earlier one. An app that does not import the store is unchanged.
    pub fn config(mut self, values: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        let values = values.into_iter().map(|(key, value)| (key.into(), value.into()));
        self.rules.config.get_or_insert_default().extend(values);
        self
    }

    /// Makes a vfs for any app wrap this package of the host too. Without it, apps that use the package cannot be
    /// plugged.
    pub fn with(mut self, package: Extra) -> Self {
        self.extras.push(package);
        self
    }

    /// Sets a function that hears of the progress, from whichever thread composes or writes. If it returns
    /// [`ControlFlow::Break`], the work ends at once with [`Error::Stopped`]: between two entries of a directory, or
    /// two pieces of the result.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicBool, Ordering};
    ///
    /// # let directory = tempfile::tempdir().unwrap();
    /// let is_cancelled = Arc::new(AtomicBool::new(false));
    /// let asked = Arc::clone(&is_cancelled);
    /// let composer = vfs_compose::Composer::for_any_app().image(directory.path()).on_progress(move |_| {
    ///     if asked.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    /// });
    /// is_cancelled.store(true, Ordering::Relaxed);
    /// assert!(matches!(composer.pack(), Err(vfs_compose::Error::Stopped)));
    /// ```
    pub fn on_progress(mut self, observe: impl Fn(Progress) -> ControlFlow<()> + Send + Sync + 'static) -> Self {
        self.observer = Observer::new(observe);
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
    /// A variant of [`Error`] for each step that can fail.
    pub fn compose(&self) -> Result<Composed, Error> {
        let Some(app) = &self.app else { return self.vfs() };
        let composed = pipeline::compose(self, app)?.with_observer(&self.observer);
        self.judge(&composed.report().remarks)?;
        Ok(composed)
    }

    /// Composes the vfs alone, with its image, for the app or for any app. `wac plug` can put it in front of an app.
    ///
    /// # Errors
    /// As [`Composer::compose`].
    pub fn vfs(&self) -> Result<Composed, Error> {
        let vfs = pipeline::vfs_alone(self)?.with_observer(&self.observer);
        self.judge(&vfs.report().remarks)?;
        Ok(vfs)
    }

    /// Packs the image alone.
    ///
    /// # Errors
    /// [`Error::Tree`]: a source cannot be read, or two collide.
    pub fn pack(&self) -> Result<PackedImage, Error> {
        let mut remarks = Remarks::default();
        collect::tell_of_no_files(self, &mut remarks);
        let image = collect::pack(self, &mut remarks)?;
        self.judge(&remarks)?;
        Ok(PackedImage { report: image.report(), image, remarks, observer: self.observer.clone() })
    }

    fn judge(&self, remarks: &Remarks) -> Result<(), Error> {
        if self.strict && !remarks.warnings.is_empty() {
            return Err(Error::Strict { warnings: remarks.warnings.clone() });
        }
        Ok(())
    }
}
