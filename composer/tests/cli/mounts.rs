//! Directories of the host in the tree: what `--host-dir` makes of an app, and what it cannot be combined with.

use std::fs;

use serde_json::{Value, json};

use crate::here::Here;

in_both_forms! {
    inspect_shows_them_and_what_they_add
    a_directory_is_made_where_there_is_none
    what_is_in_the_place_of_a_directory_is_named
    an_image_file_stays_as_it_is_where_it_has_the_directories
    two_have_two_places
    all_that_the_host_gives
    a_union_with_the_image
    what_is_not_supported_is_said
    names_that_lead_nowhere_are_refused
    what_was_meant_is_said
    a_name_with_a_comma_has_an_option_after_it
    a_name_with_a_colon_is_told_apart_from_the_way_out
    paths_inside_of_one_are_the_hosts
    denials_and_their_exceptions
    what_has_no_effect_is_told
    a_manifest_has_them
}

fn inspection(here: &Here) -> Value {
    serde_json::from_slice(&here.ok(&["inspect", "made.wasm", "--json"])).unwrap()
}

/// What is told when something is made with these flags.
fn told(here: &Here, flags: &[&str]) -> Vec<String> {
    let output = here.run(&[&["app.wasm", "-o", "made.wasm"], flags].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{flags:?}: {said}");
    let lines = said.lines().filter(|line| line.starts_with("warning: ") || line.starts_with("note: "));
    lines.map(str::to_owned).collect()
}

fn inspect_shows_them_and_what_they_add(here: &Here) {
    let flags = ["--host-dir", "data::/srv/data,rw", "--host-dir", "a:b,optional", "--host-dir", "c,cow"];
    assert_eq!(told(here, &[&["--image", "files"], &flags[..]].concat()), [""; 0]);
    let text = here.text(&["inspect", "made.wasm"]);
    for line in [
        "  wasi:filesystem/preopens@0.2.3  (--host-dir)",
        "  wasi:filesystem/types@0.2.3  (--host-dir)",
        "  host-dir data -> /srv/data, rw",
        "  host-dir a:b -> /a:b, ro, optional",
        "  host-dir c -> /c, cow",
    ] {
        assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
    }
    // The drawn tree has them at their places.
    for end in ["    data/  <- data, rw", "  a:b/  <- a:b, ro, optional", "  c/  <- c, cow"] {
        assert!(text.lines().any(|line| line.ends_with(end)), "{end} is not in\n{text}");
    }
    let json = inspection(here);
    let wanted = json!([
        { "name": "data", "guest": "/srv/data", "access": "rw", "optional": false, "union": false },
        { "name": "a:b", "guest": "/a:b", "access": "ro", "optional": true, "union": false },
        { "name": "c", "guest": "/c", "access": "cow", "optional": false, "union": false },
    ]);
    assert_eq!(json["vfs"]["host-dirs"], wanted);
    let imports: Vec<_> = json["imports"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let added = json["added-imports"].as_object().unwrap();
    // This app imports nothing else.
    assert_eq!(added.len(), imports.len(), "{json}");
    assert!(imports.iter().all(|name| added[*name] == "--host-dir"), "{json}");
    // An app without them has nothing of this.
    here.ok(&["app.wasm", "-q", "-o", "made.wasm"]);
    let json = inspection(here);
    assert_eq!((&json["vfs"]["host-dirs"], &json["added-imports"]), (&json!([]), &json!({})));
}

fn a_directory_is_made_where_there_is_none(here: &Here) {
    for image in [&["--image", "files"][..], &["--image", "files::/srv"], &[]] {
        assert_eq!(told(here, &[&["--host-dir", "data::/srv/data"], image].concat()), [""; 0]);
        let listed = here.text(&["image", "ls", "-R", "made.wasm"]);
        assert!(listed.lines().any(|line| line.contains("srv/data")), "{image:?}: {listed}");
    }
    fs::create_dir_all(here.path("files/srv/data")).unwrap();
    assert_eq!(told(here, &["--image", "files", "--host-dir", "data::/srv/data"]), [""; 0]);
    fs::write(here.path("files/srv/data/below.txt"), "").unwrap();
    let said = told(here, &["--image", "files", "--host-dir", "data::/srv/data"]);
    assert_eq!(said, ["note: what the tree has in `/srv/data` is hidden: a directory of the host stands in its place"]);
}

fn what_is_in_the_place_of_a_directory_is_named(here: &Here) {
    for (guest, wanted) in [
        ("/hello.txt", "`--host-dir` at `/hello.txt` needs a directory at `/hello.txt`, where `files` has a file"),
        (
            "/hello.txt/a/b",
            "`--host-dir` at `/hello.txt/a/b` needs a directory at `/hello.txt`, where `files` has a file",
        ),
    ] {
        let mount = format!("data::{guest}");
        let (code, said) = here.fails(&["app.wasm", "--image", "files", "--host-dir", &mount, "-o", "made.wasm"]);
        assert_eq!(code, 1);
        assert!(said.contains(wanted), "{said}");
        assert!(said.contains("hint: place it elsewhere (`--host-dir NAME::/GUEST`)"), "{said}");
        assert!(said.contains("`--exclude /hello.txt`"), "{said}");
    }
    #[cfg(unix)]
    {
        fs::create_dir(here.path("files/real")).unwrap();
        std::os::unix::fs::symlink("real", here.path("files/link")).unwrap();
        let flags = ["app.wasm", "--image", "files", "--host-dir", "link", "-o", "made.wasm"];
        let (_, said) = here.fails(&flags);
        assert!(said.contains("needs a directory at `/link`, where `files` has a symbolic link"), "{said}");
    }
}

fn an_image_file_stays_as_it_is_where_it_has_the_directories(here: &Here) {
    fs::create_dir_all(here.path("files/data")).unwrap();
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    let digest = |name: &str| {
        let json: Value = serde_json::from_slice(&here.ok(&["inspect", name, "--json"])).unwrap();
        let image = if json["vfs"].is_null() { &json["image"] } else { &json["vfs"]["image"] };
        image["digest"].clone()
    };
    let make =
        |flags: &[&str]| here.ok(&[&["app.wasm", "--image", "files.erofs", "-q", "-o", "made.wasm"], flags].concat());
    // Without a time of its own, and that of the image, it is not laid out again.
    let command = |flags: &[&str]| {
        let args = [&["app.wasm", "--image", "files.erofs", "-q", "-o", "made.wasm"], flags].concat();
        let output = here.command(&args).env_remove("SOURCE_DATE_EPOCH").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    make(&[]);
    command(&["--host-dir", "data"]);
    assert_eq!(digest("made.wasm"), digest("files.erofs"));
    command(&["--host-dir", "other"]);
    assert_ne!(digest("made.wasm"), digest("files.erofs"));
    assert!(here.text(&["image", "ls", "made.wasm"]).contains("other"));
}

fn two_have_two_places(here: &Here) {
    let (code, said) = here.fails(&["app.wasm", "--host-dir", "a::/x", "--host-dir", "b::/x", "-o", "made.wasm"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("`--host-dir` has `a` and `b` at `/x`"), "{said}");
    assert!(said.contains("hint: place one elsewhere, as in `b::/GUEST`"), "{said}");
    for (first, second) in [("a::/x", "a::/y"), ("a::/x", "b::/x/y"), ("a::/x/y/z", "b::/x"), ("a::/", "b::/x")] {
        assert_eq!(told(here, &["--host-dir", first, "--host-dir", second]), [""; 0]);
    }
    // One that is inside of another is there from the start.
    let inside = ["--host-dir", "a::/x", "--host-dir", "b::/x/y,rw", "--preopen", "/x/y"];
    assert_eq!(told(here, &inside), [""; 0]);
    let dirs = inspection(here)["vfs"]["host-dirs"].clone();
    assert_eq!((&dirs[0]["guest"], &dirs[1]["guest"]), (&json!("/x"), &json!("/x/y")));
}

fn a_union_with_the_image(here: &Here) {
    for (flag, shown) in [
        ("data::/,cow,union", "  host-dir data -> /, cow, union"),
        ("data::/,optional,union", "  host-dir data -> /, ro, optional, union"),
        ("*,union,ro", "  host-dir * -> /, ro, union"),
    ] {
        // Nothing of the image is hidden.
        assert_eq!(told(here, &["--image", "files", "--host-dir", flag]), [""; 0]);
        let text = here.text(&["inspect", "made.wasm"]);
        assert!(text.lines().any(|line| line == shown), "{shown} is not in\n{text}");
        assert_eq!(inspection(here)["vfs"]["host-dirs"][0]["union"], true);
    }
    let said = told(here, &["--host-dir", "data,union"]);
    assert!(said[0].contains("`union` of `--host-dir data` at `/data` has no effect"), "{said:?}");
}

fn all_that_the_host_gives(here: &Here) {
    let flags = ["--image", "files", "--host-dir", "*", "--host-dir", "*::/work,cow", "--host-dir", "data::/work"];
    assert_eq!(told(here, &flags), [""; 0]);
    let text = here.text(&["inspect", "made.wasm"]);
    for line in ["  host-dir * -> /, ro", "  host-dir * -> /work, cow", "  host-dir data -> /work, ro"] {
        assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
    }
    // Its place is there whatever the host gives, and hides nothing.
    assert!(here.text(&["image", "ls", "made.wasm"]).contains("work"));
    fs::create_dir_all(here.path("files/etc")).unwrap();
    fs::write(here.path("files/etc/config"), "").unwrap();
    assert_eq!(told(here, &["--image", "files", "--host-dir", "*::/etc", "--preopen", "/etc"]), [""; 0]);
    let twice = ["app.wasm", "--host-dir", "*::/x", "--host-dir", "*::/x/,rw", "-o", "made.wasm"];
    let (code, said) = here.fails(&twice);
    assert!(code == 2 && said.contains("`--host-dir` has `*` and `*` at `/x`"), "{said}");
    let (code, said) = here.fails(&["run", "app.wasm", "--host-dir", "*"]);
    assert!(code == 2 && said.contains("this run is the host") && said.contains("hint: name each one"), "{said}");
}

fn what_is_not_supported_is_said(here: &Here) {
    for (value, wanted) in [
        ("data::/,rw,union", "union with ro or cow"),
        ("*,optional", "`*` without `optional`"),
        ("data,rx", "it takes ro, rw, cow, optional or union"),
        ("data,ro,rw", "it takes one of ro, rw and cow"),
        ("data::work", "GUEST is an absolute path"),
        ("", "it takes NAME[::GUEST]"),
    ] {
        let (code, said) = here.fails(&["app.wasm", "--host-dir", value, "-o", "made.wasm"]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(wanted), "{value}: {said}");
    }
    let whole = ["app.wasm", "--host-dir", "data::/", "-o", "made.wasm"];
    let (code, said) = here.fails(&[&whole[..], &["--image", "files"]].concat());
    assert!(code == 2 && said.contains("hides all files of the image"), "{said}");
    assert!(said.contains("hint: `data::/,ro,union` shows them where it has none"), "{said}");
    here.ok(&whole);
}

fn names_that_lead_nowhere_are_refused(here: &Here) {
    for name in ["d/../..", "/d/..", "a/./../b"] {
        let (code, said) = here.fails(&["app.wasm", "--host-dir", &format!("{name}::/x"), "-o", "made.wasm"]);
        assert!(code == 2 && said.contains(&format!("`--host-dir {name}` goes up from a directory")), "{said}");
    }
    here.ok(&["app.wasm", "--host-dir", "../../d::/x", "-q", "-o", "made.wasm"]);
}

fn what_was_meant_is_said(here: &Here) {
    for (value, wanted, meant) in [
        ("d:/x", "it takes NAME::GUEST, with two colons", "d::/x"),
        ("d=/x", "it takes NAME::GUEST, with two colons", "d::/x"),
        ("d:/x:cow", "it takes NAME::GUEST, with two colons", "d::/x,cow"),
        ("d:/x:ro", "it takes NAME::GUEST, with two colons", "d::/x,ro"),
        (
            "../data",
            "it takes NAME::GUEST, as in ../data::/data: a NAME with `..` says no place in the tree",
            "../data::/data",
        ),
        ("d::x", "GUEST is an absolute path", "d::/x"),
    ] {
        let (code, said) = here.fails(&["app.wasm", "--host-dir", value, "-o", "made.wasm"]);
        assert!(code == 2 && said.contains(wanted), "{said}");
        assert!(said.contains(&format!("`--host-dir {meant}` is such a value")), "{said}");
    }
}

fn a_name_with_a_comma_has_an_option_after_it(here: &Here) {
    here.ok(&["app.wasm", "--host-dir", "a,b::/x,ro", "-q", "-o", "made.wasm"]);
    let dirs = &inspection(here)["vfs"]["host-dirs"];
    assert_eq!((&dirs[0]["name"], &dirs[0]["guest"]), (&json!("a,b"), &json!("/x")));
    let (code, said) = here.fails(&["app.wasm", "--host-dir", "a,b::/x", "-o", "made.wasm"]);
    let wanted = "it takes ro, rw, cow, optional or union after a comma; where NAME or GUEST has a comma, one of these follows it";
    assert!(code == 2 && said.contains(wanted), "{said}");
    here.write_manifest("host-dir = ['a,b::/x,cow']");
    here.ok(&["app.wasm", "-q", "-o", "made.wasm", "--manifest", "project/vfs.toml"]);
    assert_eq!(inspection(here)["vfs"]["host-dirs"][0]["name"], "a,b");
}

fn a_name_with_a_colon_is_told_apart_from_the_way_out(here: &Here) {
    let flags = ["--host-dir", "a: b::/x", "--host-dir", "c: d::/x"];
    let (code, said) = here.fails(&[&["app.wasm", "-o", "made.wasm"], &flags[..]].concat());
    assert!(code == 2 && said.starts_with("error: `--host-dir` has `a: b` and `c: d` at `/x`\n"), "{said}");
    assert!(said.contains("hint: place one elsewhere, as in `c: d::/GUEST`"), "{said}");
}

/// Only the host knows what is there.
fn paths_inside_of_one_are_the_hosts(here: &Here) {
    let make = |access: &str| {
        ["app.wasm", "-o", "made.wasm", "--host-dir"].map(str::to_owned).into_iter().chain([format!("data{access}")])
    };
    let with = |access: &str, flags: &[&str]| {
        let args: Vec<_> = make(access).chain(flags.iter().map(|flag| (*flag).to_owned())).collect();
        here.run(&args.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let said = |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    for (key, access, flags) in [
        ("cwd", "", &["--cwd", "/data/sub"][..]),
        ("cwd", "", &["--cwd", "/data/sub", "--preopen", "/data"]),
        ("stdin", "", &["--stdin", "from:/data/in"]),
        ("stdout", ",rw", &["--stdout", "to:/data/sub/out", "--max-nodes", "0"]),
        ("stderr", ",cow", &["--stderr", "append:/data/err"]),
    ] {
        let output = with(access, flags);
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(inspection(here)["vfs"]["policy"][key], flags[1]);
    }
    let output = with("", &["--preopen", "/data/sub=/"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(inspection(here)["vfs"]["preopens"][0]["guest"], "/data/sub");
    for (access, flags, wanted) in [
        (
            "",
            &["--stdout", "to:/data/out"][..],
            "stdout cannot be the file `/data/out`: it is in a directory of the host",
        ),
        (
            ",rw",
            &["--stdout", "to:/data/out", "--read-only"],
            "stdout cannot be the file `/data/out`: the tree is read-only",
        ),
        (",cow", &["--stdout", "to:/data/out", "--max-nodes", "0"], "under `--max-nodes 0` no file can be made"),
        (",rw", &["--stdin", "from:/data/x", "--stdout", "to:/data/x"], "it is stdin's, and would be emptied first"),
        (",rw", &["--stdout", "to:/data"], "it is a directory"),
        ("", &["--preopen", "/dat/sub"], "the preopen `/dat/sub` is not a directory of the tree"),
    ] {
        let output = with(access, flags);
        assert!(output.status.code() == Some(1) && said(&output).contains(wanted), "{}", said(&output));
    }
}

fn denials_and_their_exceptions(here: &Here) {
    for (flags, wanted) in [
        (&["--deny-all"][..], "`--deny-all` denies the filesystem of the host, which `--host-dir data` needs"),
        (&["--deny-all", "--allow", "wasi:clocks"], "add `--allow wasi:filesystem`"),
        (&["--deny", "wasi:filesystem"], "`--deny wasi:filesystem` denies the filesystem of the host"),
        (&["--deny", "wasi:filesystem/types"], "`--deny wasi:filesystem/types` denies the filesystem of the host"),
    ] {
        let (code, said) = here.fails(&[&["app.wasm", "--host-dir", "data", "-o", "made.wasm"], flags].concat());
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(wanted), "{said}");
    }
    let flags = ["--host-dir", "data", "--deny-all", "--allow", "wasi:filesystem"];
    assert_eq!(told(here, &flags), [""; 0]);
    let json = inspection(here);
    let imports = json["imports"].as_array().unwrap();
    assert!(imports.contains(&json!("wasi:filesystem/preopens@0.2.3")), "{json}");
    assert_eq!(json["added-imports"].as_object().unwrap().len(), imports.len(), "{json}");
}

fn what_has_no_effect_is_told(here: &Here) {
    assert_eq!(
        told(here, &["--host-dir", "data,rw", "--host-dir", "other", "--read-only"]),
        [
            "warning: `rw` of `--host-dir data` has no effect: under `--read-only` nothing changes; leave one of them out"
        ]
    );
    let dirs = inspection(here)["vfs"]["host-dirs"].clone();
    assert!(dirs.as_array().unwrap().iter().all(|dir| dir["access"] == "ro"), "{dirs}");
    let of_host = "note: contents and times of what `--host-dir` names are the host's: they may differ from run to run";
    for flag in [&["--deterministic"][..], &["--wall-clock", "frozen:2020-01-01T00:00:00Z"]] {
        let said = told(here, &[&["--host-dir", "data"], flag].concat());
        assert!(said.contains(&of_host.to_owned()), "{said:?}");
    }
    fs::write(
        here.path("app.wasm"),
        wat::parse_str(r#"(component (instance $n) (export "n" (instance $n)))"#).unwrap(),
    )
    .unwrap();
    assert_eq!(
        told(here, &["--allow-unused", "--host-dir", "data"]),
        ["warning: `--host-dir` has no effect: the app does not import `wasi:filesystem`; leave it out"]
    );
    let json = inspection(here);
    assert_eq!((&json["imports"], &json["vfs"]["host-dirs"]), (&json!([]), &json!([])));
}

fn a_manifest_has_them(here: &Here) {
    here.write_manifest("host-dir = ['data::/srv/data,cow', 'cache,optional']");
    let flags = ["--manifest", "project/vfs.toml"];
    here.ok(&[&["app.wasm", "-q", "-o", "made.wasm"], &flags[..]].concat());
    let dirs = inspection(here)["vfs"]["host-dirs"].clone();
    assert_eq!((&dirs[0]["guest"], &dirs[1]["optional"]), (&json!("/srv/data"), &json!(true)));
    for (text, wanted) in [
        ("strict = true\nhost-dir = ['data,rx']", "line 2, column 12: `host-dir` cannot be `data,rx`"),
        (
            "strict = true\nhost-dir = ['a::/x', 'b::/x']",
            "line 2, column 22: `host-dir`: `--host-dir` has `a` and `b` at `/x`",
        ),
        (
            "host-dir = ['a', 'b::/x']\ndeny = ['wasi:filesystem']",
            "line 1, column 13: `host-dir`: `--deny wasi:filesystem` denies the filesystem",
        ),
        (
            "image = ['../files']\nhost-dir = ['a', 'b::/hello.txt']",
            "line 2, column 18: `host-dir`: `--host-dir` at `/hello.txt` needs a directory",
        ),
        ("host-dir = ['a']\nstdout = 'to:/a/out'", "line 2, column 10: `stdout`: stdout cannot be the file `/a/out`"),
        ("host-dir = ['a', 'd:/x']", "line 1, column 12: `host-dir` cannot be `d:/x`"),
    ] {
        here.write_manifest(text);
        let (code, said) = here.fails(&[&["app.wasm", "-o", "made.wasm"], &flags[..]].concat());
        assert!(code == 1 && said.contains(wanted), "{said}");
    }
}
