//! A directory of the host that is united with what the image has in its place, `/u`; the host's is `/raw`, too, so that
//! what others do in it can be seen.
//!
//! ```text
//!                    image               host
//! /u/both            of-image, deep      of-host, deep
//! /u/both/deep       of-image            of-host
//! /u/file            "of the image"      "of the host"
//! /u/image-only      x
//! /u/host-only                           y
//! /u/link            -> both/of-host
//! /u/twin, /u/other  one file
//! /u/now-file        a directory with x  a file
//! /u/now-directory   a file              a directory with y
//! /etc/config        "of the image"
//! ```

use check::{Behaviour, Outcome, Saw, holds, same};
use wasip2::filesystem::types::{DescriptorType, ErrorCode, OpenFlags};

use crate::tools::{FOLLOW, MUTATE, NO_FOLLOW, READ, WRITE, directory, done, names, open, refused, root, text, write};

/// Whatever becomes of changes.
pub const BEHAVIOURS: &[Behaviour] = &[
    ("directories_merge", directories_merge),
    ("what_the_host_has_is_seen_first", what_the_host_has_is_seen_first),
    ("walks_go_through_both", walks_go_through_both),
    ("nodes_of_both_are_told_apart", nodes_of_both_are_told_apart),
    ("hard_links_of_the_image_stay", hard_links_of_the_image_stay),
    ("what_others_put_there_is_seen", what_others_put_there_is_seen),
    ("what_others_remove_shows_the_image_again", what_others_remove_shows_the_image_again),
    ("an_open_directory_of_both_stays", an_open_directory_of_both_stays),
    ("a_listing_of_both_goes_on", a_listing_of_both_goes_on),
    ("nothing_goes_out_of_it", nothing_goes_out_of_it),
];

/// It is copied on write.
pub const ABOVE: &[Behaviour] = &[
    ("a_copy_is_not_the_hosts_file", a_copy_is_not_the_hosts_file),
    ("files_of_both_are_changed_in_memory", files_of_both_are_changed_in_memory),
    ("a_removed_name_is_removed_from_both", a_removed_name_is_removed_from_both),
    ("a_united_directory_moves", a_united_directory_moves),
    ("a_united_directory_is_removed_when_both_are_empty", a_united_directory_is_removed),
    ("what_is_changed_stays_whatever_others_do", what_is_changed_stays_whatever_others_do),
    ("names_are_linked_and_moved_between_both", names_are_linked_and_moved_between_both),
];

/// It is read-only.
pub const REFUSED: &[Behaviour] = &[
    ("neither_can_be_changed", neither_can_be_changed),
    ("a_file_of_the_host_is_one_and_the_same", a_file_of_the_host_is_one_and_the_same),
];

const IMAGE: &str = "of the image";
const HOST: &str = "of the host";
const ALL: [&str; 9] =
    ["both", "file", "host-only", "image-only", "link", "now-directory", "now-file", "other", "twin"];

fn directories_merge() -> Outcome {
    let root = root();
    same(done(names(&root, "u"))?, ALL)?;
    same(done(names(&root, "u/both"))?, ["deep", "of-host", "of-image"])?;
    same(done(names(&root, "u/both/deep"))?, ["of-host", "of-image"])?;
    same(done(names(&root, "u/image-only"))?, ["x"])?;
    same(done(names(&root, "u/host-only"))?, ["y"])?;
    same(done(names(&done(directory("u/both/deep"))?, "."))?, ["of-host", "of-image"])
}

fn what_the_host_has_is_seen_first() -> Outcome {
    let root = root();
    same(done(text(&root, "u/file"))?.as_str(), HOST)?;
    same(done(text(&root, "u/now-file"))?.as_str(), HOST)?;
    same(done(names(&root, "u/now-directory"))?, ["y"])?;
    refused(open("u/now-file/x"), ErrorCode::NotDirectory)?;
    refused(open("u/now-directory/x"), ErrorCode::NoEntry)?;
    for (path, kind) in [("u/now-file", DescriptorType::RegularFile), ("u/now-directory", DescriptorType::Directory)] {
        same(done(root.stat_at(NO_FOLLOW, path))?.type_, kind)?;
        let listing = done(done(directory("u"))?.read_directory())?;
        let mut found = None;
        while let Some(entry) = done(listing.read_directory_entry())? {
            if path.ends_with(&entry.name) {
                found = Some(entry.type_);
            }
        }
        same(found, Some(kind))?;
    }
    Ok(())
}

fn walks_go_through_both() -> Outcome {
    let root = root();
    for path in ["u/both/of-image", "u/both/deep/of-image", "u/host-only/../both/of-image", "u/twin"] {
        same(done(text(&root, path))?.as_str(), IMAGE)?;
    }
    for path in ["u/both/of-host", "u/both/deep/of-host", "u/image-only/../both/deep/../of-host", "u/link"] {
        same(done(text(&root, path))?.as_str(), HOST)?;
    }
    same(done(text(&root, "u/both/deep/../../../etc/config"))?.as_str(), IMAGE)?;
    same(done(root.readlink_at("u/link"))?.as_str(), "both/of-host")?;
    let deep = done(directory("u/both/deep"))?;
    same(done(text(&deep, "of-host"))?.as_str(), HOST)?;
    same(done(text(&deep, "of-image"))?.as_str(), IMAGE)?;
    refused(text(&deep, "../of-host"), ErrorCode::NotPermitted)?;
    refused(open("u/image-only/y"), ErrorCode::NoEntry)
}

fn nodes_of_both_are_told_apart() -> Outcome {
    let root = root();
    let hash = |path: &str| done(root.metadata_hash_at(FOLLOW, path)).map(|hash| (hash.lower, hash.upper));
    let paths = [
        ".",
        "u",
        "u/both",
        "u/both/deep",
        "u/both/of-host",
        "u/both/of-image",
        "u/file",
        "u/image-only",
        "u/image-only/x",
        "u/host-only",
        "u/twin",
        "u/now-file",
    ];
    for (number, one) in paths.into_iter().enumerate() {
        for (other_number, other) in paths.into_iter().enumerate() {
            let is_same = number == other_number;
            holds((hash(one)? == hash(other)?) == is_same, format!("hashes of {one} and {other}"))?;
            holds(done(open(one))?.is_same_object(&done(open(other))?) == is_same, format!("{one} and {other}"))?;
        }
        let opened = done(done(open(one))?.metadata_hash())?;
        holds((opened.lower, opened.upper) == hash(one)?, format!("the hash of {one} is that of what is open"))?;
    }
    same(hash("u/both/deep/..")?, hash("u/both")?)
}

fn a_file_of_the_host_is_one_and_the_same() -> Outcome {
    holds(is_the_hosts_own("u/both/of-host", "raw/both/of-host")?, "one file in both mounts")
}

fn a_copy_is_not_the_hosts_file() -> Outcome {
    holds(!is_the_hosts_own("u/both/of-host", "raw/both/of-host")?, "two files")
}

/// Whether two paths have one hash; what is open says so, too.
fn is_the_hosts_own(one: &str, other: &str) -> Result<bool, Saw> {
    let root = root();
    let hash = |path: &str| done(root.metadata_hash_at(FOLLOW, path)).map(|hash| (hash.lower, hash.upper));
    let is_one = hash(one)? == hash(other)?;
    holds(done(open(one))?.is_same_object(&done(open(other))?) == is_one, "hashes and what is open agree")?;
    Ok(is_one)
}

fn hard_links_of_the_image_stay() -> Outcome {
    let root = root();
    same(done(root.stat_at(FOLLOW, "u/twin"))?.link_count, 2)?;
    holds(done(open("u/twin"))?.is_same_object(&done(open("u/other"))?), "two names of one file")?;
    let hash = |path: &str| done(root.metadata_hash_at(FOLLOW, path)).map(|hash| (hash.lower, hash.upper));
    same(hash("u/twin")?, hash("u/other")?)
}

fn what_others_put_there_is_seen() -> Outcome {
    let root = root();
    let opened = done(directory("u/image-only"))?;
    done(root.create_directory_at("raw/image-only"))?;
    done(write(&root, "raw/image-only/z", "new"))?;
    done(write(&root, "raw/twin", "of others"))?;
    same(done(names(&root, "u/image-only"))?, ["x", "z"])?;
    same(done(text(&root, "u/image-only/z"))?.as_str(), "new")?;
    same(done(names(&opened, "."))?, ["x", "z"])?;
    same(done(text(&root, "u/twin"))?.as_str(), "of others")?;
    same(done(text(&root, "u/other"))?.as_str(), IMAGE)?;
    same(done(names(&root, "u"))?, ALL)?;
    // And it goes again.
    done(root.unlink_file_at("raw/twin"))?;
    done(root.unlink_file_at("raw/image-only/z"))?;
    done(root.remove_directory_at("raw/image-only"))?;
    same(done(names(&root, "u/image-only"))?, ["x"])?;
    same(done(text(&root, "u/twin"))?.as_str(), IMAGE)?;
    // A file in the place of a directory of the image.
    done(write(&root, "raw/image-only", "a file"))?;
    refused(open("u/image-only/x"), ErrorCode::NotDirectory)?;
    same(done(text(&root, "u/image-only"))?.as_str(), "a file")?;
    done(root.unlink_file_at("raw/image-only"))?;
    same(done(names(&root, "u/image-only"))?, ["x"])
}

fn what_others_remove_shows_the_image_again() -> Outcome {
    let root = root();
    let opened = done(open("u/file"))?;
    done(root.rename_at("raw/file", &root, "raw/away"))?;
    same(done(text(&root, "u/file"))?.as_str(), IMAGE)?;
    same(done(opened.read(100, 0))?.0, HOST.as_bytes())?;
    done(root.rename_at("raw/both", &root, "raw/elsewhere"))?;
    same(done(names(&root, "u/both"))?, ["deep", "of-image"])?;
    same(done(names(&root, "u/both/deep"))?, ["of-image"])?;
    same(done(names(&root, "u/elsewhere"))?, ["deep", "of-host"])?;
    done(root.rename_at("raw/elsewhere", &root, "raw/both"))?;
    done(root.rename_at("raw/away", &root, "raw/file"))?;
    same(done(text(&root, "u/file"))?.as_str(), HOST)?;
    same(done(names(&root, "u/both"))?, ["deep", "of-host", "of-image"])
}

fn an_open_directory_of_both_stays() -> Outcome {
    let root = root();
    let both = done(directory("u/both"))?;
    done(root.rename_at("raw/both", &root, "raw/elsewhere"))?;
    let seen = text(&both, "of-host");
    same(done(text(&both, "of-image"))?.as_str(), IMAGE)?;
    done(root.rename_at("raw/elsewhere", &root, "raw/both"))?;
    same(done(seen)?.as_str(), HOST)
}

fn a_listing_of_both_goes_on() -> Outcome {
    let root = root();
    done(root.create_directory_at("raw/both/more"))?;
    for number in 0..200 {
        done(write(&root, &format!("raw/image-only-{number}"), ""))?;
    }
    let listing = done(done(directory("u"))?.read_directory())?;
    let mut seen = Vec::new();
    while let Some(entry) = done(listing.read_directory_entry())? {
        if let Some(number) = entry.name.strip_prefix("image-only-") {
            done(root.unlink_file_at(&format!("raw/image-only-{number}")))?;
        }
        seen.push(entry.name);
    }
    same(done(listing.read_directory_entry())?.is_none(), true)?;
    let count = seen.len();
    seen.sort();
    seen.dedup();
    same((seen.len(), count), (ALL.len() + 200, ALL.len() + 200))?;
    done(root.remove_directory_at("raw/both/more"))?;
    same(done(names(&root, "u"))?, ALL)
}

fn nothing_goes_out_of_it() -> Outcome {
    let root = root();
    for (old, new) in [("u/file", "etc/new"), ("u/twin", "raw/new"), ("etc/config", "u/new"), ("u/both", "etc/both")] {
        refused(root.rename_at(old, &root, new), ErrorCode::CrossDevice)?;
        if old != "u/both" {
            refused(root.link_at(NO_FOLLOW, old, &root, new), ErrorCode::CrossDevice)?;
        }
    }
    refused(root.remove_directory_at("u"), ErrorCode::Busy)
}

fn files_of_both_are_changed_in_memory() -> Outcome {
    let root = root();
    for (path, was) in [("u/both/of-image", IMAGE), ("u/both/of-host", HOST), ("u/twin", IMAGE), ("u/file", HOST)] {
        let before = done(open(path))?;
        let file = done(root.open_at(FOLLOW, path, OpenFlags::empty(), READ | WRITE))?;
        done(file.write(b"OF", 0))?;
        let changed = format!("OF{}", &was[2..]);
        same(done(text(&root, path))?, changed.clone())?;
        same(done(before.read(100, 0))?.0, changed.as_bytes())?;
    }
    same(done(text(&root, "u/other"))?.as_str(), "OF the image")?;
    same(done(text(&root, "raw/both/of-host"))?.as_str(), HOST)?;
    done(write(&root, "u/image-only/made", "made"))?;
    done(write(&root, "u/both/deep/made", "made"))?;
    same(done(names(&root, "u/both/deep"))?, ["made", "of-host", "of-image"])?;
    same(done(names(&root, "u/image-only"))?, ["made", "x"])?;
    same(done(names(&root, "raw/both/deep"))?, ["of-host"])?;
    done(root.unlink_file_at("u/image-only/made"))?;
    done(root.unlink_file_at("u/both/deep/made")).map(drop)
}

fn a_removed_name_is_removed_from_both() -> Outcome {
    let root = root();
    for path in ["u/file", "u/both/of-image", "u/both/of-host", "u/now-file"] {
        done(root.unlink_file_at(path))?;
        refused(open(path), ErrorCode::NoEntry)?;
        // Another one of that name is new.
        done(write(&root, path, "new"))?;
        same(done(text(&root, path))?.as_str(), "new")?;
        done(root.unlink_file_at(path))?;
    }
    same(done(names(&root, "u/both"))?, ["deep"])?;
    same(done(names(&root, "u"))?.len(), ALL.len() - 2)?;
    same(done(text(&root, "raw/file"))?.as_str(), HOST)?;
    // Where the host has a file, the image's directory does not show.
    done(root.create_directory_at("u/now-file"))?;
    same(done(names(&root, "u/now-file"))?.len(), 0)
}

fn a_united_directory_moves() -> Outcome {
    let root = root();
    let opened = done(directory("u/both/deep"))?;
    done(root.rename_at("u/both", &root, "u/image-only/moved"))?;
    same(done(names(&root, "u/image-only"))?, ["moved", "x"])?;
    same(done(names(&root, "u/image-only/moved/deep"))?, ["of-host", "of-image"])?;
    same(done(text(&root, "u/image-only/moved/deep/of-image"))?.as_str(), IMAGE)?;
    same(done(text(&root, "u/image-only/moved/deep/of-host"))?.as_str(), HOST)?;
    same(done(text(&opened, "of-host"))?.as_str(), HOST)?;
    refused(open("u/both"), ErrorCode::NoEntry)?;
    refused(root.rename_at("u/image-only", &root, "u/image-only/moved/deep/x"), ErrorCode::Invalid)?;
    done(root.create_directory_at("u/both"))?;
    same(done(names(&root, "u/both"))?.len(), 0)?;
    done(root.rename_at("u/image-only/moved", &root, "u/both"))?;
    same(done(names(&root, "u/both/deep"))?, ["of-host", "of-image"])?;
    same(done(names(&root, "u/image-only"))?, ["x"])
}

fn a_united_directory_is_removed() -> Outcome {
    let root = root();
    refused(root.remove_directory_at("u/both/deep"), ErrorCode::NotEmpty)?;
    done(root.unlink_file_at("u/both/deep/of-host"))?;
    refused(root.remove_directory_at("u/both/deep"), ErrorCode::NotEmpty)?;
    done(root.unlink_file_at("u/both/deep/of-image"))?;
    done(root.remove_directory_at("u/both/deep"))?;
    refused(open("u/both/deep"), ErrorCode::NoEntry)?;
    done(root.create_directory_at("u/both/deep"))?;
    same(done(names(&root, "u/both/deep"))?.len(), 0)?;
    same(done(names(&root, "raw/both/deep"))?, ["of-host"])
}

fn names_are_linked_and_moved_between_both() -> Outcome {
    let root = root();
    done(root.rename_at("u/image-only/x", &root, "u/host-only/x"))?;
    done(root.rename_at("u/host-only/y", &root, "u/image-only/y"))?;
    done(root.link_at(NO_FOLLOW, "u/twin", &root, "u/host-only/third"))?;
    same(done(root.stat_at(FOLLOW, "u/other"))?.link_count, 3)?;
    same(done(names(&root, "u/host-only"))?, ["third", "x"])?;
    same(done(names(&root, "u/image-only"))?, ["y"])?;
    done(root.rename_at("u/twin", &root, "u/file"))?;
    holds(done(open("u/file"))?.is_same_object(&done(open("u/host-only/third"))?), "one file")?;
    same(done(names(&root, "raw/host-only"))?, ["y"])
}

fn what_is_changed_stays_whatever_others_do() -> Outcome {
    let root = root();
    done(write(&root, "u/image-only/made", "made"))?;
    done(write(&root, "u/host-only/made", "made"))?;
    done(write(&root, "raw/image-only", "a file"))?;
    done(root.rename_at("raw/host-only", &root, "raw/away"))?;
    same(done(names(&root, "u/image-only"))?, ["made", "x"])?;
    same(done(text(&root, "u/image-only/x"))?.as_str(), IMAGE)?;
    same(done(text(&root, "u/host-only/made"))?.as_str(), "made")?;
    done(root.rename_at("raw/away", &root, "raw/host-only"))?;
    same(done(names(&root, "u/host-only"))?, ["made", "y"])?;
    done(root.unlink_file_at("u/host-only/made"))?;
    done(root.unlink_file_at("u/image-only/made"))?;
    done(root.unlink_file_at("raw/image-only")).map(drop)
}

fn neither_can_be_changed() -> Outcome {
    let root = root();
    let no = ErrorCode::ReadOnly;
    for path in ["u/both/of-image", "u/both/of-host", "u/twin", "u/file"] {
        refused(root.open_at(FOLLOW, path, OpenFlags::empty(), READ | WRITE), no)?;
        refused(root.open_at(FOLLOW, path, OpenFlags::TRUNCATE, READ | WRITE), no)?;
        refused(root.unlink_file_at(path), no)?;
        refused(root.rename_at(path, &root, "u/both/new"), no)?;
        refused(root.link_at(NO_FOLLOW, path, &root, "u/both/new"), no)?;
        let opened = done(open(path))?;
        holds(!done(opened.get_flags())?.intersects(WRITE | MUTATE), path)?;
        refused(opened.write(b"x", 0), no)?;
        refused(opened.set_size(0), no)?;
        refused(opened.append_via_stream(), no)?;
    }
    for path in ["u", "u/both", "u/both/deep", "u/image-only", "u/host-only"] {
        refused(write(&root, &format!("{path}/new"), ""), no)?;
        refused(root.create_directory_at(&format!("{path}/new")), no)?;
        refused(root.symlink_at("to", &format!("{path}/new")), no)?;
        refused(root.open_at(FOLLOW, path, OpenFlags::DIRECTORY, READ | MUTATE), no)?;
    }
    for path in ["u/both/deep", "u/image-only", "u/host-only"] {
        refused(root.remove_directory_at(path), no)?;
        refused(root.rename_at(path, &root, "u/new"), no)?;
    }
    done(write(&root, "etc/config", "changed"))
}
