//! Directories in which the app has changed something, while others take them away.

use std::fs;

use check::{Behaviour, Outcome, holds, same};
use wasip2::filesystem::types::{DescriptorFlags, OpenFlags, PathFlags};

use crate::both::{
    Errno, OURS, THEIRS, Taking, app, change, descriptor, identity, is_gone, names, open, refused, remove,
    replace_by_directory, replace_by_file, root, text, write_at,
};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("a_changed_directory_stays_when_it_is_removed", || a_changed_directory_stays(remove)),
    ("a_changed_directory_stays_when_a_file_is_put_there", || a_changed_directory_stays(replace_by_file)),
    ("a_changed_directory_stays_when_another_is_put_there", || a_changed_directory_stays(replace_by_directory)),
    ("a_directory_with_a_changed_file_stays_when_it_is_removed", || a_directory_with_a_changed_file_stays(remove)),
    ("a_directory_with_a_changed_file_stays_when_a_file_is_put_there", || {
        a_directory_with_a_changed_file_stays(replace_by_file)
    }),
    ("an_emptied_directory_can_be_removed_when_it_is_removed", || an_emptied_directory_can_be_removed(remove)),
    ("an_emptied_directory_can_be_removed_when_a_file_is_put_there", || {
        an_emptied_directory_can_be_removed(replace_by_file)
    }),
    ("a_moved_directory_stays_when_it_is_removed", a_moved_directory_stays),
    ("what_others_make_is_listed_beside_what_the_app_made", what_others_make_is_listed),
    ("a_name_that_both_made_is_gone_when_it_is_removed", a_name_that_both_made_is_gone_when_it_is_removed),
    ("an_open_file_can_be_changed_when_its_directory_is_removed", || an_open_file_can_be_changed(remove)),
    ("an_open_file_can_be_changed_when_a_file_is_put_there", || an_open_file_can_be_changed(replace_by_file)),
    ("an_open_directory_can_be_changed_when_the_one_around_is_moved", an_open_directory_can_be_changed),
    ("a_name_is_listed_when_what_it_led_to_goes", a_name_is_listed_when_what_it_led_to_goes),
];

/// Nothing of the directory was changed before.
fn an_open_file_can_be_changed(take: Taking) -> Outcome {
    fs::create_dir_all("/host/d/sub")?;
    fs::write("/host/d/sub/f", THEIRS)?;
    let file = open("/w/d/sub/f")?;
    take("/host/d")?;
    app(|| {
        write_at(&file, 0, "O")?;
        file.set_len(4)?;
        same(text(&file)?.as_str(), "Of o")?;
        // As on Linux, no name leads to it.
        refused(fs::metadata("/w/d/sub/f"), if fs::metadata("/w/d").is_ok() { Errno::NotDirectory } else { Errno::NoEntry })
    })
}

fn an_open_directory_can_be_changed() -> Outcome {
    fs::create_dir_all("/host/p/d")?;
    fs::write("/host/p/d/f", THEIRS)?;
    let flags = DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY;
    let directory = root().open_at(PathFlags::empty(), "w/p/d", OpenFlags::DIRECTORY, flags)?;
    fs::rename("/host/p", "/host/q")?;
    app(|| {
        directory.create_directory_at("folder")?;
        directory.rename_at("f", &directory, "g")?;
        let listed = directory.read_directory()?;
        let mut names = Vec::new();
        while let Some(entry) = listed.read_directory_entry()? {
            names.push(entry.name);
        }
        names.sort();
        same(names, ["folder", "g"])
    })
}

/// A name has another file now, and the one that it led to goes while the directory is listed.
fn a_name_is_listed_when_what_it_led_to_goes() -> Outcome {
    fs::create_dir("/host/d")?;
    fs::write("/host/d/f", THEIRS)?;
    app(|| {
        fs::rename("/w/d/f", "/w/d/f.bak")?;
        fs::write("/w/d/f", OURS)?;
        let listed = descriptor("/w/d")?.read_directory()?;
        let first = listed.read_directory_entry()?.map(|entry| entry.name);
        fs::remove_file("/w/d/f.bak")?;
        let mut names: Vec<_> = first.into_iter().collect();
        while let Some(entry) = listed.read_directory_entry()? {
            names.push(entry.name);
        }
        same(names.iter().filter(|name| *name == "f").count(), 1)
    })
}

/// The app made a file in it.
fn a_changed_directory_stays(take: Taking) -> Outcome {
    fs::create_dir_all("/host/d/sub")?;
    fs::write("/host/d/sub/theirs", THEIRS)?;
    let before = identity("/w/d/sub")?;
    app(|| Ok(fs::write("/w/d/sub/own", OURS)?))?;
    take("/host/d/sub")?;
    app(|| {
        same(names("/w/d")?, ["sub"])?;
        holds(fs::metadata("/w/d/sub")?.is_dir(), "it is a directory")?;
        same(identity("/w/d/sub")?, before)?;
        same(fs::read_to_string("/w/d/sub/own")?.as_str(), OURS)?;
        // Another directory of that name has a file of that name.
        let listed = names("/w/d/sub")?;
        let is_there = fs::metadata("/w/d/sub/theirs").is_ok();
        same(listed, if is_there { vec!["own", "theirs"] } else { vec!["own"] })?;
        fs::write("/w/d/sub/new", OURS)?;
        fs::create_dir("/w/d/sub/folder")?;
        same(fs::read_to_string("/w/d/sub/new")?.as_str(), OURS)?;
        refused(fs::remove_dir("/w/d/sub"), Errno::NotEmpty)?;
        for name in names("/w/d/sub")? {
            remove(&format!("/w/d/sub/{name}"))?;
        }
        same(names("/w/d/sub")?.len(), 0)?;
        fs::remove_dir("/w/d/sub")?;
        is_gone("/w/d/sub")?;
        fs::remove_dir("/w/d")?;
        is_gone("/w/d")
    })
}

/// The app changed a file of the host in it.
fn a_directory_with_a_changed_file_stays(take: Taking) -> Outcome {
    fs::create_dir_all("/host/d/sub")?;
    for name in ["changed", "unchanged"] {
        fs::write(format!("/host/d/sub/{name}"), THEIRS)?;
    }
    let before = (identity("/w/d/sub")?, identity("/w/d/sub/changed")?);
    app(|| Ok(change("/w/d/sub/changed", OURS)?))?;
    take("/host/d/sub")?;
    app(|| {
        same(names("/w/d")?, ["sub"])?;
        same(names("/w/d/sub")?, ["changed"])?;
        same(fs::read_to_string("/w/d/sub/changed")?.as_str(), OURS)?;
        same((identity("/w/d/sub")?, identity("/w/d/sub/changed")?), before)?;
        is_gone("/w/d/sub/unchanged")?;
        fs::write("/w/d/sub/unchanged", OURS)?;
        same(names("/w/d/sub")?, ["changed", "unchanged"])?;
        fs::remove_dir_all("/w/d")?;
        is_gone("/w/d")
    })
}

/// The app removed all that was in it.
fn an_emptied_directory_can_be_removed(take: Taking) -> Outcome {
    fs::create_dir_all("/host/d/sub")?;
    fs::write("/host/d/sub/theirs", THEIRS)?;
    app(|| Ok(fs::remove_file("/w/d/sub/theirs")?))?;
    take("/host/d/sub")?;
    app(|| {
        same(names("/w/d")?, ["sub"])?;
        same(names("/w/d/sub")?.len(), 0)?;
        fs::remove_dir("/w/d/sub")?;
        is_gone("/w/d/sub")?;
        fs::remove_dir("/w/d")?;
        is_gone("/w/d")
    })
}

fn a_moved_directory_stays() -> Outcome {
    fs::create_dir_all("/host/d/sub")?;
    fs::write("/host/d/sub/theirs", THEIRS)?;
    let before = identity("/w/d/sub")?;
    app(|| {
        fs::write("/w/d/sub/own", OURS)?;
        Ok(fs::rename("/w/d/sub", "/w/d/moved")?)
    })?;
    remove("/host/d/sub")?;
    app(|| {
        same(names("/w/d")?, ["moved"])?;
        same(identity("/w/d/moved")?, before)?;
        same(names("/w/d/moved")?, ["own"])?;
        same(fs::read_to_string("/w/d/moved/own")?.as_str(), OURS)?;
        fs::create_dir("/w/d/sub")?;
        same(names("/w/d")?, ["moved", "sub"])?;
        fs::remove_dir_all("/w/d")?;
        is_gone("/w/d")
    })
}

fn what_others_make_is_listed() -> Outcome {
    fs::create_dir("/host/d")?;
    fs::write("/host/d/a", THEIRS)?;
    app(|| {
        fs::write("/w/d/own", OURS)?;
        Ok(fs::remove_file("/w/d/a")?)
    })?;
    fs::write("/host/d/b", THEIRS)?;
    remove("/host/d/a")?;
    fs::write("/host/d/a", THEIRS)?;
    app(|| {
        same(names("/w/d")?, ["b", "own"])?;
        is_gone("/w/d/a")?;
        fs::remove_dir_all("/w/d")?;
        is_gone("/w/d")
    })
}

/// Others make a name that the app has made, before the app removes or moves it.
fn a_name_that_both_made_is_gone_when_it_is_removed() -> Outcome {
    fs::create_dir("/host/d")?;
    app(|| {
        for name in ["removed", "moved", "replaced"] {
            fs::write(format!("/w/d/{name}"), OURS)?;
        }
        Ok(fs::create_dir("/w/d/folder")?)
    })?;
    for name in ["removed", "moved", "replaced", "folder"] {
        fs::write(format!("/host/d/{name}"), THEIRS)?;
    }
    app(|| {
        same(names("/w/d")?, ["folder", "moved", "removed", "replaced"])?;
        same(fs::read_to_string("/w/d/removed")?.as_str(), OURS)?;
        fs::remove_file("/w/d/removed")?;
        is_gone("/w/d/removed")?;
        fs::rename("/w/d/moved", "/w/d/replaced")?;
        is_gone("/w/d/moved")?;
        fs::remove_dir("/w/d/folder")?;
        is_gone("/w/d/folder")?;
        same(names("/w/d")?, ["replaced"])?;
        fs::remove_file("/w/d/replaced")?;
        fs::remove_dir("/w/d")?;
        is_gone("/w/d")
    })
}
