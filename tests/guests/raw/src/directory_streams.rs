//! Streams of directory entries.

use std::collections::BTreeMap;

use check::{Behaviour, Outcome, Saw, holds, same};
use wasip2::filesystem::types::{Descriptor, DescriptorType, DirectoryEntryStream, ErrorCode};

use crate::tree::{file, root, scratch};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("no_dot_entries", no_dot_entries),
    ("kinds_are_told", kinds_are_told),
    ("end_stays", end_stays),
    ("two_streams_do_not_share_a_place", two_streams_do_not_share_a_place),
    ("stream_outlives_its_directory_descriptor", stream_outlives_its_directory_descriptor),
    ("first_call_on_a_preopen", first_call_on_a_preopen),
    ("empty_directory", empty_directory),
    ("many_entries_once_each", many_entries_once_each),
];

fn all(stream: &DirectoryEntryStream) -> Result<BTreeMap<String, DescriptorType>, ErrorCode> {
    let mut found = BTreeMap::new();
    while let Some(entry) = stream.read_directory_entry()? {
        found.insert(entry.name, entry.type_);
    }
    Ok(found)
}

fn list(dir: &Descriptor) -> Result<Vec<String>, ErrorCode> {
    Ok(all(&dir.read_directory()?)?.into_keys().collect())
}

fn no_dot_entries() -> Outcome {
    for dir in [root(), scratch("no_dot_entries")?] {
        holds(!list(&dir)?.iter().any(|name| name == "." || name == ".."), "dot entries are not listed")?;
    }
    Ok(())
}

fn kinds_are_told() -> Outcome {
    let found = all(&root().read_directory()?)?;
    same(found.get("hello.txt"), Some(&DescriptorType::RegularFile))?;
    same(found.get("link"), Some(&DescriptorType::SymbolicLink))?;
    same(found.get("w"), Some(&DescriptorType::Directory))
}

fn end_stays() -> Outcome {
    let stream = scratch("end_stays")?.read_directory()?;
    for _ in 0..3 {
        holds(stream.read_directory_entry()?.is_none(), "the end stays the end")?;
    }
    Ok(())
}

fn two_streams_do_not_share_a_place() -> Outcome {
    let dir = scratch("two_streams_do_not_share_a_place")?;
    for name in ["a", "b", "c"] {
        file(&dir, name, "")?;
    }
    let (first, second) = (dir.read_directory()?, dir.read_directory()?);
    let _ = first.read_directory_entry()?;
    same(all(&second)?.len(), 3)?;
    same(all(&first)?.len(), 2)
}

fn stream_outlives_its_directory_descriptor() -> Outcome {
    let dir = scratch("stream_outlives_its_directory_descriptor")?;
    file(&dir, "f", "")?;
    let stream = dir.read_directory()?;
    drop(dir);
    same(all(&stream)?.into_keys().collect::<Vec<_>>(), ["f"])
}

fn first_call_on_a_preopen() -> Outcome {
    holds(list(&root())?.iter().any(|name| name == "hello.txt"), "the root is listed")
}

fn empty_directory() -> Outcome {
    same(list(&scratch("empty_directory")?)?.len(), 0)
}

fn many_entries_once_each() -> Outcome {
    let dir = scratch("many_entries_once_each")?;
    for n in 0..500 {
        dir.create_directory_at(&format!("{n:03}"))?;
    }
    let stream = dir.read_directory()?;
    let mut seen = Vec::new();
    while let Some(entry) = stream.read_directory_entry()? {
        seen.push(entry.name);
    }
    seen.sort();
    if seen.len() != 500 || seen.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Saw(format!("{} entries", seen.len())));
    }
    Ok(())
}
