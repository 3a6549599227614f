//! A slash at the end of a path says that a directory is meant, as POSIX has it.

use check::{Behaviour, Outcome, same};
use wasip2::filesystem::types::{DescriptorType, PathFlags};

use crate::tree::{FOLLOW, scratch};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("link_with_a_slash_is_followed", link_with_a_slash_is_followed),
    ("directory_with_a_trailing_slash", directory_with_a_trailing_slash),
];

fn link_with_a_slash_is_followed() -> Outcome {
    let dir = scratch("link_with_a_slash_is_followed")?;
    dir.create_directory_at("d")?;
    dir.symlink_at("d", "l")?;
    same(dir.stat_at(PathFlags::empty(), "l/")?.type_, DescriptorType::Directory)
}

fn directory_with_a_trailing_slash() -> Outcome {
    let dir = scratch("directory_with_a_trailing_slash")?;
    dir.create_directory_at("d/")?;
    same(dir.stat_at(FOLLOW, "d/")?.type_, DescriptorType::Directory)?;
    dir.remove_directory_at("d/")?;
    Ok(())
}
