//! A file of 1 GiB of which one byte is changed, and directories of a million names: what they take is memory of the
//! component, which is measured. What the program does is in `tests/guests/mounts/src/large.rs`.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::guests;
use vfs_tests::host::Invocation;
use vfs_tests::wasmtime_host::Prepared;

use crate::host::{self, Given};
use crate::made::{self, FORMS};

const CHUNK: u64 = 64 << 10;
const SIZE: u64 = 1 << 30;
/// See the guest.
const MARKS: [u64; 7] = [8, 5000 * CHUNK - 8, 5000 * CHUNK, 5001 * CHUNK - 8, 5001 * CHUNK, 9000 * CHUNK, SIZE - 8];

/// What memories of program and vfs may have together.
const MOST: usize = 8 << 20;

/// Directories and the names in each.
type Shape = (usize, usize);

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for form in FORMS {
        let name = format!("large::first_write::{}", form.name());
        let test = move || first_write(form).map_err(|error| format!("{error:#}").into());
        trials.push(Extent::Quick.trial(Trial::test(name, test)));
    }
    let shapes: [(_, Shape, _); 4] = [
        ("some_names_in_directories", (20, 100), Extent::Quick),
        ("some_names_in_one", (1, 2_000), Extent::Quick),
        ("a_million_names_in_directories", (1000, 1000), Extent::All),
        ("a_million_names_in_one", (1, 1_000_000), Extent::All),
    ];
    for (name, shape, extent) in shapes {
        let test = move || walk(shape).map_err(|error| format!("{error:#}").into());
        trials.push(extent.trial(Trial::test(format!("large::{name}"), test)));
    }
    trials
}

fn prepared(form: Form, flags: &[&str]) -> Result<Prepared> {
    Prepared::new(&fs::read(made::composed("large", || guests::named("mounts"), form, |_| Ok(()), flags)?)?)
}

/// Runs a behaviour, and returns the bytes of all memories.
fn measured(app: &Prepared, behaviour: &str, names: usize, data: &Path) -> Result<usize> {
    let mut invocation = Invocation::with_args([behaviour]);
    invocation.env.insert("NAMES".to_owned(), names.to_string());
    let (output, held) = host::run_and_measure(app, &invocation, &[Given::new("data", data)])?;
    ensure!(output.exit == 0, "{behaviour}: {}{}", output.stdout, output.stderr);
    Ok(held)
}

/// The first write to a file copies the 64 KiB around it: no more is owned, and no more memory is used.
fn first_write(form: Form) -> Result<()> {
    let data = TempDir::new()?;
    let path = data.path().join("large");
    let file = File::create(&path)?;
    file.set_len(SIZE)?;
    for mark in MARKS {
        file.write_all_at(&mark.to_le_bytes(), mark)?;
    }
    let state = || -> Result<_> {
        let seen = fs::metadata(&path)?;
        Ok((seen.len(), seen.mtime(), seen.mtime_nsec(), seen.ctime(), seen.ctime_nsec()))
    };
    let before = state()?;
    let app = prepared(form, &["--host-dir=data::/m,cow", "--max-bytes=64KiB"])?;
    let without = measured(&app, "no_byte_is_written", 0, data.path())?;
    let with = measured(&app, "one_byte_is_written", 0, data.path())?;
    // The host's answer, what the operation keeps of it, and the chunk; twice that, as memory grows by pages.
    ensure!(with <= without + 6 * CHUNK as usize, "{with} bytes of memory, and {without} if nothing is written");
    ensure!(state()? == before, "the file was {before:?}, and is {:?}", state()?);
    Ok(())
}

/// A walk over all names, with a look at each, takes no more memory than a walk over a few.
fn walk((directories, names): Shape) -> Result<()> {
    let data = TempDir::new()?;
    for directory in 0..directories {
        let path = data.path().join(format!("directory-{directory}"));
        fs::create_dir(&path)?;
        for name in 0..names {
            File::create(path.join(format!("name-{name}")))?;
        }
    }
    let settings = [
        (Form::Plugged, "ro", "names_are_walked", 0),
        (Form::Plugged, "cow", "names_are_walked", 0),
        // The file that the program makes.
        (Form::Plugged, "cow", "names_are_walked_after_a_change", 1),
        (Form::Linked, "cow", "names_are_walked_after_a_change", 1),
    ];
    for (form, access, behaviour, more) in settings {
        let app = prepared(form, &[&format!("--host-dir=data::/m,{access}")])?;
        let without = measured(&app, behaviour, more, TempDir::new()?.path())?;
        let held = measured(&app, behaviour, directories * names + more, data.path())?;
        let wanted = MOST.min(without + CHUNK as usize);
        ensure!(held <= wanted, "{form:?}, {access}: {behaviour}: {held} bytes of memory, and {without} without names");
    }
    Ok(())
}
