//! Composing: what is written, and what is left where it fails.

use std::fs;
use std::process::Stdio;

use crate::here::{APP, Here, names};

in_both_forms! {
    the_default_command_writes_beside_the_caller
    standard_output_and_files_have_the_same_bytes
    quiet_says_nothing_and_json_is_json
    failures_are_one_message_and_exit_code_1
    usage_errors_have_exit_code_2
    #[cfg(target_os = "linux")] a_full_disk_is_an_error
    #[cfg(target_os = "linux")] names_of_files_are_printable
    #[cfg(target_os = "linux")] names_that_are_not_utf8_have_a_pattern
    a_stream_that_limits_forbid_is_an_error
    #[cfg(target_os = "linux")] files_of_the_system_are_named
    #[cfg(unix)] a_file_that_cannot_be_read_leaves_no_output
    #[cfg(unix)] a_reader_of_reports_may_go_away
    #[cfg(target_os = "linux")] a_limit_of_files_is_an_error
    the_output_is_not_packed_into_itself
    #[cfg(unix)] a_link_at_the_output_stays_a_link
    #[cfg(target_os = "linux")] a_signal_leaves_nothing_behind
    #[cfg(target_os = "linux")] an_ignored_signal_stays_ignored
    a_vfs_alone_is_deterministic_but_for_values
}

fn the_default_command_writes_beside_the_caller(here: &Here) {
    here.ok(&["app.wasm", "--image", "files"]);
    assert_eq!(names(here.directory.path()), ["app.composed.wasm", "app.wasm", "files"]);
    assert_eq!(here.ok(&["image", "cat", "app.composed.wasm", "/hello.txt"]), b"hello\n");
}

fn standard_output_and_files_have_the_same_bytes(here: &Here) {
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"]);
    let piped = here.ok(&["app.wasm", "--image", "files", "-q", "-o", "-"]);
    assert!(piped == fs::read(here.path("out.wasm")).unwrap());
}

fn quiet_says_nothing_and_json_is_json(here: &Here) {
    let output = here.run(&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"]);
    assert!(output.stderr.is_empty() && output.stdout.is_empty());
    let report: serde_json::Value =
        serde_json::from_slice(&here.ok(&["app.wasm", "--image", "files", "--json", "-o", "out.wasm"])).unwrap();
    assert_eq!(report["vfs"]["image"]["files"], 1);
    assert_eq!(report["size"], fs::metadata(here.path("out.wasm")).unwrap().len());
    assert_eq!(report["imports"], serde_json::json!([]));
}

fn failures_are_one_message_and_exit_code_1(here: &Here) {
    fs::write(here.path("empty.wasm"), wat::parse_str("(component)").unwrap()).unwrap();
    fs::write(here.path("text.wasm"), "(component)").unwrap();
    fs::write(here.path("cut.wasm"), &wat::parse_str(APP).unwrap()[..40]).unwrap();
    for (args, message) in [
        (&["no.wasm"][..], "error: cannot read `no.wasm`\n  caused by: No such file or directory (os error 2)\n"),
        (
            &["app.wasm", "--image", "no"],
            "error: cannot read `no`\n  caused by: No such file or directory (os error 2)\n",
        ),
        (
            &["app.wasm", "--image", "app.wasm"],
            "error: `app.wasm` is a WebAssembly file without an image inside\n  \
             hint: name a composed component, or pack it as the file that it is: `--file /path/of/file=@FILE`\n",
        ),
        (
            &["app.wasm", "--image", "files", "--file", "/hello.txt=@text.wasm"],
            "error: two images collide at `/hello.txt`: `files` has a file there, `text.wasm` a file\n  \
             hint: give one another path (`--file /elsewhere=@FILE`, `--image SOURCE::/elsewhere`), or choose with \
             --on-collision first or last\n",
        ),
        (
            &["app.wasm", "--image", "text.wasm"],
            "error: `text.wasm` is a file, not a directory or an EROFS image\n  \
             hint: say where the file goes: `--image FILE::/path/of/file` or `--file /path/of/file=@FILE`\n",
        ),
        (
            &["app.wasm", "--image", "files", "--preopen", "/hello.txt"],
            "error: the preopen `/hello.txt` is not a directory of the tree\n",
        ),
        (
            &["empty.wasm", "--image", "files"],
            "error: the app `empty.wasm` imports no filesystem (`wasi:filesystem/types`), so it could never see the files\n  \
             hint: use --allow-unused to compose it anyway\n",
        ),
        (
            &["text.wasm"],
            "error: the app `text.wasm` imports no filesystem (`wasi:filesystem/types`), so it could never see the files\n  \
             hint: use --allow-unused to compose it anyway\n",
        ),
        (&["cut.wasm"], "error: the app `cut.wasm` is truncated: unexpected end-of-file (at offset 0x1e)\n"),
        (
            &["app.wasm", "--image", "files", "-o", "no/such/out.wasm"],
            "error: cannot write `no/such/out.wasm`: the directory `no/such` does not exist\n  \
             hint: `mkdir -p no/such` makes it\n",
        ),
        (
            &["app.wasm", "--file", "/x=@files"],
            "error: `files` is a directory, not a file\n  \
             hint: `--image DIR::/GUEST` packs a directory at /GUEST\n",
        ),
        (
            &["app.wasm", "--file", "/x=@app.wasm", "--file", "/x/y=@text.wasm"],
            "error: `text.wasm` at `/x/y` needs a directory at `/x`, where `app.wasm` has a file or symbolic link\n  \
             hint: give one another path (`--file /elsewhere=@FILE`, `--image SOURCE::/elsewhere`)\n",
        ),
        (&["image", "cat", "app.wasm", "/x"], "error: there is no image inside `app.wasm`\n"),
    ] {
        assert_eq!(here.fails(args), (1, message.into()), "{args:?}");
    }
}

fn usage_errors_have_exit_code_2(here: &Here) {
    for args in [
        &[][..],
        &["app.wasm", "--no-such-flag"],
        &["app.wasm", "--env", "novalue"],
        &["app.wasm", "--file", "/x"],
        &["image", "cat", "app.wasm"],
    ] {
        assert_eq!(here.fails(args).0, 2, "{args:?}");
    }
}

/// What is printed stays on its line, whatever files are called.
#[cfg(target_os = "linux")]
fn names_of_files_are_printable(here: &Here) {
    use std::os::unix::ffi::OsStrExt;
    fs::write(here.path("files/a\n\x1b[31m.pem"), "x").unwrap();
    let said = String::from_utf8(here.run(&["app.wasm", "--image", "files", "-o", "out.wasm"]).stderr).unwrap();
    assert!(said.starts_with("warning: `files/a\\n\\u{1b}[31m.pem` may hold secrets"), "{said}");
    let (_, said) = here.fails(&["app.wasm", "--image", "no\n\x1b[31m", "-o", "no.wasm"]);
    assert!(said.starts_with("error: cannot read `no\\n\\u{1b}[31m`\n  caused by: "), "{said}");
    fs::write(here.path("files").join(std::ffi::OsStr::from_bytes(b"\xff")), "x").unwrap();
    let (code, said) = here.fails(&["app.wasm", "--image", "files", "-o", "no.wasm"]);
    assert!(code == 1 && said.ends_with("  hint: rename it, or leave it out with `--exclude '?'`\n"), "{said}");
}

/// What a hint names can be typed, and leaves this out and nothing else.
#[cfg(target_os = "linux")]
fn names_that_are_not_utf8_have_a_pattern(here: &Here) {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    fs::create_dir(here.path("files/d")).unwrap();
    let link = || std::os::unix::fs::symlink(OsStr::from_bytes(b"\xff"), here.path("files/d/a link"));
    for (name, wanted) in [
        (&b"caf\xe9"[..], "'caf?'"),
        (b"\xe4\xf6 [x]*\\.txt", r"'?? \[x]\*\\.txt'"),
        (b"!\xff'\"\n", r#"'\!?'\''"?'"#),
        (b"", "'a link'"),
    ] {
        let path = here.path("files/d").join(OsStr::from_bytes(name));
        if name.is_empty() { link() } else { fs::write(&path, "") }.unwrap();
        let (code, said) = here.fails(&["app.wasm", "--image", "files", "-o", "no.wasm"]);
        let hint = format!("  hint: rename it, or leave it out with `--exclude {wanted}`\n");
        assert!(code == 1 && said.ends_with(&hint), "{said}");
        // As a shell gives it.
        let pattern = wanted.replace(r"'\''", "\0").replace('\'', "").replace('\0', "'");
        here.ok(&["app.wasm", "--image", "files", "--strict", "-o", "out.wasm", "--exclude", &pattern]);
        assert_eq!(here.text(&["image", "ls", "-R", "out.wasm"]).lines().count(), 2);
        fs::remove_file(if name.is_empty() { here.path("files/d/a link") } else { path }).unwrap();
    }
}

/// Not even its first byte could be written.
fn a_stream_that_limits_forbid_is_an_error(here: &Here) {
    for (limit, why) in [
        ("--max-nodes", "under `--max-nodes 0` no file can be made or changed"),
        ("--max-bytes", "under `--max-bytes 0` nothing can be written to a file"),
    ] {
        for (stream, to) in [("stdout", "to:/new"), ("stderr", "append:/new"), ("stdout", "append:/hello.txt")] {
            let flag = format!("--{stream}");
            let guest = to.split_once(':').unwrap().1;
            let args = ["app.wasm", "--image", "files", "-o", "no.wasm", &flag, to, limit];
            let (code, said) = here.fails(&[&args[..], &["0"]].concat());
            assert_eq!((code, said), (1, format!("error: {stream} cannot be the file `{guest}`: {why}\n")));
        }
        let args = ["app.wasm", "--image", "files", "-q", "-o", "out.wasm", limit];
        here.ok(&[&args[..], &["9", "--stdout", "to:/new"]].concat());
        here.ok(&[&args[..], &["0", "--stdout", "null"]].concat());
    }
}

#[cfg(target_os = "linux")]
fn files_of_the_system_are_named(here: &Here) {
    let (code, said) = here.fails(&["app.wasm", "--image", "/proc/self/status::/s", "-q", "-o", "no.wasm"]);
    assert!(
        code == 1 && said.starts_with("error: `/proc/self/status` changed while it was packed: it became longer\n"),
        "{said}"
    );
}

#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error(here: &Here) {
    let failure = here.fails(&["app.wasm", "--image", "files", "-o", "/dev/full"]);
    let message = "error: cannot write `/dev/full`\n  caused by: No space left on device (os error 28)\n";
    assert_eq!(failure, (1, message.into()));
}

#[cfg(unix)]
fn a_file_that_cannot_be_read_leaves_no_output(here: &Here) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(here.path("files/file"), "x").unwrap();
    fs::create_dir(here.path("files/directory")).unwrap();
    for locked in ["files/file", "files/directory"] {
        let path = here.path(locked);
        let rights = path.metadata().unwrap().permissions();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        let compose = here.command(&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"]);
        // The superuser may read everything, until that right is taken away.
        let mut command = match fs::File::open(&path) {
            Ok(_) => without_rights(&compose),
            Err(_) => compose,
        };
        let output = command.output().unwrap();
        fs::set_permissions(&path, rights).unwrap();
        let expected = format!(
            "error: cannot read `{locked}`\n  caused by: Permission denied (os error 13)\n  hint: make it readable, \
            or leave it out: what is inside of a directory with --exclude\n"
        );
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(1), expected));
        assert!(!here.path("out.wasm").exists());
    }
}

/// The same command without the rights of the superuser.
#[cfg(unix)]
fn without_rights(command: &std::process::Command) -> std::process::Command {
    let mut other = std::process::Command::new("setpriv");
    other.arg("--bounding-set=-all").arg(command.get_program()).args(command.get_args());
    other.current_dir(command.get_current_dir().unwrap());
    other
}

/// Of a report. A result that nobody gets whole ends as those of other programs do, by SIGPIPE.
#[cfg(unix)]
fn a_reader_of_reports_may_go_away(here: &Here) {
    use std::os::unix::process::ExitStatusExt;
    fs::write(here.path("files/large"), vec![1; 4 << 20]).unwrap();
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    for (args, signal) in [
        (&["app.wasm", "--image", "files", "-q", "-o", "-"][..], Some(13)),
        (&["app.wasm", "--image", "files", "-o", "-", "--json"], Some(13)),
        (&["vfs", "--image", "files", "-q", "-o", "/dev/stdout"], Some(13)),
        (&["image", "build", "files", "-q", "-o", "-"], Some(13)),
        (&["image", "cat", "files.erofs", "large"], Some(13)),
        (&["image", "ls", "files.erofs"], None),
        (&["image", "verify", "files.erofs"], None),
        (&["inspect", "app.wasm"], None),
        (&["app.wasm", "--image", "files", "-o", "out.wasm", "--json"], None),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = here.command(args).stdout(writer).stderr(Stdio::piped()).output().unwrap();
        let ended = (output.status.code(), output.status.signal());
        assert_eq!(ended, (signal.is_none().then_some(0), signal), "{args:?}");
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Of `ulimit -f`, which counts in blocks.
#[cfg(target_os = "linux")]
fn a_limit_of_files_is_an_error(here: &Here) {
    fs::write(here.path("files/large"), vec![1; 4 << 20]).unwrap();
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    let before = names(here.directory.path());
    for (args, message) in [
        ("app.wasm --image files -q -o out.wasm", "error: cannot write `out.wasm`\n  caused by: File too large"),
        ("app.wasm --image files -q -o - > /dev/shm/limited.$$", "error: cannot write to standard output\n"),
        ("image extract files.erofs to", "error: cannot extract to `to`\n"),
    ] {
        let script = format!(
            "ulimit -f 1000; {} {args}; code=$?; rm -f /dev/shm/limited.$$; exit $code",
            env!("CARGO_BIN_EXE_vfs-compose")
        );
        let mut command = std::process::Command::new("sh");
        let output = command.args(["-c", &script]).current_dir(here.directory.path()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && said.starts_with(message), "{args}: {said}");
        assert_eq!(names(here.directory.path()), before, "{args}");
    }
}

fn the_output_is_not_packed_into_itself(here: &Here) {
    for image in [".".to_owned(), here.directory.path().display().to_string()] {
        for _ in 0..2 {
            here.ok(&["app.wasm", "--image", &image, "-q"]);
            assert_eq!(here.text(&["image", "ls", "app.composed.wasm"]), "app.wasm\nfiles\n");
        }
        here.ok(&["app.wasm", "--image", &image, "-q", "-o", "files/out.wasm"]);
        assert_eq!(here.text(&["image", "ls", "files/out.wasm", "files"]), "hello.txt\n");
        fs::remove_file(here.path("files/out.wasm")).unwrap();
        fs::remove_file(here.path("app.composed.wasm")).unwrap();
    }
}

#[cfg(unix)]
fn a_link_at_the_output_stays_a_link(here: &Here) {
    fs::write(here.path("real.wasm"), "old").unwrap();
    std::os::unix::fs::symlink("real.wasm", here.path("out.wasm")).unwrap();
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"]);
    assert!(fs::symlink_metadata(here.path("out.wasm")).unwrap().is_symlink());
    assert!(fs::read(here.path("real.wasm")).unwrap().starts_with(b"\0asm"));
}

/// Of an app that asks for values, too.
fn a_vfs_alone_is_deterministic_but_for_values(here: &Here) {
    let config = r#"(import "wasi:config/store@0.2.0-rc.1" (instance (export "get" (func (param "key" string) (result (option string)))))))"#;
    let app = format!("{}{config}", APP.strip_suffix(')').unwrap());
    fs::write(here.path("asks.wasm"), wat::parse_str(app).unwrap()).unwrap();
    here.ok(&["vfs", "--for", "asks.wasm", "--image", "files", "--deterministic", "-q", "-o", "vfs.wasm"]);
    let (code, message) = here.fails(&["vfs", "--for", "asks.wasm", "--config", "none", "-q", "-o", "other.wasm"]);
    assert_eq!(code, 1);
    assert!(message.contains("`wasi:config/store@0.2.0-rc.1`"), "{message}");
}

#[cfg(target_os = "linux")]
fn a_signal_leaves_nothing_behind(here: &Here) {
    use nix::sys::signal::{Signal, kill};
    use std::os::unix::process::ExitStatusExt;
    let large = fs::File::create(here.path("files/large")).unwrap();
    large.set_len(800 << 20).unwrap();
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGXCPU] {
        let before = names(here.directory.path());
        let compose = here.command(&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"]);
        // A shell's background jobs ignore these two, and so would this one.
        let mut command = std::process::Command::new("env");
        command.args(["--default-signal=INT,QUIT", env!("CARGO_BIN_EXE_vfs-compose")]).args(compose.get_args());
        let mut child = command.current_dir(here.directory.path()).spawn().unwrap();
        while names(here.directory.path()) == before {
            assert!(child.try_wait().unwrap().is_none(), "it ended before the signal");
            std::thread::yield_now();
        }
        kill(nix::unistd::Pid::from_raw(child.id().cast_signed()), signal).unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(signal as i32));
        assert_eq!(names(here.directory.path()), before);
    }
}

/// As under nohup(1): a signal that is ignored when this program starts stays ignored.
#[cfg(target_os = "linux")]
fn an_ignored_signal_stays_ignored(here: &Here) {
    let large = fs::File::create(here.path("files/large")).unwrap();
    large.set_len(800 << 20).unwrap();
    let script = format!(
        "trap '' HUP; {} app.wasm --image files -q -o out.wasm & sleep 0.1; kill -HUP $!; wait $!",
        env!("CARGO_BIN_EXE_vfs-compose")
    );
    let status = std::process::Command::new("sh").args(["-c", &script]).current_dir(here.directory.path()).status();
    assert!(status.unwrap().success() && here.path("out.wasm").exists());
}
