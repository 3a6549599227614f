//! `pwrite`.

use crate::tools::*;

#[case]
fn write_into_an_empty_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "")?;
    same(file.write(b"text", 0)?, 4)?;
    same(contents(&file)?, b"text")
}

#[case]
fn write_over_a_part(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123456789")?;
    same(file.write(b"ab", 3)?, 2)?;
    same(contents(&file)?, b"012ab56789")
}

#[case]
fn write_over_the_end(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123")?;
    same(file.write(b"abcd", 2)?, 4)?;
    same(contents(&file)?, b"01abcd")
}

#[case]
fn write_beyond_the_end_fills_with_zeroes(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "ab")?;
    same(file.write(b"end", 100_000)?, 3)?;
    let all = contents(&file)?;
    same(all.len(), 100_003)?;
    holds(all[2..100_000].iter().all(|byte| *byte == 0), "the hole is zero")?;
    same(&all[100_000..], b"end")
}

#[case]
fn write_nothing(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text")?;
    same(file.write(b"", 0)?, 0)?;
    same(contents(&file)?, b"text")
}

#[case]
fn write_nothing_beyond_the_end(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text")?;
    same(file.write(b"", 1000)?, 0)?;
    same(file.stat()?.size, 4)
}

#[case]
fn write_into_a_file_of_the_tree() -> Outcome {
    let file = root().open_at(FOLLOW, "change/write", EXISTING, READ | WRITE)?;
    same(file.write(b"MADE", 2)?, 4)?;
    same(contents(&file)?, b"asMADEwere\n")
}

#[case]
fn write_into_an_unlinked_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "")?;
    dir.unlink_file_at("f")?;
    same(file.write(b"text", 0)?, 4)?;
    same(contents(&file)?, b"text")
}

#[case]
fn write_sets_the_modification_time(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text")?;
    file.set_times(NewTimestamp::NoChange, NewTimestamp::Timestamp(THEN))?;
    file.write(b"x", 0)?;
    is_now(file.stat()?.data_modification_timestamp)
}

#[case]
fn write_without_the_right() -> Outcome {
    let file = open("hello.txt")?;
    fails(file.write(b"x", 0), E::BadDescriptor)?;
    same(contents(&file)?, b"hello, image\n")
}

#[case]
fn write_of_a_directory() -> Outcome {
    fails_with(root().write(b"x", 0), &[E::IsDirectory, E::BadDescriptor])
}

#[case]
fn write_at_the_largest_offset(dir: &Descriptor) -> Outcome {
    fails_with(file(dir, "f", "")?.write(b"x", u64::MAX), &[E::FileTooLarge, E::Invalid])
}
