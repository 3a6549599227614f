//! Links with absolute targets, which are followed from the root of the tree:
//!
//! ```text
//! /etc/config    of the image
//! /etc/in        -> /m/dir/file
//! /etc/there     -> /m/there
//! /m             data, which has dir/file, there (-> /etc/config), dir/own (-> /m/dir/file) and dir/near (-> ../there)
//! ```

use check::{Behaviour, Outcome, holds, same};
use wasip2::filesystem::types::{DescriptorType, ErrorCode};

use crate::tools::{FOLLOW, NO_FOLLOW, directory, done, refused, root, text, write};

/// Whatever becomes of changes in the mount.
pub const BEHAVIOURS: &[Behaviour] = &[
    ("a_link_of_the_image_leads_into_a_mount", a_link_of_the_image_leads_into_a_mount),
    ("a_mount_is_not_left_from_its_own_directory", a_mount_is_not_left_from_its_own_directory),
];

/// The host tells absolute targets.
pub const TOLD: &[Behaviour] = &[("links_of_the_host_are_followed_in_the_tree", links_of_the_host_are_followed)];

/// The host does not.
pub const UNTOLD: &[Behaviour] = &[("links_of_the_host_are_not_permitted", links_of_the_host_are_not_permitted)];

/// What is made in the mount is in memory.
pub const ABOVE: &[Behaviour] = &[("a_link_is_made_in_memory", a_link_is_made_in_memory)];

/// What is made in the mount is the host's.
pub const THROUGH: &[Behaviour] = &[
    ("no_link_is_made_in_the_hosts_directory", no_link_is_made_in_the_hosts_directory),
    ("a_file_is_made_where_a_link_of_the_image_leads", a_file_is_made_where_a_link_of_the_image_leads),
];

/// Nothing is made in the mount.
pub const REFUSED: &[Behaviour] = &[("no_link_is_made_in_the_hosts_directory", no_link_is_made_in_the_hosts_directory)];

/// The mount, copied on write, is the whole tree, and its links are not told. The image under it has of-image (->
/// /dir/file).
pub const AT_ROOT: &[Behaviour] = &[("a_mount_at_the_root_is_the_root", a_mount_at_the_root_is_the_root)];

const IMAGE: &str = "of the image";
const HOST: &str = "of the host";

fn a_link_of_the_image_leads_into_a_mount() -> Outcome {
    for path in ["etc/in", "m/../etc/in", "m/dir/../../etc/in"] {
        same(done(text(&root(), path))?.as_str(), HOST)?;
    }
    same(done(root().readlink_at("etc/in"))?.as_str(), "/m/dir/file")
}

fn a_mount_is_not_left_from_its_own_directory() -> Outcome {
    let mount = done(directory("m"))?;
    for path in ["there", "dir/own", "dir/near", "there/x"] {
        refused(text(&mount, path), ErrorCode::NotPermitted)?;
        refused(mount.stat_at(FOLLOW, path), ErrorCode::NotPermitted)?;
    }
    same(done(mount.stat_at(NO_FOLLOW, "there"))?.type_, DescriptorType::SymbolicLink)
}

fn links_of_the_host_are_followed() -> Outcome {
    for path in ["m/there", "m/dir/near", "etc/there"] {
        same(done(text(&root(), path))?.as_str(), IMAGE)?;
    }
    same(done(text(&root(), "m/dir/own"))?.as_str(), HOST)?;
    same(done(root().readlink_at("m/there"))?.as_str(), "/etc/config")
}

fn links_of_the_host_are_not_permitted() -> Outcome {
    for path in ["m/there", "m/dir/near", "m/dir/own", "etc/there"] {
        refused(text(&root(), path), ErrorCode::NotPermitted)?;
        refused(root().stat_at(FOLLOW, path), ErrorCode::NotPermitted)?;
    }
    refused(root().readlink_at("m/there"), ErrorCode::NotPermitted)
}

fn a_link_is_made_in_memory() -> Outcome {
    let root = root();
    done(root.symlink_at("/etc/config", "m/made"))?;
    same(done(text(&root, "m/made"))?.as_str(), IMAGE)?;
    same(done(root.readlink_at("m/made"))?.as_str(), "/etc/config")?;
    refused(text(&done(directory("m"))?, "made"), ErrorCode::NotPermitted)?;
    // It leads on into the tree from wherever it is moved.
    done(root.rename_at("m/made", &root, "m/dir/made"))?;
    same(done(text(&root, "m/dir/made"))?.as_str(), IMAGE)?;
    done(root.symlink_at("/m/dir/new", "etc/new"))?;
    done(write(&root, "etc/new", "new"))?;
    same(done(text(&root, "m/dir/new"))?.as_str(), "new")
}

fn no_link_is_made_in_the_hosts_directory() -> Outcome {
    let root = root();
    for target in ["/", "/etc/config", "/m/dir/file"] {
        refused(root.symlink_at(target, "m/made"), ErrorCode::NotPermitted)?;
        refused(done(directory("m"))?.symlink_at(target, "dir/made"), ErrorCode::NotPermitted)?;
    }
    holds(root.stat_at(NO_FOLLOW, "m/made").is_err(), "nothing was made")
}

fn a_file_is_made_where_a_link_of_the_image_leads() -> Outcome {
    let root = root();
    done(root.symlink_at("/m/dir/new", "etc/new"))?;
    done(write(&root, "etc/new", "new"))?;
    same(done(text(&root, "m/dir/new"))?.as_str(), "new")
}

fn a_mount_at_the_root_is_the_root() -> Outcome {
    let root = root();
    done(root.symlink_at("/dir/file", "dir/made"))?;
    done(root.symlink_at("/", "dir/root"))?;
    for path in
        ["of-image", "dir/made", "dir/root/dir/made", "dir/root/dir/root/dir/file", "dir/../dir/root/./dir/file"]
    {
        same(done(text(&root, path))?.as_str(), HOST)?;
    }
    for path in ["dir/root/..", "dir/own", "there"] {
        refused(root.stat_at(FOLLOW, path), ErrorCode::NotPermitted)?;
    }
    let again = done(directory("dir/root"))?;
    same(done(text(&again, "dir/made"))?.as_str(), HOST)?;
    let narrow = done(directory("dir"))?;
    for path in ["made", "root", "root/dir/file"] {
        refused(narrow.stat_at(FOLLOW, path), ErrorCode::NotPermitted)?;
    }
    Ok(())
}
