//! `symlinkat`.

use suite::spelling::{NEW_NAME, NOWHERE};

use crate::tools::*;

#[case]
fn symlink_at_makes_a_link(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text")?;
    dir.symlink_at("f", "l")?;
    same(contents(&dir.open_at(FOLLOW, "l", EXISTING, READ)?)?, b"text")
}

#[case]
fn symlink_at_target_need_not_be_there(dir: &Descriptor) -> Outcome {
    dir.symlink_at("none", "l")?;
    same(dir.readlink_at("l")?, "none")
}

#[case]
fn symlink_at_to_itself(dir: &Descriptor) -> Outcome {
    dir.symlink_at("l", "l")?;
    fails(dir.stat_at(FOLLOW, "l"), E::Loop)
}

#[case]
fn symlink_at_every_spelling_of_the_new_path(dir: &Descriptor) -> Outcome {
    spellings(dir, &[NEW_NAME, NOWHERE], |dir, path| dir.symlink_at("f", path))
}

#[case]
fn symlink_at_absolute_target(dir: &Descriptor) -> Outcome {
    fails(dir.symlink_at("/etc", "l"), E::NotPermitted)?;
    same(names(dir)?.len(), 0)
}

#[case]
fn symlink_at_empty_target(dir: &Descriptor) -> Outcome {
    fails(dir.symlink_at("", "l"), E::NoEntry)
}

#[case]
fn symlink_at_exists(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    fails(dir.symlink_at("g", "f"), E::Exist)
}

#[case]
fn symlink_at_exists_as_a_dangling_link(dir: &Descriptor) -> Outcome {
    dir.symlink_at("none", "l")?;
    fails(dir.symlink_at("f", "l"), E::Exist)
}

#[case]
fn symlink_at_parent_no_entry(dir: &Descriptor) -> Outcome {
    fails(dir.symlink_at("f", "d/l"), E::NoEntry)
}

#[case]
fn symlink_at_from_a_file(dir: &Descriptor) -> Outcome {
    fails(file(dir, "f", "x")?.symlink_at("f", "l"), E::NotDirectory)
}

#[case]
fn symlink_at_name_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.symlink_at("f", &"n".repeat(256)), E::NameTooLong)
}

#[case]
fn symlink_at_target_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.symlink_at(&"t".repeat(5000), "l"), E::NameTooLong)
}

#[case]
fn symlink_at_in_a_removed_directory(dir: &Descriptor) -> Outcome {
    let removed = directory(dir, "d")?;
    dir.remove_directory_at("d")?;
    fails(removed.symlink_at("f", "l"), E::NoEntry)
}

#[case]
fn symlink_at_relative_to_where_the_link_is(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text")?;
    directory(dir, "d")?.symlink_at("../f", "l")?;
    same(contents(&dir.open_at(FOLLOW, "d/l", EXISTING, READ)?)?, b"text")
}
