//! Files that are larger than any memory. Numbers that no file has are in `answers.rs`.

use check::{Behaviour, Outcome, same};

use crate::tree::{file, scratch, write};

pub const BEHAVIOURS: &[Behaviour] = &[("sizes", sizes), ("a_file_of_2_to_the_62", a_file_of_2_to_the_62)];

fn sizes() -> Outcome {
    let directory = scratch("sizes")?;
    let file = file(&directory, "file")?;
    for size in [i64::MAX as u64, 1 << 62, 1 << 40, 1, 0] {
        file.set_size(size)?;
        same(file.stat()?.size, size)?;
    }
    Ok(())
}

fn a_file_of_2_to_the_62() -> Outcome {
    let directory = scratch("a_file_of_2_to_the_62")?;
    let file = file(&directory, "file")?;
    write(&file, b"start", 0)?;
    let size = 1 << 62;
    file.set_size(size)?;
    same(file.read(10, 0)?.0, b"start\0\0\0\0\0".to_vec())?;
    same(file.read(10, size / 2)?.0, vec![0; 10])?;
    same(file.read(10, size - 3)?.0, vec![0; 3])?;
    same(file.read(10, size)?, (Vec::new(), true))?;
    write(&file, b"end", size - 1)?;
    same(file.stat()?.size, size + 2)?;
    same(file.read(10, size - 2)?.0, b"\0end".to_vec())?;
    file.set_size(3)?;
    same(file.read(10, 0)?.0, b"sta".to_vec())?;
    Ok(directory.unlink_file_at("file")?)
}
