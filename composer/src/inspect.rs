//! Inspects a component.

use std::collections::BTreeSet;

use vfs_abi::settings::{Settings, SettingsView, Stdio};

use crate::effects;
use crate::error::{AppError, Error};
use vfs_compose_ir::Edge;
use vfs_compose_pack::Form;
use vfs_compose_pack::embed;
use vfs_compose_vfs::specialize::{LeftOut, left_out};
use vfs_compose_wasi::{App, FILESYSTEM, Wasi};

/// The functions of a directory that change it, or open its files.
const CHANGING: [&str; 7] =
    ["open-at", "create-directory-at", "link-at", "symlink-at", "rename-at", "unlink-file-at", "remove-directory-at"];

/// The contents of a component.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Inspection<'a> {
    /// The names of its imports.
    pub imports: Vec<String>,
    /// The names of its exports.
    pub exports: Vec<String>,
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
        let is_there = |function: &&str| {
            let name = format!("wasi:filesystem/types#[method]descriptor.{function}");
            !self.left_out.contains(&name)
        };
        !self.settings.read_only && CHANGING.iter().any(is_there)
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
        return Ok(Inspection { imports, exports, vfs: None });
    };
    let LeftOut { functions, code: saved } = left_out(&component[found.module]).map_err(invalid)?;
    let vfs = SettingsView::new(&component[found.settings]).map(|view| Vfs {
        image: &component[found.image.clone()],
        settings: settings(view),
        policy: found.policy,
        form: Some(found.form).filter(|form| *form == Form::Linked || found.vfs != (0..component.len())),
        not_linked: found.not_linked,
        size: (found.vfs.len() - found.image.len()) as u64,
        code: found.code as u64,
        left_out: functions,
        saved,
    });
    Ok(Inspection { imports, exports, vfs })
}

/// Returns whether a component asks its host for an initial directory.
///
/// # Errors
/// [`AppError`]: it cannot be read.
pub fn asks_for_directory(component: &[u8]) -> Result<bool, Error> {
    let app = App::of_component(&Wasi::new()?, component.to_vec(), &BTreeSet::new())?;
    Ok(effects::asks(&app, effects::DIRECTORY))
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

fn settings(view: SettingsView<'_>) -> Settings {
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
    }
}
