//! Warnings and notes about sources: what is left out, what is packed and perhaps should not be, what cannot work.

use std::fs;

use crate::here::Here;
use crate::remarks::told;

in_both_forms! {
    patterns_that_match_nothing_are_told
    patterns_that_bring_nothing_back_are_told
    patterns_for_some_sources_are_no_mistake
    patterns_of_another_form_get_ours
    files_of_patterns_without_effect_are_told
    what_an_ignore_file_leaves_out_is_a_note
    all_files_of_a_long_list_can_be_seen
    all_links_that_lead_nowhere_can_be_seen
    an_older_output_in_a_source_is_a_note
    an_empty_directory_is_no_secret
    patterns_without_a_directory_are_told
    what_is_included_and_left_out_is_told
    secrets_in_images_are_told
    results_in_a_source_are_told_whatever_their_names
    single_files_count_after_images
    patterns_of_files_that_match_nothing_are_told
    what_only_an_ignore_file_brings_back_is_told
    #[cfg(unix)] links_out_of_the_directories_of_the_app_are_told
}

fn results_in_a_source_are_told_whatever_their_names(here: &Here) {
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "made"]);
    here.ok(&["image", "build", "files", "-q", "-o", "image"]);
    // The smallest that there is.
    assert!(fs::metadata(here.path("made")).unwrap().len() > 16 << 10);
    for (name, text) in [("module.bin", &b"\0asm\x01\0\0\0"[..]), ("zeros", &[0; 4096])] {
        fs::write(here.path("files").join(name), text.repeat(5)).unwrap();
    }
    assert_eq!(told(here, &[]), [""; 0]);
    fs::rename(here.path("made"), here.path("files/made.bin")).unwrap();
    fs::rename(here.path("image"), here.path("files/a.txt")).unwrap();
    let wanted = "warning: `files/a.txt`, `files/made.bin` will be in the image too: `--exclude` leaves files out";
    assert_eq!(told(here, &[]), [wanted]);
}

/// Whatever was typed first.
fn single_files_count_after_images(here: &Here) {
    fs::write(here.path("single"), "single\n").unwrap();
    for (which, kept) in [("first", "hello\n"), ("last", "single\n")] {
        let image = ["--image", "files", "--on-collision", which];
        let file = ["--file", "/hello.txt=@single"];
        for flags in [[&image[..], &file].concat(), [&file[..], &image].concat()] {
            let args = [&["app.wasm", "-o", "out.wasm"][..], &flags].concat();
            let said = String::from_utf8(here.run(&args).stderr).unwrap();
            let note = format!(
                "note: 1 file is in several images: the {which} one is packed, and `--file` counts after `--image`\n"
            );
            assert!(said.starts_with(&note), "{said}");
            assert_eq!(here.text(&["image", "cat", "out.wasm", "hello.txt"]), kept);
        }
        let args = ["app.wasm", "-o", "out.wasm", "--image", "single::/hello.txt"];
        let said = String::from_utf8(here.run(&[&args[..], &image].concat()).stderr).unwrap();
        assert!(said.starts_with(&format!("note: 1 file is in several images: the {which} one is packed\n")), "{said}");
    }
}

fn patterns_of_files_that_match_nothing_are_told(here: &Here) {
    fs::create_dir(here.path("more")).unwrap();
    fs::write(here.path("more/x.log"), "").unwrap();
    fs::write(here.path("patterns"), "*.log\nnothing\n").unwrap();
    let wanted = "warning: `--ignore-file` has no effect: no file matches a pattern of `patterns` that is not left out \
                  already; patterns are as in `.gitignore`, and begin at the directory that is packed";
    assert_eq!(told(here, &["--ignore-file", "patterns"]), [wanted]);
    // One that matches is enough, in any directory.
    for images in [&["--image", "more"][..], &["--image", "more", "--image", "files::/z"]] {
        assert_eq!(told(here, &[&["--ignore-file", "patterns"], images].concat()), [""; 0]);
    }
    fs::write(here.path("files/.vfsignore"), "nothing\n").unwrap();
    assert_eq!(told(here, &[]), [""; 0]);
}

fn what_only_an_ignore_file_brings_back_is_told(here: &Here) {
    fs::write(here.path("files/a"), "").unwrap();
    fs::write(here.path("files/.vfsignore"), "a\n").unwrap();
    let wanted = "warning: `--exclude !a` has no effect: `.vfsignore` leaves out what it matches, and only a \
                  pattern with `!` there brings that back";
    assert_eq!(told(here, &["--exclude", "!a"]), [wanted]);
}

#[cfg(unix)]
fn links_out_of_the_directories_of_the_app_are_told(here: &Here) {
    fs::create_dir(here.path("files/data")).unwrap();
    std::os::unix::fs::symlink("../hello.txt", here.path("files/data/link")).unwrap();
    let wanted = "warning: 1 symbolic link cannot be followed in the app, because of targets outside of the \
                  directories of `--preopen`: `/data/link` -> `../hello.txt`; `--preopen` of a directory around link and \
                  target lets the app follow it";
    assert_eq!(told(here, &["--preopen", "/data"]), [wanted]);
    assert_eq!(told(here, &["--preopen", "/data=d", "--preopen", "/"]), [""; 0]);
    assert_eq!(told(here, &[]), [""; 0]);
}

#[cfg(unix)]
fn all_links_that_lead_nowhere_can_be_seen(here: &Here) {
    for name in ["g", "f", "e", "d", "c", "b", "a"] {
        std::os::unix::fs::symlink("/etc", here.path("files").join(name)).unwrap();
    }
    let listed = "`/a` -> `/etc`, `/b` -> `/etc`, `/c` -> `/etc`, `/d` -> `/etc`, `/e` -> `/etc`";
    let message = format!(
        "7 symbolic links cannot be followed in the app, because of absolute targets, targets outside of the tree, or \
         circles: {listed} and 2 more (`-v` lists all); `--absolute-links root` lets the app follow absolute ones, \
         `--exclude` leaves links out"
    );
    let args = ["app.wasm", "--image", "files", "-o", "out.wasm"];
    let said = |more: &[&str]| String::from_utf8(here.run(&[&args, more].concat()).stderr).unwrap();
    let first = said(&["-v"]);
    assert!(
        first.starts_with(&format!("warning: {message}\n  /a\n  /b\n  /c\n  /d\n  /e\n  /f\n  /g\nout.")),
        "{first}"
    );
    let report: serde_json::Value = serde_json::from_slice(&here.ok(&[&args[..], &["--json"]].concat())).unwrap();
    let warning = &report["warnings"][0];
    assert_eq!((&warning["code"], &warning["message"]), (&"dangling-link".into(), &message.into()));
    assert_eq!(warning["files"], serde_json::json!(["/a", "/b", "/c", "/d", "/e", "/f", "/g"]));
    assert_eq!(told(here, &["--exclude", "[a-g]"]), [""; 0]);
}

fn an_older_output_in_a_source_is_a_note(here: &Here) {
    for (args, output) in [
        (&["app.wasm", "--image", "files", "--strict", "-o", "files/out.wasm"][..], "files/out.wasm"),
        (&["image", "build", "files", "--strict", "-o", "files/out.erofs"], "files/out.erofs"),
    ] {
        here.ok(args);
        let again = String::from_utf8(here.run(args).stderr).unwrap();
        assert!(again.starts_with(&format!("note: `{output}` is the output; it is left out\n")), "{again}");
        fs::remove_file(here.path(output)).unwrap();
    }
}

/// Where only some files are packed, all directories are.
fn an_empty_directory_is_no_secret(here: &Here) {
    fs::create_dir_all(here.path("files/.git/hooks")).unwrap();
    fs::write(here.path("files/.git/HEAD"), "").unwrap();
    assert_eq!(told(here, &["--include", "*.txt"]), [""; 0]);
    let [line] = &told(here, &[])[..] else { panic!() };
    assert!(line.starts_with("warning: `files/.git` may hold secrets"), "{line}");
}

fn patterns_without_a_directory_are_told(here: &Here) {
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    let image = "on `files.erofs`, which is not a directory: `vfs-compose image extract` makes one of it";
    for (flags, wanted) in [
        (
            &["--file", "/x=@app.wasm", "--exclude", "a"][..],
            vec!["`--exclude` has no effect: no source is a directory; leave it out"],
        ),
        (
            &["--image", "app.wat::/x", "--include", "a"],
            vec!["`--include` has no effect: no source is a directory; leave it out"],
        ),
        (&["--exclude", "a"], vec!["`--exclude` has no effect: no source is a directory; leave it out"]),
        (&["--image", "files.erofs", "--exclude", "a"], vec![&*format!("`--exclude` has no effect {image}")]),
        (
            &["--image", "files.erofs::/x", "--include", "a", "--gitignore"],
            vec![&*format!("`--include` and `--gitignore` have no effect {image}")],
        ),
        // Files are named one by one, so nobody expects patterns to choose among them.
        (&["--image", "files", "--file", "/x=@app.wasm", "--image", "app.wat::/y", "--exclude", "hello.txt"], vec![]),
    ] {
        fs::write(here.path("app.wat"), "").unwrap();
        let output = here.run(&[&["app.wasm", "-o", "out.wasm"], flags].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        let told: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("warning: ")).collect();
        assert_eq!(told, wanted, "{flags:?}");
    }
}

fn what_is_included_and_left_out_is_told(here: &Here) {
    fs::create_dir(here.path("files/sub")).unwrap();
    fs::write(here.path("files/sub/a.txt"), "").unwrap();
    for flags in [
        ["--include", "hello.txt", "--exclude", "hello.txt"],
        ["--include", "hello.txt", "--exclude", "*.txt"],
        ["--include", "sub", "--exclude", "sub"],
        ["--include", "a.txt", "--exclude", "sub"],
    ] {
        let [line] = &told(here, &flags)[..] else { panic!("{flags:?}") };
        let wanted = format!("warning: `--include {}` chooses nothing: no file matches it that is not left", flags[1]);
        assert!(line.starts_with(&wanted), "{line}");
    }
    assert_eq!(told(here, &["--include", "*.txt", "--exclude", "hello.txt"]), [""; 0]);
    for flags in [&["--include", "!hello.txt"][..], &["--include", "*.txt", "--include", "!*.txt"]] {
        let [line] = &told(here, flags)[..] else { panic!("{flags:?}") };
        assert!(line.starts_with("warning: `--include` chooses no file, so none is packed: "), "{line}");
    }
}

/// Packed again as part of a tree, or as they are.
fn secrets_in_images_are_told(here: &Here) {
    fs::create_dir(here.path("files/home")).unwrap();
    fs::write(here.path("files/home/.envrc"), "").unwrap();
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    for (source, flags) in [("files.erofs", &[][..]), ("made.wasm", &[]), ("files.erofs", &["--file", "/x=@app.wasm"])]
    {
        let output = here.run(&[&["app.wasm", "--image", source, "-o", "out.wasm"], flags].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        let wanted = format!("warning: `/home/.envrc` in `{source}` may hold secrets and will be in the result: ");
        assert!(output.status.success() && said.starts_with(&wanted), "{said}");
    }
}

fn patterns_that_match_nothing_are_told(here: &Here) {
    fs::create_dir_all(here.path("files/sub/deep")).unwrap();
    fs::write(here.path("files/sub/deep/a.txt"), "").unwrap();
    fs::create_dir(here.path("more")).unwrap();
    fs::write(here.path("more/b.md"), "").unwrap();
    for pattern in ["*.txt", "/hello.txt", "sub", "sub/", "sub/deep/*", "**/deep", "hello.t?t"] {
        for flag in ["--exclude", "--include"] {
            assert_eq!(told(here, &[flag, pattern]), [""; 0], "{flag} {pattern}");
        }
    }
    for pattern in ["*.md", "/a.txt", "subs", "hello.txt/", "deep/a.txt", "# hello.txt", " ", "!x"] {
        for flag in ["--exclude", "--include"] {
            let told = told(here, &[flag, pattern, "--exclude", "/hello.txt"]);
            let [line] = &told[..] else { panic!("{flag} {pattern}: {told:?}") };
            let what = if flag == "--include" { "chooses nothing" } else { "has no effect" };
            assert!(line.starts_with(&format!("warning: `{flag} {pattern}` {what}: no file matches it")), "{line}");
        }
        // In another directory something matches.
        let several = told(here, &["--image", "more::/more", "--exclude", pattern]);
        assert_eq!(several.is_empty(), pattern == "*.md", "{pattern}: {several:?}");
    }
    // What is left out already counts as nothing.
    assert_eq!(told(here, &["--exclude", "sub", "--exclude", "a.txt"]).len(), 1);
    for (pattern, why) in
        [("{", "unclosed alternate group"), ("\\", "dangling '\\'"), ("[", "unclosed character class")]
    {
        let (code, text) = here.fails(&["app.wasm", "--image", "files", "-o", "out.wasm", "--exclude", pattern]);
        assert!(code == 1 && text.contains(&format!("error parsing glob '{pattern}': {why}")), "{text}");
    }
}

/// They are for the directories, and `--strict` takes them.
fn patterns_for_some_sources_are_no_mistake(here: &Here) {
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    for (flags, name) in [(["--exclude", "hello.txt"], "--exclude"), (["--include", "*.txt"], "--include")] {
        for sources in [["files.erofs::/x", "files"], ["files", "files.erofs::/x"]] {
            let args = ["app.wasm", "--image", sources[0], "--image", sources[1], "--strict", "-o", "out.wasm"];
            let output = here.run(&[&args[..], &flags].concat());
            let said = String::from_utf8(output.stderr).unwrap();
            let note = format!("note: `{name}` has no effect on `files.erofs`, which is not a directory: ");
            assert!(output.status.success() && said.starts_with(&note), "{said}");
        }
    }
    // What matches nothing in the directory either is a mistake.
    let args = ["app.wasm", "--image", "files.erofs::/x", "--image", "files", "--strict", "-o", "no.wasm"];
    assert_eq!(here.fails(&[&args[..], &["--exclude", "nothing"]].concat()).0, 1);
}

fn patterns_of_another_form_get_ours(here: &Here) {
    fs::create_dir_all(here.path("files/src")).unwrap();
    fs::write(here.path("files/src/a"), "").unwrap();
    let begin = "patterns begin at the directory that is packed: `";
    for (pattern, way_out) in [
        ("./src", format!("{begin}FLAG /src`")),
        ("!./src/a", format!("{begin}FLAG !/src/a`")),
        ("/app/src", format!("{begin}FLAG /src`")),
        ("files/src/a", format!("{begin}FLAG /src/a`")),
        ("/files/src", format!("{begin}FLAG /src`")),
        ("src,node_modules", "each pattern has its own flag: `FLAG src FLAG node_modules`".into()),
        ("src, hello.txt", "each pattern has its own flag: `FLAG src FLAG hello.txt`".into()),
        ("{b,c}", "patterns are as in `.gitignore`".into()),
        ("/application", "patterns are as in `.gitignore`".into()),
    ] {
        for flag in ["--exclude", "--include"] {
            let args = ["app.wasm", "--image", "files::/app", "-o", "out.wasm", flag, pattern];
            let said = String::from_utf8(here.run(&args).stderr).unwrap();
            let start = format!("warning: `{flag} {pattern}` ");
            let line = said.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("{said}"));
            assert!(line.ends_with(&format!("; {}", way_out.replace("FLAG", flag))), "{line}");
        }
    }
}

fn patterns_that_bring_nothing_back_are_told(here: &Here) {
    fs::create_dir_all(here.path("files/src/creds")).unwrap();
    fs::write(here.path("files/src/creds/a"), "").unwrap();
    fs::write(here.path("patterns"), "a\n").unwrap();
    for flags in [
        &["--exclude", "!src/creds"][..],
        &["--exclude", "!src/creds", "--exclude", "/src/creds"],
        // As for git: nothing in a directory that is left out comes back.
        &["--exclude", "src", "--exclude", "!src/creds"],
    ] {
        let said = told(here, flags);
        let wanted = "warning: `--exclude !src/creds` has no effect: no file matches it that another pattern leaves \
            out, which it could bring back; patterns are as in `.gitignore`";
        assert_eq!(said, [wanted], "{flags:?}");
    }
    for flags in
        [&["--exclude", "src/*", "--exclude", "!src/creds"][..], &["--ignore-file", "patterns", "--exclude", "!a"]]
    {
        assert_eq!(told(here, flags), [""; 0], "{flags:?}");
    }
}

fn files_of_patterns_without_effect_are_told(here: &Here) {
    for text in ["", "\n\n", "# a comment\n  \n", "\u{feff}", "\u{feff}# a comment\n"] {
        fs::write(here.path("patterns"), text).unwrap();
        let wanted = "warning: `--ignore-file` has no effect: `patterns` has no pattern";
        assert_eq!(told(here, &["--ignore-file", "patterns"]), [wanted], "{text:?}");
    }
    fs::write(here.path("patterns"), "x\n[y\n").unwrap();
    fs::write(here.path("files/.vfsignore"), "z\n\n[x\n").unwrap();
    for (flags, wanted) in
        [(&["--ignore-file", "patterns"][..], "patterns: line 2: "), (&[], "files/.vfsignore: line 3: ")]
    {
        let (code, said) = here.fails(&[&["app.wasm", "--image", "files", "-o", "no.wasm"], flags].concat());
        assert!(code == 1 && said.contains(wanted) && said.contains("unclosed character class"), "{said}");
    }
}

fn what_an_ignore_file_leaves_out_is_a_note(here: &Here) {
    for name in ["sub/a.log", "sub/kept.log", "build/x", "b.log"] {
        fs::create_dir_all(here.path("files").join(name).parent().unwrap()).unwrap();
        fs::write(here.path("files").join(name), "").unwrap();
    }
    fs::write(here.path("files/.vfsignore"), "*.log\n/build/\n").unwrap();
    fs::write(here.path("files/sub/.vfsignore"), "!kept.log\n").unwrap();
    let args = ["app.wasm", "--image", "files", "--strict", "-o", "out.wasm"];
    let said = |more: &[&str]| String::from_utf8(here.run(&[&args, more].concat()).stderr).unwrap();
    let message = "`.vfsignore` leaves out 3 files or directories (`-v` lists all)";
    assert!(said(&[]).starts_with(&format!("note: {message}\nout.wasm: ")), "{}", said(&[]));
    let listed = "\n  files/b.log\n  files/build\n  files/sub/a.log\nout.wasm: ";
    assert!(said(&["-v"]).starts_with(&format!("note: {message}{listed}")), "{}", said(&["-v"]));
    let report: serde_json::Value = serde_json::from_slice(&here.ok(&[&args[..], &["--json"]].concat())).unwrap();
    let files = ["files/b.log", "files/build", "files/sub/a.log"];
    assert_eq!(report["notes"][0], serde_json::json!({ "code": "ignored", "message": message, "files": files }));
    assert_eq!(here.text(&["image", "ls", "-R", "out.wasm"]), "hello.txt\nsub\nsub/kept.log\n");
}

fn all_files_of_a_long_list_can_be_seen(here: &Here) {
    for name in 1..8 {
        fs::write(here.path(&format!("files/{name}.pem")), "").unwrap();
    }
    let all: Vec<_> = (1..8).map(|name| format!("files/{name}.pem")).collect();
    let message = "`files/1.pem`, `files/2.pem`, `files/3.pem`, `files/4.pem`, `files/5.pem` and 2 more (`-v` lists all) \
        may hold secrets and will be in the result: `--exclude` leaves files out";
    let args = ["app.wasm", "--image", "files", "-o", "out.wasm"];
    let said = |more: &[&str]| String::from_utf8(here.run(&[&args, more].concat()).stderr).unwrap();
    assert!(said(&[]).starts_with(&format!("warning: {message}\nout.wasm: ")));
    let expected = format!("warning: {message}\n  {}\nout.wasm: ", all.join("\n  "));
    assert!(said(&["-v"]).starts_with(&expected), "{}", said(&["-v"]));
    let report: serde_json::Value = serde_json::from_slice(&here.ok(&[&args[..], &["--json"]].concat())).unwrap();
    assert_eq!(report["warnings"][0]["message"], message);
    assert_eq!(report["warnings"][0]["files"], serde_json::json!(all));
    // A list that is short has them in its message alone.
    let flags = ["--json", "--exclude", "[1-3].pem"];
    let report: serde_json::Value = serde_json::from_slice(&here.ok(&[&args[..], &flags].concat())).unwrap();
    assert!(report["warnings"][0]["message"].is_string() && report["warnings"][0].get("files").is_none(), "{report}");
}
