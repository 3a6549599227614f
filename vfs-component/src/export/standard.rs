//! `wasi:cli/{stdin,stdout,stderr}` where they are not the host's. The composer puts these functions in the place of those of
//! [`super::stdio`].

use crate::export::streams::{new_input, new_output};
use crate::handle::Input;
use crate::standard::Stream;
use crate::state::{State, call_value};

#[unsafe(export_name = "vfs-compose:policy#get-stdin")]
extern "C" fn get_stdin() -> u32 {
    call_value(|state| {
        state.standard.open_input(&mut state.fs, state.settings.stdin);
        new_input(state, Input::Standard)
    })
}

#[unsafe(export_name = "vfs-compose:policy#get-stdout")]
extern "C" fn get_stdout() -> u32 {
    call_value(|state| get_output(state, Stream::Stdout))
}

#[unsafe(export_name = "vfs-compose:policy#get-stderr")]
extern "C" fn get_stderr() -> u32 {
    call_value(|state| get_output(state, Stream::Stderr))
}

fn get_output(state: &mut State, stream: Stream) -> u32 {
    let setting = match stream {
        Stream::Stdout => state.settings.stdout,
        Stream::Stderr => state.settings.stderr,
    };
    let output = state.standard.output(&mut state.fs, setting, stream);
    new_output(state, output)
}
