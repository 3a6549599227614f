//! Half of the tree is in the image, half in directories of the host:
//!
//! ```text
//! /etc/config            of the image
//! /etc/in                -> ../m/dir/file
//! /link                  -> m/dir/file
//! /m                     data, which has dir/file, dir/out, dir/far, dir/near and empty; the image has m/hidden
//! /over/other            other, which has file
//! /again                 data once more
//! ```

use check::{Behaviour, Outcome, holds, same};
use wasip2::filesystem::types::{DescriptorType, ErrorCode, OpenFlags, filesystem_error_code};
use wasip2::io::streams::StreamError;

use crate::tools::{FOLLOW, MUTATE, NO_FOLLOW, READ, WRITE, directory, done, names, open, refused, root, text, write};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("a_walk_goes_in_and_out", a_walk_goes_in_and_out),
    ("links_of_the_image_lead_into_a_mount", links_of_the_image_lead_into_a_mount),
    ("links_of_the_host_lead_into_the_image", links_of_the_host_lead_into_the_image),
    ("nothing_is_above_a_descriptor", nothing_is_above_a_descriptor),
    ("listings_have_mounts_and_what_is_in_them", listings_have_mounts_and_what_is_in_them),
    ("what_the_image_has_there_is_hidden", what_the_image_has_there_is_hidden),
    ("nodes_are_told_apart", nodes_are_told_apart),
    ("one_object_in_two_mounts_is_one", one_object_in_two_mounts_is_one),
    ("what_is_written_is_there_in_both", what_is_written_is_there_in_both),
    ("no_name_goes_from_one_filesystem_to_another", no_name_goes_from_one_filesystem_to_another),
    ("a_mount_point_is_busy", a_mount_point_is_busy),
    ("a_directory_above_a_mount_can_be_moved", a_directory_above_a_mount_can_be_moved),
    ("an_open_file_outlives_its_name", an_open_file_outlives_its_name),
    ("an_open_directory_moves", an_open_directory_moves),
    ("a_listing_goes_on_while_names_go", a_listing_goes_on_while_names_go),
    ("a_link_of_the_host_is_made_and_read", a_link_of_the_host_is_made_and_read),
    ("an_append_goes_to_the_end", an_append_goes_to_the_end),
    ("sizes_and_times_are_set", sizes_and_times_are_set),
];

/// At the largest size of a file, which jco's shim does not reach.
pub const LARGEST: &[Behaviour] = &[("an_append_that_fails_says_why", an_append_that_fails_says_why)];

/// `/m` and `/again` are `cow`, and `twin` is another name of dir/file.
pub const COPIES: &[Behaviour] = &[
    ("copies_of_one_object_are_two", copies_of_one_object_are_two),
    ("two_names_of_a_copy_are_one", two_names_of_a_copy_are_one),
];

const OF_HOST: &str = "of the host";
const OF_IMAGE: &str = "of the image";

fn a_walk_goes_in_and_out() -> Outcome {
    let root = root();
    for path in ["m/dir/file", "m/../m/dir/../dir/file", "etc/../over/other/../../m/dir/file", "m/empty/../dir/file"] {
        same(done(text(&root, path))?.as_str(), OF_HOST)?;
    }
    for path in ["m/../etc/config", "m/dir/../../etc/config", "over/other/../../etc/config", "m/../over/../etc/config"]
    {
        same(done(text(&root, path))?.as_str(), OF_IMAGE)?;
    }
    refused(open("m/../../etc/config"), ErrorCode::NotPermitted)?;
    refused(open("m/none/../../etc/config"), ErrorCode::NoEntry)?;
    refused(open("m/dir/file/../../etc"), ErrorCode::NotDirectory)
}

fn links_of_the_image_lead_into_a_mount() -> Outcome {
    let root = root();
    same(done(text(&root, "link"))?.as_str(), OF_HOST)?;
    same(done(text(&root, "etc/in"))?.as_str(), OF_HOST)?;
    same(done(root.stat_at(NO_FOLLOW, "link"))?.type_, DescriptorType::SymbolicLink)?;
    same(done(root.stat_at(FOLLOW, "link"))?.size, OF_HOST.len() as u64)
}

fn links_of_the_host_lead_into_the_image() -> Outcome {
    let root = root();
    same(done(text(&root, "m/dir/near"))?.as_str(), OF_HOST)?;
    same(done(text(&root, "m/dir/out"))?.as_str(), OF_IMAGE)?;
    refused(open("m/dir/far"), ErrorCode::NotPermitted)?;
    // There it leads to another place.
    same(done(text(&root, "again/dir/out"))?.as_str(), OF_IMAGE)?;
    same(done(root.readlink_at("m/dir/out"))?.as_str(), "../../etc/config")
}

fn nothing_is_above_a_descriptor() -> Outcome {
    let mount = done(directory("m"))?;
    for path in ["..", "../etc/config", "dir/../..", "dir/out", "./../m"] {
        refused(mount.stat_at(FOLLOW, path), ErrorCode::NotPermitted)?;
    }
    same(done(text(&mount, "dir/../dir/near"))?.as_str(), OF_HOST)?;
    let below = done(directory("m/dir"))?;
    refused(below.stat_at(FOLLOW, "../empty"), ErrorCode::NotPermitted)
}

fn listings_have_mounts_and_what_is_in_them() -> Outcome {
    let root = root();
    same(done(names(&root, "."))?, ["again", "etc", "link", "m", "over"])?;
    same(done(names(&root, "over"))?, ["other"])?;
    same(done(names(&root, "over/other"))?, ["file"])?;
    same(done(names(&root, "m"))?, ["dir", "empty"])?;
    same(done(names(&root, "m/dir"))?, ["far", "file", "near", "out"])?;
    same(done(names(&root, "m/empty"))?.len(), 0)?;
    same(done(root.stat_at(FOLLOW, "m"))?.type_, DescriptorType::Directory)?;
    same(done(root.stat_at(FOLLOW, "m/dir/file"))?.size, OF_HOST.len() as u64)
}

fn what_the_image_has_there_is_hidden() -> Outcome {
    refused(open("m/hidden"), ErrorCode::NoEntry)
}

fn nodes_are_told_apart() -> Outcome {
    let root = root();
    let hash = |path| done(root.metadata_hash_at(FOLLOW, path)).map(|hash| (hash.lower, hash.upper));
    let paths =
        [".", "etc", "etc/config", "m", "m/dir", "m/dir/file", "m/empty", "over", "over/other", "over/other/file"];
    for (number, one) in paths.into_iter().enumerate() {
        for (other_number, other) in paths.into_iter().enumerate() {
            let is_same = number == other_number;
            holds((hash(one)? == hash(other)?) == is_same, format!("hashes of {one} and {other}"))?;
            holds(done(open(one))?.is_same_object(&done(open(other))?) == is_same, format!("{one} and {other}"))?;
        }
        let opened = done(done(open(one))?.metadata_hash())?;
        holds((opened.lower, opened.upper) == hash(one)?, format!("the hash of {one} is that of what is open"))?;
    }
    same(hash("m/..")?, hash(".")?)?;
    same(hash("link")?, hash("m/dir/file")?)
}

fn one_object_in_two_mounts_is_one() -> Outcome {
    let root = root();
    for path in ["", "/dir", "/dir/file"] {
        let [one, other] = ["m", "again"].map(|mount| format!("{mount}{path}"));
        holds(done(open(&one))?.is_same_object(&done(open(&other))?), format!("{one} and {other} are one"))?;
        let (one, other) = (done(root.metadata_hash_at(FOLLOW, &one))?, done(root.metadata_hash_at(FOLLOW, &other))?);
        same((one.lower, one.upper), (other.lower, other.upper))?;
    }
    Ok(())
}

fn copies_of_one_object_are_two() -> Outcome {
    let root = root();
    for path in ["", "/dir", "/dir/file"] {
        let [one, other] = ["m", "again"].map(|mount| format!("{mount}{path}"));
        let is_one = done(open(&one))?.is_same_object(&done(open(&other))?);
        holds(!is_one, format!("{one} and {other} are two"))?;
        let (one, other) = (done(root.metadata_hash_at(FOLLOW, &one))?, done(root.metadata_hash_at(FOLLOW, &other))?);
        holds(one.lower != other.lower && one.upper != other.upper, "their hashes differ")?;
    }
    Ok(())
}

fn two_names_of_a_copy_are_one() -> Outcome {
    let root = root();
    let hash = |path| done(root.metadata_hash_at(FOLLOW, path)).map(|hash| (hash.lower, hash.upper));
    let before = hash("m/dir/file")?;
    same(hash("m/twin")?, before)?;
    done(write(&root, "m/twin", "changed"))?;
    same(hash("m/dir/file")?, before)?;
    same(hash("m/twin")?, before)?;
    same(done(text(&root, "m/dir/file"))?.as_str(), "changed")?;
    same(done(text(&root, "again/dir/file"))?.as_str(), OF_HOST)
}

fn what_is_written_is_there_in_both() -> Outcome {
    let root = root();
    done(write(&root, "m/new", "new"))?;
    same(done(text(&root, "again/new"))?.as_str(), "new")?;
    let opened = done(open("again/new"))?;
    done(write(&root, "m/new", "other text"))?;
    same(done(opened.stat())?.size, 10)?;
    done(root.rename_at("m/new", &root, "m/newer"))?;
    refused(open("again/new"), ErrorCode::NoEntry)?;
    same(done(opened.read(100, 0))?.0, b"other text")?;
    done(root.unlink_file_at("again/newer"))?;
    refused(open("m/newer"), ErrorCode::NoEntry)
}

fn no_name_goes_from_one_filesystem_to_another() -> Outcome {
    let root = root();
    done(root.create_directory_at("etc/d"))?;
    let pairs = [
        ("m/dir/file", "etc/file"),
        ("etc/config", "m/config"),
        ("m/dir/file", "over/other/new"),
        ("m/dir/file", "again/file"),
        ("m/dir", "etc/dir"),
        ("etc/d", "m/d"),
        ("m/dir/near", "etc/near"),
        ("m/dir/file", "etc/config"),
    ];
    for (old, new) in pairs {
        refused(root.rename_at(old, &root, new), ErrorCode::CrossDevice)?;
    }
    for (old, new) in pairs.into_iter().filter(|(old, new)| !["m/dir", "etc/d"].contains(old) && *new != "etc/config") {
        refused(root.link_at(NO_FOLLOW, old, &root, new), ErrorCode::CrossDevice)?;
    }
    let (mount, image) = (done(directory("m"))?, done(directory("etc"))?);
    refused(mount.rename_at("dir/file", &image, "file"), ErrorCode::CrossDevice)?;
    refused(image.link_at(NO_FOLLOW, "config", &mount, "config"), ErrorCode::CrossDevice)?;
    done(root.remove_directory_at("etc/d"))?;
    same(done(names(&root, "m"))?, ["dir", "empty"])
}

fn a_mount_point_is_busy() -> Outcome {
    let root = root();
    done(root.create_directory_at("free"))?;
    for mount in ["m", "over/other"] {
        refused(root.remove_directory_at(mount), ErrorCode::Busy)?;
        refused(root.rename_at(mount, &root, "moved"), ErrorCode::Busy)?;
        refused(root.rename_at("free", &root, mount), ErrorCode::Busy)?;
        refused(root.unlink_file_at(mount), ErrorCode::IsDirectory)?;
        refused(root.create_directory_at(mount), ErrorCode::Exist)?;
        refused(root.symlink_at("etc", mount), ErrorCode::Exist)?;
    }
    done(root.remove_directory_at("free"))?;
    same(done(text(&root, "m/dir/file"))?.as_str(), OF_HOST)
}

fn a_directory_above_a_mount_can_be_moved() -> Outcome {
    let root = root();
    refused(root.remove_directory_at("over"), ErrorCode::NotEmpty)?;
    let opened = done(directory("over/other"))?;
    done(root.rename_at("over", &root, "etc/moved"))?;
    same(done(names(&root, "etc/moved"))?, ["other"])?;
    same(done(text(&root, "etc/moved/other/file"))?.as_str(), "of the other")?;
    same(done(text(&root, "etc/moved/other/../../config"))?.as_str(), OF_IMAGE)?;
    same(done(text(&opened, "file"))?.as_str(), "of the other")?;
    refused(root.remove_directory_at("etc/moved/other"), ErrorCode::Busy)?;
    done(root.rename_at("etc/moved", &root, "over"))?;
    same(done(text(&root, "over/other/file"))?.as_str(), "of the other")
}

fn an_open_file_outlives_its_name() -> Outcome {
    let root = root();
    done(write(&root, "m/gone", "still here"))?;
    let opened = done(open("m/gone"))?;
    done(root.unlink_file_at("m/gone"))?;
    same(done(opened.read(100, 0))?.0, b"still here")?;
    same(done(opened.stat())?.size, 10)?;
    // Another file of that name is another file.
    done(write(&root, "m/gone", "new"))?;
    same(done(opened.read(100, 0))?.0, b"still here")?;
    holds(!opened.is_same_object(&done(open("m/gone"))?), "they are two")?;
    done(root.unlink_file_at("m/gone")).map(drop)
}

fn an_open_directory_moves() -> Outcome {
    let root = root();
    done(root.create_directory_at("m/d"))?;
    done(root.create_directory_at("m/d/below"))?;
    done(write(&root, "m/d/below/f", "f"))?;
    let (above, below) = (done(directory("m/d"))?, done(directory("m/d/below"))?);
    done(root.rename_at("m/d", &root, "m/empty/e"))?;
    same(done(text(&above, "below/f"))?.as_str(), "f")?;
    same(done(text(&below, "f"))?.as_str(), "f")?;
    done(write(&below, "g", "g"))?;
    same(done(text(&root, "m/empty/e/below/g"))?.as_str(), "g")?;
    refused(below.stat_at(FOLLOW, ".."), ErrorCode::NotPermitted)?;
    done(below.unlink_file_at("f"))?;
    done(below.unlink_file_at("g"))?;
    done(above.remove_directory_at("below"))?;
    refused(write(&below, "h", "h"), ErrorCode::NoEntry)?;
    done(root.remove_directory_at("m/empty/e"))?;
    same(done(names(&above, "."))?.len(), 0)
}

fn a_listing_goes_on_while_names_go() -> Outcome {
    let root = root();
    done(root.create_directory_at("m/many"))?;
    for number in 0..300 {
        done(write(&root, &format!("m/many/{number}"), ""))?;
    }
    let listing = done(done(directory("m/many"))?.read_directory())?;
    let mut seen = 0;
    while let Some(entry) = done(listing.read_directory_entry())? {
        done(root.unlink_file_at(&format!("m/many/{}", entry.name)))?;
        seen += 1;
    }
    same(seen, 300)?;
    same(done(names(&root, "m/many"))?.len(), 0)?;
    done(root.remove_directory_at("m/many"))?;
    same(listing.read_directory_entry().map(|entry| entry.is_none()).ok(), Some(true))
}

fn a_link_of_the_host_is_made_and_read() -> Outcome {
    let root = root();
    done(root.symlink_at("../etc/config", "m/made"))?;
    same(done(text(&root, "m/made"))?.as_str(), OF_IMAGE)?;
    same(done(root.readlink_at("m/made"))?.as_str(), "../etc/config")?;
    // It is followed in the tree, so that what it leads to is not in the mount.
    refused(root.link_at(FOLLOW, "m/made", &root, "m/linked"), ErrorCode::CrossDevice)?;
    done(root.unlink_file_at("m/made"))?;
    done(root.link_at(NO_FOLLOW, "m/dir/file", &root, "m/twin"))?;
    same(done(root.stat_at(FOLLOW, "m/twin"))?.link_count, 2)?;
    holds(done(open("m/twin"))?.is_same_object(&done(open("m/dir/file"))?), "two names of one file")?;
    done(root.unlink_file_at("m/twin")).map(drop)
}

fn an_append_goes_to_the_end() -> Outcome {
    let root = root();
    done(write(&root, "m/log", "one\n"))?;
    let file = done(root.open_at(FOLLOW, "m/log", OpenFlags::empty(), READ | WRITE))?;
    let stream = done(file.append_via_stream())?;
    // Another one writes in between.
    stream.blocking_write_and_flush(b"two\n")?;
    done(file.write(b"three\n", 8))?;
    stream.blocking_write_and_flush(b"four\n")?;
    drop(stream);
    same(done(text(&root, "m/log"))?.as_str(), "one\ntwo\nthree\nfour\n")?;
    let stream = done(file.write_via_stream(4))?;
    stream.blocking_write_and_flush(b"TWO")?;
    drop(stream);
    let stream = done(file.read_via_stream(4))?;
    same(stream.blocking_read(4)?, b"TWO\n")?;
    drop(stream);
    done(root.unlink_file_at("m/log")).map(drop)
}

fn an_append_that_fails_says_why() -> Outcome {
    let root = root();
    done(write(&root, "m/large", ""))?;
    let file = done(root.open_at(FOLLOW, "m/large", OpenFlags::empty(), READ | WRITE))?;
    // The largest size that a file can have there.
    let (mut largest, mut too_large) = (0_u64, i64::MAX as u64 + 1);
    while largest + 1 < too_large {
        let size = largest + (too_large - largest) / 2;
        if file.set_size(size).is_ok() { largest = size } else { too_large = size }
    }
    refused(file.write(b"x", largest), ErrorCode::FileTooLarge)?;
    for _ in 0..3 {
        let stream = done(file.append_via_stream())?;
        let result = stream.blocking_write_and_flush(b"x");
        let code = match &result {
            Err(StreamError::LastOperationFailed(error)) => filesystem_error_code(error),
            _ => None,
        };
        holds(code == Some(ErrorCode::FileTooLarge), format!("{result:?}, {code:?}"))?;
    }
    same(done(file.stat())?.size, largest)?;
    done(root.unlink_file_at("m/large")).map(drop)
}

fn sizes_and_times_are_set() -> Outcome {
    use wasip2::clocks::wall_clock::Datetime;
    use wasip2::filesystem::types::NewTimestamp;
    let root = root();
    let time = |seconds| NewTimestamp::Timestamp(Datetime { seconds, nanoseconds: 5 });
    done(write(&root, "m/sized", "sized"))?;
    let file = done(root.open_at(FOLLOW, "m/sized", OpenFlags::empty(), READ | WRITE))?;
    done(file.set_size(3))?;
    same(done(root.stat_at(FOLLOW, "m/sized"))?.size, 3)?;
    done(file.set_times(time(100), time(200)))?;
    let stat = done(root.stat_at(FOLLOW, "m/sized"))?;
    same(stat.data_modification_timestamp.map(|time| (time.seconds, time.nanoseconds)), Some((200, 5)))?;
    done(root.set_times_at(FOLLOW, "m/sized", NewTimestamp::NoChange, time(300)))?;
    same(done(file.stat())?.data_modification_timestamp.map(|time| time.seconds), Some(300))?;
    let directory = done(root.open_at(FOLLOW, "m/empty", OpenFlags::DIRECTORY, READ | MUTATE))?;
    done(directory.set_times(time(400), time(500)))?;
    same(done(directory.stat())?.data_modification_timestamp.map(|time| time.seconds), Some(500))?;
    done(file.sync())?;
    done(directory.sync_data())?;
    done(root.unlink_file_at("m/sized")).map(drop)
}
