//! `vfs-compose adapt`: makes a component of a preview1 module.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use vfs_compose::Remarks;
use vfs_compose::error::{AppError, Error};

use crate::args::Adapt;
use crate::json::{self, Digesting};
use crate::output::Target;
use crate::report::{self, Failure, WIT_HINT, is_quiet, size};
use crate::{input, plan};

const MODULE_HINT: &str = "`adapt` takes one file, a preview1 module";

pub fn run(args: &Adapt) -> Result<ExitCode, Failure> {
    input::check_app(&args.app, MODULE_HINT)?;
    let default = plan::name_beside(&args.app, "component.wasm");
    let wit = args.adapting.chosen_wit()?;
    let target = Target::new(args.output.output.as_deref().unwrap_or(&default))?;
    let inputs: Vec<_> = [args.app.as_path()].into_iter().chain(args.adapting.wit.as_deref()).collect();
    target.check_apart(&inputs)?;
    let module = input::program(&args.app)?;
    let exit_code = args.adapting.exit_code.unwrap_or_default();
    let adapted = vfs_compose::adapt(&module, exit_code, wit.as_ref());
    let adapted = adapted.map_err(|error| failure(error, &args.app, &module))?;
    let mut remarks = Remarks::default();
    if args.adapting.exit_code.is_some() && vfs_compose::exit_code(&adapted).is_none() {
        let app = input::name(&args.app);
        let message =
            format!("`--exit-code` has no effect: `{app}` does not exit with a code (`proc_exit`); leave it out");
        remarks.warn("no-effect", message);
    }
    let digest = target.fill(|out| {
        let mut out = Digesting::all(out);
        out.write_all(&adapted).map_err(|error| Failure::io("cannot write", Path::new(&target.name()), error))?;
        Ok(out.finish())
    })?;
    if args.output.json {
        let inspection = vfs_compose::inspect(&adapted)?;
        let report = json::of_adapted(&target.name(), &inspection, adapted.len(), module.len(), &digest);
        super::print_beside(&target, &json::with_remarks(report, &remarks))?;
        return Ok(ExitCode::SUCCESS);
    }
    report::tell(&remarks);
    if !is_quiet() {
        let sizes = (adapted.len() as u64, module.len() as u64);
        report::print(&format!("{}: {} (module {})\n", target.name(), size(sizes.0), size(sizes.1)));
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the failure of adapting, which names the module and has no hint for a flag that composing alone takes.
fn failure(error: Error, path: &Path, module: &[u8]) -> Failure {
    let app = input::name(path);
    match &error {
        Error::NoExports { lost } => Failure::new(format!(
            "the component of `{app}` would export nothing: it cannot export {}, for want of component types",
            lost.join(", ")
        ))
        .hint(format!("{WIT_HINT}; or build the module as a command, which exports `_start`, or as a component")),
        Error::App(AppError::AlreadyAComponent) => {
            let has_files = vfs_compose::inspect(module).is_ok_and(|inspection| inspection.vfs.is_some());
            let failure = Failure::new(format!("`{app}` is a component already, so nothing is left to adapt"));
            failure.hint(match has_files {
                true => format!("it has files inside, too; `vfs-compose inspect {app}` shows them"),
                false => format!("hosts run it as it is; `vfs-compose {app} --image DIR` puts files into it"),
            })
        }
        _ => Failure::of_app(error, path),
    }
}
