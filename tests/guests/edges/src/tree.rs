//! Short ways to the calls.

use wasip2::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};

pub const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;
pub const READ: DescriptorFlags = DescriptorFlags::READ;
pub const WRITE: DescriptorFlags = DescriptorFlags::WRITE;
pub const MUTATE: DescriptorFlags = DescriptorFlags::MUTATE_DIRECTORY;

/// The one preopened directory.
pub fn root() -> Descriptor {
    wasip2::filesystem::preopens::get_directories().remove(0).0
}

/// The new empty directory `w/NAME`.
pub fn scratch(name: &str) -> Result<Descriptor, ErrorCode> {
    let root = root();
    let path = format!("w/{name}");
    root.create_directory_at(&path)?;
    root.open_at(FOLLOW, &path, OpenFlags::DIRECTORY, READ | MUTATE)
}

/// A file, new or as it is, for reading and writing.
pub fn file(directory: &Descriptor, path: &str) -> Result<Descriptor, ErrorCode> {
    directory.open_at(FOLLOW, path, OpenFlags::CREATE, READ | WRITE)
}

/// A file that is there, for reading.
pub fn open(directory: &Descriptor, path: &str) -> Result<Descriptor, ErrorCode> {
    directory.open_at(FOLLOW, path, OpenFlags::empty(), READ)
}

/// Writes all of `bytes`.
pub fn write(file: &Descriptor, bytes: &[u8], at: u64) -> Result<(), ErrorCode> {
    let mut done = 0;
    while done < bytes.len() {
        done += file.write(&bytes[done..], at + done as u64)? as usize;
    }
    Ok(())
}

/// Whether the file holds `size` bytes, each of which is `byte`.
pub fn is_filled(file: &Descriptor, size: u64, byte: u8) -> Result<bool, ErrorCode> {
    let mut at = 0;
    loop {
        let (bytes, end) = file.read(1 << 16, at)?;
        if bytes.iter().any(|read| *read != byte) {
            return Ok(false);
        }
        at += bytes.len() as u64;
        if end {
            return Ok(at == size);
        }
    }
}

/// How many entries a directory has.
pub fn count(directory: &Descriptor) -> Result<usize, ErrorCode> {
    let entries = directory.read_directory()?;
    let mut count = 0;
    while entries.read_directory_entry()?.is_some() {
        count += 1;
    }
    Ok(count)
}
