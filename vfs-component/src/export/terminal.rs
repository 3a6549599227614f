//! `wasi:cli/terminal-*`: the host's terminals as resources of the vfs.

use crate::abi::Opt;
use crate::handle::{AppHandles, Handle, Kind};
use crate::host::terminal;
use crate::state::{call, call_value};

/// Exports the functions that make resources, for one version.
macro_rules! resource_new {
    ($name:ident, $module:literal, $function:literal) => {
        mod $name {
            #[link(wasm_import_module = $module)]
            unsafe extern "C" {
                #[link_name = $function]
                pub safe fn resource_new(number: u32) -> u32;
            }
        }
    };
}

resource_new!(input, "[export]wasi:cli/terminal-input", "[resource-new]terminal-input");
resource_new!(output, "[export]wasi:cli/terminal-output", "[resource-new]terminal-output");
resource_new!(input_3, "[export]wasi:cli/terminal-input@0.3", "[resource-new]terminal-input");
resource_new!(output_3, "[export]wasi:cli/terminal-output@0.3", "[resource-new]terminal-output");

#[unsafe(export_name = "wasi:cli/terminal-stdin#get-terminal-stdin")]
extern "C" fn get_terminal_stdin() -> *const Opt<u32> {
    new(terminal::terminal_stdin().map(Handle::TerminalInput), |number| input::resource_new(number))
}

#[unsafe(export_name = "wasi:cli/terminal-stdin@0.3#get-terminal-stdin")]
extern "C" fn get_terminal_stdin_3() -> *const Opt<u32> {
    new(known(terminal::version_3::has_stdin(), Kind::TerminalInput), |number| input_3::resource_new(number))
}

#[unsafe(export_name = "wasi:cli/terminal-stdout#get-terminal-stdout")]
extern "C" fn get_terminal_stdout() -> *const Opt<u32> {
    new(terminal::terminal_stdout().map(Handle::TerminalOutput), |number| output::resource_new(number))
}

#[unsafe(export_name = "wasi:cli/terminal-stdout@0.3#get-terminal-stdout")]
extern "C" fn get_terminal_stdout_3() -> *const Opt<u32> {
    new(known(terminal::version_3::has_stdout(), Kind::TerminalOutput), |number| output_3::resource_new(number))
}

#[unsafe(export_name = "wasi:cli/terminal-stderr#get-terminal-stderr")]
extern "C" fn get_terminal_stderr() -> *const Opt<u32> {
    new(terminal::terminal_stderr().map(Handle::TerminalOutput), |number| output::resource_new(number))
}

#[unsafe(export_name = "wasi:cli/terminal-stderr@0.3#get-terminal-stderr")]
extern "C" fn get_terminal_stderr_3() -> *const Opt<u32> {
    new(known(terminal::version_3::has_stderr(), Kind::TerminalOutput), |number| output_3::resource_new(number))
}

fn new(terminal: Option<Handle>, resource_new: impl Fn(u32) -> u32) -> *const Opt<u32> {
    call(|state| terminal.map(|handle| resource_new(state.session.handles.add(handle))).into())
}

/// Returns a handle if there is a terminal. Terminals have no functions, so nothing more need be known.
fn known(is_there: bool, kind: Kind) -> Option<Handle> {
    is_there.then_some(Handle::Released(kind))
}

#[unsafe(export_name = "wasi:cli/terminal-input#[dtor]terminal-input")]
extern "C" fn drop_terminal_input(terminal: u32) {
    call_value(|state| state.session.handles.remove(&mut state.volume, terminal, Kind::TerminalInput));
}

#[unsafe(export_name = "wasi:cli/terminal-output#[dtor]terminal-output")]
extern "C" fn drop_terminal_output(terminal: u32) {
    call_value(|state| state.session.handles.remove(&mut state.volume, terminal, Kind::TerminalOutput));
}

#[unsafe(export_name = "wasi:cli/terminal-input@0.3#[dtor]terminal-input")]
extern "C" fn drop_terminal_input_3(terminal: u32) {
    call_value(|state| state.session.handles.remove(&mut state.volume, terminal, Kind::TerminalInput));
}

#[unsafe(export_name = "wasi:cli/terminal-output@0.3#[dtor]terminal-output")]
extern "C" fn drop_terminal_output_3(terminal: u32) {
    call_value(|state| state.session.handles.remove(&mut state.volume, terminal, Kind::TerminalOutput));
}
