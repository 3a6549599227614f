//! Arguments, variables, clocks, random numbers, and what preview1 has beside.

use vfs_descriptors::Interposer;

use crate::call::ObjectOf;
use crate::{Buffer, Call, Clock, Errno, Program, System};

/// The largest number of a signal.
const LAST_SIGNAL: u32 = 30;

/// How many texts there are, and how many bytes with the zeros that end them.
#[derive(Default)]
struct Sizes {
    count: u64,
    bytes: u64,
}

impl Sizes {
    fn add(&mut self, length: usize) {
        self.count += 1;
        self.bytes += length as u64 + 1;
    }

    /// # Errors
    /// - [`Errno::Overflow`]: they do not fit.
    fn checked(self) -> Result<(u32, u32), Errno> {
        let fits = |number| u32::try_from(number).map_err(|_| Errno::Overflow);
        Ok((fits(self.count)?, fits(self.bytes)?))
    }
}

/// Where texts go: pointers, and bytes.
struct Texts<'p, P> {
    program: &'p P,
    pointers: Buffer,
    bytes: Buffer,
}

impl<'p, P: Program> Texts<'p, P> {
    fn new(program: &'p P, pointers: u32, bytes: u32, sizes: Sizes) -> Result<Self, Errno> {
        let (count, length) = sizes.checked()?;
        let pointers = Buffer::list(program, pointers, count, 4)?;
        Ok(Self { program, pointers, bytes: Buffer::new(program, bytes, length)? })
    }

    /// Puts a text of several parts, and the zero that ends it.
    fn put(&mut self, parts: &[&[u8]]) {
        self.pointers = self.pointers.put(self.program, &self.bytes.address().to_le_bytes());
        for part in parts.iter().copied().chain([&[0][..]]) {
            self.bytes = self.bytes.put(self.program, part);
        }
    }
}

impl<P: Program, S: System<P>, I: Interposer<ObjectOf<P, S>>> Call<'_, P, S, I> {
    /// Tells how many arguments there are, and how many bytes they have with the zeros that end them.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: a pointer lies outside of the memory.
    /// - [`Errno::Overflow`]: they do not fit.
    pub fn args_sizes_get(&mut self, count: u32, bytes: u32) -> Result<(), Errno> {
        let places = [self.buffer(count, 4)?, self.buffer(bytes, 4)?];
        let sizes = self.argument_sizes();
        self.store_sizes(places, sizes)
    }

    /// Copies the arguments out: a pointer to each, and the bytes.
    ///
    /// # Errors
    /// Those of [`Call::args_sizes_get`].
    pub fn args_get(&mut self, argv: u32, argv_buf: u32) -> Result<(), Errno> {
        let sizes = self.argument_sizes();
        let mut texts = Texts::new(self.program, argv, argv_buf, sizes)?;
        self.system.arguments(|argument| texts.put(&[argument]));
        Ok(())
    }

    fn argument_sizes(&mut self) -> Sizes {
        let mut sizes = Sizes::default();
        self.system.arguments(|argument| sizes.add(argument.len()));
        sizes
    }

    /// Tells how many variables there are, and how many bytes they have with the zeros that end them.
    ///
    /// # Errors
    /// Those of [`Call::args_sizes_get`].
    pub fn environ_sizes_get(&mut self, count: u32, bytes: u32) -> Result<(), Errno> {
        let places = [self.buffer(count, 4)?, self.buffer(bytes, 4)?];
        let sizes = self.variable_sizes();
        self.store_sizes(places, sizes)
    }

    /// Copies the variables out, each as `NAME=value`: a pointer to each, and the bytes.
    ///
    /// # Errors
    /// Those of [`Call::args_sizes_get`].
    pub fn environ_get(&mut self, environ: u32, environ_buf: u32) -> Result<(), Errno> {
        let sizes = self.variable_sizes();
        let mut texts = Texts::new(self.program, environ, environ_buf, sizes)?;
        self.system.variables(|name, value| texts.put(&[name, b"=", value]));
        Ok(())
    }

    fn variable_sizes(&mut self) -> Sizes {
        let mut sizes = Sizes::default();
        self.system.variables(|name, value| sizes.add(name.len() + 1 + value.len()));
        sizes
    }

    fn store_sizes(&self, [count_place, bytes_place]: [Buffer; 2], sizes: Sizes) -> Result<(), Errno> {
        let (count, bytes) = sizes.checked()?;
        self.store_number(count_place, count)?;
        self.store_number(bytes_place, bytes)
    }

    /// Tells the resolution of a clock.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: a pointer lies outside of the memory.
    /// - [`Errno::Badf`]: it is a clock of processor time. [`Errno::Inval`]: there is no such clock.
    /// - Those of [`System::resolution`].
    pub fn clock_res_get(&mut self, id: u32, resolution: u32) -> Result<(), Errno> {
        let place = self.buffer(resolution, 8)?;
        let resolution = self.system.resolution(clock(id)?)?;
        self.store(place, &resolution.to_le_bytes())
    }

    /// Tells the time of a clock. The precision that is asked for is not less than what there is.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: a pointer lies outside of the memory.
    /// - [`Errno::Badf`]: it is a clock of processor time. [`Errno::Inval`]: there is no such clock.
    /// - Those of [`System::now`].
    pub fn clock_time_get(&mut self, id: u32, _precision: u64, time: u32) -> Result<(), Errno> {
        let place = self.buffer(time, 8)?;
        let time = self.system.now(clock(id)?)?;
        self.store(place, &time.to_le_bytes())
    }

    /// Fills a buffer with random bytes.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: it lies outside of the memory.
    /// - Those of [`System::random`].
    pub fn random_get(&mut self, buf: u32, buf_len: u32) -> Result<(), Errno> {
        let buffer = self.buffer(buf, buf_len)?;
        self.system.random(self.program, buffer)
    }

    /// Does nothing: nobody else runs meanwhile.
    ///
    /// # Errors
    /// None.
    pub fn sched_yield(&mut self) -> Result<(), Errno> {
        Ok(())
    }

    /// Refuses: there are no signals.
    ///
    /// # Errors
    /// - [`Errno::Inval`]: there is no such signal in preview1.
    /// - [`Errno::Notsup`]: there is.
    pub fn proc_raise(&mut self, signal: u32) -> Result<(), Errno> {
        Err(if signal > LAST_SIGNAL { Errno::Inval } else { Errno::Notsup })
    }
}

/// Returns a clock by its number in preview1.
///
/// # Errors
/// - [`Errno::Badf`]: it is one of the two that count processor time, which nobody here has.
/// - [`Errno::Inval`]: preview1 has no such clock.
pub(crate) fn clock(id: u32) -> Result<Clock, Errno> {
    match id {
        0 => Ok(Clock::Realtime),
        1 => Ok(Clock::Monotonic),
        2 | 3 => Err(Errno::Badf),
        _ => Err(Errno::Inval),
    }
}
