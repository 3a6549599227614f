//! `pread`.

use crate::tools::*;

#[case]
fn read_from_the_start() -> Outcome {
    same(open("hello.txt")?.read(5, 0)?.0, b"hello")
}

#[case]
fn read_from_an_offset() -> Outcome {
    same(open("hello.txt")?.read(5, 7)?.0, b"image")
}

#[case]
fn read_more_than_there_is_up_to_the_end() -> Outcome {
    same(contents(&open("hello.txt")?)?, b"hello, image\n")
}

#[case]
fn read_at_the_end() -> Outcome {
    same(open("hello.txt")?.read(5, 13)?, (vec![], true))
}

#[case]
fn read_beyond_the_end() -> Outcome {
    same(open("hello.txt")?.read(5, 1000)?, (vec![], true))
}

#[case]
fn read_of_an_empty_file() -> Outcome {
    same(open("empty.txt")?.read(5, 0)?, (vec![], true))
}

#[case]
fn read_nothing() -> Outcome {
    same(open("hello.txt")?.read(0, 0)?.0, b"")
}

#[case]
fn read_does_not_move_anything() -> Outcome {
    let file = open("hello.txt")?;
    same(file.read(5, 0)?.0, b"hello")?;
    same(file.read(5, 0)?.0, b"hello")
}

#[case]
fn read_of_a_large_file_has_every_byte() -> Outcome {
    let all = contents(&open("big.bin")?)?;
    same(all.len(), 1_000_003)?;
    holds(all.iter().enumerate().all(|(at, byte)| usize::from(*byte) == at % 251), "each byte is right")
}

#[case]
fn read_of_an_enormous_length() -> Outcome {
    let (bytes, _) = open("hello.txt")?.read(u64::MAX, 0)?;
    holds(b"hello, image\n".starts_with(&bytes) && !bytes.is_empty(), "what is there is read")
}

#[case]
fn read_at_an_enormous_offset() -> Outcome {
    same(open("hello.txt")?.read(1, 1 << 62)?, (vec![], true))
}

#[case]
fn read_at_an_offset_that_no_file_has() -> Outcome {
    for offset in [(1 << 63) - 1, 1 << 63, u64::MAX] {
        fails(open("hello.txt")?.read(1, offset), E::Invalid)?;
    }
    Ok(())
}

#[case]
fn read_of_a_hole(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "a")?;
    file.set_size(1 << 20)?;
    same(file.read(3, 1 << 19)?.0, [0; 3])
}

#[case]
fn read_without_the_right(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    fails(dir.open_at(FOLLOW, "f", EXISTING, WRITE)?.read(1, 0), E::BadDescriptor)
}

#[case]
fn read_of_a_directory() -> Outcome {
    fails_with(root().read(1, 0), &[E::IsDirectory, E::BadDescriptor])
}

#[case]
fn read_does_not_change_the_modification_time(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text")?;
    file.set_times(NewTimestamp::NoChange, NewTimestamp::Timestamp(THEN))?;
    contents(&file)?;
    same_time(file.stat()?.data_modification_timestamp, THEN)
}
