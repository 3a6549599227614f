//! The exerciser with its work directory in a directory of the host (`--host-dir`) which has files before it begins: in
//! `rw`, in `cow`, and with one half of the tree in the image. It says what it says on a host directory.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::host::{Invocation, Output};
use vfs_tests::wasmtime_host::{self, Granted};
use vfs_tests::{compose, normalise, stage};

use crate::list;
use crate::on_directory;
use crate::program::{Program, What};
use crate::{Test, failed};

/// What the exerciser does.
struct Work {
    name: &'static str,
    /// Its arguments in `just test`, and where it goes on longer.
    arguments: [&'static [&'static str]; 2],
    /// Adds the files that are there before it begins to its tree.
    fill: fn(&Path, &Trial) -> Result<()>,
    /// What of the tree is the host's when one half is. None if it cannot be: no name goes from one to the other.
    half: Option<&'static str>,
}

const WORKS: [Work; 4] = [
    Work {
        name: "one-file",
        arguments: [&["one-file", "/data", "11", "1500"], &["one-file", "/data", "12", "40000"]],
        fill: one_file,
        half: Some("contents"),
    },
    Work {
        name: "workers",
        arguments: [&["workers", "/data", "13", "6", "4000"], &["workers", "/data", "14", "12", "100000"]],
        fill: workers,
        half: Some("data/shared"),
    },
    Work {
        name: "objects",
        arguments: [&["objects", "/data", "15", "600"], &["objects", "/data", "16", "8000"]],
        fill: objects,
        half: None,
    },
    Work {
        name: "archives",
        arguments: [&["archives", "/project", "/data"]; 2],
        fill: archives,
        half: Some("project"),
    },
];

/// One run of the exerciser.
struct Trial {
    exerciser: Arc<Program>,
    work: &'static Work,
    form: Form,
    is_long: bool,
    /// What of the tree is the host's.
    point: &'static str,
}

/// All trials of the exerciser.
pub fn trials(exerciser: &Arc<Program>) -> Vec<Test> {
    let mut tests = Vec::new();
    for work in &WORKS {
        for (form, is_long) in [Form::Plugged, Form::Linked].into_iter().flat_map(|form| [(form, false), (form, true)])
        {
            let mut add = |way: &str, point, run: fn(&Trial) -> Result<()>| {
                let (length, extent) = if is_long { ("::long", Extent::All) } else { ("", Extent::Usual) };
                let name = format!("exerciser/{}::{way}::{}{length}", work.name, form.name());
                let trial = Trial { exerciser: Arc::clone(exerciser), work, form, is_long, point };
                tests.push(extent.trial(Test::test(name, move || run(&trial).map_err(failed))));
            };
            add("in-rw", "data", Trial::changes);
            add("in-cow", "data", Trial::copies);
            if let Some(half) = work.half {
                add("half", half, Trial::half);
            }
        }
    }
    tests
}

impl Trial {
    /// It does what it does on a host directory, and leaves what it leaves there.
    fn changes(&self) -> Result<()> {
        let (expected, wanted) = self.on_host_directory()?;
        let (output, left) = self.run("rw")?;
        same(&expected, &output)?;
        let (wanted, left) = (list::list(&wanted.path().join(self.point))?, list::list(left.path())?);
        ensure!(wanted == left, "another tree is left:\n{}", normalise::difference(&wanted, &left));
        Ok(())
    }

    /// It does what it does on a host directory.
    fn copies(&self) -> Result<()> {
        same(&self.on_host_directory()?.0, &self.run("cow")?.0)
    }

    /// Names that workers move from one half to the other are refused, which they are not on one host directory. So
    /// both accesses are compared.
    fn half(&self) -> Result<()> {
        let (changed, copied) = (self.run("rw")?.0, self.run("cow")?.0);
        ensure_done(&changed)?;
        same(&changed, &copied)?;
        if self.work.name == "workers" {
            return Ok(());
        }
        same(&self.on_host_directory()?.0, &changed)
    }

    fn invocation(&self) -> Invocation {
        Invocation::with_args(self.arguments().iter().copied())
    }

    fn arguments(&self) -> &'static [&'static str] {
        self.work.arguments[usize::from(self.is_long)]
    }

    /// What it says where all of the tree is one directory of the host, and that directory.
    fn on_host_directory(&self) -> Result<(Output, TempDir)> {
        let root = self.tree()?;
        let output = on_directory::run(self.exerciser.app(What::Alone)?, &self.invocation(), root.path())?;
        ensure_done(&output)?;
        Ok((output, root))
    }

    /// What it says composed, with a part of the tree in a directory of the host, and that directory.
    fn run(&self, access: &str) -> Result<(Output, TempDir)> {
        let (image, data, out) = (self.tree()?, TempDir::new()?, TempDir::new()?);
        let point = image.path().join(self.point);
        fs::rename(&point, data.path())?;
        fs::create_dir(&point)?;
        stage::still(image.path())?;
        let made = out.path().join("exerciser.wasm");
        let flags = [format!("--host-dir=work::/{},{access}", self.point)];
        let compose = if self.form == Form::Linked { compose::linked } else { compose::plugged };
        compose(self.exerciser.app(What::Alone)?, image.path(), &flags, &made)?;
        let before = snapshot(data.path())?;
        let granted = Granted::Named("work", data.path());
        let output = wasmtime_host::run(&fs::read(made)?, &self.invocation(), granted)?;
        ensure!(access != "cow" || snapshot(data.path())? == before, "the host's directory was changed");
        Ok((output, data))
    }

    fn tree(&self) -> Result<TempDir> {
        let root = self.exerciser.staged()?;
        (self.work.fill)(root.path(), self)?;
        stage::still(root.path())?;
        Ok(root)
    }
}

/// In one half, its contents: the name is a link.
fn one_file(root: &Path, trial: &Trial) -> Result<()> {
    let contents = if trial.point == "data" { "data/file" } else { "contents/of-file" };
    fs::create_dir(root.join("contents"))?;
    fs::write(root.join(contents), bytes(250_000))?;
    if trial.point != "data" {
        symlink("../contents/of-file", root.join("data/file"))?;
    }
    Ok(())
}

/// Names that they use, in their own directories and in that which they share.
fn workers(root: &Path, trial: &Trial) -> Result<()> {
    let workers: u32 = trial.arguments()[3].parse()?;
    let names = (0..workers).map(|number| format!("worker-{number}")).chain(["shared".to_owned()]);
    for (number, name) in (0..).zip(names) {
        fill(&root.join("data").join(name), number, 1)?;
    }
    Ok(())
}

/// An index, and directories without objects.
fn objects(root: &Path, _: &Trial) -> Result<()> {
    fs::write(root.join("data/index"), bytes(100_000))?;
    for number in (0..=255).step_by(3) {
        fs::create_dir_all(root.join(format!("data/objects/{number:02x}")))?;
    }
    Ok(())
}

/// More to pack.
fn archives(root: &Path, trial: &Trial) -> Result<()> {
    let count = if trial.is_long { 40 } else { 2 };
    (0..count).try_for_each(|number| fill(&root.join(format!("project/more-{number}")), number, 2))
}

/// Makes a directory of files, some of them empty, some with two names, and of directories.
fn fill(directory: &Path, number: usize, depth: usize) -> Result<()> {
    fs::create_dir_all(directory)?;
    fs::write(directory.join("a"), bytes(20_000 + number))?;
    fs::write(directory.join("b"), "")?;
    fs::hard_link(directory.join("a"), directory.join("c"))?;
    if depth > 0 {
        fill(&directory.join("d"), number, depth - 1)?;
    }
    Ok(fs::create_dir(directory.join("e"))?)
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|offset| (offset * 7 % 251) as u8).collect()
}

fn ensure_done(output: &Output) -> Result<()> {
    ensure!(output.exit == 0, "it ends with {}\n{}{}", output.exit, output.stdout, output.stderr);
    Ok(())
}

fn same(expected: &Output, seen: &Output) -> Result<()> {
    ensure!(
        (seen.exit, &seen.stdout) == (expected.exit, &expected.stdout),
        "exit code {}, not {}; its output differs:\n{}\nstderr:\n{}",
        seen.exit,
        expected.exit,
        normalise::difference(&expected.stdout, &seen.stdout),
        seen.stderr
    );
    Ok(())
}

/// All that a change of a directory would change: by path, contents, and when they and their states were changed.
type Snapshot = BTreeMap<String, (Vec<u8>, [i64; 4])>;

fn snapshot(root: &Path) -> Result<Snapshot> {
    let mut all = Snapshot::new();
    for entry in walkdir::WalkDir::new(root) {
        let entry = entry?;
        let metadata = fs::symlink_metadata(entry.path())?;
        let contents = if metadata.is_file() { fs::read(entry.path())? } else { Vec::new() };
        let times = [metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec()];
        all.insert(entry.path().display().to_string(), (contents, times));
    }
    Ok(all)
}
