//! A tree goes into archives and comes out of them again.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::tree::{self, Tree};

pub fn run(from: &Path, directory: &Path) -> Result<()> {
    let tree = tree::of(from)?;
    println!("{} names", tree.len());
    let (archive, to) = (directory.join("all.tar"), directory.join("from-tar"));
    pack_tar(&tree, &archive)?;
    println!("tar: {} bytes", fs::metadata(&archive)?.len());
    unpack_tar(&archive, &to)?;
    ensure!(tree::of(&to)? == tree, "tar: another tree came out");
    println!("tar: the same");
    let (archive, to) = (directory.join("all.zip"), directory.join("from-zip"));
    pack_zip(&tree, &archive)?;
    println!("zip: {} bytes", fs::metadata(&archive)?.len());
    unpack_zip(&archive, &to)?;
    ensure!(tree::of(&to)? == tree, "zip: another tree came out");
    println!("zip: the same");
    Ok(())
}

fn pack_tar(tree: &Tree, path: &Path) -> Result<()> {
    let mut builder = tar::Builder::new(BufWriter::new(File::create_new(path)?));
    for (name, contents) in tree {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        match contents {
            Some(bytes) => {
                header.set_size(bytes.len() as u64);
                builder.append_data(&mut header, name, &bytes[..])?;
            }
            None => {
                header.set_entry_type(tar::EntryType::Directory);
                header.set_size(0);
                builder.append_data(&mut header, name, io::empty())?;
            }
        }
    }
    builder.into_inner()?.flush()?;
    Ok(())
}

fn unpack_tar(archive: &Path, to: &Path) -> Result<()> {
    fs::create_dir(to)?;
    let mut archive = tar::Archive::new(BufReader::new(File::open(archive)?));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = to.join(entry.path()?);
        if entry.header().entry_type().is_dir() {
            fs::create_dir(path)?;
        } else {
            io::copy(&mut entry, &mut File::create_new(path)?)?;
        }
    }
    Ok(())
}

fn pack_zip(tree: &Tree, path: &Path) -> Result<()> {
    let mut zip = ZipWriter::new(File::create_new(path)?);
    for (name, contents) in tree {
        match contents {
            Some(bytes) => {
                zip.start_file(name, SimpleFileOptions::default())?;
                zip.write_all(bytes)?;
            }
            None => zip.add_directory(name, SimpleFileOptions::default())?,
        }
    }
    zip.finish()?;
    Ok(())
}

fn unpack_zip(archive: &Path, to: &Path) -> Result<()> {
    fs::create_dir(to)?;
    let mut archive = ZipArchive::new(BufReader::new(File::open(archive)?))?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let path = to.join(entry.enclosed_name().context("a name that leaves the archive")?);
        if entry.is_dir() {
            fs::create_dir(path)?;
        } else {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            fs::write(path, bytes)?;
        }
    }
    Ok(())
}
