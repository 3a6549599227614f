//! Where a path may lead, from a descriptor that is not the root too.

use check::{Behaviour, Outcome, holds, same};
use wasip2::filesystem::types::{DescriptorType, ErrorCode, OpenFlags, PathFlags};

use crate::tree::{FOLLOW, MUTATE, READ, WRITE, contents, create, file, refused, root, scratch};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("absolute_path", absolute_path),
    ("dotdot_above_the_descriptor", dotdot_above_the_descriptor),
    ("dotdot_within_the_descriptor", dotdot_within_the_descriptor),
    ("link_above_the_descriptor", link_above_the_descriptor),
    ("empty_path", empty_path),
    ("dot_is_the_descriptor_itself", dot_is_the_descriptor_itself),
    ("path_from_a_file", path_from_a_file),
    ("link_not_followed", link_not_followed),
    ("readlink", readlink),
    ("symlink_with_an_absolute_target", symlink_with_an_absolute_target),
    ("symlink_with_an_empty_name", symlink_with_an_empty_name),
    ("unlink_a_directory", unlink_a_directory),
    ("remove_a_file_as_a_directory", remove_a_file_as_a_directory),
    ("remove_dot", remove_dot),
    ("rename_between_descriptors", rename_between_descriptors),
    ("rename_dot", rename_dot),
    ("link_a_link", link_a_link),
    ("create_in_a_removed_directory", create_in_a_removed_directory),
    ("name_that_is_too_long", name_that_is_too_long),
    ("create_a_file_with_a_trailing_slash", create_a_file_with_a_trailing_slash),
];

fn absolute_path() -> Outcome {
    refused(root().open_at(FOLLOW, "/hello.txt", OpenFlags::empty(), READ), &[ErrorCode::NotPermitted])?;
    refused(root().stat_at(FOLLOW, "/"), &[ErrorCode::NotPermitted])?;
    refused(root().create_directory_at("/w/absolute"), &[ErrorCode::NotPermitted])
}

fn dotdot_above_the_descriptor() -> Outcome {
    let dir = scratch("dotdot_above_the_descriptor")?;
    refused(dir.open_at(FOLLOW, "../../hello.txt", OpenFlags::empty(), READ), &[ErrorCode::NotPermitted])?;
    refused(dir.stat_at(FOLLOW, ".."), &[ErrorCode::NotPermitted])?;
    refused(dir.create_directory_at("../x"), &[ErrorCode::NotPermitted])?;
    refused(root().stat_at(FOLLOW, "w/../../x"), &[ErrorCode::NotPermitted])
}

fn dotdot_within_the_descriptor() -> Outcome {
    let dir = scratch("dotdot_within_the_descriptor")?;
    dir.create_directory_at("d")?;
    file(&dir, "f", "found")?;
    same(contents(&dir.open_at(FOLLOW, "d/../f", OpenFlags::empty(), READ)?)?, b"found")?;
    refused(dir.stat_at(FOLLOW, "none/../f"), &[ErrorCode::NoEntry])?;
    refused(dir.stat_at(FOLLOW, "f/../f"), &[ErrorCode::NotDirectory])
}

fn link_above_the_descriptor() -> Outcome {
    let dir = scratch("link_above_the_descriptor")?;
    dir.symlink_at("../../hello.txt", "l")?;
    refused(dir.open_at(FOLLOW, "l", OpenFlags::empty(), READ), &[ErrorCode::NotPermitted])?;
    same(contents(&root().open_at(FOLLOW, "w/link_above_the_descriptor/l", OpenFlags::empty(), READ)?)?.len(), 13)
}

fn empty_path() -> Outcome {
    refused(root().open_at(FOLLOW, "", OpenFlags::empty(), READ), &[ErrorCode::NoEntry])?;
    refused(root().create_directory_at(""), &[ErrorCode::NoEntry])?;
    refused(root().unlink_file_at(""), &[ErrorCode::NoEntry])
}

fn dot_is_the_descriptor_itself() -> Outcome {
    same(root().stat_at(FOLLOW, ".")?.type_, DescriptorType::Directory)?;
    let again = root().open_at(FOLLOW, ".", OpenFlags::DIRECTORY, READ | MUTATE)?;
    holds(again.is_same_object(&root()), "`.` is the same directory")
}

fn path_from_a_file() -> Outcome {
    let file = root().open_at(FOLLOW, "hello.txt", OpenFlags::empty(), READ)?;
    refused(file.open_at(FOLLOW, "x", OpenFlags::empty(), READ), &[ErrorCode::NotDirectory])?;
    refused(file.stat_at(FOLLOW, "x"), &[ErrorCode::NotDirectory])?;
    refused(file.read_directory(), &[ErrorCode::NotDirectory])
}

fn link_not_followed() -> Outcome {
    refused(root().open_at(PathFlags::empty(), "link", OpenFlags::empty(), READ), &[ErrorCode::Loop])?;
    same(root().stat_at(PathFlags::empty(), "link")?.type_, DescriptorType::SymbolicLink)
}

fn readlink() -> Outcome {
    same(root().readlink_at("link")?, "hello.txt")?;
    refused(root().readlink_at("hello.txt"), &[ErrorCode::Invalid])?;
    refused(root().readlink_at("none"), &[ErrorCode::NoEntry])
}

fn symlink_with_an_absolute_target() -> Outcome {
    let dir = scratch("symlink_with_an_absolute_target")?;
    refused(dir.symlink_at("/hello.txt", "l"), &[ErrorCode::NotPermitted])
}

fn symlink_with_an_empty_name() -> Outcome {
    let dir = scratch("symlink_with_an_empty_name")?;
    refused(dir.symlink_at("target", ""), &[ErrorCode::NoEntry])
}

fn unlink_a_directory() -> Outcome {
    let dir = scratch("unlink_a_directory")?;
    dir.create_directory_at("d")?;
    refused(dir.unlink_file_at("d"), &[ErrorCode::IsDirectory])?;
    file(&dir, "f", "x")?;
    refused(dir.unlink_file_at("f/"), &[ErrorCode::NotDirectory])
}

fn remove_a_file_as_a_directory() -> Outcome {
    let dir = scratch("remove_a_file_as_a_directory")?;
    file(&dir, "f", "x")?;
    refused(dir.remove_directory_at("f"), &[ErrorCode::NotDirectory])?;
    dir.symlink_at("d", "l")?;
    refused(dir.remove_directory_at("l"), &[ErrorCode::NotDirectory])
}

fn remove_dot() -> Outcome {
    let dir = scratch("remove_dot")?;
    refused(dir.remove_directory_at("."), &[ErrorCode::Invalid, ErrorCode::Busy, ErrorCode::NotEmpty])?;
    refused(dir.remove_directory_at(".."), &[ErrorCode::NotPermitted, ErrorCode::Invalid, ErrorCode::NotEmpty])
}

fn rename_between_descriptors() -> Outcome {
    let dir = scratch("rename_between_descriptors")?;
    dir.create_directory_at("a")?;
    dir.create_directory_at("b")?;
    let flags = OpenFlags::DIRECTORY;
    let (a, b) = (dir.open_at(FOLLOW, "a", flags, READ | MUTATE)?, dir.open_at(FOLLOW, "b", flags, READ | MUTATE)?);
    file(&a, "f", "moved")?;
    a.rename_at("f", &b, "g")?;
    same(contents(&b.open_at(FOLLOW, "g", OpenFlags::empty(), READ)?)?, b"moved")?;
    refused(a.stat_at(FOLLOW, "f"), &[ErrorCode::NoEntry])
}

fn rename_dot() -> Outcome {
    let dir = scratch("rename_dot")?;
    refused(dir.rename_at(".", &dir, "x"), &[ErrorCode::Invalid, ErrorCode::Busy])?;
    dir.create_directory_at("d")?;
    refused(dir.rename_at("d", &dir, "."), &[ErrorCode::Invalid, ErrorCode::Busy])
}

fn link_a_link() -> Outcome {
    let dir = scratch("link_a_link")?;
    dir.symlink_at("target", "l")?;
    dir.link_at(PathFlags::empty(), "l", &dir, "m")?;
    same(dir.readlink_at("m")?, "target")
}

fn create_in_a_removed_directory() -> Outcome {
    let dir = scratch("create_in_a_removed_directory")?;
    root().remove_directory_at("w/create_in_a_removed_directory")?;
    refused(create(&dir, "f"), &[ErrorCode::NoEntry])?;
    refused(dir.create_directory_at("d"), &[ErrorCode::NoEntry])?;
    same(dir.stat()?.type_, DescriptorType::Directory)
}

fn name_that_is_too_long() -> Outcome {
    let name = "n".repeat(256);
    refused(root().stat_at(FOLLOW, &name), &[ErrorCode::NameTooLong])?;
    refused(root().open_at(FOLLOW, &name, OpenFlags::CREATE, READ | WRITE), &[ErrorCode::NameTooLong])?;
    refused(root().stat_at(FOLLOW, &"d/".repeat(2500)), &[ErrorCode::NameTooLong, ErrorCode::NoEntry])
}

fn create_a_file_with_a_trailing_slash() -> Outcome {
    let dir = scratch("create_a_file_with_a_trailing_slash")?;
    let result = dir.open_at(FOLLOW, "f/", OpenFlags::CREATE, READ | WRITE);
    refused(result, &[ErrorCode::IsDirectory, ErrorCode::NoEntry, ErrorCode::NotDirectory, ErrorCode::Invalid])?;
    refused(dir.stat_at(FOLLOW, "f"), &[ErrorCode::NoEntry])
}
