//! Carries out the plan on standard input, and says what came of it: of each operation, and what is there at the end. With
//! the arguments `operations` and a path, it only says the former, and what the file at the path has.

#[cfg_attr(target_env = "p1", path = "preview1.rs")]
#[cfg_attr(not(target_env = "p1"), path = "preview2.rs")]
mod side;

use std::process::ExitCode;

use side::Wasi;
use vfs_plan::Side;

fn main() -> ExitCode {
    let plan =
        match std::io::read_to_string(std::io::stdin()).map_err(|e| e.to_string()).and_then(|t| vfs_plan::parse(&t)) {
            Ok(plan) => plan,
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
        };
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [word, path] = arguments.as_slice()
        && word == "operations"
    {
        let mut side = Wasi::new();
        plan.iter().for_each(|op| println!("{op}: {}", side.run(op).is_ok()));
        println!("{}", std::fs::read_to_string(path).unwrap_or_else(|error| error.to_string()));
        return ExitCode::SUCCESS;
    }
    let lines = vfs_plan::carry_out(&mut Wasi::new(), &plan);
    print!("{}", lines.iter().map(|line| format!("{line}\n")).collect::<String>());
    ExitCode::SUCCESS
}
