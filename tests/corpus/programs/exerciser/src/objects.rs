//! Thousands of small objects, written under another name and renamed into place, then packed into one file: what version control does
//! to a filesystem.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::random::Random;

/// After so many objects the index is written anew.
const INDEX_EVERY: u64 = 500;

pub fn run(directory: &str, seed: u64, count: u64) -> Result<()> {
    let store = Path::new(directory);
    let mut random = Random::new(seed);
    let mut objects = BTreeMap::new();
    let mut known = 0;
    for number in 0..count {
        // Some contents come again.
        let size = random.below(if number % 50 == 0 { 40_000 } else { 600 });
        let mut contents = Random::new(number % (count - count / 10)).bytes(size.max(1));
        contents.truncate(1 + (number % (count - count / 10)) as usize % contents.len());
        let name = format!("{:x}", Sha256::digest(&contents));
        if !put(store, number, &name, &contents)? {
            known += 1;
        }
        objects.insert(name, contents);
        if number % INDEX_EVERY == 0 {
            replace(&store.join("index"), objects.keys().cloned().collect::<Vec<_>>().join("\n").as_bytes())?;
        }
    }
    println!("{} objects, {known} were there", objects.len());
    for (name, contents) in &objects {
        ensure!(fs::read(place(store, name))? == *contents, "{name} is not what was written");
    }
    println!("{} objects read back", objects.len());
    let index = pack(store, &objects)?;
    println!("packed, {} directories gone", remove_loose(store, &objects)?);
    let mut pack = File::open(store.join("pack"))?;
    // Not in the order in which they lie.
    for (name, (offset, size)) in index.iter().rev() {
        let mut bytes = vec![0; *size];
        pack.seek(SeekFrom::Start(*offset))?;
        pack.read_exact(&mut bytes)?;
        ensure!(bytes == objects[name], "{name} is not what was packed");
    }
    println!("{} objects of {} bytes read back from the pack", index.len(), pack.metadata()?.len());
    Ok(())
}

/// Whether it was new.
fn put(store: &Path, number: u64, name: &str, contents: &[u8]) -> Result<bool> {
    let place = place(store, name);
    if place.try_exists()? {
        return Ok(false);
    }
    let directory = place.parent().context("a directory")?;
    fs::create_dir_all(directory)?;
    let temporary = directory.join(format!("new-{number}"));
    OpenOptions::new().write(true).create_new(true).open(&temporary)?.write_all(contents)?;
    fs::rename(&temporary, &place)?;
    Ok(true)
}

fn place(store: &Path, name: &str) -> PathBuf {
    let (directory, rest) = name.split_at(2);
    store.join("objects").join(directory).join(rest)
}

/// Writes a file beside, which only one may make at a time, and puts it in its place.
fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let lock = path.with_extension("lock");
    let mut file = OpenOptions::new().write(true).create_new(true).open(&lock)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    ensure!(OpenOptions::new().write(true).create_new(true).open(&lock).is_err(), "two have the lock");
    fs::rename(lock, path)?;
    Ok(())
}

fn pack(store: &Path, objects: &BTreeMap<String, Vec<u8>>) -> Result<BTreeMap<String, (u64, usize)>> {
    let temporary = store.join("pack.new");
    let mut pack = OpenOptions::new().append(true).create_new(true).open(&temporary)?;
    let mut index = BTreeMap::new();
    let mut offset = 0;
    for name in objects.keys() {
        let contents = fs::read(place(store, name))?;
        pack.write_all(&contents)?;
        index.insert(name.clone(), (offset, contents.len()));
        offset += contents.len() as u64;
    }
    fs::rename(temporary, store.join("pack"))?;
    Ok(index)
}

/// Number of directories that are empty then, and removed.
fn remove_loose(store: &Path, objects: &BTreeMap<String, Vec<u8>>) -> Result<usize> {
    for name in objects.keys() {
        fs::remove_file(place(store, name))?;
    }
    let mut removed = 0;
    for entry in fs::read_dir(store.join("objects"))? {
        fs::remove_dir(entry?.path())?;
        removed += 1;
    }
    fs::remove_dir(store.join("objects"))?;
    Ok(removed)
}
