//! What `fd_filestat_get` and `path_filestat_get` tell, and times that are set.

use wasi::*;

use crate::tools::*;

const LATER: u64 = 1_300_000_000_000_000_001;

fn times(seen: Filestat, accessed: u64, modified: u64) -> Outcome {
    same((seen.atim, seen.mtim), (accessed, modified))
}

fn is_now(time: u64) -> Outcome {
    holds(time > 1_700_000_000_000_000_000, "the time is the present")
}

#[case]
fn fd_filestat_get_of_a_file_of_the_tree() -> Outcome {
    let seen = stat(&open("hello.txt")?)?;
    same((seen.filetype, seen.size, seen.nlink), (FILETYPE_REGULAR_FILE, 13, 2))?;
    same(seen.mtim, 1_000_000_000_123_456_789)
}

#[case]
fn fd_filestat_get_of_a_directory() -> Outcome {
    same(stat(&root())?.filetype, FILETYPE_DIRECTORY)
}

#[case]
fn fd_filestat_get_numbers_tell_files_apart() -> Outcome {
    let (one, same_one, two) = (stat(&open("hello.txt")?)?, stat(&open("twin.txt")?)?, stat(&open("empty.txt")?)?);
    same(one.ino, same_one.ino)?;
    holds(one.ino != two.ino, "these are two")
}

#[case]
fn fd_filestat_get_of_a_new_file(dir: &File) -> Outcome {
    let seen = stat(&file(dir, "f", "text")?)?;
    same(seen.size, 4)?;
    is_now(seen.atim)?;
    is_now(seen.mtim)?;
    is_now(seen.ctim)
}

#[case]
fn fd_filestat_set_times_to_given_ones(dir: &File) -> Outcome {
    let file = file(dir, "f", "")?;
    unsafe { fd_filestat_set_times(file.0, THEN, LATER, FSTFLAGS_ATIM | FSTFLAGS_MTIM)? };
    times(stat(&file)?, THEN, LATER)?;
    is_now(stat(&file)?.ctim)
}

#[case]
fn fd_filestat_set_times_one_of_two(dir: &File) -> Outcome {
    let file = file(dir, "f", "")?;
    unsafe { fd_filestat_set_times(file.0, THEN, THEN, FSTFLAGS_ATIM | FSTFLAGS_MTIM)? };
    unsafe { fd_filestat_set_times(file.0, LATER, LATER, FSTFLAGS_MTIM)? };
    times(stat(&file)?, THEN, LATER)
}

#[case]
fn fd_filestat_set_times_now(dir: &File) -> Outcome {
    let file = file(dir, "f", "")?;
    unsafe { fd_filestat_set_times(file.0, THEN, THEN, FSTFLAGS_ATIM | FSTFLAGS_MTIM)? };
    unsafe { fd_filestat_set_times(file.0, 0, 0, FSTFLAGS_MTIM_NOW)? };
    same(stat(&file)?.atim, THEN)?;
    is_now(stat(&file)?.mtim)
}

#[case]
fn fd_filestat_set_times_given_and_now_at_once(dir: &File) -> Outcome {
    let file = file(dir, "f", "")?;
    for flags in [FSTFLAGS_ATIM | FSTFLAGS_ATIM_NOW, FSTFLAGS_MTIM | FSTFLAGS_MTIM_NOW] {
        fails(unsafe { fd_filestat_set_times(file.0, THEN, THEN, flags) }, &[ERRNO_INVAL])?;
    }
    Ok(())
}

#[case]
fn fd_filestat_set_times_of_a_directory(dir: &File) -> Outcome {
    unsafe { fd_filestat_set_times(dir.0, THEN, LATER, FSTFLAGS_ATIM | FSTFLAGS_MTIM)? };
    times(stat(dir)?, THEN, LATER)
}

#[case]
fn path_filestat_get_agrees_with_the_descriptor(dir: &File) -> Outcome {
    let file = file(dir, "f", "text")?;
    let (one, two) = (stat(&file)?, stat_at(dir, STAY, "f")?);
    same((one.ino, one.size, one.mtim, one.ctim), (two.ino, two.size, two.mtim, two.ctim))
}

#[case]
fn path_filestat_set_times_of_a_link_itself(dir: &File) -> Outcome {
    let file = file(dir, "f", "")?;
    symlink("f", dir, "l")?;
    unsafe { path_filestat_set_times(dir.0, STAY, "l", THEN, LATER, FSTFLAGS_ATIM | FSTFLAGS_MTIM)? };
    same(stat_at(dir, STAY, "l")?.mtim, LATER)?;
    is_now(stat(&file)?.mtim)
}

#[case]
fn path_filestat_set_times_following_a_link(dir: &File) -> Outcome {
    let file = file(dir, "f", "")?;
    symlink("f", dir, "l")?;
    unsafe { path_filestat_set_times(dir.0, FOLLOW, "l", THEN, LATER, FSTFLAGS_ATIM | FSTFLAGS_MTIM)? };
    times(stat(&file)?, THEN, LATER)
}
