//! Inspects a component.

use std::collections::BTreeSet;
use std::ops::Range;

use vfs_abi::names::preview1;
use vfs_abi::settings::{Extras, Mount, Settings, SettingsView, Stdio};
use vfs_preview1::ExitCode;
use wasmparser::{Parser, Payload};

use crate::error::{AppError, Error};
use crate::{collect, effects};
use vfs_compose_ir::Edge;
use vfs_compose_pack::Form;
use vfs_compose_pack::embed;
use vfs_compose_rules::Policy;
use vfs_compose_rules::policy::answers::Answers;
use vfs_compose_vfs::specialize::{LeftOut, left_out};
use vfs_compose_wasi::{App, FILESYSTEM, InterfaceName, Wasi};

/// The functions of a directory that change it, or open its files.
const CHANGING: [&str; 7] =
    ["open-at", "create-directory-at", "link-at", "symlink-at", "rename-at", "unlink-file-at", "remove-directory-at"];
/// The same of preview1.
const CHANGING_OF_PREVIEW1: [&str; 7] = [
    "path_open",
    "path_create_directory",
    "path_link",
    "path_symlink",
    "path_rename",
    "path_unlink_file",
    "path_remove_directory",
];

/// The contents of a component.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Inspection<'a> {
    /// The names of its imports.
    pub imports: Vec<String>,
    /// The names of its exports.
    pub exports: Vec<String>,
    /// Those of the imports that flags added, each with its flag.
    pub added_imports: Vec<(String, String)>,
    /// The vfs in it, at any depth of nesting.
    pub vfs: Option<Vfs<'a>>,
}

/// A vfs in a component.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Vfs<'a> {
    /// The image, which [`vfs_image::Image`] reads.
    pub image: &'a [u8],
    /// The settings from the time of composition.
    pub settings: Settings,
    /// The policy lines, as (key, text) pairs like on the command line: everything that the app does not get from the
    /// host.
    pub policy: Vec<(String, String)>,
    /// How the app and the vfs are joined; `None` if the component is a vfs alone.
    pub form: Option<Form>,
    /// Why the app is not linked, if linking was tried.
    pub not_linked: Option<String>,
    /// Bytes of the vfs without its image: of its component or, in the linked form, of its module.
    pub size: u64,
    /// Bytes of its code.
    pub code: u64,
    /// The functions that it has, as `interface#function`.
    pub functions: BTreeSet<String>,
    /// The functions that it lacks, as `interface#function`, because the app never calls them or because they stay the
    /// host's.
    pub left_out: Vec<String>,
    /// Bytes of code that this saves.
    pub saved: u64,
}

impl Vfs<'_> {
    /// Returns whether the app can change files: whether it may, and has functions that do.
    #[must_use]
    pub fn can_change_files(&self) -> bool {
        let of_wasi = CHANGING.iter().map(|name| format!("wasi:filesystem/types#[method]descriptor.{name}"));
        let of_preview1 = CHANGING_OF_PREVIEW1.iter().map(|name| format!("wasi_snapshot_preview1#{name}"));
        !self.settings.read_only && of_wasi.chain(of_preview1).any(|name| self.functions.contains(&name))
    }
}

impl Inspection<'_> {
    /// Returns whether it is a vfs alone, which is joined with no app.
    #[must_use]
    pub fn is_vfs_alone(&self) -> bool {
        self.vfs.as_ref().is_some_and(|vfs| vfs.form.is_none())
    }
}

/// Returns whether a component with a vfs inside is that vfs alone: an app that has one does not export its files.
pub(crate) fn is_vfs_alone(exports: &[String]) -> bool {
    exports.iter().any(|name| name.starts_with(FILESYSTEM))
}

/// Inspects any component.
///
/// # Errors
/// - [`AppError::NotWasm`], [`AppError::Text`], [`AppError::Truncated`], [`AppError::Invalid`]: the bytes cannot be
///   parsed.
/// - [`AppError::NotAComponent`]: the bytes are a core module.
pub fn inspect(component: &[u8]) -> Result<Inspection<'_>, Error> {
    vfs_compose_wasi::require_component(component)?;
    let invalid = |source: wasmparser::BinaryReaderError| AppError::Invalid { source: source.into() };
    let Edge { imports, exports } = Edge::of(component).map_err(invalid)?;
    let Some(found) = embed::find(component).map_err(invalid)? else {
        return Ok(Inspection { imports, exports, added_imports: Vec::new(), vfs: None });
    };
    let added_imports = of_flags(&imports, &found.added);
    let settings_view = SettingsView::with_extras(&component[found.settings]);
    let settings = settings_view.map(|(view, extras)| settings(view, extras));
    let needs = settings.as_ref().map(collect::needs_of).unwrap_or_default();
    let LeftOut { functions, kept, code: saved } = left_out(&component[found.module], needs).map_err(invalid)?;
    let vfs = settings.map(|settings| Vfs {
        image: &component[found.image.clone()],
        settings,
        policy: found.policy,
        form: Some(found.form).filter(|form| *form == Form::Linked || found.vfs != (0..component.len())),
        not_linked: found.not_linked,
        size: (found.vfs.len() - found.image.len()) as u64,
        code: found.code as u64,
        functions: kept,
        left_out: functions,
        saved,
    });
    Ok(Inspection { imports, exports, added_imports, vfs })
}

/// Returns those of some imports that flags added, each with its flag. Whoever joins components may have united versions.
fn of_flags(imports: &[String], added: &[(String, String)]) -> Vec<(String, String)> {
    let path = |name: &str| InterfaceName::parse(name).map(|name| name.path);
    let flag = |import: &String| {
        let of_same =
            added.iter().find(|(name, _)| name == import || path(name).is_some_and(|of| path(import) == Some(of)));
        of_same.map(|(_, flag)| (import.clone(), flag.clone()))
    };
    imports.iter().filter_map(flag).collect()
}

/// Returns what becomes of the exit codes of a preview1 module in a component that was made of it here; `None` if it was
/// not, or does not exit with codes.
#[must_use]
pub fn exit_code(component: &[u8]) -> Option<ExitCode> {
    let asks = Asks::of(component).ok()?;
    if !asks.for_any(effects::EXIT) || !is_of_preview1(component) {
        return None;
    }
    Some(if asks.for_exit_codes() { ExitCode::Full } else { ExitCode::Bool })
}

/// Returns whether a component was made of a preview1 module: it has preview1 over WASI inside, or a vfs in its place.
fn is_of_preview1(component: &[u8]) -> bool {
    Parser::new(0).parse_all(component).any(|payload| match payload {
        Ok(Payload::CustomSection(section)) => section.name() == preview1::SECTION,
        Ok(Payload::ExportSection(exports)) => {
            exports.into_iter().flatten().any(|export| export.name.starts_with("wasi_snapshot_preview1#"))
        }
        _ => false,
    })
}

/// What a component that is composed already asks of its host. A vfs in it that fits any app asks for more than the app
/// does.
pub struct Asks {
    whole: App,
    /// The components that the vfs is in front of, or none if it is linked.
    behind: Vec<App>,
}

impl Asks {
    /// Reads a component.
    ///
    /// # Errors
    /// [`AppError`]: it cannot be read.
    pub fn of(component: &[u8]) -> Result<Self, Error> {
        let wasi = Wasi::new()?;
        let served = Answers::new(&Policy::default(), &Settings::default());
        let read = |bytes: &[u8]| App::read(&wasi, bytes.to_vec(), &served.virtualized(&wasi));
        let invalid = |source: wasmparser::BinaryReaderError| AppError::Invalid { source: source.into() };
        let vfs = embed::find(component).map_err(invalid)?.filter(|found| found.form == Form::Plugged);
        let nested = vfs.map(|vfs| components_beside(component, &vfs.vfs)).transpose().map_err(invalid)?;
        let behind: Result<_, _> =
            nested.unwrap_or_default().into_iter().map(|range| read(&component[range])).collect();
        Ok(Self { whole: read(component)?, behind: behind? })
    }

    /// Returns whether it asks for an initial directory.
    #[must_use]
    pub fn for_directory(&self) -> bool {
        self.for_any(effects::DIRECTORY)
    }

    /// Returns whether it asks for variables.
    #[must_use]
    pub fn for_variables(&self) -> bool {
        self.for_any(effects::VARIABLES)
    }

    /// Returns whether it asks for arguments.
    #[must_use]
    pub fn for_arguments(&self) -> bool {
        self.for_any(effects::ARGUMENTS)
    }

    /// Returns whether it gives its host exit codes, and not only whether it failed.
    #[must_use]
    pub fn for_exit_codes(&self) -> bool {
        self.for_any(effects::EXIT_CODES)
    }

    /// Returns whether it asks for anything of a package, such as `wasi:sockets`.
    #[must_use]
    pub fn for_package(&self, package: &str) -> bool {
        self.for_any((package, &[]))
    }

    fn for_any(&self, (path, functions): (&str, &[&str])) -> bool {
        let asks = |app| effects::asks(app, (path, functions));
        asks(&self.whole) && (self.behind.is_empty() || self.behind.iter().any(asks))
    }
}

/// Finds the components that stand in a component beside its vfs.
fn components_beside(component: &[u8], vfs: &Range<usize>) -> Result<Vec<Range<usize>>, wasmparser::BinaryReaderError> {
    let (mut found, mut depth) = (Vec::new(), 0_usize);
    for payload in wasmparser::Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ComponentSection { unchecked_range: range, .. } => {
                // The bytes are in memory, so their positions fit.
                let range = range.start as usize..range.end as usize;
                found.extend((depth == 0 && range != *vfs).then_some(range));
                depth += 1;
            }
            Payload::ModuleSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(found)
}

fn stream(view: Stdio<&str>) -> Stdio<String> {
    match view {
        Stdio::Host => Stdio::Host,
        Stdio::Null => Stdio::Null,
        Stdio::Denied(text) => Stdio::Denied(text.to_owned()),
        Stdio::File(path) => Stdio::File(path.to_owned()),
        Stdio::Append(path) => Stdio::Append(path.to_owned()),
    }
}

fn mount(view: Mount<&str>) -> Mount<String> {
    let Mount { guest, name, access, optional, beneath } = view;
    Mount { guest: guest.to_owned(), name: name.to_owned(), access, optional, beneath }
}

fn settings(view: SettingsView<'_>, extras: Extras<'_>) -> Settings {
    let pairs = |list: vfs_abi::settings::Strings<'_>| -> Vec<(String, String)> {
        let flat: Vec<_> = list.map(str::to_owned).collect();
        flat.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
    };
    Settings {
        read_only: view.read_only,
        limits: view.limits,
        preopens: pairs(view.preopens),
        environment: pairs(view.environment),
        arguments: view.arguments.map(str::to_owned).collect(),
        inherited: view.inherited.map(|names| names.map(str::to_owned).collect()),
        program: view.program.map(str::to_owned),
        directory: view.directory.map(str::to_owned),
        stdin: stream(view.stdin),
        stdout: stream(view.stdout),
        stderr: stream(view.stderr),
        seed: view.seed,
        mounts: extras.mounts.map(mount).collect(),
        absolute_links: extras.absolute_links,
    }
}
