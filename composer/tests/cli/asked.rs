//! Settings that an app never asks for, beside presets, and values of which one is lost.

use std::fs;

use crate::here::{APP, Here, run_component};
use crate::programs::{command, writes};

in_both_forms! {
    what_is_typed_beside_a_preset_is_told
    what_the_app_does_not_ask_for_cannot_be_given
    a_wall_clock_is_given_in_all_its_versions
    a_preopen_that_another_one_replaces_is_told
    no_value_and_some_exclude_each_other
    exit_codes_of_what_is_a_component_already_are_told
}

/// The warnings of composing `app.wasm`.
fn told(here: &Here, flags: &[&str]) -> Vec<String> {
    let output = here.run(&[&["app.wasm", "--image", "files", "-o", "out.wasm"], flags].concat());
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    text.lines().filter_map(|line| line.strip_prefix("warning: ").map(ToOwned::to_owned)).collect()
}

/// A preset sets values for every app, so only what is typed is told, whatever its value is.
fn what_is_typed_beside_a_preset_is_told(here: &Here) {
    for presets in
        [&["--deterministic"][..], &["--deny-all"], &["--deterministic", "--deny-all"], &["--no-inherit-args"]]
    {
        assert_eq!(told(here, presets), [""; 0], "{presets:?}");
        for (flag, flags) in [
            ("--argv0", &["--argv0", "x"][..]),
            ("--monotonic-clock frozen", &["--monotonic-clock", "frozen"]),
            ("--monotonic-clock frozen", &["--monotonic-clock", "frozen:7"]),
            ("--random seeded", &["--random", "seeded:0"]),
            ("--cwd", &["--cwd", "/"]),
            ("--env", &["--env", "A=1"]),
            ("--stdin", &["--stdin", "null"]),
        ] {
            let told = told(here, &[presets, flags].concat());
            let [line] = &told[..] else { panic!("{presets:?} {flags:?}: {told:?}") };
            assert!(line.starts_with(&format!("`{flag}` has no effect: the app does not import ")), "{line}");
            assert!(line.ends_with("; leave it out"), "{line}");
        }
    }
    // Several settings that look like a preset are none.
    let flags = ["--no-inherit-args", "--wall-clock", "frozen:1980-01-01", "--random", "seeded:0", "--cwd", "/"];
    assert_eq!(told(here, &flags).len(), 2);
    here.write_manifest("deterministic = true\nargv0 = 'x'\n");
    assert_eq!(told(here, &["--manifest", "project/vfs.toml"]).len(), 1);
}

fn what_the_app_does_not_ask_for_cannot_be_given(here: &Here) {
    let flags = [
        ("--monotonic-clock inherit", "`now` of `wasi:clocks/monotonic-clock`"),
        ("--wall-clock inherit", "`wasi:clocks/wall-clock`"),
        ("--random inherit", "`wasi:random`"),
        ("--stdin inherit", "`wasi:cli/stdin`"),
        ("--stdout inherit", "`wasi:cli/stdout`"),
        ("--stderr inherit", "`wasi:cli/stderr`"),
        ("--cwd inherit", "`initial-cwd` of `wasi:cli/environment`"),
        ("--exit inherit", "`wasi:cli/exit`"),
        ("--config inherit", "`wasi:config`"),
        ("--sockets inherit", "`wasi:sockets`"),
        ("--http inherit", "`wasi:http`"),
        ("--inherit-args", "`get-arguments` of `wasi:cli/environment`"),
        ("--inherit-env", "`get-environment` of `wasi:cli/environment`"),
    ];
    for (flag, asked) in flags {
        let words: Vec<_> = flag.split(' ').collect();
        for presets in [&["--deny-all"][..], &[]] {
            let wanted = format!("`{flag}` has no effect: the app does not import {asked}; leave it out");
            assert_eq!(told(here, &[presets, &words].concat()), [wanted], "{presets:?}");
        }
    }
    // What it unfreezes, the times of files show too.
    assert_eq!(told(here, &["--deterministic", "--wall-clock", "inherit"]), [""; 0]);
    let asks = r#"(import "wasi:random/random@0.2.3" (instance (export "get-random-u64" (func (result u64)))))
        (import "wasi:clocks/monotonic-clock@0.2.3" (instance (export "now" (func (result u64)))))
        (import "wasi:cli/environment@0.2.3" (instance
          (export "get-environment" (func (result (list (tuple string string)))))
          (export "get-arguments" (func (result (list string))))))"#;
    fs::write(here.path("app.wasm"), wat::parse_str(format!("{}{asks})", APP.strip_suffix(')').unwrap())).unwrap())
        .unwrap();
    for (flag, _) in
        flags.iter().filter(|(_, asked)| ["random", "get-", "monotonic"].iter().any(|one| asked.contains(one)))
    {
        let words: Vec<_> = flag.split(' ').collect();
        assert_eq!(told(here, &[&["--deny-all"][..], &words].concat()), [""; 0], "{flag}");
    }
}

/// WASI 0.3 has another name for it.
fn a_wall_clock_is_given_in_all_its_versions(here: &Here) {
    let clock = r#"(import "wasi:clocks/system-clock@0.3.0" (instance $clock
          (type $read (record (field "seconds" s64) (field "nanoseconds" u32)))
          (export "instant" (type $instant (eq $read)))
          (export "now" (func (result $instant)))))"#;
    fs::write(here.path("asks.wasm"), wat::parse_str(run_component(clock, 0)).unwrap()).unwrap();
    for (flags, imports) in [
        (&["--deny-all", "--wall-clock", "inherit"][..], serde_json::json!(["wasi:clocks/system-clock@0.3.0"])),
        (&["--deny-all"], serde_json::json!([])),
    ] {
        let args = [&["asks.wasm", "--allow-unused", "--json", "-o", "made.wasm"], flags].concat();
        let report: serde_json::Value = serde_json::from_slice(&here.ok(&args)).unwrap();
        assert_eq!((&report["imports"], &report["warnings"]), (&imports, &serde_json::json!([])), "{flags:?}");
    }
    let contrary = ["asks.wasm", "--deny", "wasi:clocks/system-clock", "--wall-clock", "inherit", "-o", "no.wasm"];
    assert_eq!(here.fails(&contrary).0, 2);
}

fn a_preopen_that_another_one_replaces_is_told(here: &Here) {
    fs::create_dir(here.path("files/a")).unwrap();
    for (flags, lost, last) in [
        (&["--preopen", "/a=n", "--preopen", "/=n"][..], "/a=n", "/=n"),
        (&["--preopen", "/a=/", "--preopen", "/a", "--preopen", "/"], "/a=/", "/"),
        (&["--preopen", "/", "--preopen", "/a=/"], "/", "/a=/"),
        (&["--preopen", "/a=/x/", "--preopen", "/=/x"], "/a=/x", "/=/x"),
        (&["--preopen", "/a=x", "--preopen", "/=x//"], "/a=x", "/=x"),
    ] {
        let wanted = format!(
            "`--preopen {lost}` has no effect: `--preopen {last}` has the same name, and the last one counts; give each a \
             name of its own"
        );
        assert_eq!(told(here, flags), [&*wanted]);
        let args = [&["app.wasm", "--image", "files", "-o", "no.wasm", "--strict"], flags].concat();
        let (code, said) = here.fails(&args);
        assert!(code == 1 && said.starts_with(&format!("error: {wanted}\n")), "{said}");
        let args = [&["app.wasm", "--image", "files", "-o", "out.wasm", "--json"], flags].concat();
        let report: serde_json::Value = serde_json::from_slice(&here.ok(&args)).unwrap();
        assert_eq!(report["warnings"], serde_json::json!([{ "code": "no-effect", "message": wanted }]));
        // A vfs for any app has preopens too.
        let args = [&["vfs", "--image", "files", "-o", "vfs.wasm"], flags].concat();
        assert!(String::from_utf8(here.run(&args).stderr).unwrap().contains(&wanted));
    }
    // Nothing is lost by what is typed twice, and of three the last one counts.
    assert_eq!(told(here, &["--preopen", "/a", "--preopen", "/a", "--preopen", "/a=n"]), [""; 0]);
    assert_eq!(told(here, &["--preopen", "/=n", "--preopen", "/a=n", "--preopen", "/=n"]).len(), 1);
    here.write_manifest("image = ['../files']\npreopen = ['/=n', '/a=n']\n");
    let output = here.run(&["app.wasm", "--manifest", "project/vfs.toml", "-o", "out.wasm"]);
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("warning: `--preopen /=n` has no effect"));
}

fn no_value_and_some_exclude_each_other(here: &Here) {
    for (word, way_out) in
        [("none", "omit `none` to have only these"), ("inherit", "omit `inherit` to replace the host's values")]
    {
        let wanted = format!("error: `--config {word}` cannot be combined with other values\n  hint: {way_out}\n");
        for flags in [["--config", word, "--config", "a=b"], ["--config", "a=b", "--config", word]] {
            let args = [&["app.wasm", "-o", "no.wasm"], &flags[..]].concat();
            assert_eq!(here.fails(&args), (2, wanted.clone()), "{flags:?}");
        }
        here.ok(&["app.wasm", "-q", "--config", word, "--config", word, "-o", "out.wasm"]);
    }
    // Over the values of a manifest, it says that only those that are typed remain.
    let typed =
        ["app.wasm", "-q", "--manifest", "project/vfs.toml", "--config", "none", "--config", "a=b", "-o", "made.wasm"];
    here.write_manifest("config = { c = 'd' }\n");
    here.ok(&typed);
    assert_eq!(here.policy()["config"], serde_json::json!(["a"]));
    fs::remove_file(here.path("made.wasm")).unwrap();
    here.write_manifest("argv0 = 'x'\n");
    assert_eq!(here.fails(&typed).0, 2);
}

/// They were chosen when it was made of the module.
fn exit_codes_of_what_is_a_component_already_are_told(here: &Here) {
    fs::write(here.path("exits.wasm"), writes("(call $exit (i32.const 7))")).unwrap();
    here.ok(&["adapt", "exits.wasm", "-q", "-o", "app.wasm"]);
    let late = "`--exit-code full` has no effect: the app is a component already, and its exit codes were chosen when it \
                was made of a preview1 module; compose the module itself, or `vfs-compose adapt MODULE --exit-code full`";
    assert_eq!(told(here, &["--exit-code", "full"]), [late]);
    let said = String::from_utf8(here.run(&["run", "app.wasm", "--exit-code", "full"]).stderr).unwrap();
    assert!(said.starts_with(&format!("warning: {late}\n")), "{said}");
    let same = "`--exit-code bool` has no effect: the component was made so of its module; leave it out";
    assert_eq!(told(here, &["--exit-code", "bool"]), [same]);
    // The way out works.
    here.ok(&["adapt", "exits.wasm", "-q", "--exit-code", "full", "-o", "app.wasm"]);
    assert_eq!(here.run(&["run", "app.wasm", "-q"]).status.code(), Some(7));
    let late = told(here, &["--exit-code", "bool"]);
    assert!(late[0].starts_with("`--exit-code bool` has no effect: the app is a component already"), "{late:?}");
    for app in [command(""), run_component("", 0)] {
        fs::write(here.path("app.wasm"), wat::parse_str(app).unwrap()).unwrap();
        let other = "`--exit-code` has no effect: the app is no preview1 module that exits with a code (`proc_exit`)";
        assert_eq!(told(here, &["--exit-code", "full", "--allow-unused"]), [other]);
    }
}
