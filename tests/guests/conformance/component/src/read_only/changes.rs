//! What is refused, and leaves everything as it is. Each through the preopen and through a second descriptor.

use NewTimestamp::Now;

use crate::tools::*;

/// `call` is refused from the preopen, and from the same directory opened through it.
fn refused<T>(call: impl Fn(&Descriptor) -> Result<T, E>) -> Outcome {
    fails(call(&root()), E::ReadOnly)?;
    for path in [".", "d/.."] {
        fails(call(&root().open_at(FOLLOW, path, OpenFlags::DIRECTORY, READ)?), E::ReadOnly)?;
    }
    Ok(())
}

#[case]
fn create_directory_at_read_only() -> Outcome {
    refused(|dir| dir.create_directory_at("new"))?;
    fails(root().stat_at(STAY, "new"), E::NoEntry)
}

#[case]
fn symlink_at_read_only() -> Outcome {
    refused(|dir| dir.symlink_at("hello.txt", "new"))
}

#[case]
fn link_at_read_only() -> Outcome {
    refused(|dir| dir.link_at(STAY, "hello.txt", dir, "new"))?;
    same(root().stat_at(STAY, "hello.txt")?.link_count, 2)
}

#[case]
fn rename_at_read_only() -> Outcome {
    refused(|dir| dir.rename_at("hello.txt", dir, "new"))?;
    same(contents(&open("hello.txt")?)?, b"hello, image\n")
}

#[case]
fn rename_at_read_only_over_another() -> Outcome {
    refused(|dir| dir.rename_at("hello.txt", dir, "empty.txt"))?;
    same(open("empty.txt")?.stat()?.size, 0)
}

#[case]
fn unlink_file_at_read_only() -> Outcome {
    refused(|dir| dir.unlink_file_at("hello.txt"))?;
    open("hello.txt")?;
    Ok(())
}

#[case]
fn remove_directory_at_read_only() -> Outcome {
    refused(|dir| dir.remove_directory_at("empty"))?;
    open("empty")?;
    Ok(())
}

#[case]
fn set_times_at_read_only() -> Outcome {
    refused(|dir| dir.set_times_at(FOLLOW, "hello.txt", Now, Now))?;
    same(root().stat_at(FOLLOW, "hello.txt")?.data_modification_timestamp.map(|t| t.seconds), Some(1_000_000_000))
}

#[case]
fn set_times_read_only_of_a_directory() -> Outcome {
    refused(|dir| dir.set_times(Now, Now))
}

#[case]
fn set_times_read_only_of_a_file() -> Outcome {
    fails_with(open("hello.txt")?.set_times(Now, Now), &[E::ReadOnly, E::BadDescriptor])?;
    same(root().stat_at(FOLLOW, "hello.txt")?.data_modification_timestamp.map(|t| t.seconds), Some(1_000_000_000))
}

#[case]
fn set_size_read_only() -> Outcome {
    fails_with(open("hello.txt")?.set_size(0), &[E::ReadOnly, E::BadDescriptor, E::Invalid])?;
    same(open("hello.txt")?.stat()?.size, 13)
}

#[case]
fn write_read_only() -> Outcome {
    fails_with(open("hello.txt")?.write(b"x", 0), &[E::ReadOnly, E::BadDescriptor])?;
    same(contents(&open("hello.txt")?)?, b"hello, image\n")
}

#[case]
fn write_via_stream_read_only() -> Outcome {
    let write = |s: &OutputStream| s.blocking_write_and_flush(b"x");
    stream_fails(open("hello.txt")?.write_via_stream(0), write, &[E::ReadOnly, E::BadDescriptor])
}

#[case]
fn append_via_stream_read_only() -> Outcome {
    let write = |s: &OutputStream| s.blocking_write_and_flush(b"x");
    stream_fails(open("hello.txt")?.append_via_stream(), write, &[E::ReadOnly, E::BadDescriptor])
}

#[case]
fn open_at_read_only_for_writing() -> Outcome {
    refused(|dir| dir.open_at(FOLLOW, "hello.txt", EXISTING, READ | WRITE))
}

#[case]
fn open_at_read_only_create() -> Outcome {
    refused(|dir| dir.open_at(FOLLOW, "new", OpenFlags::CREATE, READ))?;
    fails(root().stat_at(STAY, "new"), E::NoEntry)
}

#[case]
fn open_at_read_only_truncate() -> Outcome {
    refused(|dir| dir.open_at(FOLLOW, "hello.txt", OpenFlags::TRUNCATE, READ | WRITE))?;
    same(open("hello.txt")?.stat()?.size, 13)
}

#[case]
fn open_at_read_only_directory_to_change() -> Outcome {
    refused(|dir| dir.open_at(FOLLOW, "d", OpenFlags::DIRECTORY, READ | MUTATE))
}
