//! What a descriptor says of itself.

use crate::tools::*;

const DATA: DescriptorFlags = READ.union(WRITE);

#[case]
fn get_flags_of_a_file_for_reading() -> Outcome {
    same(open("hello.txt")?.get_flags()? & DATA, READ)
}

#[case]
fn get_flags_of_a_file_for_writing(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    same(dir.open_at(FOLLOW, "f", EXISTING, WRITE)?.get_flags()? & DATA, WRITE)
}

#[case]
fn get_flags_of_a_file_for_both(dir: &Descriptor) -> Outcome {
    same(file(dir, "f", "x")?.get_flags()? & DATA, DATA)
}

#[case]
fn get_flags_of_the_preopen() -> Outcome {
    holds(root().get_flags()?.contains(READ | MUTATE), "it can be read and changed")
}

#[case]
fn get_flags_of_a_directory_opened_to_change(dir: &Descriptor) -> Outcome {
    holds(directory(dir, "d")?.get_flags()?.contains(MUTATE), "`mutate-directory` was asked for")
}

#[case]
fn get_flags_of_a_directory_opened_with_no_flags(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    let opened = dir.open_at(FOLLOW, "d", OpenFlags::DIRECTORY, DescriptorFlags::empty())?;
    same(opened.get_flags()?, READ)
}

#[case]
fn get_flags_of_synchronised_files(dir: &Descriptor) -> Outcome {
    let wanted = DescriptorFlags::FILE_INTEGRITY_SYNC;
    file(dir, "f", "x")?;
    // "a request": it may be refused, but what is granted is reported.
    match dir.open_at(FOLLOW, "f", EXISTING, READ | WRITE | wanted) {
        Ok(file) => holds(file.get_flags()?.contains(wanted), "what was granted is told"),
        Err(code) => fails(Err::<(), _>(code), E::Unsupported),
    }
}

#[case]
fn get_type_of_a_file() -> Outcome {
    same(open("hello.txt")?.get_type()?, DescriptorType::RegularFile)
}

#[case]
fn get_type_of_a_directory() -> Outcome {
    same(root().get_type()?, DescriptorType::Directory)?;
    same(open("d")?.get_type()?, DescriptorType::Directory)
}

#[case]
fn get_type_of_a_link_that_was_followed() -> Outcome {
    same(open("link")?.get_type()?, DescriptorType::RegularFile)
}

#[case]
fn get_type_of_an_unlinked_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "x")?;
    dir.unlink_file_at("f")?;
    same(file.get_type()?, DescriptorType::RegularFile)
}

#[case]
fn is_same_object_one_file_opened_twice() -> Outcome {
    holds(open("hello.txt")?.is_same_object(&open("hello.txt")?), "both are one file")
}

#[case]
fn is_same_object_two_files() -> Outcome {
    holds(!open("hello.txt")?.is_same_object(&open("empty.txt")?), "these are two")
}

#[case]
fn is_same_object_of_equal_contents(dir: &Descriptor) -> Outcome {
    holds(!file(dir, "a", "x")?.is_same_object(&file(dir, "b", "x")?), "these are two")
}

#[case]
fn is_same_object_by_a_hard_link(dir: &Descriptor) -> Outcome {
    let a = file(dir, "a", "x")?;
    dir.link_at(STAY, "a", dir, "b")?;
    holds(a.is_same_object(&dir.open_at(STAY, "b", EXISTING, READ)?), "both are one file")
}

#[case]
fn is_same_object_by_a_hard_link_of_the_tree() -> Outcome {
    holds(open("hello.txt")?.is_same_object(&open("twin.txt")?), "both are one file")
}

#[case]
fn is_same_object_by_a_symbolic_link() -> Outcome {
    holds(open("hello.txt")?.is_same_object(&open("link")?), "the link was followed")
}

#[case]
fn is_same_object_after_rename(dir: &Descriptor) -> Outcome {
    let file = file(dir, "a", "x")?;
    dir.rename_at("a", dir, "b")?;
    holds(file.is_same_object(&dir.open_at(STAY, "b", EXISTING, READ)?), "a name is not the file")
}

#[case]
fn is_same_object_after_the_name_was_given_to_another(dir: &Descriptor) -> Outcome {
    let old = file(dir, "f", "x")?;
    dir.unlink_file_at("f")?;
    holds(!old.is_same_object(&file(dir, "f", "x")?), "the old one is still open")
}

#[case]
fn is_same_object_of_directories(dir: &Descriptor) -> Outcome {
    let a = directory(dir, "a")?;
    holds(a.is_same_object(&open_dir(dir, "a/.")?), "`a/.` is `a`")?;
    holds(dir.is_same_object(&open_dir(dir, "a/..")?), "`a/..` is where `a` is")?;
    holds(!a.is_same_object(dir), "but not `a`")
}
