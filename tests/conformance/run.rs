//! Runs a program in a setting at a place, each once.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::{Context, Result, anyhow};
use tempfile::TempDir;
use vfs_tests::case::{Form, Host};
use vfs_tests::host::{Invocation, Output};
use vfs_tests::wasmtime_host::{self, Prepared};
use vfs_tests::{compose, guests, node_host, wasmtime50_host};
use wasmtime_wasi::p2::pipe::MemoryInputPipe;
use wasmtime_wasi::{FsPerms, WasiCtx};

use crate::differs::Differs;
use crate::place::Place;
use crate::program::Program;
use crate::report::{self, Report};
use crate::setting::{self, INITIAL_DIRECTORY, Setting};
use crate::terminal::Terminal;

/// One value for each name, made by the first that asks.
type Once<T> = Mutex<BTreeMap<String, Arc<OnceLock<Result<T, String>>>>>;

/// The reports of one program.
#[derive(Default)]
pub struct Runs {
    reports: Once<Arc<Report>>,
}

impl Runs {
    /// What the program says in that setting at that place.
    ///
    /// # Errors
    /// It cannot be composed, or does not run at all.
    pub fn get(&self, differs: &Differs, program: &Program, setting: &Setting, place: Place) -> Result<Arc<Report>> {
        once(&self.reports, &format!("{}::{}", setting.name, place.name()), || {
            let mut cases = program.in_setting(setting);
            cases.retain(|case| !differs.leave_out(program, place, case));
            Ok(Arc::new(run(program, setting, place, &cases)?))
        })
    }
}

fn once<T: Clone>(all: &Once<T>, name: &str, make: impl FnOnce() -> Result<T>) -> Result<T> {
    let slot = Arc::clone(all.lock().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_default());
    slot.get_or_init(|| make().map_err(|error| format!("{error:#}"))).clone().map_err(|error| anyhow!(error))
}

fn run(program: &Program, setting: &Setting, place: Place, cases: &[&str]) -> Result<Report> {
    let mut report = Report::new();
    if setting.alone {
        for name in cases {
            report::read(&[name], &launch(program, setting, place, &[setting.name, name])?, &mut report);
        }
        return Ok(report);
    }
    let mut left = cases;
    while !left.is_empty() {
        let args: Vec<_> = std::iter::once(&setting.name).chain(left).copied().collect();
        left = report::read(left, &launch(program, setting, place, &args)?, &mut report);
    }
    Ok(report)
}

/// Runs the program once, in a fresh tree.
///
/// # Errors
/// It cannot be composed, or does not run at all.
pub fn launch(program: &Program, setting: &Setting, place: Place, args: &[&str]) -> Result<Output> {
    let invocation = setting.invocation(args);
    match (place.form, place.host) {
        (Form::HostDirectory, _) => {
            let tree = setting::tree()?;
            let app = guests::as_component(program.build()?)?;
            let rights = if setting.read_only { FsPerms::ReadOnly } else { FsPerms::ReadWrite };
            let directories =
                setting.preopens.iter().map(|(directory, name)| (tree.path().join(directory), *name, rights));
            embedded(&app, setting, &invocation, directories)
        }
        (_, Host::Wasmtime) if place.on_mount => {
            let tree = setting::tree()?;
            // What a mount allows is the vfs's to keep.
            let directory = (tree.path().to_owned(), "data", FsPerms::ReadWrite);
            embedded(&fs::read(composed(program, setting, place)?)?, setting, &invocation, [directory])
        }
        (_, Host::Wasmtime) => embedded(&fs::read(composed(program, setting, place)?)?, setting, &invocation, []),
        (_, Host::Wasmtime50) => wasmtime50_host::run(&composed(program, setting, place)?, &invocation),
        (form, Host::Node) => node_host::run(&composed(program, setting, place)?, form, &invocation),
        (_, Host::Chromium) => Err(anyhow!("the suite does not run in Chromium")),
    }
}

/// The wasmtime in the tests, with directories, each with its name.
fn embedded<'n>(
    app: &[u8],
    setting: &Setting,
    invocation: &Invocation,
    directories: impl IntoIterator<Item = (PathBuf, &'n str, FsPerms)>,
) -> Result<Output> {
    let mut wasi = WasiCtx::builder();
    let (stdout, stderr) = wasmtime_host::pipes();
    let stdin = MemoryInputPipe::new(invocation.stdin.clone());
    wasi.arg("app.wasm").args(&invocation.args);
    if setting.terminals {
        wasi.stdin(Terminal(stdin)).stdout(Terminal(stdout.clone())).stderr(Terminal(stderr.clone()));
    } else {
        wasi.stdin(stdin).stdout(stdout.clone()).stderr(stderr.clone());
    }
    for (name, value) in &invocation.env {
        wasi.env(name, value);
    }
    for (directory, name, rights) in directories {
        wasi.preopened_dir(directory, name, rights).map_err(|error| anyhow!("{error:?}"))?;
        wasi.initial_cwd(INITIAL_DIRECTORY);
    }
    Ok(Prepared::new(app)?.run_in(wasi.build(), (stdout, stderr))?.0)
}

/// The component of a place in a setting, made once.
fn composed(program: &Program, setting: &Setting, place: Place) -> Result<PathBuf> {
    static COMPOSED: Once<PathBuf> = Once::new(BTreeMap::new());
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let flags = if place.on_mount { setting.mounts } else { setting.flags };
    // What is the same is made and compiled once: settings that differ in streams alone share a component.
    let name = format!("{}-{}-{}", program.name, place.form.name(), flags.join("-").replace('/', "_"));
    once(&COMPOSED, &name, || {
        let folder = FOLDER.get_or_init(|| TempDir::new().expect("a temporary directory can be made")).path();
        let (app, out) = (folder.join(format!("{name}.app.wasm")), folder.join(format!("{name}.wasm")));
        fs::write(&app, program.build()?)?;
        let flags: Vec<_> = flags.iter().map(|&flag| flag.to_owned()).collect();
        let make = if place.form == Form::Linked { compose::linked } else { compose::plugged };
        // What is in a mount is not in the image.
        let image = if place.on_mount { TempDir::new()? } else { setting::tree()? };
        make(&app, image.path(), &flags, &out).with_context(|| format!("{name} cannot be composed"))?;
        Ok(out)
    })
}
