//! Symbolic links with absolute targets: of the image, and made here.

use check::{Behaviour, Outcome, same};
use wasip2::filesystem::types::{Descriptor, DescriptorType, ErrorCode, OpenFlags, PathFlags};

use crate::tree::{FOLLOW, MUTATE, READ, file, open, root, scratch, write};

/// Followed from the root.
pub const FROM_ROOT: &[Behaviour] = &[
    ("links_of_the_image_are_followed", links_of_the_image_are_followed),
    ("a_link_is_made_read_and_followed", a_link_is_made_read_and_followed),
    ("the_root_by_a_link", the_root_by_a_link),
    ("a_file_is_made_where_a_link_leads", a_file_is_made_where_a_link_leads),
    ("absolute_and_relative_links_in_a_circle", absolute_and_relative_links_in_a_circle),
    ("nothing_is_above_the_root", nothing_is_above_the_root),
    ("an_opened_directory_is_not_left", an_opened_directory_is_not_left),
    ("an_absolute_path_is_refused", an_absolute_path_is_refused),
];

/// Refused, wherever the path begins.
pub const REFUSED: &[Behaviour] = &[
    ("links_of_the_image_are_refused", links_of_the_image_are_refused),
    ("no_absolute_link_is_made_or_read", no_absolute_link_is_made_or_read),
];

/// Of an app that gets `/narrow` alone.
pub const IN_A_DIRECTORY: &[Behaviour] = &[
    ("a_preopen_is_not_left_by_links_of_the_image", a_preopen_is_not_left_by_links_of_the_image),
    ("a_preopen_is_not_left_by_links_that_are_made", a_preopen_is_not_left_by_links_that_are_made),
];

fn text(directory: &Descriptor, path: &str) -> Result<String, ErrorCode> {
    let (bytes, _) = open(directory, path)?.read(100, 0)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// That a path leads nowhere.
fn refused(directory: &Descriptor, path: &str, error: ErrorCode) -> Outcome {
    same(text(directory, path), Err(error))?;
    same(directory.stat_at(FOLLOW, path).map(drop), Err(error))?;
    same(directory.metadata_hash_at(FOLLOW, path).map(drop), Err(error))?;
    same(directory.open_at(FOLLOW, path, OpenFlags::CREATE, READ).map(drop), Err(error))
}

fn links_of_the_image_are_followed() -> Outcome {
    for path in ["to-file", "to-root/narrow/file", "narrow/up", "narrow/chain", "slashes/file"] {
        same(text(&root(), path).as_deref(), Ok("in narrow\n"))?;
    }
    same(root().readlink_at("to-file").as_deref(), Ok("/narrow/file"))?;
    same(root().readlink_at("slashes").as_deref(), Ok("//narrow//"))?;
    same(text(&root(), "to-file/"), Err(ErrorCode::NotDirectory))?;
    same(root().stat_at(PathFlags::empty(), "to-file").map(|stat| stat.type_), Ok(DescriptorType::SymbolicLink))
}

fn a_link_is_made_read_and_followed() -> Outcome {
    let directory = scratch("made")?;
    write(&file(&directory, "file")?, b"made", 0)?;
    directory.symlink_at("/w/made/file", "link")?;
    same(directory.readlink_at("link").as_deref(), Ok("/w/made/file"))?;
    same(text(&root(), "w/made/link").as_deref(), Ok("made"))?;
    // It leads to what is there when it is followed.
    root().rename_at("w/made", &root(), "w/moved")?;
    same(text(&root(), "w/moved/link"), Err(ErrorCode::NoEntry))?;
    root().symlink_at("/w/moved", "w/made")?;
    same(text(&root(), "w/moved/link").as_deref(), Ok("made"))
}

fn the_root_by_a_link() -> Outcome {
    let same_as_root = |path: &str| root().metadata_hash_at(FOLLOW, path).map(|hash| (hash.lower, hash.upper));
    let hash = root().metadata_hash()?;
    for path in ["to-root", "to-root/", "to-root/.", "narrow/../to-root", "to-root/to-root"] {
        same(same_as_root(path), Ok((hash.lower, hash.upper)))?;
    }
    let again = root().open_at(FOLLOW, "to-root", OpenFlags::DIRECTORY, READ)?;
    same(text(&again, "to-file").as_deref(), Ok("in narrow\n"))
}

fn a_file_is_made_where_a_link_leads() -> Outcome {
    scratch("target")?.symlink_at("/w/target/new", "link")?;
    write(&file(&root(), "w/target/link")?, b"new", 0)?;
    same(text(&root(), "w/target/new").as_deref(), Ok("new"))?;
    let exclusive = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    same(root().open_at(FOLLOW, "w/target/link", exclusive, READ).map(drop), Err(ErrorCode::Exist))?;
    root().create_directory_at("to-root/w/target/directory")?;
    root().rename_at("w/target/new", &root(), "to-root/w/target/directory/file")?;
    same(text(&root(), "w/target/directory/file").as_deref(), Ok("new"))
}

fn absolute_and_relative_links_in_a_circle() -> Outcome {
    let directory = scratch("circle")?;
    directory.symlink_at("/w/circle/b", "a")?;
    directory.symlink_at("a", "b")?;
    directory.symlink_at("/w/circle/self", "self")?;
    for path in ["w/circle/a", "w/circle/b", "w/circle/self", "w/circle/self/x"] {
        refused(&root(), path, ErrorCode::Loop)?;
    }
    Ok(())
}

fn nothing_is_above_the_root() -> Outcome {
    for path in ["to-root/..", "to-root/../narrow", "narrow/above"] {
        refused(&root(), path, ErrorCode::NotPermitted)?;
    }
    Ok(())
}

fn an_opened_directory_is_not_left() -> Outcome {
    let narrow = root().open_at(FOLLOW, "narrow", OpenFlags::DIRECTORY, READ | MUTATE)?;
    is_not_left(&narrow)
}

/// That `narrow` is not left.
fn is_not_left(narrow: &Descriptor) -> Outcome {
    for path in ["up", "chain", "above", "top", "top/to-file"] {
        refused(narrow, path, ErrorCode::NotPermitted)?;
    }
    same(narrow.readlink_at("up").as_deref(), Ok("/narrow/file"))?;
    narrow.symlink_at("/", "out")?;
    narrow.symlink_at("out/narrow/file", "by-out")?;
    same(narrow.readlink_at("out").as_deref(), Ok("/"))?;
    for path in ["out", "out/to-file", "by-out"] {
        refused(narrow, path, ErrorCode::NotPermitted)?;
    }
    same(narrow.create_directory_at("out/new"), Err(ErrorCode::NotPermitted))?;
    same(narrow.rename_at("out/to-file", narrow, "stolen"), Err(ErrorCode::NotPermitted))?;
    same(narrow.link_at(FOLLOW, "by-out", narrow, "stolen"), Err(ErrorCode::NotPermitted))?;
    same(narrow.unlink_file_at("out/to-file"), Err(ErrorCode::NotPermitted))?;
    narrow.unlink_file_at("by-out")?;
    Ok(narrow.unlink_file_at("out")?)
}

fn an_absolute_path_is_refused() -> Outcome {
    for path in ["/", "/narrow/file", "//to-file"] {
        refused(&root(), path, ErrorCode::NotPermitted)?;
    }
    Ok(())
}

fn links_of_the_image_are_refused() -> Outcome {
    for path in ["to-file", "to-root", "to-root/narrow/file", "narrow/up", "narrow/chain", "slashes/file"] {
        refused(&root(), path, ErrorCode::NotPermitted)?;
    }
    same(root().stat_at(PathFlags::empty(), "to-file").map(|stat| stat.type_), Ok(DescriptorType::SymbolicLink))
}

fn no_absolute_link_is_made_or_read() -> Outcome {
    same(root().readlink_at("to-file"), Err(ErrorCode::NotPermitted))?;
    let directory = scratch("refused")?;
    same(directory.symlink_at("/w", "link"), Err(ErrorCode::NotPermitted))?;
    same(root().symlink_at("/", "w/link"), Err(ErrorCode::NotPermitted))
}

fn a_preopen_is_not_left_by_links_of_the_image() -> Outcome {
    same(text(&root(), "file").as_deref(), Ok("in narrow\n"))?;
    for path in ["up", "chain", "above", "top", "top/to-file"] {
        refused(&root(), path, ErrorCode::NotPermitted)?;
    }
    Ok(())
}

fn a_preopen_is_not_left_by_links_that_are_made() -> Outcome {
    is_not_left(&root())
}
