//! Standard streams that are not the host's, from when they are first asked for.

use vfs_core::settings::Stdio;
use vfs_core::{DescriptorFlags, Error, FollowFinalLink, Fs, OpenFile, OpenFlags};

use crate::handle::{Input, Output, Position, StreamFailure};
use crate::host::wall_clock::HostClock;

/// What the process has open.
pub struct Standard {
    /// What [`Input::Standard`] stands for; that itself as long as nobody has asked.
    pub input: Input,
    /// The files of stdout and stderr, with their paths: they may be one file.
    outputs: [Option<(&'static str, OpenFile)>; 2],
}

/// One of the streams that are written to.
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

impl Standard {
    /// Opens stdin, once for the process.
    pub fn open_input(&mut self, fs: &mut Fs<'static, HostClock>, setting: Stdio<&'static str>) {
        if let Input::Standard = self.input {
            self.input = match setting {
                Stdio::Host | Stdio::Null => Input::Null,
                Stdio::Denied(message) => Input::Failing(StreamFailure::Denied(message)),
                Stdio::File(path) | Stdio::Append(path) => {
                    match open(fs, path, OpenFlags::NONE, DescriptorFlags::READ) {
                        Ok(file) => Input::File { file, offset: 0, closed: false },
                        Err(error) => Input::Failing(StreamFailure::File(error)),
                    }
                }
            };
        }
    }

    /// A new stream. All streams to one file write at its end, so they have one position.
    pub fn output(&mut self, fs: &mut Fs<'static, HostClock>, setting: Stdio<&'static str>, stream: Stream) -> Output {
        let (path, emptied) = match setting {
            Stdio::Host | Stdio::Null => return Output::Null,
            Stdio::Denied(message) => return Output::Failing(StreamFailure::Denied(message)),
            Stdio::File(path) => (path, OpenFlags::TRUNCATE),
            Stdio::Append(path) => (path, OpenFlags::NONE),
        };
        match self.open_output(fs, path, emptied, stream) {
            Ok(file) => Output::File { file, position: Position::End, permit: None, closed: false },
            Err(error) => Output::Failing(StreamFailure::File(error)),
        }
    }

    /// The file is opened, and made or emptied, once for the process.
    fn open_output(
        &mut self,
        fs: &mut Fs<'static, HostClock>,
        path: &'static str,
        emptied: OpenFlags,
        stream: Stream,
    ) -> Result<OpenFile, Error> {
        if let Some((_, file)) = self.outputs.iter().flatten().find(|(known, _)| *known == path) {
            return fs.reopen(file);
        }
        let file = open(fs, path, OpenFlags::CREATE | emptied, DescriptorFlags::WRITE)?;
        let opened = fs.reopen(&file);
        let [stdout, stderr] = &mut self.outputs;
        let place = match stream {
            Stream::Stdout => stdout,
            Stream::Stderr => stderr,
        };
        *place = Some((path, file));
        opened
    }
}

fn open(
    fs: &mut Fs<'static, HostClock>,
    path: &str,
    open_flags: OpenFlags,
    flags: DescriptorFlags,
) -> Result<OpenFile, Error> {
    let root = fs.open_root()?;
    let file = fs.open_at(&root, path.trim_start_matches('/'), FollowFinalLink::Yes, open_flags, flags);
    fs.close(root);
    file
}
