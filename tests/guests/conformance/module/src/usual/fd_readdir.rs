//! Listings, which go on from a cookie.

use std::collections::BTreeSet;

use wasi::*;

use crate::tools::*;

fn many(dir: &File, count: usize) -> Result<Vec<String>, Errno> {
    let names: Vec<_> = (0..count).map(|number| format!("name-{number:03}")).collect();
    for name in &names {
        file(dir, name, "")?;
    }
    Ok(names)
}

#[case]
fn fd_readdir_of_a_directory_of_the_tree() -> Outcome {
    same(names(&open("d")?)?, ["in.txt", "sub"])
}

#[case]
fn fd_readdir_of_an_empty_directory(dir: &File) -> Outcome {
    same(names(dir)?.len(), 0)
}

#[case]
fn fd_readdir_by_small_buffers(dir: &File) -> Outcome {
    let wanted = many(dir, 50)?;
    for size in [32, 33, 40, 64, 65, 100, 1000] {
        same(names_by(dir, size)?, &wanted[..])?;
    }
    Ok(())
}

#[case]
fn fd_readdir_three_hundred_names(dir: &File) -> Outcome {
    let wanted = many(dir, 300)?;
    same(names(dir)?, wanted)
}

#[case]
fn fd_readdir_cookie_zero_starts_again(dir: &File) -> Outcome {
    let wanted = many(dir, 5)?;
    same(names(dir)?, &wanted[..])?;
    same(names(dir)?, wanted)
}

#[case]
fn fd_readdir_from_every_cookie(dir: &File) -> Outcome {
    many(dir, 20)?;
    let order = |(entries, _): (Vec<Entry>, usize)| entries.into_iter().map(|entry| entry.name).collect::<Vec<_>>();
    let (all, _) = entries(dir, 4096, 0)?;
    for (at, entry) in all.iter().enumerate().rev() {
        let rest: Vec<_> = all[at + 1..].iter().map(|entry| entry.name.clone()).collect();
        same(order(entries(dir, 4096, entry.next)?), rest)?;
    }
    Ok(())
}

#[case]
fn fd_readdir_cookies_are_distinct(dir: &File) -> Outcome {
    many(dir, 20)?;
    let (all, _) = entries(dir, 4096, 0)?;
    let cookies: BTreeSet<_> = all.iter().map(|entry| entry.next).collect();
    same(cookies.len(), all.len())?;
    holds(!cookies.contains(&0), "0 is the start")
}

#[case]
fn fd_readdir_buffer_too_small_is_filled(dir: &File) -> Outcome {
    // "If less than the size of the read buffer, the end of the directory has been reached."
    many(dir, 1)?;
    for size in [1, 10, 23, 24] {
        same(entries(dir, size, 0)?.1, size)?;
    }
    Ok(())
}

#[case]
fn fd_readdir_at_the_end(dir: &File) -> Outcome {
    many(dir, 3)?;
    let last = entries(dir, 4096, 0)?.0.last().map_or(0, |entry| entry.next);
    let (found, used) = entries(dir, 4096, last)?;
    same((found.len(), used), (0, 0))
}

#[case]
fn fd_readdir_kinds() -> Outcome {
    let (all, _) = entries(&root(), 8192, 0)?;
    let kind = |name: &str| all.iter().find(|entry| entry.name == name).map(|entry| entry.kind);
    same(kind("hello.txt"), Some(FILETYPE_REGULAR_FILE))?;
    same(kind("d"), Some(FILETYPE_DIRECTORY))?;
    same(kind("link"), Some(FILETYPE_SYMBOLIC_LINK))
}

#[case]
fn fd_readdir_numbers_are_those_of_filestat() -> Outcome {
    let (all, _) = entries(&root(), 8192, 0)?;
    for name in ["hello.txt", "d", "link"] {
        let found = all.iter().find(|entry| entry.name == name).map(|entry| entry.ino);
        same(found, Some(stat_at(&root(), STAY, name)?.ino))?;
    }
    Ok(())
}

#[case]
fn fd_readdir_while_names_are_removed(dir: &File) -> Outcome {
    many(dir, 40)?;
    let (mut cookie, mut seen) = (0, BTreeSet::new());
    loop {
        let (found, used) = entries(dir, 100, cookie)?;
        for entry in &found {
            cookie = entry.next;
            if entry.name.starts_with("name") {
                holds(seen.insert(entry.name.clone()), "a name comes once")?;
                unlink(dir, &entry.name)?;
            }
        }
        if used < 100 {
            break;
        }
    }
    same((seen.len(), names(dir)?.len()), (40, 0))
}

#[case]
fn fd_readdir_sees_what_is_new_when_it_starts_again(dir: &File) -> Outcome {
    many(dir, 1)?;
    names(dir)?;
    file(dir, "new", "")?;
    same(names(dir)?, ["name-000", "new"])
}

#[case]
fn fd_readdir_of_a_file() -> Outcome {
    fails(entries(&open("hello.txt")?, 100, 0), &[ERRNO_NOTDIR, ERRNO_BADF])
}

#[case]
fn fd_readdir_two_directories_in_turn(dir: &File) -> Outcome {
    let (a, b) = (directory(dir, "a")?, directory(dir, "b")?);
    many(&a, 10)?;
    many(&b, 10)?;
    let (mut at_a, mut at_b, mut seen) = (0, 0, 0);
    loop {
        let ((from_a, used_a), (from_b, used_b)) = (entries(&a, 80, at_a)?, entries(&b, 80, at_b)?);
        at_a = from_a.last().map_or(at_a, |entry| entry.next);
        at_b = from_b.last().map_or(at_b, |entry| entry.next);
        seen += from_a.iter().chain(&from_b).filter(|entry| entry.name.starts_with("name")).count();
        if used_a < 80 && used_b < 80 {
            return same(seen, 20);
        }
    }
}
