//! Components of preview1 modules: alone on a directory of the host, and composed in both forms. Each fault of the
//! published adapter is shown with it, too.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use vfs_compose::{Composer, Denial, Error, ExitCode, Files, FormChoice, Policy};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
};
use wasmtime::StoreContextMut;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::FORMS;
use crate::run::{End, Running, State, add_exit};

/// Functions of preview1 with their parameters, for programs.
const FUNCTIONS: [(&str, &str); 12] = [
    ("clock_time_get", "i32 i64 i32"),
    ("fd_close", "i32"),
    ("fd_pread", "i32 i32 i32 i64 i32"),
    ("fd_prestat_get", "i32 i32"),
    ("fd_read", "i32 i32 i32 i32"),
    ("fd_readdir", "i32 i32 i32 i64 i32"),
    ("fd_write", "i32 i32 i32 i32"),
    ("path_filestat_get", "i32 i32 i32 i32 i32"),
    ("path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32"),
    ("path_unlink_file", "i32 i32 i32"),
    ("random_get", "i32 i32"),
    ("sched_yield", ""),
];

/// Makes a module with these functions and `proc_exit`. `$check` ends it with a code if a condition does not hold.
fn module(functions: &[&str], body: &str) -> Vec<u8> {
    let imports: String = functions
        .iter()
        .map(|name| {
            let (_, params) = FUNCTIONS.iter().find(|(known, _)| known == name).unwrap();
            format!(r#"(import "wasi_snapshot_preview1" "{name}" (func ${name} (param {params}) (result i32)))"#)
        })
        .collect();
    let text = format!(
        r#"(module {imports}
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            {body}
            (func $check (param $code i32) (param $holds i32)
              (if (i32.eqz (local.get $holds)) (then (call $exit (local.get $code))))))"#
    );
    wat::parse_str(text).unwrap()
}

/// A directory with `/f`, a file of 100,000 bytes that count up.
fn directory() -> TempDir {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("f"), contents()).unwrap();
    directory
}

fn contents() -> Vec<u8> {
    (0..100_000_u32).map(|number| number as u8).collect()
}

fn published(module: &[u8]) -> Vec<u8> {
    let mut encoder = ComponentEncoder::default();
    let encoder = encoder.module(module).unwrap();
    let adapter = WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER;
    encoder.adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter).unwrap().encode().unwrap()
}

fn adapted(module: &[u8]) -> Vec<u8> {
    vfs_compose::adapt(module, ExitCode::Full, None).unwrap()
}

/// Runs a component on a directory, and returns how it ended and what it printed.
fn run(component: &[u8], directory: Option<&Path>) -> (End, String) {
    let ran = Running::on(directory, component, |linker| add_exit(linker, "0.2.12")).run();
    (ran.end, ran.stdout)
}

/// Runs a module in all ways that have to give the same: adapted on a directory, and composed in both forms.
fn in_all_ways(module: &[u8]) -> Vec<(End, String)> {
    let directory = directory();
    let mut all = vec![run(&adapted(module), Some(directory.path()))];
    all.extend(FORMS.map(|form| composed(form, module)));
    all
}

/// Runs a module, composed.
fn composed(form: FormChoice, module: &[u8]) -> (End, String) {
    let mut files = Files::new();
    files.add_file("f", contents()).unwrap();
    let composer = Composer::new(module).files(files).allow_unused(true).form(form).exit_code(ExitCode::Full);
    run(&composer.compose().unwrap().to_bytes().unwrap(), None)
}

/// Runs a program in all ways. All of its checks hold.
fn succeeds(functions: &[&str], body: &str) {
    let module = module(functions, body);
    for ended in in_all_ways(&module) {
        assert_eq!(ended, (End::Returned(Ok(())), String::new()));
    }
}

/// Returns how a program ends with the published adapter on a directory.
fn with_published(functions: &[&str], body: &str) -> End {
    run(&published(&module(functions, body)), Some(directory().path())).0
}

/// A program without a function by which it could find a file imports none of its host's, and has none open.
#[test]
fn a_program_that_can_find_no_file_imports_no_filesystem() {
    let has_files = |component: &[u8]| component.windows(15).any(|bytes| bytes == b"wasi:filesystem");
    for (name, _) in FUNCTIONS {
        let component = adapted(&module(&[name], r#"(memory (export "memory") 1) (func (export "_start"))"#));
        let finds_files = name.starts_with("path_") || ["fd_prestat_get", "fd_readdir"].contains(&name);
        assert_eq!(has_files(&component), finds_files, "{name}");
    }
    let functions = ["clock_time_get", "fd_close", "fd_pread", "fd_read", "fd_write"];
    let body = r#"(memory (export "memory") 1)
        (data (i32.const 0) "\10\00\00\00\06\00\00\00")
        (data (i32.const 16) "hello\n")
        (func (export "_start")
          (call $check (i32.const 2) (i32.eqz (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 64))))
          (call $check (i32.const 3) (i32.eq (i32.const 8)
            (call $fd_read (i32.const 3) (i32.const 0) (i32.const 1) (i32.const 96))))
          (call $check (i32.const 4) (i32.eq (i32.const 8) (call $fd_close (i32.const 3))))
          (call $check (i32.const 5) (i32.eqz
            (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 96)))))"#;
    let component = adapted(&module(&functions, body));
    assert!(!has_files(&component));
    let ended = run(&component, Some(directory().path()));
    assert_eq!(ended, (End::Returned(Ok(())), "hello\n".to_owned()));
}

/// Takes memory as Go's allocator does: it takes it for granted that it gets what follows what it has.
const TAKES_MEMORY: &str = r#"(memory (export "memory") 1)
    (data (i32.const 0) "f")
    (func (export "_start") (local $page i32) (local $at i32)
      (loop $next
        (drop (memory.grow (i32.const 1)))
        (local.set $page (i32.add (local.get $page) (i32.const 1)))
        (memory.fill (i32.shl (local.get $page) (i32.const 16)) (local.get $page) (i32.const 65536))
        (call $check (i32.const 2) (i32.eqz (call $path_filestat_get
          (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16))))
        (br_if $next (i32.lt_u (local.get $page) (i32.const 100))))
      (local.set $at (i32.const 65536))
      (loop $next
        (call $check (i32.const 3)
          (i32.eq (i32.load8_u (local.get $at)) (i32.shr_u (local.get $at) (i32.const 16))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (i32.const 6619136)))))"#;

#[test]
fn memory_is_the_programs_alone() {
    succeeds(&["path_filestat_get"], TAKES_MEMORY);
    let end = with_published(&["path_filestat_get"], TAKES_MEMORY);
    assert!(matches!(end, End::Trapped(_) | End::Returned(Err(())) | End::Exited(_)), "{end:?}");
}

/// Opens a file as often as said.
fn opens(times: u32) -> String {
    let body = r#"(memory (export "memory") 1)
    (data (i32.const 0) "f")
    (func (export "_start") (local $count i32)
      (loop $next
        (call $check (i32.const 2) (i32.eqz (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1)
          (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8))))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (call $check (i32.const 3) (i32.eq (i32.load (i32.const 8)) (i32.add (local.get $count) (i32.const 3))))
        (br_if $next (i32.lt_u (local.get $count) (i32.const TIMES)))))"#;
    body.replace("TIMES", &times.to_string())
}

#[test]
fn many_files_are_open_at_a_time() {
    // This machine may permit a process no more than 1,024.
    succeeds(&["path_open"], &opens(900));
    assert_ne!(with_published(&["path_open"], &opens(900)), End::Returned(Ok(())));
    for form in FORMS {
        assert_eq!(composed(form, &module(&["path_open"], &opens(20_000))).0, End::Returned(Ok(())));
    }
}

/// Writes from its start function, and then from `_start`.
const STARTS: &str = r#"(memory (export "memory") 1)
    (data (i32.const 0) "start\0a\00\00_start\0a")
    (func $print (param $at i32) (param $length i32)
      (i32.store (i32.const 32) (local.get $at))
      (i32.store (i32.const 36) (local.get $length))
      (call $check (i32.const 2)
        (i32.eqz (call $fd_write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 40)))))
    (func $first (call $print (i32.const 0) (i32.const 6)))
    (start $first)
    (func (export "_start") (call $print (i32.const 8) (i32.const 7)))"#;

#[test]
fn a_start_function_calls_wasi() {
    let module = module(&["fd_write"], STARTS);
    for ended in in_all_ways(&module) {
        assert_eq!(ended, (End::Returned(Ok(())), "start\n_start\n".into()));
    }
    let instantiated = std::panic::catch_unwind(|| run(&published(&module), None));
    assert!(instantiated.is_err(), "{instantiated:?}");
}

#[test]
fn initialize_comes_after_the_start_function() {
    let body = STARTS.replace(
        "(func (export \"_start\")",
        "(func (export \"_initialize\") (call $print (i32.const 8) (i32.const 1)))\n    (func (export \"_start\")",
    );
    for ended in in_all_ways(&module(&["fd_write"], &body)) {
        assert_eq!(ended, (End::Returned(Ok(())), "start\n__start\n".into()));
    }
}

#[test]
fn names_that_are_not_utf_8() {
    let body = |code: i32| {
        format!(
            r#"(memory (export "memory") 1)
            (data (i32.const 0) "\ff")
            (func (export "_start") (call $check (i32.const 2) (i32.eq (i32.const {code}) (call $path_filestat_get
              (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))))"#
        )
    };
    succeeds(&["path_filestat_get"], &body(25));
    assert!(matches!(with_published(&["path_filestat_get"], &body(25)), End::Trapped(_)));
}

#[test]
fn exit_codes() {
    let directory = directory();
    for (code, full) in [(0, 0), (10, 10), (255, 255), (256, 1), (0x102, 2), (-1, 255)] {
        let body = format!(r#"(memory (export "memory") 1) (func (export "_start") (call $exit (i32.const {code})))"#);
        let module = module(&[], &body);
        for (end, _) in in_all_ways(&module) {
            assert_eq!(end, End::Exited(full), "{code}");
        }
        let component = vfs_compose::adapt(&module, ExitCode::Bool, None).unwrap();
        assert_eq!(run(&component, Some(directory.path())).0, End::Exited(i32::from(code != 0)), "{code}");
        let expected = if code == 0 { 0 } else { 1 };
        assert_eq!(run(&published(&module), Some(directory.path())).0, End::Exited(expected), "{code}");
    }
}

#[test]
fn memory_may_be_missing_hidden_or_imported() {
    let faults = r#"(func (export "_start")
        (call $check (i32.const 2) (i32.eq (i32.const 21) (call $random_get (i32.const 0) (i32.const 1))))
        (call $check (i32.const 3) (i32.eqz (call $random_get (i32.const 9) (i32.const 0))))
        (call $check (i32.const 4) (i32.eqz (call $sched_yield))))"#;
    succeeds(&["random_get", "sched_yield"], faults);
    let works = r#"(data (i32.const 0) "f")
        (func (export "_start")
          (call $check (i32.const 2) (i32.eqz (call $path_filestat_get
            (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16))))
          (call $check (i32.const 3) (i64.eq (i64.load (i32.const 48)) (i64.const 100000)))
          (call $check (i32.const 4) (i32.eq (memory.size) (i32.const 3))))"#;
    for memory in
        ["(memory 3)", "(memory (export \"mem\") 3)", "(memory (import \"any\" \"m\") 3)", "(memory 3) (memory 1)"]
    {
        let is_import = memory.contains("import");
        let (before, after) = if is_import { (memory, "") } else { ("", memory) };
        let text = format!(
            r#"(module
              (import "wasi_snapshot_preview1" "path_filestat_get"
                (func $path_filestat_get (param i32 i32 i32 i32 i32) (result i32)))
              {before}
              (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
              {after} {works}
              (func $check (param $code i32) (param $holds i32)
                (if (i32.eqz (local.get $holds)) (then (call $exit (local.get $code))))))"#
        );
        for ended in in_all_ways(&wat::parse_str(text).unwrap()) {
            assert_eq!(ended, (End::Returned(Ok(())), String::new()), "{memory}");
        }
    }
}

/// Reads into a buffer, with a mark before and behind it, and looks at each byte of memory.
fn reads(buffer: u32, length: u32) {
    let end = buffer + length;
    // The vector, the path and the results lie where the buffer does not.
    let free = if buffer >= 64 { 0 } else { 65536 - 64 };
    let (vector, count, path) = (free + 8, free + 16, free);
    let body = format!(
        r#"(memory (export "memory") 1 1)
        (func (export "_start") (local $at i32) (local $file i32) (local $count i32)
          (memory.fill (i32.const 0) (i32.const 0xaa) (i32.const 65536))
          (i32.store8 (i32.const {path}) (i32.const 102))
          (call $check (i32.const 2) (i32.eqz (call $path_open (i32.const 3) (i32.const 0) (i32.const {path})
            (i32.const 1) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const {count}))))
          (local.set $file (i32.load (i32.const {count})))
          (i32.store (i32.const {vector}) (i32.const {buffer}))
          (i32.store offset=4 (i32.const {vector}) (i32.const {length}))
          (call $check (i32.const 3) (i32.eqz (call $fd_pread (local.get $file) (i32.const {vector}) (i32.const 1)
            (i64.const 1000) (i32.const {count}))))
          (local.set $count (i32.load (i32.const {count})))
          (call $check (i32.const 4) (i32.le_u (local.get $count) (i32.const {length})))
          (call $check (i32.const 5) (i32.ge_u (i32.add (local.get $count) (i32.const 24)) (i32.const {length})))
          (memory.fill (i32.const {free}) (i32.const 0xaa) (i32.const 24))
          (loop $next
            (call $check (i32.const 6) (i32.eq (i32.load8_u (local.get $at))
              (if (result i32) (i32.lt_u (i32.sub (local.get $at) (i32.const {buffer})) (local.get $count))
                (then (i32.and (i32.const 255)
                  (i32.add (i32.const 1000) (i32.sub (local.get $at) (i32.const {buffer})))))
                (else (i32.const 0xaa)))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br_if $next (i32.lt_u (local.get $at) (i32.const 65536)))))"#
    );
    assert!(end <= 65536);
    succeeds(&["path_open", "fd_pread"], &body);
}

#[test]
fn a_read_changes_its_buffer_alone() {
    for (buffer, length) in [(64, 4096), (64, 65472), (65535, 1), (0, 1), (0, 4096), (3, 4099), (15, 65450), (0, 65472)]
    {
        reads(buffer, length);
    }
}

#[test]
fn a_read_may_have_all_of_memory() {
    // Vector, path and result lie in the buffer.
    let body = r#"(memory (export "memory") 1 1)
        (data (i32.const 40000) "f")
        (data (i32.const 40008) "\00\00\00\00\00\00\01\00")
        (func (export "_start") (local $file i32) (local $count i32)
          (call $check (i32.const 2) (i32.eqz (call $path_open (i32.const 3) (i32.const 0) (i32.const 40000)
            (i32.const 1) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 40016))))
          (local.set $file (i32.load (i32.const 40016)))
          (call $check (i32.const 3) (i32.eqz (call $fd_read (local.get $file) (i32.const 40008) (i32.const 1)
            (i32.const 40016))))
          (local.set $count (i32.load (i32.const 40016)))
          (call $check (i32.const 4) (i32.ge_u (local.get $count) (i32.const 65520)))
          (call $check (i32.const 5) (i32.eq (i32.load8_u (i32.const 65519)) (i32.const 0xef))))"#;
    succeeds(&["path_open", "fd_read"], body);
}

#[test]
fn pointers_outside_of_memory_are_faults() {
    let body = r#"(memory (export "memory") 1)
        (func (export "_start")
          (call $check (i32.const 2) (i32.eq (i32.const 21) (call $random_get (i32.const 65535) (i32.const 2))))
          (call $check (i32.const 3) (i32.eq (i32.const 21) (call $random_get (i32.const -1) (i32.const 2))))
          (call $check (i32.const 4) (i32.eq (i32.const 21)
            (call $fd_write (i32.const 1) (i32.const 65532) (i32.const 1) (i32.const 0))))
          (call $check (i32.const 5) (i32.eq (i32.const 21)
            (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 65529))))
          (call $check (i32.const 6) (i32.eqz (call $random_get (i32.const 65534) (i32.const 2)))))"#;
    succeeds(&["random_get", "fd_write", "clock_time_get"], body);
}

/// Lists `/` by a buffer of 40 bytes, from each cookie on, while it removes what it has seen.
#[test]
fn a_listing_goes_on_while_entries_are_removed() {
    let directory = TempDir::new().unwrap();
    for number in 0..300 {
        fs::write(directory.path().join(format!("file{number:03}")), "").unwrap();
    }
    let body = r#"(memory (export "memory") 1)
        (func (export "_start") (local $cookie i64) (local $removed i32)
          (loop $next
            (call $check (i32.const 2) (i32.eqz (call $fd_readdir
              (i32.const 3) (i32.const 0) (i32.const 40) (local.get $cookie) (i32.const 64))))
            (if (i32.ge_u (i32.load (i32.const 64)) (i32.const 24)) (then
              (call $check (i32.const 3) (i64.ne (i64.const 0) (i64.load (i32.const 8))))
              (local.set $cookie (i64.load (i32.const 0)))
              (if (i32.eq (i32.load (i32.const 16)) (i32.const 7)) (then
                (call $check (i32.const 4) (i32.eqz (call $path_unlink_file
                  (i32.const 3) (i32.const 24) (i32.const 7))))
                (local.set $removed (i32.add (local.get $removed) (i32.const 1)))))
              (br $next))))
          (call $check (i32.const 5) (i32.eq (local.get $removed) (i32.const 300))))"#;
    let component = adapted(&module(&["fd_readdir", "path_unlink_file"], body));
    assert_eq!(run(&component, Some(directory.path())).0, End::Returned(Ok(())));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

fn refusal(text: &str) -> String {
    let error = vfs_compose::adapt(&wat::parse_str(text).unwrap(), ExitCode::Bool, None).unwrap_err();
    let mut message = error.to_string();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(&error);
    while let Some(error) = cause {
        message += &format!("\n{error}");
        cause = error.source();
    }
    message
}

#[test]
fn wrong_types_and_unknown_imports_are_all_named() {
    let message = refusal(
        r#"(module
          (import "wasi_snapshot_preview1" "fd_close" (func (param i64) (result i32)))
          (import "wasi_snapshot_preview1" "sched_yield" (func)))"#,
    );
    assert!(message.contains("`fd_close`: (i64) -> i32, where preview1 has (i32) -> i32"), "{message}");
    assert!(message.contains("`sched_yield`: () -> nothing, where preview1 has () -> i32"), "{message}");
    let message = refusal(
        r#"(module
          (import "env" "emscripten_notify_memory_growth" (func (param i32)))
          (import "env" "__syscall_openat" (func))
          (import "other" "thing" (global i32))
          (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32))))"#,
    );
    for part in
        ["from `env`: `emscripten_notify_memory_growth`, `__syscall_openat`", "Emscripten", "from `other`: `thing`"]
    {
        assert!(message.contains(part), "{part}: {message}");
    }
    let message = refusal(r#"(module (import "wasi_snapshot_preview1" "fd_dup" (func (param i32) (result i32))))"#);
    assert!(message.contains("from `wasi_snapshot_preview1`: `fd_dup`"), "{message}");
    let message = refusal(r#"(module (memory i64 1) (func (export "_start")))"#);
    assert!(message.contains("64-bit memory"), "{message}");
    let message = refusal(r#"(module (func (export "f") (result i32) (i32.const 1)))"#);
    assert!(message.contains("`f`"), "{message}");
    let component = wat::parse_str("(component)").unwrap();
    assert!(matches!(vfs_compose::adapt(&component, ExitCode::Bool, None), Err(Error::App(_))));
}

/// What settings take from the host is imported no more, in either form.
#[test]
fn what_settings_take_is_not_imported() {
    let functions = ["fd_write", "fd_read", "random_get", "clock_time_get", "path_open"];
    let body = r#"(memory (export "memory") 1)
        (data (i32.const 0) "\10\00\00\00\01\00\00\00")
        (func (export "_start")
          (call $check (i32.const 2) (i32.eqz (call $random_get (i32.const 64) (i32.const 8))))
          (call $check (i32.const 3) (i32.eqz (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 72))))
          (call $check (i32.const 4) (i32.eqz (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 80))))
          (call $check (i32.const 5) (i32.eqz (i32.load (i32.const 80))))
          (call $check (i32.const 6) (i32.eqz (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 80)))))"#;
    let module = module(&functions, body);
    for form in FORMS {
        let mut policy = Policy::default();
        policy.deterministic();
        for (key, value) in [("stdin", "null"), ("stdout", "null"), ("stderr", "null")] {
            policy.set(key, value).unwrap();
        }
        let composed = Composer::new(module.as_slice()).form(form).policy(policy).compose().unwrap();
        assert_eq!(composed.report().imports, ["wasi:cli/exit@0.2.0"], "{form:?}");
        assert_eq!(run(&composed.to_bytes().unwrap(), None), (End::Returned(Ok(())), String::new()));
    }
}

/// A component in front of a program serves what is denied. The program is linked all the same.
#[test]
fn whatever_is_denied_the_program_is_linked() {
    let functions = ["clock_time_get", "fd_read", "fd_write", "path_open", "random_get"];
    let body = r#"(memory (export "memory") 1)
        (data (i32.const 0) "\10\00\00\00\01\00\00\00")
        (func (export "_start")
          (call $check (i32.const 4) (i32.ne (call $fd_read (i32.const 9) (i32.const 0) (i32.const 1) (i32.const 80)) (i32.const 0))))"#;
    let module = module(&functions, body);
    let denied =
        ["wasi:cli/exit", "wasi:cli", "wasi:clocks", "wasi:random", "wasi:cli/stdin", "wasi:clocks/wall-clock"];
    for denied in denied {
        for exit_code in [ExitCode::Bool, ExitCode::Full] {
            let denial = Denial::new(denied, "the test");
            let composer = Composer::new(module.as_slice()).form(FormChoice::Linked).exit_code(exit_code);
            let composed = composer.deny(denial).compose().unwrap_or_else(|error| panic!("{denied}: {error:?}"));
            let bytes = composed.to_bytes().unwrap();
            assert_eq!(run(&bytes, None), (End::Returned(Ok(())), String::new()), "{denied}");
        }
    }
}

/// A module with a world of its own beside preview1, as wit-bindgen makes for `wasm32-wasip1`: a reactor.
#[test]
fn a_world_of_its_own_stays() {
    let mut resolve = Resolve::default();
    let text = "package test:spoken; world spoken { import say: func(text: string); export shout: func(text: string) -> u32; }";
    let package = resolve.push_source("spoken.wit", text).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module = wat::parse_str(
        r#"(module
          (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_filestat_get" (func $stat (param i32 i32 i32 i32 i32) (result i32)))
          (import "$root" "say" (func $say (param i32 i32)))
          (memory (export "memory") 1)
          (data (i32.const 8) "f")
          (global $free (mut i32) (i32.const 1024))
          (global $ready (mut i32) (i32.const 0))
          (func (export "_initialize")
            (global.set $ready (i32.eqz (call $stat (i32.const 3) (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 64)))))
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (global.get $free) (global.set $free (i32.add (global.get $free) (local.get 3))))
          (func (export "shout") (param i32 i32) (result i32)
            (if (call $random (i32.const 0) (i32.const 4)) (then unreachable))
            (call $say (local.get 0) (local.get 1))
            (i32.add (global.get $ready) (i32.wrap_i64 (i64.load (i32.const 96))))))"#,
    )
    .unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let directory = directory();
    let mut all = vec![(adapted(&module), Some(directory.path()))];
    for form in FORMS {
        let mut files = Files::new();
        files.add_file("f", contents()).unwrap();
        let composer = Composer::new(module.as_slice()).files(files).form(form);
        all.push((composer.compose().unwrap().to_bytes().unwrap(), None));
    }
    for (component, directory) in all {
        let mut running = Running::on(directory, &component, |linker| {
            let say = |mut store: StoreContextMut<'_, State>, (text,): (String,)| {
                store.data_mut().log.push(text);
                Ok(())
            };
            linker.root().func_wrap("say", say).unwrap();
        });
        let shout = running.instance.get_typed_func::<(String,), (u32,)>(&mut running.store, "shout").unwrap();
        let (size,) = shout.call(&mut running.store, ("hello".into(),)).unwrap();
        // `_initialize` found the file, and its size is in memory.
        assert_eq!(size, 100_001);
        assert_eq!(running.store.data().log, ["hello"]);
    }
}
