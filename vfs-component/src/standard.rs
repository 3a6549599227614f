//! Standard streams that are not the host's, opened when the app first asks for them.

use vfs_core::settings::Stdio;
use vfs_core::{DescriptorFlags, OpenFile, OpenFlags};

use crate::handle::{Input, Output, Position, StreamFailure};
use crate::layer::{Stop, ended};
use crate::state::{Session, Volume};

/// The files that the session has open for them.
pub struct Standard {
    /// The input behind [`Input::Standard`]; that itself until the app asks for stdin.
    pub input: Input,
    /// The files of stdout and stderr, with their paths: they may be one file.
    outputs: [Option<(&'static str, OpenFile)>; 2],
}

/// An output stream.
#[derive(Clone, Copy)]
pub enum Stream {
    Stdout,
    Stderr,
}

impl Default for Standard {
    fn default() -> Self {
        Self { input: Input::Standard, outputs: [None, None] }
    }
}

/// Opens stdin, if its file is inside of a mount: once the app asks for it, it is too late to wait.
#[cfg(feature = "mounts3")]
pub fn open_input_inside(session: &mut Session, volume: &mut Volume) -> Result<(), Stop> {
    if is_inside(session.settings.stdin) { open_input(session, volume) } else { Ok(()) }
}

/// The same for the file of an output.
#[cfg(feature = "mounts3")]
pub fn open_output_inside(session: &mut Session, volume: &mut Volume, stream: Stream) -> Result<(), Stop> {
    let setting = match stream {
        Stream::Stdout => session.settings.stdout,
        Stream::Stderr => session.settings.stderr,
    };
    if is_inside(setting)
        && let Output::File { file, .. } = new_output(session, volume, stream)?
    {
        volume.close(file);
    }
    Ok(())
}

#[cfg(feature = "mounts3")]
fn is_inside(setting: Stdio<&str>) -> bool {
    match setting {
        Stdio::File(path) | Stdio::Append(path) => crate::embed::extras().mounts.any(|mount| mount.is_around(path)),
        Stdio::Host | Stdio::Null | Stdio::Denied(_) => false,
    }
}

/// Opens stdin, once for the session. If that fails, reads return the error.
pub fn open_input(session: &mut Session, volume: &mut Volume) -> Result<(), Stop> {
    if let Input::Standard = session.standard.input {
        session.standard.input = match session.settings.stdin {
            Stdio::Host | Stdio::Null => Input::Null,
            Stdio::Denied(message) => Input::Failing(StreamFailure::Denied(message)),
            Stdio::File(path) | Stdio::Append(path) => {
                match session.open_file(volume, path, OpenFlags::NONE, DescriptorFlags::READ) {
                    Ok(file) => Input::File { file, offset: 0, closed: false },
                    Err(stop) => Input::Failing(StreamFailure::File(ended(stop)?)),
                }
            }
        };
    }
    Ok(())
}

/// Makes a new stream. All streams to one file write at its end, so they have one position. If opening fails, writes
/// return the error.
pub fn new_output(session: &mut Session, volume: &mut Volume, stream: Stream) -> Result<Output, Stop> {
    let setting = match stream {
        Stream::Stdout => session.settings.stdout,
        Stream::Stderr => session.settings.stderr,
    };
    let (path, emptied) = match setting {
        Stdio::Host | Stdio::Null => return Ok(Output::Null),
        Stdio::Denied(message) => return Ok(Output::Failing(StreamFailure::Denied(message))),
        Stdio::File(path) => (path, OpenFlags::TRUNCATE),
        Stdio::Append(path) => (path, OpenFlags::NONE),
    };
    Ok(match open_output(session, volume, path, emptied, stream) {
        Ok(file) => Output::File { file, position: Position::End, permit: None, closed: false },
        Err(stop) => Output::Failing(StreamFailure::File(ended(stop)?)),
    })
}

/// Opens the file, making or emptying it, once for the session.
fn open_output(
    session: &mut Session,
    volume: &mut Volume,
    path: &'static str,
    emptied: OpenFlags,
    stream: Stream,
) -> Result<OpenFile, Stop> {
    if let Some((_, file)) = session.standard.outputs.iter().flatten().find(|(known, _)| *known == path) {
        return volume.reopen(file);
    }
    let file = session.open_file(volume, path, OpenFlags::CREATE | emptied, DescriptorFlags::WRITE)?;
    let opened = volume.reopen(&file);
    let [stdout, stderr] = &mut session.standard.outputs;
    let place = match stream {
        Stream::Stdout => stdout,
        Stream::Stderr => stderr,
    };
    *place = Some((path, file));
    opened
}
