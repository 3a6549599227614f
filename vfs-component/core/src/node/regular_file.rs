//! Contents of a regular file: the layer's bytes, with owned chunks above them. Where neither exists, there are zeros.

mod check;
mod written;

use alloc::vec::Vec;
use core::ops::Range;

use crate::layer::{self, Contents, Layer};
use crate::{Error, ZEROS};

pub(crate) use written::{Taken, Written};

/// Size of a chunk in bytes. An owned chunk hides the layer's bytes in its whole range.
pub(crate) const CHUNK: usize = 64 * 1024;
const CHUNK_SIZE: u64 = CHUNK as u64;
/// Maximum size of a file: every libc has signed 64-bit offsets.
pub(crate) const MAX_FILE_SIZE: u64 = i64::MAX as u64;

/// Checks that a file could have `length` bytes at `offset`.
///
/// # Errors
/// - [`Error::Invalid`]: they would end after 2^63 - 1, as for `pread` and `pwrite` of Linux.
pub(crate) fn check_range(offset: u64, length: u64) -> Result<(), Error> {
    if offset.checked_add(length).is_some_and(|end| end <= MAX_FILE_SIZE) { Ok(()) } else { Err(Error::Invalid) }
}

/// A regular file that is open or changed.
pub(crate) struct RegularFile<K> {
    /// The layer's bytes that are still part of the file.
    lower: K,
    /// Size in bytes.
    size: u64,
    /// Sorted by index.
    chunks: Vec<Chunk>,
    /// Sum of the chunks' lengths.
    owned: u64,
    /// Number of changes.
    version: u32,
}

/// Owned bytes from the start of a chunk on. If there are fewer than the chunk has, the rest is zeros. Never empty,
/// except between reserving and writing.
struct Chunk {
    index: u64,
    bytes: Vec<u8>,
}

impl Chunk {
    fn range(&self) -> Range<u64> {
        let start = self.index * CHUNK_SIZE;
        start..start + self.bytes.len() as u64
    }

    /// Frees unused memory if that is most of it. Keeps it if there is no memory to copy to.
    fn give_back(&mut self) {
        let length = self.bytes.len();
        if self.bytes.capacity() / 4 > length {
            let mut smaller = Vec::new();
            if smaller.try_reserve_exact(length).is_ok() {
                smaller.extend_from_slice(&self.bytes);
                self.bytes = smaller;
            }
        }
    }
}

impl<K: Contents> RegularFile<K> {
    /// Makes an empty file.
    pub fn new() -> Self {
        Self::from_layer(K::NOTHING)
    }

    /// Makes a file with the layer's contents.
    #[inline]
    pub fn from_layer(lower: K) -> Self {
        Self { size: lower.size(), lower, chunks: Vec::new(), owned: 0, version: 0 }
    }

    #[inline]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Returns the number of owned bytes: for each owned chunk, from its start to the last byte that was written.
    pub const fn owned(&self) -> u64 {
        self.owned
    }

    /// Returns whether bytes of the file are still the layer's.
    pub fn needs_layer(&self) -> bool {
        let of_layer = self.lower.size().div_ceil(CHUNK_SIZE);
        (self.chunks.partition_point(|chunk| chunk.index < of_layer) as u64) < of_layer
    }

    /// Returns whether nothing of its contents was changed.
    pub fn is_of_layer(&self) -> bool {
        self.version == 0 && self.chunks.is_empty()
    }

    /// Returns how many bytes from the start may still be the layer's.
    pub fn lower_size(&self) -> u64 {
        self.lower.size()
    }

    /// Returns the ranges of owned bytes, sorted.
    pub fn owned_ranges(&self) -> impl Iterator<Item = Range<u64>> {
        self.chunks.iter().map(Chunk::range)
    }

    /// Returns the range of the owned bytes in a chunk, if it has any.
    pub fn owned_range(&self, index: u64) -> Option<Range<u64>> {
        self.chunks.get(self.find(index).ok()?).map(Chunk::range)
    }

    /// Returns a number that differs after each change of the contents or the size.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Returns contiguous bytes of the layer at `offset` that never change, as far as they are part of the file; none
    /// if there are owned bytes or zeros.
    pub fn lend<L: Layer<Contents = K>>(&self, layer: &L, offset: u64) -> Option<L::Bytes> {
        let limit = self.before_next_chunk(offset)?.min(self.size.saturating_sub(offset));
        layer.lend(&self.lower, offset, limit)
    }

    /// Returns how many of `length` bytes, from `offset` on, are the layer's before others begin.
    pub fn layer_run(&self, offset: u64, length: u64) -> u64 {
        let before_next = self.before_next_chunk(offset).unwrap_or(0);
        length.min(before_next).min(self.lower.size().saturating_sub(offset))
    }

    /// Appends at most `length` bytes at `offset` to `bytes`, which has room for them.
    ///
    /// # Errors
    /// - Those of [`Layer::run`].
    pub fn copy<L: Layer<Contents = K>>(
        &self,
        layer: &L,
        offset: u64,
        length: u64,
        bytes: &mut Vec<u8>,
    ) -> Result<(), L::Stop> {
        let length = length.min(self.size.saturating_sub(offset));
        let mut done = 0;
        while done < length {
            done += match self.run(layer, offset + done, length - done)? {
                Run::Bytes(run) => {
                    bytes.extend_from_slice(run);
                    run.len() as u64
                }
                Run::Zeros(count) => {
                    bytes.resize(bytes.len() + count as usize, 0);
                    count
                }
            };
        }
        Ok(())
    }

    /// Returns at most `length` bytes at `offset`: in place if they are contiguous, otherwise gathered in `gather`. If
    /// that cannot grow, returns only the contiguous ones; if the layer stops, the ones before. Empty only at or after
    /// the end, or if `length` is 0.
    ///
    /// # Errors
    /// - Those of [`Layer::run`].
    pub fn read<'a, L: Layer<Contents = K>>(
        &'a self,
        layer: &'a L,
        offset: u64,
        length: u64,
        gather: &'a mut Vec<u8>,
    ) -> Result<&'a [u8], L::Stop> {
        gather.clear();
        let length = length.min(self.size.saturating_sub(offset));
        if length == 0 {
            return Ok(&[]);
        }
        let first = self.run(layer, offset, length)?;
        if let Run::Bytes(bytes) = first
            && bytes.len() as u64 == length
        {
            return Ok(bytes);
        }
        // The caller limits the length far below the maximum of `usize`.
        if gather.try_reserve(length as usize).is_err() {
            return Ok(match first {
                Run::Bytes(bytes) => bytes,
                Run::Zeros(count) => shortened(&ZEROS, count),
            });
        }
        // Returning what is there is a valid read: the next one asks for the missing part.
        match self.copy(layer, offset, length, gather) {
            Err(stop) if gather.is_empty() => Err(stop),
            Ok(()) | Err(_) => Ok(gather),
        }
    }

    /// Gives at most `length` bytes at `offset` to `give`, in order and in place, and returns their number. If the
    /// layer stops, that of those before. 0 only at or after the end, or if `length` is 0.
    ///
    /// # Errors
    /// - Those of [`Layer::run`].
    #[inline(always)]
    pub fn give<L: Layer<Contents = K>>(
        &self,
        layer: &L,
        offset: u64,
        length: u64,
        mut give: impl FnMut(&[u8]),
    ) -> Result<u64, L::Stop> {
        let length = length.min(self.size.saturating_sub(offset));
        let mut done = 0;
        while done < length {
            match self.find_run(layer, offset + done, length - done) {
                Ok(Run::Bytes(bytes)) => {
                    give(bytes);
                    done += bytes.len() as u64;
                }
                Ok(Run::Zeros(count)) => {
                    let end = done + count;
                    while done < end {
                        let zeros = shortened(&ZEROS, end - done);
                        give(zeros);
                        done += zeros.len() as u64;
                    }
                }
                Err(stop) if done == 0 => return Err(stop),
                Err(_) => break,
            }
        }
        Ok(done)
    }

    /// Finds what is at `offset`, which is below the size: at least one byte and at most `length`.
    #[inline(never)]
    fn run<'a, L: Layer<Contents = K>>(&'a self, layer: &'a L, offset: u64, length: u64) -> Result<Run<'a>, L::Stop> {
        self.find_run(layer, offset, length)
    }

    /// Does what [`RegularFile::run`] does, without a call, for [`RegularFile::give`]. Only programs of preview1 use that.
    #[inline(always)]
    fn find_run<'a, L: Layer<Contents = K>>(
        &'a self,
        layer: &'a L,
        offset: u64,
        length: u64,
    ) -> Result<Run<'a>, L::Stop> {
        let limit = match self.find(offset / CHUNK_SIZE) {
            // After the chunk's bytes there are zeros.
            Ok(place) => {
                let inside = (offset % CHUNK_SIZE) as usize;
                let bytes = self.chunks.get(place).and_then(|chunk| chunk.bytes.get(inside..)).unwrap_or(&[]);
                if bytes.is_empty() {
                    return Ok(Run::Zeros(length.min(CHUNK_SIZE - inside as u64)));
                }
                return Ok(Run::Bytes(shortened(bytes, length)));
            }
            Err(next) => length.min(self.before_chunk(next, offset)),
        };
        Ok(match layer.run(&self.lower, offset, limit)? {
            [] => Run::Zeros(limit),
            bytes => Run::Bytes(bytes),
        })
    }

    /// Returns the distance from `offset` to the next owned chunk; `None` if `offset` lies in one.
    #[inline]
    fn before_next_chunk(&self, offset: u64) -> Option<u64> {
        if self.chunks.is_empty() {
            return Some(u64::MAX);
        }
        match self.find(offset / CHUNK_SIZE) {
            Ok(_) => None,
            Err(next) => Some(self.before_chunk(next, offset)),
        }
    }

    /// Returns the distance from `offset` to the chunk at a place, which lies behind it.
    #[inline]
    fn before_chunk(&self, place: usize, offset: u64) -> u64 {
        self.chunks.get(place).map_or(u64::MAX, |chunk| chunk.index * CHUNK_SIZE - offset)
    }

    /// Returns the position of the chunk with this index, or where it would be.
    #[inline]
    fn find(&self, index: u64) -> Result<usize, usize> {
        // Most files are dense from the start, or grow by appending.
        if let Ok(guess) = usize::try_from(index)
            && self.chunks.get(guess).is_some_and(|chunk| chunk.index == index)
        {
            return Ok(guess);
        }
        match self.chunks.last() {
            None => Err(0),
            Some(last) if last.index < index => Err(self.chunks.len()),
            Some(last) if last.index == index => Ok(self.chunks.len() - 1),
            Some(_) => self.chunks.binary_search_by_key(&index, |chunk| chunk.index),
        }
    }

    /// Returns by how many owned bytes a write would grow the file.
    pub fn growth(&self, offset: u64, length: u64) -> u64 {
        let mut growth = 0;
        for part in Parts::new(offset, length) {
            let (owned, lower) = match self.find(part.index) {
                Ok(place) => (self.chunks.get(place).map_or(0, |chunk| chunk.bytes.len()), 0),
                Err(_) => (0, self.lower_in(part.index)),
            };
            growth += (part.end().max(lower).max(owned) - owned) as u64;
        }
        growth
    }

    /// Returns how many of the layer's bytes lie in a chunk.
    fn lower_in(&self, index: u64) -> usize {
        self.lower.size().saturating_sub(index * CHUNK_SIZE).min(CHUNK_SIZE) as usize
    }

    /// Makes sure that [`RegularFile::write`] finds the bytes of the layer that it copies up.
    ///
    /// # Errors
    /// - Those of [`Layer::run`].
    pub fn fetch<L: Layer<Contents = K>>(&self, layer: &L, offset: u64, length: u64) -> Result<(), L::Stop> {
        for part in Parts::new(offset, length) {
            let lower = self.lower_in(part.index);
            if lower > 0 && self.find(part.index).is_err() && !part.covers(lower) {
                layer.fetch(&self.lower, part.index * CHUNK_SIZE, lower as u64)?;
            }
        }
        Ok(())
    }

    /// Makes sure that [`RegularFile::write`] needs no memory. The contents do not change.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn reserve(&mut self, offset: u64, length: u64) -> Result<(), Error> {
        for part in Parts::new(offset, length) {
            if let Err(error) = self.reserve_part(part) {
                self.forget_reserved();
                return Err(error);
            }
        }
        Ok(())
    }

    /// Removes chunks that [`RegularFile::reserve`] made and nothing has written.
    fn forget_reserved(&mut self) {
        self.chunks.retain(|chunk| !chunk.bytes.is_empty());
    }

    fn reserve_part(&mut self, part: Part) -> Result<(), Error> {
        match self.find(part.index) {
            Ok(place) => {
                let Some(chunk) = self.chunks.get_mut(place) else { return Ok(()) };
                let capacity = chunk.bytes.capacity();
                if part.end() > capacity {
                    let wanted = part.end().max((2 * capacity).min(CHUNK));
                    let more = wanted - chunk.bytes.len();
                    chunk.bytes.try_reserve_exact(more)?;
                }
            }
            Err(place) => {
                // By its capacity: the write that reserves may be what fills it.
                let after_full = place
                    .checked_sub(1)
                    .and_then(|before| self.chunks.get(before))
                    .is_some_and(|before| before.index + 1 == part.index && before.bytes.capacity() == CHUNK);
                let wanted = if after_full { CHUNK } else { part.end().max(self.lower_in(part.index)) };
                let mut bytes = Vec::new();
                bytes.try_reserve_exact(wanted)?;
                self.chunks.try_reserve(1)?;
                self.chunks.insert(place, Chunk { index: part.index, bytes });
            }
        }
        Ok(())
    }

    /// Writes bytes for which [`RegularFile::reserve`] has made room.
    pub fn write<L: Layer<Contents = K>>(&mut self, layer: &L, offset: u64, mut bytes: impl Written) {
        let end = offset + bytes.length() as u64;
        for part in Parts::new(offset, bytes.length() as u64) {
            let (now, later) = bytes.split(part.length);
            self.write_part(layer, part, now);
            bytes = later;
        }
        self.size = self.size.max(end);
        self.version = self.version.wrapping_add(1);
    }

    fn write_part<L: Layer<Contents = K>>(&mut self, layer: &L, part: Part, new: impl Written) {
        let Ok(place) = self.find(part.index) else { return };
        let lower = self.lower_in(part.index);
        let Some(chunk) = self.chunks.get_mut(place) else { return };
        let is_new = chunk.bytes.is_empty();
        // If the write covers all the layer's bytes, none need be copied up.
        if is_new && lower > 0 && !part.covers(lower) {
            layer::copy(layer, &self.lower, part.index * CHUNK_SIZE, lower, &mut chunk.bytes);
        }
        let before = if is_new { 0 } else { chunk.bytes.len() };
        if chunk.bytes.len() < part.start {
            chunk.bytes.resize(part.start, 0);
        }
        let (over, beyond) = new.split(chunk.bytes.len() - part.start);
        if let Some(old) = chunk.bytes.get_mut(part.start..part.start + over.length()) {
            over.replace(old);
        }
        beyond.append(&mut chunk.bytes);
        self.owned += (chunk.bytes.len() - before) as u64;
    }

    /// Cuts the file, or lets it grow by zeros. Needs no memory.
    pub fn set_size(&mut self, size: u64) {
        if size < self.size {
            self.lower.truncate(size);
            let index = size / CHUNK_SIZE;
            let inside = (size % CHUNK_SIZE) as usize;
            let keep = match self.find(index) {
                Ok(place) if inside > 0 => {
                    if let Some(chunk) = self.chunks.get_mut(place) {
                        self.owned -= chunk.bytes.len().saturating_sub(inside) as u64;
                        chunk.bytes.truncate(inside);
                        chunk.give_back();
                    }
                    place + 1
                }
                Ok(place) | Err(place) => place,
            };
            for gone in self.chunks.drain(keep..) {
                self.owned -= gone.bytes.len() as u64;
            }
            if self.chunks.is_empty() {
                self.chunks = Vec::new();
            }
        }
        self.size = size;
        self.version = self.version.wrapping_add(1);
    }
}

/// A run of bytes in a file.
#[derive(Clone, Copy)]
enum Run<'a> {
    Bytes(&'a [u8]),
    Zeros(u64),
}

/// The part of a write that is in one chunk.
#[derive(Clone, Copy)]
struct Part {
    index: u64,
    /// Offset in the chunk.
    start: usize,
    length: usize,
}

impl Part {
    /// Returns the end, as an offset in the chunk.
    fn end(self) -> usize {
        self.start + self.length
    }

    /// Returns whether it contains the first `length` bytes of the chunk.
    fn covers(self, length: usize) -> bool {
        self.start == 0 && self.end() >= length
    }
}

/// The parts of a write, in order.
struct Parts {
    offset: u64,
    left: u64,
}

impl Parts {
    fn new(offset: u64, length: u64) -> Self {
        Self { offset, left: length }
    }
}

impl Iterator for Parts {
    type Item = Part;

    #[inline]
    fn next(&mut self) -> Option<Part> {
        if self.left == 0 {
            return None;
        }
        let start = self.offset % CHUNK_SIZE;
        let length = self.left.min(CHUNK_SIZE - start);
        let part = Part { index: self.offset / CHUNK_SIZE, start: start as usize, length: length as usize };
        self.offset += length;
        self.left -= length;
        Some(part)
    }
}

fn shortened(bytes: &[u8], length: u64) -> &[u8] {
    usize::try_from(length).ok().and_then(|length| bytes.get(..length)).unwrap_or(bytes)
}
