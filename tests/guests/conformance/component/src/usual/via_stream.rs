//! Streams of a file.

use crate::tools::*;

#[case]
fn read_via_stream_from_an_offset() -> Outcome {
    same(drain(&open("hello.txt")?.read_via_stream(7)?)?, b"image\n")
}

#[case]
fn read_via_stream_two_do_not_interfere() -> Outcome {
    let file = open("hello.txt")?;
    let (one, two) = (file.read_via_stream(0)?, file.read_via_stream(0)?);
    same(one.blocking_read(5)?, b"hello")?;
    same(two.blocking_read(3)?, b"hel")?;
    same(drain(&one)?, b", image\n")
}

#[case]
fn read_via_stream_of_a_directory() -> Outcome {
    stream_fails(root().read_via_stream(0), |s: &InputStream| s.blocking_read(1), &[E::IsDirectory, E::BadDescriptor])
}

#[case]
fn read_via_stream_without_the_right(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    let file = dir.open_at(FOLLOW, "f", EXISTING, WRITE)?;
    stream_fails(file.read_via_stream(0), |s: &InputStream| s.blocking_read(1), &[E::BadDescriptor])
}

#[case]
fn write_via_stream_at_an_offset(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123")?;
    file.write_via_stream(2)?.blocking_write_and_flush(b"ab")?;
    same(contents(&file)?, b"01ab")
}

#[case]
fn write_via_stream_of_a_directory() -> Outcome {
    let write = |s: &OutputStream| s.blocking_write_and_flush(b"x");
    stream_fails(root().write_via_stream(0), write, &[E::IsDirectory, E::BadDescriptor])
}

#[case]
fn write_via_stream_without_the_right() -> Outcome {
    let write = |s: &OutputStream| s.blocking_write_and_flush(b"x");
    stream_fails(open("hello.txt")?.write_via_stream(0), write, &[E::BadDescriptor])?;
    same(contents(&open("hello.txt")?)?, b"hello, image\n")
}

#[case]
fn append_via_stream_at_the_end(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123")?;
    file.append_via_stream()?.blocking_write_and_flush(b"ab")?;
    same(contents(&file)?, b"0123ab")
}

#[case]
fn append_via_stream_finds_the_end_each_time(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "a")?;
    let (one, two) = (file.append_via_stream()?, file.append_via_stream()?);
    one.blocking_write_and_flush(b"b")?;
    two.blocking_write_and_flush(b"c")?;
    one.blocking_write_and_flush(b"d")?;
    same(contents(&file)?, b"abcd")
}

#[case]
fn append_via_stream_to_a_file_of_the_tree() -> Outcome {
    let file = root().open_at(FOLLOW, "change/append", EXISTING, READ | WRITE)?;
    file.append_via_stream()?.blocking_write_and_flush(b"more\n")?;
    same(contents(&file)?, b"append\nmore\n")
}

#[case]
fn append_via_stream_of_a_directory() -> Outcome {
    let write = |s: &OutputStream| s.blocking_write_and_flush(b"x");
    stream_fails(root().append_via_stream(), write, &[E::IsDirectory, E::BadDescriptor])
}

#[case]
fn append_via_stream_without_the_right() -> Outcome {
    let write = |s: &OutputStream| s.blocking_write_and_flush(b"x");
    stream_fails(open("hello.txt")?.append_via_stream(), write, &[E::BadDescriptor])
}
