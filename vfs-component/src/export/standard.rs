//! `wasi:cli/{stdin,stdout,stderr}` if they are not the host's. The composer replaces the functions of [`super::stdio`]
//! by these.

use crate::export::streams::{new_input, new_output};
use crate::handle::Input;
use crate::layer::Stop;
use crate::standard::{self, Stream};
use crate::state::{State, answer_value};

#[unsafe(export_name = "vfs-compose:policy#get-stdin")]
extern "C" fn get_stdin() -> u32 {
    answer_value(|state| {
        standard::open_input(&mut state.session, &mut state.volume)?;
        Ok(new_input(state, Input::Standard))
    })
}

#[unsafe(export_name = "vfs-compose:policy#get-stdout")]
extern "C" fn get_stdout() -> u32 {
    answer_value(|state| get_output(state, Stream::Stdout))
}

#[unsafe(export_name = "vfs-compose:policy#get-stderr")]
extern "C" fn get_stderr() -> u32 {
    answer_value(|state| get_output(state, Stream::Stderr))
}

fn get_output(state: &mut State, stream: Stream) -> Result<u32, Stop> {
    let output = standard::new_output(&mut state.session, &mut state.volume, stream)?;
    Ok(new_output(state, output))
}
