//! A host whose `wasi:filesystem` fails or lies about what it has, over a real directory.
//!
//! It lies about descriptors and streams of paths that have `lie` in them, and about nothing else.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use bytes::Bytes;
use nix::errno::Errno;
use vfs_plan::Random;
use vfs_tests::host::{Invocation, Output, TRAP};
use vfs_tests::wasmtime_host::{self, engine};
use wasmtime::Store;
use wasmtime::component::{Component, HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::filesystem::WasiFilesystemCtxView;
use wasmtime_wasi::p2::bindings::filesystem::types::ErrorCode;
use wasmtime_wasi::p2::bindings::sync::CommandPre;
use wasmtime_wasi::p2::bindings::sync::filesystem::types::{
    self, Advice, Descriptor, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, DirectoryEntryStream,
    HostDescriptor, HostDirectoryEntryStream, MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::bindings::sync::io::streams;
use wasmtime_wasi::p2::pipe::MemoryInputPipe;
use wasmtime_wasi::p2::{DynOutputStream, FsError, FsResult, OutputStream, Pollable, StreamError, StreamResult};
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxView, WasiView, async_trait};

use crate::host::Given;

/// What the host says or does otherwise than its directory is.
#[derive(Clone, Debug)]
pub enum Lie {
    /// In place of an entry, a listing fails. After so many times the entry comes.
    ListingFails { at: usize, times: usize },
    /// The entry of a listing that has this number has this name.
    Named(usize, String),
    /// Reads that reach this offset fail.
    ReadFails { from: u64 },
    /// A read gives so many bytes for each that is asked for, in percent.
    ReadGives { percent: usize },
    /// Nothing can be written from an offset on.
    WriteFails { from: u64 },
    /// A write says that it took so many bytes for each, in percent, and takes none.
    WriteTakes { percent: u64 },
    /// A stream for appending takes so many bytes of each stream, and fails.
    AppendFails { after: usize },
    /// All is of this kind.
    Kind(DescriptorType),
    /// All has this size.
    Size(u64),
    /// All has so many links.
    Links(u64),
    /// All is one object.
    OneObject,
    /// Asked for a path with `now-gone`, the directory `lies` goes; with `now-all-gone`, the whole directory.
    Goes,
    /// Anything, about everything, once the program has begun: numbers of this seed say what.
    Random(u64),
}

/// A command that was compiled, with its imports.
pub struct Liar(CommandPre<State>);

impl Liar {
    /// Compiles a command.
    ///
    /// # Errors
    /// It is not valid, or is none.
    pub fn new(app: &[u8]) -> Result<Self> {
        let prepare = || {
            let mut linker = Linker::new(engine());
            wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
            linker.allow_shadowing(true);
            types::add_to_linker::<State, Lying>(&mut linker, |State { wasi, table, lies }| {
                let wasi: &mut WasiCtx = wasi;
                View { host: WasiFilesystemCtxView { ctx: wasi.filesystem(), table }, lies }
            })?;
            CommandPre::new(linker.instantiate_pre(&Component::new(engine(), app)?)?)
        };
        Ok(Self(prepare().map_err(told)?))
    }

    /// Runs it to its end. `root` is the directory that goes.
    ///
    /// # Errors
    /// A directory cannot be opened.
    pub fn run(&self, invocation: &Invocation, given: &[Given], root: &Path, lie: &Lie) -> Result<Output> {
        let (stdout, stderr) = wasmtime_host::pipes();
        let mut wasi = WasiCtx::builder();
        wasi.arg("app.wasm").args(&invocation.args).stdin(MemoryInputPipe::new(invocation.stdin.clone()));
        wasi.stdout(stdout.clone()).stderr(stderr.clone());
        for (name, value) in &invocation.env {
            wasi.env(name, value);
        }
        for Given { name, path } in given {
            wasi.preopened_dir(path, name, FsPerms::ReadWrite).map_err(told)?;
        }
        let lies = Lies::new(lie.clone(), root);
        let mut store = Store::new(engine(), State { wasi: wasi.build(), table: ResourceTable::new(), lies });
        let ended = self.0.instantiate(&mut store).and_then(|app| app.wasi_cli_run().call_run(&mut store));
        let (exit, trap) = match ended {
            Ok(Ok(())) => (0, String::new()),
            Ok(Err(())) => (1, String::new()),
            Err(error) => match error.downcast_ref::<I32Exit>() {
                Some(I32Exit(code)) => (*code, String::new()),
                None => (TRAP, format!("{error:?}\n")),
            },
        };
        let [stdout, stderr] = [stdout, stderr].map(|pipe| String::from_utf8_lossy(&pipe.contents()).into_owned());
        Ok(Output { exit, stdout, stderr: stderr + &trap })
    }
}

fn told(error: wasmtime::Error) -> anyhow::Error {
    anyhow!("{error:?}")
}

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    lies: Lies,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// The type of the view.
struct Lying;

impl HasData for Lying {
    type Data<'a> = View<'a>;
}

/// The host's filesystem, and what it lies about it.
struct View<'a> {
    host: WasiFilesystemCtxView<'a>,
    lies: &'a mut Lies,
}

struct Lies {
    lie: Lie,
    root: PathBuf,
    random: Random,
    /// Whether the program has begun: what the vfs asks before is answered.
    has_begun: bool,
    /// Descriptors and streams of which it lies.
    lying: HashSet<u32>,
    /// Number of entries that streams have given, and how often they have failed.
    listed: HashMap<u32, (usize, usize)>,
}

impl Lies {
    fn new(lie: Lie, root: &Path) -> Self {
        let random = Random::new(if let Lie::Random(seed) = lie { seed } else { 0 });
        let root = root.to_owned();
        Self { lie, root, random, has_begun: false, lying: HashSet::new(), listed: HashMap::new() }
    }

    /// Whether it lies about what a path leads to.
    fn concerns(&mut self, at: u32, path: &str) -> bool {
        // The start asks for the roots, and for a name with a dot.
        self.has_begun |= !path.starts_with('.');
        if matches!(self.lie, Lie::Goes) {
            if path.contains("now-gone") {
                let _ = fs::remove_dir_all(self.root.join("lies"));
            } else if path.contains("now-all-gone") {
                let _ = fs::remove_dir_all(&self.root);
            }
        }
        self.lying.contains(&at) || path.contains("lie") || self.is_random()
    }

    fn is_random(&self) -> bool {
        self.has_begun && matches!(self.lie, Lie::Random(_))
    }

    /// Fails now and then, if anything may come.
    fn may_fail(&mut self) -> FsResult<()> {
        if !self.is_random() || !self.random.once_in(8) {
            return Ok(());
        }
        Err(self.random.one_of(&ERRORS).into())
    }

    fn kind(&mut self, kind: DescriptorType) -> DescriptorType {
        match self.lie {
            Lie::Kind(kind) => kind,
            Lie::Random(_) if self.random.once_in(8) => self.random.one_of(&KINDS),
            _ => kind,
        }
    }

    fn stat(&mut self, mut stat: DescriptorStat) -> DescriptorStat {
        stat.type_ = self.kind(stat.type_);
        match self.lie {
            Lie::Size(size) => stat.size = size,
            Lie::Links(links) => stat.link_count = links,
            Lie::Random(_) => {
                if self.random.once_in(8) {
                    stat.size = self.number();
                }
                if self.random.once_in(8) {
                    stat.link_count = self.number();
                }
                if self.random.once_in(8) {
                    stat.data_modification_timestamp = None;
                }
            }
            _ => {}
        }
        stat
    }

    /// Any number, most often one where something ends.
    fn number(&mut self) -> u64 {
        let any = self.random.any();
        self.random.one_of(&[0, 1, 2, 65_535, 65_536, u64::from(u32::MAX), 1 << 40, i64::MAX as u64, u64::MAX, any])
    }

    fn hash(&mut self, hash: MetadataHashValue) -> MetadataHashValue {
        match self.lie {
            Lie::OneObject => MetadataHashValue { lower: 1, upper: 1 },
            Lie::Random(_) if self.random.once_in(4) => {
                MetadataHashValue { lower: self.random.below(3) as u64, upper: 0 }
            }
            _ => hash,
        }
    }

    /// How much of something is given or said, in percent.
    fn percent(&mut self, percent: Option<u64>) -> u64 {
        match self.lie {
            Lie::Random(_) if self.random.once_in(4) => self.random.one_of(&[0, 50, 200]),
            _ => percent.unwrap_or(100),
        }
    }

    /// What a listing gives in place of an entry.
    fn entry(&mut self, stream: u32) -> FsResult<Option<String>> {
        let (given, failed) = self.listed.entry(stream).or_default();
        match &self.lie {
            Lie::ListingFails { at, times } if at == given && *failed < *times => {
                *failed += 1;
                return Err(ErrorCode::Io.into());
            }
            Lie::Named(at, name) if at == given => {
                *given += 1;
                return Ok(Some(name.clone()));
            }
            _ => *given += 1,
        }
        if self.is_random() && self.random.once_in(8) {
            return Ok(Some(self.random.one_of(&NAMES).to_owned()));
        }
        Ok(None)
    }
}

/// Names that no directory has, and some that others have, too.
pub const NAMES: [&str; 8] = ["", ".", "..", "a/b", "/", "nul\0", "a", "b"];

const KINDS: [DescriptorType; 8] = [
    DescriptorType::Unknown,
    DescriptorType::BlockDevice,
    DescriptorType::CharacterDevice,
    DescriptorType::Directory,
    DescriptorType::Fifo,
    DescriptorType::SymbolicLink,
    DescriptorType::RegularFile,
    DescriptorType::Socket,
];

/// Among them those by which a vfs tells whether it goes on itself.
const ERRORS: [ErrorCode; 12] = [
    ErrorCode::Access,
    ErrorCode::BadDescriptor,
    ErrorCode::Exist,
    ErrorCode::Io,
    ErrorCode::IsDirectory,
    ErrorCode::Loop,
    ErrorCode::NoEntry,
    ErrorCode::InsufficientSpace,
    ErrorCode::NotDirectory,
    ErrorCode::NotPermitted,
    ErrorCode::CrossDevice,
    ErrorCode::WouldBlock,
];

impl types::Host for View<'_> {
    fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<types::ErrorCode> {
        types::Host::convert_error_code(&mut self.host, error)
    }

    fn filesystem_error_code(&mut self, error: Resource<streams::Error>) -> wasmtime::Result<Option<types::ErrorCode>> {
        types::Host::filesystem_error_code(&mut self.host, error)
    }
}

/// Functions that do what they say, or fail.
macro_rules! plain {
    ($($name:ident($($argument:ident: $ty:ty),*) -> $result:ty;)*) => {
        $(fn $name(&mut self, $($argument: $ty),*) -> FsResult<$result> {
            self.lies.may_fail()?;
            HostDescriptor::$name(&mut self.host, $($argument),*)
        })*
    };
}

type At = Resource<Descriptor>;

impl HostDescriptor for View<'_> {
    plain! {
        advise(file: At, offset: u64, length: u64, advice: Advice) -> ();
        sync_data(file: At) -> ();
        sync(file: At) -> ();
        get_flags(file: At) -> DescriptorFlags;
        set_size(file: At, size: u64) -> ();
        set_times(file: At, accessed: NewTimestamp, modified: NewTimestamp) -> ();
        create_directory_at(at: At, path: String) -> ();
        set_times_at(at: At, follow: PathFlags, path: String, accessed: NewTimestamp, modified: NewTimestamp) -> ();
        link_at(at: At, follow: PathFlags, old: String, to: At, new: String) -> ();
        readlink_at(at: At, path: String) -> String;
        remove_directory_at(at: At, path: String) -> ();
        rename_at(at: At, old: String, to: At, new: String) -> ();
        symlink_at(at: At, target: String, path: String) -> ();
        unlink_file_at(at: At, path: String) -> ();
        read_via_stream(file: At, offset: u64) -> Resource<streams::InputStream>;
        write_via_stream(file: At, offset: u64) -> Resource<streams::OutputStream>;
    }

    fn get_type(&mut self, file: At) -> FsResult<DescriptorType> {
        self.lies.may_fail()?;
        let lies = self.lies.concerns(file.rep(), ".");
        let kind = HostDescriptor::get_type(&mut self.host, file)?;
        Ok(if lies { self.lies.kind(kind) } else { kind })
    }

    fn stat(&mut self, file: At) -> FsResult<DescriptorStat> {
        self.lies.may_fail()?;
        let lies = self.lies.concerns(file.rep(), ".");
        let stat = HostDescriptor::stat(&mut self.host, file)?;
        Ok(if lies { self.lies.stat(stat) } else { stat })
    }

    fn stat_at(&mut self, at: At, follow: PathFlags, path: String) -> FsResult<DescriptorStat> {
        self.lies.may_fail()?;
        let lies = self.lies.concerns(at.rep(), &path);
        let stat = HostDescriptor::stat_at(&mut self.host, at, follow, path)?;
        Ok(if lies { self.lies.stat(stat) } else { stat })
    }

    fn metadata_hash(&mut self, file: At) -> FsResult<MetadataHashValue> {
        self.lies.may_fail()?;
        let lies = self.lies.concerns(file.rep(), ".");
        let hash = HostDescriptor::metadata_hash(&mut self.host, file)?;
        Ok(if lies { self.lies.hash(hash) } else { hash })
    }

    fn metadata_hash_at(&mut self, at: At, follow: PathFlags, path: String) -> FsResult<MetadataHashValue> {
        self.lies.may_fail()?;
        let lies = self.lies.concerns(at.rep(), &path);
        let hash = HostDescriptor::metadata_hash_at(&mut self.host, at, follow, path)?;
        Ok(if lies { self.lies.hash(hash) } else { hash })
    }

    fn is_same_object(&mut self, one: At, other: At) -> wasmtime::Result<bool> {
        HostDescriptor::is_same_object(&mut self.host, one, other)
    }

    fn open_at(
        &mut self,
        at: At,
        follow: PathFlags,
        path: String,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> FsResult<At> {
        self.lies.may_fail()?;
        let lies = self.lies.concerns(at.rep(), &path);
        let opened = HostDescriptor::open_at(&mut self.host, at, follow, path, open, flags)?;
        if lies {
            self.lies.lying.insert(opened.rep());
        }
        Ok(opened)
    }

    fn drop(&mut self, file: At) -> wasmtime::Result<()> {
        self.lies.lying.remove(&file.rep());
        HostDescriptor::drop(&mut self.host, file)
    }

    fn read(&mut self, file: At, length: u64, offset: u64) -> FsResult<(Vec<u8>, bool)> {
        self.lies.may_fail()?;
        if !self.lies.concerns(file.rep(), ".") {
            return HostDescriptor::read(&mut self.host, file, length, offset);
        }
        if let Lie::ReadFails { from } = self.lies.lie
            && offset.saturating_add(length) > from
        {
            return Err(ErrorCode::Io.into());
        }
        let (mut bytes, is_end) = HostDescriptor::read(&mut self.host, file, length, offset)?;
        let percent = if let Lie::ReadGives { percent } = self.lies.lie { Some(percent as u64) } else { None };
        let percent = self.lies.percent(percent) as usize;
        let given = if percent == 50 { bytes.len().div_ceil(2) } else { bytes.len() * percent / 100 };
        bytes.resize(given, b'?');
        Ok((bytes, is_end && percent == 100))
    }

    fn write(&mut self, file: At, mut bytes: Vec<u8>, offset: u64) -> FsResult<u64> {
        self.lies.may_fail()?;
        if !self.lies.concerns(file.rep(), ".") {
            return HostDescriptor::write(&mut self.host, file, bytes, offset);
        }
        if let Lie::WriteFails { from } = self.lies.lie {
            let room = usize::try_from(from.saturating_sub(offset)).unwrap_or(usize::MAX);
            if room == 0 {
                return Err(ErrorCode::InsufficientSpace.into());
            }
            bytes.truncate(room);
        }
        let percent = if let Lie::WriteTakes { percent } = self.lies.lie { Some(percent) } else { None };
        let length = bytes.len() as u64;
        match self.lies.percent(percent) {
            100 => HostDescriptor::write(&mut self.host, file, bytes, offset),
            percent => Ok(length * percent / 100),
        }
    }

    fn append_via_stream(&mut self, file: At) -> FsResult<Resource<streams::OutputStream>> {
        self.lies.may_fail()?;
        let lies = self.lies.concerns(file.rep(), ".");
        let stream = HostDescriptor::append_via_stream(&mut self.host, file)?;
        let left = match self.lies.lie {
            Lie::AppendFails { after } if lies => after,
            Lie::Random(_) if lies && self.lies.random.once_in(4) => self.lies.random.one_of(&[0, 100]),
            _ => return Ok(stream),
        };
        let stream = self.host.table.delete(stream)?;
        let stream: DynOutputStream = Box::new(FailingStream { stream, left });
        Ok(self.host.table.push(stream)?)
    }

    fn read_directory(&mut self, directory: At) -> FsResult<Resource<DirectoryEntryStream>> {
        self.lies.may_fail()?;
        let lies = self.lies.concerns(directory.rep(), ".");
        let stream = HostDescriptor::read_directory(&mut self.host, directory)?;
        if lies {
            self.lies.lying.insert(stream.rep());
        }
        Ok(stream)
    }
}

impl HostDirectoryEntryStream for View<'_> {
    fn read_directory_entry(&mut self, stream: Resource<DirectoryEntryStream>) -> FsResult<Option<DirectoryEntry>> {
        self.lies.may_fail()?;
        if !self.lies.concerns(stream.rep(), ".") {
            return HostDirectoryEntryStream::read_directory_entry(&mut self.host, stream);
        }
        if let Some(name) = self.lies.entry(stream.rep())? {
            let type_ = self.lies.kind(DescriptorType::RegularFile);
            return Ok(Some(DirectoryEntry { type_, name }));
        }
        let entry = HostDirectoryEntryStream::read_directory_entry(&mut self.host, stream)?;
        Ok(entry.map(|entry| DirectoryEntry { type_: self.lies.kind(entry.type_), ..entry }))
    }

    fn drop(&mut self, stream: Resource<DirectoryEntryStream>) -> wasmtime::Result<()> {
        self.lies.lying.remove(&stream.rep());
        self.lies.listed.remove(&stream.rep());
        HostDirectoryEntryStream::drop(&mut self.host, stream)
    }
}

/// A stream that takes some bytes, and then fails.
struct FailingStream {
    stream: DynOutputStream,
    left: usize,
}

fn full() -> StreamError {
    StreamError::LastOperationFailed(io::Error::from(Errno::ENOSPC).into())
}

impl OutputStream for FailingStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let taken = self.left.min(bytes.len());
        self.left -= taken;
        self.stream.write(bytes.slice(..taken))?;
        if taken < bytes.len() { Err(full()) } else { Ok(()) }
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.stream.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        if self.left == 0 { Err(full()) } else { self.stream.check_write() }
    }
}

#[async_trait]
impl Pollable for FailingStream {
    async fn ready(&mut self) {
        self.stream.ready().await;
    }
}
