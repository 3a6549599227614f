//! Random reads, writes, truncations and holes in one file, which may be there, each checked against a copy in memory.
//! What fsx does.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use sha2::{Digest, Sha256};

use crate::random::Random;

/// The file stays below this many bytes: a few of the pieces that filesystems keep files in.
const LARGEST: u64 = 300_000;
/// Longest read or write.
const LONGEST: u64 = 70_000;

struct Test {
    path: PathBuf,
    file: File,
    copy: Vec<u8>,
    random: Random,
}

pub fn run(directory: &str, seed: u64, operations: u64) -> Result<()> {
    let path = Path::new(directory).join("file");
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
    let mut copy = Vec::new();
    file.read_to_end(&mut copy)?;
    ensure!(copy.len() as u64 <= LARGEST, "the file has more than {LARGEST} bytes");
    let mut test = Test { path, file, copy, random: Random::new(seed) };
    let mut done = [0_u64; 8];
    for operation in 0..operations {
        let kind = test.random.below(8) as usize;
        let what = test.step(kind).map_err(|error| error.context(format!("operation {operation}, kind {kind}")));
        what?;
        done[kind] += 1;
        if operation % 100 == 99 {
            test.compare()?;
        }
    }
    test.compare()?;
    println!("{operations} operations: {done:?}");
    println!("{} bytes, sha256 {:x}", test.copy.len(), Sha256::digest(&test.copy));
    Ok(())
}

impl Test {
    fn step(&mut self, kind: usize) -> Result<()> {
        match kind {
            0 | 1 => self.read(),
            2 | 3 => {
                let at = self.random.below(self.copy.len() as u64 + 1);
                self.write(at)
            }
            // Behind the end, so that a hole is left.
            4 => {
                let at = (self.copy.len() as u64 + self.random.below(20_000)).min(LARGEST - LONGEST);
                self.write(at)
            }
            5 => self.set_len(),
            6 => self.append(),
            _ => self.open_again(),
        }
    }

    fn read(&mut self) -> Result<()> {
        let at = self.random.below(LARGEST);
        let mut bytes = vec![0xee; self.random.below(LONGEST) as usize];
        self.file.seek(SeekFrom::Start(at))?;
        let mut filled = 0;
        while filled < bytes.len() {
            match self.file.read(&mut bytes[filled..])? {
                0 => break,
                more => filled += more,
            }
        }
        let start = self.copy.len().min(at as usize);
        let expected = &self.copy[start..self.copy.len().min(at as usize + bytes.len()).max(start)];
        ensure!(bytes[..filled] == *expected, "read {filled} of {} bytes at {at}: they are others", expected.len());
        Ok(())
    }

    fn write(&mut self, at: u64) -> Result<()> {
        let count = self.random.below(LONGEST).min(LARGEST - at.min(LARGEST));
        let bytes = self.random.bytes(count);
        self.file.seek(SeekFrom::Start(at))?;
        self.file.write_all(&bytes)?;
        self.put(at as usize, &bytes);
        Ok(())
    }

    fn append(&mut self) -> Result<()> {
        let count = self.random.below(3_000).min(LARGEST - self.copy.len() as u64);
        let bytes = self.random.bytes(count);
        OpenOptions::new().append(true).open(&self.path)?.write_all(&bytes)?;
        let end = self.copy.len();
        self.put(end, &bytes);
        Ok(())
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        // Writing nothing makes no hole.
        if !bytes.is_empty() {
            self.copy.resize(self.copy.len().max(at + bytes.len()), 0);
            self.copy[at..at + bytes.len()].copy_from_slice(bytes);
        }
    }

    fn set_len(&mut self) -> Result<()> {
        let size = self.random.below(LARGEST);
        self.file.set_len(size)?;
        self.copy.resize(size as usize, 0);
        Ok(())
    }

    fn open_again(&mut self) -> Result<()> {
        self.file.sync_all()?;
        self.file = OpenOptions::new().read(true).write(true).open(&self.path)?;
        ensure!(self.file.metadata()?.len() == self.copy.len() as u64, "the size is {}", self.file.metadata()?.len());
        Ok(())
    }

    fn compare(&self) -> Result<()> {
        ensure!(std::fs::read(&self.path)? == self.copy, "the file is not what was written");
        Ok(())
    }
}
