//! What a policy makes virtual is asked of no host.

use super::{FORMS, apps};
use vfs_compose::error::{Error, TreeError};
use vfs_compose::{Composer, FormChoice, Inherited, Policy, inspect};

/// An app with one file, `f`, in a folder.
fn composer(policy: Policy) -> (tempfile::TempDir, Composer) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("folder")).unwrap();
    std::fs::write(directory.path().join("folder/f"), "XYZ").unwrap();
    let composer = Composer::new(apps::command("0.2.6")).image(directory.path()).times(0).policy(policy);
    (directory, composer)
}

/// The imports of an app that imports all there is, without versions.
fn imports(policy: Policy, form: FormChoice) -> Vec<String> {
    let (_directory, composer) = composer(policy);
    let composed = composer.form(form).compose().unwrap().to_bytes().unwrap();
    let imports = inspect(&composed).unwrap().imports.into_iter();
    imports.filter_map(|import| import.strip_suffix("@0.2.6").map(str::to_owned)).collect()
}

fn policy(lines: &[(&str, &str)]) -> Policy {
    let mut policy = Policy::default();
    lines.iter().for_each(|(key, value)| policy.set(key, value).unwrap());
    policy
}

/// All that can be virtual.
fn closed() -> Policy {
    let mut policy = policy(&[
        ("cwd", "/folder"),
        ("stdin", "from:/folder/f"),
        ("stdout", "null"),
        ("stderr", "deny"),
        ("wall-clock", "frozen:2020-01-01T00:00:00Z"),
        ("monotonic-clock", "frozen"),
        ("random", "seeded:1"),
    ]);
    policy.environment = Inherited::None;
    policy.own_arguments = true;
    policy
}

#[test]
fn an_app_that_is_given_nothing_asks_for_nothing() {
    for form in FORMS {
        assert_eq!(imports(closed(), form), ["wasi:cli/exit"], "{form:?}");
    }
}

#[test]
fn each_line_of_a_policy_takes_its_own_imports_away() {
    for (lines, gone) in [
        (&[("stdin", "null")][..], &["wasi:cli/stdin", "wasi:cli/terminal-stdin", "wasi:cli/terminal-input"][..]),
        (&[("stdout", "to:/new")], &["wasi:cli/stdout", "wasi:cli/terminal-stdout"]),
        (
            &[("stdout", "null"), ("stderr", "null")],
            &[
                "wasi:cli/stdout",
                "wasi:cli/stderr",
                "wasi:cli/terminal-stdout",
                "wasi:cli/terminal-stderr",
                "wasi:cli/terminal-output",
            ],
        ),
        (&[("wall-clock", "frozen:1970-01-01T00:00:00Z")], &["wasi:clocks/wall-clock"]),
        (&[("monotonic-clock", "frozen")], &["wasi:clocks/monotonic-clock"]),
        (&[("random", "seeded:1")], &["wasi:random/random", "wasi:random/insecure", "wasi:random/insecure-seed"]),
    ] {
        for form in FORMS {
            let before = imports(Policy::default(), form);
            let after = imports(policy(lines), form);
            let missing: Vec<_> = before.iter().filter(|import| !after.contains(import)).collect();
            assert_eq!(missing.len(), gone.len(), "{form:?} {lines:?}: {missing:?}");
            assert!(gone.iter().all(|import| missing.iter().any(|missing| missing == import)), "{missing:?}");
        }
    }
}

#[test]
fn the_hosts_environment_is_asked_for_what_is_inherited() {
    let mut some = closed();
    some.environment = Inherited::Only(vec!["HOME".into()]);
    for form in FORMS {
        assert_eq!(imports(some.clone(), form), ["wasi:cli/environment", "wasi:cli/exit"], "{form:?}");
    }
}

#[test]
fn what_is_not_asked_for_is_not_in_the_vfs() {
    for form in FORMS {
        let size = |policy| {
            let (_directory, composer) = composer(policy);
            let composed = composer.form(form).compose().unwrap().to_bytes().unwrap();
            inspect(&composed).unwrap().vfs.unwrap().code
        };
        let (without, seeded) = (size(Policy::default()), size(policy(&[("random", "seeded:1")])));
        assert!(without + 1000 < seeded, "{form:?}: {without} bytes of code without random numbers, {seeded} with");
    }
}

#[test]
fn the_policy_is_said_again() {
    for form in FORMS {
        let (_directory, composer) = composer(closed());
        let composed = composer.form(form).compose().unwrap().to_bytes().unwrap();
        let vfs = inspect(&composed).unwrap().vfs.unwrap();
        let lines: Vec<_> = vfs.policy.iter().map(|(key, value)| format!("{key} {value}")).collect();
        let wanted = [
            "inherit-env none",
            "inherit-args none",
            "cwd /folder",
            "stdin from:/folder/f",
            "stdout null",
            "stderr deny",
            "wall-clock frozen:2020-01-01T00:00:00Z",
            "monotonic-clock frozen:0",
            "random seeded:1",
        ];
        assert_eq!(lines, wanted, "{form:?}");
    }
}

#[test]
fn paths_that_cannot_be_are_refused() {
    for (key, value) in [
        ("cwd", "/nowhere"),
        ("cwd", "/folder/f"),
        ("stdin", "from:/nowhere"),
        ("stdin", "from:/folder"),
        ("stdout", "to:/folder"),
        ("stderr", "append:/nowhere/log"),
        ("stdout", "to:/folder/../log"),
    ] {
        for form in FORMS {
            let (_directory, composer) = composer(policy(&[(key, value)]));
            let refused = composer.form(form).compose().map(drop);
            assert!(
                matches!(
                    refused,
                    Err(Error::Tree(
                        TreeError::InitialDirectory { .. } | TreeError::Stream { .. } | TreeError::GuestPath { .. }
                    ))
                ),
                "{key} {value}: {refused:?}"
            );
        }
    }
}

#[test]
fn a_tree_that_cannot_be_changed_takes_no_output() {
    for form in FORMS {
        let (_directory, composer) = composer(policy(&[("stderr", "to:/log")]));
        let refused = composer.read_only(true).form(form).compose().map(drop);
        assert!(matches!(refused, Err(Error::Tree(TreeError::Stream { stream: "stderr", .. }))), "{refused:?}");
    }
}

#[test]
fn the_file_of_stdin_is_not_emptied() {
    for form in FORMS {
        for output in ["stdout", "stderr"] {
            let composed = |to| {
                let (_directory, composer) = composer(policy(&[("stdin", "from:/folder/f"), (output, to)]));
                composer.form(form).compose().map(drop)
            };
            let refused = composed("to:/folder/f");
            assert!(
                matches!(refused, Err(Error::Tree(TreeError::Stream { stream, .. })) if stream == output),
                "{refused:?}"
            );
            composed("append:/folder/f").unwrap();
            composed("to:/folder/g").unwrap();
        }
    }
}
