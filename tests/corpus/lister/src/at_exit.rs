//! Stands where a program has its exit: lists the tree, and then exits.

mod list;

use std::path::Path;

wit_bindgen::generate!({
    generate_all,
    inline: "
        package corpus:lister;
        world at-exit { export wasi:cli/exit@0.2.0; }
        package wasi:cli@0.2.0 { interface exit { exit: func(status: result); } }
    ",
});

struct Lister;

export!(Lister);

impl exports::wasi::cli::exit::Guest for Lister {
    fn exit(status: Result<(), ()>) {
        let ended = if status.is_ok() { "exited" } else { "failed" };
        match list::list(Path::new("/")) {
            Ok(lines) => print!("--- left by a program that {ended}\n{lines}"),
            Err(error) => {
                eprintln!("lister: {error}");
                std::process::exit(1);
            }
        }
        std::process::exit(0);
    }
}
