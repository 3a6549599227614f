//! What a descriptor says of itself.

use crate::tools::*;

const DATA: DescriptorFlags = READ.union(WRITE);

#[case]
async fn get_flags_of_a_file_for_reading() -> Outcome {
    same(open("hello.txt").await?.get_flags().await? & DATA, READ)
}

#[case]
async fn get_flags_of_a_file_for_writing(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    same(dir.open_at(FOLLOW, "f", EXISTING, WRITE).await?.get_flags().await? & DATA, WRITE)
}

#[case]
async fn get_flags_of_a_file_for_both(dir: &Descriptor) -> Outcome {
    same(file(dir, "f", "x").await?.get_flags().await? & DATA, DATA)
}

#[case]
async fn get_flags_of_the_preopen() -> Outcome {
    holds(root().get_flags().await?.contains(READ | MUTATE), "it can be read and changed")
}

#[case]
async fn get_flags_of_a_directory_opened_to_change(dir: &Descriptor) -> Outcome {
    holds(directory(dir, "d").await?.get_flags().await?.contains(MUTATE), "`mutate-directory` was asked for")
}

#[case]
async fn get_flags_of_a_directory_opened_with_no_flags(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    let opened = dir.open_at(FOLLOW, "d", OpenFlags::DIRECTORY, DescriptorFlags::empty()).await?;
    same(opened.get_flags().await?, READ)
}

#[case]
async fn get_flags_of_synchronised_files(dir: &Descriptor) -> Outcome {
    let wanted = DescriptorFlags::FILE_INTEGRITY_SYNC;
    file(dir, "f", "x").await?;
    // "a request": it may be refused, but what is granted is reported.
    match dir.open_at(FOLLOW, "f", EXISTING, READ | WRITE | wanted).await {
        Ok(file) => holds(file.get_flags().await?.contains(wanted), "what was granted is told"),
        Err(code) => fails(Err::<(), _>(code), E::Unsupported),
    }
}

#[case]
async fn get_type_of_a_file() -> Outcome {
    is(&open("hello.txt").await?.get_type().await?, Kind::RegularFile)
}

#[case]
async fn get_type_of_a_directory() -> Outcome {
    is(&root().get_type().await?, Kind::Directory)?;
    is(&open("d").await?.get_type().await?, Kind::Directory)
}

#[case]
async fn get_type_of_a_link_that_was_followed() -> Outcome {
    is(&open("link").await?.get_type().await?, Kind::RegularFile)
}

#[case]
async fn get_type_of_an_unlinked_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "x").await?;
    dir.unlink_file_at("f").await?;
    is(&file.get_type().await?, Kind::RegularFile)
}

#[case]
async fn is_same_object_one_file_opened_twice() -> Outcome {
    holds(open("hello.txt").await?.is_same_object(&open("hello.txt").await?).await, "both are one file")
}

#[case]
async fn is_same_object_two_files() -> Outcome {
    holds(!open("hello.txt").await?.is_same_object(&open("empty.txt").await?).await, "these are two")
}

#[case]
async fn is_same_object_of_equal_contents(dir: &Descriptor) -> Outcome {
    holds(!file(dir, "a", "x").await?.is_same_object(&file(dir, "b", "x").await?).await, "these are two")
}

#[case]
async fn is_same_object_by_a_hard_link(dir: &Descriptor) -> Outcome {
    let a = file(dir, "a", "x").await?;
    dir.link_at(STAY, "a", dir, "b").await?;
    holds(a.is_same_object(&dir.open_at(STAY, "b", EXISTING, READ).await?).await, "both are one file")
}

#[case]
async fn is_same_object_by_a_hard_link_of_the_tree() -> Outcome {
    holds(open("hello.txt").await?.is_same_object(&open("twin.txt").await?).await, "both are one file")
}

#[case]
async fn is_same_object_by_a_symbolic_link() -> Outcome {
    holds(open("hello.txt").await?.is_same_object(&open("link").await?).await, "the link was followed")
}

#[case]
async fn is_same_object_after_rename(dir: &Descriptor) -> Outcome {
    let file = file(dir, "a", "x").await?;
    dir.rename_at("a", dir, "b").await?;
    holds(file.is_same_object(&dir.open_at(STAY, "b", EXISTING, READ).await?).await, "a name is not the file")
}

#[case]
async fn is_same_object_after_the_name_was_given_to_another(dir: &Descriptor) -> Outcome {
    let old = file(dir, "f", "x").await?;
    dir.unlink_file_at("f").await?;
    holds(!old.is_same_object(&file(dir, "f", "x").await?).await, "the old one is still open")
}

#[case]
async fn is_same_object_of_directories(dir: &Descriptor) -> Outcome {
    let a = directory(dir, "a").await?;
    holds(a.is_same_object(&open_dir(dir, "a/.").await?).await, "`a/.` is `a`")?;
    holds(dir.is_same_object(&open_dir(dir, "a/..").await?).await, "`a/..` is where `a` is")?;
    holds(!a.is_same_object(dir).await, "but not `a`")
}
