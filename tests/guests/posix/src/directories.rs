//! Making, listing and removing directories.

use std::collections::BTreeSet;
use std::fs;

use check::{Behaviour, Outcome, holds, same};

use crate::errno::refused;
use crate::scratch::scratch;

pub const BEHAVIOURS: &[Behaviour] = &[
    ("create_dir", create_dir),
    ("create_dir_that_exists", create_dir_that_exists),
    ("create_dir_in_a_file", create_dir_in_a_file),
    ("create_dir_with_trailing_slash", create_dir_with_trailing_slash),
    ("create_dir_all", create_dir_all),
    ("remove_dir", remove_dir),
    ("remove_dir_with_entries", remove_dir_with_entries),
    ("remove_dir_of_a_file", remove_dir_of_a_file),
    ("remove_dir_all", remove_dir_all),
    ("remove_an_image_directory", remove_an_image_directory),
    ("remove_an_image_tree", remove_an_image_tree),
    ("list_after_create", list_after_create),
    ("list_while_removing", list_while_removing),
    ("list_while_creating", list_while_creating),
    ("list_a_thousand_made_entries", list_a_thousand_made_entries),
    ("list_image_and_made_entries_together", list_image_and_made_entries_together),
];

fn listed(path: impl AsRef<std::path::Path>) -> std::io::Result<Vec<String>> {
    let mut names: Vec<String> = fs::read_dir(path)?
        .map(|e| Ok(e?.file_name().to_string_lossy().into_owned()))
        .collect::<std::io::Result<_>>()?;
    names.sort();
    Ok(names)
}

fn create_dir() -> Outcome {
    let dir = scratch("create_dir")?;
    fs::create_dir(dir.join("d"))?;
    holds(fs::metadata(dir.join("d"))?.is_dir(), "a made directory is a directory")?;
    same(listed(dir.join("d"))?.len(), 0)
}

fn create_dir_that_exists() -> Outcome {
    refused(fs::create_dir("/dir"), &["EEXIST"])?;
    refused(fs::create_dir("/hello.txt"), &["EEXIST"])
}

fn create_dir_in_a_file() -> Outcome {
    refused(fs::create_dir("/hello.txt/d"), &["ENOTDIR"])
}

fn create_dir_with_trailing_slash() -> Outcome {
    let dir = scratch("create_dir_with_trailing_slash")?;
    fs::create_dir(format!("{}/d/", dir.display()))?;
    same(listed(&dir)?, ["d"])
}

fn create_dir_all() -> Outcome {
    let dir = scratch("create_dir_all")?;
    fs::create_dir_all(dir.join("a/b/c"))?;
    fs::create_dir_all(dir.join("a/b/c"))?;
    holds(fs::metadata(dir.join("a/b/c"))?.is_dir(), "each part was made")
}

fn remove_dir() -> Outcome {
    let dir = scratch("remove_dir")?;
    fs::create_dir(dir.join("d"))?;
    fs::remove_dir(dir.join("d"))?;
    refused(fs::metadata(dir.join("d")), &["ENOENT"])
}

fn remove_dir_with_entries() -> Outcome {
    refused(fs::remove_dir("/dir"), &["ENOTEMPTY"])?;
    let dir = scratch("remove_dir_with_entries")?;
    fs::write(dir.join("x"), "")?;
    refused(fs::remove_dir(&dir), &["ENOTEMPTY"])
}

fn remove_dir_of_a_file() -> Outcome {
    refused(fs::remove_dir("/hello.txt"), &["ENOTDIR"])
}

fn remove_dir_all() -> Outcome {
    let dir = scratch("remove_dir_all")?;
    fs::create_dir_all(dir.join("t/a/b"))?;
    for name in ["t/1", "t/a/2", "t/a/b/3"] {
        fs::write(dir.join(name), name)?;
    }
    fs::remove_dir_all(dir.join("t"))?;
    same(listed(&dir)?.len(), 0)
}

fn remove_an_image_directory() -> Outcome {
    fs::remove_file("/change/dir/only.txt")?;
    fs::remove_dir("/change/dir")?;
    refused(fs::metadata("/change/dir"), &["ENOENT"])
}

fn remove_an_image_tree() -> Outcome {
    fs::remove_dir_all("/change/tree")?;
    refused(fs::metadata("/change/tree"), &["ENOENT"])?;
    fs::create_dir("/change/tree")?;
    same(listed("/change/tree")?.len(), 0)
}

fn list_after_create() -> Outcome {
    let dir = scratch("list_after_create")?;
    for name in ["b", "a", "c"] {
        fs::write(dir.join(name), name)?;
    }
    same(listed(&dir)?, ["a", "b", "c"])
}

fn list_while_removing() -> Outcome {
    let dir = scratch("list_while_removing")?;
    for n in 0..300 {
        fs::write(dir.join(format!("{n}")), "")?;
    }
    let mut seen = BTreeSet::new();
    for entry in fs::read_dir(&dir)? {
        let entry = entry?;
        fs::remove_file(entry.path())?;
        holds(seen.insert(entry.file_name()), "no entry is listed twice")?;
    }
    same(seen.len(), 300)?;
    same(listed(&dir)?.len(), 0)
}

fn list_while_creating() -> Outcome {
    let dir = scratch("list_while_creating")?;
    for n in 0..100 {
        fs::write(dir.join(format!("old{n}")), "")?;
    }
    let mut old = BTreeSet::new();
    for (n, entry) in fs::read_dir(&dir)?.enumerate().take(1000) {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if n < 50 {
            fs::write(dir.join(format!("new{n}")), "")?;
        }
        if name.starts_with("old") {
            holds(old.insert(name), "no entry is listed twice")?;
        }
    }
    same(old.len(), 100)?;
    same(listed(&dir)?.len(), 150)
}

fn list_a_thousand_made_entries() -> Outcome {
    let dir = scratch("list_a_thousand_made_entries")?;
    for n in 0..1000 {
        fs::write(dir.join(format!("{n:04}")), "")?;
    }
    let seen = listed(&dir)?;
    holds(
        seen.len() == 1000 && seen.iter().enumerate().all(|(n, name)| *name == format!("{n:04}")),
        "each is listed once",
    )
}

fn list_image_and_made_entries_together() -> Outcome {
    fs::write("/change/mixed/m", "")?;
    fs::remove_file("/change/mixed/b")?;
    same(listed("/change/mixed")?, ["a", "c", "m"])
}
