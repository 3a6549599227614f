//! `renameat`.

use suite::spelling::{NOWHERE, RENAME_DIRECTORY_TO, RENAME_FILE_TO, RENAME_OLD};

use crate::tools::*;

#[case]
fn rename_at_to_a_new_name(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text")?;
    dir.rename_at("f", dir, "g")?;
    same(names(dir)?, ["g"])?;
    same(contents(&dir.open_at(STAY, "g", EXISTING, READ)?)?, b"text")
}

#[case]
fn rename_at_every_spelling_of_the_old_path(dir: &Descriptor) -> Outcome {
    spellings(dir, &[RENAME_OLD, NOWHERE], |dir, path| dir.rename_at(path, dir, "new"))
}

#[case]
fn rename_at_every_spelling_of_the_new_path_of_a_file(dir: &Descriptor) -> Outcome {
    spellings(dir, &[RENAME_FILE_TO, NOWHERE], |dir, path| dir.rename_at("f", dir, path))
}

#[case]
fn rename_at_every_spelling_of_the_new_path_of_a_directory(dir: &Descriptor) -> Outcome {
    spellings(dir, &[RENAME_DIRECTORY_TO, NOWHERE], |dir, path| dir.rename_at("d", dir, path))
}

#[case]
fn rename_at_replaces_a_file(dir: &Descriptor) -> Outcome {
    file(dir, "f", "new")?;
    let old = file(dir, "g", "old")?;
    dir.rename_at("f", dir, "g")?;
    same(contents(&dir.open_at(STAY, "g", EXISTING, READ)?)?, b"new")?;
    same(contents(&old)?, b"old")?;
    same(old.stat()?.link_count, 0)
}

#[case]
fn rename_at_replaces_an_empty_directory(dir: &Descriptor) -> Outcome {
    file(&directory(dir, "d")?, "f", "x")?;
    dir.create_directory_at("e")?;
    dir.rename_at("d", dir, "e")?;
    same(names(&open_dir(dir, "e")?)?, ["f"])
}

#[case]
fn rename_at_not_empty(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    file(&directory(dir, "e")?, "f", "x")?;
    fails_with(dir.rename_at("d", dir, "e"), &[E::NotEmpty, E::Exist])?;
    same(names(dir)?, ["d", "e"])
}

#[case]
fn rename_at_file_over_a_directory(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    dir.create_directory_at("d")?;
    fails(dir.rename_at("f", dir, "d"), E::IsDirectory)
}

#[case]
fn rename_at_directory_over_a_file(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    file(dir, "f", "x")?;
    fails(dir.rename_at("d", dir, "f"), E::NotDirectory)
}

#[case]
fn rename_at_into_itself(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    fails(dir.rename_at("d", dir, "d/e"), E::Invalid)
}

#[case]
fn rename_at_into_what_is_below_itself_by_another_descriptor(dir: &Descriptor) -> Outcome {
    let below = directory(&directory(dir, "d")?, "e")?;
    fails(dir.rename_at("d", &below, "f"), E::Invalid)
}

#[case]
fn rename_at_over_what_contains_it(dir: &Descriptor) -> Outcome {
    directory(dir, "d")?.create_directory_at("e")?;
    fails_with(dir.rename_at("d/e", dir, "d"), &[E::NotEmpty, E::Exist])
}

#[case]
fn rename_at_to_the_same_name(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    dir.rename_at("f", dir, "f")?;
    same(names(dir)?, ["f"])
}

#[case]
fn rename_at_to_a_hard_link_of_itself(dir: &Descriptor) -> Outcome {
    // "If oldpath and newpath are existing hard links referring to the same file, then rename() does nothing".
    file(dir, "f", "x")?;
    dir.link_at(STAY, "f", dir, "g")?;
    dir.rename_at("f", dir, "g")?;
    same(names(dir)?, ["f", "g"])
}

#[case]
fn rename_at_of_a_link_moves_the_link(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    dir.symlink_at("f", "l")?;
    dir.rename_at("l", dir, "m")?;
    same(names(dir)?, ["f", "m"])?;
    same(dir.readlink_at("m")?, "f")
}

#[case]
fn rename_at_over_a_link_replaces_the_link(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    dir.symlink_at("g", "l")?;
    dir.rename_at("f", dir, "l")?;
    same(dir.stat_at(STAY, "l")?.type_, DescriptorType::RegularFile)
}

#[case]
fn rename_at_between_directories(dir: &Descriptor) -> Outcome {
    let (a, b) = (directory(dir, "a")?, directory(dir, "b")?);
    file(&a, "f", "text")?;
    a.rename_at("f", &b, "g")?;
    same(names(&a)?.len(), 0)?;
    same(names(&b)?, ["g"])
}

#[case]
fn rename_at_of_a_directory_with_open_files(dir: &Descriptor) -> Outcome {
    let d = directory(dir, "d")?;
    let f = file(&d, "f", "text")?;
    dir.rename_at("d", dir, "e")?;
    same(contents(&f)?, b"text")?;
    file(&d, "g", "")?;
    same(names(&open_dir(dir, "e")?)?, ["f", "g"])
}

#[case]
fn rename_at_of_a_directory_of_the_tree() -> Outcome {
    root().rename_at("change/move", &root(), "change/moved")?;
    same(contents(&open("change/moved/in/leaf")?)?, b"leaf\n")?;
    fails(open("change/move"), E::NoEntry)
}

#[case]
fn rename_at_no_entry(dir: &Descriptor) -> Outcome {
    file(dir, "g", "x")?;
    fails(dir.rename_at("f", dir, "g"), E::NoEntry)?;
    same(names(dir)?, ["g"])
}

#[case]
fn rename_at_new_parent_no_entry(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    fails(dir.rename_at("f", dir, "d/g"), E::NoEntry)
}

#[case]
fn rename_at_from_a_file(dir: &Descriptor) -> Outcome {
    fails(file(dir, "f", "x")?.rename_at("f", dir, "g"), E::NotDirectory)
}

#[case]
fn rename_at_to_a_file(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "x")?;
    fails(dir.rename_at("f", &f, "g"), E::NotDirectory)
}

#[case]
fn rename_at_name_too_long(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    fails(dir.rename_at("f", dir, &"n".repeat(256)), E::NameTooLong)?;
    fails(dir.rename_at(&"n".repeat(256), dir, "g"), E::NameTooLong)
}

#[case]
fn rename_at_into_a_removed_directory(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    let removed = directory(dir, "d")?;
    dir.remove_directory_at("d")?;
    fails(dir.rename_at("f", &removed, "g"), E::NoEntry)
}

#[case]
fn rename_at_sets_times_of_both_parents(dir: &Descriptor) -> Outcome {
    let (a, b) = (directory(dir, "a")?, directory(dir, "b")?);
    file(&a, "f", "x")?;
    for parent in [&a, &b] {
        parent.set_times(NewTimestamp::Timestamp(THEN), NewTimestamp::Timestamp(THEN))?;
    }
    a.rename_at("f", &b, "f")?;
    is_now(a.stat()?.data_modification_timestamp)?;
    is_now(b.stat()?.data_modification_timestamp)
}
