//! What is one and the same: a file keeps its number when it is copied up, and the copy is not the original.

use std::fs;

use check::{Behaviour, Outcome, holds, same};

use crate::both::{
    Errno, OURS, THEIRS, app, are_one, change, descriptor, identity, names, open, refused, replace_by_file, text,
    write_at,
};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("a_file_keeps_its_number_when_it_is_changed", a_file_keeps_its_number_when_it_is_changed),
    ("a_directory_keeps_its_number_when_it_is_changed", a_directory_keeps_its_number_when_it_is_changed),
    ("copy_and_original_are_two_objects", copy_and_original_are_two_objects),
    ("names_of_one_file_stay_together", names_of_one_file_stay_together),
    ("a_replaced_file_is_another_object", a_replaced_file_is_another_object),
    ("the_number_of_a_changed_file_is_its_own", the_number_of_a_changed_file_is_its_own),
    ("a_number_that_the_host_gives_again_is_another_file", a_number_that_the_host_gives_again_is_another_file),
];

fn a_file_keeps_its_number_when_it_is_changed() -> Outcome {
    for name in ["asked", "opened", "moved", "times"] {
        fs::write(format!("/host/{name}"), THEIRS)?;
    }
    let numbers = ["asked", "opened", "moved", "times"].map(|name| identity(&format!("/w/{name}")));
    let [asked, opened, moved, times] = numbers;
    let (asked, opened, moved, times) = (asked?, opened?, moved?, times?);
    app(|| {
        change("/w/asked", OURS)?;
        same(identity("/w/asked")?, asked)?;
        let kept = descriptor("/w/opened")?;
        let writer = open("/w/opened")?;
        write_at(&writer, 0, OURS)?;
        let hash = kept.metadata_hash()?;
        same((hash.lower, hash.upper), opened)?;
        same(identity("/w/opened")?, opened)?;
        drop((kept, writer));
        same(identity("/w/opened")?, opened)?;
        fs::rename("/w/moved", "/w/new-name")?;
        same(identity("/w/new-name")?, moved)?;
        change("/w/new-name", OURS)?;
        same(identity("/w/new-name")?, moved)?;
        open("/w/times")?.set_modified(std::time::UNIX_EPOCH)?;
        same(identity("/w/times")?, times)
    })
}

fn a_directory_keeps_its_number_when_it_is_changed() -> Outcome {
    fs::create_dir_all("/host/d/sub")?;
    let (directory, below) = (identity("/w/d")?, identity("/w/d/sub")?);
    app(|| {
        fs::write("/w/d/sub/own", OURS)?;
        same((identity("/w/d")?, identity("/w/d/sub")?), (directory, below))?;
        fs::rename("/w/d", "/w/e")?;
        same((identity("/w/e")?, identity("/w/e/sub")?), (directory, below))
    })
}

/// `diff` and `cp` must not take them for one.
fn copy_and_original_are_two_objects() -> Outcome {
    fs::create_dir("/host/d")?;
    for name in ["f", "d/f"] {
        fs::write(format!("/host/{name}"), THEIRS)?;
    }
    let paths = ["", "/d", "/f", "/d/f"];
    let all_differ = || -> Outcome {
        for path in paths {
            are_one(&format!("/w{path}"), &format!("/host{path}"), false)?;
            let kept = (descriptor(&format!("/w{path}"))?, descriptor(&format!("/host{path}"))?);
            holds(!kept.0.is_same_object(&kept.1) && !kept.1.is_same_object(&kept.0), format!("{path} are two"))?;
        }
        Ok(())
    };
    all_differ()?;
    app(|| {
        change("/w/f", OURS)?;
        Ok(change("/w/d/f", OURS)?)
    })?;
    all_differ()?;
    same(fs::read_to_string("/host/f")?.as_str(), THEIRS)
}

fn names_of_one_file_stay_together() -> Outcome {
    fs::write("/host/f", THEIRS)?;
    fs::hard_link("/host/f", "/host/twin")?;
    fs::write("/host/other", THEIRS)?;
    let before = identity("/w/f")?;
    are_one("/w/f", "/w/twin", true)?;
    are_one("/w/f", "/w/other", false)?;
    app(|| {
        change("/w/twin", OURS)?;
        are_one("/w/f", "/w/twin", true)?;
        same(identity("/w/f")?, before)?;
        same(fs::read_to_string("/w/f")?.as_str(), OURS)
    })?;
    are_one("/w/f", "/host/twin", false)
}

/// Nothing was changed above it: it is the host's.
fn a_replaced_file_is_another_object() -> Outcome {
    fs::write("/host/f", THEIRS)?;
    let (before, kept) = (identity("/w/f")?, open("/w/f")?);
    replace_by_file("/host/f")?;
    app(|| {
        holds(identity("/w/f")? != before, "another file is there")?;
        same(text(&kept)?.as_str(), THEIRS)?;
        same(fs::read_to_string("/w/f")?, THEIRS.repeat(3))
    })
}

/// Others put a file in its place, and move that elsewhere: no two files have one number, whenever it is asked for.
fn the_number_of_a_changed_file_is_its_own() -> Outcome {
    fs::write("/host/f", THEIRS)?;
    app(|| Ok(change("/w/f", OURS)?))?;
    replace_by_file("/host/f")?;
    let number = identity("/w/f")?;
    fs::rename("/host/f", "/host/g")?;
    app(|| {
        are_one("/w/f", "/w/g", false)?;
        same(identity("/w/f")?, number)?;
        same(names("/w")?, ["f", "g"])?;
        same(fs::read_to_string("/w/f")?.as_str(), OURS)?;
        same(fs::read_to_string("/w/g")?, THEIRS.repeat(3))?;
        refused(fs::remove_dir("/w/f"), Errno::NotDirectory)
    })
}

/// Many filesystems give a new file the number of one that was just removed. Nothing the app has changed is kept open.
fn a_number_that_the_host_gives_again_is_another_file() -> Outcome {
    for name in ["f", "g"] {
        fs::write(format!("/host/{name}"), THEIRS)?;
    }
    fs::hard_link("/host/g", "/host/g-again")?;
    let numbers = (identity("/w/f")?, identity("/w/g")?);
    app(|| {
        change("/w/f", OURS)?;
        Ok(change("/w/g", OURS)?)
    })?;
    for name in ["f", "g", "g-again"] {
        fs::remove_file(format!("/host/{name}"))?;
    }
    let new: Vec<_> = (0..4).map(|number| format!("new-{number}")).collect();
    for name in &new {
        fs::write(format!("/host/{name}"), name)?;
        // Of one with several names, it is asked which file it is.
        fs::hard_link(format!("/host/{name}"), format!("/host/{name}-again"))?;
    }
    app(|| {
        for name in &new {
            for path in [format!("/w/{name}"), format!("/w/{name}-again")] {
                same(fs::read_to_string(&path)?.as_str(), name.as_str())?;
                are_one(&path, "/w/f", false)?;
                are_one(&path, "/w/g", false)?;
                are_one(&path, &format!("/w/{name}"), true)?;
            }
        }
        for path in ["/w/f", "/w/g"] {
            same(fs::read_to_string(path)?.as_str(), OURS)?;
        }
        same((identity("/w/f")?, identity("/w/g")?), numbers)?;
        // A change of one is none of another.
        change("/w/new-0", "changed")?;
        same(fs::read_to_string("/w/new-0-again")?.as_str(), "changed")?;
        same(fs::read_to_string("/w/f")?.as_str(), OURS)?;
        same(fs::read_to_string("/w/g")?.as_str(), OURS)
    })
}
