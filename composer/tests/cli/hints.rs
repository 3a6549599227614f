//! Mistakes in what is typed: each error names the word, and the way out.

use std::fs;

use crate::here::Here;

/// Fails, and says this.
fn says(here: &Here, code: i32, args: &[&str], wanted: &[&str]) {
    let (exit, said) = here.fails(args);
    assert_eq!(exit, code, "{args:?}: {said}");
    for words in wanted {
        assert!(said.contains(words), "{args:?}: {words} is not in\n{said}");
    }
}

fn here() -> Here {
    Here::new("linked")
}

#[test]
fn urls_are_no_files() {
    let here = here();
    let only_files = "\n  hint: URLs are not taken, only files of this machine: ";
    for (url, way_out) in [
        ("http://example.com/a.wasm", "download it first\n"),
        ("https://example.com/a.wasm", "download it first\n"),
        ("file:///tmp/a.wasm", "write its path, `/tmp/a.wasm`\n"),
        ("oci://example.com/a", "download it first, as with `"),
        ("docker://a", "download it first, as with `"),
    ] {
        let of_app = if way_out.ends_with('`') { "wkg oci pull REFERENCE -o FILE`\n" } else { "" };
        for args in
            [&["run", url][..], &["compose", url], &["vfs", "--for", url], &["inspect", url], &["image", "ls", url]]
        {
            let error = format!("error: cannot read `{url}`\n");
            says(&here, 1, args, &[&error, &format!("{only_files}{way_out}{of_app}")]);
        }
        let of_files = if of_app.is_empty() { "" } else { "docker export CONTAINER | tar -x -C DIR`\n" };
        let (at, file) = (format!("{url}::/x"), format!("/x=@{url}"));
        for flag in [["--image", url], ["--image", &at], ["--file", &file]] {
            says(&here, 1, &[&["app.wasm"], &flag[..]].concat(), &[&format!("{only_files}{way_out}{of_files}")]);
        }
    }
    for url in ["http://127.0.0.1:8080", "http://127.0.0.1:8080/x"] {
        let wanted = "it takes ADDRESS:PORT and no URL: `127.0.0.1:8080`";
        says(&here, 2, &["serve", "app.wasm", "--addr", url], &["--addr", wanted]);
    }
}

#[test]
fn empty_values_are_wrong_usage() {
    let here = here();
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    for (args, flag) in [
        (&["compose", "app.wasm", "--image", ""][..], "--image"),
        (&["compose", "app.wasm", "--image", "::/x"], "--image"),
        (&["compose", "app.wasm", "--file", ""], "--file"),
        (&["compose", "app.wasm", "--ignore-file", ""], "--ignore-file"),
        (&["compose", "app.wasm", "--manifest", ""], "--manifest"),
        (&["compose", "app.wasm", "--output", ""], "--output"),
        (&["compose", "app.wasm", "--preopen", ""], "--preopen"),
        (&["compose", "app.wasm", "--preopen", "/sub="], "a NAME that is not empty"),
        (&["compose", "app.wasm", "--cwd", ""], "--cwd"),
        (&["compose", "app.wasm", "--deny", ""], "--deny"),
        (&["compose", "app.wasm", "--exclude", ""], "--exclude"),
        (&["compose", "app.wasm", "--include", ""], "--include"),
        (&["compose", ""], "APP"),
        (&["run", ""], "APP"),
        (&["vfs", "--for", ""], "--for"),
        (&["inspect", ""], "FILE"),
        (&["image", "build", "", "-o", "x"], "SOURCE"),
        (&["image", "build", "files", "-o", ""], "--output"),
        (&["image", "ls", "files.erofs", ""], "PATH"),
        (&["image", "cat", "files.erofs", ""], "PATHS"),
        (&["image", "extract", "files.erofs", ""], "TO"),
        (&["image", "extract", "files.erofs", "x", "--from", ""], "--from"),
        (&["man", ""], "DIRECTORY"),
    ] {
        says(&here, 2, args, &[flag]);
    }
    for guest in ["/../x", "/./x"] {
        says(&here, 2, &["compose", "app.wasm", "--preopen", guest], &["--preopen", "an absolute path without"]);
        let image = format!("files::{guest}");
        says(&here, 2, &["compose", "app.wasm", "--image", &image], &["--image", "an absolute path without"]);
    }
}

#[test]
fn mistyped_commands_below_others_get_a_suggestion() {
    let here = here();
    for (args, name, hint) in [
        (&["image", "lss", "x"][..], "image lss", "a similar command is `image ls`"),
        (&["image", "tree", "x"], "image tree", "`vfs-compose image ls -R FILE` lists"),
        (&["image", "check", "x"], "image check", "`vfs-compose image verify FILE`"),
        (&["image", "mount", "x"], "image mount", "the commands are build, ls, cat, extract, verify\n"),
        (&["-q", "image", "biuld"], "image biuld", "a similar command is `image build`"),
        (&["help", "runn"], "runn", "a similar command is `run`"),
        (&["help", "ls"], "ls", "`vfs-compose help image ls` explains"),
        (&["help", "something"], "something", "the commands are compose, vfs, adapt, run, "),
        (&["help", "image", "lss"], "image lss", "a similar command is `image ls`"),
        (&["image", "help", "lss"], "image lss", "a similar command is `image ls`"),
    ] {
        let error = format!("error: there is no command `{name}`\n  hint: ");
        says(&here, 2, args, &[&error, hint]);
    }
    says(&here, 2, &["completions", "bsh"], &["a similar value exists: 'bash'"]);
}

#[test]
fn numbers_say_what_they_may_be() {
    let here = here();
    for number in ["-1", "x", "1.5", ""] {
        says(&here, 2, &["inspect", "app.wasm", "--depth", number], &["--depth", "a number of levels, 0 or more"]);
        for flag in ["--max-nodes", "--max-open"] {
            let args = ["compose", "app.wasm", flag, number];
            says(&here, 2, &args, &[flag, "it takes a number from 0 to 4294967295"]);
        }
        let args = ["compose", "app.wasm", "--max-bytes", number];
        says(&here, 2, &args, &["it takes a whole number of bytes, such as 1000"]);
    }
    let time = "it takes a whole number: write 1.5s as 1500ms";
    says(&here, 2, &["run", "app.wasm", "--timeout", "1.5s"], &["--timeout", time]);
}

#[test]
fn each_warning_is_a_line_under_strict() {
    let here = here();
    fs::write(here.path("files/.env"), "").unwrap();
    let args = ["app.wasm", "--image", "files", "-o", "out.wasm", "--env", "A=1", "--strict"];
    let (code, said) = here.fails(&args);
    let lines: Vec<_> = said.lines().collect();
    let wanted =
        ["error: `--env` has no effect: ", "error: `files/.env` may hold secrets ", "  hint: without --strict"];
    assert!(code == 1 && lines.len() == wanted.len(), "{said}");
    assert!(lines.iter().zip(wanted).all(|(line, wanted)| line.starts_with(wanted)), "{said}");
    for name in 1..8 {
        fs::write(here.path(&format!("files/{name}.pem")), "").unwrap();
    }
    let (_, listed) = here.fails(&[&args[..], &["-v"]].concat());
    assert!(listed.contains("leaves files out\n  files/.env\n  files/1.pem\n"), "{listed}");
    fs::write(here.path("program.wat"), crate::here::run_component("", 0)).unwrap();
    let args = ["run", "program.wat", "--strict", "--sockets", "inherit", "--http", "inherit"];
    let wanted = "error: `--sockets inherit` has no effect: the app does not import `wasi:sockets`; leave it out\n\
                  error: `--http inherit` has no effect: the app does not import `wasi:http`; leave it out\n  \
                  hint: without --strict these are warnings\n";
    assert_eq!(here.fails(&args), (1, wanted.to_owned()));
}

#[test]
fn rules_that_a_vfs_alone_cannot_apply_name_their_flags() {
    let here = here();
    for (flags, named) in [
        (&["--config", "a=1"][..], "--config"),
        (&["--config", "none"], "--config"),
        (&["--http", "allow:a"], "--http allow:"),
        (&["--deny", "wasi:sockets"], "--deny wasi:sockets"),
        (&["--deny-all"], "--deny-all"),
        (&["--random", "deny"], "--random deny"),
        (&["--sockets", "deny"], "--sockets deny"),
        (&["--http", "deny"], "--http deny"),
        (&["--exit", "deny"], "--exit deny"),
    ] {
        // A vfs for one app (`--for`) would refuse these as well.
        let error = format!("error: a vfs for any app cannot apply `{named}`: compose the app\n");
        says(&here, 2, &[&["vfs", "-o", "no.wasm"], flags].concat(), &[&error]);
    }
    let imports = r#"(import "wasi:config/store@0.2.0-rc.1" (instance (export "get" (func (result u32)))))
        (import "wasi:http/outgoing-handler@0.2.3" (instance (export "handle" (func (result u32)))))
        (import "wasi:random/random@0.2.3" (instance (export "get-random-u64" (func (result u64)))))"#;
    let files = crate::here::APP.strip_prefix("(component").unwrap().split("(instance $nothing)").next().unwrap();
    fs::write(here.path("asks.wat"), crate::here::run_component(&format!("{files} {imports}"), 0)).unwrap();
    for (flags, interface, named) in [
        (["--config", "a=1"], "wasi:config/store@0.2.0-rc.1", "--config"),
        (["--http", "allow:a"], "wasi:http/outgoing-handler@0.2.3", "--http allow:"),
        (["--random", "deny"], "wasi:random/random@0.2.3", "--random deny"),
    ] {
        let error = format!("error: a vfs alone does not provide `{interface}`, so it cannot apply `{named}`: ");
        says(&here, 1, &[&["vfs", "--for", "asks.wat", "-o", "no.wasm"][..], &flags].concat(), &[&error]);
    }
}

/// Holes: the sizes are what counts, and nothing is read.
#[test]
fn what_is_too_large_names_the_largest_files() {
    let here = here();
    for (name, mib) in [("files/b.bin", 700), ("files/a.bin", 400), ("files/c.bin", 2)] {
        fs::File::create(here.path(name)).unwrap().set_len(mib << 20).unwrap();
    }
    // Two names of one file do not make it two.
    fs::hard_link(here.path("files/b.bin"), here.path("files/d.bin")).unwrap();
    let largest = ": leave out or shrink files, of which the largest are `/b.bin` (700.0 MiB), `/a.bin` (400.0 MiB), \
                   `/c.bin` (2.0 MiB)\n";
    for args in [&["app.wasm"][..], &["vfs", "-o", "no.wasm"]] {
        let limit = "engines load at most 1073741824 (1.0 GiB)";
        says(
            &here,
            1,
            &[args, &["--image", "files"]].concat(),
            &["error: the image has 11", " (1.1 GiB), ", limit, largest],
        );
    }
}

#[test]
fn values_of_http_say_how_hosts_are_written() {
    let here = here();
    for value in ["allow:*", "allow:http://a", "allow:a/b", "allow:a,b c"] {
        let wanted = "it takes `allow:HOST,...`, where HOST is `host`, `host:port`, `*.host` or `*.host:port`, \
                      without a scheme or a path; `inherit` allows all";
        for command in ["compose", "run"] {
            says(&here, 2, &[command, "app.wasm", "--http", value], &["--http", wanted]);
        }
    }
    let wanted = "`--http allow:example.com` allows requests to this host";
    for value in ["example.com", "allow=example.com"] {
        says(&here, 2, &["compose", "app.wasm", "--http", value], &[wanted]);
    }
    let both = ["compose", "app.wasm", "--http", "allow:a", "--http", "allow:b"];
    says(&here, 2, &both, &["`--http allow:HOST,HOST`"]);
}

/// What is composed with a list of hosts can be given that list.
#[test]
fn http_that_is_off_names_the_list_inside() {
    let here = here();
    let imports = r#"(import "wasi:http/types@0.2.3" (instance (export "fields" (type (sub resource)))))
        (import "wasi:http/outgoing-handler@0.2.3" (instance (export "handle" (func (result u32)))))"#;
    fs::write(here.path("sends.wat"), crate::here::run_component(imports, 0)).unwrap();
    here.ok(&["sends.wat", "--allow-unused", "-q", "--http", "allow:a.com,b.com", "-o", "list.wasm"]);
    says(&here, 1, &["run", "list.wasm"], &["hint: `--http allow:a.com,b.com` lets it send requests"]);
}

#[test]
fn names_of_interfaces_say_what_was_meant() {
    let here = here();
    for (name, wanted) in [
        ("clocks", "called `clocks`: did you mean `wasi:clocks`?\n"),
        ("tcp", "called `tcp`: did you mean `wasi:sockets/tcp`?\n"),
        ("a,b", "\n  hint: each name has its own flag: `--deny a --deny b`\n"),
    ] {
        says(&here, 2, &["app.wasm", "--deny", name, "-o", "no.wasm"], &[wanted]);
    }
}

/// A module, a directory, a URL and a command where something else is wanted.
#[test]
fn what_is_of_another_kind_is_named() {
    let here = here();
    let reactor = r#"(module (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
        (memory (export "memory") 1) (func (export "add") (result i32) i32.const 0))"#;
    fs::write(here.path("reactor.wat"), reactor).unwrap();
    let wanted = [
        "error: the component of `reactor.wat` would export nothing: ",
        "  hint: name a WIT world that has their types, ",
    ];
    says(&here, 1, &["adapt", "reactor.wat"], &wanted);
    // What composes has nothing to run.
    for command in ["run", "serve"] {
        let wanted =
            ["error: the result would export nothing: ", "  hint: build it as a command, which exports `_start`"];
        says(&here, 1, &[command, "reactor.wat"], &wanted);
        assert!(!here.fails(&[command, "reactor.wat"]).1.contains("--allow-no-exports"));
    }
    here.ok(&["vfs", "--image", "files", "-q", "-o", "vfs.wasm"]);
    for args in [&["run", "vfs.wasm"][..], &["serve", "vfs.wasm"], &["run", "vfs.wasm", "--image", "files"]] {
        let wanted =
            ["error: the app `vfs.wasm` is a vfs alone: it has files and no program\n", "hint: it is plugged into"];
        says(&here, 1, args, &wanted);
    }
    says(
        &here,
        2,
        &["serve", "app.wasm", ":80"],
        &["argument `:80`", "hint: `--addr :80` is the address to listen at"],
    );
    says(&here, 2, &["serve", "app.wasm", "x"], &["hint: `--arg x` is an argument that it sees at each request"]);
    says(&here, 1, &["inspect", "reactor.wat"], &["`vfs-compose adapt FILE` makes a component of it"]);
    fs::write(here.path("component.wat"), crate::here::run_component("", 0)).unwrap();
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    for (file, way_out) in [
        ("component.wat", "hosts run it as it is; `vfs-compose component.wat --image DIR` puts files into it\n"),
        ("made.wasm", "it has files inside, too; `vfs-compose inspect made.wasm` shows them\n"),
    ] {
        let wanted = format!("error: `{file}` is a component already, so nothing is left to adapt\n  hint: ");
        says(&here, 1, &["adapt", file], &[&wanted, way_out]);
    }
    says(&here, 1, &["adapt", "files"], &["error: cannot read `files`\n", "`adapt` takes one file, a preview1 module"]);
    says(&here, 1, &["."], &["error: cannot read `.`\n", "`APP --image DIR` packs a directory"]);
    let url = "URLs are not taken, only files of this machine: write a file";
    says(&here, 1, &["app.wasm", "-o", "https://example.com/x.wasm"], &[url]);
    says(&here, 2, &["--json", "manifest"], &["`vfs-compose manifest ...`"]);
    says(&here, 2, &["image", "extract", "app.wasm", "-"], &["`./-`"]);
    assert!(here.text(&["help", "--help"]).contains("Usage: vfs-compose help"));
    assert!(!here.text(&["serve", "--help"]).contains("[ARGS]"));
}

/// Lists are joined, and what excludes another is an error.
#[test]
fn a_flag_of_variables_may_be_repeated() {
    let here = here();
    for (flags, inherited) in [
        (["--inherit-env=A", "--inherit-env=B,A"], serde_json::json!("A,B")),
        (["--inherit-env=A,A", "--inherit-env=A"], serde_json::json!("A")),
        (["--inherit-env", "--inherit-env"], serde_json::Value::Null),
        (["--inherit-env=", "--inherit-env="], serde_json::json!("none")),
    ] {
        here.ok(&[&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"][..], &flags].concat());
        assert_eq!(here.policy()["inherit-env"], inherited, "{flags:?}");
        fs::remove_file(here.path("made.wasm")).unwrap();
    }
    for flags in [
        ["--inherit-env", "--inherit-env=A"],
        ["--inherit-env=A", "--inherit-env"],
        ["--inherit-env=", "--inherit-env=A"],
        ["--inherit-env=false", "--inherit-env"],
    ] {
        for command in ["compose", "run", "serve"] {
            let wanted =
                "error: `--inherit-env` (all variables), `--inherit-env=` (none) and names exclude each other\n";
            says(&here, 2, &[&[command, "app.wasm"], &flags[..]].concat(), &[wanted, "hint: omit one"]);
        }
    }
}

/// clap takes them for short flags: `-output x.wasm` would write `utput`.
#[test]
fn long_flags_with_one_hyphen_are_named() {
    let here = here();
    for (args, typed, hint) in [
        (&["app.wasm", "-image", "files"][..], "-image", "long flags begin with two hyphens: `--image`\n"),
        (&["app.wasm", "-output", "x.wasm"], "-output", "long flags begin with two hyphens: `--output`\n"),
        (&["-output=x.wasm", "app.wasm"], "-output", "long flags begin with two hyphens: `--output=x.wasm`\n"),
        (&["image", "build", "files", "-output", "x"], "-output", "long flags begin with two hyphens: `--output`\n"),
        (&["image", "ls", "-long", "app.wasm"], "-long", "long flags begin with two hyphens: `--long`\n"),
        (&["app.wasm", "-verbose"], "-verbose", "long flags begin with two hyphens: `--verbose`\n"),
        (&["--color", "never", "app.wasm", "-strict"], "-strict", "long flags begin with two hyphens: `--strict`\n"),
        (&["inspect", "-json", "app.wasm"], "-json", "long flags begin with two hyphens: `--json`\n"),
        (&["run", "app.wasm", "-env", "A=1"], "-env", "hyphens: `--env`; `-- -env` gives it to the program\n"),
        (&["run", "-timeout", "5s", "app.wasm"], "-timeout", "long flags begin with two hyphens: `--timeout`\n"),
        (&["compose", "app.wasm", "-imge", "files"], "-imge", "a similar flag is `--image`\n"),
        (&["compose", "app.wasm", "-dir", "files"], "-dir", "`--host-dir NAME::/GUEST` leaves it to the host\n"),
    ] {
        let output = here.run(args);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.starts_with(&format!("error: there is no flag `{typed}`\n  hint: ")), "{args:?}: {said}");
        assert!(said.ends_with(hint), "{args:?}: {said}");
    }
    assert!(!here.path("utput").exists() && !here.path("x.wasm").exists());
    // These are what they look like.
    here.ok(&["app.wasm", "-vv", "-oout.wasm"]);
    assert!(here.text(&["-help"]).contains("Usage: "));
    for (args, tip) in [
        (&["run", "app.wasm", "-lt"][..], "use '-- -lt'"),
        (&["run", "app.wasm", "-name", "x"], "use '-- -name'"),
        (&["run", "app.wasm", "--arg", "-image", "--no-such"], "use '-- --no-such'"),
    ] {
        let said = String::from_utf8(here.run(args).stderr).unwrap();
        assert!(said.contains(tip), "{args:?}: {said}");
    }
}

/// Paths in the tree are absolute.
#[test]
fn values_that_are_nearly_right_are_corrected() {
    let here = here();
    for (flag, value, meant) in [
        ("--file", "a.txt=@files/hello.txt", "--file /a.txt=@files/hello.txt"),
        ("--file", "/a.txt=files/hello.txt", "--file /a.txt=@files/hello.txt"),
        ("--file", "files/hello.txt", "--file /hello.txt=@files/hello.txt"),
        ("--file", "files/hello.txt::/a b", "--file '/a b=@files/hello.txt'"),
        ("--preopen", "data=x", "--preopen /data=x"),
        ("--cwd", "./data", "--cwd /data"),
        ("--stdin", "from:hello.txt", "--stdin from:/hello.txt"),
        ("--stdout", "log.txt", "--stdout to:/log.txt"),
    ] {
        let tip = format!("tip: `{meant}` is such a value\n");
        says(&here, 2, &["compose", "app.wasm", flag, value], &["error: invalid value", flag, &tip]);
    }
    let absolute = "it takes GUEST=@FILE, where GUEST is an absolute path without `.` or `..`, such as ";
    says(&here, 2, &["compose", "app.wasm", "--file", "../a=@x"], &[absolute]);
    here.write_manifest("file = ['a.txt=@tree/file.txt']\n");
    says(&here, 1, &["app.wasm", "--manifest", "project/vfs.toml"], &["`file` cannot be `a.txt=@tree", absolute]);
    assert!(!String::from_utf8(here.run(&["compose", "app.wasm", "--stdin", "nul"]).stderr).unwrap().contains("tip"));
}

/// Patterns choose among the files of directories alone, and what they leave out makes room.
#[test]
fn collisions_name_a_way_out_that_works() {
    let here = here();
    fs::create_dir_all(here.path("files/sub")).unwrap();
    fs::create_dir_all(here.path("other/hello.txt")).unwrap();
    fs::write(here.path("x"), "x").unwrap();
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    let collide = "error: two images collide at `";
    let elsewhere = "hint: give one another path (`--file /elsewhere=@FILE`, `--image SOURCE::/elsewhere`)";
    for (flags, wanted, pattern, choice) in [
        (&["--file", "/a=@x", "--file", "/a=@app.wasm"][..], collide, None, true),
        (&["--file", "/a/b=@x", "--file", "/a=@x"], collide, None, false),
        (&["--file", "/a=@x", "--file", "/a/b=@x"], "needs a directory at `/a`", None, false),
        (&["--image", "files.erofs", "--file", "/sub=@x"], collide, None, false),
        (&["--image", "files.erofs", "--file", "/hello.txt/b=@x"], "needs a directory at", None, false),
        (&["--image", "files", "--file", "/hello.txt=@x"], collide, None, true),
        (&["--image", "files", "--file", "/sub=@x"], collide, Some("/sub/"), false),
        (&["--image", "files::/at", "--image", "x::/at/sub"], collide, Some("/sub/"), false),
        (&["--image", "files", "--file", "/hello.txt/b=@x"], "needs a directory at", Some("/hello.txt"), false),
    ] {
        let args = [&["app.wasm", "-o", "out.wasm"], flags].concat();
        let (code, said) = here.fails(&args);
        assert!(code == 1 && said.contains(wanted) && said.contains(elsewhere), "{flags:?}: {said}");
        let told = pattern.map(|pattern| format!(", or leave one out with `--exclude {pattern}`\n"));
        assert_eq!(said.contains("--exclude"), told.is_some(), "{flags:?}: {said}");
        assert!(told.is_none_or(|told| said.ends_with(&told)), "{flags:?}: {said}");
        assert_eq!(said.ends_with("or choose with --on-collision first or last\n"), choice, "{flags:?}: {said}");
        if let Some(pattern) = pattern {
            here.ok(&[&args[..], &["-q", "--exclude", pattern]].concat());
            fs::remove_file(here.path("out.wasm")).unwrap();
        }
    }
    // Of two directories, one pattern leaves out only the directory.
    let args = ["app.wasm", "--image", "files", "--image", "other", "-o", "out.wasm"];
    let wanted = "put one elsewhere (`--image SOURCE::/elsewhere`), or leave one out with `--exclude /hello.txt/`\n";
    says(&here, 1, &args, &[collide, wanted]);
    here.ok(&[&args[..], &["-q", "--exclude", "/hello.txt/"]].concat());
    assert_eq!(here.text(&["image", "cat", "out.wasm", "/hello.txt"]), "hello\n");
}
