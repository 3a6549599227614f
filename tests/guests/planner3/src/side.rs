//! The filesystem of WASI 0.3 as a side of the comparison: every operation by its own function, what is read, written and listed by
//! streams. Each is waited for before the next.

use vfs_plan::{Answer, At, Facts, Kind, NewTime, Op, SLOTS, STREAMS, Side, Tree, pattern, read_in_pieces, summary};
use wasip3::clocks::system_clock::Instant;
use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, ErrorCode, NewTimestamp, OpenFlags,
    PathFlags,
};
use wasip3::wit_bindgen::{FutureReader, StreamReader, StreamResult, block_on};
use wasip3::wit_stream;

/// What comes of a stream.
type Ending = FutureReader<Result<(), ErrorCode>>;

/// A listing, which is read one entry at a time.
struct Listing {
    /// `None`: it is at its end, and cannot be read any more.
    entries: Option<StreamReader<DirectoryEntry>>,
    ending: Option<Ending>,
}

/// The tree of the one preopened directory, and what is open of it.
pub struct Wasi {
    root: Descriptor,
    files: [Option<Descriptor>; SLOTS],
    streams: [Option<Listing>; STREAMS],
}

impl Wasi {
    pub fn new() -> Self {
        let root = get_directories().remove(0).0;
        Self { root, files: [const { None }; SLOTS], streams: [const { None }; STREAMS] }
    }

    fn base(&self, at: At) -> &Descriptor {
        at.and_then(|slot| self.files[slot].as_ref()).unwrap_or(&self.root)
    }

    async fn on_slot(&mut self, slot: usize, op: &Op) -> Result<String, ErrorCode> {
        let Some(file) = &self.files[slot] else { return Ok(String::new()) };
        match op {
            Op::Read { offset, length, .. } => return read(file, *offset, *length).await.map(|bytes| summary(&bytes)),
            Op::Write { offset, length, byte, .. } => {
                feed(pattern(*byte, *length), |stream| file.write_via_stream(stream, *offset)).await?;
            }
            Op::Append { length, byte, .. } => {
                feed(pattern(*byte, *length), |stream| file.append_via_stream(stream)).await?;
            }
            Op::SetSize { size, .. } => file.set_size(*size).await?,
            Op::SetTimes { accessed, modified, .. } => file.set_times(time(*accessed), time(*modified)).await?,
            Op::Stat { .. } => return file.stat().await.map(|stat| facts(&stat).to_string()),
            Op::Flags { .. } => return flags(file).await,
            Op::Same { other, .. } => {
                return Ok(match &self.files[*other] {
                    Some(other) => file.is_same_object(other).await.to_string(),
                    None => String::new(),
                });
            }
            Op::Sync { .. } => {
                file.sync().await?;
                file.sync_data().await?;
            }
            Op::List { .. } => {
                let mut names = list(file).await?;
                names.sort_unstable();
                return Ok(names.join(" "));
            }
            Op::ReadDir { stream, .. } => self.streams[*stream] = Some(begin(file).await?),
            _ => {}
        }
        Ok(String::new())
    }

    async fn on_path(&mut self, op: &Op) -> Result<String, ErrorCode> {
        match op {
            Op::Open { slot, at, path, follow, open, flags } => {
                let (open, flags) = (OpenFlags::from_bits_retain(*open), DescriptorFlags::from_bits_retain(*flags));
                let opened = self.base(*at).open_at(links(*follow), path.clone(), open, flags).await?;
                self.files[*slot] = Some(opened);
            }
            Op::StatAt { at, path, follow } => {
                let stat = self.base(*at).stat_at(links(*follow), path.clone()).await?;
                return Ok(facts(&stat).to_string());
            }
            Op::SetTimesAt { at, path, follow, accessed, modified } => {
                let (accessed, modified) = (time(*accessed), time(*modified));
                self.base(*at).set_times_at(links(*follow), path.clone(), accessed, modified).await?;
            }
            Op::CreateDir { at, path } => self.base(*at).create_directory_at(path.clone()).await?,
            Op::RemoveDir { at, path } => self.base(*at).remove_directory_at(path.clone()).await?,
            Op::Unlink { at, path } => self.base(*at).unlink_file_at(path.clone()).await?,
            Op::Symlink { at, target, path } => self.base(*at).symlink_at(target.clone(), path.clone()).await?,
            Op::ReadLink { at, path } => return self.base(*at).readlink_at(path.clone()).await,
            Op::Link { from, from_path, follow, to, to_path } => {
                let (from, to) = (self.base(*from), self.base(*to));
                from.link_at(links(*follow), from_path.clone(), to, to_path.clone()).await?;
            }
            Op::Rename { from, from_path, to, to_path } => {
                let (from, to) = (self.base(*from), self.base(*to));
                from.rename_at(from_path.clone(), to, to_path.clone()).await?;
            }
            _ => {}
        }
        Ok(String::new())
    }

    async fn operation(&mut self, op: &Op) -> Result<String, ErrorCode> {
        match op {
            Op::Close { slot } => self.files[*slot] = None,
            Op::Next { stream, count } => {
                if let Some(listing) = &mut self.streams[*stream] {
                    listing.skip(*count).await?;
                }
            }
            _ => {
                return match op.file() {
                    Some(slot) => self.on_slot(slot, op).await,
                    None => self.on_path(op).await,
                };
            }
        }
        Ok(String::new())
    }

    async fn open(&self, path: &str, open: OpenFlags) -> Descriptor {
        let opened = self.root.open_at(PathFlags::empty(), path.to_owned(), open, DescriptorFlags::READ);
        opened.await.expect("it is there")
    }
}

impl Side for Wasi {
    fn run(&mut self, op: &Op) -> Answer {
        block_on(self.operation(op)).map_err(|error| name(&error))
    }

    fn open_contents(&mut self, slot: usize) -> Option<String> {
        let file = self.files[slot].as_ref()?;
        let stat = facts(&block_on(file.stat()).expect("it is open"));
        let is_readable = block_on(file.get_flags()).expect("it is open").contains(DescriptorFlags::READ);
        (stat.kind == Kind::File && is_readable).then(|| contents(file, stat.size))
    }
}

impl Tree for Wasi {
    fn names(&mut self, directory: &str) -> Vec<String> {
        block_on(async { list(&self.open(directory, OpenFlags::DIRECTORY).await).await }).expect("a directory")
    }

    fn look(&mut self, path: &str) -> (Facts, (u64, u64)) {
        let stat = block_on(self.root.stat_at(PathFlags::empty(), path.to_owned())).expect("it is there");
        let hash = block_on(self.root.metadata_hash_at(PathFlags::empty(), path.to_owned())).expect("it is there");
        (facts(&stat), (hash.lower, hash.upper))
    }

    fn target(&mut self, path: &str) -> String {
        block_on(self.root.readlink_at(path.to_owned())).expect("it is a link")
    }

    fn contents(&mut self, path: &str, size: u64) -> String {
        contents(&block_on(self.open(path, OpenFlags::empty())), size)
    }
}

impl Listing {
    /// Passes over some entries.
    async fn skip(&mut self, count: usize) -> Result<(), ErrorCode> {
        for _ in 0..count {
            let Some(entries) = &mut self.entries else { return Ok(()) };
            if entries.next().await.is_none() {
                self.entries = None;
                return match self.ending.take() {
                    Some(ending) => ending.await,
                    None => Ok(()),
                };
            }
        }
        Ok(())
    }
}

/// Reads a range. A range of no bytes fails where others do: the byte that is read of it is forgotten. That a directory cannot be read,
/// 0.3 says in a word of its own, which is not compared.
async fn read(file: &Descriptor, offset: u64, length: usize) -> Result<Vec<u8>, ErrorCode> {
    let (mut stream, ending) = file.read_via_stream(offset);
    let mut all = Vec::new();
    loop {
        let (result, bytes) = stream.read(Vec::with_capacity((length - all.len()).max(1))).await;
        all.extend(bytes);
        if result == StreamResult::Dropped || all.len() >= length {
            break;
        }
    }
    drop(stream);
    all.truncate(length);
    match ending.await {
        Ok(()) => Ok(all),
        Err(ErrorCode::IsDirectory) => Err(ErrorCode::BadDescriptor),
        Err(error) => Err(error),
    }
}

/// Gives all bytes to a stream that `call` takes.
async fn feed(bytes: Vec<u8>, call: impl FnOnce(StreamReader<u8>) -> Ending) -> Result<(), ErrorCode> {
    let (mut writer, reader) = wit_stream::new();
    let ending = call(reader);
    writer.write_all(bytes).await;
    drop(writer);
    ending.await
}

async fn list(directory: &Descriptor) -> Result<Vec<String>, ErrorCode> {
    let (entries, ending) = directory.read_directory();
    let entries = entries.collect().await;
    ending.await.map(|()| entries.into_iter().map(|entry| entry.name).collect())
}

/// Starts a listing. What is no directory says so at once; a directory says nothing before its end.
async fn begin(directory: &Descriptor) -> Result<Listing, ErrorCode> {
    let (entries, ending) = directory.read_directory();
    if !matches!(directory.get_type().await?, DescriptorType::Directory) {
        ending.await?;
        panic!("a listing of what is no directory");
    }
    Ok(Listing { entries: Some(entries), ending: Some(ending) })
}

fn contents(file: &Descriptor, size: u64) -> String {
    read_in_pieces(size, |offset, length| block_on(read(file, offset, length)).expect("it is open for reading"))
}

async fn flags(file: &Descriptor) -> Result<String, ErrorCode> {
    if matches!(file.get_type().await?, DescriptorType::Directory) {
        return Ok("directory".to_owned());
    }
    let flags = file.get_flags().await?;
    let has = |flag, letter| if flags.contains(flag) { letter } else { "" };
    Ok(format!("{}{}", has(DescriptorFlags::READ, "r"), has(DescriptorFlags::WRITE, "w")))
}

/// WIT's name of an error, which Rust has as `ErrorCode::NoEntry`.
fn name(code: &ErrorCode) -> String {
    let text = format!("{code:?}");
    let mut name = String::new();
    for letter in text.trim_start_matches("ErrorCode::").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

fn links(follow: bool) -> PathFlags {
    if follow { PathFlags::SYMLINK_FOLLOW } else { PathFlags::empty() }
}

fn time(new: NewTime) -> NewTimestamp {
    match new {
        NewTime::Keep => NewTimestamp::NoChange,
        NewTime::Now => NewTimestamp::Now,
        NewTime::At(seconds) => NewTimestamp::Timestamp(Instant { seconds: seconds as i64, nanoseconds: 0 }),
    }
}

fn facts(stat: &DescriptorStat) -> Facts {
    let kind = match stat.type_ {
        DescriptorType::Directory => Kind::Directory,
        DescriptorType::SymbolicLink => Kind::Link,
        _ => Kind::File,
    };
    let seconds = |time: Option<Instant>| time.expect("the vfs knows all times").seconds as u64;
    let (accessed, modified) = (seconds(stat.data_access_timestamp), seconds(stat.data_modification_timestamp));
    Facts { kind, links: stat.link_count, size: stat.size, accessed, modified }
}
