//! `linkat`.

use suite::spelling::{LINK_OLD, NEW_NAME, NOWHERE};

use crate::tools::*;

#[case]
fn link_at_gives_a_second_name(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "text")?;
    dir.link_at(STAY, "f", dir, "g")?;
    same(f.stat()?.link_count, 2)?;
    f.write(b"TE", 0)?;
    same(contents(&dir.open_at(STAY, "g", EXISTING, READ)?)?, b"TExt")?;
    dir.unlink_file_at("f")?;
    same(f.stat()?.link_count, 1)
}

#[case]
fn link_at_of_a_file_of_the_tree(dir: &Descriptor) -> Outcome {
    root().link_at(STAY, "d/in.txt", dir, "g")?;
    same(contents(&dir.open_at(STAY, "g", EXISTING, READ)?)?, b"in\n")
}

#[case]
fn link_at_every_spelling_of_the_old_path(dir: &Descriptor) -> Outcome {
    spellings(dir, &[LINK_OLD, NOWHERE], |dir, path| dir.link_at(STAY, path, dir, "new"))
}

#[case]
fn link_at_every_spelling_of_the_new_path(dir: &Descriptor) -> Outcome {
    spellings(dir, &[NEW_NAME, NOWHERE], |dir, path| dir.link_at(STAY, "f", dir, path))
}

#[case]
fn link_at_no_entry(dir: &Descriptor) -> Outcome {
    fails(dir.link_at(STAY, "none", dir, "g"), E::NoEntry)
}

#[case]
fn link_at_new_path_exists(dir: &Descriptor) -> Outcome {
    file(dir, "f", "f")?;
    file(dir, "g", "g")?;
    fails(dir.link_at(STAY, "f", dir, "g"), E::Exist)?;
    same(contents(&dir.open_at(STAY, "g", EXISTING, READ)?)?, b"g")
}

#[case]
fn link_at_to_its_own_name(dir: &Descriptor) -> Outcome {
    file(dir, "f", "f")?;
    fails(dir.link_at(STAY, "f", dir, "f"), E::Exist)
}

#[case]
fn link_at_of_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    fails(dir.link_at(STAY, "d", dir, "e"), E::NotPermitted)
}

#[case]
fn link_at_of_a_link_itself(dir: &Descriptor) -> Outcome {
    dir.symlink_at("target", "l")?;
    dir.link_at(STAY, "l", dir, "m")?;
    same(dir.readlink_at("m")?, "target")
}

#[case]
fn link_at_following_a_link(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text")?;
    dir.symlink_at("f", "l")?;
    dir.link_at(FOLLOW, "l", dir, "g")?;
    same(dir.stat_at(STAY, "g")?.type_, DescriptorType::RegularFile)?;
    same(dir.stat_at(STAY, "f")?.link_count, 2)
}

#[case]
fn link_at_following_a_link_to_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    dir.symlink_at("d", "l")?;
    fails(dir.link_at(FOLLOW, "l", dir, "g"), E::NotPermitted)
}

#[case]
fn link_at_into_another_directory(dir: &Descriptor) -> Outcome {
    let (a, b) = (directory(dir, "a")?, directory(dir, "b")?);
    file(&a, "f", "text")?;
    a.link_at(STAY, "f", &b, "g")?;
    same(names(&a)?, ["f"])?;
    same(names(&b)?, ["g"])
}

#[case]
fn link_at_from_a_file(dir: &Descriptor) -> Outcome {
    fails(file(dir, "f", "x")?.link_at(STAY, "f", dir, "g"), E::NotDirectory)
}

#[case]
fn link_at_to_a_file(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "x")?;
    fails(dir.link_at(STAY, "f", &f, "g"), E::NotDirectory)
}

#[case]
fn link_at_new_name_too_long(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    fails(dir.link_at(STAY, "f", dir, &"n".repeat(256)), E::NameTooLong)
}

#[case]
fn link_at_into_a_removed_directory(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    let removed = directory(dir, "d")?;
    dir.remove_directory_at("d")?;
    fails(dir.link_at(STAY, "f", &removed, "g"), E::NoEntry)
}

#[case]
fn link_at_sets_the_status_change_time(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "x")?;
    f.set_times(NewTimestamp::Timestamp(THEN), NewTimestamp::Timestamp(THEN))?;
    dir.link_at(STAY, "f", dir, "g")?;
    is_now(f.stat()?.status_change_timestamp)?;
    same_time(f.stat()?.data_modification_timestamp, THEN)
}
