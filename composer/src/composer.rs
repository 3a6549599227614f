//! The builder: its options, and the pipeline that applies them.

use std::path::PathBuf;

use serde::Deserialize;
use vfs_abi::Limits;
use vfs_abi::settings::{Settings, Stdio};
use vfs_image::{FileKind, Timestamp};

use crate::composed::{Composed, PackedImage};
use crate::error::{AppError, CheckError, Error, TreeError, Unlinkable};
use vfs_compose_ir::Edge;
use vfs_compose_join::join;
use vfs_compose_pack::Form;
use vfs_compose_pack::embed::{self, Description};
use vfs_compose_pack::image::{ImageArgument, Packed, Reading};
use vfs_compose_pack::source::directory::Output;
use vfs_compose_rules::front::{self, Denial, Rules};
use vfs_compose_rules::policy::Policy;
use vfs_compose_rules::policy::answers::Answers;
use vfs_compose_vfs::guest::{Guest, Needs};
use vfs_compose_vfs::tailor::{self, Embedding, Grants, Order, PumpStart};
use vfs_compose_vfs::wrap::{self, Extra, OfAnyApp, Wrapping};
use vfs_compose_vfs::{check, link, tasks};
use vfs_compose_wasi::{App, Demand, Wasi, is_in_version};

/// Composes one component of an app and its files.
#[derive(Clone, Debug)]
#[must_use = "nothing is done until `compose`"]
pub struct Composer {
    /// The app; `None` for a vfs that fits any app.
    app: Option<Vec<u8>>,
    images: Vec<ImageArgument>,
    settings: Settings,
    policy: Policy,
    strict: bool,
    allow_unused: bool,
    times: Option<Timestamp>,
    output: Option<PathBuf>,
    form: FormChoice,
    rules: Rules,
    extras: Vec<Extra>,
    needs: Needs,
}

/// The form to compose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
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
        }
    }

    /// Adds the files of a directory, or of an EROFS image file, at the root of the tree.
    pub fn image(self, path: impl Into<PathBuf>) -> Self {
        self.image_at(path, "/")
    }

    /// Adds files at `guest`, an absolute path of the tree. Several images are merged into one tree; at the path of a
    /// later one there must be nothing or an empty directory.
    pub fn image_at(mut self, path: impl Into<PathBuf>, guest: impl Into<String>) -> Self {
        self.images.push(ImageArgument { path: path.into(), guest: guest.into() });
        self
    }

    /// Gives the app the directory `guest` under its own name. Without any preopen, the app gets `/`.
    pub fn preopen(self, guest: impl Into<String>) -> Self {
        let guest = guest.into();
        self.preopen_as(guest.clone(), guest)
    }

    /// Gives the app the directory `guest` under another name.
    pub fn preopen_as(mut self, guest: impl Into<String>, name: impl Into<String>) -> Self {
        self.settings.preopens.push((guest.into(), name.into()));
        self
    }

    /// Sets a variable, overriding the host's environment.
    pub fn env(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.environment.push((key.into(), value.into()));
        self
    }

    /// Inserts an argument between the program's name and the host's arguments.
    pub fn arg(mut self, argument: impl Into<String>) -> Self {
        self.settings.arguments.push(argument.into());
        self
    }

    /// Makes every change of the tree fail with `read-only`.
    pub fn read_only(mut self, yes: bool) -> Self {
        self.settings.read_only = yes;
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

    /// Makes a device, socket or named pipe among the files an error instead of a warning.
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

    /// Composes an app even if it imports no filesystem.
    pub fn allow_unused(mut self, yes: bool) -> Self {
        self.allow_unused = yes;
        self
    }

    /// Sets one time for everything in the image (`SOURCE_DATE_EPOCH`), instead of the files' own times.
    pub fn times(mut self, seconds_since_1970: u64) -> Self {
        self.times = Some(Timestamp { seconds: seconds_since_1970, nanoseconds: 0 });
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

    /// Runs the whole pipeline except writing. Everything is read and checked, except for the contents of files.
    /// Without an app, this is the same as [`Composer::vfs`].
    ///
    /// # Errors
    /// A variant of [`Error`] for each step that can fail.
    pub fn compose(&self) -> Result<Composed, Error> {
        let wasi = Wasi::new()?;
        let Some(app) = &self.app else { return self.vfs() };
        let app = self.read(&wasi, app)?;
        if !self.allow_unused && !app.has_filesystem() {
            return Err(AppError::NoFilesystem { what: "wasi:filesystem/types" }.into());
        }
        let app = front::apply(&self.rules, &wasi, &self.answers(), app)?;
        let is_plugged = match self.form {
            FormChoice::Plugged => true,
            // Streams of WASI 0.3 are only supported in the plugged form.
            FormChoice::Auto => app.of_0_3().is_some(),
            FormChoice::Linked => false,
        };
        if is_plugged {
            return self.plugged(&wasi, &app, None);
        }
        match self.linked(&wasi, &app) {
            Err(Error::Link(reason)) if self.form == FormChoice::Auto => {
                let plugged = self.plugged(&wasi, &app, Some(reason.to_string()));
                plugged.map_err(|plugged| Error::Neither { linked: reason, plugged: Box::new(plugged) })
            }
            linked => linked,
        }
    }

    fn read(&self, wasi: &Wasi, app: &[u8]) -> Result<App, AppError> {
        let answers = self.answers();
        App::read(wasi, app.to_vec(), &|path| answers.serves(path))
    }

    /// Composes the plugged form. `not_linked` is the reason why linking failed, if it was tried.
    fn plugged(&self, wasi: &Wasi, app: &App, not_linked: Option<String>) -> Result<Composed, Error> {
        let ready = tasks::ready(wasi, app, Guest::choose(self.needs)?)
            .map_err(|source| AppError::Invalid { source: source.into() })?;
        let vfs = self.vfs_for(wasi, Some(app), ready.pump, not_linked.clone())?;
        let vfs_imports = vfs.report().imports.clone();
        let (vfs_shell, vfs_size, image, warnings) = vfs.into_parts();
        let composed = join(vfs_shell, ready.component, &app.exports)?;
        check::check(&composed, app, &vfs_imports)?;
        let composed = Composed::new(composed, image, warnings)?.with_form(Form::Plugged, not_linked);
        Ok(composed.with_sizes(app.component.len() as u64, vfs_size))
    }

    fn linked(&self, wasi: &Wasi, app: &App) -> Result<Composed, Error> {
        let Collected { image, embedding, warnings } = self.collect()?;
        let mut linked = link::link(wasi, app, &embedding)?;
        embed::checked_size(image.size(), linked.component.len() as u64)?;
        let mut description =
            Description { form: Form::Linked, module: linked.module, ..linked.place.describe(&embedding) };
        description.policy.extend(self.rules.lines());
        embed::describe(&mut linked.component, description);
        check::check_linked(&linked.component, app).map_err(Unlinkable::Wrong)?;
        let composed = Composed::new(linked.component, image, warnings)?;
        Ok(composed.with_sizes(app.component.len() as u64, linked.vfs_size).with_form(Form::Linked, None))
    }

    /// Composes the vfs alone, with its image, for the app or for any app. `wac plug` can put it in front of an app.
    ///
    /// # Errors
    /// As [`Composer::compose`].
    pub fn vfs(&self) -> Result<Composed, Error> {
        let wasi = Wasi::new()?;
        let mut app = self.app.as_ref().map(|app| self.read(&wasi, app)).transpose()?;
        match &mut app {
            Some(app) => app.withheld = front::withheld(&self.rules, &wasi, &self.answers(), app)?,
            None => front::require_none(&self.rules)?,
        }
        self.vfs_for(&wasi, app.as_ref(), PumpStart::FirstOpen, None)
    }

    /// Packs the image alone.
    ///
    /// # Errors
    /// [`TreeError`]: a source cannot be read, or two sources collide.
    pub fn pack(&self) -> Result<PackedImage, Error> {
        let mut warnings = Vec::new();
        let image = Packed::collect(&self.images, self.reading(), &mut warnings)?;
        Ok(PackedImage { report: image.report(), image, warnings })
    }

    /// Collects what is embedded in the vfs.
    fn collect(&self) -> Result<Collected, Error> {
        let mut warnings = Vec::new();
        let image = Packed::collect(&self.images, self.reading(), &mut warnings)?;
        let settings = self.settings_for(&image)?;
        // Fails early for an image that is too large for any vfs.
        let image_size = embed::checked_size(image.size(), 0)?;
        let guest = Guest::choose(self.needs)?;
        let embedding = Embedding { guest, settings: settings.encode(), image_size, answers: self.answers() };
        Ok(Collected { image, embedding, warnings })
    }

    fn vfs_for(
        &self,
        wasi: &Wasi,
        app: Option<&App>,
        pump: PumpStart,
        not_linked: Option<String>,
    ) -> Result<Composed, Error> {
        let wrapped = app.map(wrap::interfaces).transpose()?.unwrap_or_default();
        let Collected { image, embedding, mut warnings } = self.collect()?;
        let mut order = order(wasi, app, &embedding.answers, pump);
        if order.pump == PumpStart::FirstOpen && tailor::has_streams(wasi, &order.exports) {
            warnings.push(FIRST_OPEN.to_owned());
        }
        let grants = order.grants.clone();
        let version = |path: &str| grants.version(path).unwrap_or_else(|| wasi.version(path)).clone();
        let of_any_app = match app {
            None if !self.extras.is_empty() => Some(OfAnyApp::new(wasi, &self.extras)?),
            _ => None,
        };
        let of_app = app.filter(|_| !wrapped.is_empty()).map(|app| Wrapping::of_app(app, &wrapped, &version));
        let wrapping = of_app.or(of_any_app.as_ref().map(|any| any.wrapping(&version)));
        if let Some(wrapping) = &wrapping {
            order.wrapped = tailor::Wrapped { functions: wrapping.functions()?, made: wrapping.made() };
        }
        let mut vfs = tailor::tailor(wasi, order, &embedding)?;
        let mut module = 0;
        if let Some(wrapping) = &wrapping {
            let wrapped = wrap::wrap(wrapping, &vfs.component)?;
            (vfs.component, module) = (wrapped.component, wrapped.module);
        }
        embed::checked_size(image.size(), vfs.component.len() as u64)?;
        let mut description = Description { not_linked, module, ..vfs.place.describe(&embedding) };
        description.policy.extend(self.rules.lines());
        embed::describe(&mut vfs.component, description);
        let size = vfs.component.len() as u64;
        let edge = Edge::of(&vfs.component).map_err(|source| CheckError::Invalid { source: source.into() })?;
        if let Some(interface) =
            edge.imports.into_iter().find(|name| app.is_some_and(|app| !app.imports.contains(name)))
        {
            return Err(CheckError::NewImport { interface }.into());
        }
        Ok(Composed::new(vfs.component, image, warnings)?.with_sizes(0, size))
    }

    fn answers(&self) -> Answers {
        Answers::new(&self.policy, &self.settings)
    }

    fn reading(&self) -> Reading {
        let output = self.output.as_deref().and_then(Output::new);
        Reading { strict: self.strict, times: self.times, output }
    }

    /// Returns the settings with the policy applied and defaults filled in.
    fn settings_for(&self, image: &Packed) -> Result<Settings, TreeError> {
        let mut settings = self.settings.clone();
        self.policy.settle(&mut settings);
        if settings.preopens.is_empty() {
            settings.preopens.push(("/".into(), "/".into()));
        }
        for (guest, _) in &settings.preopens {
            if image.kind(guest)? != Some(FileKind::Directory) {
                return Err(TreeError::Preopen { guest: guest.clone() });
            }
        }
        check_paths(&settings, image)?;
        Ok(settings)
    }
}

/// The warning for an app of WASI 0.3 whose vfs is composed alone, so that nothing starts the pump before the app runs.
const FIRST_OPEN: &str = "a stream of WASI 0.3 that the app asks for before its first `open-at` (a listing of a preopen, a standard \
    stream that is a file) waits until there is one: nothing in front of the app starts what feeds streams";

/// The inputs for a vfs.
struct Collected {
    image: Packed,
    embedding: Embedding,
    warnings: Vec<String>,
}

/// Checks the paths of a policy against the tree. Symbolic links are not followed; the app resolves them at run time.
///
/// # Errors
/// - [`TreeError::InitialDirectory`]: the initial directory is not a directory.
/// - [`TreeError::Stream`]: stdin is not a file; an output file cannot be written or created, or is stdin's file and
///   would be emptied.
/// - [`TreeError::GuestPath`]: a path is not absolute, or contains `.` or `..`.
fn check_paths(settings: &Settings, image: &Packed) -> Result<(), TreeError> {
    if let Some(guest) = &settings.directory
        && !matches!(image.kind(guest)?, Some(FileKind::Directory | FileKind::SymbolicLink))
    {
        return Err(TreeError::InitialDirectory { guest: guest.clone() });
    }
    if let Stdio::File(guest) = &settings.stdin
        && !matches!(image.kind(guest)?, Some(FileKind::RegularFile | FileKind::SymbolicLink))
    {
        return Err(TreeError::Stream {
            stream: "stdin",
            guest: guest.clone(),
            detail: "it is not a file of the tree",
        });
    }
    for (stream, setting) in [("stdout", &settings.stdout), ("stderr", &settings.stderr)] {
        let (Stdio::File(guest) | Stdio::Append(guest)) = setting else { continue };
        let refused = |detail| Err(TreeError::Stream { stream, guest: guest.clone(), detail });
        if settings.read_only {
            return refused("the tree is read-only");
        }
        let is_stdin = |other: &String| other.trim_end_matches('/') == guest.trim_end_matches('/');
        if matches!((&settings.stdin, setting), (Stdio::File(other), Stdio::File(_)) if is_stdin(other)) {
            return refused("it is stdin's, and would be emptied first; `append:` leaves what is in it");
        }
        match image.kind(guest)? {
            Some(FileKind::RegularFile | FileKind::SymbolicLink) => {}
            Some(_) => return refused("it is a directory"),
            None => {
                let directory = guest.trim_end_matches('/').rsplit_once('/').map_or("/", |(directory, _)| directory);
                let directory = if directory.is_empty() { "/" } else { directory };
                if !matches!(image.kind(directory)?, Some(FileKind::Directory | FileKind::SymbolicLink)) {
                    return refused("its directory is not there");
                }
            }
        }
    }
    Ok(())
}

/// Returns the requirements for the vfs of an app, or of any app.
fn order(wasi: &Wasi, app: Option<&App>, answers: &Answers, pump: PumpStart) -> Order {
    let wrapped = tailor::Wrapped::default();
    if let Some(app) = app {
        let exports = tailor::with_pump(wasi, app.served.clone());
        return Order { exports, grants: Grants::of_app(wasi, &app.granted()), pump, wrapped };
    }
    let served = wasi.served().filter(|path| answers.serves(path));
    let exports = served.filter_map(|path| {
        let version = wasi.version(path);
        let functions = wasi.interface(path)?.functions.values();
        let functions = functions
            .filter(|function| is_in_version(&function.stability, version))
            .map(|function| function.name.clone());
        let demand = Demand { functions: functions.collect(), ..Demand::default() };
        Some((crate::InterfaceName::new(path, version.clone()), demand))
    });
    Order { exports: exports.collect(), grants: Grants::of_any_app(wasi), pump, wrapped }
}
