//! Carries out the plan on standard input, and says what came of it.

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
    println!("{}", lines.join("\n"));
    ExitCode::SUCCESS
}
