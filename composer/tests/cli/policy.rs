//! Flags of what an app sees of its host.

use crate::here::Here;

in_both_forms! {
    values_of_flags_that_cannot_be_are_one_error
    no_name_of_a_variable_is_no_variable
    what_is_allowed_of_the_environment_is_the_hosts
}

fn values_of_flags_that_cannot_be_are_one_error(here: &Here) {
    for (flags, wanted) in [
        (["--wall-clock", "frozen"], "error: invalid value 'frozen' for '--wall-clock <CLOCK>': it takes "),
        (["--max-bytes", "much"], "error: invalid value 'much' for '--max-bytes <BYTES>': it takes a whole number"),
        (["--http", "allow"], "error: invalid value 'allow' for '--http <ACCESS>': it takes `inherit`, `deny` or"),
        (["--file", "/x"], "error: invalid value '/x' for '--file <GUEST=@FILE>': it takes GUEST=@FILE"),
        (["--mtime", "noon"], "error: invalid value 'noon' for '--mtime <TIME>': it takes a time"),
    ] {
        let output = here.run(&[&["app.wasm", "--image", "files", "-o", "made.wasm"][..], &flags[..]].concat());
        assert_eq!(output.status.code(), Some(2));
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.starts_with(wanted), "{message}");
        assert!(!here.path("made.wasm").exists());
    }
}

fn no_name_of_a_variable_is_no_variable(here: &Here) {
    for (flag, inherited) in [
        ("--inherit-env=", serde_json::json!("none")),
        ("--inherit-env=,", serde_json::json!("none")),
        ("--inherit-env=A,B", serde_json::json!("A,B")),
        ("--inherit-env", serde_json::Value::Null),
        ("--inherit-env=true", serde_json::Value::Null),
        ("--inherit-env=false", serde_json::json!("none")),
    ] {
        here.ok(&["app.wasm", "--image", "files", "-q", "-o", "made.wasm", flag]);
        assert_eq!(here.policy()["inherit-env"], inherited, "{flag}");
    }
    for (value, inherited) in [
        ("[\"\"]", serde_json::json!("none")),
        ("[]", serde_json::json!("none")),
        ("false", serde_json::json!("none")),
        ("true", serde_json::Value::Null),
    ] {
        here.write_manifest(&format!("image = [\"tree\"]\ninherit-env = {value}\n"));
        here.ok(&["app.wasm", "--manifest", "project/vfs.toml", "-q", "-o", "made.wasm"]);
        assert_eq!(here.policy()["inherit-env"], inherited, "{value}");
    }
    // What sets a value in other programs.
    let (code, said) = here.fails(&["app.wasm", "--inherit-env=A=B", "-o", "made.wasm"]);
    let wanted = "error: invalid value 'A=B' for '--inherit-env[=<NAME,...>]': it takes names of variables, separated by \
        commas; `--env K=V` sets a value\n";
    assert!(code == 2 && said.starts_with(wanted), "{said}");
    for value in ["[\"A=B\"]", "[\"\\u0000\"]"] {
        here.write_manifest(&format!("image = [\"tree\"]\ninherit-env = {value}\n"));
        let (code, said) = here.fails(&["app.wasm", "--manifest", "project/vfs.toml", "-o", "made.wasm"]);
        assert!(code == 1 && said.contains("`inherit-env`"), "{said}");
    }
}

fn what_is_allowed_of_the_environment_is_the_hosts(here: &Here) {
    for (allowed, inherited) in [
        ("wasi:cli/environment", serde_json::Value::Null),
        ("wasi:cli", serde_json::Value::Null),
        ("wasi:clocks", serde_json::json!("none")),
    ] {
        let flags = ["--deny-all", "--allow", allowed];
        here.ok(&[&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"][..], &flags].concat());
        let policy = here.policy();
        assert_eq!((&policy["inherit-env"], &policy["inherit-args"]), (&inherited, &inherited), "{allowed}");
    }
}
