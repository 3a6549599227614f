//! What is as on any other tree.

use crate::tools::*;

#[case]
fn get_flags_read_only() -> Outcome {
    holds(!root().get_flags()?.contains(MUTATE), "it does not say that it can be changed")
}

#[case]
fn read_read_only() -> Outcome {
    same(contents(&open("hello.txt")?)?, b"hello, image\n")
}

#[case]
fn read_directory_read_only() -> Outcome {
    same(names(&open("d")?)?, ["in.txt", "sub"])
}

#[case]
fn stat_at_read_only() -> Outcome {
    same(root().stat_at(FOLLOW, "link")?.size, 13)
}

#[case]
fn readlink_at_read_only() -> Outcome {
    same(root().readlink_at("link")?, "hello.txt")
}

#[case]
fn sync_read_only() -> Outcome {
    open("hello.txt")?.sync_data()?;
    Ok(open("hello.txt")?.sync()?)
}

#[case]
fn open_at_read_only_no_entry() -> Outcome {
    fails(root().open_at(FOLLOW, "none", EXISTING, READ), E::NoEntry)
}
