//! What is read: standard input, text, and the times of files.

use std::fs::{self, File};
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use crate::here::{APP, Here};

in_both_forms! {
    standard_input_is_an_app_or_an_image
    #[cfg(target_os = "linux")] an_input_without_an_end_is_refused
    standard_input_has_patterns_too
    #[cfg(unix)] pipes_are_read_to_their_ends
    apps_may_be_text
    all_files_get_the_time_that_is_asked_for
    only_later_times_are_clamped
    times_after_the_year_9999_are_told
    an_image_keeps_its_bytes_without_a_time
}

/// Runs with a file as standard input.
fn fed(here: &Here, input: &str, args: &[&str]) -> (bool, Vec<u8>, String) {
    let mut command = here.command(args);
    command.stdin(File::open(here.path(input)).unwrap()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = command.output().unwrap();
    (output.status.success(), output.stdout, String::from_utf8(output.stderr).unwrap())
}

fn standard_input_is_an_app_or_an_image(here: &Here) {
    let made = |output: &str| fs::read(here.path(output)).unwrap();
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"]);
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    let (ok, _, said) = fed(here, "app.wasm", &["-", "--form", here.form, "--image", "files", "-q", "-o", "same.wasm"]);
    assert!(ok && made("same.wasm") == made("out.wasm"), "{said}");
    let (ok, _, said) = fed(here, "files.erofs", &["app.wasm", "--image", "-", "-q", "-o", "same.wasm"]);
    assert!(ok && made("same.wasm") == made("out.wasm"), "{said}");
    let (ok, text, said) = fed(here, "out.wasm", &["inspect", "-"]);
    assert!(ok && String::from_utf8(text).unwrap().starts_with("standard input: "), "{said}");
    let (ok, text, said) = fed(here, "files.erofs", &["image", "cat", "-", "/hello.txt"]);
    assert!(ok && text == b"hello\n", "{said}");
    let (ok, _, said) = fed(here, "app.wasm", &["-", "--image", "-", "-q", "-o", "no.wasm"]);
    assert!(!ok && said.starts_with("error: standard input can be read only once"), "{said}");
}

/// What is no program is not read on for ever.
#[cfg(target_os = "linux")]
fn an_input_without_an_end_is_refused(here: &Here) {
    for args in [&["-", "-q", "-o", "no.wasm"][..], &["run", "-"], &["adapt", "-", "-o", "no.wasm"], &["inspect", "-"]]
    {
        let (ok, _, said) = fed(here, "/dev/zero", args);
        assert!(!ok && said.contains("is not WebAssembly"), "{args:?}: {said}");
        let of_device: Vec<_> = args.iter().map(|arg| if *arg == "-" { "/dev/zero" } else { arg }).collect();
        let (ok, _, said) = fed(here, "app.wasm", &of_device);
        assert!(!ok && said.contains("is not WebAssembly"), "{args:?}: {said}");
    }
}

fn standard_input_has_patterns_too(here: &Here) {
    fs::write(here.path("patterns"), "*.txt\n").unwrap();
    fs::write(here.path("files/kept.md"), "").unwrap();
    let flags = ["--image", "files", "--ignore-file", "-", "-q", "-o"];
    let (ok, _, said) = fed(here, "patterns", &[&["app.wasm"], &flags[..], &["out.wasm"]].concat());
    assert!(ok && here.text(&["image", "ls", "out.wasm"]) == "kept.md\n", "{said}");
    let only_once = "error: standard input can be read only once, and `-` was given several times\n";
    for more in [&["-"][..], &["app.wasm", "--image", "-::/x"], &["app.wasm", "--ignore-file", "-"]] {
        let (ok, _, said) = fed(here, "patterns", &[more, &flags, &["no.wasm"]].concat());
        assert!(!ok && said == only_once && !here.path("no.wasm").exists(), "{more:?}: {said}");
    }
}

/// As of `<(command)` in a shell.
#[cfg(unix)]
fn pipes_are_read_to_their_ends(here: &Here) {
    nix::unistd::mkfifo(&here.path("pipe"), nix::sys::stat::Mode::from_bits_truncate(0o600)).unwrap();
    for (flag, value) in [("--file", "/x=@pipe"), ("--image", "pipe::/x")] {
        let path = here.path("pipe");
        let writer = std::thread::spawn(move || fs::write(path, "of a pipe\n").unwrap());
        here.ok(&["app.wasm", flag, value, "-q", "-o", "out.wasm"]);
        writer.join().unwrap();
        assert_eq!(here.text(&["image", "cat", "out.wasm", "x"]), "of a pipe\n");
    }
    let path = here.path("pipe");
    let writer = std::thread::spawn(move || fs::write(path, "hello.txt\n").unwrap());
    here.ok(&["image", "build", "files", "--ignore-file", "pipe", "-q", "-o", "files.erofs"]);
    writer.join().unwrap();
    assert_eq!(here.text(&["image", "ls", "files.erofs"]), "");
    let (ok, _, said) = fed(here, "app.wasm", &["app.wasm", "--image", "-::/d/app", "-q", "-o", "no.wasm"]);
    assert!(!ok && said.starts_with("error: standard input is a WebAssembly file without an image inside\n"), "{said}");
    fs::write(here.path("hello.txt"), "hello\n").unwrap();
    let (ok, _, said) = fed(here, "hello.txt", &["app.wasm", "--image", "-::/d", "-q", "-o", "out.wasm"]);
    assert!(ok && here.text(&["image", "cat", "out.wasm", "d"]) == "hello\n", "{said}");
}

fn apps_may_be_text(here: &Here) {
    fs::write(here.path("app.wat"), format!(";; an app\n{APP}")).unwrap();
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"]);
    let form = here.form;
    here.ok(&["app.wat", "--form", form, "--image", "files", "-q", "-o", "same.wasm"]);
    assert!(fs::read(here.path("same.wasm")).unwrap() == fs::read(here.path("out.wasm")).unwrap());
    assert!(here.text(&["inspect", "app.wat"]).contains("wasi:filesystem/preopens@0.2.3"));
    fs::write(here.path("bad.wat"), "(component\n  (nothing))").unwrap();
    let (code, text) = here.fails(&["bad.wat", "-q"]);
    assert!(code == 1 && text.starts_with("error: `bad.wat` is no WebAssembly in its text format\n"), "{text}");
    assert!(text.contains("bad.wat:2:"), "{text}");
}

/// Packs two files, of 2001 and of 2020, and returns the times in the image, of the older first.
fn times(here: &Here, flags: &[&str]) -> Vec<String> {
    for (name, seconds) in [("hello.txt", 1_000_000_000), ("new.txt", 1_600_000_000)] {
        let file = File::create(here.path("files").join(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    }
    let mut command = here.command(&[&["image", "build", "files", "-q", "-o", "files.erofs"], flags].concat());
    assert!(command.env_remove("SOURCE_DATE_EPOCH").status().unwrap().success());
    let json: serde_json::Value = serde_json::from_str(&here.text(&["image", "ls", "--json", "files.erofs"])).unwrap();
    let entries = json["entries"].as_array().unwrap();
    entries.iter().map(|entry| entry["modified"].as_str().unwrap().to_owned()).collect()
}

fn all_files_get_the_time_that_is_asked_for(here: &Here) {
    assert_eq!(times(here, &[]), ["2001-09-09T01:46:40Z", "2020-09-13T12:26:40Z"]);
    for time in ["2010-01-01T00:00:00Z", "2010-01-01", "1262304000"] {
        assert_eq!(times(here, &["--mtime", time]), ["2010-01-01T00:00:00Z"; 2]);
    }
    // Over the variable, which Here sets, and over what an image has.
    here.ok(&["app.wasm", "--image", "files", "--mtime", "7", "-q", "-o", "out.wasm"]);
    assert!(here.text(&["image", "ls", "-l", "out.wasm"]).contains(" 1970-01-01 00:00 hello.txt\n"));
    here.ok(&["app.wasm", "--image", "files.erofs", "--mtime", "7", "-q", "-o", "out.wasm"]);
    assert!(here.text(&["image", "ls", "-l", "out.wasm"]).contains(" 1970-01-01 00:00 hello.txt\n"));
}

/// An image alone is taken as it is, unless a time is set: then its files have that one, as those of any source.
fn an_image_keeps_its_bytes_without_a_time(here: &Here) {
    times(here, &[]);
    let image = |variable: Option<&str>| {
        let mut command = here.command(&["app.wasm", "--image", "files.erofs", "-q", "-o", "out.wasm"]);
        match variable {
            Some(seconds) => command.env("SOURCE_DATE_EPOCH", seconds),
            None => command.env_remove("SOURCE_DATE_EPOCH"),
        };
        assert!(command.status().unwrap().success());
        vfs_compose::inspect(&fs::read(here.path("out.wasm")).unwrap()).unwrap().vfs.unwrap().image.to_vec()
    };
    assert!(image(None) == fs::read(here.path("files.erofs")).unwrap());
    assert!(image(Some("7")) != fs::read(here.path("files.erofs")).unwrap());
    assert!(here.text(&["image", "ls", "-l", "out.wasm"]).contains(" 1970-01-01 00:00 new.txt\n"));
}

fn times_after_the_year_9999_are_told(here: &Here) {
    let why = "seconds since 1970, not milliseconds, up to the year 9999";
    let args = ["app.wasm", "--image", "files", "-q", "-o", "no.wasm"];
    for time in ["253402300800", "99999999999999", "99999999999999999999999"] {
        for flag in ["--mtime", "--clamp-mtime"] {
            let (code, said) = here.fails(&[&args[..], &[flag, time]].concat());
            assert!(code == 2 && said.contains(flag) && said.contains(why), "{said}");
        }
        let output = here.command(&args).env("SOURCE_DATE_EPOCH", time).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let wanted = format!("error: SOURCE_DATE_EPOCH is `{time}`: it takes {why}");
        assert!(output.status.code() == Some(2) && said.starts_with(&wanted), "{said}");
    }
    for key in ["mtime", "clamp-mtime"] {
        fs::write(here.path("vfs.toml"), format!("{key} = 99999999999999\n")).unwrap();
        let (code, said) = here.fails(&[&args[..], &["--manifest", "vfs.toml"]].concat());
        assert!(
            code == 1 && said.contains(&format!("`{key}` cannot be `99999999999999`")) && said.contains(why),
            "{said}"
        );
    }
    assert_eq!(times(here, &["--mtime", "253402000000"])[0], "9999-12-28T12:26:40Z");
}

fn only_later_times_are_clamped(here: &Here) {
    let clamped = times(here, &["--clamp-mtime", "2010-01-01T00:00:00Z"]);
    assert_eq!(clamped, ["2001-09-09T01:46:40Z", "2010-01-01T00:00:00Z"]);
    let both = ["app.wasm", "--image", "files", "-o", "no.wasm", "--mtime", "7", "--clamp-mtime", "8"];
    assert_eq!(here.fails(&both).0, 2);
}
