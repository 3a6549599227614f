//! A directory that the host does not give: the program does not begin, or it is empty.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::guests;
use vfs_tests::host::{Invocation, Output, TRAP};

use crate::host::{self, Given};
use crate::made::{self, FORMS, InForm};
use crate::written;

pub fn trials() -> Vec<Trial> {
    let tests: [(_, InForm); 9] = [
        ("nothing_of_the_app_runs", nothing_of_the_app_runs),
        ("not_even_a_start_function", not_even_a_start_function),
        ("with_less_to_end_by", with_less_to_end_by),
        ("of_all_with_less", of_all_with_less),
        ("inside_with_less", inside_with_less),
        ("a_program", a_program),
        ("optional", optional),
        ("below_a_preopen", below_a_preopen),
        ("of_several", of_several),
    ];
    let mut trials = Vec::new();
    for (name, test) in tests {
        for form in FORMS {
            let name = format!("missing::{name}::{}", form.name());
            let test = move || test(form).map_err(|error| format!("{error:#}").into());
            trials.push(Extent::Quick.trial(Trial::test(name, test)));
        }
    }
    let test = || of_wasi3().map_err(|error| format!("{error:#}").into());
    trials.push(Extent::Quick.trial(Trial::test("missing::of_wasi3::plugged", test)));
    trials
}

/// An app of WASI 0.3, for a directory that is known at once, and for one that the start waits for.
fn of_wasi3() -> Result<()> {
    let work = TempDir::new()?;
    for (flag, name) in [("--host-dir=data::/m", "data"), ("--host-dir=work/sub::/m,rw", "work/sub")] {
        let app = made::composed("slow3 missing", || guests::named("slow3"), Form::Plugged, |_| Ok(()), &[flag])?;
        let app = fs::read(app)?;
        let given = [Given::new("work", work.path())];
        let invocation = Invocation::with_args(["stat"]);
        refused(&host::run(&app, &invocation, &given)?, name)?;
    }
    Ok(())
}

/// What an app imports with which the vfs can end it in words.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Stderr,
    Exit,
}

const BOTH: [End; 2] = [End::Stderr, End::Exit];

/// A command that prints as it is initialized, and as it runs. `start` is put into its module. `ends` are the functions by
/// which the vfs may end it.
fn early(start: &str, ends: &[End]) -> Result<Vec<u8>> {
    let (resolve, version) = written::wasi()?;
    let import = |end: &End| match end {
        End::Stderr => format!(r#"(import "wasi:cli/stderr@{version}" "get-stderr" (func (result i32)))"#),
        End::Exit => format!(r#"(import "wasi:cli/exit@{version}" "exit" (func (param i32)))"#),
    };
    let of_ends: String = ends.iter().map(import).collect();
    let module = format!(
        r#"(module
          (import "wasi:cli/stdout@{version}" "get-stdout" (func $stdout (result i32)))
          {of_ends}
          (import "wasi:filesystem/preopens@{version}" "get-directories" (func $directories (param i32)))
          (import "wasi:io/streams@{version}" "[method]output-stream.blocking-write-and-flush"
            (func $write (param i32 i32 i32 i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "initialized\nran\n")
          (global $next (mut i32) (i32.const 4096))
          {start}
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (global.set $next (i32.add (global.get $next) (local.get 3)))
            (i32.sub (global.get $next) (local.get 3)))
          (func (export "_initialize") (call $write (call $stdout) (i32.const 0) (i32.const 12) (i32.const 64)))
          (func (export "wasi:cli/run@{version}#run") (result i32)
            (call $directories (i32.const 80))
            (call $write (call $stdout) (i32.const 12) (i32.const 4) (i32.const 64))
            (i32.const 0)))"#
    );
    let interface = |end: &End| match end {
        End::Stderr => "cli/stderr",
        End::Exit => "cli/exit",
    };
    let imported = ["cli/stdout", "io/streams", "filesystem/preopens"].into_iter().chain(ends.iter().map(interface));
    let imports: String = imported.map(|path| format!("import wasi:{path}@{version}; ")).collect();
    written::component(resolve, &format!("{imports} export wasi:cli/run@{version};"), &module)
}

/// The line that says what is missing, and how to give it.
fn line(name: &str) -> String {
    format!("the host gives no directory \"{name}\": run with --dir PATH::{name}\n")
}

/// The program ended before it began.
///
/// # Errors
/// It did not, or something else was told.
pub fn refused(output: &Output, name: &str) -> Result<()> {
    ensure!(output.exit == 1 && output.stdout.is_empty() && output.stderr == line(name), "{output:?}");
    Ok(())
}

fn nothing_of_the_app_runs(form: Form) -> Result<()> {
    let app = made::composed("early", || early("", &BOTH), form, |_| Ok(()), &["--host-dir=data::/m"])?;
    let app = fs::read(app)?;
    refused(&host::run(&app, &Invocation::default(), &[])?, "data")?;
    let data = TempDir::new()?;
    for name in ["dat", "data2", "/data", "."] {
        refused(&host::run(&app, &Invocation::default(), &[Given::new(name, data.path())])?, "data")?;
    }
    let output = host::run(&app, &Invocation::default(), &[Given::new("data", data.path())])?;
    ensure!(output.exit == 0 && output.stdout == "initialized\nran\n", "{output:?}");
    Ok(())
}

/// A start function that runs first would end the program otherwise.
fn not_even_a_start_function(form: Form) -> Result<()> {
    let start = "(func $start unreachable) (start $start)";
    let app = made::composed("trapping", || early(start, &BOTH), form, |_| Ok(()), &["--host-dir=data::/m"])?;
    let app = fs::read(app)?;
    refused(&host::run(&app, &Invocation::default(), &[])?, "data")?;
    let data = TempDir::new()?;
    let output = host::run(&app, &Invocation::default(), &[Given::new("data", data.path())])?;
    ensure!(output.exit == TRAP, "{output:?}");
    Ok(())
}

fn a_program(form: Form) -> Result<()> {
    for guest in ["process", "process.p1"] {
        let flags = ["--host-dir=my data::/m"];
        let app = made::composed(guest, || guests::named(guest), form, |_| Ok(()), &flags)?;
        refused(&host::run(&fs::read(app)?, &Invocation::with_args(["tree"]), &[])?, "my data")?;
    }
    Ok(())
}

/// The vfs prints and exits as far as the app's imports grant it, and never goes on.
fn with_less_to_end_by(form: Form) -> Result<()> {
    for (ends, name) in [(&[][..], "neither"), (&[End::Stderr], "stderr"), (&[End::Exit], "exit")] {
        let app = made::composed(name, || early("", ends), form, |_| Ok(()), &["--host-dir=data::/m"])?;
        let app = fs::read(app)?;
        let output = host::run(&app, &Invocation::default(), &[])?;
        ensure!(output.exit == TRAP && output.stdout.is_empty(), "{name}: {output:?}");
        // Without stderr, the trap is in a function whose name is the line.
        let told = output.stderr.starts_with(&line("data"));
        ensure!(told == ends.contains(&End::Stderr), "{name}: {output:?}");
        ensure!(told || output.stderr.contains(line("data").trim_end()), "{name}: {output:?}");
        let data = TempDir::new()?;
        let output = host::run(&app, &Invocation::default(), &[Given::new("data", data.path())])?;
        ensure!(output.exit == 0 && output.stdout == "initialized\nran\n", "{name}: {output:?}");
    }
    Ok(())
}

/// The same where all that the host gives cannot be in the tree. Which ones, only a line with words tells.
fn of_all_with_less(form: Form) -> Result<()> {
    for (ends, name) in [(&[][..], "neither"), (&[End::Stderr], "stderr"), (&[End::Exit], "exit")] {
        let flags = ["--host-dir=data::/m,optional", "--host-dir=*"];
        let app = made::composed(name, || early("", ends), form, |_| Ok(()), &flags)?;
        let app = fs::read(app)?;
        let data = TempDir::new()?;
        let twice = [Given::new("a", data.path()), Given::new("./a", data.path())];
        let output = host::run(&app, &Invocation::default(), &twice)?;
        ensure!(output.exit == TRAP && output.stdout.is_empty(), "{name}: {output:?}");
        let has_words = output.stderr.contains("the host's directories \"a\" and \"./a\" have one place");
        ensure!(has_words == ends.contains(&End::Stderr), "{name}: {output:?}");
        ensure!(has_words || output.stderr.contains("cannot all be in the tree"), "{name}: {output:?}");
        let output = host::run(&app, &Invocation::default(), &twice[..1])?;
        ensure!(output.exit == 0 && output.stdout == "initialized\nran\n", "{name}: {output:?}");
    }
    Ok(())
}

/// The same for a preopen inside of a mount, which has a line of its own.
fn inside_with_less(form: Form) -> Result<()> {
    for (ends, name) in [(&[][..], "neither"), (&[End::Stderr], "stderr"), (&[End::Exit], "exit")] {
        let flags = ["--host-dir=data::/m", "--host-dir=other::/other,optional", "--preopen=/m/work"];
        let app = made::composed(name, || early("", ends), form, |_| Ok(()), &flags)?;
        let app = fs::read(app)?;
        let data = TempDir::new()?;
        let given = [Given::new("data", data.path())];
        let line = "the host has no directory \"/m/work\", which a preopen or standard stream needs";
        let output = host::run(&app, &Invocation::default(), &given)?;
        ensure!(output.exit == TRAP && output.stdout.is_empty(), "{name}: {output:?}");
        let told = output.stderr.starts_with(line);
        ensure!(told == ends.contains(&End::Stderr), "{name}: {output:?}");
        ensure!(told || output.stderr.contains(line), "{name}: {output:?}");
        fs::create_dir(data.path().join("work"))?;
        let output = host::run(&app, &Invocation::default(), &given)?;
        ensure!(output.exit == 0 && output.stdout == "initialized\nran\n", "{name}: {output:?}");
    }
    Ok(())
}

/// What `process tree` and `process write` print.
fn tree(app: &Path, args: &[&str], given: &[Given]) -> Result<String> {
    let output = host::run(&fs::read(app)?, &Invocation::with_args(args.iter().copied()), given)?;
    ensure!(output.exit == 0 && output.stderr.is_empty(), "{output:?}");
    Ok(output.stdout)
}

fn optional(form: Form) -> Result<()> {
    let flags = ["--host-dir=data::/m,rw,optional"];
    let app = made::composed("process with", || guests::named("process"), form, fill, &flags)?;
    ensure!(tree(&app, &["tree"], &[])? == "/file 4\n/m/\n", "{}", tree(&app, &["tree"], &[])?);
    let written = tree(&app, &["write", "/m/new", "/file"], &[])?;
    ensure!(written == "/m/new: Read-only file system (os error 69)\n/file: written\n", "{written}");
    let data = TempDir::new()?;
    let given = [Given::new("data", data.path())];
    let written = tree(&app, &["write", "/m/new", "/file"], &given)?;
    ensure!(written == "/m/new: written\n/file: written\n", "{written}");
    ensure!(tree(&app, &["tree"], &given)? == "/file 4\n/m/\n/m/new 3\n", "{}", tree(&app, &["tree"], &given)?);
    Ok(())
}

fn fill(image: &Path) -> Result<()> {
    fs::create_dir(image.join("m"))?;
    fs::write(image.join("m/hidden"), "hidden")?;
    Ok(fs::write(image.join("file"), "file")?)
}

/// A name may go on below the name of a preopen.
fn below_a_preopen(form: Form) -> Result<()> {
    let flags = ["--host-dir=work/sub::/m,rw"];
    let app = made::composed("process with", || guests::named("process"), form, fill, &flags)?;
    let work = TempDir::new()?;
    fs::create_dir_all(work.path().join("sub/d"))?;
    fs::create_dir_all(work.path().join("other"))?;
    let other = TempDir::new()?;
    fs::write(other.path().join("of-other"), "")?;
    let given = [Given::new("wor", other.path()), Given::new("work", work.path())];
    ensure!(tree(&app, &["tree"], &given)? == "/file 4\n/m/\n/m/d/\n", "{}", tree(&app, &["tree"], &given)?);
    // Nothing leads to what is beside it.
    let written = tree(&app, &["write", "/m/d/../../../other/new", "/m/new"], &given)?;
    ensure!(
        written.ends_with("/m/new: written\n") && !written.starts_with("/m/d/../../../other/new: written"),
        "{written}"
    );
    ensure!(work.path().join("sub/new").is_file() && !work.path().join("other/new").exists());
    // The preopen with the longest name counts.
    let given = [Given::new("work", work.path()), Given::new("work/sub", other.path())];
    ensure!(tree(&app, &["tree"], &given)? == "/file 4\n/m/\n/m/of-other 0\n", "{}", tree(&app, &["tree"], &given)?);
    // It is not there, or is a file.
    let given = [Given::new("work", other.path())];
    refused(&host::run(&fs::read(&app)?, &Invocation::with_args(["tree"]), &given)?, "work/sub")?;
    fs::write(other.path().join("sub"), "")?;
    let output = host::run(&fs::read(&app)?, &Invocation::with_args(["tree"]), &given)?;
    let told = "the host's directory \"work/sub\" cannot be opened\n";
    ensure!(output.exit == 1 && output.stdout.is_empty() && output.stderr == told, "{output:?}");
    Ok(())
}

fn of_several(form: Form) -> Result<()> {
    let flags = ["--host-dir=one::/one", "--host-dir=two::/two,optional", "--host-dir=three::/three,rw"];
    let app = made::composed("process with", || guests::named("process"), form, fill, &flags)?;
    let data = TempDir::new()?;
    let given = |names: &[&str]| names.iter().map(|name| Given::new(name, data.path())).collect::<Vec<_>>();
    let run = |names: &[&str]| host::run(&fs::read(&app)?, &Invocation::with_args(["tree"]), &given(names));
    refused(&run(&["one", "two"])?, "three")?;
    refused(&run(&["three", "two"])?, "one")?;
    refused(&run(&[])?, "one")?;
    ensure!(run(&["three", "one"])?.exit == 0);
    Ok(())
}
