//! `wasi:cli/{stdin,stdout,stderr}@0.3` if they are not the host's. Otherwise the app imports them from the host.

use vfs_core::Error;

use crate::abi::{Area, Pair};
use crate::handle::{Output, StreamFailure};
use crate::layer::Stop;
use crate::pump::{Done, Reader, Sink, Source, World, Writer, bytes};
use crate::standard::{self, Stream};
use crate::state::{State, answer_value};

#[unsafe(export_name = "wasi:cli/stdin@0.3#read-via-stream")]
extern "C" fn read_via_stream() -> *const Pair<u32, u32> {
    let ends = answer_value(|state| {
        let State { volume, session, pump, .. } = state;
        standard::open_input(session, volume)?;
        let (stream, end) = bytes::new();
        let (future, done) = Done::of_cli();
        let world = &mut World { volume, standard: &mut session.standard };
        pump.read(world, Reader::new(end, done, Source::Stdin));
        Ok(Pair(stream, future))
    });
    Area::put(ends)
}

#[unsafe(export_name = "wasi:cli/stdout@0.3#write-via-stream")]
extern "C" fn write_to_stdout(stream: u32) -> u32 {
    answer_value(|state| write(state, stream, Stream::Stdout))
}

#[unsafe(export_name = "wasi:cli/stderr@0.3#write-via-stream")]
extern "C" fn write_to_stderr(stream: u32) -> u32 {
    answer_value(|state| write(state, stream, Stream::Stderr))
}

fn write(state: &mut State, stream: u32, which: Stream) -> Result<u32, Stop> {
    let State { volume, session, pump, .. } = state;
    let sink = match standard::new_output(session, volume, which)? {
        Output::File { file, position, .. } => Sink::File { file, position },
        Output::Failing(StreamFailure::File(error)) => Sink::Failing(error),
        Output::Failing(_) => Sink::Failing(Error::NotPermitted),
        Output::Null | Output::Closed | Output::Host(_) => Sink::Null,
    };
    let (future, done) = Done::of_cli();
    pump.write(&mut World { volume, standard: &mut session.standard }, Writer::new(stream, done, sink));
    Ok(future)
}
