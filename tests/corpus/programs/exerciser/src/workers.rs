//! Many workers, one operation each in turn, in directories of their own and in one that all of them use, which may be
//! there and have files. What fsstress does. Answers, errors among them, go into one hash: a filesystem that answers
//! otherwise anywhere ends with another.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::random::Random;
use crate::tree;

/// Open files that a worker keeps.
const OPEN: usize = 4;

struct Worker {
    own: PathBuf,
    shared: PathBuf,
    open: [Option<File>; OPEN],
    random: Random,
}

pub fn run(directory: &str, seed: u64, workers: u64, operations: u64) -> Result<()> {
    let shared = Path::new(directory).join("shared");
    fs::create_dir_all(&shared)?;
    let mut all = Vec::new();
    for number in 0..workers {
        let own = Path::new(directory).join(format!("worker-{number}"));
        fs::create_dir_all(&own)?;
        let random = Random::new(seed << 32 | number);
        all.push(Worker { own, shared: shared.clone(), open: [const { None }; OPEN], random });
    }
    let (mut answers, mut failures) = (0_u64, 0_u64);
    for operation in 0..operations {
        let answer = match all[(operation % workers) as usize].step() {
            Ok(answer) => answer,
            Err(error) => {
                failures += 1;
                1 << 63 | error.kind() as u64
            }
        };
        answers = (answers.rotate_left(7) ^ answer).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        if operation % 1_000 == 999 {
            println!("after {}: {answers:016x}, {failures} failed", operation + 1);
        }
    }
    println!("{operations} operations");
    let left = tree::of(directory.as_ref())?;
    drop(all);
    for number in 0..workers {
        fs::remove_dir_all(Path::new(directory).join(format!("worker-{number}")))?;
    }
    let names: Vec<_> = fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.file_name())).collect::<io::Result<_>>()?;
    ensure!(names == ["shared"], "after all workers are gone, {names:?} are left");
    println!("{} names before the workers went", left.len());
    Ok(())
}

impl Worker {
    /// A place that may be there: two levels of few names.
    fn path(&mut self) -> PathBuf {
        let mut path = if self.random.below(3) == 0 { self.shared.clone() } else { self.own.clone() };
        for _ in 0..=self.random.below(2) {
            path.push(["a", "b", "c", "d", "e", "f"][self.random.below(6) as usize]);
        }
        path
    }

    fn file(&mut self) -> Option<&mut File> {
        let slot = self.random.below(OPEN as u64) as usize;
        self.open[slot].as_mut()
    }

    /// One operation, and a number that stands for its answer.
    fn step(&mut self) -> io::Result<u64> {
        let (path, other) = (self.path(), self.path());
        match self.random.below(16) {
            0 | 1 => fs::create_dir(path).map(|()| 1),
            2 => fs::remove_dir(path).map(|()| 2),
            3 => fs::remove_file(path).map(|()| 3),
            4 | 5 => fs::rename(path, other).map(|()| 4),
            6 => {
                // If both names are wrong, wasmtime's host directory speaks of the second and Linux of the first.
                fs::symlink_metadata(&path)?;
                fs::hard_link(path, other).map(|()| 5)
            }
            7 | 8 => {
                let create = self.random.below(2) == 0;
                let file = OpenOptions::new().read(true).write(true).create(create).open(path)?;
                let slot = self.random.below(OPEN as u64) as usize;
                self.open[slot] = Some(file);
                Ok(6)
            }
            9 | 10 => {
                let count = self.random.below(9_000);
                let (bytes, at) = (self.random.bytes(count), self.random.below(40_000));
                let Some(file) = self.file() else { return Ok(7) };
                file.seek(SeekFrom::Start(at))?;
                file.write_all(&bytes)?;
                file.metadata().map(|metadata| metadata.len())
            }
            11 => {
                let at = self.random.below(40_000);
                let Some(file) = self.file() else { return Ok(8) };
                let mut bytes = Vec::new();
                file.seek(SeekFrom::Start(at))?;
                file.take(5_000).read_to_end(&mut bytes)?;
                Ok(sum(&bytes))
            }
            12 => {
                let size = self.random.below(30_000);
                let Some(file) = self.file() else { return Ok(9) };
                file.set_len(size).map(|()| 10)
            }
            13 => {
                let slot = self.random.below(OPEN as u64) as usize;
                Ok(self.open[slot].take().is_some().into())
            }
            14 => {
                let mut names: Vec<_> =
                    fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().into_encoded_bytes())).collect::<io::Result<_>>()?;
                names.sort();
                Ok(sum(&names.concat()))
            }
            _ => {
                let metadata = fs::metadata(path)?;
                Ok(if metadata.is_dir() { 11 } else { metadata.len() })
            }
        }
    }
}

fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(bytes.len() as u64, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()))
}
