//! The manifest, alone and beside flags.

use std::fs;
use std::process::Command;

use crate::here::Here;

in_both_forms! {
    a_manifest_says_what_flags_say
    what_is_typed_stands_over_the_manifest
    a_manifest_that_is_wrong_is_one_error
    values_of_config_stand_over_those_of_the_manifest
    what_the_manifest_turns_on_can_be_turned_off
    presets_leave_what_the_manifest_says
    the_output_of_a_manifest_may_be_standard_output
    values_of_a_manifest_that_fail_later_have_their_place
    what_is_no_manifest_says_what_it_is
}

/// The value is right in itself, and wrong for these files, or beside another.
fn values_of_a_manifest_that_fail_later_have_their_place(here: &Here) {
    for (text, place, said, hint) in [
        ("inherit-env = [\"A\", \"A=b\"]", (1, 15), "`inherit-env` cannot be `A=b`", "`--env K=V` sets"),
        ("\ndeny = [\"wasi:cli\", \"wasi:nope\"]", (2, 21), "`deny`: neither the app nor WASI has", ""),
        ("deny-all = true\nallow = [\"wasi:nope\"]", (2, 10), "`allow`: neither the app nor WASI has", ""),
        ("allow = [\"wasi:cli\"]", (1, 9), "`allow`: `--allow` has no effect without", "add --deny-all"),
        ("sockets = \"inherit\"\ndeny = [\"wasi:sockets\"]", (2, 8), "`deny`: `--deny wasi:sockets` and", "omit one"),
        ("mtime = 1\nclamp-mtime = 2", (1, 9), "`mtime`: `--mtime 1970-01-01T00:00:01Z` and", "omit one"),
        ("image = [\"tree\", \"no\"]", (1, 18), "`image`: cannot read `project/no`\n", "start at its directory"),
        ("file = [\"/x=@no\"]", (1, 9), "`file`: cannot read `project/no`\n", "start at its directory"),
        ("image = [\"tree\"]\nignore-file = [\"no\"]", (2, 16), "`ignore-file`: cannot read", "start at its directory"),
        ("image = [\"vfs.toml\"]", (1, 10), "`image`: `project/vfs.toml` is a file", "`--image FILE::"),
        ("image = [\"tree\"]\nexclude = [\"a\", \"{\"]", (2, 17), "`exclude`: a pattern", ""),
        ("image = [\"\"]", (1, 9), "`image` cannot be ``", "it takes SOURCE[::GUEST]"),
        ("image = [\"tree::/../x\"]", (1, 9), "`image` cannot be", "an absolute path without"),
        ("preopen = [\"sub\"]", (1, 11), "`preopen` cannot be `sub`", "an absolute path without"),
        ("preopen = [\"/no\"]", (1, 12), "`preopen`: the preopen `/no` is not", ""),
        ("cwd = \"/no\"", (1, 7), "`cwd`: the initial directory `/no`", ""),
        ("stdin = \"from:/no\"", (1, 9), "`stdin`: stdin cannot be the file `/no`", ""),
        ("http = \"allow:*\"", (1, 8), "`http` cannot be `allow:*`", "`inherit` allows all"),
        ("mtime = 2020-01-01 # new year", (1, 9), "`mtime`: it is a date", "in quotes: `\"2020-01-01\"`"),
        ("timeout = \"5s\"", (1, 1), "there is no key `timeout`", "a flag of `run` and `serve` only"),
        ("app = \"app.wasm\"", (1, 1), "there is no key `app`", "`vfs-compose APP --manifest FILE`"),
    ] {
        here.write_manifest(text);
        let place = format!("error: `project/vfs.toml`, line {}, column {}: {said}", place.0, place.1);
        for command in [&["app.wasm"][..], &["vfs"], &["run", "app.wasm"]] {
            let is_run = command[0] == "run";
            let flags: &[&str] = if is_run { &["-q"] } else { &["-q", "-o", "no.wasm"] };
            let (code, message) = here.fails(&[command, &["--manifest", "project/vfs.toml"], flags].concat());
            // Of what it denies, a vfs for any app knows nothing.
            let is_of_app = command[0] == "vfs" && said.contains("neither the app");
            assert!(is_of_app || code == 1 && message.starts_with(&place) && message.contains(hint), "{message}");
        }
    }
    for (output, said) in [
        ("", "`output`: cannot write `project/`: it is the name of a directory\n"),
        ("no/x", "`output`: cannot write `project/no/x`: the directory `project/no` does not exist\n"),
    ] {
        here.write_manifest(&format!("output = \"{output}\"\n"));
        let (code, message) = here.fails(&["app.wasm", "--manifest", "project/vfs.toml"]);
        assert!(
            code == 1 && message.starts_with(&format!("error: `project/vfs.toml`, line 1, column 10: {said}")),
            "{message}"
        );
        here.ok(&["app.wasm", "--manifest", "project/vfs.toml", "-q", "-o", "made.wasm"]);
    }
    // What is typed is not the manifest's.
    here.write_manifest("deny = [\"wasi:cli\"]\nimage = [\"no\"]\nsockets = \"inherit\"\n");
    let typed = |flags: &[&str]| {
        here.fails(&[&["app.wasm", "--manifest", "project/vfs.toml", "-q", "-o", "no.wasm"], flags].concat())
    };
    let (code, said) = typed(&["--image", "nothing"]);
    assert!(code == 1 && said.starts_with("error: cannot read `nothing`\n"), "{said}");
    let (code, said) = typed(&["--image", "files", "--deny", "wasi:nope"]);
    assert!(code == 2 && said.starts_with("error: neither the app nor WASI"), "{said}");
    let (code, said) = typed(&["--image", "files", "--deny", "wasi:sockets"]);
    let place =
        "error: `project/vfs.toml`, line 3, column 11: `sockets`: `--deny wasi:sockets` and `--sockets inherit`";
    assert!(code == 2 && said.starts_with(place), "{said}");
}

fn what_is_no_manifest_says_what_it_is(here: &Here) {
    let example = "hint: `vfs-compose manifest` prints an example\n";
    for (bytes, kind) in [
        (&b"{\"image\": [\"files\"]}"[..], "JSON"),
        (&b"\n(component)"[..], "WebAssembly in its text format"),
        (&b"\0asm\x0d\0\x01\0"[..], "a WebAssembly file"),
        (&b"\x7fELF\0"[..], "a binary file"),
        (&b"<html>"[..], "XML or HTML"),
        (&b"image = [\"\xff\"]"[..], "not UTF-8"),
    ] {
        fs::write(here.path("vfs.toml"), bytes).unwrap();
        let (code, said) = here.fails(&["app.wasm", "--manifest", "vfs.toml", "-o", "no.wasm"]);
        let wanted = format!("error: `vfs.toml` is {kind}, and a manifest is text in TOML\n");
        assert!(code == 1 && said.starts_with(&wanted) && said.ends_with(example), "{said}");
    }
    let (code, said) = here.fails(&["app.wasm", "--manifest", "files", "-o", "no.wasm"]);
    assert!(code == 1 && said.starts_with("error: cannot read `files`\n") && said.ends_with(example), "{said}");
}

fn a_manifest_says_what_flags_say(here: &Here) {
    here.write_manifest("image = [\"tree::/data\"]\npreopen = [\"/data\"]\nenv = { A = \"1\" }\narg = [\"--x\"]\noutput = \"../made.wasm\"\n\
         read-only = true\nmax-bytes = \"1K\"\nmax-open = 9\ninherit-env = [\"TERM\"]\nstdin = \"null\"\n",
    );
    here.ok(&["app.wasm", "--manifest", "project/vfs.toml"]);
    let json: serde_json::Value = serde_json::from_slice(&here.ok(&["inspect", "made.wasm", "--json"])).unwrap();
    let vfs = &json["vfs"];
    assert_eq!(vfs["preopens"][0]["guest"], "/data");
    assert_eq!((&vfs["arguments"][0], &vfs["environment"][0]["value"]), (&"--x".into(), &"1".into()));
    assert_eq!((&vfs["limits"]["bytes"], &vfs["limits"]["open"]), (&1024.into(), &9.into()));
    assert_eq!(vfs["read-only"], true);
    assert_eq!(vfs["policy"], serde_json::json!({"inherit-env": "TERM", "stdin": "null"}));
    assert_eq!(here.ok(&["image", "cat", "made.wasm", "/data/file.txt"]), b"of the manifest\n");
}

fn what_is_typed_stands_over_the_manifest(here: &Here) {
    here.write_manifest("image = [\"tree\"]\nenv = { A = \"1\", B = \"2\" }\nstdin = \"null\"\nstdout = \"null\"\ndeterministic = true\n",
    );
    let typed = ["--image", "files", "--env", "A=typed", "--stdin", "deny", "--random", "inherit", "-o", "made.wasm"];
    here.ok(&[&["app.wasm", "--manifest", "project/vfs.toml"][..], &typed[..]].concat());
    let json: serde_json::Value = serde_json::from_slice(&here.ok(&["inspect", "made.wasm", "--json"])).unwrap();
    let environment = serde_json::json!([{ "name": "B", "value": "2" }, { "name": "A", "value": "typed" }]);
    assert_eq!(json["vfs"]["environment"], environment);
    let policy = &json["vfs"]["policy"];
    assert_eq!((&policy["stdin"], &policy["stdout"]), (&"deny".into(), &"null".into()));
    assert_eq!(
        (&policy["wall-clock"], &policy["random"]),
        (&"frozen:1980-01-01T00:00:00Z".into(), &serde_json::Value::Null)
    );
    assert_eq!(policy["argv0"], "app.wasm");
    assert_eq!(here.ok(&["image", "cat", "made.wasm", "/hello.txt"]), b"hello\n");
}

fn a_manifest_that_is_wrong_is_one_error(here: &Here) {
    for (text, wanted) in [
        (
            "strict = true\nstdot = \"null\"\n",
            "error: `project/vfs.toml`, line 2, column 1: there is no key `stdot`\n  hint: the nearest is `stdout`\n",
        ),
        (
            "stdin = \"to:/x\"\n",
            "error: `project/vfs.toml`, line 1, column 9: `stdin` cannot be `to:/x`\n  hint: it takes `inherit`, `null`, `deny` or `from:/FILE`\n",
        ),
    ] {
        here.write_manifest(text);
        let output = here.run(&["app.wasm", "--manifest", "project/vfs.toml", "-o", "made.wasm"]);
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(1), wanted));
        assert!(!here.path("made.wasm").exists());
    }
    let output = here.run(&["app.wasm", "--manifest", "nothing.toml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: cannot read `nothing.toml`"));
}

fn values_of_config_stand_over_those_of_the_manifest(here: &Here) {
    let said = |manifest_says: &str, typed: &[&str]| {
        here.write_manifest(&format!("image = [\"tree\"]\n{manifest_says}\n"));
        let flags = ["app.wasm", "--manifest", "project/vfs.toml", "-q", "-o", "made.wasm"];
        here.ok(&[&flags[..], typed].concat());
        here.policy()["config"].clone()
    };
    let table = "config = { a = \"1\", b = \"2\" }";
    for (manifest_says, typed, keys) in [
        (table, &[][..], serde_json::json!(["a", "b"])),
        (table, &["--config", "b=3", "--config", "c="], serde_json::json!(["a", "b", "c"])),
        (table, &["--config", "none"], serde_json::json!("none")),
        (table, &["--config", "none", "--config", "c=4"], serde_json::json!(["c"])),
        (table, &["--config", "inherit"], serde_json::Value::Null),
        ("config = {}", &[], serde_json::json!("none")),
        ("config = \"inherit\"", &["--deterministic"], serde_json::Value::Null),
        ("config = \"inherit\"", &["--config", "c=4"], serde_json::json!(["c"])),
        ("", &["--deterministic"], serde_json::json!("none")),
        (table, &["--deterministic"], serde_json::json!(["a", "b"])),
        ("", &["--config", "a,b=1", "--config", "none=2"], serde_json::json!(["a,b", "none"])),
        ("", &[], serde_json::Value::Null),
    ] {
        assert_eq!(said(manifest_says, typed), keys, "{manifest_says} {typed:?}");
    }
    for (flags, wanted) in [
        (&["--config", "a"][..], "error: invalid value 'a' for '--config <K=V>': it takes K=V, `none` or `inherit`"),
        (&["--config", "=a"], "error: invalid value '=a' for '--config <K=V>': it takes K=V"),
        (&["--config", "inherit", "--config", "a=1"], "error: `--config inherit` cannot be combined"),
    ] {
        let (code, message) = here.fails(&[&["app.wasm", "-o", "other.wasm"][..], flags].concat());
        assert_eq!(code, 2);
        assert!(message.starts_with(wanted), "{message}");
    }
}

fn what_the_manifest_turns_on_can_be_turned_off(here: &Here) {
    fs::write(here.path("empty.wasm"), wat::parse_str("(component)").unwrap()).unwrap();
    let said = |flags: &[&str]| {
        here.write_manifest(
            "image = [\"tree\"]\nread-only = true\ndeny-all = true\nallow = [\"wasi:random\"]\ndeterministic = true\n\
             strict = true\nallow-unused = true\n",
        );
        #[cfg(unix)]
        if !here.path("project/tree/pipe").exists() {
            let made = Command::new("mkfifo").arg(here.path("project/tree/pipe")).status().unwrap();
            assert!(made.success());
        }
        here.run(&[&["app.wasm", "--manifest", "project/vfs.toml", "-q", "-o", "made.wasm"][..], flags].concat())
    };
    #[cfg(unix)]
    assert_eq!(said(&[]).status.code(), Some(1), "a pipe is an error");
    assert!(said(&["--strict=false"]).status.success());
    let json =
        || -> serde_json::Value { serde_json::from_slice(&here.ok(&["inspect", "made.wasm", "--json"])).unwrap() };
    let on = json();
    assert_eq!((&on["vfs"]["read-only"], &on["vfs"]["policy"]["deny-all"]), (&true.into(), &"true".into()));
    assert_eq!(on["vfs"]["policy"]["random"], "seeded:0");
    let off = ["--strict=false", "--read-only=false", "--deny-all=false", "--deterministic=false"];
    assert!(said(&off).status.success());
    let off = json();
    assert_eq!((&off["vfs"]["read-only"], &off["vfs"]["policy"]), (&false.into(), &serde_json::json!({})));
    let unused = ["empty.wasm", "--manifest", "project/vfs.toml", "--strict=false", "-q", "-o", "made.wasm"];
    here.ok(&unused);
    let output = here.run(&[&unused[..], &["--allow-unused=false"]].concat());
    assert_eq!(output.status.code(), Some(1));
    // The other way round, and what is neither.
    here.write_manifest("image = [\"files\"]\nread-only = false\n");
    fs::create_dir_all(here.path("project/files")).unwrap();
    here.ok(&["app.wasm", "--manifest", "project/vfs.toml", "-q", "-o", "made.wasm", "--read-only"]);
    assert_eq!(json()["vfs"]["read-only"], true);
    assert_eq!(here.fails(&["app.wasm", "--image", "files", "--read-only=no"]).0, 2);
}

fn presets_leave_what_the_manifest_says(here: &Here) {
    here.write_manifest("image = [\"tree\"]\nrandom = \"seeded:42\"\nmonotonic-clock = \"frozen:7\"\ninherit-env = [\"TZ\"]\nstdin = \"from:/file.txt\"\n",
    );
    for preset in ["--deterministic", "--deny-all"] {
        here.ok(&["app.wasm", "--manifest", "project/vfs.toml", "-q", "-o", "made.wasm", preset]);
        let policy = here.policy();
        for (key, value) in [
            ("random", "seeded:42"),
            ("monotonic-clock", "frozen:7"),
            ("inherit-env", "TZ"),
            ("stdin", "from:/file.txt"),
            ("inherit-args", "none"),
        ] {
            assert_eq!(policy[key], value, "{preset} {key}");
        }
    }
}

fn the_output_of_a_manifest_may_be_standard_output(here: &Here) {
    here.write_manifest("image = [\"tree\"]\noutput = \"-\"\n");
    assert!(here.ok(&["app.wasm", "--manifest", "project/vfs.toml", "-q"]).starts_with(b"\0asm"));
    assert!(!here.path("project/-").exists());
}

/// Flags that say what a component is, and not how it is made or told about.
#[test]
fn every_flag_has_its_key() {
    let here = Here::new("linked");
    let help = String::from_utf8(here.ok(&["--help"])).unwrap();
    let example = String::from_utf8(here.ok(&["manifest"])).unwrap();
    let words = help.split(|c: char| c.is_whitespace() || "[=,;".contains(c));
    let mut flags: Vec<_> = words.filter_map(|word| word.strip_prefix("--")).filter(|flag| !flag.is_empty()).collect();
    flags.sort_unstable();
    flags.dedup();
    let others = ["manifest", "quiet", "verbose", "color", "json", "help", "version", "for", "plug", "dir"];
    let keys = flags.into_iter().filter(|flag| !others.contains(flag)).map(|flag| flag.trim_start_matches("no-"));
    let missing: Vec<_> = keys
        .filter(|key| !example.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{key} = "))))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
