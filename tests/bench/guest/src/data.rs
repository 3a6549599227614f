//! Reading contents.

use crate::{Mixed, Timing, time};
use std::fs::{self, File};
use std::io::{Read, Result, Seek, SeekFrom, Write};

/// How a file is written that is read then. It is no part of what is timed.
const PIECE_OF_OWN: usize = 64 << 10;

/// How many places a buffer has, and how many bytes they are apart. A copy takes half as long again if its source lies
/// just below its target modulo 4 KiB, because the processor takes loads for loads of what was just stored.
const PLACES: (usize, usize) = (32, 136);

/// Reads the whole file `passes` times, front to back, `piece` bytes a call; each time to another place, so that the
/// places where memory happens to be cost all the same.
pub fn sequential(path: &str, piece: usize, passes: u64) -> Result<Timing> {
    let mut memory = vec![0; piece + PLACES.0 * PLACES.1];
    let mut file = File::open(path)?;
    let pieces = file.metadata()?.len().div_ceil(piece as u64);
    time("read", passes * pieces, || {
        let mut total = 0;
        for pass in 0..passes as usize {
            file.seek(SeekFrom::Start(0))?;
            let buffer = &mut memory[pass % PLACES.0 * PLACES.1..][..piece];
            loop {
                let count = file.read(buffer)?;
                if count == 0 {
                    break;
                }
                total += count as u64;
            }
        }
        Ok(total)
    })
}

/// The same of a file of `size` bytes that this program has written itself.
pub fn own(path: &str, piece: usize, size: u64, passes: u64) -> Result<Timing> {
    let content = vec![0x5a; PIECE_OF_OWN];
    let mut file = File::create(path)?;
    for _ in 0..size / PIECE_OF_OWN as u64 {
        file.write_all(&content)?;
    }
    drop(file);
    let timing = sequential(path, piece, passes)?;
    fs::remove_file(path)?;
    Ok(timing)
}

/// Reads `operations` pieces at places all over the file.
pub fn random(path: &str, piece: usize, operations: u64) -> Result<Timing> {
    let mut buffer = vec![0; piece];
    let mut file = File::open(path)?;
    let pieces = file.metadata()?.len() / piece as u64;
    let mut mixed = Mixed::new();
    time("random-read", operations, || {
        let mut total = 0;
        for _ in 0..operations {
            file.seek(SeekFrom::Start(mixed.below(pieces) * piece as u64))?;
            file.read_exact(&mut buffer)?;
            total += piece as u64;
        }
        Ok(total)
    })
}

/// Opens a file in a directory of `count` files, reads its first 64 bytes, closes it.
pub fn open_read_close(dir: &str, count: u64, operations: u64) -> Result<Timing> {
    let mut path = crate::metadata::Path::new(dir);
    let mut buffer = [0; 64];
    let mut mixed = Mixed::new();
    time("open", operations, || {
        for _ in 0..operations {
            let mut file = File::open(path.of(mixed.below(count)))?;
            file.read_exact(&mut buffer)?;
        }
        Ok(operations * 64)
    })
}
