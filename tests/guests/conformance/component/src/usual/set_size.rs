//! `ftruncate`.

use crate::tools::*;

#[case]
fn set_size_smaller(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123456789")?;
    file.set_size(4)?;
    same(contents(&file)?, b"0123")
}

#[case]
fn set_size_larger_fills_with_zeroes(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "01")?;
    file.set_size(5)?;
    same(contents(&file)?, b"01\0\0\0")
}

#[case]
fn set_size_smaller_then_larger_forgets(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123456789")?;
    file.set_size(2)?;
    file.set_size(4)?;
    same(contents(&file)?, b"01\0\0")
}

#[case]
fn set_size_of_a_file_of_the_tree() -> Outcome {
    let file = root().open_at(FOLLOW, "change/size", EXISTING, READ | WRITE)?;
    file.set_size(3)?;
    file.set_size(6)?;
    same(contents(&file)?, b"siz\0\0\0")
}

#[case]
fn set_size_of_a_terabyte(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "")?;
    file.set_size(1 << 40)?;
    same(file.stat()?.size, 1 << 40)?;
    same(file.read(2, 1 << 39)?.0, [0, 0])
}

#[case]
fn set_size_too_large(dir: &Descriptor) -> Outcome {
    fails_with(file(dir, "f", "")?.set_size(u64::MAX), &[E::FileTooLarge, E::Invalid])
}

#[case]
fn set_size_without_the_right() -> Outcome {
    fails_with(open("hello.txt")?.set_size(0), &[E::BadDescriptor, E::Invalid])?;
    same(open("hello.txt")?.stat()?.size, 13)
}

#[case]
fn set_size_of_a_directory() -> Outcome {
    fails_with(root().set_size(0), &[E::IsDirectory, E::BadDescriptor, E::Invalid])
}

#[case]
fn set_size_sets_the_modification_time(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text")?;
    file.set_times(NewTimestamp::NoChange, NewTimestamp::Timestamp(THEN))?;
    file.set_size(1)?;
    is_now(file.stat()?.data_modification_timestamp)
}
