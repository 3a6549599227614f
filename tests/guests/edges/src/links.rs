//! As many symbolic links as are followed, and one more.

use check::{Behaviour, Outcome, same};
use wasip2::filesystem::types::{Descriptor, ErrorCode, PathFlags};

use crate::tree::{FOLLOW, file, open, scratch};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("a_chain_of_40_links", a_chain_of_40_links),
    ("40_links_on_the_way", links_on_the_way),
    ("links_in_a_circle", links_in_a_circle),
];

fn check(directory: &Descriptor, path: &str, answer: Result<(), ErrorCode>) -> Outcome {
    same(open(directory, path).map(drop), answer)?;
    same(directory.stat_at(FOLLOW, path).map(drop), answer)?;
    same(directory.metadata_hash_at(FOLLOW, path).map(drop), answer)
}

fn a_chain_of_40_links() -> Outcome {
    let directory = scratch("a_chain_of_40_links")?;
    drop(file(&directory, "0")?);
    for link in 1..=41 {
        directory.symlink_at(&(link - 1).to_string(), &link.to_string())?;
    }
    check(&directory, "40", Ok(()))?;
    check(&directory, "41", Err(ErrorCode::Loop))?;
    // The last link itself is found without following it.
    Ok(directory.stat_at(PathFlags::empty(), "41").map(drop)?)
}

fn links_on_the_way() -> Outcome {
    let directory = scratch("40_links_on_the_way")?;
    drop(file(&directory, "f")?);
    directory.symlink_at(".", "l")?;
    check(&directory, &format!("{}f", "l/".repeat(40)), Ok(()))?;
    check(&directory, &format!("{}f", "l/".repeat(41)), Err(ErrorCode::Loop))
}

fn links_in_a_circle() -> Outcome {
    let directory = scratch("links_in_a_circle")?;
    directory.symlink_at("self", "self")?;
    directory.symlink_at("b/x", "a")?;
    directory.symlink_at("a/x", "b")?;
    for path in ["self", "self/x", "a", "b", "a/x"] {
        check(&directory, path, Err(ErrorCode::Loop))?;
        same(directory.create_directory_at(&format!("{path}/new")), Err(ErrorCode::Loop))?;
    }
    for name in ["self", "a", "b"] {
        directory.unlink_file_at(name)?;
    }
    Ok(())
}
