//! Runs every case of `tests/cases`, each form on each host as a trial of its own: `area/name::linked::node`.
//!
//! `just case area/name` runs one on the embedded engine; `BLESS=1` writes what was printed into the case. `TESTS` says on
//! which hosts cases run, and in which forms there: see [`extent`].

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, bail, ensure};
use libtest_mimic::{Arguments, Failed, Trial};
use tempfile::TempDir;
use vfs_tests::case::{Case, Form, Host};
use vfs_tests::extent::Extent;
use vfs_tests::wasmtime_host::{self, Granted};
use vfs_tests::{chromium_host, compose, guests, node_host, normalise, paths, stage, wasmtime50_host};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let cases = match Case::all(&paths::tests().join("cases")) {
        Ok(cases) => cases,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    libtest_mimic::run(&arguments, cases.into_iter().flat_map(trials).collect()).exit_code()
}

/// A program of a case and the components made of it, each made by the first trial that needs it.
struct Subject {
    case: Arc<Case>,
    guest: String,
    plugged: Made,
    linked: Made,
    wac_plug: Made,
    any_app: Made,
}

/// Makes of an app, an image and flags a component in a file.
type Make = fn(&Path, &Path, &[String], &Path) -> Result<()>;

/// A directory that keeps `app.wasm`.
type Made = OnceLock<Result<TempDir, String>>;

fn trials(case: Case) -> Vec<Trial> {
    if case.error_file().exists() {
        return refusals(case);
    }
    let case = Arc::new(case);
    let mut trials = programs(&case, "", case.spec.guest.clone());
    if case.spec.preview1 {
        trials.extend(programs(&case, "::preview1", format!("{}.p1", case.spec.guest)));
    }
    trials
}

/// One case that cannot be composed, in every form that `vfs-compose APP` makes.
fn refusals(case: Case) -> Vec<Trial> {
    let case = Arc::new(case);
    let forms = case.spec.forms.clone().into_iter().filter(|form| matches!(form, Form::Plugged | Form::Linked));
    let trial = |form: Form| {
        let case = Arc::clone(&case);
        let name = format!("{}::compose::{}", case.name, form.name());
        let extent = extent(&case, &case.spec.guest, form, Host::Wasmtime);
        extent.trial(Trial::test(name, move || fails(&case, form).map_err(failed)))
    };
    forms.map(trial).collect()
}

/// One program of a case, in every form on every host.
fn programs(case: &Arc<Case>, label: &str, guest: String) -> Vec<Trial> {
    let subject = Arc::new(Subject {
        case: Arc::clone(case),
        guest,
        plugged: Made::new(),
        linked: Made::new(),
        wac_plug: Made::new(),
        any_app: Made::new(),
    });
    let mut trials = Vec::new();
    for &form in &case.spec.forms {
        for &host in &case.spec.hosts {
            // The host directory is the measure, and a vfs for any app differs from the others in what it offers: one is enough.
            if matches!(form, Form::HostDirectory | Form::AnyApp) && host != Host::Wasmtime {
                continue;
            }
            let name = format!("{}{label}::{}::{}", case.name, form.name(), host.name());
            let extent = extent(case, &subject.guest, form, host);
            let subject = Arc::clone(&subject);
            trials.push(extent.trial(Trial::test(name, move || runs(&subject, form, host).map_err(failed))));
        }
    }
    trials
}

/// Which runs have this trial. The embedded engine shows in every form what a program prints. On another host `just test`
/// runs each case in one form; in Chromium, which gets what jco makes for Node, a quarter of them.
fn extent(case: &Case, guest: &str, form: Form, host: Host) -> Extent {
    if host != Host::Wasmtime {
        let forms = [Form::Linked, Form::Plugged].map(|form| case.spec.forms.contains(&form).then_some(form));
        // By the name, so that half of the cases run in each form; the other half on the newer wasmtime.
        let turn = case.name.bytes().map(usize::from).sum::<usize>() + usize::from(host == Host::Wasmtime50);
        let chosen = forms[turn % 2].or(forms[(turn + 1) % 2]);
        let shown_by_node = host == Host::Chromium && turn / 2 % 4 != 0 && case.spec.hosts.contains(&Host::Node);
        return if chosen == Some(form) && !shown_by_node { Extent::Usual } else { Extent::All };
    }
    match guests::needs_tools(guest) || matches!(form, Form::WacPlug | Form::AnyApp) {
        false => Extent::Quick,
        // `wac` is what `tests/setup.sh` installs last.
        true if compose::wac().is_ok() => Extent::Embedded,
        true => Extent::Usual,
    }
}

fn failed(error: anyhow::Error) -> Failed {
    format!("{error:#}").into()
}

/// The program must run and print what the case says.
fn runs(subject: &Subject, form: Form, host: Host) -> Result<()> {
    let case = &subject.case;
    let invocation = case.invocation();
    let output = match (form, host) {
        (Form::HostDirectory, _) => {
            let directory = stage::stage(case)?;
            let app = match guests::build(&subject.guest, &case.folder)? {
                module if wasmparser::Parser::is_core_wasm(&module) => {
                    vfs_compose::adapt(&module, vfs_compose::ExitCode::Bool, None)?
                }
                component => component,
            };
            let granted = if case.spec.read_only { Granted::ReadOnly } else { Granted::ReadWrite };
            wasmtime_host::run(&app, &invocation, granted(directory.path()))?
        }
        (_, Host::Wasmtime) => wasmtime_host::run(&fs::read(made(subject, form)?)?, &invocation, Granted::Nothing)?,
        (_, Host::Wasmtime50) => wasmtime50_host::run(&made(subject, form)?, &invocation)?,
        (_, Host::Node) => node_host::run(&made(subject, form)?, form, &invocation)?,
        (_, Host::Chromium) => chromium_host::run(&made(subject, form)?, &invocation)?,
    };
    if output.exit != case.exit(form) {
        bail!(
            "ended with {} and not {}\n--- stdout\n{}--- stderr\n{}",
            output.exit,
            case.exit(form),
            output.stdout,
            output.stderr
        );
    }
    let first = case.spec.forms.first() == Some(&form) || case.spec.deviation.is_some();
    check(&case.stdout_file(form), &output.stdout, first && host == Host::Wasmtime)
        .with_context(|| format!("--- stderr\n{}", output.stderr))
}

/// The path of the component that holds the case's files.
fn made(subject: &Subject, form: Form) -> Result<std::path::PathBuf> {
    let (slot, make): (_, Make) = match form {
        Form::HostDirectory => unreachable!("nothing is made for a host directory"),
        Form::Plugged => (&subject.plugged, compose::plugged),
        Form::Linked => (&subject.linked, compose::linked),
        Form::WacPlug => (&subject.wac_plug, compose::wac_plug),
        Form::AnyApp => (&subject.any_app, compose::any_app),
    };
    let directory = slot.get_or_init(|| {
        let made = || {
            let case = &subject.case;
            let directory = TempDir::new()?;
            let image = stage::stage(case)?;
            let input = directory.path().join("input.wasm");
            fs::write(&input, guests::build(&subject.guest, &case.folder)?)?;
            make(&input, image.path(), &case.spec.flags, &directory.path().join("app.wasm"))?;
            Ok(directory)
        };
        made().map_err(|error: anyhow::Error| format!("{error:#}"))
    });
    match directory {
        Ok(directory) => Ok(directory.path().join("app.wasm")),
        Err(error) => bail!("{error}"),
    }
}

/// `vfs-compose` must fail with what the case says.
fn fails(case: &Case, form: Form) -> Result<()> {
    let directory = TempDir::new()?;
    let image = stage::stage(case)?;
    let (input, out) = (directory.path().join("app.wasm"), directory.path().join("out.wasm"));
    fs::write(&input, guests::build(&case.spec.guest, &case.folder)?)?;
    let mut args =
        vec![input.as_os_str(), "--image".as_ref(), image.path().as_os_str(), "-o".as_ref(), out.as_os_str()];
    args.extend(["--form", form.name()].map(OsStr::new));
    args.extend(case.spec.flags.iter().map(OsStr::new));
    let output = compose::run(args)?;
    ensure!(output.status.code() == Some(1), "ended with {} and not 1", output.status);
    ensure!(!out.exists(), "left an output file behind");
    let names = [(image.path(), "ROOT"), (directory.path(), "HERE")];
    check(&case.error_file(), &normalise::paths(&String::from_utf8_lossy(&output.stderr), &names), true)
}

/// `seen` must be what `file` holds; with `BLESS=1` it becomes that.
fn check(file: &Path, seen: &str, may_bless: bool) -> Result<()> {
    if normalise::bless() {
        if may_bless {
            fs::write(file, seen)?;
        }
        return Ok(());
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let wanted = fs::read_to_string(file).with_context(|| format!("no {name}; BLESS=1 writes it"))?;
    ensure!(seen == wanted, "this is not what {name} says:\n{}", normalise::difference(&wanted, seen));
    Ok(())
}
