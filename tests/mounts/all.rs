//! All directories that the host gives (`--host-dir '*'`), each under its own name: the table of `docs/mounts.md`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::host::{Invocation, Output};
use vfs_tests::{compose, guests};

use crate::host::{self, Given};
use crate::made::{self, FORMS, InForm};

pub fn trials() -> Vec<Trial> {
    let tests: [(_, InForm); 9] = [
        ("each_has_its_name", each_has_its_name),
        ("one_is_inside_of_another", one_is_inside_of_another),
        ("one_is_the_place_itself", one_is_the_place_itself),
        ("the_image_is_not_hidden", the_image_is_not_hidden),
        ("names_without_a_place", names_without_a_place),
        ("two_at_one_place", two_at_one_place),
        ("beside_named_ones", beside_named_ones),
        ("at_most_255", at_most_255),
        ("of_preview1", of_preview1),
    ];
    let mut trials = Vec::new();
    for (name, test) in tests {
        for form in FORMS {
            let name = format!("all::{name}::{}", form.name());
            let test = move || test(form).map_err(|error| format!("{error:#}").into());
            trials.push(Extent::Quick.trial(Trial::test(name, test)));
        }
    }
    trials
}

fn fill(image: &Path) -> Result<()> {
    fs::create_dir(image.join("etc"))?;
    fs::write(image.join("etc/config"), "config")?;
    fs::create_dir(image.join("work"))?;
    Ok(fs::write(image.join("work/mine"), "mine")?)
}

fn made(form: Form, flags: &[&str]) -> Result<PathBuf> {
    made::composed("process of all", || guests::named("process"), form, fill, flags)
}

/// The program without an image, in a directory of its own.
fn without_image(form: Form, flag: &str) -> Result<(TempDir, PathBuf)> {
    let folder = TempDir::new()?;
    let [app, out] = ["app.wasm", "out.wasm"].map(|name| folder.path().join(name));
    fs::write(&app, guests::named("process")?)?;
    let [app_path, out_path] = [&app, &out].map(|path| path.to_string_lossy());
    let output = compose::run([&app_path, "--form", form.name(), flag, "-q", "-o", &out_path])?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok((folder, out))
}

/// Directories, each with a file `of-NUMBER` in it.
fn directories(count: usize) -> Result<Vec<TempDir>> {
    let made = (0..count).map(|number| {
        let directory = TempDir::new()?;
        fs::write(directory.path().join(format!("of-{number}")), "")?;
        Ok(directory)
    });
    made.collect()
}

/// A run of the program on a host that gives directories of these names.
fn run(app: &Path, args: &[&str], names: &[&str]) -> Result<(Output, Vec<TempDir>)> {
    let directories = directories(names.len())?;
    let given: Vec<_> = names.iter().zip(&directories).map(|(name, made)| Given::new(name, made.path())).collect();
    let output = host::run(&fs::read(app)?, &Invocation::with_args(args.iter().copied()), &given)?;
    Ok((output, directories))
}

/// The program sees this tree, one path a line.
fn sees(app: &Path, names: &[&str], wanted: &[&str]) -> Result<()> {
    let (output, _) = run(app, &["tree"], names)?;
    let seen: Vec<_> = output.stdout.lines().collect();
    ensure!(output.exit == 0 && seen == wanted, "{names:?}: {output:?}");
    Ok(())
}

/// The program does not begin, and this is told.
fn refused(app: &Path, names: &[&str], line: &str) -> Result<()> {
    let (output, _) = run(app, &["tree"], names)?;
    let told = output.stderr == format!("{line}\n");
    ensure!(output.exit == 1 && output.stdout.is_empty() && told, "{names:?}: {output:?}");
    Ok(())
}

const OTHER: &str = "run with --dir PATH::NAME and another NAME";
const IMAGE: [&str; 4] = ["/etc/", "/etc/config 6", "/work/", "/work/mine 4"];

fn each_has_its_name(form: Form) -> Result<()> {
    let app = made(form, &["--host-dir=*"])?;
    sees(&app, &[], &IMAGE)?;
    sees(&app, &["data"], &[&["/data/", "/data/of-0 0"], &IMAGE[..]].concat())?;
    // Directories on the way are there, and a name hides what the image has.
    let wanted = ["/etc/", "/etc/of-1 0", "/srv/", "/srv/x/", "/srv/x/y/", "/srv/x/y/of-0 0", "/work/", "/work/deep/"];
    let names = ["/srv//x/y/", "etc", "./work/deep"];
    sees(&app, &names, &[&wanted[..], &["/work/deep/of-2 0", "/work/mine 4"]].concat())?;
    // Below a place, which is there without any.
    let app = made(form, &["--host-dir=*::/new/place,rw"])?;
    sees(&app, &[], &[&IMAGE[..2], &["/new/", "/new/place/"], &IMAGE[2..]].concat())?;
    let (output, given) =
        run(&app, &["write", "/new/place/a/b/made", "/new/place/a/made", "/new/place/made"], &["/a/b"])?;
    ensure!(output.exit == 0 && output.stdout.matches(": written\n").count() == 3, "{output:?}");
    ensure!(given[0].path().join("made").is_file());
    // Twice, at two places.
    let app = made(form, &["--host-dir=*::/one", "--host-dir=*::/two,cow"])?;
    let wanted = ["/one/", "/one/d/", "/one/d/of-0 0", "/two/", "/two/d/", "/two/d/of-0 0"];
    sees(&app, &["d"], &[&IMAGE[..2], &wanted[..], &IMAGE[2..]].concat())?;
    let (output, given) = run(&app, &["write", "/one/d/made", "/two/d/made"], &["d"])?;
    ensure!(output.stdout == "/one/d/made: Read-only file system (os error 69)\n/two/d/made: written\n", "{output:?}");
    ensure!(!given[0].path().join("made").exists());
    Ok(())
}

fn one_is_inside_of_another(form: Form) -> Result<()> {
    let app = made(form, &["--host-dir=*"])?;
    let wanted = ["/a/", "/a/b/", "/a/b/of-1 0", "/a/c/", "/a/c/d/", "/a/c/d/of-2 0", "/a/of-0 0"];
    sees(&app, &["/a", "/a/b", "a/c/d"], &[&wanted[..], &IMAGE[..]].concat())?;
    // In whatever order.
    let wanted = ["/a/", "/a/b/", "/a/b/of-0 0", "/a/of-1 0"];
    sees(&app, &["/a/b", "/a"], &[&wanted[..], &IMAGE[..]].concat())
}

fn one_is_the_place_itself(form: Form) -> Result<()> {
    let app = made(form, &["--host-dir=*::/work"])?;
    for name in [".", "/", "", "./", "//"] {
        sees(&app, &[name], &["/etc/", "/etc/config 6", "/work/", "/work/of-0 0"])?;
        let wanted = ["/etc/", "/etc/config 6", "/work/", "/work/of-0 0", "/work/sub/", "/work/sub/of-1 0"];
        sees(&app, &[name, "sub"], &wanted)?;
    }
    let (_folder, whole) = without_image(form, "--host-dir=*,cow")?;
    for name in [".", "/", ""] {
        sees(&whole, &[name], &["/of-0 0"])?;
        sees(&whole, &["/lib/x", name], &["/lib/", "/lib/x/", "/lib/x/of-0 0", "/of-1 0"])?;
        let (output, given) = run(&whole, &["write", "/made", "/lib/made", "/lib/x/made"], &[name, "lib/x"])?;
        ensure!(output.exit == 0 && output.stdout.matches(": written\n").count() == 3, "{output:?}");
        ensure!(given.iter().all(|given| !given.path().join("made").exists()));
    }
    Ok(())
}

fn the_image_is_not_hidden(form: Form) -> Result<()> {
    let app = made(form, &["--host-dir=*"])?;
    for name in [".", "/", "", "./."] {
        let line = format!("the host's directory \"{name}\" would hide the files of the image: {OTHER}");
        refused(&app, &[name], &line)?;
        refused(&app, &["data", name], &line)?;
    }
    Ok(())
}

fn names_without_a_place(form: Form) -> Result<()> {
    let app = made(form, &["--host-dir=*"])?;
    let long = "n".repeat(256);
    for name in ["..", "../a", "a/../b", "/..", "a/..", &long, &format!("a/{long}")] {
        let line = format!("the host's directory \"{name}\" has no place in the tree: {OTHER}");
        refused(&app, &["data", name], &line)?;
    }
    let names = ["..a", "...", &long[1..]];
    let [dots, more, long] = names.map(|name| format!("/{name}/"));
    let wanted: Vec<_> =
        [(&dots, 0), (&more, 1), (&long, 2)].map(|(path, number)| format!("{path}of-{number} 0")).into();
    let wanted =
        [more.as_str(), &wanted[1], &dots, &wanted[0], IMAGE[0], IMAGE[1], &long, &wanted[2], IMAGE[2], IMAGE[3]];
    sees(&app, &names, &wanted)
}

fn two_at_one_place(form: Form) -> Result<()> {
    let app = made(form, &["--host-dir=*"])?;
    let line =
        |one: &str, other: &str| format!("the host's directories \"{one}\" and \"{other}\" have one place: {OTHER}");
    for (one, other) in [("a", "a"), ("a", "./a"), ("/a", "a"), ("a/b", "a//b/")] {
        refused(&app, &["data", one, "other", other], &line(one, other))?;
    }
    let (_folder, app) = without_image(form, "--host-dir=*")?;
    refused(&app, &[".", "/"], &line(".", "/"))?;
    // By two flags.
    let app = made(form, &["--host-dir=*", "--host-dir=*::/a"])?;
    refused(&app, &["a/b", "b"], &line("a/b", "b"))
}

/// What has a flag of its own is as that says, and not once more.
fn beside_named_ones(form: Form) -> Result<()> {
    let app = made(form, &["--host-dir=*", "--host-dir=data::/data,rw", "--host-dir=x::/etc/x,optional"])?;
    let wanted = ["/data/", "/data/of-0 0", "/etc/", "/etc/config 6", "/etc/x/", "/other/", "/other/of-1 0"];
    sees(&app, &["data", "other"], &[&wanted[..], &IMAGE[2..]].concat())?;
    sees(&app, &["./data/", "other"], &[&wanted[..], &IMAGE[2..]].concat())?;
    let (output, given) = run(&app, &["write", "/data/made", "/other/made"], &["data", "other"])?;
    ensure!(output.stdout == "/data/made: written\n/other/made: Read-only file system (os error 69)\n", "{output:?}");
    ensure!(given[0].path().join("made").is_file());
    // One that is named elsewhere is in both places.
    let wanted = ["/data/", "/data/of-0 0", "/etc/", "/etc/config 6", "/etc/x/", "/etc/x/of-1 0"];
    sees(&app, &["data", "x"], &[&wanted[..], &IMAGE[2..], &["/x/", "/x/of-1 0"]].concat())?;
    // It is needed as always.
    refused(&app, &["x"], "the host gives no directory \"data\": run with --dir PATH::data")?;
    let line = format!("the host's directories \"x\" and \"etc/x\" have one place: {OTHER}");
    refused(&app, &["data", "etc/x", "x"], &line)
}

fn at_most_255(form: Form) -> Result<()> {
    let flags = ["--host-dir=*", "--host-dir=d0::/named"];
    let app = made::composed("process without files", || guests::named("process"), form, |_| Ok(()), &flags)?;
    let names: Vec<_> = (0..255).map(|number| format!("d{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let (output, _) = run(&app, &["tree"], &names[..254])?;
    ensure!(output.exit == 0 && output.stdout.lines().count() == 2 * 255, "{output:?}");
    refused(&app, &names, "the host gives more directories than the 255 that a tree can have: run with fewer --dir")
}

/// A program of preview1 sees the same tree, and is ended by the same lines.
fn of_preview1(form: Form) -> Result<()> {
    let app = made::composed("process.p1 of all", || guests::named("process.p1"), form, fill, &["--host-dir=*"])?;
    let wanted = ["/a/", "/a/b/", "/a/b/of-1 0", "/a/of-0 0"];
    sees(&app, &["/a", "/a/b"], &[&wanted[..], &IMAGE[..]].concat())?;
    let line = format!("the host's directories \"a\" and \"a\" have one place: {OTHER}");
    refused(&app, &["a", "a"], &line)
}
