//! `vfs-compose adapt`: makes a component of a preview1 module.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use crate::args::Adapt;
use crate::json::{self, Digesting};
use crate::output::Target;
use crate::report::{self, Failure, is_quiet, size};
use crate::{input, plan};

pub fn run(args: &Adapt) -> Result<ExitCode, Failure> {
    let default = plan::name_beside(&args.app, "component.wasm");
    let target = Target::new(args.output.output.as_deref().unwrap_or(&default))?;
    target.check_apart(&[&args.app])?;
    let module = input::program(&args.app)?;
    let exit_code = args.adapting.exit_code.unwrap_or_default();
    let adapted = vfs_compose::adapt(&module, exit_code).map_err(|error| Failure::of_app(error, &args.app))?;
    let digest = target.fill(|out| {
        let mut out = Digesting::all(out);
        out.write_all(&adapted).map_err(|error| Failure::io("cannot write", Path::new(&target.name()), error))?;
        Ok(out.finish())
    })?;
    if args.output.json {
        let inspection = vfs_compose::inspect(&adapted)?;
        let report = json::of_adapted(&target.name(), &inspection, adapted.len(), module.len(), &digest);
        super::print_beside(&target, &report)?;
    } else if !is_quiet() {
        let sizes = (adapted.len() as u64, module.len() as u64);
        report::print(&format!("{}: {} (module {})\n", target.name(), size(sizes.0), size(sizes.1)));
    }
    Ok(ExitCode::SUCCESS)
}
