//! A diary: adds its arguments as an entry to `/diary.txt`, files yesterday's letter away, and shows what is there now.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};

fn main() -> io::Result<()> {
    let entry = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    let before = fs::read_to_string("/diary.txt")?.lines().count();

    writeln!(OpenOptions::new().append(true).open("/diary.txt")?, "{entry}")?;
    fs::create_dir("/archive")?;
    fs::rename("/letters/monday.txt", "/archive/monday.txt")?;
    fs::hard_link("/diary.txt", "/archive/diary-today.txt")?;
    File::create("/letters/draft.txt")?.write_all(b"Dear reader,\n")?;

    println!("/diary.txt had {before} line(s) when this run began; now it says:");
    for line in fs::read_to_string("/archive/diary-today.txt")?.lines() {
        println!("    {line}");
    }
    println!("files:");
    show("/")
}

fn show(directory: &str) -> io::Result<()> {
    let mut entries = fs::read_dir(directory)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = format!("{}/{}", directory.trim_end_matches('/'), entry.file_name().display());
        if entry.file_type()?.is_dir() {
            show(&path)?;
        } else {
            println!("    {path} ({} bytes)", entry.metadata()?.len());
        }
    }
    Ok(())
}
