//! A tree that may only be looked at.

use wasi::*;

use crate::tools::*;

/// `call` is refused from the preopen, and from the same directory opened through it.
fn refused<T>(call: impl Fn(&File) -> Result<T, Errno>) -> Outcome {
    fails(call(&root()), &[ERRNO_ROFS])?;
    let again = open_with(&root(), FOLLOW, ".", OFLAGS_DIRECTORY, LOOK | RIGHTS_FD_READDIR, 0)?;
    fails(call(&again), &[ERRNO_ROFS])
}

#[case]
fn path_create_directory_read_only() -> Outcome {
    refused(|dir| make_directory(dir, "new"))
}

#[case]
fn path_remove_directory_read_only() -> Outcome {
    refused(|dir| remove_directory(dir, "empty"))
}

#[case]
fn path_unlink_file_read_only() -> Outcome {
    refused(|dir| unlink(dir, "hello.txt"))
}

#[case]
fn path_rename_read_only() -> Outcome {
    refused(|dir| rename(dir, "hello.txt", dir, "new"))
}

#[case]
fn path_link_read_only() -> Outcome {
    refused(|dir| link(dir, "hello.txt", dir, "new"))
}

#[case]
fn path_symlink_read_only() -> Outcome {
    refused(|dir| symlink("hello.txt", dir, "new"))
}

#[case]
fn path_open_read_only_for_writing() -> Outcome {
    refused(|dir| open_both(dir, "hello.txt"))
}

#[case]
fn path_open_read_only_create() -> Outcome {
    refused(|dir| open_with(dir, FOLLOW, "new", OFLAGS_CREAT, BOTH, 0))
}

#[case]
fn path_open_read_only_truncate() -> Outcome {
    refused(|dir| open_with(dir, FOLLOW, "hello.txt", OFLAGS_TRUNC, BOTH, 0))?;
    same(contents(&open("hello.txt")?)?, b"hello, image\n")
}

#[case]
fn path_filestat_set_times_read_only() -> Outcome {
    refused(|dir| unsafe { path_filestat_set_times(dir.0, FOLLOW, "hello.txt", THEN, THEN, FSTFLAGS_MTIM) })
}

#[case]
fn fd_filestat_set_times_read_only() -> Outcome {
    fails(unsafe { fd_filestat_set_times(open("hello.txt")?.0, THEN, THEN, FSTFLAGS_MTIM) }, &[ERRNO_ROFS, ERRNO_BADF])
}

#[case]
fn fd_readdir_read_only() -> Outcome {
    same(names(&open("d")?)?, ["in.txt", "sub"])
}
