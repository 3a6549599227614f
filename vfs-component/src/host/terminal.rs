//! `wasi:cli/terminal-*` of the host.

use crate::abi::Opt;

mod input {
    #[link(wasm_import_module = "wasi:cli/terminal-input")]
    unsafe extern "C" {
        #[link_name = "[resource-drop]terminal-input"]
        pub safe fn drop_terminal_input(terminal: u32);
    }
}

mod output {
    #[link(wasm_import_module = "wasi:cli/terminal-output")]
    unsafe extern "C" {
        #[link_name = "[resource-drop]terminal-output"]
        pub safe fn drop_terminal_output(terminal: u32);
    }
}

mod stdin {
    use super::Opt;

    #[link(wasm_import_module = "wasi:cli/terminal-stdin")]
    unsafe extern "C" {
        #[link_name = "get-terminal-stdin"]
        pub safe fn get_terminal_stdin(result: &mut Opt<u32>);
    }
}

mod stdout {
    use super::Opt;

    #[link(wasm_import_module = "wasi:cli/terminal-stdout")]
    unsafe extern "C" {
        #[link_name = "get-terminal-stdout"]
        pub safe fn get_terminal_stdout(result: &mut Opt<u32>);
    }
}

mod stderr {
    use super::Opt;

    #[link(wasm_import_module = "wasi:cli/terminal-stderr")]
    unsafe extern "C" {
        #[link_name = "get-terminal-stderr"]
        pub safe fn get_terminal_stderr(result: &mut Opt<u32>);
    }
}

pub use input::drop_terminal_input;
pub use output::drop_terminal_output;

/// Returns the terminal behind stdin, if it is one.
pub fn terminal_stdin() -> Option<u32> {
    get(|result| stdin::get_terminal_stdin(result))
}

/// Returns the terminal behind stdout, if it is one.
pub fn terminal_stdout() -> Option<u32> {
    get(|result| stdout::get_terminal_stdout(result))
}

/// Returns the terminal behind stderr, if it is one.
pub fn terminal_stderr() -> Option<u32> {
    get(|result| stderr::get_terminal_stderr(result))
}

fn get(import: impl FnOnce(&mut Opt<u32>)) -> Option<u32> {
    let mut result = Opt::None;
    import(&mut result);
    match result {
        Opt::Some(terminal) => Some(terminal),
        Opt::None => None,
    }
}

/// Whether streams of WASI 0.3 are terminals.
pub mod version_3 {
    use crate::abi::Opt;

    macro_rules! terminal {
        ($name:ident, $module:literal, $function:literal, $of:literal, $drop:literal) => {
            pub fn $name() -> bool {
                #[link(wasm_import_module = $module)]
                unsafe extern "C" {
                    #[link_name = $function]
                    safe fn get(result: &mut Opt<u32>);
                }
                #[link(wasm_import_module = $of)]
                unsafe extern "C" {
                    #[link_name = $drop]
                    safe fn drop(terminal: u32);
                }
                let mut result = Opt::None;
                get(&mut result);
                let Opt::Some(terminal) = result else { return false };
                drop(terminal);
                true
            }
        };
    }

    terminal!(
        has_stdin,
        "wasi:cli/terminal-stdin@0.3",
        "get-terminal-stdin",
        "wasi:cli/terminal-input@0.3",
        "[resource-drop]terminal-input"
    );
    terminal!(
        has_stdout,
        "wasi:cli/terminal-stdout@0.3",
        "get-terminal-stdout",
        "wasi:cli/terminal-output@0.3",
        "[resource-drop]terminal-output"
    );
    terminal!(
        has_stderr,
        "wasi:cli/terminal-stderr@0.3",
        "get-terminal-stderr",
        "wasi:cli/terminal-output@0.3",
        "[resource-drop]terminal-output"
    );
}
