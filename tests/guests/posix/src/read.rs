//! Reading what the image holds.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::time::{Duration, UNIX_EPOCH};

use check::{Behaviour, Outcome, holds, same};

use crate::errno::refused;

pub const BEHAVIOURS: &[Behaviour] = &[
    ("metadata_of_a_file", metadata_of_a_file),
    ("metadata_of_a_directory", metadata_of_a_directory),
    ("metadata_of_the_root", metadata_of_the_root),
    ("time_of_an_image_file_to_the_nanosecond", time_of_an_image_file),
    ("missing_file", missing_file),
    ("missing_directory_on_the_way", missing_directory_on_the_way),
    ("thousand_entries", thousand_entries),
    ("entry_types", entry_types),
    ("entries_of_the_root", entries_of_the_root),
    ("nested_file", nested_file),
    ("whole_large_file", whole_large_file),
    ("seek_from_the_end", seek_from_the_end),
    ("seek_before_the_start", seek_before_the_start),
    ("read_past_the_end", read_past_the_end),
    ("empty_file", empty_file),
    ("read_at_each_edge_of_a_block", read_at_each_edge_of_a_block),
    ("dot", dot),
    ("dotdot", dotdot),
    ("dotdot_at_the_root", dotdot_at_the_root),
    ("trailing_slash_on_a_directory", trailing_slash_on_a_directory),
    ("trailing_slash_on_a_file", trailing_slash_on_a_file),
    ("file_on_the_way", file_on_the_way),
    ("double_slash", double_slash),
    ("through_a_link_to_a_file", through_a_link_to_a_file),
    ("through_a_link_to_a_directory", through_a_link_to_a_directory),
    ("dangling_link", dangling_link),
    ("target_of_a_link", target_of_a_link),
    ("target_of_what_is_no_link", target_of_what_is_no_link),
    ("metadata_of_a_link_itself", metadata_of_a_link_itself),
    ("directory_read_as_a_file", directory_read_as_a_file),
    ("file_listed_as_a_directory", file_listed_as_a_directory),
    ("relative_path", relative_path),
];

fn metadata_of_a_file() -> Outcome {
    let seen = fs::metadata("/hello.txt")?;
    holds(seen.is_file(), "a file is a file")?;
    same(seen.len(), 13)
}

fn metadata_of_a_directory() -> Outcome {
    holds(fs::metadata("/dir")?.is_dir(), "a directory is a directory")
}

fn metadata_of_the_root() -> Outcome {
    holds(fs::metadata("/")?.is_dir(), "the root is a directory")
}

fn time_of_an_image_file() -> Outcome {
    same(fs::metadata("/hello.txt")?.modified()?, UNIX_EPOCH + Duration::new(1_000_000_000, 123_456_789))
}

fn missing_file() -> Outcome {
    refused(File::open("/nothing"), &["ENOENT"])
}

fn missing_directory_on_the_way() -> Outcome {
    refused(File::open("/nothing/at/all"), &["ENOENT"])
}

fn thousand_entries() -> Outcome {
    let mut names: Vec<String> =
        fs::read_dir("/many")?.map(|e| Ok(e?.file_name().into_string().unwrap())).collect::<std::io::Result<_>>()?;
    names.sort();
    same(names.len(), 1000)?;
    holds(names.iter().enumerate().all(|(at, name)| *name == format!("f{at:03}")), "each name is listed once")
}

fn entry_types() -> Outcome {
    let mut seen = Vec::new();
    for entry in fs::read_dir("/dir")? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let letter = if kind.is_dir() {
            'd'
        } else if kind.is_symlink() {
            'l'
        } else {
            'f'
        };
        seen.push(format!("{letter} {}", entry.file_name().to_string_lossy()));
    }
    seen.sort();
    same(seen, ["d nested", "f a.txt", "f b.txt", "l up"])
}

fn entries_of_the_root() -> Outcome {
    let names: Vec<_> = fs::read_dir("/")?.map(|e| Ok(e?.file_name())).collect::<std::io::Result<_>>()?;
    holds(names.iter().any(|n| n == "hello.txt"), "the root lists a file of the image")?;
    holds(!names.iter().any(|n| n == "." || n == ".."), "dot entries are not listed")
}

fn nested_file() -> Outcome {
    same(fs::read_to_string("/dir/nested/deep.txt")?, "deep\n")
}

fn whole_large_file() -> Outcome {
    let bytes = fs::read("/big.bin")?;
    same(bytes.len(), 5_000_001)?;
    holds(bytes.iter().enumerate().all(|(at, byte)| *byte == pattern(at)), "every byte is where it belongs")
}

/// The byte the runner puts at an offset of a made file.
fn pattern(at: usize) -> u8 {
    (at % 251) as u8
}

fn seek_from_the_end() -> Outcome {
    let mut file = File::open("/hello.txt")?;
    same(file.seek(SeekFrom::End(-6))?, 7)?;
    let mut rest = String::new();
    file.read_to_string(&mut rest)?;
    same(rest, "image\n")
}

fn seek_before_the_start() -> Outcome {
    refused(File::open("/hello.txt")?.seek(SeekFrom::End(-14)), &["EINVAL"])
}

fn read_past_the_end() -> Outcome {
    let mut file = File::open("/hello.txt")?;
    same(file.seek(SeekFrom::Start(1000))?, 1000)?;
    same(file.read(&mut [0; 10])?, 0)?;
    same(file.read(&mut [0; 10])?, 0)
}

fn empty_file() -> Outcome {
    same(fs::metadata("/empty.txt")?.len(), 0)?;
    same(fs::read("/empty.txt")?, [])
}

fn read_at_each_edge_of_a_block() -> Outcome {
    let mut file = File::open("/big.bin")?;
    for block in [4096usize, 65536, 1 << 20] {
        for start in block - 2..block + 2 {
            let mut piece = [0; 5];
            file.seek(SeekFrom::Start(start as u64))?;
            file.read_exact(&mut piece)?;
            same(piece, std::array::from_fn(|n| pattern(start + n)))?;
        }
    }
    Ok(())
}

fn dot() -> Outcome {
    same(fs::read_to_string("/./dir/./a.txt")?, "a\n")?;
    holds(fs::metadata("/.")?.is_dir(), "`.` is a directory")
}

fn dotdot() -> Outcome {
    same(fs::read_to_string("/dir/nested/../a.txt")?, "a\n")?;
    same(fs::read_to_string("/dir/nested/../../hello.txt")?, "hello, image\n")
}

fn dotdot_at_the_root() -> Outcome {
    refused(File::open("/../hello.txt"), &["EPERM"])
}

fn trailing_slash_on_a_directory() -> Outcome {
    holds(fs::metadata("/dir/")?.is_dir(), "`dir/` is a directory")?;
    same(fs::read_dir("/dir/")?.count(), 4)
}

fn trailing_slash_on_a_file() -> Outcome {
    refused(fs::metadata("/hello.txt/"), &["ENOTDIR"])?;
    refused(File::open("/hello.txt/"), &["ENOTDIR"])
}

fn file_on_the_way() -> Outcome {
    refused(File::open("/hello.txt/x"), &["ENOTDIR"])
}

fn double_slash() -> Outcome {
    same(fs::read_to_string("//dir//nested///deep.txt")?, "deep\n")
}

fn through_a_link_to_a_file() -> Outcome {
    same(fs::read_to_string("/link")?, "hello, image\n")
}

fn through_a_link_to_a_directory() -> Outcome {
    same(fs::read_to_string("/linkdir/nested/deep.txt")?, "deep\n")?;
    same(fs::read_to_string("/dir/up/hello.txt")?, "hello, image\n")
}

fn dangling_link() -> Outcome {
    refused(File::open("/dangling"), &["ENOENT"])?;
    holds(fs::symlink_metadata("/dangling")?.is_symlink(), "a dangling link is there")
}

fn target_of_a_link() -> Outcome {
    same(fs::read_link("/link")?.to_str(), Some("hello.txt"))
}

fn target_of_what_is_no_link() -> Outcome {
    refused(fs::read_link("/hello.txt"), &["EINVAL"])
}

fn metadata_of_a_link_itself() -> Outcome {
    let seen = fs::symlink_metadata("/link")?;
    holds(seen.is_symlink(), "a link is a link")?;
    same(seen.len(), 9)
}

fn directory_read_as_a_file() -> Outcome {
    refused(fs::read("/dir"), &["EISDIR", "EBADF"])
}

fn file_listed_as_a_directory() -> Outcome {
    refused(fs::read_dir("/hello.txt").map(|_| ()), &["ENOTDIR"])
}

fn relative_path() -> Outcome {
    same(fs::read_to_string("dir/a.txt")?, "a\n")
}
