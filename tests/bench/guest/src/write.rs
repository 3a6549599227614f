//! Writing contents and names.

use crate::{Timing, time};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Result, Seek, SeekFrom, Write};

/// Writes a new file of `size` bytes `passes` times, front to back, `piece` bytes a call.
pub fn sequential(path: &str, piece: usize, size: u64, passes: u64) -> Result<Timing> {
    let buffer = vec![0x5a; piece];
    let pieces = size / piece as u64;
    let timing = time("write", passes * pieces, || {
        for _ in 0..passes {
            let mut file = File::create(path)?;
            for _ in 0..pieces {
                file.write_all(&buffer)?;
            }
        }
        Ok(passes * pieces * piece as u64)
    })?;
    fs::remove_file(path)?;
    Ok(timing)
}

/// Writes one byte to a file, the byte that it has: its last.
pub fn first(path: &str) -> Result<Timing> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut byte = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut byte)?;
    file.seek(SeekFrom::End(-1))?;
    time("write-first", 1, || file.write_all(&byte).map(|()| 1))
}

/// Appends 100 bytes at a time.
pub fn append(path: &str, operations: u64) -> Result<Timing> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let timing = time("append", operations, || {
        for _ in 0..operations {
            file.write_all(&[0x61; 100])?;
        }
        Ok(operations * 100)
    })?;
    drop(file);
    fs::remove_file(path)?;
    Ok(timing)
}

/// Makes `count` files of 1 KiB in `dir`, asks for the metadata of each, removes each: three timings.
pub fn small_files(dir: &str, count: u64) -> Result<[Timing; 3]> {
    let paths = crate::metadata::paths(dir, count);
    let content = [0x62; 1024];
    fs::create_dir(dir)?;
    let create = time("create", count, || {
        for path in &paths {
            File::create(path)?.write_all(&content)?;
        }
        Ok(count * 1024)
    })?;
    let stat = time("stat", count, || {
        for path in &paths {
            fs::metadata(path)?;
        }
        Ok(0)
    })?;
    let unlink = time("unlink", count, || {
        for path in &paths {
            fs::remove_file(path)?;
        }
        Ok(0)
    })?;
    fs::remove_dir(dir)?;
    Ok([create, stat, unlink])
}
