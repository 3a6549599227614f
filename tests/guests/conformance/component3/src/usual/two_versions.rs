//! One file through 0.3 and, by Rust's standard library, through 0.2.

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};

use crate::stream::{appender, feed, put, take};
use crate::tools::*;

/// The path of a case's file as the standard library has it.
fn path(case: &str, name: &str) -> String {
    format!("/w/{case}/{name}")
}

#[case]
async fn write_via_stream_is_seen_by_the_other_version(dir: &Descriptor) -> Outcome {
    let path = path("write_via_stream_is_seen_by_the_other_version", "f");
    let file = file(dir, "f", "0123").await?;
    let mut open = fs::File::open(&path)?;
    write(&file, b"ab", 1).await?;
    let mut text = String::new();
    open.read_to_string(&mut text)?;
    same(text, "0ab3")?;
    same(fs::read(&path)?, b"0ab3")
}

#[case]
async fn write_via_stream_by_turns_with_the_other_version(dir: &Descriptor) -> Outcome {
    let path = path("write_via_stream_by_turns_with_the_other_version", "f");
    let file = file(dir, "f", "").await?;
    let mut other = fs::OpenOptions::new().write(true).open(&path)?;
    for number in 0..10 {
        write(&file, b"a", 2 * number).await?;
        other.seek(SeekFrom::Start(2 * number + 1))?;
        other.write_all(b"b")?;
    }
    same(contents(&file).await?, "ab".repeat(10).as_bytes())?;
    same(fs::read(&path)?, "ab".repeat(10).as_bytes())
}

#[case]
async fn append_via_stream_finds_the_end_of_the_other_version(dir: &Descriptor) -> Outcome {
    let path = path("append_via_stream_finds_the_end_of_the_other_version", "f");
    let (to, ending) = appender(&file(dir, "f", "a").await?);
    let mut other = fs::OpenOptions::new().append(true).open(&path)?;
    other.write_all(b"b")?;
    feed(to, b"c").await;
    ending.await?;
    other.write_all(b"d")?;
    same(fs::read(&path)?, b"abcd")
}

#[case]
async fn read_via_stream_of_what_the_other_version_wrote(dir: &Descriptor) -> Outcome {
    fs::write(path("read_via_stream_of_what_the_other_version_wrote", "f"), "text")?;
    same(contents(&dir.open_at(STAY, "f", EXISTING, READ).await?).await?, b"text")
}

#[case]
async fn read_via_stream_while_the_other_version_writes_ahead(dir: &Descriptor) -> Outcome {
    const LARGE: usize = 1 << 20;
    let path = path("read_via_stream_while_the_other_version_writes_ahead", "f");
    let file = file(dir, "f", &"a".repeat(LARGE)).await?;
    let (mut stream, ending) = file.read_via_stream(0);
    same(take(&mut stream, 2).await?, b"aa")?;
    fs::OpenOptions::new().append(true).open(&path)?.write_all(b"more")?;
    let rest = stream.collect().await;
    same(rest.len(), LARGE + 2)?;
    same(&rest[LARGE - 2..], b"more")?;
    Ok(ending.await?)
}

#[case]
async fn read_via_stream_while_the_other_version_removes_the_name(dir: &Descriptor) -> Outcome {
    let (mut stream, ending) = file(dir, "f", &"a".repeat(1 << 20)).await?.read_via_stream(0);
    same(take(&mut stream, 2).await?, b"aa")?;
    fs::remove_file(path("read_via_stream_while_the_other_version_removes_the_name", "f"))?;
    same(stream.collect().await.len(), (1 << 20) - 2)?;
    Ok(ending.await?)
}

#[case]
async fn write_via_stream_while_the_other_version_reads(dir: &Descriptor) -> Outcome {
    let path = path("write_via_stream_while_the_other_version_reads", "f");
    let file = file(dir, "f", "").await?;
    let (mut to, ending) = crate::stream::writer(&file, 0);
    put(&mut to, b"text").await?;
    holds(b"text".starts_with(&fs::read(&path)?), "it is there or on its way")?;
    drop(to);
    ending.await?;
    same(fs::read(&path)?, b"text")
}

#[case]
async fn open_at_of_what_the_other_version_made(dir: &Descriptor) -> Outcome {
    let case = "open_at_of_what_the_other_version_made";
    fs::create_dir(path(case, "d"))?;
    fs::write(path(case, "d/f"), "text")?;
    same(contents(&dir.open_at(STAY, "d/f", EXISTING, READ).await?).await?, b"text")
}

#[case]
async fn open_at_truncate_is_seen_by_the_other_version(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text").await?;
    let other = fs::File::open(path("open_at_truncate_is_seen_by_the_other_version", "f"))?;
    dir.open_at(STAY, "f", OpenFlags::TRUNCATE, READ | WRITE).await?;
    same(other.metadata()?.len(), 0)
}

#[case]
async fn read_directory_of_what_the_other_version_made(dir: &Descriptor) -> Outcome {
    let case = "read_directory_of_what_the_other_version_made";
    fs::write(path(case, "f"), "")?;
    fs::create_dir(path(case, "d"))?;
    same(names(dir).await?, ["d", "f"])?;
    fs::remove_dir(path(case, "d"))?;
    same(names(dir).await?, ["f"])
}

#[case]
async fn create_directory_at_is_seen_by_the_other_version(dir: &Descriptor) -> Outcome {
    let case = "create_directory_at_is_seen_by_the_other_version";
    directory(dir, "d").await?.create_directory_at("e").await?;
    let names = fs::read_dir(path(case, "d"))?.map(|entry| Ok(entry?.file_name()));
    same(names.collect::<Result<Vec<_>, std::io::Error>>()?, ["e"])
}

#[case]
async fn unlink_file_at_is_seen_by_the_other_version(dir: &Descriptor) -> Outcome {
    let path = path("unlink_file_at_is_seen_by_the_other_version", "f");
    file(dir, "f", "text").await?;
    let mut open = fs::File::open(&path)?;
    dir.unlink_file_at("f").await?;
    same(fs::metadata(&path).err().map(|error| error.kind()), Some(std::io::ErrorKind::NotFound))?;
    let mut text = String::new();
    open.read_to_string(&mut text)?;
    same(text, "text")
}

#[case]
async fn rename_at_is_seen_by_the_other_version(dir: &Descriptor) -> Outcome {
    let case = "rename_at_is_seen_by_the_other_version";
    file(dir, "f", "text").await?;
    dir.rename_at("f", dir, "g").await?;
    same(fs::read(path(case, "g"))?, b"text")?;
    fs::rename(path(case, "g"), path(case, "h"))?;
    same(names(dir).await?, ["h"])
}

#[case]
async fn set_size_is_seen_by_the_other_version(dir: &Descriptor) -> Outcome {
    let path = path("set_size_is_seen_by_the_other_version", "f");
    let file = file(dir, "f", "text").await?;
    file.set_size(2).await?;
    same(fs::read(&path)?, b"te")?;
    fs::OpenOptions::new().write(true).open(&path)?.set_len(3)?;
    same(contents(&file).await?, b"te\0")
}

#[case]
async fn set_times_is_seen_by_the_other_version(dir: &Descriptor) -> Outcome {
    let path = path("set_times_is_seen_by_the_other_version", "f");
    file(dir, "f", "").await?.set_times(NewTimestamp::NoChange, NewTimestamp::Timestamp(THEN)).await?;
    let since = fs::metadata(&path)?.modified()?.duration_since(std::time::UNIX_EPOCH)?;
    same((since.as_secs() as i64, since.subsec_nanos()), (THEN.seconds, THEN.nanoseconds))
}

#[case]
async fn stat_of_what_the_other_version_wrote(dir: &Descriptor) -> Outcome {
    let path = path("stat_of_what_the_other_version_wrote", "f");
    let file = file(dir, "f", "0123").await?;
    fs::write(&path, "012345")?;
    same(file.stat().await?.size, 6)?;
    fs::hard_link(&path, path.clone() + "2")?;
    same(file.stat().await?.link_count, 2)
}
