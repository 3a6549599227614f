//! `run` of what is composed already.

use std::fs;

use crate::here::{APP, Here, run_component};
use crate::programs::{TELLS, run, writes};

in_both_forms! {
    flags_of_the_vfs_are_refused_for_what_is_composed
    flags_that_would_be_lost_are_refused
    flags_without_effect_on_what_is_composed_are_told
    what_is_composed_passes_the_rest_on
    exit_codes_of_what_is_composed_are_as_composed
    streams_of_what_is_composed_can_be_nothing
    flags_of_the_run_are_for_what_is_composed_too
    a_directory_that_is_not_there_is_an_error
    flags_of_the_vfs_that_change_nothing_are_told
    what_is_composed_is_not_counted
    what_is_composed_runs_from_standard_input_too
    a_manifest_is_for_what_is_not_composed_yet
    a_list_of_hosts_inside_is_told
    http_that_is_off_is_fitted_to_what_is_composed
}

fn a_manifest_is_for_what_is_not_composed_yet(here: &Here) {
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    here.ok(&["tells.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    here.write_manifest("image = ['tree']\n");
    let wanted = "error: `made.wasm` is already composed, so `--manifest` cannot change it\n  hint: leave it out to run \
                  `made.wasm` as it is, or run the app that it was made from\n";
    for more in [&[][..], &["--image", "files"]] {
        let args = [&["run", "made.wasm", "--manifest", "project/vfs.toml"], more].concat();
        assert_eq!(here.fails(&args), (2, wanted.to_owned()));
    }
    here.ok(&["run", "made.wasm"]);
    here.ok(&["run", "tells.wasm", "--manifest", "project/vfs.toml"]);
}

fn a_list_of_hosts_inside_is_told(here: &Here) {
    let asks =
        run_component(r#"(import "wasi:http/types@0.2.3" (instance (export "fields" (type (sub resource)))))"#, 0);
    fs::write(here.path("asks.wasm"), wat::parse_str(&asks).unwrap()).unwrap();
    let compose = ["asks.wasm", "--allow-unused", "-q", "-o", "made.wasm"];
    here.ok(&[&compose[..], &["--http", "allow:a,b:1"]].concat());
    let said = |value: &str| String::from_utf8(here.run(&["run", "made.wasm", "--http", value]).stderr).unwrap();
    for value in ["inherit", "allow:c", "allow:a,c"] {
        let wanted = format!(
            "warning: `--http {value}` allows no more than `made.wasm` was composed to allow, `--http allow:a,b:1` \
             (`vfs-compose inspect` shows it); compose the app again with other hosts\n"
        );
        assert_eq!(said(value), wanted);
        assert_eq!(here.fails(&["run", "made.wasm", "--http", value, "--strict"]).0, 1);
    }
    // Of what it allows, a run may allow a part.
    assert_eq!([said("allow:a"), said("allow:b:1,a")], ["", ""]);
    here.ok(&compose);
    assert_eq!([said("inherit"), said("allow:c")], ["", ""]);
}

fn http_that_is_off_is_fitted_to_what_is_composed(here: &Here) {
    let asks =
        run_component(r#"(import "wasi:http/types@0.2.3" (instance (export "fields" (type (sub resource)))))"#, 0);
    fs::write(here.path("asks.wasm"), wat::parse_str(asks).unwrap()).unwrap();
    fs::write(here.path("deaf.wasm"), wat::parse_str(run_component("", 0)).unwrap()).unwrap();
    here.ok(&["asks.wasm", "--allow-unused", "-q", "-o", "asking.wasm"]);
    here.ok(&["asks.wasm", "--allow-unused", "-q", "--http", "deny", "-o", "denied.wasm"]);
    here.ok(&["deaf.wasm", "--allow-unused", "-q", "-o", "made.wasm"]);
    let said = |app: &str, value: &str| {
        let output = here.run(&["run", app, "--http", value]);
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let no_host =
        "warning: `--http allow:` names no host, so every request fails: `--http allow:HOST,...` names some\n";
    assert_eq!(said("asking.wasm", "allow:"), (0, no_host.to_owned()));
    let no_http = "warning: `--http allow:` has no effect: `made.wasm` does not import wasi:http; leave it out\n";
    assert_eq!(said("made.wasm", "allow:"), (0, no_http.to_owned()));
    for app in ["made.wasm", "denied.wasm"] {
        let so_already = format!("warning: `--http deny` has no effect: `{app}` is already composed; leave it out\n");
        assert_eq!(said(app, "deny"), (0, so_already));
    }
    let change = "error: `asking.wasm` is already composed, so `--http deny` cannot change it\n  hint: compose the app \
                  again with this flag\n";
    assert_eq!(said("asking.wasm", "deny"), (2, change.to_owned()));
    // The way out works, and before composing no value differs from another.
    here.ok(&["run", "denied.wasm"]);
    assert_eq!(said("deaf.wasm", "allow:").1.lines().filter(|line| line.contains("no effect")).count(), 1);
}

fn flags_of_the_vfs_are_refused_for_what_is_composed(here: &Here) {
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    for flags in [
        ["--random", "seeded:1"],
        ["--deny-all", "--deterministic"],
        ["--preopen", "/=x"],
        ["--stdout", "to:/out"],
        ["--max-open", "5"],
        ["--config", "a=b"],
        ["--on-collision", "last"],
        ["--deny", "wasi:sockets"],
        ["--max-bytes", "5"],
    ] {
        let (code, message) = here.fails(&[&["run", "made.wasm"][..], &flags].concat());
        assert_eq!(code, 2, "{flags:?}: {message}");
        let named = match flags {
            [_, "--deterministic"] => "--deterministic",
            ["--random", _] => "--random seeded:1",
            ["--on-collision", _] => "--on-collision last",
            [flag, _] => flag,
        };
        let wanted = format!("error: `made.wasm` is already composed, so `{named}` cannot change it\n");
        assert!(message.starts_with(&wanted), "{message}");
    }
}

/// What is composed decides, and says so.
fn flags_that_would_be_lost_are_refused(here: &Here) {
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    let compose = ["tells.wasm", "--image", "files", "-q", "-o", "made.wasm"];
    for (composed, flags, message) in [
        (["--env", "A=1"], ["--env", "A=2"], "with a value of its own for `A`, so `--env` of `A`"),
        (
            ["--no-inherit-env", "--read-only"],
            ["--env", "A=2"],
            "to see no such variable of its host, so `--env` of `A`",
        ),
        (
            ["--no-inherit-env", "--read-only"],
            ["--inherit-env", "-q"],
            "to see no variable of its host, so `--inherit-env`",
        ),
        (["--no-inherit-args", "--read-only"], ["--arg", "a"], "to see no argument of its host, so `--arg`"),
        (
            ["--no-inherit-args", "--read-only"],
            ["-q", "x"],
            "to see no argument of its host, so the program's arguments",
        ),
        (["--stdout", "to:/out"], ["--stdout", "null"], "with a stream of its own there, so `--stdout`"),
        (["--argv0", "name"], ["--argv0", "other"], "with a name of its own for the program, so `--argv0`"),
    ] {
        here.ok(&[&compose[..], &composed].concat());
        let (code, said) = here.fails(&[&["run", "made.wasm"][..], &flags].concat());
        assert_eq!(code, 2, "{said}");
        let wanted = format!("error: `made.wasm` was composed {message} would be lost\n");
        assert!(said.starts_with(&wanted), "{said}");
    }
}

/// A name of its own hides no argument, and a list of variables cuts down what the host has.
fn what_is_composed_passes_the_rest_on(here: &Here) {
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    here.ok(&["tells.wasm", "--image", "files", "-q", "-o", "made.wasm", "--argv0", "name", "--inherit-env=OTHER"]);
    assert_eq!(run(here, &["run", "made.wasm", "-q", "--inherit-env", "x", "y"]), "name\0x\0y\0OTHER=2\0");
    let message =
        "`--inherit-env` passes only `OTHER` on: `made.wasm` was composed to see no other variable of its host; ";
    let said = String::from_utf8(here.run(&["run", "made.wasm", "--inherit-env"]).stderr).unwrap();
    assert!(said.starts_with(&format!("warning: {message}")), "{said}");
    let (code, said) = here.fails(&["run", "made.wasm", "--inherit-env", "--strict"]);
    assert!(code == 1 && said.starts_with(&format!("error: {message}")), "{said}");
    let said = String::from_utf8(here.run(&["run", "made.wasm", "--inherit-args"]).stderr).unwrap();
    assert!(said.starts_with("warning: `--inherit-args` has no effect: "), "{said}");
}

fn exit_codes_of_what_is_composed_are_as_composed(here: &Here) {
    fs::write(here.path("writes.wasm"), writes("(call $exit (i32.const 7))")).unwrap();
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    here.ok(&["writes.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    here.ok(&["tells.wasm", "--image", "files", "-q", "-o", "told.wasm"]);
    for (app, flag, is_so) in [("made.wasm", "bool", true), ("made.wasm", "full", false), ("told.wasm", "full", true)] {
        let said = String::from_utf8(here.run(&["run", app, "--exit-code", flag]).stderr).unwrap();
        let wanted = match is_so {
            true => format!("warning: `--exit-code {flag}` has no effect: `{app}` is already composed; leave it out\n"),
            false => format!("error: `{app}` is already composed, so `--exit-code {flag}` cannot change it\n"),
        };
        assert!(said.starts_with(&wanted), "{said}");
    }
    for files in [["--image", "files"], ["--file", "/x=@app.wasm"]] {
        let (code, said) = here.fails(&[&["run", "made.wasm"][..], &files].concat());
        let wanted = format!("error: `made.wasm` is already composed, so `{}` cannot change it\n", files[0]);
        assert!(code == 2 && said.starts_with(&wanted), "{said}");
    }
    let note = "files that `made.wasm` may have written were in memory only and are gone";
    let ran = here.run(&["run", "made.wasm"]);
    let said = String::from_utf8(ran.stderr).unwrap();
    assert!(ran.status.code() == Some(1) && said.contains(note), "{said}");
    assert!(said.contains("note: `made.wasm` tells its host only whether it failed"), "{said}");
    here.ok(&["writes.wasm", "--image", "files", "-q", "-o", "full.wasm", "--exit-code", "full"]);
    let ran = here.run(&["run", "full.wasm"]);
    assert_eq!(ran.status.code(), Some(7));
    assert!(!String::from_utf8(ran.stderr).unwrap().contains("only whether"));
    for (app, codes) in [("made.wasm", "0 and 1 (all with `--exit-code full`)"), ("full.wasm", "all")] {
        let shown = String::from_utf8(here.ok(&["inspect", app])).unwrap();
        assert!(shown.contains(&format!("exit codes: {codes}\n")), "{shown}");
    }
    here.ok(&["adapt", "writes.wasm", "-q"]);
    let ran = here.run(&["run", "writes.component.wasm", "-q", "--image", "files"]);
    assert_eq!(ran.status.code(), Some(1));
}

fn flags_without_effect_on_what_is_composed_are_told(here: &Here) {
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    here.ok(&["tells.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    let output = here.run(&["run", "made.wasm", "--sockets", "inherit", "--http", "inherit"]);
    let said = String::from_utf8(output.stderr).unwrap();
    let (code, strict) = here.fails(&["run", "made.wasm", "--sockets", "inherit", "--strict"]);
    assert!(code == 1 && strict.starts_with("error: `--sockets inherit` has no effect: `made.wasm`"), "{strict}");
    here.ok(&["run", "made.wasm", "--strict"]);
    for line in [
        "warning: `--sockets inherit` has no effect: `made.wasm` does not import wasi:sockets; leave it out\n",
        "warning: `--http inherit` has no effect: `made.wasm` does not import wasi:http; leave it out\n",
    ] {
        assert!(said.contains(line), "{said}");
    }
    let output = here.run(&["run", "made.wasm", "--http", "allow:"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "warning: `--http allow:` has no effect: `made.wasm` does not import wasi:http; leave it out\n");
    // A preview1 program starts in the first preopen.
    let cwd = "`--cwd` has no effect: `made.wasm` does not ask for an initial directory; leave it out";
    let said = String::from_utf8(here.run(&["run", "made.wasm", "--cwd", "/"]).stderr).unwrap();
    assert_eq!(said, format!("warning: {cwd}\n"));
    let (code, strict) = here.fails(&["run", "made.wasm", "--cwd", "/", "--strict"]);
    assert!(code == 1 && strict.starts_with(&format!("error: {cwd}\n")), "{strict}");
    let asks = run_component(
        r#"(import "wasi:cli/environment@0.2.3" (instance (export "initial-cwd" (func (result (option string))))))"#,
        0,
    );
    fs::write(here.path("asks.wasm"), wat::parse_str(asks).unwrap()).unwrap();
    here.ok(&["asks.wasm", "--allow-unused", "--image", "files", "-q", "-o", "asked.wasm"]);
    assert!(here.run(&["run", "asked.wasm", "--cwd", "/"]).stderr.is_empty());
}

/// What `wac plug` makes imports what any app might ask for.
#[test]
fn a_vfs_for_any_app_asks_for_more_than_the_app() {
    use wac_graph::{CompositionGraph, EncodeOptions, types::Package};
    let here = Here::new("plugged");
    here.ok(&["vfs", "--with", "sockets,http", "--image", "files", "-q", "-o", "vfs.wasm"]);
    let asking = r#"
        (import "wasi:cli/environment@0.2.3" (instance
          (export "initial-cwd" (func (result (option string))))
          (export "get-environment" (func (result (list (tuple string string)))))
          (export "get-arguments" (func (result (list string))))))
        (import "wasi:sockets/instance-network@0.2.3" (instance (export "network" (type (sub resource)))))
        (import "wasi:http/types@0.2.3" (instance (export "fields" (type (sub resource)))))"#;
    let flags = ["--cwd", "/", "--env", "A=1", "--arg", "x", "--sockets", "inherit", "--http", "inherit"];
    for (imports, count) in [("", 5), (asking, 0)] {
        let files = APP.strip_prefix("(component").unwrap().split("(instance $nothing)").next().unwrap();
        let app = wat::parse_str(run_component(&format!("{files} {imports}"), 0)).unwrap();
        let mut graph = CompositionGraph::new();
        let mut register = |name, bytes| {
            let package = Package::from_bytes(name, None, bytes, graph.types_mut()).unwrap();
            graph.register_package(package).unwrap()
        };
        let (vfs, app) = (register("vfs", fs::read(here.path("vfs.wasm")).unwrap()), register("app", app));
        wac_graph::plug(&mut graph, vec![vfs], app).unwrap();
        fs::write(here.path("plugged.wasm"), graph.encode(EncodeOptions::default()).unwrap()).unwrap();
        assert!(here.text(&["inspect", "plugged.wasm"]).contains("wasi:sockets/"), "{imports}");
        let said = String::from_utf8(here.run(&[&["run", "plugged.wasm"][..], &flags].concat()).stderr).unwrap();
        assert_eq!(said.matches("has no effect").count(), count, "{said}");
        for flag in flags.iter().filter(|flag| count > 0 && flag.starts_with("--")) {
            assert!(said.contains(&format!("warning: `{flag}")), "{flag}: {said}");
        }
    }
}

fn streams_of_what_is_composed_can_be_nothing(here: &Here) {
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    here.ok(&["tells.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    assert_eq!(run(here, &["run", "made.wasm", "-q", "--stdout", "null"]), "");
}

fn flags_of_the_run_are_for_what_is_composed_too(here: &Here) {
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    here.ok(&["tells.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    for (flags, wanted) in [
        (&["--sockets", "inherit", "--http", "inherit"][..], "made.wasm\0x\0"),
        (&["--inherit-env=OTHER"], "made.wasm\0x\0OTHER=2\0"),
        (&["--inherit-env", "--env", "OTHER=3", "--env", "A=1"], "made.wasm\0x\0INHERITED=1\0OTHER=3\0A=1\0"),
        (&["--arg", "first", "--argv0", "name", "--no-inherit-env"], "name\0first\0x\0"),
        (&["--stdin", "null", "--stdout", "inherit", "--cwd", "/", "--exit", "inherit"], "made.wasm\0x\0"),
    ] {
        assert_eq!(run(here, &[&["run", "made.wasm", "-q"], flags, &["--", "x"]].concat()), wanted);
    }
}

/// What they say is so in any case, or would change what is composed.
fn flags_of_the_vfs_that_change_nothing_are_told(here: &Here) {
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    let compose = ["tells.wasm", "--image", "files", "-q", "-o"];
    here.ok(&[&compose[..], &["plain.wasm"]].concat());
    let flags = ["--deterministic", "--exit", "deny", "--read-only", "--deny-all", "--stdout", "inherit"];
    here.ok(&[&compose[..], &["ruled.wasm"], &flags].concat());
    for (flag, is_of_plain, is_of_ruled) in [
        ("--allow-unused", true, true),
        ("--allow-no-exports", true, true),
        ("--gitignore=false", true, true),
        ("--read-only=false", true, false),
        ("--deny-all=false", true, false),
        ("--deterministic=false", true, false),
        ("--inherit-args", true, false),
        ("--random inherit", true, false),
        ("--wall-clock inherit", true, false),
        ("--monotonic-clock inherit", true, false),
        ("--exit inherit", true, false),
        ("--exit deny", false, true),
        ("--read-only", false, true),
        ("--deny-all", false, true),
        ("--random seeded:0", false, true),
        ("--random seeded:1", false, false),
        ("--exclude x", false, false),
        ("--on-collision error", true, true),
        ("--max-open 1048576", true, true),
        ("--preopen /", true, true),
        ("--config none", false, true),
        ("--config inherit", true, false),
        ("--deny wasi:sockets", false, true),
        ("--sockets deny", true, true),
        ("--no-inherit-env", true, true),
        ("--absolute-links refuse", true, true),
        ("--absolute-links root", false, false),
    ] {
        let words: Vec<_> = flag.split(' ').collect();
        for (app, has_no_effect) in [("plain.wasm", is_of_plain), ("ruled.wasm", is_of_ruled)] {
            let output = here.run(&[&["run", app], &words[..]].concat());
            let said = String::from_utf8(output.stderr).unwrap();
            let is_named_alone = ["--exclude", "--max-open", "--preopen", "--config", "--deny"].contains(&words[0]);
            let shown = if is_named_alone { words[0] } else { flag };
            let (code, wanted) = match has_no_effect {
                true => (0, format!("warning: `{shown}` has no effect: `{app}` is already composed; leave it out\n")),
                false => (2, format!("error: `{app}` is already composed, so `{shown}` cannot change it\n")),
            };
            assert!(output.status.code() == Some(code) && said.contains(&wanted), "{flag}: {said}");
            if has_no_effect {
                assert_eq!(here.fails(&[&["run", app, "--strict"], &words[..]].concat()).0, 1, "{flag}");
            }
        }
    }
    fs::write(here.path("program.wasm"), wat::parse_str(run_component("", 0)).unwrap()).unwrap();
    here.ok(&["program.wasm", "--allow-unused", "-q", "-o", "deaf.wasm"]);
    let said = String::from_utf8(here.run(&["run", "deaf.wasm", "--argv0", "x"]).stderr).unwrap();
    assert_eq!(said, "warning: `--argv0` has no effect: `deaf.wasm` does not ask for arguments; leave it out\n");
}

fn a_directory_that_is_not_there_is_an_error(here: &Here) {
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    fs::create_dir(here.path("files/sub")).unwrap();
    here.ok(&["tells.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    here.ok(&["run", "made.wasm", "--cwd", "/sub"]);
    for directory in ["/nope", "/hello.txt"] {
        let (code, text) = here.fails(&["run", "made.wasm", "--cwd", directory]);
        let wanted = format!("error: `--cwd {directory}` is no directory of the tree in `made.wasm`\n");
        assert!(code == 1 && text.starts_with(&wanted), "{text}");
    }
}

fn what_is_composed_is_not_counted(here: &Here) {
    fs::write(here.path("writes.wasm"), writes("")).unwrap();
    here.ok(&["writes.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    let imports = here.text(&["inspect", "made.wasm"]);
    assert!(!imports.contains("vfs-compose:"), "{imports}");
    let said = String::from_utf8(here.run(&["run", "made.wasm"]).stderr).unwrap();
    let note = "note: files that `made.wasm` may have written were in memory only and are gone; only `run` of the app \
                itself counts them\n";
    assert!(said.ends_with(note), "{said}");
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    for (app, flag) in [("tells.wasm", "--read-only"), ("tells.wasm", "-q"), ("writes.wasm", "--read-only")] {
        // The first two cannot change a file in any case.
        here.ok(&[app, "--image", "files", "--max-nodes", "9", "-o", "made.wasm", flag]);
        assert!(!String::from_utf8(here.run(&["run", "made.wasm"]).stderr).unwrap().contains("gone"), "{app} {flag}");
    }
}

fn what_is_composed_runs_from_standard_input_too(here: &Here) {
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    here.ok(&["tells.wasm", "--image", "files", "-q", "-o", "made.wasm", "--env", "A=1"]);
    for app in ["tells.wasm", "made.wasm"] {
        let mut command = here.command(&["run", "-", "-q", "--arg", "first", "--", "x"]);
        let output = command.stdin(fs::File::open(here.path(app)).unwrap()).output().unwrap();
        let wanted = if app == "made.wasm" { "-\0first\0x\0A=1\0" } else { "-\0first\0x\0" };
        assert_eq!(String::from_utf8(output.stdout).unwrap(), wanted, "{}", String::from_utf8_lossy(&output.stderr));
    }
    let mut command = here.command(&["run", "-", "--read-only"]);
    let output = command.stdin(fs::File::open(here.path("made.wasm")).unwrap()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: `standard input` is already composed, so `--read-only` cannot"), "{said}");
}
