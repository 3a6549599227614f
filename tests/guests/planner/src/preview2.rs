//! WASI's filesystem as a side of the comparison: every operation by its own function.

use vfs_plan::{Answer, At, Facts, Kind, NewTime, Op, SLOTS, STREAMS, Side, Tree, pattern, read_in_pieces, summary};
use wasip2::clocks::wall_clock::Datetime;
use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntryStream, ErrorCode, NewTimestamp,
    OpenFlags, PathFlags, filesystem_error_code,
};
use wasip2::io::streams::StreamError;

/// Most bytes that one `blocking-write-and-flush` takes.
const MOST: usize = 4096;

/// The tree of the one preopened directory, and what is open of it.
pub struct Wasi {
    root: Descriptor,
    files: [Option<Descriptor>; SLOTS],
    streams: [Option<DirectoryEntryStream>; STREAMS],
}

impl Wasi {
    pub fn new() -> Self {
        let root = get_directories().remove(0).0;
        Self { root, files: [const { None }; SLOTS], streams: [const { None }; STREAMS] }
    }

    fn base(&self, at: At) -> &Descriptor {
        at.and_then(|slot| self.files[slot].as_ref()).unwrap_or(&self.root)
    }

    fn on_slot(&mut self, slot: usize, op: &Op) -> Result<String, ErrorCode> {
        let Some(file) = &self.files[slot] else { return Ok(String::new()) };
        match op {
            Op::Read { offset, length, .. } => return read(file, *offset, *length).map(|bytes| summary(&bytes)),
            Op::Write { offset, length, byte, .. } => write(file, *offset, &pattern(*byte, *length))?,
            Op::Append { length, byte, .. } => append(file, &pattern(*byte, *length))?,
            Op::SetSize { size, .. } => file.set_size(*size)?,
            Op::SetTimes { accessed, modified, .. } => file.set_times(time(*accessed), time(*modified))?,
            Op::Stat { .. } => return file.stat().map(|stat| facts(&stat).to_string()),
            Op::Flags { .. } => return flags(file),
            Op::Same { other, .. } => {
                return Ok(self.files[*other]
                    .as_ref()
                    .map_or(String::new(), |other| file.is_same_object(other).to_string()));
            }
            Op::Sync { .. } => {
                file.sync()?;
                file.sync_data()?;
            }
            Op::List { .. } => {
                let mut names = list(file)?;
                names.sort_unstable();
                return Ok(names.join(" "));
            }
            Op::ReadDir { stream, .. } => self.streams[*stream] = Some(file.read_directory()?),
            _ => {}
        }
        Ok(String::new())
    }

    fn on_path(&mut self, op: &Op) -> Result<String, ErrorCode> {
        match op {
            Op::Open { slot, at, path, follow, open, flags } => {
                let (open, flags) = (OpenFlags::from_bits_retain(*open), DescriptorFlags::from_bits_retain(*flags));
                self.files[*slot] = Some(self.base(*at).open_at(links(*follow), path, open, flags)?);
            }
            Op::StatAt { at, path, follow } => {
                return self.base(*at).stat_at(links(*follow), path).map(|stat| facts(&stat).to_string());
            }
            Op::SetTimesAt { at, path, follow, accessed, modified } => {
                self.base(*at).set_times_at(links(*follow), path, time(*accessed), time(*modified))?;
            }
            Op::CreateDir { at, path } => self.base(*at).create_directory_at(path)?,
            Op::RemoveDir { at, path } => self.base(*at).remove_directory_at(path)?,
            Op::Unlink { at, path } => self.base(*at).unlink_file_at(path)?,
            Op::Symlink { at, target, path } => self.base(*at).symlink_at(target, path)?,
            Op::ReadLink { at, path } => return self.base(*at).readlink_at(path),
            Op::Link { from, from_path, follow, to, to_path } => {
                self.base(*from).link_at(links(*follow), from_path, self.base(*to), to_path)?;
            }
            Op::Rename { from, from_path, to, to_path } => {
                self.base(*from).rename_at(from_path, self.base(*to), to_path)?;
            }
            _ => {}
        }
        Ok(String::new())
    }

    fn open(&self, path: &str, open: OpenFlags) -> Descriptor {
        self.root.open_at(PathFlags::empty(), path, open, DescriptorFlags::READ).expect("it is there")
    }
}

impl Side for Wasi {
    fn run(&mut self, op: &Op) -> Answer {
        let result = match op {
            Op::Close { slot } => {
                self.files[*slot] = None;
                Ok(String::new())
            }
            Op::Next { stream, count } => match &self.streams[*stream] {
                None => Ok(()),
                Some(stream) => (0..*count).try_for_each(|_| stream.read_directory_entry().map(drop)),
            }
            .map(|()| String::new()),
            _ => match op.file() {
                Some(slot) => self.on_slot(slot, op),
                None => self.on_path(op),
            },
        };
        result.map_err(|error| error.name().to_owned())
    }

    fn open_contents(&mut self, slot: usize) -> Option<String> {
        let file = self.files[slot].as_ref()?;
        let stat = facts(&file.stat().expect("it is open"));
        let is_readable = file.get_flags().expect("it is open").contains(DescriptorFlags::READ);
        (stat.kind == Kind::File && is_readable).then(|| contents(file, stat.size))
    }
}

impl Tree for Wasi {
    fn names(&mut self, directory: &str) -> Vec<String> {
        list(&self.open(directory, OpenFlags::DIRECTORY)).expect("a directory")
    }

    fn look(&mut self, path: &str) -> (Facts, (u64, u64)) {
        let stat = self.root.stat_at(PathFlags::empty(), path).expect("it is there");
        let hash = self.root.metadata_hash_at(PathFlags::empty(), path).expect("it is there");
        (facts(&stat), (hash.lower, hash.upper))
    }

    fn target(&mut self, path: &str) -> String {
        self.root.readlink_at(path).expect("it is a link")
    }

    fn contents(&mut self, path: &str, size: u64) -> String {
        contents(&self.open(path, OpenFlags::empty()), size)
    }
}

fn read(file: &Descriptor, offset: u64, length: usize) -> Result<Vec<u8>, ErrorCode> {
    let mut all = Vec::new();
    loop {
        let (bytes, end) = file.read((length - all.len()) as u64, offset + all.len() as u64)?;
        all.extend_from_slice(&bytes);
        if end || all.len() == length {
            return Ok(all);
        }
    }
}

fn write(file: &Descriptor, offset: u64, bytes: &[u8]) -> Result<(), ErrorCode> {
    let mut done = 0;
    loop {
        done += file.write(&bytes[done..], offset + done as u64)? as usize;
        if done == bytes.len() {
            return Ok(());
        }
    }
}

fn append(file: &Descriptor, bytes: &[u8]) -> Result<(), ErrorCode> {
    let stream = file.append_via_stream()?;
    for part in bytes.chunks(MOST) {
        stream.blocking_write_and_flush(part).map_err(|error| match error {
            StreamError::LastOperationFailed(error) => filesystem_error_code(&error).expect("a filesystem's error"),
            StreamError::Closed => panic!("the stream of a file is closed"),
        })?;
    }
    Ok(())
}

fn list(directory: &Descriptor) -> Result<Vec<String>, ErrorCode> {
    let stream = directory.read_directory()?;
    let mut names = Vec::new();
    while let Some(entry) = stream.read_directory_entry()? {
        names.push(entry.name);
    }
    Ok(names)
}

fn contents(file: &Descriptor, size: u64) -> String {
    read_in_pieces(size, |offset, length| read(file, offset, length).expect("it is open for reading"))
}

fn flags(file: &Descriptor) -> Result<String, ErrorCode> {
    if file.get_type()? == DescriptorType::Directory {
        return Ok("directory".to_owned());
    }
    let flags = file.get_flags()?;
    let has = |flag, letter| if flags.contains(flag) { letter } else { "" };
    Ok(format!("{}{}", has(DescriptorFlags::READ, "r"), has(DescriptorFlags::WRITE, "w")))
}

fn links(follow: bool) -> PathFlags {
    if follow { PathFlags::SYMLINK_FOLLOW } else { PathFlags::empty() }
}

fn time(new: NewTime) -> NewTimestamp {
    match new {
        NewTime::Keep => NewTimestamp::NoChange,
        NewTime::Now => NewTimestamp::Now,
        NewTime::At(seconds) => NewTimestamp::Timestamp(Datetime { seconds, nanoseconds: 0 }),
    }
}

fn facts(stat: &DescriptorStat) -> Facts {
    let kind = match stat.type_ {
        DescriptorType::Directory => Kind::Directory,
        DescriptorType::SymbolicLink => Kind::Link,
        _ => Kind::File,
    };
    let seconds = |time: Option<Datetime>| time.expect("the vfs knows all times").seconds;
    let (accessed, modified) = (seconds(stat.data_access_timestamp), seconds(stat.data_modification_timestamp));
    Facts { kind, links: stat.link_count, size: stat.size, accessed, modified }
}
