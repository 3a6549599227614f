//! Long names, long paths and deep directories.

use check::{Behaviour, Outcome, same};
use wasip2::filesystem::types::{Descriptor, ErrorCode, OpenFlags};

use crate::tree::{FOLLOW, MUTATE, READ, count, file, open, scratch};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("names_of_255_bytes", names_of_255_bytes),
    ("names_of_256_bytes", names_of_256_bytes),
    ("names_are_measured_in_bytes", names_are_measured_in_bytes),
    ("paths_of_4096_bytes", paths_of_4096_bytes),
    ("a_depth_of_1000_by_paths", a_depth_of_1000_by_paths),
    ("a_depth_of_1000_by_descriptors", a_depth_of_1000_by_descriptors),
];

fn names_of_255_bytes() -> Outcome {
    let directory = scratch("names_of_255_bytes")?;
    let name = |letter: &str| letter.repeat(255);
    drop(file(&directory, &name("f"))?);
    directory.create_directory_at(&name("d"))?;
    directory.symlink_at(&name("f"), &name("s"))?;
    directory.link_at(FOLLOW, &name("f"), &directory, &name("l"))?;
    directory.rename_at(&name("l"), &directory, &name("r"))?;
    drop(open(&directory, &name("s"))?);
    drop(file(&directory, &format!("{}/{}", name("d"), name("f")))?);
    same(count(&directory)?, 4)?;
    directory.unlink_file_at(&format!("{}/{}", name("d"), name("f")))?;
    directory.remove_directory_at(&name("d"))?;
    for letter in ["f", "s", "r"] {
        directory.unlink_file_at(&name(letter))?;
    }
    same(count(&directory)?, 0)
}

fn names_of_256_bytes() -> Outcome {
    let directory = scratch("names_of_256_bytes")?;
    drop(file(&directory, "file")?);
    let long = &"n".repeat(256);
    let inside = &format!("{long}/x");
    let answer = Err(ErrorCode::NameTooLong);
    for path in [long, inside] {
        same(file(&directory, path).map(drop), answer)?;
        same(open(&directory, path).map(drop), answer)?;
        same(directory.create_directory_at(path), answer)?;
        same(directory.symlink_at("file", path), answer)?;
        same(directory.link_at(FOLLOW, "file", &directory, path), answer)?;
        same(directory.rename_at("file", &directory, path), answer)?;
        same(directory.rename_at(path, &directory, "file"), answer)?;
        same(directory.stat_at(FOLLOW, path).map(drop), answer)?;
        same(directory.readlink_at(path).map(drop), answer)?;
        same(directory.unlink_file_at(path), answer)?;
        same(directory.remove_directory_at(path), answer)?;
    }
    same(count(&directory)?, 1)
}

fn names_are_measured_in_bytes() -> Outcome {
    let directory = scratch("names_are_measured_in_bytes")?;
    let name = &"ä".repeat(127);
    drop(file(&directory, name)?);
    same(file(&directory, &format!("{name}ä")).map(drop), Err(ErrorCode::NameTooLong))?;
    drop(file(&directory, &format!("{name}a"))?);
    same(count(&directory)?, 2)
}

/// A path to `d` itself of this length.
fn path(length: usize) -> String {
    let mut path = "d/.".to_owned();
    while path.len() < length {
        path.push_str(if length - path.len() == 1 { "/" } else { "/." });
    }
    path
}

fn paths_of_4096_bytes() -> Outcome {
    let directory = scratch("paths_of_4096_bytes")?;
    directory.create_directory_at("d")?;
    for (length, answer) in [(4095, Ok(())), (4096, Ok(())), (4097, Err(ErrorCode::NameTooLong))] {
        let to_directory = path(length);
        same(directory.stat_at(FOLLOW, &to_directory).map(drop), answer)?;
        same(directory.open_at(FOLLOW, &to_directory, OpenFlags::DIRECTORY, READ).map(drop), answer)?;
        let to_file = format!("{}/f", path(length - 2));
        same(file(&directory, &to_file).map(drop), answer)?;
        same(directory.create_directory_at(&to_file), answer.and(Err(ErrorCode::Exist)))?;
        same(directory.unlink_file_at(&to_file), answer)?;
        let target = "t".repeat(length);
        same(directory.symlink_at(&target, "link"), answer)?;
        if answer.is_ok() {
            same(directory.readlink_at("link")?, target)?;
            directory.unlink_file_at("link")?;
        }
    }
    same(file(&directory, &"f/".repeat(1 << 19)).map(drop), Err(ErrorCode::NameTooLong))?;
    directory.remove_directory_at("d")?;
    same(count(&directory)?, 0)
}

const DEPTH: usize = 1000;

fn a_depth_of_1000_by_paths() -> Outcome {
    let directory = scratch("a_depth_of_1000_by_paths")?;
    let path = |depth: usize| "d/".repeat(depth);
    for depth in 1..=DEPTH {
        directory.create_directory_at(&path(depth))?;
    }
    let deepest = format!("{}file", path(DEPTH));
    drop(file(&directory, &deepest)?);
    same(directory.stat_at(FOLLOW, &deepest)?.link_count, 1)?;
    // There and back again, in a path that is not too long.
    let back = format!("{}{}", path(DEPTH / 2), "../".repeat(DEPTH / 2 - 1));
    drop(open(&directory, &back)?);
    same(directory.rename_at("d", &directory, &format!("{}d", path(DEPTH))), Err(ErrorCode::Invalid))?;
    directory.rename_at("d", &directory, "e")?;
    directory.rename_at("e", &directory, "d")?;
    directory.unlink_file_at(&deepest)?;
    for depth in (1..=DEPTH).rev() {
        directory.remove_directory_at(&path(depth))?;
    }
    same(count(&directory)?, 0)
}

fn a_depth_of_1000_by_descriptors() -> Outcome {
    let directory = scratch("a_depth_of_1000_by_descriptors")?;
    let into = |at: &Descriptor| at.open_at(FOLLOW, "d", OpenFlags::DIRECTORY, READ | MUTATE);
    directory.create_directory_at("d")?;
    let mut all = vec![into(&directory)?];
    for depth in 1..DEPTH {
        all[depth - 1].create_directory_at("d")?;
        all.push(into(&all[depth - 1])?);
    }
    while all.len() > 1 {
        all.pop();
        all[all.len() - 1].remove_directory_at("d")?;
    }
    directory.remove_directory_at("d")?;
    same(count(&directory)?, 0)
}
