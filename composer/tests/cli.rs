//! The command line: exit codes, messages and files that are left, in both forms.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Imports the preopens and nothing else.
const APP: &str = r#"(component
  (import "wasi:filesystem/types@0.2.3" (instance $types (export "descriptor" (type (sub resource)))))
  (alias export $types "descriptor" (type $descriptor))
  (import "wasi:filesystem/preopens@0.2.3" (instance
    (alias outer 1 $descriptor (type $outer))
    (export "descriptor" (type $descriptor (eq $outer)))
    (type $own (own $descriptor))
    (type $entry (tuple $own string))
    (type $entries (list $entry))
    (export "get-directories" (func (result $entries))))))"#;

/// Each of these functions is a test in either form.
macro_rules! in_both_forms {
    ($($(#[$attribute:meta])* $test:ident)*) => {$(
        $(#[$attribute])*
        mod $test {
            #[test]
            fn plugged() {
                super::$test(&super::Here::new("plugged"));
            }

            #[test]
            fn linked() {
                super::$test(&super::Here::new("linked"));
            }
        }
    )*};
}

/// A directory with `app.wasm` and `files/hello.txt`, and the form in which it is composed there.
struct Here {
    directory: TempDir,
    form: &'static str,
}

impl Here {
    fn new(form: &'static str) -> Self {
        let here = Self { directory: tempfile::tempdir().unwrap(), form };
        fs::write(here.path("app.wasm"), wat::parse_str(APP).unwrap()).unwrap();
        fs::create_dir(here.path("files")).unwrap();
        fs::write(here.path("files/hello.txt"), "hello\n").unwrap();
        here
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// With `--form` where something is composed.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vfs-compose"));
        command.args(args.first());
        if args.first().is_some_and(|first| *first == "run" || first.ends_with(".wasm")) {
            command.args(["--form", self.form]);
        }
        command.args(args.iter().skip(1));
        command.current_dir(self.directory.path()).env("SOURCE_DATE_EPOCH", "1700000000").stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Standard output of a command that ends well.
    fn ok(&self, args: &[&str]) -> Vec<u8> {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn text(&self, args: &[&str]) -> String {
        String::from_utf8(self.ok(args)).unwrap()
    }

    /// Exit code and standard error of a command that does not, and that left nothing behind.
    fn fails(&self, args: &[&str]) -> (i32, String) {
        let before = names(self.directory.path());
        let output = self.run(args);
        assert_eq!(names(self.directory.path()), before, "{args:?} left something");
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

in_both_forms! {
    the_default_command_writes_beside_the_caller
    standard_output_and_files_have_the_same_bytes
    quiet_says_nothing_and_json_is_json
    failures_are_one_message_and_exit_code_1
    usage_errors_have_exit_code_2
    #[cfg(target_os = "linux")] a_full_disk_is_an_error
    #[cfg(unix)] a_file_that_cannot_be_read_leaves_no_output
    a_reader_that_goes_away_is_no_error
    run_passes_the_exit_code_on
    run_takes_what_engines_take_by_default
    inspect_shows_what_is_inside
    images_alone_and_inside_are_handled_alike
    verify_names_the_first_bad_offset
    the_output_is_not_packed_into_itself
    #[cfg(unix)] a_link_at_the_output_stays_a_link
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
    assert_eq!(report["image"]["files"], 1);
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
            &["app.wasm", "--image", "files", "--image", "files"],
            "error: two images collide at `/`: an earlier image has something other than an empty directory there\n  \
             hint: put the later image elsewhere: --image DIR::/elsewhere\n",
        ),
        (
            &["app.wasm", "--image", "files", "--preopen", "/hello.txt"],
            "error: the preopen `/hello.txt` is not a directory of the tree\n",
        ),
        (
            &["empty.wasm", "--image", "files"],
            "error: the app imports no filesystem (`wasi:filesystem/types`), so it could never see the files\n  \
             hint: use --allow-unused to compose it anyway\n",
        ),
        (
            &["text.wasm"],
            "error: the app is WebAssembly in its text format\n  \
             hint: convert it with `wasm-tools parse app.wat -o app.wasm`\n",
        ),
        (&["cut.wasm"], "error: the app is truncated: unexpected end-of-file (at offset 0x1e)\n"),
        (
            &["app.wasm", "-o", "no/such/out.wasm"],
            "error: cannot write `no/such/out.wasm`\n  caused by: No such file or directory (os error 2)\n",
        ),
        (&["image", "cat", "app.wasm", "/x"], "error: there is no image inside `app.wasm`\n"),
    ] {
        assert_eq!(here.fails(args), (1, message.into()), "{args:?}");
    }
    let (code, text) = here.fails(&["app.wasm", "--image", "app.wasm"]);
    assert!(code == 1 && text.starts_with("error: `app.wasm` is not a usable image\n"), "{text}");
}

fn usage_errors_have_exit_code_2(here: &Here) {
    for args in
        [&[][..], &["app.wasm", "--no-such-flag"], &["app.wasm", "--env", "novalue"], &["image", "cat", "app.wasm"]]
    {
        assert_eq!(here.fails(args).0, 2, "{args:?}");
    }
}

#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error(here: &Here) {
    let failure = here.fails(&["app.wasm", "--image", "files", "-o", "/dev/full"]);
    let message = "error: cannot write the result\n  caused by: No space left on device (os error 28)\n";
    assert_eq!(failure, (1, message.into()));
}

#[cfg(unix)]
fn a_file_that_cannot_be_read_leaves_no_output(here: &Here) {
    use std::os::unix::fs::PermissionsExt;
    let locked = here.path("files/locked");
    fs::write(&locked, "x").unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&locked).is_ok() {
        return; // Nothing is unreadable to the superuser.
    }
    let (code, text) = here.fails(&["app.wasm", "--image", "files", "-o", "out.wasm"]);
    assert!(code == 1 && text.contains("locked") && text.contains("Permission denied"), "{text}");
}

fn a_reader_that_goes_away_is_no_error(here: &Here) {
    fs::write(here.path("files/large"), vec![1; 4 << 20]).unwrap();
    for args in [&["app.wasm", "--image", "files", "-q", "-o", "-"][..], &["image", "build", "files", "-q", "-o", "-"]]
    {
        let mut child = here.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn run_passes_the_exit_code_on(here: &Here) {
    for result in [0, 1] {
        let app = format!(
            r#"(component
              (core module $program (func (export "run") (result i32) i32.const {result}))
              (core instance $program (instantiate $program))
              (func $run (result (result)) (canon lift (core func $program "run")))
              (instance $exports (export "run" (func $run)))
              (export "wasi:cli/run@0.2.3" (instance $exports)))"#
        );
        fs::write(here.path("program.wasm"), wat::parse_str(app).unwrap()).unwrap();
        let output = here.run(&["run", "program.wasm", "--image", "files", "--allow-unused", "--", "-x"]);
        assert_eq!(output.status.code(), Some(result), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Each of these functions gives 33, by instructions that are younger than WebAssembly 1.0.
const YOUNGER: [(&str, &str); 6] = [
    (
        "exceptions",
        "(tag $thrown (param i32))
         (func $throw (throw $thrown (i32.const 33)))
         (func $again (param exnref) (throw_ref (local.get 0)))
         (func $answer (result i32) (local $exception exnref)
           (block $second (result i32)
             (block $first (result exnref)
               (try_table (catch_all_ref $first) (call $throw))
               unreachable)
             (local.set $exception)
             (try_table (catch $thrown $second) (call $again (local.get $exception)))
             unreachable))",
    ),
    (
        "garbage collection",
        "(type $node (struct (field $value i32) (field $next (ref null $node))))
         (func $answer (result i32) (local $list (ref null $node)) (local $count i32)
           (loop $more
             (if (i32.eqz (i32.and (local.get $count) (i32.const 7))) (then (local.set $list (ref.null $node))))
             (local.set $list (struct.new $node (local.get $count) (local.get $list)))
             (local.set $count (i32.add (local.get $count) (i32.const 1)))
             (br_if $more (i32.lt_u (local.get $count) (i32.const 1000000))))
           (i32.sub (struct.get $node $value (struct.get $node $next (local.get $list))) (i32.const 999965)))",
    ),
    (
        "tail calls",
        "(func $count (param $left i32) (param $sum i32) (result i32)
           (if (i32.eqz (local.get $left)) (then (return (local.get $sum))))
           (return_call $count (i32.sub (local.get $left) (i32.const 1)) (i32.add (local.get $sum) (i32.const 1))))
         (func $answer (result i32) (i32.sub (call $count (i32.const 5000000) (i32.const 0)) (i32.const 4999967)))",
    ),
    (
        "references of functions",
        "(type $number (func (result i32)))
         (elem declare func $thirty-three)
         (func $thirty-three (type $number) (i32.const 33))
         (func $answer (result i32) (call_ref $number (ref.func $thirty-three)))",
    ),
    (
        "SIMD",
        "(func $answer (result i32)
           (i32x4.extract_lane 3
             (i32x4.relaxed_trunc_f32x4_s (f32x4.add (v128.const f32x4 1 2 3 4) (f32x4.splat (f32.const 29))))))",
    ),
    (
        "atomics",
        "(func $answer (result i32)
           (drop (i32.atomic.rmw.add (i32.const 64) (i32.const 33)))
           (i32.atomic.load (i32.const 64)))",
    ),
];

fn run_takes_what_engines_take_by_default(here: &Here) {
    for (what, functions) in YOUNGER {
        let program = format!(
            r#"(module
              (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
              (memory (export "memory") 1)
              {functions}
              (func (export "_start")
                (i32.store8 (i32.const 16) (call $answer))
                (i32.store (i32.const 0) (i32.const 16))
                (i32.store (i32.const 4) (i32.const 1))
                (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#
        );
        fs::write(here.path("program.wasm"), wat::parse_str(program).unwrap()).unwrap();
        let output = here.run(&["run", "program.wasm", "--image", "files"]);
        assert_eq!(output.stdout, [33], "{what}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{what}");
    }
}

fn inspect_shows_what_is_inside(here: &Here) {
    let flags = ["--env", "K=V", "--arg", "-x", "--preopen", "/=root", "--read-only", "-q", "-o", "out.wasm"];
    here.ok(&[&["app.wasm", "--image", "files"][..], &flags].concat());
    let text = here.text(&["inspect", "out.wasm"]);
    for line in ["imports: none", "  preopen / as root", "  env K=V", "  arg -x", "  read-only", "hello.txt"] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&here.text(&["inspect", "--json", "out.wasm"])).unwrap();
    assert_eq!(json["vfs"]["image"]["files"], 1);
    assert!(text.contains("    wasi:filesystem/types: "), "{text}");
    let functions = json["vfs"]["left-out"]["functions"].as_array().unwrap();
    assert!(functions.contains(&"wasi:filesystem/types#[method]descriptor.rename-at".into()), "{functions:?}");
    assert!(json["vfs"]["left-out"]["code"].as_u64().unwrap() > 0);
    assert!(here.text(&["inspect", "app.wasm"]).contains("wasi:filesystem/preopens@0.2.3"));
}

fn images_alone_and_inside_are_handled_alike(here: &Here) {
    fs::create_dir(here.path("files/sub")).unwrap();
    fs::write(here.path("files/sub/deep"), "deep").unwrap();
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"]);
    here.ok(&["app.wasm", "--image", "files.erofs", "-q", "-o", "same.wasm"]);
    assert!(fs::read(here.path("out.wasm")).unwrap() == fs::read(here.path("same.wasm")).unwrap());
    for file in ["files.erofs", "out.wasm"] {
        assert_eq!(here.text(&["image", "ls", file]), "hello.txt\nsub\n");
        assert_eq!(here.text(&["image", "ls", "-R", file]), "hello.txt\nsub\nsub/deep\n");
        assert_eq!(here.text(&["image", "cat", file, "hello.txt", "/sub/deep"]), "hello\ndeep");
        assert!(here.text(&["image", "verify", file]).starts_with("sound: 2 files, 2 directories"));
        let to = format!("{file}.d");
        here.ok(&["image", "extract", file, &to]);
        assert_eq!(fs::read(here.path(&to).join("sub/deep")).unwrap(), b"deep");
    }
}

fn verify_names_the_first_bad_offset(here: &Here) {
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    let mut bytes = fs::read(here.path("files.erofs")).unwrap();
    // The contents of so small a file are behind its inode. The superblock shall say that it has no checksum of all this.
    let inode = bytes.windows(6).position(|window| window == b"hello\n").unwrap() - 64;
    bytes[1024 + 8] &= !1;
    bytes[inode + 8..inode + 16].fill(0xff);
    fs::write(here.path("files.erofs"), bytes).unwrap();
    let output = here.run(&["image", "verify", "files.erofs"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("offset {inode} ")), "{inode}: {said}");
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

#[test]
fn help_teaches_by_example_and_completions_are_written() {
    let here = Here::new("plugged"); // Nothing is composed.
    assert!(here.text(&["--help"]).contains("vfs-compose app.wasm --image ./files -o out.wasm"));
    assert!(here.text(&["completions", "bash"]).contains("vfs-compose"));
}

/// A manifest in a directory of its own, with files beside it.
fn manifest(here: &Here, text: &str) {
    fs::create_dir_all(here.path("project/tree")).unwrap();
    fs::write(here.path("project/tree/file.txt"), "of the manifest\n").unwrap();
    fs::write(here.path("project/vfs.toml"), text).unwrap();
}

in_both_forms! {
    a_manifest_says_what_flags_say
    what_is_typed_stands_over_the_manifest
    a_manifest_that_is_wrong_is_one_error
    values_of_flags_that_cannot_be_are_one_error
    no_name_of_a_variable_is_no_variable
    values_of_config_stand_over_those_of_the_manifest
    what_the_manifest_turns_on_can_be_turned_off
    presets_leave_what_the_manifest_says
    what_is_composed_runs_as_it_is
    inspect_shows_what_is_denied
    what_is_allowed_of_the_environment_is_the_hosts
    what_inspect_shows_is_printable
    a_vfs_alone_is_deterministic_but_for_values
    the_output_of_a_manifest_may_be_standard_output
}

fn a_manifest_says_what_flags_say(here: &Here) {
    manifest(
        here,
        "image = [\"tree::/data\"]\npreopen = [\"/data\"]\nenv = { A = \"1\" }\narg = [\"--x\"]\noutput = \"../made.wasm\"\n\
         read-only = true\nmax-bytes = \"1K\"\nmax-open = 9\ninherit-env = [\"TERM\"]\nstdin = \"null\"\n",
    );
    here.ok(&["app.wasm", "--manifest", "project/vfs.toml"]);
    let json: serde_json::Value = serde_json::from_slice(&here.ok(&["inspect", "made.wasm", "--json"])).unwrap();
    let vfs = &json["vfs"];
    assert_eq!(vfs["preopens"][0]["guest"], "/data");
    assert_eq!((&vfs["arguments"][0], &vfs["environment"][0][1]), (&"--x".into(), &"1".into()));
    assert_eq!((&vfs["limits"]["bytes"], &vfs["limits"]["open"]), (&1024.into(), &9.into()));
    assert_eq!(vfs["read-only"], true);
    assert_eq!(vfs["policy"], serde_json::json!({"inherit-env": "TERM", "stdin": "null"}));
    assert_eq!(here.ok(&["image", "cat", "made.wasm", "/data/file.txt"]), b"of the manifest\n");
}

fn what_is_typed_stands_over_the_manifest(here: &Here) {
    manifest(
        here,
        "image = [\"tree\"]\nenv = { A = \"1\", B = \"2\" }\nstdin = \"null\"\nstdout = \"null\"\ndeterministic = true\n",
    );
    let typed = ["--image", "files", "--env", "A=typed", "--stdin", "deny", "--random", "inherit", "-o", "made.wasm"];
    here.ok(&[&["app.wasm", "--manifest", "project/vfs.toml"][..], &typed[..]].concat());
    let json: serde_json::Value = serde_json::from_slice(&here.ok(&["inspect", "made.wasm", "--json"])).unwrap();
    assert_eq!(json["vfs"]["environment"], serde_json::json!([["B", "2"], ["A", "typed"]]));
    let policy = &json["vfs"]["policy"];
    assert_eq!((&policy["stdin"], &policy["stdout"]), (&"deny".into(), &"null".into()));
    assert_eq!(
        (&policy["wall-clock"], &policy["random"]),
        (&"frozen:1980-01-01T00:00:00Z".into(), &serde_json::Value::Null)
    );
    assert_eq!(policy["argv0"], "app.wasm");
    assert_eq!(here.ok(&["image", "cat", "made.wasm", "/hello.txt"]), b"hello\n");
}

fn a_manifest_that_is_wrong_is_one_error(here: &Here) {
    for (text, wanted) in [
        (
            "strict = true\nstdot = \"null\"\n",
            "error: `project/vfs.toml`, line 2, column 1: there is no key `stdot`\n  hint: the nearest is `stdout`\n",
        ),
        (
            "stdin = \"to:/x\"\n",
            "error: `project/vfs.toml`, line 1, column 9: `stdin` cannot be `to:/x`\n  hint: it takes `inherit`, `null`, `deny` or `from:/FILE`\n",
        ),
    ] {
        manifest(here, text);
        let output = here.run(&["app.wasm", "--manifest", "project/vfs.toml", "-o", "made.wasm"]);
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(1), wanted));
        assert!(!here.path("made.wasm").exists());
    }
    let output = here.run(&["app.wasm", "--manifest", "nothing.toml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: cannot read `nothing.toml`"));
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

/// What `inspect` says of the policy.
fn policy(here: &Here) -> serde_json::Value {
    let json: serde_json::Value = serde_json::from_slice(&here.ok(&["inspect", "made.wasm", "--json"])).unwrap();
    json["vfs"]["policy"].clone()
}

fn no_name_of_a_variable_is_no_variable(here: &Here) {
    for (flag, inherited) in [
        ("--inherit-env=", serde_json::json!("none")),
        ("--inherit-env=,", serde_json::json!("none")),
        ("--inherit-env=A,B", serde_json::json!("A,B")),
        ("--inherit-env", serde_json::Value::Null),
    ] {
        here.ok(&["app.wasm", "--image", "files", "-q", "-o", "made.wasm", flag]);
        assert_eq!(policy(here)["inherit-env"], inherited, "{flag}");
    }
    for (value, inherited) in [
        ("[\"\"]", serde_json::json!("none")),
        ("[\"\\u0000\"]", serde_json::json!("none")),
        ("[]", serde_json::json!("none")),
        ("false", serde_json::json!("none")),
        ("true", serde_json::Value::Null),
    ] {
        manifest(here, &format!("image = [\"tree\"]\ninherit-env = {value}\n"));
        here.ok(&["app.wasm", "--manifest", "project/vfs.toml", "-q", "-o", "made.wasm"]);
        assert_eq!(policy(here)["inherit-env"], inherited, "{value}");
    }
}

fn values_of_config_stand_over_those_of_the_manifest(here: &Here) {
    let said = |manifest_says: &str, typed: &[&str]| {
        manifest(here, &format!("image = [\"tree\"]\n{manifest_says}\n"));
        let flags = ["app.wasm", "--manifest", "project/vfs.toml", "-q", "-o", "made.wasm"];
        here.ok(&[&flags[..], typed].concat());
        policy(here)["config"].clone()
    };
    let table = "config = { a = \"1\", b = \"2\" }";
    for (manifest_says, typed, keys) in [
        (table, &[][..], serde_json::json!(["a", "b"])),
        (table, &["--config", "b=3", "--config", "c="], serde_json::json!(["a", "b", "c"])),
        (table, &["--config", "none"], serde_json::json!("none")),
        (table, &["--config", "none", "--config", "c=4"], serde_json::json!(["c"])),
        (table, &["--config", "inherit"], serde_json::Value::Null),
        ("config = {}", &[], serde_json::json!("none")),
        ("config = \"inherit\"", &["--deterministic"], serde_json::Value::Null),
        ("config = \"inherit\"", &["--config", "c=4"], serde_json::json!(["c"])),
        ("", &["--deterministic"], serde_json::json!("none")),
        (table, &["--deterministic"], serde_json::json!(["a", "b"])),
        ("", &["--config", "a,b=1", "--config", "none=2"], serde_json::json!(["a,b", "none"])),
        ("", &[], serde_json::Value::Null),
    ] {
        assert_eq!(said(manifest_says, typed), keys, "{manifest_says} {typed:?}");
    }
    for (flags, wanted) in [
        (&["--config", "a"][..], "error: `--config a` is not K=V"),
        (&["--config", "=a"], "error: `--config =a` is not K=V"),
        (&["--config", "inherit", "--config", "a=1"], "error: `--config inherit` cannot be combined"),
    ] {
        let (code, message) = here.fails(&[&["app.wasm", "-o", "other.wasm"][..], flags].concat());
        assert_eq!(code, 2);
        assert!(message.starts_with(wanted), "{message}");
    }
}

fn what_the_manifest_turns_on_can_be_turned_off(here: &Here) {
    fs::write(here.path("empty.wasm"), wat::parse_str("(component)").unwrap()).unwrap();
    let said = |flags: &[&str]| {
        manifest(
            here,
            "image = [\"tree\"]\nread-only = true\ndeny-all = true\nallow = [\"wasi:random\"]\ndeterministic = true\n\
             strict = true\nallow-unused = true\n",
        );
        #[cfg(unix)]
        if !here.path("project/tree/pipe").exists() {
            let made = Command::new("mkfifo").arg(here.path("project/tree/pipe")).status().unwrap();
            assert!(made.success());
        }
        here.run(&[&["app.wasm", "--manifest", "project/vfs.toml", "-q", "-o", "made.wasm"][..], flags].concat())
    };
    #[cfg(unix)]
    assert_eq!(said(&[]).status.code(), Some(1), "a pipe is an error");
    assert!(said(&["--strict=false"]).status.success());
    let json =
        || -> serde_json::Value { serde_json::from_slice(&here.ok(&["inspect", "made.wasm", "--json"])).unwrap() };
    let on = json();
    assert_eq!((&on["vfs"]["read-only"], &on["vfs"]["policy"]["deny-all"]), (&true.into(), &"true".into()));
    assert_eq!(on["vfs"]["policy"]["random"], "seeded:0");
    let off = ["--strict=false", "--read-only=false", "--deny-all=false", "--deterministic=false"];
    assert!(said(&off).status.success());
    let off = json();
    assert_eq!((&off["vfs"]["read-only"], &off["vfs"]["policy"]), (&false.into(), &serde_json::json!({})));
    let unused = ["empty.wasm", "--manifest", "project/vfs.toml", "--strict=false", "-q", "-o", "made.wasm"];
    here.ok(&unused);
    let output = here.run(&[&unused[..], &["--allow-unused=false"]].concat());
    assert_eq!(output.status.code(), Some(1));
    // The other way round, and what is neither.
    manifest(here, "image = [\"files\"]\nread-only = false\n");
    fs::create_dir_all(here.path("project/files")).unwrap();
    here.ok(&["app.wasm", "--manifest", "project/vfs.toml", "-q", "-o", "made.wasm", "--read-only"]);
    assert_eq!(json()["vfs"]["read-only"], true);
    assert_eq!(here.fails(&["app.wasm", "--image", "files", "--read-only=no"]).0, 2);
}

fn presets_leave_what_the_manifest_says(here: &Here) {
    manifest(
        here,
        "image = [\"tree\"]\nrandom = \"seeded:42\"\nmonotonic-clock = \"frozen:7\"\ninherit-env = [\"TZ\"]\nstdin = \"from:/file.txt\"\n",
    );
    for preset in ["--deterministic", "--deny-all"] {
        here.ok(&["app.wasm", "--manifest", "project/vfs.toml", "-q", "-o", "made.wasm", preset]);
        let policy = policy(here);
        for (key, value) in [
            ("random", "seeded:42"),
            ("monotonic-clock", "frozen:7"),
            ("inherit-env", "TZ"),
            ("stdin", "from:/file.txt"),
            ("inherit-args", "none"),
        ] {
            assert_eq!(policy[key], value, "{preset} {key}");
        }
    }
}

fn inspect_shows_what_is_denied(here: &Here) {
    let flags = ["--deny-all", "--deny", "wasi:sockets", "--http", "allow:example.com", "--allow", "wasi:clocks"];
    here.ok(&[&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"][..], &flags].concat());
    let policy = policy(here);
    for (key, value) in [("deny-all", "true"), ("deny", "wasi:sockets"), ("http", "allow:example.com")] {
        assert_eq!(policy[key], value, "{policy}");
    }
    assert!(policy["allow"].as_str().unwrap().contains("wasi:clocks"), "{policy}");
}

fn what_is_allowed_of_the_environment_is_the_hosts(here: &Here) {
    for (allowed, inherited) in [
        ("wasi:cli/environment", serde_json::Value::Null),
        ("wasi:cli", serde_json::Value::Null),
        ("wasi:clocks", serde_json::json!("none")),
    ] {
        let flags = ["--deny-all", "--allow", allowed];
        here.ok(&[&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"][..], &flags].concat());
        let policy = policy(here);
        assert_eq!((&policy["inherit-env"], &policy["inherit-args"]), (&inherited, &inherited), "{allowed}");
    }
}

fn what_inspect_shows_is_printable(here: &Here) {
    let typed = ["--config", "a\n\x1b[2J=1", "--env", "K=a\nb\x1b", "--arg", "c\x1bd", "--argv0", "e\x1bf"];
    here.ok(&[&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"][..], &typed].concat());
    let text = here.text(&["inspect", "made.wasm"]);
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    assert!(text.contains("  env K=a\\nb\\u{1b}\n"), "{text:?}");
    assert!(text.contains("  config [\"a\\n\\u001b[2J\"]\n"), "{text:?}");
    assert_eq!(policy(here)["config"], serde_json::json!(["a\n\u{1b}[2J"]));
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

fn the_output_of_a_manifest_may_be_standard_output(here: &Here) {
    manifest(here, "image = [\"tree\"]\noutput = \"-\"\n");
    assert!(here.ok(&["app.wasm", "--manifest", "project/vfs.toml", "-q"]).starts_with(b"\0asm"));
    assert!(!here.path("project/-").exists());
}

fn what_is_composed_runs_as_it_is(here: &Here) {
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    for flags in [&["--random", "seeded:1"][..], &["--deny-all"], &["--env", "A=B"], &["--inherit-env"]] {
        let output = here.run(&[&["run", "made.wasm"][..], flags].concat());
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {message}");
        assert!(message.starts_with("error: `made.wasm` is already composed"), "{message}");
    }
}

/// Flags that say what a component is, and not how it is made or told about.
#[test]
fn every_flag_has_its_key() {
    let here = Here::new("linked");
    let help = String::from_utf8(here.ok(&["--help"])).unwrap();
    let example = String::from_utf8(here.ok(&["manifest"])).unwrap();
    let words = help.split(|c: char| c.is_whitespace() || "[=,;".contains(c));
    let mut flags: Vec<_> = words.filter_map(|word| word.strip_prefix("--")).filter(|flag| !flag.is_empty()).collect();
    flags.sort_unstable();
    flags.dedup();
    let others = ["manifest", "quiet", "json", "help", "version", "an-argument", "for", "plug"];
    let keys = flags.into_iter().filter(|flag| !others.contains(flag)).map(|flag| flag.trim_start_matches("no-"));
    let missing: Vec<_> = keys
        .filter(|key| !example.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{key} = "))))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
