//! The output and standard error: what they may not destroy, and what they do not depend on.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Stdio;

use crate::here::Here;

in_both_forms! {
    an_input_is_never_the_output
    a_file_of_a_source_is_never_the_output
    an_older_result_in_a_source_is_replaced
    programs_among_the_files_are_told_whatever_their_names
    what_is_replaced_keeps_its_mode
    a_link_to_nothing_yet_is_written_through
    nobody_who_reads_messages_changes_nothing
    a_pipe_is_written_to
    what_cannot_be_written_is_told_of_the_output
}

/// Before anything is composed, and never with the name of a temporary file.
fn what_cannot_be_written_is_told_of_the_output(here: &Here) {
    let missing = ": the directory `no/dir` does not exist\n  hint: `mkdir -p no/dir` makes it\n";
    let is_directory = ": it is the name of a directory\n  hint: name a file in it: `-o ";
    for (output, wanted) in [
        ("no/dir/x", missing),
        ("files", is_directory),
        ("files/", is_directory),
        ("no/", is_directory),
        ("files/hello.txt/x", ": `files/hello.txt` is not a directory\n"),
    ] {
        for args in [&["app.wasm"][..], &["image", "build", "files"], &["vfs"]] {
            let (code, said) = here.fails(&[args, &["-o", output]].concat());
            assert!(code == 1 && said.starts_with(&format!("error: cannot write `{output}`{wanted}")), "{said}");
        }
    }
    // Its directory would let it be replaced.
    fs::write(here.path("kept.wasm"), "kept").unwrap();
    fs::set_permissions(here.path("kept.wasm"), PermissionsExt::from_mode(0o444)).unwrap();
    let mut command = here.restricted_command(&["app.wasm", "--image", "files", "-q", "-o", "kept.wasm"]);
    fs::set_permissions(here.directory.path(), PermissionsExt::from_mode(0o777)).unwrap();
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.starts_with("error: cannot write `kept.wasm`\n"), "{said}");
    assert_eq!(fs::read(here.path("kept.wasm")).unwrap(), b"kept");
    fs::create_dir(here.path("closed")).unwrap();
    fs::set_permissions(here.path("closed"), PermissionsExt::from_mode(0o555)).unwrap();
    let output = here.restricted_command(&["app.wasm", "--image", "files", "-q", "-o", "closed/x"]).output().unwrap();
    let wanted = "error: cannot write `closed/x`\n  caused by: Permission denied (os error 13)\n  hint: choose another \
                  place with `-o FILE`\n";
    assert_eq!((output.status.code(), &*String::from_utf8(output.stderr).unwrap()), (Some(1), wanted));
}

/// Which has a name of its own, or one of a file descriptor.
fn a_pipe_is_written_to(here: &Here) {
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    let made = fs::read(here.path("made.wasm")).unwrap();
    let program = env!("CARGO_BIN_EXE_vfs-compose");
    let compose = format!("{program} app.wasm --form {} --image files -q -o", here.form);
    for script in [
        format!("mkfifo pipe; cat pipe > read & {compose} pipe && wait $!"),
        format!("{compose} /dev/stdout | cat > read"),
        format!("{{ {compose} /dev/fd/3; }} 3>&1 | cat > read"),
    ] {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script]).current_dir(here.directory.path()).env("SOURCE_DATE_EPOCH", "1700000000");
        let output = command.output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(fs::read(here.path("read")).unwrap() == made, "{script}");
        fs::remove_file(here.path("read")).unwrap();
    }
}

fn an_input_is_never_the_output(here: &Here) {
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    fs::write(here.path("notes.txt"), "notes").unwrap();
    fs::write(here.path("ignored"), "*.log\n").unwrap();
    fs::write(here.path("vfs.toml"), "image = [\"files\"]\n").unwrap();
    symlink("app.wasm", here.path("link.wasm")).unwrap();
    fs::hard_link(here.path("app.wasm"), here.path("hard.wasm")).unwrap();
    for (args, output, input) in [
        (&["app.wasm", "--image", "files"][..], "app.wasm", "app.wasm"),
        (&["app.wasm", "--image", "files"], "./files/../app.wasm", "app.wasm"),
        (&["app.wasm", "--image", "files"], "link.wasm", "app.wasm"),
        (&["link.wasm", "--image", "files"], "app.wasm", "link.wasm"),
        (&["app.wasm", "--image", "files"], "hard.wasm", "app.wasm"),
        (&["vfs", "--for", "app.wasm"], "app.wasm", "app.wasm"),
        (&["app.wasm", "--image", "files.erofs"], "files.erofs", "files.erofs"),
        (&["image", "build", "files.erofs"], "files.erofs", "files.erofs"),
        (&["app.wasm", "--file", "/x=@notes.txt"], "notes.txt", "notes.txt"),
        (&["app.wasm", "--manifest", "vfs.toml"], "vfs.toml", "vfs.toml"),
        (&["app.wasm", "--image", "files", "--ignore-file", "ignored"], "ignored", "ignored"),
    ] {
        let before = fs::read(here.path(output)).unwrap();
        let (code, message) = here.fails(&[args, &["-o", output]].concat());
        let wanted = format!("error: the output `{output}` is the input `{input}`, which would be lost\n");
        assert!(code == 1 && message.starts_with(&wanted), "{message}");
        assert!(fs::read(here.path(output)).unwrap() == before, "{output}");
    }
}

fn a_file_of_a_source_is_never_the_output(here: &Here) {
    symlink("files/hello.txt", here.path("link")).unwrap();
    for output in ["files/hello.txt", "link"] {
        for args in [&["app.wasm", "--image", "files"][..], &["image", "build", "files"], &["image", "build", "."]] {
            let (code, message) = here.fails(&[args, &["-o", output]].concat());
            assert!(code == 1 && message.contains("hello.txt` is a file of a source"), "{message}");
            assert_eq!(fs::read(here.path("files/hello.txt")).unwrap(), b"hello\n");
        }
    }
}

fn an_older_result_in_a_source_is_replaced(here: &Here) {
    fs::write(here.path("files/empty"), "").unwrap();
    for (args, output) in [
        (&["app.wasm", "--image", "files", "-o", "files/out.wasm"][..], "files/out.wasm"),
        (&["image", "build", "files", "-o", "files/out.erofs"], "files/out.erofs"),
        (&["image", "build", "files", "-o", "files/empty"], "files/empty"),
    ] {
        here.ok(args);
        here.ok(args);
        assert!(!here.text(&["image", "ls", output]).contains(output.trim_start_matches("files/")));
        fs::remove_file(here.path(output)).unwrap();
    }
}

fn programs_among_the_files_are_told_whatever_their_names(here: &Here) {
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    fs::rename(here.path("made.wasm"), here.path("files/made.wasm")).unwrap();
    fs::copy(here.path("app.wasm"), here.path("files/copy")).unwrap();
    fs::write(here.path("files/other.wasm"), wat::parse_str("(component)").unwrap()).unwrap();
    let output = here.run(&["app.wasm", "--image", "files", "-o", "out.wasm"]);
    let told = String::from_utf8(output.stderr).unwrap();
    let line = told.lines().find(|line| line.contains("will be in the image too")).unwrap();
    assert!(line.contains("made.wasm") && line.contains("copy") && !line.contains("other.wasm"), "{line}");
}

fn what_is_replaced_keeps_its_mode(here: &Here) {
    let compose = ["app.wasm", "--image", "files", "-q", "-o", "out.wasm"];
    here.ok(&compose);
    for mode in [0o600, 0o755] {
        fs::set_permissions(here.path("out.wasm"), PermissionsExt::from_mode(mode)).unwrap();
        here.ok(&compose);
        assert_eq!(fs::metadata(here.path("out.wasm")).unwrap().permissions().mode() & 0o777, mode);
    }
}

fn a_link_to_nothing_yet_is_written_through(here: &Here) {
    fs::create_dir(here.path("build")).unwrap();
    symlink("build/second", here.path("out.wasm")).unwrap();
    symlink("real.wasm", here.path("build/second")).unwrap();
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"]);
    assert!(here.path("out.wasm").is_symlink() && here.path("build/second").is_symlink());
    assert!(fs::read(here.path("build/real.wasm")).unwrap().starts_with(b"\0asm"));
}

/// Standard error that is a pipe without a reader, or full: nothing is done otherwise.
fn nobody_who_reads_messages_changes_nothing(here: &Here) {
    let closed = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Stdio::from(writer)
    };
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    if cfg!(target_os = "linux") {
        // What was asked for is not there.
        for args in [&["--help"][..], &["--version"], &["run", "--help"]] {
            assert_eq!(here.command(args).stdout(full()).status().unwrap().code(), Some(1), "{args:?}");
            assert_eq!(here.command(args).stdout(closed()).status().unwrap().code(), Some(0), "{args:?}");
        }
    }
    let stderrs: [&dyn Fn() -> Stdio; 2] = [&closed, &full];
    for stderr in stderrs.into_iter().take(if cfg!(target_os = "linux") { 2 } else { 1 }) {
        for (args, code, output) in [
            (&["app.wasm", "--image", "files", "--env", "A=1", "-o", "out.wasm"][..], 0, Some("out.wasm")),
            (&["vfs", "--for", "app.wasm", "--env", "A=1", "-o", "vfs.wasm"], 0, Some("vfs.wasm")),
            (&["image", "build", "files", "-o", "out.erofs"], 0, Some("out.erofs")),
            (&["app.wasm", "--image", "nothing"], 1, None),
            (&["app.wasm", "--no-such-flag"], 2, None),
            (&["run", "app.wasm", "--env", "A=1"], 1, None),
            (&["app.wasm", "-o", "-", "--json"], 0, None),
        ] {
            let ended = here.command(args).stdout(Stdio::null()).stderr(stderr()).status().unwrap();
            assert_eq!(ended.code(), Some(code), "{args:?}");
            output.into_iter().for_each(|output| fs::remove_file(here.path(output)).unwrap());
        }
    }
}
