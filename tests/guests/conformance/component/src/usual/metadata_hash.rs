//! A hash that says whether a file is the same.

use suite::spelling::{LOOK, LOOK_FOLLOWING, NOWHERE};

use crate::tools::*;

fn hash(file: &Descriptor) -> Result<(u64, u64), E> {
    file.metadata_hash().map(|hash| (hash.lower, hash.upper))
}

fn hash_at(dir: &Descriptor, flags: PathFlags, path: &str) -> Result<(u64, u64), E> {
    dir.metadata_hash_at(flags, path).map(|hash| (hash.lower, hash.upper))
}

#[case]
fn metadata_hash_stays_while_nothing_changes() -> Outcome {
    same(hash(&open("hello.txt")?)?, hash(&open("hello.txt")?)?)
}

#[case]
fn metadata_hash_of_two_files_differs(dir: &Descriptor) -> Outcome {
    holds(hash(&file(dir, "a", "x")?)? != hash(&file(dir, "b", "x")?)?, "they are two files")
}

#[case]
fn metadata_hash_of_a_replaced_file_differs(dir: &Descriptor) -> Outcome {
    let old = file(dir, "f", "x")?;
    dir.unlink_file_at("f")?;
    holds(hash(&old)? != hash(&file(dir, "f", "x")?)?, "the old one is still open")
}

#[case]
fn metadata_hash_of_a_directory() -> Outcome {
    holds(hash(&root())? != hash(&open("d")?)?, "they are two directories")
}

#[case]
fn metadata_hash_at_is_that_of_the_descriptor() -> Outcome {
    same(hash_at(&root(), FOLLOW, "hello.txt")?, hash(&open("hello.txt")?)?)
}

#[case]
fn metadata_hash_at_following_a_link() -> Outcome {
    same(hash_at(&root(), FOLLOW, "link")?, hash(&open("hello.txt")?)?)
}

#[case]
fn metadata_hash_at_of_a_link_itself() -> Outcome {
    holds(hash_at(&root(), STAY, "link")? != hash(&open("hello.txt")?)?, "the link is another file")
}

#[case]
fn metadata_hash_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[LOOK_FOLLOWING, NOWHERE], |dir, path| dir.metadata_hash_at(FOLLOW, path).map(drop))
}

#[case]
fn metadata_hash_at_every_spelling_not_following(dir: &Descriptor) -> Outcome {
    spellings(dir, &[LOOK, NOWHERE], |dir, path| dir.metadata_hash_at(STAY, path).map(drop))
}

#[case]
fn metadata_hash_at_from_a_file() -> Outcome {
    fails(open("hello.txt")?.metadata_hash_at(FOLLOW, "x"), E::NotDirectory)
}

#[case]
fn metadata_hash_at_name_too_long() -> Outcome {
    fails(root().metadata_hash_at(FOLLOW, &"n".repeat(256)), E::NameTooLong)
}

#[case]
fn metadata_hash_at_circle_of_links() -> Outcome {
    fails(root().metadata_hash_at(FOLLOW, "loop"), E::Loop)
}
