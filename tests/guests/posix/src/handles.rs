//! What an open file keeps when names change, and what it may do.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};

use check::{Behaviour, Outcome, same};

use crate::errno::refused;
use crate::scratch::scratch;

pub const BEHAVIOURS: &[Behaviour] = &[
    ("read_and_write_one_handle", read_and_write_one_handle),
    ("write_to_a_handle_for_reading", write_to_a_handle_for_reading),
    ("read_from_a_handle_for_writing", read_from_a_handle_for_writing),
    ("set_len_of_a_handle_for_reading", set_len_of_a_handle_for_reading),
    ("unlink_while_open", unlink_while_open),
    ("unlink_an_image_file_while_open", unlink_an_image_file_while_open),
    ("rename_while_open", rename_while_open),
    ("rename_over_open_file", rename_over_open_file),
    ("truncate_while_another_reads", truncate_while_another_reads),
    ("write_seen_through_another_handle", write_seen_through_another_handle),
    ("directory_handle_outlives_its_directory", directory_handle_outlives_its_directory),
];

/// More than the preview1 adapter can hold.
pub const MANY: &[Behaviour] = &[("two_thousand_open_handles", two_thousand_open_handles)];

fn read_and_write_one_handle() -> Outcome {
    let at = scratch("read_and_write_one_handle")?.join("file");
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(at)?;
    file.write_all(b"hello")?;
    file.seek(SeekFrom::Start(1))?;
    let mut two = [0; 2];
    file.read_exact(&mut two)?;
    same(&two, b"el")?;
    file.write_all(b"P!")?;
    file.seek(SeekFrom::Start(0))?;
    let mut all = String::new();
    file.read_to_string(&mut all)?;
    same(all, "helP!")
}

// The libc turns `bad-descriptor` of a stream into EIO.
fn write_to_a_handle_for_reading() -> Outcome {
    refused(File::open("/hello.txt")?.write(b"x"), &["EBADF", "EIO"])
}

fn read_from_a_handle_for_writing() -> Outcome {
    let at = scratch("read_from_a_handle_for_writing")?.join("file");
    refused(File::create(at)?.read(&mut [0; 1]), &["EBADF", "EIO"])
}

fn set_len_of_a_handle_for_reading() -> Outcome {
    refused(File::open("/hello.txt")?.set_len(1), &["EINVAL", "EBADF"])
}

fn unlink_while_open() -> Outcome {
    let at = scratch("unlink_while_open")?.join("file");
    let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(&at)?;
    file.write_all(b"still here")?;
    fs::remove_file(&at)?;
    file.write_all(b" and writable")?;
    file.seek(SeekFrom::Start(0))?;
    let mut all = String::new();
    file.read_to_string(&mut all)?;
    same(all, "still here and writable")?;
    refused(File::open(&at), &["ENOENT"])
}

fn unlink_an_image_file_while_open() -> Outcome {
    let mut file = File::open("/change/open.txt")?;
    fs::remove_file("/change/open.txt")?;
    let mut all = String::new();
    file.read_to_string(&mut all)?;
    same(all, "open\n")
}

fn rename_while_open() -> Outcome {
    let dir = scratch("rename_while_open")?;
    let mut file = File::create(dir.join("a"))?;
    file.write_all(b"1")?;
    fs::rename(dir.join("a"), dir.join("b"))?;
    file.write_all(b"2")?;
    same(fs::read_to_string(dir.join("b"))?, "12")
}

fn rename_over_open_file() -> Outcome {
    let dir = scratch("rename_over_open_file")?;
    fs::write(dir.join("old"), "old")?;
    fs::write(dir.join("new"), "new")?;
    let mut old = File::open(dir.join("old"))?;
    fs::rename(dir.join("new"), dir.join("old"))?;
    let mut seen = String::new();
    old.read_to_string(&mut seen)?;
    same(seen, "old")?;
    same(fs::read_to_string(dir.join("old"))?, "new")
}

fn truncate_while_another_reads() -> Outcome {
    let at = scratch("truncate_while_another_reads")?.join("file");
    fs::write(&at, "0123456789")?;
    let mut reader = File::open(&at)?;
    reader.read_exact(&mut [0; 5])?;
    OpenOptions::new().write(true).open(&at)?.set_len(2)?;
    same(reader.read(&mut [0; 5])?, 0)
}

fn write_seen_through_another_handle() -> Outcome {
    let at = scratch("write_seen_through_another_handle")?.join("file");
    let mut writer = File::create(&at)?;
    let mut reader = File::open(&at)?;
    writer.write_all(b"fresh")?;
    let mut seen = String::new();
    reader.read_to_string(&mut seen)?;
    same(seen, "fresh")
}

fn two_thousand_open_handles() -> Outcome {
    let dir = scratch("two_thousand_open_handles")?;
    let mut open = Vec::new();
    for n in 0..2000 {
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(true).open(dir.join(format!("{n}")))?;
        file.write_all(format!("{n}").as_bytes())?;
        open.push(file);
    }
    for (n, file) in open.iter_mut().enumerate() {
        file.seek(SeekFrom::Start(0))?;
        let mut seen = String::new();
        file.read_to_string(&mut seen)?;
        same(seen, n.to_string())?;
    }
    Ok(())
}

fn directory_handle_outlives_its_directory() -> Outcome {
    let dir = scratch("directory_handle_outlives_its_directory")?.join("gone");
    fs::create_dir(&dir)?;
    let entries = fs::read_dir(&dir)?;
    fs::remove_dir(&dir)?;
    same(entries.filter(Result::is_ok).count(), 0)
}
