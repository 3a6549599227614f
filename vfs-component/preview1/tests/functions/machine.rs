//! A program's memory, its files, and what else it asks for.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use vfs_core::settings::{Settings, SettingsView};
use vfs_core::{Fs, OpenFile, Session};
use vfs_image::Image;
use vfs_preview1_abi::{Buffer, Call, Clock, Errno, Process, Program, Ready, Stream, Streams};
use vfs_preview1_volume::{Host, Listing, OnVolume, State};

pub use crate::core_support::{Item, TestClock};

/// One page.
pub const PAGE: u32 = 65_536;

/// Where a test puts what it passes, and finds what it gets.
pub const RESULT: u32 = 64;
pub const OTHER: u32 = 128;
pub const VECTOR: u32 = 1024;
pub const PATH: u32 = 0x2000;
pub const OTHER_PATH: u32 = 0x4000;
pub const DATA: u32 = 0x8000;

pub const FD_READ: u64 = 2;
pub const FD_WRITE: u64 = 64;
pub const BOTH: u64 = FD_READ | FD_WRITE;
pub const CREATE: u32 = 1;
pub const DIRECTORY: u32 = 2;
pub const EXCLUSIVE: u32 = 4;
pub const TRUNCATE: u32 = 8;
pub const APPEND: u32 = 1;

/// The preopen.
pub const ROOT: u32 = 3;

/// The memory of a program.
pub struct Memory {
    bytes: RefCell<Vec<u8>>,
    pub copied_in: Cell<usize>,
    pub copied_out: Cell<usize>,
}

impl Program for Memory {
    fn size(&self) -> u64 {
        self.bytes.borrow().len() as u64
    }

    fn copy_in(&self, from: u32, to: &mut [u8]) {
        self.copied_in.set(self.copied_in.get() + to.len());
        to.copy_from_slice(&self.bytes.borrow()[from as usize..][..to.len()]);
    }

    fn copy_out(&self, from: &[u8], to: u32) {
        self.copied_out.set(self.copied_out.get() + from.len());
        self.bytes.borrow_mut()[to as usize..][..from.len()].copy_from_slice(from);
    }
}

impl Memory {
    pub fn put(&self, address: u32, bytes: &[u8]) {
        self.bytes.borrow_mut()[address as usize..][..bytes.len()].copy_from_slice(bytes);
    }

    pub fn get(&self, address: u32, length: u32) -> Vec<u8> {
        self.bytes.borrow()[address as usize..][..length as usize].to_vec()
    }

    pub fn all(&self) -> Vec<u8> {
        self.bytes.borrow().clone()
    }

    pub fn u32(&self, address: u32) -> u32 {
        u32::from_le_bytes(self.get(address, 4).try_into().unwrap())
    }

    pub fn u64(&self, address: u32) -> u64 {
        u64::from_le_bytes(self.get(address, 8).try_into().unwrap())
    }
}

/// The state of a run, and a host that does as it is told.
pub struct World {
    pub volume: Fs<'static, TestClock>,
    pub session: Session<'static, ()>,
    /// What comes in, piece by piece. An empty queue is the end.
    pub stdin: VecDeque<Vec<u8>>,
    /// What went out, by stream.
    pub out: [Vec<u8>; 2],
    /// How many bytes of one write are taken.
    pub out_at_once: usize,
    pub terminals: Vec<Stream>,
    /// What is ready when it is waited for; otherwise the time is over.
    pub ready: Streams,
    /// How long was waited for what.
    pub waits: Vec<(Streams, Option<u64>)>,
    /// The times of both clocks, and how often they were asked for.
    pub times: [u64; 2],
    pub looks: usize,
    pub arguments: Vec<String>,
    pub variables: Vec<(String, String)>,
}

impl State for World {
    type Layer = vfs_core::ImageLayer<'static>;
    type Clock = TestClock;
    type Journal = vfs_core::Untracked;
    type Handle = ();
    type Standard = ();

    fn parts(&mut self) -> (&mut Fs<'static, TestClock>, &Session<'_, ()>) {
        (&mut self.volume, &self.session)
    }
}

impl Host<Memory> for World {
    fn is_terminal(&mut self, stream: Stream) -> bool {
        self.terminals.contains(&stream)
    }

    fn read_stdin(&mut self, program: &Memory, to: Buffer) -> Result<u32, Errno> {
        assert!(to.length() > 0, "the end could not be told from an empty read");
        let Some(mut piece) = self.stdin.pop_front() else { return Ok(0) };
        let rest = piece.split_off(piece.len().min(to.length() as usize));
        if !rest.is_empty() {
            self.stdin.push_front(rest);
        }
        program.copy_out(&piece, to.address());
        Ok(piece.len() as u32)
    }

    fn write_stream(&mut self, stream: Stream, program: &Memory, from: Buffer) -> Result<u32, Errno> {
        let mut bytes = vec![0; (from.length() as usize).min(self.out_at_once)];
        if bytes.is_empty() {
            return Err(Errno::Pipe);
        }
        program.copy_in(from.address(), &mut bytes);
        self.out[if stream == Stream::Stdout { 0 } else { 1 }].extend(&bytes);
        Ok(bytes.len() as u32)
    }

    fn wait(&mut self, streams: Streams, limit: Option<u64>) -> Result<Ready, Errno> {
        self.waits.push((streams, limit));
        let Streams { stdin, stdout, stderr } = self.ready;
        let streams = Streams {
            stdin: stdin && streams.stdin,
            stdout: stdout && streams.stdout,
            stderr: stderr && streams.stderr,
        };
        Ok(Ready { is_over: streams == Streams::default(), streams })
    }

    fn now(&mut self, clock: Clock) -> Result<u64, Errno> {
        self.looks += 1;
        // Time goes on while it is asked for.
        self.times = self.times.map(|time| time + 1);
        Ok(self.times[if clock == Clock::Realtime { 0 } else { 1 }])
    }

    fn resolution(&mut self, clock: Clock) -> Result<u64, Errno> {
        Ok(if clock == Clock::Realtime { 1000 } else { 1 })
    }

    fn random(&mut self, program: &Memory, to: Buffer) -> Result<(), Errno> {
        let bytes: Vec<u8> = (0..to.length()).map(|at| (at % 251 + 1) as u8).collect();
        program.copy_out(&bytes, to.address());
        Ok(())
    }

    fn arguments(&mut self, mut give: impl FnMut(&[u8])) {
        self.arguments.iter().for_each(|argument| give(argument.as_bytes()));
    }

    fn variables(&mut self, mut give: impl FnMut(&[u8], &[u8])) {
        self.variables.iter().for_each(|(name, value)| give(name.as_bytes(), value.as_bytes()));
    }
}

/// A program that makes calls.
pub struct Machine {
    pub memory: Memory,
    pub system: OnVolume<World>,
    pub process: Process<OpenFile, Listing>,
}

pub type Calls<'a> = Call<'a, Memory, OnVolume<World>>;

/// What `fd_filestat_get` tells, by the offsets of `filestat`.
#[derive(Debug, PartialEq, Eq)]
pub struct Filestat {
    pub device: u64,
    pub inode: u64,
    pub kind: u8,
    pub links: u64,
    pub size: u64,
    pub times: [u64; 3],
}

impl Machine {
    /// A program whose root is an image.
    pub fn new(items: &[(&str, Item<'_>)]) -> Self {
        Self::over(crate::core_support::image(items), Settings::default(), PAGE)
    }

    pub fn over(image: Vec<u8>, settings: Settings, size: u32) -> Self {
        let preopens = if settings.preopens.is_empty() {
            vec![("/".to_owned(), "/".to_owned())]
        } else {
            settings.preopens.clone()
        };
        let limits = settings.limits;
        let settings = Settings { preopens, ..settings }.encode().leak();
        let clock = TestClock::default();
        clock.0.set(77);
        let world = World {
            volume: Fs::new(Some(Image::new(image.leak()).unwrap()), clock, limits).unwrap(),
            session: Session::new(SettingsView::new(settings).unwrap()),
            stdin: VecDeque::new(),
            out: [Vec::new(), Vec::new()],
            out_at_once: usize::MAX,
            terminals: Vec::new(),
            ready: Streams::default(),
            waits: Vec::new(),
            times: [1_000_000_000, 500],
            looks: 0,
            arguments: Vec::new(),
            variables: Vec::new(),
        };
        let memory = Memory {
            bytes: RefCell::new(vec![0; size as usize]),
            copied_in: Cell::default(),
            copied_out: Cell::default(),
        };
        Self { memory, system: OnVolume(world), process: Process::new(limits.max_open) }
    }

    pub fn world(&mut self) -> &mut World {
        &mut self.system.0
    }

    pub fn call(&mut self, act: impl FnOnce(&mut Calls<'_>) -> Result<(), Errno>) -> Result<(), Errno> {
        act(&mut Call::new(&self.memory, &mut self.system, &mut self.process))
    }

    /// Makes a call with a path.
    pub fn at(
        &mut self,
        path: &str,
        act: impl FnOnce(&mut Calls<'_>, u32, u32) -> Result<(), Errno>,
    ) -> Result<(), Errno> {
        self.memory.put(PATH, path.as_bytes());
        self.call(|call| act(call, PATH, path.len() as u32))
    }

    /// Makes a call with two paths.
    pub fn at_two(
        &mut self,
        path: &str,
        other: &str,
        act: impl FnOnce(&mut Calls<'_>, (u32, u32), (u32, u32)) -> Result<(), Errno>,
    ) -> Result<(), Errno> {
        self.memory.put(PATH, path.as_bytes());
        self.memory.put(OTHER_PATH, other.as_bytes());
        self.call(|call| act(call, (PATH, path.len() as u32), (OTHER_PATH, other.len() as u32)))
    }

    pub fn open_at(&mut self, fd: u32, path: &str, flags: u32, rights: u64, fdflags: u32) -> Result<u32, Errno> {
        self.at(path, |call, path, length| call.path_open(fd, 1, path, length, flags, rights, 0, fdflags, RESULT))?;
        Ok(self.memory.u32(RESULT))
    }

    pub fn open(&mut self, path: &str) -> u32 {
        self.open_at(ROOT, path, 0, FD_READ, 0).unwrap()
    }

    /// Opens a file for both, and makes it if needed.
    pub fn create(&mut self, path: &str) -> u32 {
        self.open_at(ROOT, path, CREATE, BOTH, 0).unwrap()
    }

    pub fn close(&mut self, fd: u32) -> Result<(), Errno> {
        self.call(|call| call.fd_close(fd))
    }

    /// Writes a vector of buffers with these addresses and lengths.
    pub fn vector(&self, buffers: &[(u32, u32)]) {
        for (place, (address, length)) in (VECTOR..).step_by(8).zip(buffers) {
            self.memory.put(place, &address.to_le_bytes());
            self.memory.put(place + 4, &length.to_le_bytes());
        }
    }

    pub fn read(&mut self, fd: u32, length: u32) -> Result<Vec<u8>, Errno> {
        self.vector(&[(DATA, length)]);
        self.call(|call| call.fd_read(fd, VECTOR, 1, RESULT))?;
        Ok(self.memory.get(DATA, self.memory.u32(RESULT)))
    }

    pub fn pread(&mut self, fd: u32, length: u32, offset: u64) -> Result<Vec<u8>, Errno> {
        self.vector(&[(DATA, length)]);
        self.call(|call| call.fd_pread(fd, VECTOR, 1, offset, RESULT))?;
        Ok(self.memory.get(DATA, self.memory.u32(RESULT)))
    }

    pub fn write(&mut self, fd: u32, bytes: &[u8]) -> Result<u32, Errno> {
        self.memory.put(DATA, bytes);
        self.vector(&[(DATA, bytes.len() as u32)]);
        self.call(|call| call.fd_write(fd, VECTOR, 1, RESULT))?;
        Ok(self.memory.u32(RESULT))
    }

    pub fn pwrite(&mut self, fd: u32, bytes: &[u8], offset: u64) -> Result<u32, Errno> {
        self.memory.put(DATA, bytes);
        self.vector(&[(DATA, bytes.len() as u32)]);
        self.call(|call| call.fd_pwrite(fd, VECTOR, 1, offset, RESULT))?;
        Ok(self.memory.u32(RESULT))
    }

    pub fn seek(&mut self, fd: u32, offset: i64, whence: u32) -> Result<u64, Errno> {
        self.call(|call| call.fd_seek(fd, offset, whence, RESULT))?;
        Ok(self.memory.u64(RESULT))
    }

    pub fn tell(&mut self, fd: u32) -> Result<u64, Errno> {
        self.call(|call| call.fd_tell(fd, RESULT))?;
        Ok(self.memory.u64(RESULT))
    }

    /// All contents of a file, by a descriptor and a part of the memory of its own.
    pub fn contents(&mut self, path: &str) -> Vec<u8> {
        const VECTOR: u32 = 0x1f00;
        const DATA: u32 = 0xc000;
        let fd = self.open(path);
        self.memory.put(VECTOR, &DATA.to_le_bytes());
        self.memory.put(VECTOR + 4, &0x4000_u32.to_le_bytes());
        self.call(|call| call.fd_read(fd, VECTOR, 1, RESULT)).unwrap();
        self.close(fd).unwrap();
        self.memory.get(DATA, self.memory.u32(RESULT))
    }

    pub fn stat(&mut self, fd: u32) -> Result<Filestat, Errno> {
        self.call(|call| call.fd_filestat_get(fd, RESULT))?;
        Ok(self.filestat())
    }

    pub fn stat_at(&mut self, path: &str, flags: u32) -> Result<Filestat, Errno> {
        self.at(path, |call, path, length| call.path_filestat_get(ROOT, flags, path, length, RESULT))?;
        Ok(self.filestat())
    }

    fn filestat(&self) -> Filestat {
        let number = |offset| self.memory.u64(RESULT + offset);
        assert_eq!(self.memory.get(RESULT + 17, 7), [0; 7]);
        Filestat {
            device: number(0),
            inode: number(8),
            kind: self.memory.get(RESULT + 16, 1)[0],
            links: number(24),
            size: number(32),
            times: [number(40), number(48), number(56)],
        }
    }

    /// Kind, flags, and both rights.
    pub fn fdstat(&mut self, fd: u32) -> Result<(u8, u16, u64, u64), Errno> {
        self.call(|call| call.fd_fdstat_get(fd, RESULT))?;
        let bytes = self.memory.get(RESULT, 4);
        assert_eq!(bytes[1], 0);
        let flags = u16::from_le_bytes([bytes[2], bytes[3]]);
        Ok((bytes[0], flags, self.memory.u64(RESULT + 8), self.memory.u64(RESULT + 16)))
    }
}
