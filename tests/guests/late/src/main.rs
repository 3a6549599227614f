//! Uses files whose tree the host answers for (`wit/late.wit`). The argument says what is done; what came of it is printed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

wit_bindgen::generate!({
    inline: "
        package tests:late;
        world late { import vfs-compose:late/tree@0.1.0; }",
    path: "../../../wit/late.wit",
    async: false,
    generate_all,
});

use vfs_compose::late::tree;

fn main() -> io::Result<()> {
    // The program knows the host, too: so the vfs may ask it.
    assert!(matches!(tree::ask(&tree::Question::Node(1)), Ok(tree::Answer::Node(root)) if root.number == 1));
    match std::env::args().nth(1).as_deref() {
        Some("read") => read(),
        Some("list") => list(),
        Some("look-up") => look_up(),
        Some("change") => change(),
        other => panic!("{other:?}"),
    }
}

fn read() -> io::Result<()> {
    for path in ["/dir/file.txt", "/big.bin", "/link", "/dir/../dir/up", "/empty"] {
        println!("{path}: {}", told(&fs::read(path)?));
    }
    println!("/link -> {}", fs::read_link("/link")?.display());
    let mut file = File::open("/big.bin")?;
    let mut piece = [0; 1000];
    for offset in [0, 65_000, 299_500] {
        file.seek(SeekFrom::Start(offset))?;
        let mut read = 0;
        while read < piece.len() {
            match file.read(&mut piece[read..])? {
                0 => break,
                count => read += count,
            }
        }
        println!("/big.bin at {offset}: {}", told(&piece[..read]));
    }
    Ok(())
}

fn list() -> io::Result<()> {
    for path in ["/", "/walked", "/many"] {
        println!("{path}: {}", names(path)?);
    }
    Ok(())
}

fn look_up() -> io::Result<()> {
    for path in [
        "/",
        "/dir",
        "/dir/file.txt",
        "/link",
        "/missing",
        "/missing/file",
        "/dir/file.txt/x",
        "/dir/broken",
        "/secret/file",
    ] {
        match fs::symlink_metadata(path) {
            Ok(seen) => println!("{path}: {:?}, {} bytes", seen.file_type(), seen.len()),
            Err(error) => println!("{path}: {:?}", error.kind()),
        }
    }
    println!("reading: {:?}", fs::read("/dir/unreadable").map(|_| ()).map_err(|error| error.kind()));
    println!("listing: {:?}", fs::read_dir("/secret").and_then(|mut entries| entries.next().transpose()).map(|_| ()));
    Ok(())
}

/// All of this is kept above the host's tree.
fn change() -> io::Result<()> {
    OpenOptions::new().append(true).open("/dir/file.txt")?.write_all(b", and more")?;
    let mut big = OpenOptions::new().read(true).write(true).open("/big.bin")?;
    big.seek(SeekFrom::Start(100_000))?;
    big.write_all(b"in the middle")?;
    println!("big: {}", told(&fs::read("/big.bin")?));
    fs::rename("/dir", "/moved")?;
    println!("file: {}", fs::read_to_string("/moved/file.txt")?);
    println!("old: {:?}", fs::metadata("/dir/file.txt").map(|_| ()).map_err(|error| error.kind()));
    fs::write("/moved/new", "new")?;
    fs::remove_file("/moved/up")?;
    fs::create_dir("/moved/sub")?;
    fs::rename("/moved/new", "/moved/sub/newer")?;
    fs::hard_link("/moved/file.txt", "/file")?;
    println!("removing: {}", fs::remove_dir("/many").is_ok());
    fs::remove_dir_all("/many")?;
    OpenOptions::new().write(true).open("/file")?.set_len(5)?;
    for path in ["/", "/moved", "/moved/sub"] {
        println!("{path}: {}", names(path)?);
    }
    println!("cut: {}", fs::read_to_string("/file")?);
    Ok(())
}

fn names(path: impl AsRef<Path>) -> io::Result<String> {
    let names: io::Result<Vec<_>> =
        fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().into_string().unwrap())).collect();
    let mut names = names?;
    names.sort();
    Ok(if names.len() > 20 {
        format!("{} names, {} to {}", names.len(), names[0], names[names.len() - 1])
    } else {
        names.join(" ")
    })
}

/// Length, and a sum that depends on the order.
fn told(bytes: &[u8]) -> String {
    let sum = bytes.iter().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    format!("{} bytes, {sum:08x}", bytes.len())
}
