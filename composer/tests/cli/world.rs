//! `--wit` and `--world`: the exports of preview1 modules that are no commands, and each reason why they are refused.

use std::fs;

use crate::here::{APP, Here};

const WIT: &str = "package test:mine;
world adds { export add: func(a: u32, b: u32) -> u32; }
world more { export add: func(a: u32, b: u32) -> u32; export io; }
interface io { read: func(); }
world wide { export add: func(a: u64, b: u64) -> u64; }
world says { export say: func(text: string, times: u32); export add: func(a: u32, b: u32) -> u32; }
world lists { export say: func(all: list<u8>); export all: func(of: option<tuple<u8, string>>); }
world command { export wasi:cli/run@0.2.0; }
world other { import t: func(); export add: func(a: u32, b: u32) -> u32; }
package wasi:cli@0.2.0 { interface run { run: func() -> result; } }";
const ONE: &str = "package test:one; world adds { export add: func(a: u32, b: u32) -> u32; }";
const ADD: &str = r#"(func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))"#;
/// Something of the filesystem.
const USES: &str = r#"(import "wasi_snapshot_preview1" "fd_sync" (func (param i32) (result i32)))
    (memory (export "memory") 1)"#;

/// A directory with modules and WIT.
fn here() -> Here {
    here_in("plugged")
}

fn here_in(form: &'static str) -> Here {
    let here = Here::new(form);
    let says =
        r#"(func (export "say") (param i32 i32 i32)) (func (export "malloc") (param i32) (result i32) i32.const 0)"#;
    for (name, text) in [
        ("mine.wit", WIT),
        ("one.wit", ONE),
        ("none.wit", "package test:none; interface only {}"),
        ("broken.wit", "package test:broken;\nworld broken {\n  export add: fun(a: u32);\n}"),
        ("lacks.wit", "package test:lacks; world lacks { export other:package/missing; }"),
        ("add.wat", &format!("(module {USES} {ADD})")),
        ("says.wat", &format!("(module {USES} {says} {ADD})")),
        (
            "lists.wat",
            &format!(
                r#"(module {USES} (func (export "say") (param i32 i32)) (func (export "all") (param i32 i32 i32 i32)))"#
            ),
        ),
        ("env.wat", &format!(r#"(module (import "env" "f" (func)) (import "other" "g" (func)) {USES} {ADD})"#)),
        ("root.wat", &format!(r#"(module (import "$root" "absent" (func)) {USES} {ADD})"#)),
        ("starts.wat", &format!(r#"(module {USES} (func (export "_start")) {ADD})"#)),
        ("component.wat", APP),
    ] {
        fs::write(here.path(name), text).unwrap();
    }
    here
}

/// Composing, adapting, and a vfs for the module fail with the exit code and all of these words.
fn refuses(here: &Here, code: i32, app: &str, flags: &[&str], wanted: &[&str]) {
    for args in [&["compose", app][..], &["adapt", app], &["vfs", "--for", app], &["run", app]] {
        let args = [args, flags].concat();
        let (exit, said) = here.fails(&args);
        assert_eq!(exit, code, "{args:?}: {said}");
        for words in wanted {
            assert!(said.contains(words), "{args:?}: {words} is not in\n{said}");
        }
    }
}

#[test]
fn a_module_gets_the_exports_of_a_world() {
    let here = here();
    here.ok(&["adapt", "add.wat", "--wit", "one.wit", "-q", "-o", "adapted.wasm"]);
    for form in ["plugged", "linked"] {
        let compose = ["compose", "add.wat", "--image", "files", "--form", form, "-q", "-o", "made.wasm"];
        here.ok(&[&compose[..], &["--wit", "mine.wit", "--world", "adds"]].concat());
        for file in ["adapted.wasm", "made.wasm"] {
            let json: serde_json::Value = serde_json::from_slice(&here.ok(&["inspect", file, "--json"])).unwrap();
            assert_eq!(json["exports"], serde_json::json!(["add"]), "{file}");
        }
    }
    let vfs = here.run(&["vfs", "--for", "add.wat", "--wit", "one.wit", "--image", "files", "-o", "vfs.wasm"]);
    let said = String::from_utf8(vfs.stderr).unwrap();
    assert!(
        vfs.status.success() && said.contains("`vfs-compose adapt APP --wit WIT` makes a component of it"),
        "{said}"
    );
    // Paths of a manifest start at its directory, and flags stand over its keys.
    here.write_manifest("wit = '../mine.wit'\nworld = 'wide'\nimage = ['tree']\n");
    let (code, said) = here.fails(&["compose", "add.wat", "--manifest", "project/vfs.toml"]);
    assert!(code == 1 && said.contains("`project/vfs.toml`, line 1, column "), "{said}");
    here.ok(&["compose", "add.wat", "--manifest", "project/vfs.toml", "--world", "adds", "-q", "-o", "made.wasm"]);
    here.write_manifest("wit = '../mine.wit'\nworld = 'absent'\n");
    let (code, said) = here.fails(&["compose", "add.wat", "--manifest", "project/vfs.toml"]);
    assert!(code == 1 && said.contains("`project/vfs.toml`, line 2, column "), "{said}");
    here.write_manifest("wit = 'mine.wit'\n");
    let (code, said) = here.fails(&["compose", "add.wat", "--manifest", "project/vfs.toml"]);
    assert!(code == 1 && said.contains("hint: relative paths of a manifest start at its directory"), "{said}");
}

#[test]
fn wit_that_is_none_is_refused_with_its_place() {
    let here = here();
    let stdin = ["error: cannot read `-`\n", "hint: `--wit` takes no standard input"];
    refuses(&here, 1, "add.wat", &["--wit", "-"], &stdin);
    let url = ["error: cannot read `https://a.b/c.wit`\n", "hint: URLs are not taken"];
    refuses(&here, 1, "add.wat", &["--wit", "https://a.b/c.wit"], &url);
    refuses(&here, 1, "add.wat", &["--wit", "absent.wit"], &["error: cannot read `absent.wit`\n", "No such file"]);
    let takes = "hint: `--wit` takes a WIT file, a directory of them with the packages that they use in `deps`, or";
    let at = ["error: `broken.wit` is not valid WIT\n", "broken.wit:3:", "export add: fun", takes];
    refuses(&here, 1, "add.wat", &["--wit", "broken.wit"], &at);
    let lacks = ["error: `lacks.wit` is not valid WIT\n", "lacks.wit:1:", "other:package", takes];
    refuses(&here, 1, "add.wat", &["--wit", "lacks.wit"], &lacks);
    fs::write(here.path("add.wasm"), wat::parse_str(format!("(module {ADD})")).unwrap()).unwrap();
    for other in ["app.wasm", "add.wasm", "files"] {
        refuses(&here, 1, "add.wat", &["--wit", other], &[&format!("error: `{other}` is not valid WIT\n"), takes]);
    }
    // It is an input, which no output may replace.
    let (code, said) = here.fails(&["adapt", "add.wat", "--wit", "one.wit", "-o", "one.wit"]);
    assert!(code == 1 && said.starts_with("error: the output `one.wit` is the input `one.wit`"), "{said}");
    assert_eq!(here.fails(&["compose", "add.wat", "--wit", "one.wit", "-o", "one.wit"]).0, 1);
}

#[test]
fn worlds_are_chosen_by_name() {
    let here = here();
    let several = [
        "error: `mine.wit` has several worlds: `adds`, `more`, ",
        "`other`\n",
        "hint: choose one, as with `--world adds`",
    ];
    refuses(&here, 1, "add.wat", &["--wit", "mine.wit"], &several);
    let absent = ["error: `one.wit` has no world `absent`: it has `adds`\n", "hint: choose one of them with --world; "];
    refuses(&here, 1, "add.wat", &["--wit", "one.wit", "--world", "absent"], &absent);
    let qualified = ["error: `one.wit` has no world `test:mine/adds`: it has `test:one/adds`\n"];
    refuses(&here, 1, "add.wat", &["--wit", "one.wit", "--world", "test:mine/adds"], &qualified);
    let none = ["error: `none.wit` has no world\n", "hint: write one: "];
    refuses(&here, 1, "add.wat", &["--wit", "none.wit"], &none);
    let alone = ["error: `--world` has no effect without `--wit`\n", "hint: add --wit PATH, or omit --world"];
    refuses(&here, 2, "add.wat", &["--world", "adds"], &alone);
    here.write_manifest("world = 'adds'\n");
    let (code, said) = here.fails(&["compose", "add.wat", "--manifest", "project/vfs.toml"]);
    assert!(
        code == 1 && said.contains("`project/vfs.toml`, line 1, column 9: `world`: `--world` has no effect"),
        "{said}"
    );
}

#[test]
fn modules_that_do_not_fit_are_refused() {
    let here = here();
    let world = |name: &'static str| ["--wit", "mine.wit", "--world", name];
    let missing = [
        "error: the app `add.wat` does not export `test:mine/io#read`, as the world `test:mine/more` does: it exports \
         `add`\n",
        "hint: build it with these exports, by these names, or take them out of the world",
    ];
    refuses(&here, 1, "add.wat", &world("more"), &missing);
    let mismatch = [
        "error: the app `add.wat` exports functions with other types than the world `test:mine/wide` has\n",
        "  caused by: `add`: (i32, i32) -> i32, where the world has (i64, i64) -> i64 for `func(a: u64, b: u64) -> \
         u64`",
        "hint: build it with the types of the world, or change the world",
    ];
    refuses(&here, 1, "add.wat", &world("wide"), &mismatch);
    let realloc = [
        "error: the app `says.wat` exports no `cabi_realloc`, which makes room for what `say` of the world \
         `test:mine/says` is passed\n",
        "hint: export `cabi_realloc`, (i32, i32, i32, i32) -> i32, ",
    ];
    refuses(&here, 1, "says.wat", &world("says"), &realloc);
    refuses(
        &here,
        1,
        "lists.wat",
        &world("lists"),
        &["which makes room for what `say`, `all` of the world `test:mine/lists` are"],
    );
    let unknown = [
        "error: the app `env.wat` imports what neither preview1 nor the world `test:mine/adds` has\n",
        "  caused by: from `env`: `f`\n",
        "this is the interface of Emscripten",
        "from `other`: `g`",
        "hint: link in the library that has it, or import it in the world",
    ];
    refuses(&here, 1, "env.wat", &world("adds"), &unknown);
    // What the encoder finds has its own words.
    let encoder = ["error: the app `root.wat` does not fit the world of `mine.wit`\n", "absent"];
    refuses(&here, 1, "root.wat", &world("other"), &encoder);
    let starts = ["does not export `wasi:cli/run@0.2.0#run`, as the world", "`_start` becomes it in any case"];
    refuses(&here, 1, "starts.wat", &world("command"), &starts);
}

#[test]
fn what_has_types_already_is_refused() {
    let here = here();
    let component = "is a component already";
    let (code, said) = here.fails(&["adapt", "component.wat", "--wit", "one.wit"]);
    assert!(code == 1 && said.contains(component), "{said}");
    for args in [&["compose", "component.wat"][..], &["vfs", "--for", "component.wat"], &["run", "component.wat"]] {
        let (code, said) = here.fails(&[args, &["--wit", "one.wit"]].concat());
        let wanted = format!("error: the app `component.wat` {component}: its exports have types");
        assert!(code == 1 && said.starts_with(&wanted) && said.contains("hint: leave out --wit, or"), "{said}");
    }
    // As bindings leave it in a module; here it is not even read.
    let described = format!(r#"(module {USES} {ADD} (@custom "component-type:own" "any"))"#);
    fs::write(here.path("described.wat"), described).unwrap();
    let own =
        ["error: the app `described.wat` describes its own world ", "hint: leave out --wit: its own world is taken"];
    refuses(&here, 1, "described.wat", &["--wit", "one.wit"], &own);
}

#[test]
fn a_reactor_without_types_is_told_of_worlds_first() {
    let here = here();
    let first = "hint: name a WIT world that has their types, `--wit FILE --world NAME`; or build ";
    for args in [&["compose", "add.wat"][..], &["adapt", "add.wat"]] {
        let (code, said) = here.fails(args);
        assert!(code == 1 && said.contains("for want of component types\n") && said.contains(first), "{said}");
    }
    // What has a world without exports, too.
    fs::write(here.path("empty.wit"), "package test:empty; world empty {}").unwrap();
    assert!(here.fails(&["adapt", "add.wat", "--wit", "empty.wit"]).1.contains(first));
    let (code, said) = here.fails(&["vfs", "--wit", "one.wit", "--strict", "-o", "no.wasm"]);
    let told = "error: `--wit` has no effect: it is for a preview1 module, which `--for` names";
    assert!(code == 1 && said.starts_with(told), "{said}");
}

#[test]
fn run_goes_by_a_world_too() {
    let here = here();
    let run = |body: &str| format!(r#"(module {USES} (func (export "wasi:cli/run@0.2.0#run") (result i32) {body}))"#);
    let flags = ["--wit", "mine.wit", "--world", "command"];
    for (body, code) in [("i32.const 0", 0), ("i32.const 1", 1)] {
        for form in ["plugged", "linked"] {
            let here = here_in(form);
            fs::write(here.path("run.wat"), run(body)).unwrap();
            let output = here.run(&[&["run", "run.wat"][..], &flags].concat());
            assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
    let (code, said) = here.fails(&["run", "add.wat", "--wit", "one.wit"]);
    let wanted = "error: `add.wat` is not a command: it exports no wasi:cli/run (it exports add)";
    assert!(code == 1 && said.contains(wanted), "{said}");
    // What nobody has is named before it runs.
    let start = r#"(func (export "_start") (call $t))"#;
    let calls = format!(r#"(module (import "$root" "t" (func $t)) {USES} {start} {ADD})"#);
    fs::write(here.path("calls.wat"), calls).unwrap();
    let (code, said) = here.fails(&["run", "calls.wat", "--wit", "mine.wit", "--world", "other"]);
    let wanted =
        "error: `calls.wat` imports `t`, and `vfs-compose` runs programs without it\n  hint: `--deny t` denies it";
    assert!(code == 1 && said.contains(wanted), "{said}");
    // What is composed has its exports.
    fs::write(here.path("run.wat"), run("i32.const 0")).unwrap();
    here.ok(&[&["compose", "run.wat", "--image", "files", "-q", "-o", "made.wasm"][..], &flags].concat());
    for (flags, named) in [(&flags[..2], "--wit"), (&flags[..], "--wit"), (&["--world", "command"], "--world")] {
        let (code, said) = here.fails(&[&["run", "made.wasm"], flags].concat());
        assert!(code == 2 && said.contains(named), "{said}");
    }
    let (code, said) = here.fails(&["run", "made.wasm", "--wit", "mine.wit"]);
    let wanted = "error: `made.wasm` is already composed, so `--wit` cannot change it\n";
    assert!(code == 2 && said.starts_with(wanted), "{said}");
}

#[test]
fn help_and_completions_have_the_flags() {
    let here = Here::new("plugged");
    for command in ["compose", "run", "serve", "vfs", "adapt"] {
        let help = here.text(&[command, "--help"]);
        let (_, composing) = help.split_once("\nComposing:\n").unwrap();
        assert!(composing.contains("--wit <PATH>") && composing.contains("--world <NAME>"), "{command}: {help}");
    }
    let zsh = here.text(&["completions", "zsh"]);
    assert!(zsh.lines().any(|line| line.contains("--wit=") && line.contains(":PATH:_files")), "{zsh}");
    assert!(zsh.lines().any(|line| line.contains("--world=") && !line.contains("_files")), "{zsh}");
}
