//! `unlinkat` with `AT_REMOVEDIR`.

use suite::spelling::{NOWHERE, REMOVE_DIRECTORY};

use crate::tools::*;

#[case]
fn remove_directory_at_of_an_empty_one(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    dir.remove_directory_at("d")?;
    same(names(dir)?.len(), 0)
}

#[case]
fn remove_directory_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[REMOVE_DIRECTORY, NOWHERE], |dir, path| dir.remove_directory_at(path))
}

#[case]
fn remove_directory_at_not_empty(dir: &Descriptor) -> Outcome {
    file(&directory(dir, "d")?, "f", "x")?;
    fails(dir.remove_directory_at("d"), E::NotEmpty)?;
    same(names(dir)?, ["d"])
}

#[case]
fn remove_directory_at_of_the_tree_not_empty() -> Outcome {
    fails(root().remove_directory_at("d"), E::NotEmpty)
}

#[case]
fn remove_directory_at_of_the_tree_when_emptied() -> Outcome {
    root().unlink_file_at("change/remove/only")?;
    root().remove_directory_at("change/remove")?;
    fails(root().stat_at(STAY, "change/remove"), E::NoEntry)
}

#[case]
fn remove_directory_at_of_a_file(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    fails(dir.remove_directory_at("f"), E::NotDirectory)
}

#[case]
fn remove_directory_at_of_a_link_to_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    dir.symlink_at("d", "l")?;
    fails(dir.remove_directory_at("l"), E::NotDirectory)
}

#[case]
fn remove_directory_at_of_a_link_that_leads_out(dir: &Descriptor) -> Outcome {
    dir.symlink_at("..", "l")?;
    fails(dir.remove_directory_at("l/"), E::NotPermitted)
}

#[case]
fn remove_directory_at_no_entry(dir: &Descriptor) -> Outcome {
    fails(dir.remove_directory_at("none"), E::NoEntry)
}

#[case]
fn remove_directory_at_from_a_file(dir: &Descriptor) -> Outcome {
    fails(file(dir, "f", "x")?.remove_directory_at("d"), E::NotDirectory)
}

#[case]
fn remove_directory_at_name_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.remove_directory_at(&"n".repeat(256)), E::NameTooLong)
}

#[case]
fn remove_directory_at_while_open(dir: &Descriptor) -> Outcome {
    let open = directory(dir, "d")?;
    dir.remove_directory_at("d")?;
    same(open.stat()?.type_, DescriptorType::Directory)?;
    fails(open.open_at(FOLLOW, "f", OpenFlags::CREATE, READ | WRITE), E::NoEntry)
}
