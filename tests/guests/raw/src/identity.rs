//! What is the same thing under another name.

use check::{Behaviour, Outcome, holds, same};
use wasip2::filesystem::types::{Descriptor, MetadataHashValue, OpenFlags, PathFlags};

use crate::tree::{FOLLOW, READ, file, open, root, scratch};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("same_object", same_object),
    ("same_object_by_hard_link", same_object_by_hard_link),
    ("hash_of_one_file_under_two_names", hash_of_one_file_under_two_names),
    ("hash_differs_between_files", hash_differs_between_files),
    ("hash_stays_after_rename_and_write", hash_stays_after_rename_and_write),
    ("hash_by_path_and_by_descriptor", hash_by_path_and_by_descriptor),
    ("hash_of_a_link_is_not_its_targets", hash_of_a_link_is_not_its_targets),
    ("hash_of_an_image_file_stays_when_it_changes", hash_of_an_image_file_stays_when_it_changes),
    ("hash_is_not_used_again_while_a_file_is_open", hash_is_not_used_again_while_a_file_is_open),
];

fn pair(hash: MetadataHashValue) -> (u64, u64) {
    (hash.upper, hash.lower)
}

fn hash(file: &Descriptor) -> Result<(u64, u64), check::Saw> {
    Ok(pair(file.metadata_hash()?))
}

fn same_object() -> Outcome {
    holds(open("hello.txt")?.is_same_object(&open("hello.txt")?), "a file is itself")?;
    holds(!open("hello.txt")?.is_same_object(&open("empty.txt")?), "and no other")?;
    holds(open("link")?.is_same_object(&open("hello.txt")?), "through a link too")
}

fn same_object_by_hard_link() -> Outcome {
    let dir = scratch("same_object_by_hard_link")?;
    let first = file(&dir, "a", "x")?;
    dir.link_at(PathFlags::empty(), "a", &dir, "b")?;
    holds(dir.open_at(FOLLOW, "b", OpenFlags::empty(), READ)?.is_same_object(&first), "two names of one file")
}

fn hash_of_one_file_under_two_names() -> Outcome {
    let dir = scratch("hash_of_one_file_under_two_names")?;
    file(&dir, "a", "x")?;
    dir.link_at(PathFlags::empty(), "a", &dir, "b")?;
    same(pair(dir.metadata_hash_at(FOLLOW, "a")?), pair(dir.metadata_hash_at(FOLLOW, "b")?))
}

fn hash_differs_between_files() -> Outcome {
    let dir = scratch("hash_differs_between_files")?;
    let mut seen = std::collections::BTreeSet::new();
    for n in 0..100 {
        file(&dir, &n.to_string(), "x")?;
    }
    for n in 0..100 {
        seen.insert(pair(dir.metadata_hash_at(FOLLOW, &n.to_string())?));
    }
    for path in ["hello.txt", "empty.txt", "w", "."] {
        seen.insert(pair(root().metadata_hash_at(FOLLOW, path)?));
    }
    same(seen.len(), 104)
}

fn hash_stays_after_rename_and_write() -> Outcome {
    let dir = scratch("hash_stays_after_rename_and_write")?;
    let file = file(&dir, "a", "x")?;
    let before = hash(&file)?;
    dir.rename_at("a", &dir, "b")?;
    same(pair(dir.metadata_hash_at(FOLLOW, "b")?), before)
}

fn hash_by_path_and_by_descriptor() -> Outcome {
    same(hash(&open("hello.txt")?)?, pair(root().metadata_hash_at(FOLLOW, "hello.txt")?))?;
    same(hash(&root())?, pair(root().metadata_hash_at(FOLLOW, ".")?))
}

fn hash_of_a_link_is_not_its_targets() -> Outcome {
    let link = pair(root().metadata_hash_at(PathFlags::empty(), "link")?);
    let target = pair(root().metadata_hash_at(FOLLOW, "link")?);
    holds(link != target, "a link is a thing of its own")?;
    same(target, pair(root().metadata_hash_at(FOLLOW, "hello.txt")?))
}

fn hash_of_an_image_file_stays_when_it_changes() -> Outcome {
    let before = open("change.txt")?;
    let first = hash(&before)?;
    let writer = root().open_at(FOLLOW, "change.txt", OpenFlags::empty(), crate::tree::WRITE)?;
    writer.write(b"C", 0)?;
    holds(writer.is_same_object(&before), "copy-up makes no second file")?;
    same(before.read(6, 0)?.0, b"Change")?;
    same(hash(&before)?.0, first.0)
}

fn hash_is_not_used_again_while_a_file_is_open() -> Outcome {
    let dir = scratch("hash_is_not_used_again_while_a_file_is_open")?;
    let gone = file(&dir, "gone", "x")?;
    dir.unlink_file_at("gone")?;
    for n in 0..20 {
        let made = file(&dir, &n.to_string(), "x")?;
        holds(hash(&made)? != hash(&gone)? && !made.is_same_object(&gone), "a new file is a new thing")?;
    }
    Ok(())
}
