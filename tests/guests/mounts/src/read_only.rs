//! A mount that is read-only, whatever the host granted: `/m`, which has `dir/file`, `file`, `link` (-> `file`) and
//! `empty`. The rest of the tree can be changed: `/etc/config`, `/in` (-> `m/file`).
//!
//! Each change is tried through each descriptor that could make it.

use check::{Behaviour, Outcome, holds, same};
use wasip2::clocks::wall_clock::Datetime;
use wasip2::filesystem::types::{Descriptor, ErrorCode, NewTimestamp, OpenFlags};

use crate::tools::{FOLLOW, MUTATE, NO_FOLLOW, READ, WRITE, directory, done, open, refused, root, text, write};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("nothing_says_that_it_can_be_changed", nothing_says_that_it_can_be_changed),
    ("no_file_is_opened_for_writing", no_file_is_opened_for_writing),
    ("no_file_is_made", no_file_is_made),
    ("no_file_is_cut", no_file_is_cut),
    ("no_directory_is_opened_for_changes", no_directory_is_opened_for_changes),
    ("no_name_is_made", no_name_is_made),
    ("no_name_is_removed", no_name_is_removed),
    ("no_name_is_moved", no_name_is_moved),
    ("no_file_is_linked", no_file_is_linked),
    ("no_times_are_set_by_path", no_times_are_set_by_path),
    ("no_times_are_set_through_a_descriptor", no_times_are_set_through_a_descriptor),
    ("no_size_is_set", no_size_is_set),
    ("nothing_is_written", nothing_is_written),
    ("all_can_be_synced", all_can_be_synced),
    ("all_can_be_read", all_can_be_read),
    ("the_rest_can_be_changed", the_rest_can_be_changed),
];

const REFUSED: ErrorCode = ErrorCode::ReadOnly;

/// Each directory from which the mount is reached, and the path of the mount from there.
fn ways() -> Result<Vec<(Descriptor, &'static str)>, ErrorCode> {
    let mut ways = vec![(root(), "m/"), (directory("m")?, ""), (directory("m")?, "dir/../")];
    // A read-only tree has no such directory.
    if root().get_flags()?.contains(MUTATE) {
        ways.push((root().open_at(FOLLOW, ".", OpenFlags::DIRECTORY, READ | MUTATE)?, "etc/../m/"));
    }
    Ok(ways)
}

/// Tries something with each descriptor and path.
fn each(paths: &[&str], attempt: impl Fn(&Descriptor, &str) -> Outcome) -> Outcome {
    for (at, before) in done(ways())? {
        for path in paths {
            attempt(&at, &format!("{before}{path}"))?;
        }
    }
    Ok(())
}

fn nothing_says_that_it_can_be_changed() -> Outcome {
    for path in ["m", "m/dir", "m/file", "in"] {
        holds(!done(open(path))?.get_flags()?.intersects(WRITE | MUTATE), path)?;
    }
    holds(root().get_flags()?.contains(MUTATE), "the root can be changed")
}

fn no_file_is_opened_for_writing() -> Outcome {
    each(&["file", "dir/file", "link", "dir/../file"], |at, path| {
        for flags in [WRITE, READ | WRITE, READ | WRITE | MUTATE] {
            refused(at.open_at(FOLLOW, path, OpenFlags::empty(), flags), REFUSED)?;
            refused(at.open_at(FOLLOW, path, OpenFlags::CREATE, flags), REFUSED)?;
        }
        Ok(())
    })?;
    refused(root().open_at(FOLLOW, "in", OpenFlags::empty(), WRITE), REFUSED)
}

fn no_file_is_made() -> Outcome {
    each(&["new", "dir/new", "empty/new"], |at, path| {
        for flags in [READ, READ | WRITE] {
            refused(at.open_at(FOLLOW, path, OpenFlags::CREATE, flags), REFUSED)?;
            refused(at.open_at(FOLLOW, path, OpenFlags::CREATE | OpenFlags::EXCLUSIVE, flags), REFUSED)?;
            refused(at.open_at(FOLLOW, path, OpenFlags::CREATE | OpenFlags::TRUNCATE, flags), REFUSED)?;
        }
        refused(at.stat_at(FOLLOW, path), ErrorCode::NoEntry)
    })?;
    each(&["file"], |at, path| {
        refused(at.open_at(FOLLOW, path, OpenFlags::CREATE | OpenFlags::EXCLUSIVE, READ | WRITE), ErrorCode::Exist)
    })
}

fn no_file_is_cut() -> Outcome {
    each(&["file", "dir/file", "link"], |at, path| {
        for flags in [READ, WRITE, READ | WRITE] {
            refused(at.open_at(FOLLOW, path, OpenFlags::TRUNCATE, flags), REFUSED)?;
            refused(at.open_at(FOLLOW, path, OpenFlags::TRUNCATE | OpenFlags::CREATE, flags), REFUSED)?;
        }
        Ok(())
    })
}

fn no_directory_is_opened_for_changes() -> Outcome {
    each(&[".", "dir", "empty"], |at, path| {
        refused(at.open_at(FOLLOW, path, OpenFlags::DIRECTORY, READ | MUTATE), REFUSED)?;
        holds(!done(at.open_at(FOLLOW, path, OpenFlags::DIRECTORY, READ))?.get_flags()?.contains(MUTATE), path)
    })
}

fn no_name_is_made() -> Outcome {
    each(&["new", "dir/new"], |at, path| {
        refused(at.create_directory_at(path), REFUSED)?;
        refused(at.symlink_at("file", path), REFUSED)?;
        refused(at.stat_at(NO_FOLLOW, path), ErrorCode::NoEntry)
    })
}

fn no_name_is_removed() -> Outcome {
    each(&["file", "dir/file", "link"], |at, path| refused(at.unlink_file_at(path), REFUSED))?;
    each(&["empty"], |at, path| refused(at.remove_directory_at(path), REFUSED))
}

fn no_name_is_moved() -> Outcome {
    let (root, mount) = (root(), done(directory("m"))?);
    each(&["file", "dir/file", "empty", "dir", "link"], |at, path| {
        refused(at.rename_at(path, &root, "m/new"), REFUSED)?;
        refused(at.rename_at(path, &mount, "new"), REFUSED)?;
        // What comes first is the host's affair on Linux, too: another filesystem.
        refused(at.rename_at(path, &root, "etc/new"), ErrorCode::CrossDevice)
    })?;
    refused(root.rename_at("etc/config", &mount, "new"), ErrorCode::CrossDevice)
}

fn no_file_is_linked() -> Outcome {
    let (root, mount) = (root(), done(directory("m"))?);
    each(&["file", "dir/file", "link"], |at, path| {
        refused(at.link_at(NO_FOLLOW, path, &root, "m/new"), REFUSED)?;
        refused(at.link_at(NO_FOLLOW, path, &mount, "new"), REFUSED)?;
        refused(at.link_at(NO_FOLLOW, path, &root, "etc/new"), ErrorCode::CrossDevice)
    })
}

fn no_times_are_set_by_path() -> Outcome {
    each(&[".", "file", "dir", "dir/file", "link", "empty"], |at, path| {
        for follow in [FOLLOW, NO_FOLLOW] {
            for (accessed, modified) in times() {
                refused(at.set_times_at(follow, path, accessed, modified), REFUSED)?;
            }
        }
        Ok(())
    })?;
    refused(root().set_times_at(FOLLOW, "in", NewTimestamp::Now, NewTimestamp::Now), REFUSED)
}

fn times() -> [(NewTimestamp, NewTimestamp); 3] {
    let time = || NewTimestamp::Timestamp(Datetime { seconds: 1, nanoseconds: 2 });
    [(NewTimestamp::Now, NewTimestamp::Now), (time(), time()), (NewTimestamp::NoChange, time())]
}

fn no_times_are_set_through_a_descriptor() -> Outcome {
    for path in ["m", "m/file", "m/dir", "m/dir/file", "m/link", "in"] {
        for (accessed, modified) in times() {
            refused(done(open(path))?.set_times(accessed, modified), REFUSED)?;
        }
    }
    Ok(())
}

fn no_size_is_set() -> Outcome {
    for path in ["m/file", "m/dir/file", "in"] {
        for size in [0, 1, 1 << 20] {
            refused(done(open(path))?.set_size(size), REFUSED)?;
        }
    }
    Ok(())
}

fn nothing_is_written() -> Outcome {
    for path in ["m/file", "m/dir/file", "in"] {
        let file = done(open(path))?;
        refused(file.write(b"x", 0), REFUSED)?;
        refused(file.write_via_stream(0), REFUSED)?;
        refused(file.append_via_stream(), REFUSED)?;
    }
    Ok(())
}

fn all_can_be_synced() -> Outcome {
    for path in ["m", "m/dir", "m/file"] {
        done(done(open(path))?.sync())?;
        done(done(open(path))?.sync_data())?;
    }
    Ok(())
}

fn all_can_be_read() -> Outcome {
    for path in ["m/file", "m/dir/file", "m/link", "in", "m/dir/../file"] {
        same(done(text(&root(), path))?.as_str(), "of the host")?;
        // To create what is there and can be read is to open it.
        let opened = done(root().open_at(FOLLOW, path, OpenFlags::CREATE, READ))?;
        same(done(opened.read(100, 0))?.0, b"of the host")?;
    }
    Ok(())
}

fn the_rest_can_be_changed() -> Outcome {
    let root = root();
    done(write(&root, "etc/config", "changed"))?;
    same(done(text(&root, "etc/config"))?.as_str(), "changed")?;
    done(root.create_directory_at("etc/d"))?;
    done(root.rename_at("etc/d", &root, "d"))?;
    done(root.remove_directory_at("d")).map(drop)
}
