//! `path_open` with its flags.

use suite::spelling::{NOWHERE, OPEN, OPEN_CREATING};
use wasi::*;

use crate::tools::*;

#[case]
fn path_open_every_spelling(dir: &File) -> Outcome {
    spellings(dir, &[OPEN, NOWHERE], |dir, path| open_with(dir, STAY, path, 0, LOOK, 0).map(drop))
}

#[case]
fn path_open_every_spelling_creating(dir: &File) -> Outcome {
    spellings(dir, &[OPEN_CREATING, NOWHERE], |dir, path| open_with(dir, FOLLOW, path, OFLAGS_CREAT, BOTH, 0).map(drop))
}

/// What `open` answers for a file, an empty directory and a name that is not there, for reading and writing. POSIX leaves open what
/// `exclusive` is without `create`, and Linux has no `directory` with `create` or `truncate`.
fn wanted(flags: Oflags) -> [&'static str; 3] {
    const CREATE_EXCLUSIVE: Oflags = OFLAGS_CREAT | OFLAGS_EXCL;
    let (create, directory) = (flags & OFLAGS_CREAT != 0, flags & OFLAGS_DIRECTORY != 0);
    match () {
        () if directory && create => ["invalid"; 3],
        () if directory => ["invalid|not-directory", "invalid|is-directory", "invalid|no-entry"],
        () if flags & CREATE_EXCLUSIVE == CREATE_EXCLUSIVE => ["exist", "exist", "ok"],
        () if create => ["ok", "is-directory", "ok"],
        () => ["ok", "is-directory", "no-entry"],
    }
}

#[case]
fn path_open_every_pair_of_flags(dir: &File) -> Outcome {
    const ALL: [Oflags; 4] = [OFLAGS_CREAT, OFLAGS_DIRECTORY, OFLAGS_EXCL, OFLAGS_TRUNC];
    let mut wrong = Vec::new();
    for (number, flags) in ALL.iter().flat_map(|a| ALL.map(|b| a | b)).chain([0]).enumerate() {
        let dir = directory(dir, &number.to_string())?;
        file(&dir, "f", "text")?;
        make_directory(&dir, "d")?;
        for (path, wanted) in ["f", "d", "n"].into_iter().zip(wanted(flags)) {
            let seen = answer(open_with(&dir, FOLLOW, path, flags, BOTH, 0));
            if !wanted.split('|').any(|answer| answer == seen) {
                wrong.push(format!("`{path}` with {flags:#x}: {seen}, not {wanted}"));
            }
        }
        let emptied = flags & OFLAGS_TRUNC != 0 && wanted(flags)[0] == "ok";
        if stat_at(&dir, STAY, "f")?.size != if emptied { 0 } else { 4 } {
            wrong.push(format!("`f` has another size with {flags:#x}"));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Saw(wrong.join("; "))) }
}

#[case]
fn path_open_every_pair_of_flags_of_the_descriptor(dir: &File) -> Outcome {
    const ALL: [Fdflags; 5] = [FDFLAGS_APPEND, FDFLAGS_DSYNC, FDFLAGS_NONBLOCK, FDFLAGS_RSYNC, FDFLAGS_SYNC];
    file(dir, "f", "text")?;
    for flags in ALL.iter().flat_map(|a| ALL.map(|b| a | b)) {
        match open_with(dir, FOLLOW, "f", 0, BOTH, flags) {
            Ok(file) => {
                let seen = unsafe { fd_fdstat_get(file.0)? }.fs_flags;
                same(seen & FDFLAGS_APPEND, flags & FDFLAGS_APPEND)?;
            }
            // What a filesystem cannot synchronise it may refuse.
            Err(error) => fails(Err::<(), _>(error), &[ERRNO_NOTSUP])?,
        }
    }
    Ok(())
}

#[case]
fn path_open_append_writes_at_the_end(dir: &File) -> Outcome {
    file(dir, "f", "0123")?;
    let file = open_with(dir, FOLLOW, "f", 0, BOTH, FDFLAGS_APPEND)?;
    write(&file, b"a")?;
    seek(&file, 0, WHENCE_SET)?;
    write(&file, b"b")?;
    same(contents(&file)?, b"0123ab")
}

#[case]
fn path_open_append_and_truncate(dir: &File) -> Outcome {
    file(dir, "f", "0123")?;
    let file = open_with(dir, FOLLOW, "f", OFLAGS_TRUNC, BOTH, FDFLAGS_APPEND)?;
    write(&file, b"a")?;
    same(contents(&file)?, b"a")
}

#[case]
fn path_open_two_appending_descriptors(dir: &File) -> Outcome {
    file(dir, "f", "")?;
    let open = || open_with(dir, FOLLOW, "f", 0, BOTH, FDFLAGS_APPEND);
    let (one, two) = (open()?, open()?);
    write(&one, b"a")?;
    write(&two, b"b")?;
    write(&one, b"c")?;
    same(contents(&one)?, b"abc")
}

#[case]
fn path_open_outlives_its_name(dir: &File) -> Outcome {
    let file = file(dir, "f", "text")?;
    unlink(dir, "f")?;
    write_at(&file, b"T", 0)?;
    same(contents(&file)?, b"Text")
}

#[case]
fn path_open_above_the_directory(dir: &File) -> Outcome {
    fails(open_with(dir, FOLLOW, "../../hello.txt", 0, LOOK, 0), &[ERRNO_PERM, ERRNO_NOTCAPABLE])
}

#[case]
fn path_open_absolute_path() -> Outcome {
    fails(open("/hello.txt"), &[ERRNO_PERM, ERRNO_NOTCAPABLE])
}

#[case]
fn path_open_circle_of_links() -> Outcome {
    fails(open("loop"), &[ERRNO_LOOP])
}

#[case]
fn path_open_link_not_followed() -> Outcome {
    fails(open_with(&root(), STAY, "link", 0, LOOK, 0), &[ERRNO_LOOP])
}

#[case]
fn path_open_name_too_long(dir: &File) -> Outcome {
    fails(open_with(dir, FOLLOW, &"n".repeat(256), OFLAGS_CREAT, BOTH, 0), &[ERRNO_NAMETOOLONG])
}

#[case]
fn path_open_from_a_file() -> Outcome {
    fails(open_with(&open("hello.txt")?, FOLLOW, "x", 0, LOOK, 0), &[ERRNO_NOTDIR])
}

#[case]
fn path_open_from_nobody() -> Outcome {
    fails(open_with(&File(4000), FOLLOW, "x", 0, LOOK, 0), &[ERRNO_BADF])
}
