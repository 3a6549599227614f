//! What an app writes is in its own tree, and nowhere else.

use std::fs;

use anyhow::{Result, ensure};
use vfs_compose::{Composer, FormChoice, Limits};
use vfs_tests::case::Form;
use vfs_tests::guests;
use vfs_tests::host::Invocation;
use vfs_tests::wasmtime_host::{self, Granted};

use crate::apps;

#[test]
fn directory_and_component_stay_as_they_were() -> Result<()> {
    apps::in_both_forms(|form| {
        let image = apps::image()?;
        let app = apps::composed(form, &guests::named("process")?, image.path(), &[])?;
        let run =
            |args: &[&str]| wasmtime_host::run(&app, &Invocation::with_args(args.iter().copied()), Granted::Nothing);
        let written = run(&["write", "/hello.txt", "/new.txt"])?;
        ensure!(written.stdout == "/hello.txt: written\n/new.txt: written\n", "{written:?}");
        ensure!(fs::read_to_string(image.path().join("hello.txt"))? == "hello, image\n", "the directory was changed");
        ensure!(!image.path().join("new.txt").exists(), "the directory was changed");
        let seen = run(&["tree"])?;
        ensure!(seen.stdout == "/dir/\n/dir/a.txt 2\n/hello.txt 13\n", "a second run sees the first: {seen:?}");
        Ok(())
    })
}

#[test]
fn full_is_told_and_nothing_is_lost() -> Result<()> {
    apps::in_both_forms(|form| {
        let image = apps::image()?;
        let limits = Limits { max_bytes: 1 << 20, ..Limits::default() };
        let form = if form == Form::Linked { FormChoice::Linked } else { FormChoice::Plugged };
        // A preview1 module: the libc of today's 0.2 programs makes an I/O error of whatever a stream says.
        let composer = Composer::new(guests::named("process.p1")?).image(image.path()).limits(limits).form(form);
        let app = composer.compose()?.to_bytes()?;
        let output = wasmtime_host::run(&app, &Invocation::with_args(["fill"]), Granted::Nothing)?;
        let wanted = [
            "full: No space left on device (os error 51)",
            "what was acknowledged is there: true",
            "the first file: Some(\"written first\")",
            "the image: Some(\"hello, image\\n\")",
            "a rename still works: true",
            "a removal makes room: true",
        ];
        ensure!(output.exit == 0 && output.stdout.lines().eq(wanted), "{output:?}");
        Ok(())
    })
}
