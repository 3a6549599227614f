//! Flags of what an app sees of its host.

use crate::here::Here;

in_both_forms! {
    values_of_flags_that_cannot_be_are_one_error
    no_name_of_a_variable_is_no_variable
    what_is_allowed_of_the_environment_is_the_hosts
}

fn values_of_flags_that_cannot_be_are_one_error(here: &Here) {
    for (flags, wanted) in [
        (["--wall-clock", "frozen"], "error: `--wall-clock frozen` is not valid\n  hint: it takes "),
        (["--max-bytes", "much"], "error: `--max-bytes much` is not a number"),
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
    ] {
        here.ok(&["app.wasm", "--image", "files", "-q", "-o", "made.wasm", flag]);
        assert_eq!(here.policy()["inherit-env"], inherited, "{flag}");
    }
    for (value, inherited) in [
        ("[\"\"]", serde_json::json!("none")),
        ("[\"\\u0000\"]", serde_json::json!("none")),
        ("[]", serde_json::json!("none")),
        ("false", serde_json::json!("none")),
        ("true", serde_json::Value::Null),
    ] {
        here.write_manifest(&format!("image = [\"tree\"]\ninherit-env = {value}\n"));
        here.ok(&["app.wasm", "--manifest", "project/vfs.toml", "-q", "-o", "made.wasm"]);
        assert_eq!(here.policy()["inherit-env"], inherited, "{value}");
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
