//! Directories' entries.

use std::collections::BTreeMap;

use crate::tools::*;

#[case]
fn read_directory_names_each_entry_once() -> Outcome {
    same(names(&open("d")?)?, ["in.txt", "sub"])
}

#[case]
fn read_directory_always_starts_at_the_beginning() -> Outcome {
    let dir = open("d")?;
    let first = dir.read_directory()?;
    first.read_directory_entry()?;
    same(names(&dir)?, ["in.txt", "sub"])
}

#[case]
fn read_directory_of_a_file() -> Outcome {
    fails(open("hello.txt")?.read_directory(), E::NotDirectory)
}

#[case]
fn read_directory_of_a_removed_directory(dir: &Descriptor) -> Outcome {
    let removed = directory(dir, "d")?;
    dir.remove_directory_at("d")?;
    same(names(&removed)?.len(), 0)
}

#[case]
fn read_directory_of_a_directory_with_changes() -> Outcome {
    let dir = open_dir(&root(), "change/list")?;
    dir.unlink_file_at("a")?;
    dir.rename_at("b", &dir, "z")?;
    file(&dir, "m", "")?;
    same(names(&dir)?, ["c", "m", "z"])
}

#[case]
fn read_directory_entry_without_dots(dir: &Descriptor) -> Outcome {
    file(dir, "f", "")?;
    same(names(dir)?, ["f"])
}

#[case]
fn read_directory_entry_kinds() -> Outcome {
    let (stream, mut found) = (root().read_directory()?, BTreeMap::new());
    while let Some(entry) = stream.read_directory_entry()? {
        found.insert(entry.name, entry.type_);
    }
    same(found.get("hello.txt"), Some(&DescriptorType::RegularFile))?;
    same(found.get("d"), Some(&DescriptorType::Directory))?;
    same(found.get("link"), Some(&DescriptorType::SymbolicLink))
}

#[case]
fn read_directory_entry_end_stays(dir: &Descriptor) -> Outcome {
    let stream = dir.read_directory()?;
    for _ in 0..3 {
        holds(stream.read_directory_entry()?.is_none(), "an empty directory has no entry")?;
    }
    Ok(())
}

#[case]
fn read_directory_entry_two_streams_at_once() -> Outcome {
    let dir = open("d")?;
    let (one, two) = (dir.read_directory()?, dir.read_directory()?);
    let mut seen = [0, 0];
    loop {
        let (a, b) = (one.read_directory_entry()?, two.read_directory_entry()?);
        seen[0] += usize::from(a.is_some());
        seen[1] += usize::from(b.is_some());
        if a.is_none() && b.is_none() {
            return same(seen, [2, 2]);
        }
    }
}

#[case]
fn read_directory_entry_after_the_descriptor_was_dropped() -> Outcome {
    let stream = {
        let dir = open("d")?;
        dir.read_directory()?
    };
    holds(stream.read_directory_entry()?.is_some(), "it goes on")
}

#[case]
fn read_directory_entry_of_many(dir: &Descriptor) -> Outcome {
    for number in 0..500 {
        file(dir, &format!("{number:03}"), "")?;
    }
    let all = names(dir)?;
    same(all.len(), 500)?;
    same(all.last().map(String::as_str), Some("499"))
}

#[case]
fn read_directory_entry_while_all_are_removed(dir: &Descriptor) -> Outcome {
    for number in 0..100 {
        file(dir, &format!("{number}"), "")?;
    }
    let stream = dir.read_directory()?;
    while let Some(entry) = stream.read_directory_entry()? {
        dir.unlink_file_at(&entry.name)?;
    }
    same(names(dir)?.len(), 0)
}
