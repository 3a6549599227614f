//! `readlinkat`.

use suite::spelling::{NOWHERE, READ_LINK};

use crate::tools::*;

#[case]
fn readlink_at_of_a_link_of_the_tree() -> Outcome {
    same(root().readlink_at("link")?, "hello.txt")
}

#[case]
fn readlink_at_of_a_new_link(dir: &Descriptor) -> Outcome {
    dir.symlink_at("some/where/../else/", "l")?;
    same(dir.readlink_at("l")?, "some/where/../else/")
}

#[case]
fn readlink_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[READ_LINK, NOWHERE], |dir, path| dir.readlink_at(path).map(drop))
}

#[case]
fn readlink_at_absolute_target() -> Outcome {
    fails(root().readlink_at("absolute"), E::NotPermitted)
}

#[case]
fn readlink_at_of_a_file() -> Outcome {
    fails(root().readlink_at("hello.txt"), E::Invalid)
}

#[case]
fn readlink_at_of_a_directory() -> Outcome {
    fails(root().readlink_at("d"), E::Invalid)
}

#[case]
fn readlink_at_no_entry() -> Outcome {
    fails(root().readlink_at("none"), E::NoEntry)
}

#[case]
fn readlink_at_from_a_file() -> Outcome {
    fails(open("hello.txt")?.readlink_at("x"), E::NotDirectory)
}

#[case]
fn readlink_at_name_too_long() -> Outcome {
    fails(root().readlink_at(&"n".repeat(256)), E::NameTooLong)
}

#[case]
fn readlink_at_of_a_circle() -> Outcome {
    same(root().readlink_at("loop")?, "loop")
}

#[case]
fn readlink_at_target_of_4095_bytes(dir: &Descriptor) -> Outcome {
    let target = "t/".repeat(2047) + "t";
    dir.symlink_at(&target, "l")?;
    same(dir.readlink_at("l")?, target)
}
