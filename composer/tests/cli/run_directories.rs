//! What a program gets by `run` of this machine's directories.

use std::fs;
use std::process::Output;

use crate::here::{Here, run_component};
use crate::programs::writes;
use crate::serve::server_with_files;

in_both_forms! {
    an_app_that_is_composed_here_gets_paths_of_this_machine
    what_was_composed_before_gets_names
    a_directory_that_is_missing_is_told_before_the_program_runs
    directories_that_are_none_are_named
    a_directory_that_nothing_asks_for_is_told
    two_directories_have_two_names
    names_are_as_typed_in_messages
    what_is_inside_of_a_directory_of_the_host_can_be_given
    what_is_kept_in_memory_is_counted
    a_server_needs_its_directories_at_its_start
    paths_of_a_manifest_start_at_its_directory
}

/// Prints `data/in`, and writes the same to `data/out`. Exits with the error code of preview1 if one cannot be opened.
const COPIES: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "data/in")
  (data (i32.const 16) "data/out")
  (func $opened (param $name i32) (param $length i32) (param $flags i32) (param $rights i64) (result i32)
    (local $error i32)
    (local.set $error (call $open (i32.const 3) (i32.const 0) (local.get $name) (local.get $length) (local.get $flags)
      (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 32)))
    (if (local.get $error) (then (call $exit (local.get $error))))
    (i32.load (i32.const 32)))
  (func (export "_start")
    (i32.store (i32.const 40) (i32.const 1024))
    (i32.store (i32.const 44) (i32.const 64))
    (drop (call $read (call $opened (i32.const 0) (i32.const 7) (i32.const 0) (i64.const 2)) (i32.const 40) (i32.const 1)
      (i32.const 36)))
    (i32.store (i32.const 44) (i32.load (i32.const 36)))
    (drop (call $write (i32.const 1) (i32.const 40) (i32.const 1) (i32.const 36)))
    (drop (call $write (call $opened (i32.const 16) (i32.const 8) (i32.const 1) (i64.const 64)) (i32.const 40)
      (i32.const 1) (i32.const 36)))))"#;

/// `read-only`, in preview1.
const ROFS: i32 = 69;

/// Makes the program, and a directory for it.
fn prepare(here: &Here) {
    fs::write(here.path("copies.wasm"), wat::parse_str(COPIES).unwrap()).unwrap();
    fs::create_dir_all(here.path("host")).unwrap();
    fs::write(here.path("host/in"), "of the host").unwrap();
}

fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn an_app_that_is_composed_here_gets_paths_of_this_machine(here: &Here) {
    prepare(here);
    for (access, wanted, is_written) in [("", ROFS, false), (",ro", ROFS, false), (",cow", 0, false), (",rw", 0, true)]
    {
        let mount = format!("./host::/data{access}");
        let (code, out, err) = said(&here.run(&["run", "copies.wasm", "-q", "--host-dir", &mount]));
        assert_eq!((code, out.as_str()), (wanted, "of the host"), "{access}: {err}");
        assert_eq!(here.path("host/out").exists(), is_written, "{access}");
    }
    assert_eq!(fs::read_to_string(here.path("host/out")).unwrap(), "of the host");
    fs::remove_file(here.path("host/out")).unwrap();
    let denied = ["--deny-all", "--allow", "wasi:filesystem", "--stdout", "inherit", "--host-dir", "host::/data,rw"];
    let (code, out, err) = said(&here.run(&[&["run", "copies.wasm", "-q"], &denied[..]].concat()));
    assert_eq!((code, out.as_str()), (0, "of the host"), "{err}");
    assert_eq!(fs::read_to_string(here.path("host/out")).unwrap(), "of the host");
    fs::remove_file(here.path("host/out")).unwrap();
    let absolute = format!("{}::/data,rw", here.path("host").display());
    let (code, ..) = said(&here.run(&["run", "copies.wasm", "-q", "--host-dir", &absolute, "--read-only"]));
    assert!(code == ROFS && !here.path("host/out").exists());
    // Its place is its name.
    fs::rename(here.path("host"), here.path("data")).unwrap();
    let (code, out, err) = said(&here.run(&["run", "copies.wasm", "-q", "--host-dir", "data"]));
    assert_eq!((code, out.as_str()), (ROFS, "of the host"), "{err}");
    let (code, _, err) = said(&here.run(&["run", "copies.wasm", "--dir", "data::/data"]));
    assert!(code == 2 && err.contains("hint: `--host-dir data::/data` puts the directory there"), "{err}");
}

fn what_was_composed_before_gets_names(here: &Here) {
    prepare(here);
    here.ok(&["copies.wasm", "--host-dir", "work::/data,rw", "--exit-code", "full", "-q", "-o", "made.wasm"]);
    let (code, out, err) = said(&here.run(&["run", "made.wasm", "-q", "--dir", "host::work"]));
    assert_eq!((code, out.as_str(), err.as_str()), (0, "of the host", ""));
    assert_eq!(fs::read_to_string(here.path("host/out")).unwrap(), "of the host");
    // A name goes on below a directory that the host gives.
    here.ok(&["copies.wasm", "--host-dir", "work/host::/data", "--exit-code", "full", "-q", "-o", "made.wasm"]);
    let (code, out, _) = said(&here.run(&["run", "made.wasm", "--dir", ".::work"]));
    assert_eq!((code, out.as_str()), (ROFS, "of the host"));
    // A slash at the end and `./` at the start say nothing.
    for (name, given) in [("work", "host::./work/"), ("./work/", "host::work"), ("host", "./host/")] {
        let mount = format!("{name}::/data");
        here.ok(&["copies.wasm", "--host-dir", &mount, "--exit-code", "full", "-q", "-o", "made.wasm"]);
        let (code, out, err) = said(&here.run(&["run", "made.wasm", "-q", "--dir", given]));
        assert_eq!((code, out.as_str(), err.as_str()), (ROFS, "of the host", ""), "{name} {given}");
    }
    // What is in it, nobody knew when it was composed.
    let (code, _, err) = said(&here.run(&["run", "made.wasm", "-q", "--dir", "host", "--cwd", "/data/sub"]));
    assert!(code == ROFS && !err.contains("error"), "{err}");
    let (code, _, err) = said(&here.run(&["run", "made.wasm", "-q", "--dir", "host", "--cwd", "/dat/sub"]));
    assert!(code == 1 && err.contains("`--cwd /dat/sub` is no directory of the tree"), "{err}");
    let (code, _, err) = said(&here.run(&["run", "made.wasm", "--host-dir", "host::/data"]));
    assert!(
        code == 2
            && err.contains("hint: `--dir HOST::NAME` gives it a directory that it was composed to take (`host`)"),
        "{err}"
    );
    let (code, err) = here.fails(&["run", "made.wasm", "--dir", "host:work"]);
    assert!(code == 1 && err.contains("hint: two colons end a path: `host::work`"), "{err}");
    here.ok(&["copies.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    let (code, err) = here.fails(&["run", "made.wasm", "--host-dir", "host::/data"]);
    assert!(code == 2 && err.contains("hint: compose the app again with this flag"), "{err}");
}

fn a_directory_that_is_missing_is_told_before_the_program_runs(here: &Here) {
    prepare(here);
    for exit_code in ["full", "bool"] {
        let flags = ["--host-dir", "work::/data", "--exit-code", exit_code, "-q", "-o", "made.wasm"];
        here.ok(&[&["copies.wasm"], &flags[..]].concat());
        for flags in [&[][..], &["--dir", "host"]] {
            let (code, out, err) = said(&here.run(&[&["run", "made.wasm", "-q"], flags].concat()));
            let line = "the host gives no directory \"work\": run with --dir PATH::work\n";
            assert_eq!((code, out.as_str(), err.as_str()), (1, "", line), "{exit_code} {flags:?}");
        }
    }
    let json = here.run(&["run", "made.wasm", "--json"]);
    let (.., err) = said(&json);
    let json: serde_json::Value = serde_json::from_str(err.lines().last().unwrap()).unwrap();
    assert_eq!((&json["ended"], &json["exit-code"]), (&"exited".into(), &1.into()), "{json}");
    assert_eq!(json["notes"], serde_json::json!([]));
    // An optional one is empty.
    here.ok(&["copies.wasm", "--host-dir", "work::/data,optional", "--exit-code", "full", "-q", "-o", "made.wasm"]);
    const NOENT: i32 = 44;
    assert_eq!(said(&here.run(&["run", "made.wasm", "-q"])).0, NOENT);
    let (code, ..) = said(&here.run(&["run", "copies.wasm", "-q", "--host-dir", "none::/data,optional"]));
    assert_eq!(code, NOENT);
    // One that is inside of another is not looked for in that.
    std::fs::create_dir(here.path("host/data")).unwrap();
    std::fs::copy(here.path("host/in"), here.path("host/data/in")).unwrap();
    let inside = ["run", "copies.wasm", "-q", "--host-dir", "host::/,cow", "--host-dir", "none::/data,cow,optional"];
    assert_eq!(said(&here.run(&inside)).0, NOENT);
    here.ok(&inside[..5]);
}

fn directories_that_are_none_are_named(here: &Here) {
    prepare(here);
    here.ok(&["copies.wasm", "--host-dir", "work::/data", "-q", "-o", "made.wasm"]);
    for (args, wanted) in [
        (&["copies.wasm", "--host-dir", "none::/data"][..], "`--host-dir`: there is no directory `none`"),
        (&["copies.wasm", "--host-dir", "host/in::/data"], "`--host-dir`: `host/in` is not a directory"),
        (&["copies.wasm", "--host-dir", "host/in::/data,optional"], "`--host-dir`: `host/in` is not a directory"),
        (&["made.wasm", "--dir", "none::work"], "`--dir`: there is no directory `none`"),
        (&["made.wasm", "--dir", "host/in::work"], "`--dir`: `host/in` is not a directory"),
    ] {
        let (code, message) = here.fails(&[&["run"], args].concat());
        assert!(code == 1 && message.contains(wanted), "{args:?}: {message}");
        let (code, message) = here.fails(&[&["serve"], args].concat());
        assert!(code == 1 && message.contains(wanted), "serve {args:?}: {message}");
    }
    let (code, message) = here.fails(&["run", "made.wasm", "--dir", "::work"]);
    assert!(code == 2 && message.contains("it takes HOST[::NAME]"), "{message}");
}

fn a_directory_that_nothing_asks_for_is_told(here: &Here) {
    prepare(here);
    here.ok(&["copies.wasm", "--image", "host::/data", "-q", "-o", "made.wasm"]);
    let (.., err) = said(&here.run(&["run", "made.wasm", "--dir", "host"]));
    let wanted =
        "warning: `--dir` of `host` has no effect: `made.wasm` was composed without `--host-dir`; leave it out";
    assert!(err.contains(wanted), "{err}");
    here.ok(&["copies.wasm", "--host-dir", "work::/data", "-q", "-o", "made.wasm"]);
    let (.., err) = said(&here.run(&["run", "made.wasm", "--dir", "host", "--dir", "host::work"]));
    let wanted = "warning: `--dir` of `host` has no effect: `made.wasm` asks for no directory `host`, but for `work`";
    assert!(err.contains(wanted), "{err}");
    let (code, message) = here.fails(&["run", "made.wasm", "--strict", "--dir", "host"]);
    assert!(code == 1 && message.contains("asks for no directory"), "{message}");
    fs::write(here.path("plain.wasm"), wat::parse_str(run_component("", 0)).unwrap()).unwrap();
    let (code, _, err) = said(&here.run(&["run", "plain.wasm", "--allow-unused", "--host-dir", "host"]));
    let wanted = "warning: `--host-dir` has no effect: the app does not import `wasi:filesystem`; leave it out";
    assert!(code == 0 && err.contains(wanted), "{err}");
}

fn two_directories_have_two_names(here: &Here) {
    prepare(here);
    here.ok(&["copies.wasm", "--host-dir", "work/sub::/data", "-q", "-o", "made.wasm"]);
    fs::create_dir(here.path("host/sub")).unwrap();
    for given in [["host::work", ".::work"], ["host::work", ".::./work/"]] {
        let (code, err) = here.fails(&["run", "made.wasm", "--dir", given[0], "--dir", given[1]]);
        let wanted = "error: `--dir` gives `host` and `.` one name, `";
        assert!(code == 2 && err.starts_with(wanted) && err.contains("`--dir .::NAME`"), "{err}");
    }
    let flags = ["run", "made.wasm", "--dir", "host::work", "--dir", "host::work/sub"];
    let (.., err) = said(&here.run(&flags));
    let wanted = "warning: `--dir` of `work` has no effect: `work/sub`, which `made.wasm` asks for, is that of `--dir` of \
                  `work/sub`; leave one of them out";
    assert!(err.contains(wanted), "{err}");
}

fn names_are_as_typed_in_messages(here: &Here) {
    prepare(here);
    let (code, err) = here.fails(&["run", "copies.wasm", "--host-dir", "host::/x", "--host-dir", "./host::/x"]);
    assert!(code == 2 && err.starts_with("error: `--host-dir` has `host` and `./host` at `/x`\n"), "{err}");
    assert!(err.contains("hint: place one elsewhere, as in `./host::/GUEST`"), "{err}");
    let (code, err) = here.fails(&["run", "copies.wasm", "--host-dir", "host", "--deny-all"]);
    assert!(code == 2 && err.contains("which `--host-dir host` needs"), "{err}");
    let (.., err) = said(&here.run(&["run", "copies.wasm", "--host-dir", "host::/data,rw", "--read-only"]));
    assert!(err.contains("warning: `rw` of `--host-dir host` has no effect"), "{err}");
    // Under `run` it is a path, which leads where it leads.
    let (code, out, err) = said(&here.run(&["run", "copies.wasm", "-q", "--host-dir", "host/../host::/data"]));
    assert_eq!((code, out.as_str()), (ROFS, "of the host"), "{err}");
    here.write_manifest("host-dir = ['../host::/data', 'none']");
    let (code, err) = here.fails(&["run", "copies.wasm", "--manifest", "project/vfs.toml"]);
    let place = "error: `project/vfs.toml`, line 1, column 31: `host-dir`: there is no directory `project/none`\n";
    assert!(code == 1 && err.starts_with(place), "{err}");
    assert!(
        err.contains("hint: make it, or name another; relative paths of a manifest start at its directory"),
        "{err}"
    );
    here.write_manifest("host-dir = ['../host::/x', '../host::/x']");
    let (code, err) = here.fails(&["run", "copies.wasm", "--manifest", "project/vfs.toml"]);
    assert!(code == 1 && err.starts_with("error: `project/vfs.toml`, line 1, column 28: `host-dir`: "), "{err}");
}

fn what_is_inside_of_a_directory_of_the_host_can_be_given(here: &Here) {
    prepare(here);
    fs::create_dir_all(here.path("host/inner/data")).unwrap();
    fs::write(here.path("host/inner/data/in"), "from inside").unwrap();
    for (access, code) in [("", ROFS), (",rw", 0)] {
        let mount = format!("host::/x{access}");
        let inside = ["-q", "--host-dir", &mount, "--preopen", "/x/inner=/"];
        let (is, out, err) = said(&here.run(&[&["run", "copies.wasm"], &inside[..]].concat()));
        assert_eq!((is, out.as_str(), err.as_str()), (code, "from inside", ""), "{access}");
    }
    assert_eq!(fs::read_to_string(here.path("host/inner/data/out")).unwrap(), "from inside");
    // As a directory that is missing itself.
    for flags in [["--preopen", "/x/none=/"], ["--stdout", "to:/x/none/log"], ["--stdin", "from:/x/none/in"]] {
        let inside = [&["copies.wasm", "-q", "--host-dir", "host::/x,cow"], &flags[..]].concat();
        here.ok(&[&inside[..], &["-o", "made.wasm"]].concat());
        for args in [&[&["run"], &inside[..]].concat(), &["run", "made.wasm", "-q", "--dir", "host"][..]] {
            let line = "the host has no directory \"/x/none\", which a preopen or standard stream needs\n";
            assert_eq!(said(&here.run(args)), (1, "".into(), line.into()), "{args:?}");
        }
    }
    let streams = ["--host-dir", "host::/data,rw", "--stdout", "to:/data/log", "-q"];
    let (code, out, err) = said(&here.run(&[&["run", "copies.wasm"], &streams[..]].concat()));
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
    assert_eq!(fs::read_to_string(here.path("host/log")).unwrap(), "of the host");
    let kept = ["--host-dir", "host::/data,cow", "--stdout", "to:/data/kept", "-q"];
    assert_eq!(said(&here.run(&[&["run", "copies.wasm"], &kept[..]].concat())).0, 0);
    assert!(!here.path("host/kept").exists());
    fs::write(here.path("cat.wasm"), wat::parse_str(CAT).unwrap()).unwrap();
    let (code, out, err) =
        said(&here.run(&["run", "cat.wasm", "-q", "--host-dir", "host", "--stdin", "from:/host/in"]));
    assert_eq!((code, out.as_str(), err.as_str()), (0, "of the host", ""));
}

/// Prints what it reads from standard input.
const CAT: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_unlink_file" (func (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 64))
    (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable))
    (i32.store (i32.const 4) (i32.load (i32.const 8)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;

fn what_is_kept_in_memory_is_counted(here: &Here) {
    prepare(here);
    fs::write(here.path("writes.wasm"), writes("")).unwrap();
    let lost = |args: &[&str]| {
        let (code, _, err) = said(&here.run(args));
        assert_eq!(code, 0, "{args:?}: {err}");
        err.lines().find(|line| line.contains("in memory only")).map(str::to_owned)
    };
    fs::write(here.path("host/hello.txt"), "hello").unwrap();
    // Two are new, and one is the host's, as it was.
    let wanted = "note: 3 files that the program wrote were in memory only and are gone";
    let cow = ["run", "writes.wasm", "--host-dir", "host::/,cow"];
    assert_eq!(lost(&cow).as_deref(), Some(wanted));
    assert_eq!(fs::read_to_string(here.path("host/hello.txt")).unwrap(), "hello");
    let beside = ["run", "writes.wasm", "--image", "files", "--host-dir", "host::/host,rw"];
    assert_eq!(lost(&beside).as_deref(), Some(wanted));
    let json = here.run(&[&cow[..], &["--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(said(&json).2.lines().last().unwrap()).unwrap();
    assert_eq!(json["files-written"], 3, "{json}");
    // What is composed before does not tell.
    let not_counted = "in memory only and are gone; only `run` of the app itself counts them";
    here.ok(&["copies.wasm", "--host-dir", "host::/data,cow", "-q", "-o", "made.wasm"]);
    let wanted = format!("note: files that `made.wasm` may have written were {not_counted}");
    assert_eq!(lost(&["run", "made.wasm", "--dir", "host"]), Some(wanted));
    here.ok(&["copies.wasm", "--host-dir", "host::/data,rw", "-q", "-o", "made.wasm"]);
    let wanted = format!("note: files that `made.wasm` may have written outside of `/data` were {not_counted}");
    assert_eq!(lost(&["run", "made.wasm", "--dir", "host"]), Some(wanted));
    let rw = ["run", "copies.wasm", "--host-dir", "host::/data,rw"];
    assert_eq!(lost(&rw), None);
    here.ok(&["writes.wasm", "--host-dir", "host::/,rw", "-q", "-o", "made.wasm"]);
    assert_eq!(lost(&["run", "made.wasm", "--dir", "host"]), None);
}

fn a_server_needs_its_directories_at_its_start(here: &Here) {
    prepare(here);
    fs::write(here.path("server.wasm"), server_with_files()).unwrap();
    here.ok(&["server.wasm", "--host-dir", "work/sub::/data", "-q", "-o", "made.wasm"]);
    for (flags, line) in [
        (&[][..], "error: `made.wasm` needs a directory `work/sub` of its host: `--dir PATH::work/sub` gives it one\n"),
        (&["--dir", "host"], "error: `made.wasm` needs a directory `work/sub` of its host"),
        (&["--dir", "host::work"], "error: `--dir`: there is no directory `host/sub`\n"),
    ] {
        let (code, err) = here.fails(&[&["serve", "made.wasm", "-q", "--addr", "127.0.0.1:0"], flags].concat());
        assert!(code == 1 && err.starts_with(line), "{err}");
    }
}

fn paths_of_a_manifest_start_at_its_directory(here: &Here) {
    prepare(here);
    here.write_manifest("host-dir = ['../host::/data']");
    let manifest = ["run", "copies.wasm", "-q", "--manifest", "project/vfs.toml"];
    let (code, out, err) = said(&here.run(&manifest));
    assert_eq!((code, out.as_str()), (ROFS, "of the host"), "{err}");
    // Typed ones start here, and take the place of all others.
    let (code, out, err) = said(&here.run(&[&manifest[..], &["--host-dir", "host::/data"]].concat()));
    assert_eq!((code, out.as_str()), (ROFS, "of the host"), "{err}");
}
