//! `fsync` and `fdatasync`.

use crate::tools::*;

#[case]
fn sync_of_a_written_file(dir: &Descriptor) -> Outcome {
    Ok(file(dir, "f", "x")?.sync()?)
}

#[case]
fn sync_of_a_file_not_open_for_writing() -> Outcome {
    Ok(open("hello.txt")?.sync()?)
}

#[case]
fn sync_of_a_directory(dir: &Descriptor) -> Outcome {
    Ok(dir.sync()?)
}

#[case]
fn sync_of_an_unlinked_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "x")?;
    dir.unlink_file_at("f")?;
    Ok(file.sync()?)
}

#[case]
fn sync_data_of_a_written_file(dir: &Descriptor) -> Outcome {
    Ok(file(dir, "f", "x")?.sync_data()?)
}

#[case]
fn sync_data_of_a_file_not_open_for_writing() -> Outcome {
    Ok(open("hello.txt")?.sync_data()?)
}

#[case]
fn sync_data_of_a_directory(dir: &Descriptor) -> Outcome {
    Ok(dir.sync_data()?)
}
