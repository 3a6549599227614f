//! Carries out the plan on standard input, and says what came of it.

#[cfg_attr(target_env = "p1", path = "preview1.rs")]
#[cfg_attr(not(target_env = "p1"), path = "preview2.rs")]
mod side;

use std::process::ExitCode;

use side::Wasi;

fn main() -> ExitCode {
    let plan =
        match std::io::read_to_string(std::io::stdin()).map_err(|e| e.to_string()).and_then(|t| vfs_plan::parse(&t)) {
            Ok(plan) => plan,
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
        };
    let lines = vfs_plan::carry_out(&mut Wasi::new(), &plan);
    print!("{}", lines.iter().map(|line| format!("{line}\n")).collect::<String>());
    ExitCode::SUCCESS
}
