//! Descriptors themselves: closing, numbers, flags, preopens.

use wasi::*;

use crate::tools::*;

/// A number that no descriptor has.
const NOBODY: u32 = 4000;

#[case]
fn fd_close_then_it_is_gone() -> Outcome {
    let file = open("hello.txt")?;
    unsafe { fd_close(file.0)? };
    fails(stat(&file), &[ERRNO_BADF])?;
    fails(unsafe { fd_close(file.0) }, &[ERRNO_BADF])
}

#[case]
fn fd_close_of_nobody() -> Outcome {
    fails(unsafe { fd_close(NOBODY) }, &[ERRNO_BADF])
}

#[case]
fn fd_close_leaves_other_descriptors_of_the_file() -> Outcome {
    let (one, two) = (open("hello.txt")?, open("hello.txt")?);
    drop(one);
    same(contents(&two)?, b"hello, image\n")
}

#[case]
fn fd_renumber_moves_a_file(dir: &File) -> Outcome {
    let (from, to) = (file(dir, "a", "from")?, file(dir, "b", "to")?);
    unsafe { fd_renumber(from.0, to.0)? };
    same(contents(&to)?, b"from")?;
    fails(stat(&from), &[ERRNO_BADF])
}

#[case]
fn fd_renumber_keeps_the_position(dir: &File) -> Outcome {
    let (from, to) = (file(dir, "a", "0123")?, file(dir, "b", "")?);
    seek(&from, 2, WHENCE_SET)?;
    unsafe { fd_renumber(from.0, to.0)? };
    same(read(&to, 9)?, b"23")
}

#[case]
fn fd_renumber_of_nobody() -> Outcome {
    let file = open("hello.txt")?;
    fails(unsafe { fd_renumber(NOBODY, file.0) }, &[ERRNO_BADF])?;
    same(contents(&file)?, b"hello, image\n")
}

#[case]
fn fd_renumber_to_nobody() -> Outcome {
    let file = open("hello.txt")?;
    fails(unsafe { fd_renumber(file.0, NOBODY) }, &[ERRNO_BADF])?;
    same(contents(&file)?, b"hello, image\n")
}

#[case]
fn fd_fdstat_get_of_a_file() -> Outcome {
    same(unsafe { fd_fdstat_get(open("hello.txt")?.0)? }.fs_filetype, FILETYPE_REGULAR_FILE)
}

#[case]
fn fd_fdstat_get_of_a_directory() -> Outcome {
    same(unsafe { fd_fdstat_get(root().0)? }.fs_filetype, FILETYPE_DIRECTORY)
}

#[case]
fn fd_fdstat_get_rights_of_a_file_for_reading() -> Outcome {
    let rights = unsafe { fd_fdstat_get(open("hello.txt")?.0)? }.fs_rights_base;
    same(rights & BOTH, LOOK)
}

#[case]
fn fd_fdstat_get_of_nobody() -> Outcome {
    fails(unsafe { fd_fdstat_get(NOBODY) }, &[ERRNO_BADF])
}

#[case]
fn fd_fdstat_set_flags_append(dir: &File) -> Outcome {
    let file = file(dir, "f", "0123")?;
    unsafe { fd_fdstat_set_flags(file.0, FDFLAGS_APPEND)? };
    same(unsafe { fd_fdstat_get(file.0)? }.fs_flags & FDFLAGS_APPEND, FDFLAGS_APPEND)?;
    write(&file, b"ab")?;
    same(contents(&file)?, b"0123ab")
}

#[case]
fn fd_fdstat_set_flags_no_longer_append(dir: &File) -> Outcome {
    file(dir, "f", "0123")?;
    let file = open_with(dir, FOLLOW, "f", 0, BOTH, FDFLAGS_APPEND)?;
    unsafe { fd_fdstat_set_flags(file.0, 0)? };
    seek(&file, 0, WHENCE_SET)?;
    write(&file, b"ab")?;
    same(contents(&file)?, b"ab23")
}

#[case]
fn fd_fdstat_set_flags_of_nobody() -> Outcome {
    fails(unsafe { fd_fdstat_set_flags(NOBODY, 0) }, &[ERRNO_BADF])
}

#[case]
fn fd_fdstat_set_rights_of_nobody() -> Outcome {
    fails(unsafe { fd_fdstat_set_rights(NOBODY, 0, 0) }, &[ERRNO_BADF])
}

#[case]
fn fd_prestat_get_of_the_preopen() -> Outcome {
    let seen = unsafe { fd_prestat_get(3)? };
    same((seen.tag, unsafe { seen.u.dir.pr_name_len }), (PREOPENTYPE_DIR.raw(), 1))
}

#[case]
fn fd_prestat_get_behind_the_last() -> Outcome {
    fails(unsafe { fd_prestat_get(NOBODY) }, &[ERRNO_BADF])
}

#[case]
fn fd_prestat_dir_name_of_the_preopen() -> Outcome {
    let mut name = [0];
    unsafe { fd_prestat_dir_name(3, name.as_mut_ptr(), 1)? };
    same(name, *b"/")
}

#[case]
fn fd_prestat_dir_name_of_nobody() -> Outcome {
    let mut name = [0];
    fails(unsafe { fd_prestat_dir_name(NOBODY, name.as_mut_ptr(), 1) }, &[ERRNO_BADF])
}
