//! Hard links and symbolic links.
#![allow(deprecated)] // `soft_link` is the one call that makes a symbolic link on every platform of std.

use std::fs::{self, File};

use check::{Behaviour, Outcome, holds, same};

use crate::errno::refused;
use crate::scratch::scratch;

pub const BEHAVIOURS: &[Behaviour] = &[
    ("hard_link", hard_link),
    ("hard_link_of_an_image_file", hard_link_of_an_image_file),
    ("hard_link_over_a_file", hard_link_over_a_file),
    ("hard_link_of_a_directory", hard_link_of_a_directory),
    ("hard_link_of_a_missing_file", hard_link_of_a_missing_file),
    ("hard_links_of_the_image_stay_together", hard_links_of_the_image_stay_together),
    ("symlink", symlink),
    ("symlink_over_a_file", symlink_over_a_file),
    ("symlink_to_a_directory", symlink_to_a_directory),
    ("symlink_with_an_absolute_target", symlink_with_an_absolute_target),
    ("symlink_out_of_the_tree", symlink_out_of_the_tree),
    ("symlink_loop", symlink_loop),
    ("symlink_chain", symlink_chain),
    ("symlink_removed_and_not_its_target", symlink_removed_and_not_its_target),
    ("create_dir_over_a_dangling_link", create_dir_over_a_dangling_link),
];

/// With links of the image that have absolute targets, and are followed.
pub const ABSOLUTE: &[Behaviour] = &[
    ("absolute_links_of_the_image", absolute_links_of_the_image),
    ("absolute_links_that_are_made", absolute_links_that_are_made),
    ("absolute_links_in_a_circle", absolute_links_in_a_circle),
];

fn hard_link() -> Outcome {
    let dir = scratch("hard_link")?;
    fs::write(dir.join("a"), "one")?;
    fs::hard_link(dir.join("a"), dir.join("b"))?;
    fs::write(dir.join("b"), "two")?;
    same(fs::read_to_string(dir.join("a"))?, "two")?;
    fs::remove_file(dir.join("a"))?;
    same(fs::read_to_string(dir.join("b"))?, "two")
}

fn hard_link_of_an_image_file() -> Outcome {
    let dir = scratch("hard_link_of_an_image_file")?;
    fs::hard_link("/change/linked.txt", dir.join("l"))?;
    fs::write(dir.join("l"), "changed")?;
    same(fs::read_to_string("/change/linked.txt")?, "changed")
}

fn hard_link_over_a_file() -> Outcome {
    let dir = scratch("hard_link_over_a_file")?;
    fs::write(dir.join("a"), "a")?;
    fs::write(dir.join("b"), "b")?;
    refused(fs::hard_link(dir.join("a"), dir.join("b")), &["EEXIST"])
}

fn hard_link_of_a_directory() -> Outcome {
    let dir = scratch("hard_link_of_a_directory")?;
    refused(fs::hard_link("/dir", dir.join("d")), &["EPERM", "EACCES"])
}

fn hard_link_of_a_missing_file() -> Outcome {
    let dir = scratch("hard_link_of_a_missing_file")?;
    refused(fs::hard_link("/nothing", dir.join("d")), &["ENOENT"])
}

fn hard_links_of_the_image_stay_together() -> Outcome {
    same(fs::read_to_string("/change/twin-b")?, "twin\n")?;
    fs::write("/change/twin-a", "changed")?;
    same(fs::read_to_string("/change/twin-b")?, "changed")
}

fn symlink() -> Outcome {
    let dir = scratch("symlink")?;
    fs::write(dir.join("f"), "x")?;
    fs::soft_link("f", dir.join("l"))?;
    same(fs::read_to_string(dir.join("l"))?, "x")?;
    same(fs::read_link(dir.join("l"))?.to_str(), Some("f"))
}

fn symlink_over_a_file() -> Outcome {
    let dir = scratch("symlink_over_a_file")?;
    fs::write(dir.join("f"), "x")?;
    refused(fs::soft_link("g", dir.join("f")), &["EEXIST"])
}

fn symlink_to_a_directory() -> Outcome {
    let dir = scratch("symlink_to_a_directory")?;
    fs::create_dir(dir.join("d"))?;
    fs::soft_link("d", dir.join("l"))?;
    fs::write(dir.join("l/f"), "x")?;
    same(fs::read_to_string(dir.join("d/f"))?, "x")
}

fn symlink_with_an_absolute_target() -> Outcome {
    let dir = scratch("symlink_with_an_absolute_target")?;
    refused(fs::soft_link("/hello.txt", dir.join("l")), &["EPERM"])
}

fn symlink_out_of_the_tree() -> Outcome {
    let dir = scratch("symlink_out_of_the_tree")?;
    fs::soft_link("../../../etc", dir.join("l"))?;
    refused(fs::read_dir(dir.join("l")).map(|_| ()), &["EPERM"])
}

fn symlink_loop() -> Outcome {
    let dir = scratch("symlink_loop")?;
    fs::soft_link("b", dir.join("a"))?;
    fs::soft_link("a", dir.join("b"))?;
    refused(File::open(dir.join("a")), &["ELOOP"])?;
    holds(fs::symlink_metadata(dir.join("a"))?.is_symlink(), "the link itself can be seen")
}

fn symlink_chain() -> Outcome {
    let dir = scratch("symlink_chain")?;
    fs::write(dir.join("0"), "end")?;
    for n in 1..=30 {
        fs::soft_link(format!("{}", n - 1), dir.join(format!("{n}")))?;
    }
    same(fs::read_to_string(dir.join("30"))?, "end")
}

fn symlink_removed_and_not_its_target() -> Outcome {
    let dir = scratch("symlink_removed_and_not_its_target")?;
    fs::write(dir.join("f"), "x")?;
    fs::soft_link("f", dir.join("l"))?;
    fs::remove_file(dir.join("l"))?;
    same(fs::read_to_string(dir.join("f"))?, "x")
}

fn create_dir_over_a_dangling_link() -> Outcome {
    let dir = scratch("create_dir_over_a_dangling_link")?;
    fs::soft_link("nowhere", dir.join("l"))?;
    refused(fs::create_dir(dir.join("l")), &["EEXIST"])
}

fn absolute_links_of_the_image() -> Outcome {
    for path in ["/to-file", "/dir/up", "/to-root/dir/file", "/to-root/to-root/dir/../to-file"] {
        same(fs::read_to_string(path)?, "in dir\n")?;
    }
    same(fs::read_link("/to-file")?.to_str(), Some("/dir/file"))?;
    same(fs::read_link("/to-root")?.to_str(), Some("/"))?;
    holds(fs::metadata("/to-root")?.is_dir(), "the link leads to the root")
}

fn absolute_links_that_are_made() -> Outcome {
    let dir = scratch("absolute_links_that_are_made")?;
    let target = dir.join("new");
    fs::soft_link(&target, dir.join("l"))?;
    same(&fs::read_link(dir.join("l"))?, &target)?;
    refused(File::open(dir.join("l")), &["ENOENT"])?;
    fs::write(dir.join("l"), "made")?;
    same(fs::read_to_string(&target)?, "made")?;
    fs::rename(&target, "/w/moved")?;
    refused(File::open(dir.join("l")), &["ENOENT"])?;
    fs::soft_link("/w/moved", &target)?;
    same(fs::read_to_string(dir.join("l"))?, "made")
}

fn absolute_links_in_a_circle() -> Outcome {
    let dir = scratch("absolute_links_in_a_circle")?;
    fs::soft_link(dir.join("b"), dir.join("a"))?;
    fs::soft_link("a", dir.join("b"))?;
    refused(File::open(dir.join("a")), &["ELOOP"])?;
    refused(File::open(dir.join("b")), &["ELOOP"])
}
