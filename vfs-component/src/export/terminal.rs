//! `wasi:cli/terminal-*`: the host's terminals behind our resources.

use crate::abi::Opt;
use crate::handle::{Handle, Kind};
use crate::host::terminal;
use crate::state::{State, call, call_value};

mod input {
    #[link(wasm_import_module = "[export]wasi:cli/terminal-input")]
    unsafe extern "C" {
        #[link_name = "[resource-new]terminal-input"]
        pub safe fn resource_new(number: u32) -> u32;
    }
}

mod output {
    #[link(wasm_import_module = "[export]wasi:cli/terminal-output")]
    unsafe extern "C" {
        #[link_name = "[resource-new]terminal-output"]
        pub safe fn resource_new(number: u32) -> u32;
    }
}

#[unsafe(export_name = "wasi:cli/terminal-stdin#get-terminal-stdin")]
extern "C" fn get_terminal_stdin() -> *const Opt<u32> {
    call(|state| {
        let terminal = terminal::terminal_stdin();
        terminal.map(|handle| input::resource_new(state.handles.insert(Handle::TerminalInput(handle)))).into()
    })
}

#[unsafe(export_name = "wasi:cli/terminal-stdout#get-terminal-stdout")]
extern "C" fn get_terminal_stdout() -> *const Opt<u32> {
    call(|state| new_output(state, terminal::terminal_stdout()))
}

#[unsafe(export_name = "wasi:cli/terminal-stderr#get-terminal-stderr")]
extern "C" fn get_terminal_stderr() -> *const Opt<u32> {
    call(|state| new_output(state, terminal::terminal_stderr()))
}

fn new_output(state: &mut State, terminal: Option<u32>) -> Opt<u32> {
    terminal.map(|handle| output::resource_new(state.handles.insert(Handle::TerminalOutput(handle)))).into()
}

#[unsafe(export_name = "wasi:cli/terminal-input#[dtor]terminal-input")]
extern "C" fn drop_terminal_input(terminal: u32) {
    call_value(|state| state.handles.remove(&mut state.fs, terminal, Kind::TerminalInput));
}

#[unsafe(export_name = "wasi:cli/terminal-output#[dtor]terminal-output")]
extern "C" fn drop_terminal_output(terminal: u32) {
    call_value(|state| state.handles.remove(&mut state.fs, terminal, Kind::TerminalOutput));
}
