//! Carries out the plan on standard input through WASI 0.3, and says what came of it.

mod side;

use side::Wasi;

wasip3::cli::command::export!(Program);

struct Program;

impl wasip3::exports::cli::run::Guest for Program {
    async fn run() -> Result<(), ()> {
        let text = std::io::read_to_string(std::io::stdin()).map_err(|error| error.to_string());
        let plan = text.and_then(|text| vfs_plan::parse(&text)).map_err(|error| eprintln!("{error}"))?;
        let lines = vfs_plan::carry_out(&mut Wasi::new(), &plan);
        print!("{}", lines.iter().map(|line| format!("{line}\n")).collect::<String>());
        Ok(())
    }
}
