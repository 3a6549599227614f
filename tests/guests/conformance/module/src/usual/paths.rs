//! Calls that take paths.

use suite::spelling::{
    LINK_OLD, LOOK as STATS, LOOK_FOLLOWING, MAKE_DIRECTORY, NEW_NAME, NOWHERE, READ_LINK, REMOVE_DIRECTORY,
    RENAME_DIRECTORY_TO, RENAME_FILE_TO, RENAME_OLD, UNLINK,
};
use wasi::*;

use crate::tools::*;

#[case]
fn path_create_directory_new_name(dir: &File) -> Outcome {
    make_directory(dir, "d")?;
    same(stat_at(dir, STAY, "d")?.filetype, FILETYPE_DIRECTORY)
}

#[case]
fn path_create_directory_every_spelling(dir: &File) -> Outcome {
    spellings(dir, &[MAKE_DIRECTORY, NOWHERE], make_directory)
}

#[case]
fn path_create_directory_name_too_long(dir: &File) -> Outcome {
    fails(make_directory(dir, &"n".repeat(256)), &[ERRNO_NAMETOOLONG])
}

#[case]
fn path_remove_directory_every_spelling(dir: &File) -> Outcome {
    spellings(dir, &[REMOVE_DIRECTORY, NOWHERE], remove_directory)
}

#[case]
fn path_remove_directory_not_empty(dir: &File) -> Outcome {
    file(&directory(dir, "d")?, "f", "x")?;
    fails(remove_directory(dir, "d"), &[ERRNO_NOTEMPTY])
}

#[case]
fn path_unlink_file_every_spelling(dir: &File) -> Outcome {
    spellings(dir, &[UNLINK, NOWHERE], unlink)
}

#[case]
fn path_unlink_file_of_a_directory(dir: &File) -> Outcome {
    make_directory(dir, "d")?;
    fails(unlink(dir, "d"), &[ERRNO_ISDIR])
}

#[case]
fn path_rename_every_spelling_of_the_old_path(dir: &File) -> Outcome {
    spellings(dir, &[RENAME_OLD, NOWHERE], |dir, path| rename(dir, path, dir, "new"))
}

#[case]
fn path_rename_every_spelling_of_the_new_path_of_a_file(dir: &File) -> Outcome {
    spellings(dir, &[RENAME_FILE_TO, NOWHERE], |dir, path| rename(dir, "f", dir, path))
}

#[case]
fn path_rename_every_spelling_of_the_new_path_of_a_directory(dir: &File) -> Outcome {
    spellings(dir, &[RENAME_DIRECTORY_TO, NOWHERE], |dir, path| rename(dir, "d", dir, path))
}

#[case]
fn path_rename_between_directories(dir: &File) -> Outcome {
    let (a, b) = (directory(dir, "a")?, directory(dir, "b")?);
    file(&a, "f", "text")?;
    rename(&a, "f", &b, "g")?;
    same(contents_of(&b, "g")?, b"text")?;
    same(names(&a)?.len(), 0)
}

#[case]
fn path_rename_over_an_open_file(dir: &File) -> Outcome {
    file(dir, "f", "new")?;
    let old = file(dir, "g", "old")?;
    rename(dir, "f", dir, "g")?;
    same(contents(&old)?, b"old")?;
    same(contents_of(dir, "g")?, b"new")
}

#[case]
fn path_link_every_spelling_of_the_old_path(dir: &File) -> Outcome {
    spellings(dir, &[LINK_OLD, NOWHERE], |dir, path| link(dir, path, dir, "new"))
}

#[case]
fn path_link_every_spelling_of_the_new_path(dir: &File) -> Outcome {
    spellings(dir, &[NEW_NAME, NOWHERE], |dir, path| link(dir, "f", dir, path))
}

#[case]
fn path_link_gives_a_second_name(dir: &File) -> Outcome {
    let f = file(dir, "f", "text")?;
    link(dir, "f", dir, "g")?;
    same((stat(&f)?.nlink, stat(&f)?.ino), (2, stat_at(dir, STAY, "g")?.ino))
}

#[case]
fn path_symlink_every_spelling(dir: &File) -> Outcome {
    spellings(dir, &[NEW_NAME, NOWHERE], |dir, path| symlink("f", dir, path))
}

#[case]
fn path_symlink_absolute_target(dir: &File) -> Outcome {
    fails(symlink("/etc", dir, "l"), &[ERRNO_PERM, ERRNO_NOTCAPABLE])
}

#[case]
fn path_symlink_empty_target(dir: &File) -> Outcome {
    fails(symlink("", dir, "l"), &[ERRNO_NOENT])
}

#[case]
fn path_readlink_every_spelling(dir: &File) -> Outcome {
    spellings(dir, &[READ_LINK, NOWHERE], |dir, path| readlink(dir, path, 100).map(drop))
}

#[case]
fn path_readlink_of_the_tree() -> Outcome {
    same(readlink(&root(), "link", 100)?, b"hello.txt")
}

#[case]
fn path_readlink_small_buffer_is_filled() -> Outcome {
    // As `readlink`: "truncated if the buffer is too small".
    same(readlink(&root(), "link", 5)?, b"hello")
}

#[case]
fn path_filestat_get_every_spelling(dir: &File) -> Outcome {
    spellings(dir, &[LOOK_FOLLOWING, NOWHERE], |dir, path| stat_at(dir, FOLLOW, path).map(drop))
}

#[case]
fn path_filestat_get_every_spelling_not_following(dir: &File) -> Outcome {
    spellings(dir, &[STATS, NOWHERE], |dir, path| stat_at(dir, STAY, path).map(drop))
}

#[case]
fn path_filestat_get_of_a_link_itself() -> Outcome {
    let seen = stat_at(&root(), STAY, "link")?;
    same((seen.filetype, seen.size), (FILETYPE_SYMBOLIC_LINK, 9))
}

#[case]
fn path_filestat_set_times_every_spelling(dir: &File) -> Outcome {
    spellings(dir, &[LOOK_FOLLOWING, NOWHERE], |dir, path| unsafe {
        path_filestat_set_times(dir.0, FOLLOW, path, THEN, THEN, FSTFLAGS_ATIM | FSTFLAGS_MTIM)
    })
}
