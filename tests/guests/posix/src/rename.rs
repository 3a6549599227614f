//! Every kind of rename.

use std::fs;

use check::{Behaviour, Outcome, holds, same};

use crate::errno::refused;
use crate::scratch::scratch;

pub const BEHAVIOURS: &[Behaviour] = &[
    ("rename_file", rename_file),
    ("rename_missing", rename_missing),
    ("rename_over_file", rename_over_file),
    ("rename_directory", rename_directory),
    ("rename_across_directories", rename_across_directories),
    ("rename_into_a_missing_directory", rename_into_a_missing_directory),
    ("rename_directory_over_empty_directory", rename_directory_over_empty_directory),
    ("rename_directory_over_directory_with_entries", rename_directory_over_directory_with_entries),
    ("rename_file_over_directory", rename_file_over_directory),
    ("rename_directory_over_file", rename_directory_over_file),
    ("rename_directory_into_itself", rename_directory_into_itself),
    ("rename_to_itself", rename_to_itself),
    ("rename_between_hard_links_of_one_file", rename_between_hard_links_of_one_file),
    ("rename_link_and_not_its_target", rename_link_and_not_its_target),
    ("rename_image_file", rename_image_file),
    ("rename_image_directory", rename_image_directory),
    ("dotdot_after_rename", dotdot_after_rename),
];

fn rename_file() -> Outcome {
    let dir = scratch("rename_file")?;
    fs::write(dir.join("a"), "text")?;
    fs::rename(dir.join("a"), dir.join("b"))?;
    same(fs::read_to_string(dir.join("b"))?, "text")?;
    refused(fs::metadata(dir.join("a")), &["ENOENT"])
}

fn rename_missing() -> Outcome {
    refused(fs::rename("/w/none", "/w/other"), &["ENOENT"])
}

fn rename_over_file() -> Outcome {
    let dir = scratch("rename_over_file")?;
    fs::write(dir.join("a"), "new")?;
    fs::write(dir.join("b"), "old")?;
    fs::rename(dir.join("a"), dir.join("b"))?;
    same(fs::read_to_string(dir.join("b"))?, "new")?;
    same(fs::read_dir(&dir)?.count(), 1)
}

fn rename_directory() -> Outcome {
    let dir = scratch("rename_directory")?;
    fs::create_dir_all(dir.join("a/b"))?;
    fs::write(dir.join("a/b/f"), "x")?;
    fs::rename(dir.join("a"), dir.join("z"))?;
    same(fs::read_to_string(dir.join("z/b/f"))?, "x")
}

fn rename_across_directories() -> Outcome {
    let dir = scratch("rename_across_directories")?;
    fs::create_dir(dir.join("from"))?;
    fs::create_dir(dir.join("to"))?;
    fs::write(dir.join("from/f"), "x")?;
    fs::rename(dir.join("from/f"), dir.join("to/g"))?;
    same(fs::read_to_string(dir.join("to/g"))?, "x")?;
    same(fs::read_dir(dir.join("from"))?.count(), 0)
}

fn rename_into_a_missing_directory() -> Outcome {
    let dir = scratch("rename_into_a_missing_directory")?;
    fs::write(dir.join("f"), "x")?;
    refused(fs::rename(dir.join("f"), dir.join("none/f")), &["ENOENT"])?;
    same(fs::read_to_string(dir.join("f"))?, "x")
}

fn rename_directory_over_empty_directory() -> Outcome {
    let dir = scratch("rename_directory_over_empty_directory")?;
    fs::create_dir(dir.join("a"))?;
    fs::write(dir.join("a/f"), "x")?;
    fs::create_dir(dir.join("b"))?;
    fs::rename(dir.join("a"), dir.join("b"))?;
    same(fs::read_to_string(dir.join("b/f"))?, "x")
}

fn rename_directory_over_directory_with_entries() -> Outcome {
    let dir = scratch("rename_directory_over_directory_with_entries")?;
    fs::create_dir(dir.join("a"))?;
    fs::create_dir(dir.join("b"))?;
    fs::write(dir.join("b/f"), "x")?;
    refused(fs::rename(dir.join("a"), dir.join("b")), &["ENOTEMPTY", "EEXIST"])?;
    holds(fs::metadata(dir.join("a"))?.is_dir(), "nothing was moved")
}

fn rename_file_over_directory() -> Outcome {
    let dir = scratch("rename_file_over_directory")?;
    fs::write(dir.join("f"), "x")?;
    fs::create_dir(dir.join("d"))?;
    refused(fs::rename(dir.join("f"), dir.join("d")), &["EISDIR"])
}

fn rename_directory_over_file() -> Outcome {
    let dir = scratch("rename_directory_over_file")?;
    fs::write(dir.join("f"), "x")?;
    fs::create_dir(dir.join("d"))?;
    refused(fs::rename(dir.join("d"), dir.join("f")), &["ENOTDIR"])
}

fn rename_directory_into_itself() -> Outcome {
    let dir = scratch("rename_directory_into_itself")?;
    fs::create_dir_all(dir.join("a/b"))?;
    refused(fs::rename(dir.join("a"), dir.join("a/b/c")), &["EINVAL"])?;
    refused(fs::rename(dir.join("a"), dir.join("a/c")), &["EINVAL"])?;
    holds(fs::metadata(dir.join("a/b"))?.is_dir(), "the tree is whole")
}

fn rename_to_itself() -> Outcome {
    let dir = scratch("rename_to_itself")?;
    fs::write(dir.join("f"), "x")?;
    fs::rename(dir.join("f"), dir.join("f"))?;
    same(fs::read_to_string(dir.join("f"))?, "x")
}

fn rename_between_hard_links_of_one_file() -> Outcome {
    let dir = scratch("rename_between_hard_links_of_one_file")?;
    fs::write(dir.join("a"), "x")?;
    fs::hard_link(dir.join("a"), dir.join("b"))?;
    fs::rename(dir.join("a"), dir.join("b"))?;
    same(fs::read_dir(&dir)?.count(), 2)
}

#[allow(deprecated)]
fn rename_link_and_not_its_target() -> Outcome {
    let dir = scratch("rename_link_and_not_its_target")?;
    fs::write(dir.join("f"), "x")?;
    fs::soft_link("f", dir.join("l"))?;
    fs::rename(dir.join("l"), dir.join("m"))?;
    same(fs::read_link(dir.join("m"))?.to_str(), Some("f"))?;
    same(fs::read_to_string(dir.join("f"))?, "x")
}

fn rename_image_file() -> Outcome {
    fs::rename("/change/move.txt", "/w/moved.txt")?;
    same(fs::read_to_string("/w/moved.txt")?, "move\n")?;
    refused(fs::metadata("/change/move.txt"), &["ENOENT"])
}

fn rename_image_directory() -> Outcome {
    fs::rename("/change/moved", "/w/moved")?;
    same(fs::read_to_string("/w/moved/inside/leaf.txt")?, "leaf\n")?;
    refused(fs::metadata("/change/moved"), &["ENOENT"])
}

fn dotdot_after_rename() -> Outcome {
    let dir = scratch("dotdot_after_rename")?;
    fs::create_dir_all(dir.join("a/sub"))?;
    fs::create_dir(dir.join("b"))?;
    fs::write(dir.join("b/here"), "b")?;
    fs::rename(dir.join("a/sub"), dir.join("b/sub"))?;
    same(fs::read_to_string(dir.join("b/sub/../here"))?, "b")
}
