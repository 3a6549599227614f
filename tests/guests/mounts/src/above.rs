//! A mount that is copy-on-write: `/m`, which has `dir/file`, `file`, `link` (-> `file`) and `empty`. The rest of the
//! tree is the image's: `/in` (-> `m/file`).
//!
//! Times, sizes and links are set through each descriptor there can be: the app sees them, and the host does not. Each
//! of these is for a program of its own: what is changed stays so.

use check::{Behaviour, Outcome, Saw, holds, same};
use wasip2::clocks::wall_clock::Datetime;
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, NewTimestamp, OpenFlags};

use crate::tools::{FOLLOW, MUTATE, NO_FOLLOW, READ, WRITE, directory, done, names, open, refused, root, text};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("times_are_set_through_each_descriptor", times_are_set_through_each_descriptor),
    ("times_are_set_by_each_path", times_are_set_by_each_path),
    ("sizes_are_set_through_each_descriptor", sizes_are_set_through_each_descriptor),
    ("each_descriptor_is_synced", each_descriptor_is_synced),
    ("files_are_linked_from_each_directory", files_are_linked_from_each_directory),
    ("each_descriptor_is_written_and_synced", each_descriptor_is_written_and_synced),
];

/// A descriptor, the path of what it is, how that path is read, and what the descriptor may do.
struct Opened {
    descriptor: Descriptor,
    path: &'static str,
    flags: DescriptorFlags,
}

const FILES: [&str; 4] = ["m/file", "m/dir/file", "m/link", "in"];
const DIRECTORIES: [&str; 4] = ["m", "m/dir", "m/empty", "m/dir/../empty"];
const TO_READ_AND_WRITE: DescriptorFlags = READ.union(WRITE);

/// All that is in the mount, opened in each way: from the root of the tree, and from the mount.
fn each() -> Result<Vec<Opened>, Saw> {
    let mut all = Vec::new();
    let mount = done(root().open_at(FOLLOW, "m", OpenFlags::DIRECTORY, READ | MUTATE))?;
    for path in FILES {
        for flags in [READ, WRITE, TO_READ_AND_WRITE] {
            all.push(Opened {
                descriptor: done(root().open_at(FOLLOW, path, OpenFlags::empty(), flags))?,
                path,
                flags,
            });
            if let Some(below) = path.strip_prefix("m/") {
                let descriptor = done(mount.open_at(FOLLOW, below, OpenFlags::empty(), flags))?;
                all.push(Opened { descriptor, path, flags });
            }
        }
    }
    for path in DIRECTORIES {
        for flags in [READ, READ | MUTATE] {
            let below = path.strip_prefix("m/").unwrap_or(".");
            for descriptor in [
                root().open_at(FOLLOW, path, OpenFlags::DIRECTORY, flags),
                mount.open_at(FOLLOW, below, OpenFlags::DIRECTORY, flags),
            ] {
                all.push(Opened { descriptor: done(descriptor)?, path, flags });
            }
        }
    }
    Ok(all)
}

fn seconds(time: Option<Datetime>) -> Option<u64> {
    time.map(|time| time.seconds)
}

/// The times of what is at a path, by the path and by a descriptor.
fn has_times(opened: &Opened, wanted: u64) -> Outcome {
    for stat in [done(opened.descriptor.stat())?, done(root().stat_at(FOLLOW, opened.path))?] {
        let times = (seconds(stat.data_access_timestamp), seconds(stat.data_modification_timestamp));
        same(times, (Some(wanted), Some(wanted)))?;
    }
    Ok(())
}

fn at(seconds: u64) -> NewTimestamp {
    NewTimestamp::Timestamp(Datetime { seconds, nanoseconds: 7 })
}

fn times_are_set_through_each_descriptor() -> Outcome {
    for (seconds, opened) in (1000..).zip(each()?) {
        done(opened.descriptor.set_times(at(seconds), at(seconds)))?;
        has_times(&opened, seconds)?;
        done(opened.descriptor.set_times(NewTimestamp::NoChange, NewTimestamp::NoChange))?;
        has_times(&opened, seconds)?;
        done(opened.descriptor.set_times(NewTimestamp::Now, NewTimestamp::Now))?;
        let stat = done(opened.descriptor.stat())?;
        holds(seconds_of_now(stat.data_modification_timestamp), "it was changed now")?;
        done(opened.descriptor.set_times(at(seconds), at(seconds)))?;
        drop(opened.descriptor);
        let again = Opened { descriptor: done(open(opened.path))?, ..opened };
        has_times(&again, seconds)?;
    }
    same(done(text(&root(), "m/file"))?.as_str(), "of the host")
}

fn seconds_of_now(time: Option<Datetime>) -> bool {
    seconds(time).is_some_and(|seconds| seconds > 1_700_000_000)
}

fn times_are_set_by_each_path() -> Outcome {
    let root = root();
    let paths = FILES.into_iter().chain(DIRECTORIES).chain(["m/dir/..", "m/."]);
    for (seconds, path) in (1000..).zip(paths) {
        done(root.set_times_at(FOLLOW, path, at(seconds), at(seconds)))?;
        has_times(&Opened { descriptor: done(open(path))?, path, flags: READ }, seconds)?;
    }
    // The link itself.
    done(root.set_times_at(NO_FOLLOW, "m/link", at(5), at(5)))?;
    same(seconds(done(root.stat_at(NO_FOLLOW, "m/link"))?.data_modification_timestamp), Some(5))?;
    holds(seconds(done(root.stat_at(FOLLOW, "m/link"))?.data_modification_timestamp) != Some(5), "it was not followed")
}

fn sizes_are_set_through_each_descriptor() -> Outcome {
    for (size, opened) in (1..).zip(each()?) {
        let before = done(opened.descriptor.stat())?.size;
        // It is made shorter, longer, and as long as no memory is.
        for size in [size, 100_000 + size, 1 << 40, 0, size] {
            let set = opened.descriptor.set_size(size);
            if DIRECTORIES.contains(&opened.path) {
                refused(set, ErrorCode::BadDescriptor)?;
                continue;
            }
            let wanted = if opened.flags.contains(WRITE) { size } else { before };
            if opened.flags.contains(WRITE) {
                done(set)?
            } else {
                refused(set, ErrorCode::Invalid)?
            }
            same(done(opened.descriptor.stat())?.size, wanted)?;
            same(done(root().stat_at(FOLLOW, opened.path))?.size, wanted)?;
        }
    }
    Ok(())
}

fn each_descriptor_is_synced() -> Outcome {
    for opened in each()? {
        done(opened.descriptor.sync())?;
        done(opened.descriptor.sync_data())?;
    }
    same(done(text(&root(), "m/file"))?.as_str(), "of the host")
}

fn each_descriptor_is_written_and_synced() -> Outcome {
    for opened in each()? {
        let written = opened.descriptor.write(b"OF", 0);
        if opened.flags.contains(WRITE) {
            same(done(written)?, 2)?;
        } else {
            holds(written.is_err(), format!("{} cannot be written", opened.path))?;
        }
        done(opened.descriptor.sync())?;
        done(opened.descriptor.sync_data())?;
    }
    for path in FILES {
        same(done(text(&root(), path))?.as_str(), "OF the host")?;
    }
    // What was not changed before is synced when it was.
    done(root().create_directory_at("m/dir/new"))?;
    for path in DIRECTORIES {
        done(done(directory(path))?.sync())?;
        done(done(directory(path))?.sync_data())?;
    }
    Ok(())
}

fn files_are_linked_from_each_directory() -> Outcome {
    let root = root();
    let opened = |path, flags| done(root.open_at(FOLLOW, path, OpenFlags::DIRECTORY, flags));
    let mut made = Vec::new();
    for flags in [READ, READ | MUTATE] {
        for (from, old) in [("m", "file"), ("m", "dir/file"), ("m/dir", "file"), (".", "m/file"), (".", "m/dir/file")] {
            for (to, below) in
                [("m", ""), ("m", "dir/"), ("m", "empty/"), ("m/dir", ""), ("m/empty", ""), (".", "m/dir/")]
            {
                let name = format!("{below}link-{}", made.len());
                let (from, directory) = (opened(from, flags)?, opened(to, flags)?);
                done(from.link_at(NO_FOLLOW, old, &directory, &name))?;
                refused(from.link_at(NO_FOLLOW, old, &directory, &name), ErrorCode::Exist)?;
                let (one, other) = (from.metadata_hash_at(FOLLOW, old), directory.metadata_hash_at(FOLLOW, &name));
                let (one, other) = (done(one)?, done(other)?);
                same((one.lower, one.upper), (other.lower, other.upper))?;
                made.push(format!("{to}/{name}"));
            }
        }
    }
    // Each of the two files had one name.
    let links = |path| done(root.stat_at(FOLLOW, path)).map(|stat| stat.link_count);
    same(links("m/file")? + links("m/dir/file")?, made.len() as u64 + 2)?;
    for path in &made {
        same(done(text(&root, path))?.as_str(), "of the host")?;
        done(root.unlink_file_at(path))?;
    }
    same((links("m/file")?, links("m/dir/file")?), (1, 1))?;
    refused(root.link_at(NO_FOLLOW, "m/file", &root, "out"), ErrorCode::CrossDevice)?;
    same(done(names(&root, "m"))?, ["dir", "empty", "file", "link"])
}
