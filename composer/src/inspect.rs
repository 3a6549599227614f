//! What is inside a component.

use vfs_abi::settings::{Settings, SettingsView, Stdio};

use crate::error::{AppError, Error};
use vfs_compose_ir::Edge;
use vfs_compose_pack::Form;
use vfs_compose_pack::embed;
use vfs_compose_vfs::tailor::{LeftOut, left_out};

/// A component, read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Inspection<'a> {
    /// What it asks of its host.
    pub imports: Vec<String>,
    /// What it gives.
    pub exports: Vec<String>,
    /// The vfs inside, at any depth.
    pub vfs: Option<Vfs<'a>>,
}

/// A vfs inside a component.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Vfs<'a> {
    /// The image, to be read with [`vfs_image::Image`].
    pub image: &'a [u8],
    /// What the composer was told.
    pub settings: Settings,
    /// What the app does not have of the host, by key and text as on the command line.
    pub policy: Vec<(String, String)>,
    /// How it is joined with the app.
    pub form: Form,
    /// Why it is not linked, where that was tried.
    pub not_linked: Option<String>,
    /// Bytes of the vfs (its component, or linked its module) without its image.
    pub size: u64,
    /// Bytes of its functions.
    pub code: u64,
    /// The functions that it does not have, because the app never calls them or they are not virtual: `interface#function`.
    pub left_out: Vec<String>,
    /// Bytes of code that it lacks for that.
    pub saved: u64,
}

/// Reads any component.
///
/// # Errors
/// - [`AppError::NotWasm`], [`AppError::Text`], [`AppError::Truncated`], [`AppError::Invalid`]: it cannot be read.
/// - [`AppError::NotAComponent`]: it is a core module.
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
        form: found.form,
        not_linked: found.not_linked,
        size: (found.vfs.len() - found.image.len()) as u64,
        code: found.code as u64,
        left_out: functions,
        saved,
    });
    Ok(Inspection { imports, exports, vfs })
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
