//! Files that are open before anything in their directory is changed. `/m` is a directory of the host: dir/file and
//! twin, which are one file, dir/near -> ../dir/file, and other.
//!
//! Each of these is for a program of its own: after the first change, paths are followed in another way.

use check::{Behaviour, Outcome, holds, same};
use wasip2::clocks::wall_clock::Datetime;
use wasip2::filesystem::types::{Descriptor, ErrorCode, NewTimestamp, OpenFlags};

use crate::tools::{FOLLOW, READ, directory, done, open, refused, root, text, write};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("opened_twice_it_is_one", opened_twice_it_is_one),
    ("what_is_written_is_seen", what_is_written_is_seen),
    ("what_is_written_by_another_name_is_seen", what_is_written_by_another_name_is_seen),
    ("what_is_cut_through_a_link_is_seen", what_is_cut_through_a_link_is_seen),
    ("a_removed_file_stays_open", a_removed_file_stays_open),
    ("a_renamed_file_stays_the_same", a_renamed_file_stays_the_same),
    ("times_that_a_descriptor_sets_are_those_of_the_name", times_that_a_descriptor_sets_are_those_of_the_name),
    ("closed_files_are_opened_again", closed_files_are_opened_again),
    ("a_directory_moves_with_what_is_open_in_it", a_directory_moves_with_what_is_open_in_it),
];

const FILE: &str = "m/dir/file";
const TWIN: &str = "m/twin";
const NEAR: &str = "m/dir/near";
const OTHER: &str = "m/other";

fn holds_text(file: &Descriptor, wanted: &str) -> Outcome {
    let (bytes, _) = done(file.read(1 << 16, 0))?;
    same(String::from_utf8_lossy(&bytes).as_ref(), wanted)
}

fn is_one(one: &Descriptor, other: &Descriptor, wanted: bool) -> Outcome {
    same(one.is_same_object(other), wanted)?;
    let (one, other) = (done(one.metadata_hash())?, done(other.metadata_hash())?);
    same((one.lower, one.upper) == (other.lower, other.upper), wanted)
}

fn opened_twice_it_is_one() -> Outcome {
    let file = done(open(FILE))?;
    for path in [FILE, TWIN, NEAR, "m/dir/../twin"] {
        let again = done(open(path))?;
        is_one(&file, &again, true)?;
        is_one(&file, &done(open(OTHER))?, false)?;
    }
    holds_text(&file, "of the host")
}

fn what_is_written_is_seen() -> Outcome {
    let (file, other) = (done(open(FILE))?, done(open(OTHER))?);
    let stream = done(file.read_via_stream(4))?;
    done(write(&root(), FILE, "new, and longer"))?;
    holds_text(&file, "new, and longer")?;
    let bytes = stream.blocking_read(100);
    holds(bytes.is_ok_and(|bytes| bytes == b" and longer"[..]), "the stream sees it")?;
    same(done(file.stat())?.size, 15)?;
    is_one(&file, &done(open(FILE))?, true)?;
    holds_text(&other, "of another")
}

fn what_is_written_by_another_name_is_seen() -> Outcome {
    let (twin, other) = (done(open(TWIN))?, done(open(OTHER))?);
    done(write(&root(), FILE, "new"))?;
    holds_text(&twin, "new")?;
    same(done(text(&root(), TWIN))?.as_str(), "new")?;
    is_one(&twin, &other, false)?;
    holds_text(&other, "of another")
}

fn what_is_cut_through_a_link_is_seen() -> Outcome {
    let file = done(open(NEAR))?;
    done(write(&root(), NEAR, ""))?;
    holds_text(&file, "")?;
    same(done(file.stat())?.size, 0)
}

fn a_removed_file_stays_open() -> Outcome {
    let file = done(open(OTHER))?;
    done(root().unlink_file_at(OTHER))?;
    refused(open(OTHER), ErrorCode::NoEntry)?;
    done(write(&root(), OTHER, "new"))?;
    holds_text(&file, "of another")?;
    is_one(&file, &done(open(OTHER))?, false)?;
    same(done(text(&root(), OTHER))?.as_str(), "new")
}

fn a_renamed_file_stays_the_same() -> Outcome {
    let (root, file) = (root(), done(open(OTHER))?);
    done(root.rename_at(OTHER, &root, "m/moved"))?;
    done(write(&root, "m/moved", "new"))?;
    holds_text(&file, "new")?;
    refused(open(OTHER), ErrorCode::NoEntry)
}

fn times_that_a_descriptor_sets_are_those_of_the_name() -> Outcome {
    let (root, file) = (root(), done(open(OTHER))?);
    let time = |seconds| NewTimestamp::Timestamp(Datetime { seconds, nanoseconds: 7 });
    done(file.set_times(time(11), time(12)))?;
    let has_times = || {
        let stat = done(root.stat_at(FOLLOW, OTHER))?;
        let [accessed, modified] = [stat.data_access_timestamp, stat.data_modification_timestamp];
        let [accessed, modified] = [accessed, modified].map(|time| time.map(|time| (time.seconds, time.nanoseconds)));
        same((accessed, modified), (Some((11, 7)), Some((12, 7))))
    };
    has_times()?;
    drop(file);
    has_times()?;
    same(done(text(&root, OTHER))?.as_str(), "of another")?;
    let kept = done(root.stat_at(FOLLOW, OTHER))?.data_modification_timestamp.map(|time| time.seconds);
    same(kept, Some(12))
}

fn closed_files_are_opened_again() -> Outcome {
    for round in 0..100 {
        let (file, other) = (done(open(FILE))?, done(open(OTHER))?);
        let again = if round % 2 == 0 { Some(done(open(FILE))?) } else { None };
        drop(file);
        if let Some(again) = again {
            holds_text(&again, "of the host")?;
        }
        holds_text(&other, "of another")?;
    }
    let file = done(open(FILE))?;
    done(write(&root(), FILE, "new"))?;
    holds_text(&file, "new")
}

fn a_directory_moves_with_what_is_open_in_it() -> Outcome {
    let (root, file, directory) = (root(), done(open(FILE))?, done(directory("m/dir"))?);
    let by_name = done(directory.open_at(FOLLOW, "file", OpenFlags::empty(), READ))?;
    is_one(&file, &by_name, true)?;
    done(root.rename_at("m/dir", &root, "m/moved"))?;
    done(write(&root, "m/moved/file", "new"))?;
    holds_text(&file, "new")?;
    holds_text(&by_name, "new")?;
    same(done(text(&directory, "file"))?.as_str(), "new")
}
