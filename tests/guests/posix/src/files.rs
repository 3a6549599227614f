//! Making, writing and cutting files.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};

use check::{Behaviour, Outcome, holds, same};

use crate::errno::refused;
use crate::scratch::scratch;

pub const BEHAVIOURS: &[Behaviour] = &[
    ("create", create),
    ("create_in_a_missing_directory", create_in_a_missing_directory),
    ("overwrite", overwrite),
    ("create_new", create_new),
    ("create_new_over_a_dangling_link", create_new_over_a_dangling_link),
    ("create_through_a_dangling_link", create_through_a_dangling_link),
    ("append", append),
    ("append_through_two_handles", append_through_two_handles),
    ("append_after_a_seek", append_after_a_seek),
    ("truncate_on_open", truncate_on_open),
    ("shrink", shrink),
    ("grow", grow),
    ("shrink_then_grow_gives_zeroes", shrink_then_grow_gives_zeroes),
    ("sparse_write", sparse_write),
    ("write_into_the_middle", write_into_the_middle),
    ("write_across_each_edge_of_a_block", write_across_each_edge_of_a_block),
    ("large_file", large_file),
    ("sync", sync),
    ("copy", copy),
    ("copy_of_an_image_file", copy_of_an_image_file),
    ("overwrite_an_image_file", overwrite_an_image_file),
    ("append_to_an_image_file", append_to_an_image_file),
    ("change_the_middle_of_a_large_image_file", change_the_middle_of_a_large_image_file),
    ("shrink_an_image_file", shrink_an_image_file),
    ("create_in_an_image_directory", create_in_an_image_directory),
    ("remove_an_image_file", remove_an_image_file),
    ("remove_and_make_again", remove_and_make_again),
    ("remove", remove),
    ("remove_a_missing_file", remove_a_missing_file),
    ("remove_a_directory_as_a_file", remove_a_directory_as_a_file),
    ("open_a_directory_for_writing", open_a_directory_for_writing),
];

fn create() -> Outcome {
    let at = scratch("create")?.join("file");
    fs::write(&at, "text")?;
    same(fs::read_to_string(&at)?, "text")?;
    same(fs::metadata(&at)?.len(), 4)
}

fn create_in_a_missing_directory() -> Outcome {
    refused(File::create("/w/none/file"), &["ENOENT"])
}

fn overwrite() -> Outcome {
    let at = scratch("overwrite")?.join("file");
    fs::write(&at, "a longer text")?;
    fs::write(&at, "short")?;
    same(fs::read_to_string(&at)?, "short")
}

fn create_new() -> Outcome {
    let at = scratch("create_new")?.join("file");
    drop(File::create_new(&at)?);
    refused(File::create_new(&at), &["EEXIST"])?;
    refused(File::create_new("/hello.txt"), &["EEXIST"])
}

#[allow(deprecated)]
fn create_new_over_a_dangling_link() -> Outcome {
    let dir = scratch("create_new_over_a_dangling_link")?;
    fs::soft_link("nowhere", dir.join("link"))?;
    refused(File::create_new(dir.join("link")), &["EEXIST"])
}

#[allow(deprecated)]
fn create_through_a_dangling_link() -> Outcome {
    let dir = scratch("create_through_a_dangling_link")?;
    fs::soft_link("target", dir.join("link"))?;
    fs::write(dir.join("link"), "through")?;
    same(fs::read_to_string(dir.join("target"))?, "through")
}

fn append() -> Outcome {
    let at = scratch("append")?.join("file");
    fs::write(&at, "one,")?;
    let mut file = OpenOptions::new().append(true).open(&at)?;
    file.write_all(b"two,")?;
    file.write_all(b"three")?;
    same(fs::read_to_string(&at)?, "one,two,three")
}

fn append_through_two_handles() -> Outcome {
    let at = scratch("append_through_two_handles")?.join("file");
    let open = || OpenOptions::new().append(true).create(true).open(&at);
    let (mut first, mut second) = (open()?, open()?);
    first.write_all(b"a")?;
    second.write_all(b"b")?;
    first.write_all(b"c")?;
    same(fs::read_to_string(&at)?, "abc")
}

fn append_after_a_seek() -> Outcome {
    let at = scratch("append_after_a_seek")?.join("file");
    fs::write(&at, "start")?;
    let mut file = OpenOptions::new().append(true).read(true).open(&at)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(b"+end")?;
    same(fs::read_to_string(&at)?, "start+end")
}

fn truncate_on_open() -> Outcome {
    let at = scratch("truncate_on_open")?.join("file");
    fs::write(&at, "something")?;
    drop(OpenOptions::new().write(true).truncate(true).open(&at)?);
    same(fs::metadata(&at)?.len(), 0)
}

fn shrink() -> Outcome {
    let at = scratch("shrink")?.join("file");
    fs::write(&at, "0123456789")?;
    OpenOptions::new().write(true).open(&at)?.set_len(4)?;
    same(fs::read_to_string(&at)?, "0123")
}

fn grow() -> Outcome {
    let at = scratch("grow")?.join("file");
    fs::write(&at, "01")?;
    OpenOptions::new().write(true).open(&at)?.set_len(5000)?;
    let seen = fs::read(&at)?;
    same(seen.len(), 5000)?;
    holds(seen.starts_with(b"01") && seen[2..].iter().all(|b| *b == 0), "what is grown is zero")
}

fn shrink_then_grow_gives_zeroes() -> Outcome {
    let at = scratch("shrink_then_grow_gives_zeroes")?.join("file");
    fs::write(&at, [7; 10_000])?;
    let file = OpenOptions::new().write(true).open(&at)?;
    file.set_len(4099)?;
    file.set_len(9000)?;
    let seen = fs::read(&at)?;
    same(seen.len(), 9000)?;
    holds(seen[..4099].iter().all(|b| *b == 7), "what was kept is kept")?;
    holds(seen[4099..].iter().all(|b| *b == 0), "what was cut does not come back")
}

fn sparse_write() -> Outcome {
    let at = scratch("sparse_write")?.join("file");
    let mut file = File::create(&at)?;
    file.seek(SeekFrom::Start(1_000_000))?;
    file.write_all(b"end")?;
    let seen = fs::read(&at)?;
    same(seen.len(), 1_000_003)?;
    holds(seen[..1_000_000].iter().all(|b| *b == 0) && seen.ends_with(b"end"), "the hole is zero")
}

fn write_into_the_middle() -> Outcome {
    let at = scratch("write_into_the_middle")?.join("file");
    fs::write(&at, "0123456789")?;
    let mut file = OpenOptions::new().write(true).open(&at)?;
    file.seek(SeekFrom::Start(3))?;
    file.write_all(b"abc")?;
    same(fs::read_to_string(&at)?, "012abc6789")
}

fn write_across_each_edge_of_a_block() -> Outcome {
    let at = scratch("write_across_each_edge_of_a_block")?.join("file");
    let mut model = vec![1u8; 3 << 16];
    fs::write(&at, &model)?;
    let mut file = OpenOptions::new().write(true).read(true).open(&at)?;
    for block in [4096usize, 8192, 65536, 131_072] {
        for start in block - 3..block + 1 {
            let piece = [start as u8, 2, 3, 4, 5];
            file.seek(SeekFrom::Start(start as u64))?;
            file.write_all(&piece)?;
            model[start..start + 5].copy_from_slice(&piece);
        }
    }
    holds(fs::read(&at)? == model, "the file is what was written")
}

fn large_file() -> Outcome {
    let at = scratch("large_file")?.join("file");
    let bytes: Vec<u8> = (0..3_000_000u32).map(|n| (n % 253) as u8).collect();
    fs::write(&at, &bytes)?;
    holds(fs::read(&at)? == bytes, "three megabytes come back")
}

fn sync() -> Outcome {
    let mut file = File::create(scratch("sync")?.join("file"))?;
    file.write_all(b"x")?;
    file.sync_all()?;
    file.sync_data()?;
    file.flush()?;
    Ok(())
}

fn copy() -> Outcome {
    let dir = scratch("copy")?;
    fs::write(dir.join("from"), "copied")?;
    same(fs::copy(dir.join("from"), dir.join("to"))?, 6)?;
    same(fs::read_to_string(dir.join("to"))?, "copied")
}

fn copy_of_an_image_file() -> Outcome {
    let dir = scratch("copy_of_an_image_file")?;
    same(fs::copy("/big.bin", dir.join("big"))?, 5_000_001)?;
    holds(fs::read(dir.join("big"))? == fs::read("/big.bin")?, "the copy is the same")
}

fn overwrite_an_image_file() -> Outcome {
    fs::write("/change/whole.txt", "new")?;
    same(fs::read_to_string("/change/whole.txt")?, "new")
}

fn append_to_an_image_file() -> Outcome {
    OpenOptions::new().append(true).open("/change/tail.txt")?.write_all(b"+more")?;
    same(fs::read_to_string("/change/tail.txt")?, "tail\n+more")
}

fn change_the_middle_of_a_large_image_file() -> Outcome {
    let mut file = OpenOptions::new().read(true).write(true).open("/change/big.bin")?;
    let mut model = Vec::new();
    file.read_to_end(&mut model)?;
    for at in [0usize, 4095, 65_536, 299_999] {
        file.seek(SeekFrom::Start(at as u64))?;
        file.write_all(b"!")?;
        model[at] = b'!';
    }
    holds(fs::read("/change/big.bin")? == model, "four bytes changed and no other")
}

fn shrink_an_image_file() -> Outcome {
    let file = OpenOptions::new().write(true).open("/change/cut.txt")?;
    file.set_len(3)?;
    file.set_len(6)?;
    same(fs::read("/change/cut.txt")?, b"cut\0\0\0")
}

fn create_in_an_image_directory() -> Outcome {
    fs::write("/change/new.txt", "new")?;
    same(fs::read_to_string("/change/new.txt")?, "new")?;
    holds(fs::read_dir("/change")?.any(|e| e.is_ok_and(|e| e.file_name() == "new.txt")), "it is listed")?;
    same(fs::read_to_string("/change/keep.txt")?, "keep\n")
}

fn remove_an_image_file() -> Outcome {
    fs::remove_file("/change/remove.txt")?;
    refused(fs::metadata("/change/remove.txt"), &["ENOENT"])?;
    holds(!fs::read_dir("/change")?.any(|e| e.is_ok_and(|e| e.file_name() == "remove.txt")), "it is not listed")
}

fn remove_and_make_again() -> Outcome {
    fs::remove_file("/change/again.txt")?;
    fs::write("/change/again.txt", "second life")?;
    same(fs::read_to_string("/change/again.txt")?, "second life")?;
    same(fs::read_dir("/change")?.filter(|e| e.as_ref().is_ok_and(|e| e.file_name() == "again.txt")).count(), 1)
}

fn remove() -> Outcome {
    let at = scratch("remove")?.join("file");
    fs::write(&at, "x")?;
    fs::remove_file(&at)?;
    refused(File::open(&at), &["ENOENT"])
}

fn remove_a_missing_file() -> Outcome {
    refused(fs::remove_file("/w/nothing"), &["ENOENT"])
}

fn remove_a_directory_as_a_file() -> Outcome {
    let dir = scratch("remove_a_directory_as_a_file")?;
    refused(fs::remove_file(&dir), &["EISDIR", "EPERM"])?;
    holds(fs::metadata(&dir)?.is_dir(), "it is still there")
}

fn open_a_directory_for_writing() -> Outcome {
    refused(OpenOptions::new().write(true).open("/dir"), &["EISDIR"])
}
