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
    for flag in ["--dir", "--mapdir", "--map-dir", "--volume", "--mount"] {
        for args in [&["app.wasm", flag, "files"][..], &["run", flag, "files", "app.wasm"]] {
            let (code, _, message) = typed(&here, args);
            let dir = if args[0] == "run" && flag == "--dir" { "files" } else { "DIR" };
            assert!(code == 2 && message.contains(&format!("`--image {dir}::/GUEST`")), "{message}");
            assert!(message.contains("`--host-dir "), "{message}");
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
        (&["compose", "app.wasm", "--max-bytes", "-1"], "it takes a whole number of bytes"),
        (&["compose", "app.wasm", "--mtime", "-5"], "it takes a time from 1970 to the year 9999"),
        (&["compose", "app.wasm", "--image", "-q"], "a name that begins with a hyphen is written `./-name`"),
        (&["app.wasm", "--image", "-o", "q.wasm"], "`--image` needs a source of files, and `-o` is a flag"),
        (&["compose", "app.wasm", "--image", "--env", "A=1"], "a source of files, and `--env` is a flag"),
        (&["run", "app.wasm", "--ro"], "`--read-only`"),
        (&["run", "app.wasm", "--env-file", "x"], "a table `env` in the file of `--manifest`"),
        (&["run", "--allow-net", "app.wasm"], "`--sockets inherit`"),
        (&["run", "--allow-read=.", "app.wasm"], "`--image DIR::/GUEST`"),
        (&["run", "--allow-env", "app.wasm"], "`--inherit-env[=NAME,...]`"),
        (&["app.wasm", "--timeout", "5"], "the commands `run` and `serve` take `--timeout`"),
        (&["compose", "app.wasm", "--max-memory", "1M"], "`run` and `serve` take `--max-memory`"),
        (&["app.wasm", "--for", "x"], "the command `vfs` takes `--for`"),
        (&["run", "app.wasm", "--addr", "1"], "the command `serve` takes `--addr`"),
        (&["vfs", "--form", "linked"], "`compose`, `run` and `serve` take `--form`"),
        (&["inspect", "app.wasm", "--from", "/x"], "the command `image extract` takes `--from`"),
        (&["app.wasm", "files"], "`--image files` packs a directory"),
        (&["compose", "app.wasm", "files"], "`--image files` packs a directory"),
        (&["vfs", "files"], "`--image files` packs a directory"),
        (&["app.wasm", "--read-only", "true"], "a value stands after a `=`: `--read-only=true`"),
        (&["run", "app.wasm", "-o", "out.wasm"], "take `-o`"),
        (&["vfs", "app.wasm"], "`--for app.wasm` makes the vfs for that app"),
        (&["app.wasm", "--inherit-env=A*"], "whole names of variables"),
        (&["app.wasm", "files::/data"], "`--image files::/data` packs it there"),
        (&["app.wasm", "files:/data"], "`--image files::/data` packs it there"),
        (&["serve", "app.wasm", "files"], "`--image files` packs a directory"),
        (&["serve", "app.wasm", "files:/data"], "`--image files::/data` packs it there"),
        (&["app.wasm", "files::data"], "`--image files::/data` packs it there"),
        (&["image", "extract", "app.wasm", "/sub", "to"], "`--from DIR` chooses a directory in the image"),
        (&["compose", "app.wasm", "--preopen", "sub"], "GUEST is an absolute path"),
        (&["compose", "app.wasm", "--deny", "wasi:nope"], "wasi:nope"),
    ] {
        let (code, _, message) = typed(&here, args);
        assert!(code == 2 && message.contains(hint), "{args:?}: {message}");
        assert!(!message.contains("--deterministic") && !message.contains("<TO>"), "{message}");
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
fn a_value_after_a_switch_of_run_is_an_error() {
    let here = here();
    for (flag, value) in [("--read-only", "false"), ("--strict", "true"), ("--deterministic", "false")] {
        for args in [&["run", "app.wasm", flag, value][..], &["run", flag, value, "app.wasm"]] {
            let (code, _, message) = typed(&here, args);
            let wanted = format!("a value stands after a `=`: `{flag}={value}`");
            assert!(code == 2 && message.contains(&wanted), "{args:?}: {message}");
        }
    }
    for args in [&["run", "app.wasm", "--strict", "--", "false"][..], &["run", "app.wasm", "x", "--strict", "false"]] {
        let (_, _, message) = typed(&here, args);
        assert!(!message.contains("a value stands after"), "{args:?}: {message}");
    }
}

/// docker's `-e NAME`: the flag passes all variables on, and the name would be the program's first argument.
#[test]
fn a_variable_after_the_flag_that_passes_all_on_is_an_error() {
    let here = here();
    let name = "PATH";
    for args in [&["run", "app.wasm", "--inherit-env", name][..], &["run", "--inherit-env", name, "app.wasm"]] {
        let (code, _, message) = typed(&here, args);
        let wanted = format!("names stand after a `=`, and `{name}` is a variable: `--inherit-env={name}`");
        assert!(code == 2 && message.contains(&wanted), "{message}");
    }
    for args in [
        &["run", "app.wasm", "--inherit-env", "NO_SUCH_VARIABLE"][..],
        &["run", "app.wasm", "--inherit-env", "--", name],
        &["run", "app.wasm", "x", "--inherit-env", name],
    ] {
        let (_, _, message) = typed(&here, args);
        assert!(!message.contains("names stand after"), "{args:?}: {message}");
    }
}

/// They are the program's, which is easily overlooked.
#[test]
fn a_flag_after_the_programs_first_argument_is_told() {
    let here = here();
    let note = |flag: &str| format!("note: `{flag}` comes after the program's first argument");
    for (args, flag) in [
        (&["run", "app.wasm", "x", "--image", "files"][..], Some("--image")),
        (&["run", "app.wasm", "x", "--env=A=B"], Some("--env")),
        (&["run", "app.wasm", "--", "x", "--image", "files"], None),
        (&["run", "app.wasm", "x", "--json", "--quiet", "--all"], None),
        (&["run", "-q", "app.wasm", "x", "--image", "files"], None),
    ] {
        let (_, _, message) = typed(&here, args);
        match flag {
            Some(flag) => assert!(message.contains(&note(flag)), "{args:?}: {message}"),
            None => assert!(!message.contains("first argument"), "{args:?}: {message}"),
        }
    }
}

/// What stands after `--` is only for programs.
#[test]
fn tips_lead_somewhere() {
    let here = here();
    for (args, is_there) in [
        (&["app.wasm", "-W", "x"][..], false),
        (&["compose", "app.wasm", "-W"], false),
        (&["image", "build", "-W", "files"], false),
        (&["inspect", "app.wasm", "--no-such"], false),
        (&["run", "-W", "x", "app.wasm"], false),
        (&["serve", "app.wasm", "-W"], false),
        (&["run", "app.wasm", "-W", "x"], true),
        (&["run", "--image", "files", "app.wasm", "-W=x"], true),
        (&["run", "app.wasm", "--frm"], true),
    ] {
        let (code, _, message) = typed(&here, args);
        assert!(code == 2 && message.contains("unexpected argument"), "{message}");
        assert_eq!(message.contains("use '-- -"), is_there, "{args:?}: {message}");
    }
    // Others stay.
    let (_, _, message) = typed(&here, &["run", "app.wasm", "--frm"]);
    assert!(message.contains("a similar argument exists: '--form'"), "{message}");
}

#[test]
fn commands_of_other_programs_get_ours() {
    let here = here();
    for (words, hint) in [
        (&["info", "app.wasm"][..], "`vfs-compose inspect FILE` shows what is inside"),
        (&["exec", "app.wasm", "x"], "`vfs-compose run APP [ARGS]...` runs an app"),
        (&["version"], "`vfs-compose --version` prints it"),
        (&["new"], "`vfs-compose manifest` prints an example manifest"),
        (&["new", "x"], "`vfs-compose manifest` prints an example manifest"),
        (&["list", "app.wasm"], "`vfs-compose image ls -R FILE` lists the files inside"),
        (&["something", "--image", "files"], "`vfs-compose --help` lists the commands"),
    ] {
        let (code, _, message) = typed(&here, words);
        let wanted = format!("error: there is no command and no file `{}`\n  hint: {hint}\n", words[0]);
        assert_eq!((code, message), (2, wanted));
    }
    for words in [&["files"][..], &["files", "--image", "files"], &["inspect", "files"], &["image", "ls", "files"]] {
        let (code, _, message) = typed(&here, words);
        assert!(code == 1 && message.contains("hint: `APP --image DIR` packs a directory"), "{message}");
    }
}

/// What is for those who develop this program is not offered.
#[test]
fn completions_offer_what_help_has() {
    let here = here();
    let (_, help, _) = typed(&here, &["--help"]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, script, _) = typed(&here, &["completions", shell]);
        assert!(code == 0 && script.contains("max-nodes") && help.contains("--max-nodes"));
        assert!(!script.contains("stages"), "{shell}");
    }
    let mut command = here.command(&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"]);
    assert!(command.env("VFS_COMPOSE_STAGES", "stages").status().unwrap().success());
    assert_eq!(crate::here::names(&here.path("stages")), ["1-app.wasm", "2-interposed.wasm", "3-linked.wasm"]);
}

/// Where clap would speak of a subcommand.
#[test]
fn a_word_out_of_place_gets_a_hint() {
    let here = here();
    fs::write(here.path("a.log"), "").unwrap();
    for (args, word, hint) in [
        (&["app.wasm", "extra.wasm"][..], "extra.wasm", "`vfs-compose run APP [ARGS]...`"),
        (&["app.wasm", "--image", "files", "--", "foo"], "foo", "`vfs-compose run APP [ARGS]...`"),
        (&["app.wasm", "--image", "files", "--exclude", "a.log", "b.log"], "b.log", "quote patterns"),
        (&["app.wasm", "--include", "a.log", "b.log"], "b.log", "quote patterns"),
        (&["app.wasm", "--exclude", "a.log", "files"], "files", "quote patterns"),
        (&["app.wasm", "--inherit-env", "A"], "A", "`--inherit-env=A`"),
        (&["--image", "files", "run", "app.wasm"], "app.wasm", "`vfs-compose run ...`"),
        (&["--json", "inspect", "app.wasm"], "app.wasm", "`vfs-compose inspect ...`"),
        (&["app.wasm", "run"], "run", "`vfs-compose run ...`"),
    ] {
        let (code, _, message) = typed(&here, args);
        let wanted = format!("error: unexpected argument `{word}`\n  hint: ");
        assert!(code == 2 && message.starts_with(&wanted) && message.contains(hint), "{message}");
    }
    for (args, hint) in [
        (&["ls", "out.wasm"][..], "`vfs-compose image ls`"),
        (&["cat", "out.wasm", "/a.txt"], "`vfs-compose image cat`"),
        (&["build", "files"], "`vfs-compose image build`"),
        (&["extract", "out.wasm"], "`vfs-compose image extract`"),
        (&["verify"], "`vfs-compose image verify`"),
        (&["plug", "app.wasm"], "`vfs-compose vfs`"),
    ] {
        let (code, _, message) = typed(&here, args);
        let wanted = format!("error: there is no command and no file `{}`\n  hint: {hint}", args[0]);
        assert!(code == 2 && message.starts_with(&wanted), "{message}");
    }
}

#[test]
fn a_flag_and_its_opposite_exclude_each_other() {
    let here = here();
    for flag in ["env", "args"] {
        let (inherit, not) = (format!("--inherit-{flag}"), format!("--no-inherit-{flag}"));
        let (code, _, message) = typed(&here, &["app.wasm", &inherit, &not]);
        assert!(code == 2 && message.contains(&inherit) && message.contains(&not), "{message}");
    }
    for (denied, flag, value) in [
        ("wasi:cli/stdin", "--stdin", "from:/hello.txt"),
        ("wasi:cli/stdout", "--stdout", "inherit"),
        ("wasi:cli", "--stdout", "inherit"),
        ("wasi:random", "--random", "seeded:1"),
        ("wasi:random/random", "--random", "seeded:1"),
        ("wasi:random/random@0.2.3", "--random", "seeded:1"),
        ("wasi:random/insecure", "--random", "seeded:1"),
        ("wasi:random/insecure-seed@0.2.3", "--random", "seeded:1"),
        ("wasi:config/store", "--config", "a=1"),
        ("wasi:config/store", "--config", "none"),
        ("wasi:cli/exit@0.2.3", "--exit", "inherit"),
        ("wasi:sockets", "--sockets", "inherit"),
        ("wasi:http", "--http", "inherit"),
    ] {
        let (code, _, message) = typed(&here, &["app.wasm", "--deny", denied, flag, value]);
        let wanted = format!("error: `--deny {denied}` and `{flag} {value}` contradict each other\n  hint: omit one\n");
        assert!(code == 2 && message == wanted, "{message}");
    }
    for (flags, flag) in [
        (&["--deny", "wasi:cli/environment", "--inherit-env=HOME"][..], "--inherit-env"),
        (&["--deny", "wasi:cli", "--inherit-args"], "--inherit-args"),
        (&["--deny", "wasi:cli/environment", "--cwd", "inherit"], "--cwd inherit"),
        (&["--deny", "wasi:config", "--config", "inherit"], "--config inherit"),
        (&["--deny", "wasi:config/store", "--config", "inherit"], "--config inherit"),
        (&["--deny", "wasi:http", "--http", "allow:a"], "--http allow:a"),
        (&["--deny", "wasi:http/outgoing-handler", "--http", "allow:a"], "--http allow:a"),
        (&["--deny", "wasi:http/types", "--http", "allow:a"], "--http allow:a"),
        (&["--deny", "wasi:clocks", "--deny-all", "--allow", "wasi:clocks"], "--allow wasi:clocks"),
        (&["--deny", "wasi:random", "--deterministic"], "--deterministic"),
        (&["--deny", "wasi:random/random", "--deterministic"], "--deterministic"),
        (&["--deny", "wasi:random/insecure@0.2.3", "--deterministic"], "--deterministic"),
        (&["--deny", "wasi:random/insecure-seed", "--deterministic"], "--deterministic"),
        (&["--deny", "wasi:clocks/wall-clock", "--deterministic"], "--deterministic"),
        (&["--deny", "wasi:clocks/monotonic-clock@0.2.3", "--deterministic"], "--deterministic"),
    ] {
        let (code, _, message) = typed(&here, &[&["app.wasm"], flags].concat());
        let denied = flags[1];
        let wanted = format!("error: `--deny {denied}` and `{flag}` contradict each other\n  hint: omit one\n");
        assert!(code == 2 && message == wanted, "{message}");
    }
    for (flag, value, allowed) in [
        ("--random", "deny", "wasi:random"),
        ("--random", "deny", "wasi:random/insecure"),
        ("--random", "seeded:1", "wasi:random"),
        ("--sockets", "deny", "wasi:sockets"),
        ("--sockets", "deny", "wasi:sockets/tcp@0.2.3"),
        ("--http", "deny", "wasi:http"),
        ("--exit", "deny", "wasi:cli/exit"),
        ("--stdout", "deny", "wasi:cli/stdout"),
        ("--stdin", "null", "wasi:cli/stdin"),
        ("--wall-clock", "frozen:2020-01-01", "wasi:clocks/wall-clock"),
        ("--config", "a=1", "wasi:config"),
        ("--config", "none", "wasi:config/store"),
    ] {
        let (code, _, message) = typed(&here, &["app.wasm", "--deny-all", "--allow", allowed, flag, value]);
        let wanted =
            format!("error: `{flag} {value}` and `--allow {allowed}` contradict each other\n  hint: omit one\n");
        assert!(code == 2 && message == wanted, "{message}");
    }
    // Part of what is allowed may be denied.
    for flags in [
        &["--deny", "wasi:cli/exit", "--deny-all", "--allow", "wasi:cli"][..],
        &["--deny", "wasi:cli", "--cwd", "/"],
        &["--exit", "deny", "--stdout", "null", "--deny-all", "--allow", "wasi:cli"],
        &["--wall-clock", "frozen:2020-01-01", "--deny-all", "--allow", "wasi:clocks"],
        &["--sockets", "inherit", "--deny-all", "--allow", "wasi:sockets"],
        &["--deny", "wasi:random/insecure", "--random", "inherit", "--deterministic"],
        &["--deny", "wasi:random/insecure", "--deterministic", "--random", "deny"],
        &["--deny", "wasi:clocks", "--deterministic"],
    ] {
        let (code, _, message) =
            typed(&here, &[&["app.wasm", "--image", "files", "-q", "-o", "part.wasm"], flags].concat());
        assert_eq!(code, 0, "{message}");
    }
}

/// Asks bash what it would complete, after it has read the script.
#[cfg(unix)]
#[test]
fn bash_completes_commands_and_their_flags() {
    let here = here();
    let (_, script, _) = typed(&here, &["completions", "bash"]);
    for (line, wanted) in [
        ("vfs-compose run app.wasm --ti", "--timeout"),
        ("vfs-compose serve --ad", "--addr"),
        ("vfs-compose image ", "extract"),
        ("vfs-compose image ls --rec", "--recursive"),
        ("vfs-compose --ima", "--image"),
        ("vfs-compose ins", "inspect"),
    ] {
        let words: Vec<_> = line.split(' ').map(|word| format!("'{word}'")).collect();
        let last = words.len() - 1;
        let asked = format!(
            "{script}\nCOMP_WORDS=({})\nCOMP_CWORD={last}\n_vfs__compose vfs-compose {} {}\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words.join(" "),
            words[last],
            words[last - 1],
        );
        let output = Command::new("bash").args(["--norc", "-c", &asked]).output().unwrap();
        let completed = String::from_utf8(output.stdout).unwrap();
        assert!(completed.lines().any(|word| word == wanted), "{line}: {completed}");
    }
}

/// Also of those that are not in the short help.
#[test]
fn manual_pages_describe_every_flag() {
    let here = here();
    assert_eq!(typed(&here, &["man", "pages"]).0, 0);
    for page in fs::read_dir(here.path("pages")).unwrap() {
        let page = page.unwrap().path();
        let text = fs::read_to_string(&page).unwrap();
        let lines: Vec<_> = text.lines().collect();
        for entry in lines.windows(3).filter(|lines| lines[0] == ".TP" && lines[1].contains("\\-\\-")) {
            assert!(!entry[2].starts_with('.') && !entry[2].is_empty(), "{}: {}", page.display(), entry[1]);
        }
    }
    let text = fs::read_to_string(here.path("pages/vfs-compose-run.1")).unwrap();
    assert!(text.contains("Let the app see the host"), "{text}");
}

/// The command line is one for all commands, and what is off under `run` is no default of composing.
#[test]
fn help_says_what_is_off_under_run() {
    let here = here();
    for command in ["run", "serve", "compose"] {
        let (_, help, _) = typed(&here, &[command, "--help"]);
        for flag in ["--sockets <ACCESS>", "--http <ACCESS>"] {
            let (_, text) = help.split_once(flag).unwrap();
            let text: Vec<_> = text.split("\n\n").next().unwrap().split_whitespace().collect();
            assert!(text.join(" ").ends_with("[default: inherit; under run and serve, off]"), "{command}: {text:?}");
        }
    }
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
