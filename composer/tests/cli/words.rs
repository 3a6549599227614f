//! What is typed: commands, flags of other programs, help, colors.

use std::fs;
use std::process::Command;

use crate::here::Here;

fn here() -> Here {
    Here::new("linked")
}

/// Runs without the form that [`Here::command`] adds, and without a terminal.
fn typed(here: &Here, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vfs-compose"));
    command.args(args).current_dir(here.directory.path()).env_remove("COLUMNS");
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_mistyped_command_gets_a_suggestion() {
    let here = here();
    for (args, name) in [
        (&["insepct", "out.wasm"][..], "inspect"),
        (&["imgae", "ls", "x"], "image"),
        (&["rum", "app.wasm"], "run"),
        (&["inspct"], "inspect"),
        (&["compse", "app.wasm"], "compose"),
    ] {
        let (code, _, message) = typed(&here, args);
        assert_eq!(code, 2, "{message}");
        let wanted = format!("there is no command and no file `{}`\n  hint: a similar command is `{name}`\n", args[0]);
        assert_eq!(message, format!("error: {wanted}"));
    }
    // A file may have such a name.
    fs::copy(here.path("app.wasm"), here.path("rum")).unwrap();
    assert_eq!(typed(&here, &["rum", "--image", "files"]).0, 0);
    assert!(here.path("rum.composed.wasm").exists());
}

#[test]
fn the_default_command_has_a_name_and_a_bare_call_shows_help() {
    let here = here();
    assert_eq!(typed(&here, &["compose", "app.wasm", "--image", "files", "-q", "-o", "a.wasm"]).0, 0);
    assert_eq!(typed(&here, &["app.wasm", "--image", "files", "-q", "-o", "b.wasm"]).0, 0);
    assert!(fs::read(here.path("a.wasm")).unwrap() == fs::read(here.path("b.wasm")).unwrap());
    let (code, _, message) = typed(&here, &[]);
    assert_eq!(code, 2);
    assert!(message.contains("Usage: vfs-compose") && message.contains("--image"), "{message}");
}

#[test]
fn flags_of_all_commands_may_stand_before_the_command() {
    let here = here();
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"]);
    for (before, after) in [
        (&["-v", "inspect", "out.wasm"][..], &["inspect", "-v", "out.wasm"][..]),
        (&["--color", "never", "image", "ls", "out.wasm"], &["image", "ls", "--color", "never", "out.wasm"]),
        (&["--color=always", "-q", "inspect", "none"], &["inspect", "none", "-q", "--color=always"]),
    ] {
        assert_eq!(typed(&here, before), typed(&here, after), "{before:?}");
    }
    assert_eq!(typed(&here, &["-q", "inspect", "out.wasm"]).0, 0);
    assert_eq!(typed(&here, &["-q", "app.wasm", "--image", "files"]).0, 0);
    let (code, _, message) = typed(&here, &["-q", "insepct", "out.wasm"]);
    assert!(code == 2 && message.contains("a similar command is `inspect`"), "{message}");
}

#[test]
fn flags_of_other_programs_get_ours() {
    let here = here();
    for flag in ["--dir", "--mapdir", "--volume", "--mount"] {
        for args in [&["app.wasm", flag, "files"][..], &["run", flag, "files", "app.wasm"]] {
            let (code, _, message) = typed(&here, args);
            assert!(code == 2 && message.contains("`--image DIR::/GUEST`"), "{message}");
        }
    }
    for (image, hint) in [
        ("files:/data", "write a place in the tree as `files::/data`"),
        ("files::data", "write a place in the tree as `files::/data`"),
    ] {
        let (code, _, message) = typed(&here, &["app.wasm", "--image", image]);
        assert!(code == 1 && message.ends_with(&format!("\n  hint: {hint}\n")), "{message}");
    }
}

/// Words that docker, kubectl, wasmtime and servers have, and what is typed here in their place.
#[test]
fn words_of_other_programs_get_ours() {
    let here = here();
    for (args, hint) in [
        (&["compose", "app.wasm", "-e", "A=1"][..], "`--env K=V`"),
        (&["run", "-e", "A=1", "app.wasm"], "`--env K=V`"),
        (&["compose", "app.wasm", "--env", "FOO"], "`--inherit-env=FOO`"),
        (&["run", "-w", "/x", "app.wasm"], "`--cwd DIR`"),
        (&["run", "--workdir=/x", "app.wasm"], "`--cwd DIR`"),
        (&["run", "--rm", "app.wasm"], "omit it: nothing of a run is kept"),
        (&["run", "-it", "app.wasm"], "omit it: `run` gives"),
        (&["run", "-S", "http", "app.wasm"], "`--http inherit`"),
        (&["run", "--network", "none", "app.wasm"], "`--sockets` and `--http`"),
        (&["serve", "--port", "8080", "app.wasm"], "`vfs-compose serve APP --addr 127.0.0.1:PORT`"),
        (&["run", "-p", "8080:80", "app.wasm"], "`vfs-compose serve APP --addr 127.0.0.1:PORT`"),
        (&["run", "-v", "files:/data", "app.wasm"], "`--image files::/data` packs a directory at /data"),
        (&["-v", "files:/data", "app.wasm"], "`--image files::/data` packs a directory at /data"),
        (&["compose", "app.wasm", "-v", "files:/data"], "`--image files::/data` packs a directory at /data"),
        (&["serve", "app.wasm", "--addr", "localhost"], "localhost:8080, 8080, or :8080"),
        (&["compose", "app.wasm", "--max-bytes", "-1"], "it takes a number of bytes"),
        (&["compose", "app.wasm", "--mtime", "-5"], "it takes a time since 1970"),
        (&["compose", "app.wasm", "--image", "-q"], "a name that begins with a hyphen is written `./-name`"),
        (&["compose", "app.wasm", "--preopen", "sub"], "write an absolute path"),
        (&["compose", "app.wasm", "--deny", "wasi:nope"], "wasi:nope"),
    ] {
        let (code, _, message) = typed(&here, args);
        assert!(code == 2 && message.contains(hint), "{args:?}: {message}");
        assert!(!message.contains("--deterministic"), "{message}");
        assert!(args[0] == "run" || !message.contains("'-- "), "only programs take other words: {message}");
    }
    assert_eq!(typed(&here, &["-vv", "inspect", "app.wasm"]), typed(&here, &["inspect", "app.wasm", "-v", "-v"]));
}

#[test]
fn preopens_have_plain_paths() {
    let here = here();
    fs::create_dir(here.path("files/etc")).unwrap();
    here.ok(&["app.wasm", "--image", "files", "--preopen", "/etc/", "--preopen", "/=x", "-q", "-o", "out.wasm"]);
    let json: serde_json::Value = serde_json::from_slice(&here.ok(&["inspect", "out.wasm", "--json"])).unwrap();
    let preopens = serde_json::json!([{ "guest": "/etc", "name": "/etc" }, { "guest": "/", "name": "x" }]);
    assert_eq!(json["vfs"]["preopens"], preopens);
}

#[test]
fn short_help_fits_one_screen() {
    let here = here();
    for command in [&["-h"][..], &["compose"], &["run"], &["serve"], &["vfs"], &["inspect"], &["image"]] {
        let args = [command, &["-h"]].concat();
        let args = &args[..args.len().min(2)];
        let (code, help, _) = typed(&here, args);
        assert_eq!(code, 0);
        let composing = help.split("Composing:").nth(1).unwrap_or_default();
        assert!(!composing.contains("[ARGS]"), "{help}");
        assert!(help.lines().count() <= 40, "{args:?}: {} lines\n{help}", help.lines().count());
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{args:?}\n{help}");
    }
}

#[test]
fn long_help_is_grouped_and_names_defaults() {
    let here = here();
    let (_, help, _) = typed(&here, &["--help"]);
    for group in
        ["Files:", "The app:", "What the app sees of its host:", "What the app may not do:", "Composing:", "Output:"]
    {
        assert!(help.lines().any(|line| line == group), "{group}\n{help}");
    }
    for words in ["[default: auto]", "(repeatable)", "SOURCE_DATE_EPOCH", "NO_COLOR"] {
        assert!(help.contains(words), "{words}");
    }
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    let (_, help, _) = typed(&here, &["vfs", "--help"]);
    assert!(help.contains("[default: vfs.wasm]") && !help.contains("composed.wasm"), "{help}");
    assert!(typed(&here, &["run", "--help"]).1.contains("preview1"));
}

#[test]
fn colors_are_as_asked() {
    let here = here();
    let colored = |flags: &[&str], variables: &[(&str, &str)], args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vfs-compose"));
        for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR"] {
            command.env_remove(name);
        }
        command.args(args).args(flags).envs(variables.iter().copied()).current_dir(here.directory.path());
        command.output().unwrap().stderr.contains(&0x1b)
    };
    let warns = ["app.wasm", "--image", "files", "--env", "A=1", "-o", "out.wasm"];
    for args in [&["app.wasm", "--image", "nothing"][..], &["app.wasm", "--no-such-flag"], &warns] {
        assert!(!colored(&[], &[], args), "no terminal");
        assert!(colored(&["--color", "always"], &[], args), "{args:?}");
        assert!(colored(&["--color=always"], &[("NO_COLOR", "1")], args), "{args:?}");
        assert!(colored(&[], &[("FORCE_COLOR", "1")], args), "{args:?}");
        assert!(!colored(&["--color=never"], &[("FORCE_COLOR", "1")], args), "{args:?}");
        assert!(!colored(&[], &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], args), "{args:?}");
    }
}

#[test]
fn manual_pages_and_completions_are_of_all_commands() {
    let here = here();
    let (_, page, _) = typed(&here, &["man"]);
    assert!(page.starts_with(".ie") && page.contains("deterministic"), "{page}");
    assert_eq!(typed(&here, &["man", "pages"]).0, 0);
    for page in ["vfs-compose.1", "vfs-compose-run.1", "vfs-compose-image-ls.1"] {
        assert!(here.path("pages").join(page).exists(), "{page}");
    }
    // A shell completes files and directories where a flag takes them.
    let (_, script, _) = typed(&here, &["completions", "zsh"]);
    for hinted in ["MANIFEST", "manifest=[", "_files"] {
        assert!(hinted == "MANIFEST" || script.contains(hinted), "{hinted}");
    }
    let line = script.lines().find(|line| line.contains("--manifest=[")).unwrap();
    assert!(line.contains(":_files"), "{line}");
}

#[test]
fn more_is_said_where_it_is_asked_for() {
    let here = here();
    let (_, _, told) = typed(&here, &["app.wasm", "--image", "files", "-v", "-o", "out.wasm"]);
    assert!(told.ends_with("\n  imports nothing\n  exports nothing\n"), "{told}");
    let (_, _, told) = typed(&here, &["app.wasm", "--image", "files", "-o", "out.wasm"]);
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.contains("linked (needs multi-memory; --form plugged for others), "), "{told}");
    assert!(told.contains(" of 1 file, 1 directory)"), "{told}");
}
