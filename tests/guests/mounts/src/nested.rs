//! Directories of the host inside of another one, at places that it has and has not:
//!
//! ```text
//! /etc/config            of the image
//! /m                     outer, which has cache/hidden, file, over (-> way/point/file), way/beside and way/up (-> ../file)
//! /m/cache               inner, which has file and dir
//! /m/way/point           inner once more
//! /m/new/deep/point      inner once more; outer has no new
//! ```

use check::{Behaviour, Outcome, holds, same};
use wasip2::filesystem::types::{DescriptorType, ErrorCode, OpenFlags};

use crate::tools::{FOLLOW, MUTATE, NO_FOLLOW, READ, directory, done, names, open, refused, root, text, write};

/// Whatever becomes of changes in the outer one.
pub const BEHAVIOURS: &[Behaviour] = &[
    ("a_walk_goes_from_one_mount_into_another", a_walk_goes_from_one_mount_into_another),
    ("points_are_listed_once", points_are_listed_once),
    ("points_are_told_apart", points_are_told_apart),
    ("what_is_hidden_is_not_reached", what_is_hidden_is_not_reached),
    ("points_inside_are_busy", points_inside_are_busy),
    ("no_name_crosses", no_name_crosses),
];

/// The outer one is written through.
pub const THROUGH: &[Behaviour] = &[
    ("what_is_beside_a_point_is_written", what_is_beside_a_point_is_written),
    ("a_directory_on_the_way_stays", a_directory_on_the_way_stays),
    ("what_the_host_has_not_is_read_only", what_the_host_has_not_is_read_only),
];

/// The outer one is copied on write.
pub const ABOVE: &[Behaviour] = &[
    ("what_is_beside_a_point_is_written", what_is_beside_a_point_is_written),
    ("what_the_host_has_not_can_be_filled", what_the_host_has_not_can_be_filled),
    ("a_directory_on_the_way_moves", a_directory_on_the_way_moves),
];

/// The outer one is read-only.
pub const REFUSED: &[Behaviour] = &[("nothing_beside_a_point_changes", nothing_beside_a_point_changes)];

const INNER: &str = "of the inner";
const OUTER: &str = "of the outer";
const POINTS: [&str; 3] = ["m/cache", "m/way/point", "m/new/deep/point"];

fn a_walk_goes_from_one_mount_into_another() -> Outcome {
    let root = root();
    for path in [
        "m/cache/file",
        "m/way/point/file",
        "m/new/deep/point/file",
        "m/over",
        "m/way/../new/./deep/../deep/point/dir/../file",
        "m/new/deep/point/../../../cache/file",
    ] {
        same(done(text(&root, path))?.as_str(), INNER)?;
    }
    for path in ["m/file", "m/cache/../file", "m/way/up", "m/new/deep/../../file", "m/way/point/../up"] {
        same(done(text(&root, path))?.as_str(), OUTER)?;
    }
    same(done(text(&root, "m/way/point/../../../etc/config"))?.as_str(), "of the image")?;
    // From a descriptor of the way, too; from one of the point, nothing is above.
    let way = done(directory("m/way"))?;
    same(done(text(&way, "point/file"))?.as_str(), INNER)?;
    same(done(text(&way, "beside"))?.as_str(), "beside")?;
    refused(text(&way, "../file"), ErrorCode::NotPermitted)?;
    let new = done(directory("m/new"))?;
    same(done(text(&new, "deep/point/../point/file"))?.as_str(), INNER)?;
    for point in POINTS {
        let point = done(directory(point))?;
        same(done(text(&point, "file"))?.as_str(), INNER)?;
        refused(text(&point, "../file"), ErrorCode::NotPermitted)?;
    }
    Ok(())
}

fn points_are_listed_once() -> Outcome {
    let root = root();
    same(done(names(&root, "m"))?, ["cache", "file", "new", "over", "way"])?;
    same(done(names(&root, "m/way"))?, ["beside", "point", "up"])?;
    same(done(names(&root, "m/new"))?, ["deep"])?;
    same(done(names(&root, "m/new/deep"))?, ["point"])?;
    for path in ["m/cache", "m/way", "m/way/point", "m/new", "m/new/deep", "m/new/deep/point"] {
        same(done(root.stat_at(NO_FOLLOW, path))?.type_, DescriptorType::Directory)?;
        same(done(done(open(path))?.stat())?.type_, DescriptorType::Directory)?;
    }
    for point in POINTS {
        same(done(names(&root, point))?, ["dir", "file"])?;
    }
    Ok(())
}

fn points_are_told_apart() -> Outcome {
    let root = root();
    let hash = |path: &str| done(root.metadata_hash_at(FOLLOW, path)).map(|hash| (hash.lower, hash.upper));
    let paths = [".", "etc", "m", "m/file", "m/way", "m/way/beside", "m/new", "m/new/deep", "m/cache", "m/cache/file"];
    for (number, one) in paths.into_iter().enumerate() {
        for (other_number, other) in paths.into_iter().enumerate() {
            let is_same = number == other_number;
            holds((hash(one)? == hash(other)?) == is_same, format!("hashes of {one} and {other}"))?;
            holds(done(open(one))?.is_same_object(&done(open(other))?) == is_same, format!("{one} and {other}"))?;
        }
        let opened = done(done(open(one))?.metadata_hash())?;
        holds((opened.lower, opened.upper) == hash(one)?, format!("the hash of {one} is that of what is open"))?;
    }
    same(hash("m/way/point/..")?, hash("m/way")?)?;
    same(hash("m/new/deep/point/../..")?, hash("m/new")?)?;
    // They are one directory of the host.
    same(hash("m/cache")?, hash("m/way/point")?)
}

fn what_is_hidden_is_not_reached() -> Outcome {
    let root = root();
    for path in ["m/cache/hidden", "m/way/../cache/hidden", "m/cache/./hidden", "m/cache//hidden"] {
        refused(open(path), ErrorCode::NoEntry)?;
        refused(root.unlink_file_at(path), ErrorCode::NoEntry)?;
    }
    let outer = done(directory("m"))?;
    refused(text(&outer, "cache/hidden"), ErrorCode::NoEntry)
}

fn points_inside_are_busy() -> Outcome {
    let root = root();
    for point in POINTS {
        refused(root.remove_directory_at(point), ErrorCode::Busy)?;
        refused(root.rename_at(point, &root, "m/moved"), ErrorCode::Busy)?;
        refused(root.rename_at("m/way/up", &root, point), ErrorCode::IsDirectory)?;
        refused(root.unlink_file_at(point), ErrorCode::IsDirectory)?;
        refused(root.create_directory_at(point), ErrorCode::Exist)?;
    }
    for way in ["m/way", "m/new", "m/new/deep"] {
        refused(root.create_directory_at(way), ErrorCode::Exist)?;
        refused(root.unlink_file_at(way), ErrorCode::IsDirectory)?;
    }
    Ok(())
}

fn no_name_crosses() -> Outcome {
    let root = root();
    for (old, new) in [
        ("m/file", "m/cache/new"),
        ("m/cache/file", "m/new-file"),
        ("m/way/beside", "m/way/point/new"),
        ("m/way/point/file", "m/way/new"),
        ("m/cache/file", "m/way/point/new"),
        ("m/new/deep/point/file", "etc/new"),
    ] {
        refused(root.rename_at(old, &root, new), ErrorCode::CrossDevice)?;
        refused(root.link_at(NO_FOLLOW, old, &root, new), ErrorCode::CrossDevice)?;
    }
    Ok(())
}

fn what_is_beside_a_point_is_written() -> Outcome {
    let root = root();
    done(write(&root, "m/way/made", "made"))?;
    done(write(&root, "m/way/point/made", "made inside"))?;
    same(done(names(&root, "m/way"))?, ["beside", "made", "point", "up"])?;
    same(done(text(&root, "m/way/made"))?.as_str(), "made")?;
    same(done(text(&root, "m/cache/made"))?.as_str(), "made inside")?;
    let way = done(root.open_at(FOLLOW, "m/way", OpenFlags::DIRECTORY, READ | MUTATE))?;
    done(way.rename_at("made", &root, "m/made"))?;
    done(way.create_directory_at("d"))?;
    done(way.remove_directory_at("d"))?;
    done(root.unlink_file_at("m/made"))?;
    done(root.unlink_file_at("m/cache/made"))?;
    same(done(names(&root, "m/way"))?, ["beside", "point", "up"])
}

fn a_directory_on_the_way_stays() -> Outcome {
    let root = root();
    refused(root.remove_directory_at("m/way"), ErrorCode::NotEmpty)?;
    refused(root.rename_at("m/way", &root, "m/moved"), ErrorCode::Busy)?;
    refused(root.rename_at("m/file", &root, "m/way"), ErrorCode::IsDirectory)?;
    done(root.create_directory_at("m/free"))?;
    refused(root.rename_at("m/free", &root, "m/way"), ErrorCode::NotEmpty)?;
    done(root.remove_directory_at("m/free"))?;
    done(done(directory("m/way"))?.sync())?;
    same(done(text(&root, "m/way/point/file"))?.as_str(), INNER)
}

fn what_the_host_has_not_is_read_only() -> Outcome {
    let root = root();
    for directory in ["m/new", "m/new/deep"] {
        let new = format!("{directory}/made");
        refused(write(&root, &new, "made"), ErrorCode::ReadOnly)?;
        refused(root.create_directory_at(&new), ErrorCode::ReadOnly)?;
        refused(root.symlink_at("to", &new), ErrorCode::ReadOnly)?;
        refused(root.rename_at("m/file", &root, &new), ErrorCode::ReadOnly)?;
        refused(root.link_at(NO_FOLLOW, "m/file", &root, &new), ErrorCode::ReadOnly)?;
        refused(root.open_at(FOLLOW, directory, OpenFlags::DIRECTORY, READ | MUTATE), ErrorCode::ReadOnly)?;
        let opened = done(root.open_at(FOLLOW, directory, OpenFlags::DIRECTORY, READ))?;
        holds(!done(opened.get_flags())?.contains(MUTATE), directory)?;
    }
    refused(root.remove_directory_at("m/new"), ErrorCode::NotEmpty)
}

fn what_the_host_has_not_can_be_filled() -> Outcome {
    let root = root();
    for directory in ["m/new", "m/new/deep"] {
        let new = format!("{directory}/made");
        done(write(&root, &new, "made"))?;
        same(done(text(&root, &new))?.as_str(), "made")?;
        done(root.rename_at(&new, &root, &format!("{directory}/again")))?;
    }
    same(done(names(&root, "m/new"))?, ["again", "deep"])?;
    same(done(names(&root, "m/new/deep"))?, ["again", "point"])?;
    done(root.unlink_file_at("m/new/again"))?;
    done(root.unlink_file_at("m/new/deep/again"))?;
    refused(root.remove_directory_at("m/new/deep"), ErrorCode::NotEmpty)
}

fn a_directory_on_the_way_moves() -> Outcome {
    let root = root();
    let point = done(directory("m/way/point"))?;
    done(root.rename_at("m/way", &root, "m/new/moved"))?;
    same(done(names(&root, "m"))?, ["cache", "file", "new", "over"])?;
    same(done(names(&root, "m/new/moved"))?, ["beside", "point", "up"])?;
    same(done(text(&root, "m/new/moved/point/file"))?.as_str(), INNER)?;
    same(done(text(&root, "m/new/moved/point/../beside"))?.as_str(), "beside")?;
    same(done(text(&point, "file"))?.as_str(), INNER)?;
    refused(root.rename_at("m/new", &root, "m/new/moved/x"), ErrorCode::Invalid)?;
    refused(root.remove_directory_at("m/new/moved"), ErrorCode::NotEmpty)?;
    // Its name is free.
    done(root.create_directory_at("m/way"))?;
    same(done(names(&root, "m/way"))?.len(), 0)?;
    done(root.remove_directory_at("m/way"))?;
    done(root.rename_at("m/new/moved", &root, "m/way"))?;
    same(done(text(&root, "m/over"))?.as_str(), INNER)
}

fn nothing_beside_a_point_changes() -> Outcome {
    let root = root();
    for new in ["m/made", "m/way/made", "m/new/made", "m/new/deep/made"] {
        refused(write(&root, new, "made"), ErrorCode::ReadOnly)?;
        refused(root.create_directory_at(new), ErrorCode::ReadOnly)?;
        refused(root.rename_at("m/file", &root, new), ErrorCode::ReadOnly)?;
    }
    for way in ["m/way", "m/new", "m/new/deep"] {
        refused(root.remove_directory_at(way), ErrorCode::ReadOnly)?;
        refused(root.rename_at(way, &root, "m/moved"), ErrorCode::ReadOnly)?;
    }
    // What is inside can be.
    done(write(&root, "m/way/point/made", "made"))?;
    same(done(text(&root, "m/cache/made"))?.as_str(), "made")?;
    done(root.unlink_file_at("m/new/deep/point/made")).map(drop)
}
