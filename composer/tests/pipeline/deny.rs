//! What an app may not do.

use super::run::{End, Ran, Running, command};
use super::{FORMS, apps};
use vfs_compose::error::{DenyError, Error};
use vfs_compose::{Composer, Denial, FormChoice, inspect};

/// Functions of the host, and a memory.
const HEAD: &str = r#"
  (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func $dirs (param i32)))
  (import "wasi:filesystem/types@0.2.3" "[method]descriptor.open-at"
    (func $open (param i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.2.3" "[method]descriptor.read-via-stream" (func $stream (param i32 i64 i32)))
  (import "wasi:filesystem/types@0.2.3" "[resource-drop]descriptor" (func $close (param i32)))
  (import "wasi:io/streams@0.2.3" "[method]input-stream.blocking-read" (func $read (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.3" "[method]input-stream.subscribe" (func $subscribe (param i32) (result i32)))
  (import "wasi:io/streams@0.2.3" "[resource-drop]input-stream" (func $drop (param i32)))
  (import "wasi:io/poll@0.2.3" "poll" (func $poll (param i32 i32 i32)))"#;
const MEMORY: &str = r#"
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 4096))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.set $next (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
    (global.get $next)
    (global.set $next (i32.add (global.get $next) (local.get 3))))
  (data (i32.const 0) "f")
  (func $root (result i32) (call $dirs (i32.const 16)) (i32.load (i32.load (i32.const 16))))
  ;; Fails unless the file can be read, after its stream was waited for.
  (func $file (local $stream i32)
    (call $open (call $root) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32))
    (if (i32.load8_u (i32.const 32)) (then unreachable))
    (call $stream (i32.load (i32.const 36)) (i64.const 0) (i32.const 48))
    (local.set $stream (i32.load (i32.const 52)))
    (i32.store (i32.const 64) (call $subscribe (local.get $stream)))
    (call $poll (i32.const 64) (i32.const 1) (i32.const 72))
    (if (i32.ne (i32.load (i32.const 76)) (i32.const 1)) (then unreachable))
    (call $read (local.get $stream) (i64.const 10) (i32.const 32))
    (if (i32.load8_u (i32.const 32)) (then unreachable))
    (if (i32.ne (i32.load16_u (i32.load (i32.const 36))) (i32.const 0x5958)) (then unreachable)))"#;
const FILES: &str = "import wasi:io/poll@0.2.3; import wasi:io/streams@0.2.3; import wasi:filesystem/types@0.2.3;
    import wasi:filesystem/preopens@0.2.3; export wasi:cli/run@0.2.3;";

/// A command that reads a file and then does something else.
fn app(imports: &str, functions: &str, run: &str) -> Vec<u8> {
    let run = format!(r#"(func (export "wasi:cli/run@0.2.3#run") (result i32) (local $a i32) (call $file) {run})"#);
    apps::written(&["0.2.3"], &format!("{FILES} {imports}"), &format!("(module {HEAD} {functions} {MEMORY} {run})"))
}

fn composer(app: Vec<u8>) -> (tempfile::TempDir, Composer) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("f"), "XYZ").unwrap();
    let composer = Composer::new(app).image(directory.path()).times(0);
    (directory, composer)
}

/// Both forms with some interfaces denied.
fn denied(app: &[u8], interfaces: &[&str]) -> [Vec<u8>; 2] {
    FORMS.map(|form| {
        let (_directory, mut composer) = composer(app.to_vec());
        for interfaces in interfaces {
            composer = composer.deny(Denial::new(*interfaces, "the policy"));
        }
        composer.form(form).compose().unwrap().to_bytes().unwrap()
    })
}

/// Both forms with everything denied.
fn all_denied(app: &[u8]) -> [Vec<u8>; 2] {
    FORMS.map(|form| {
        let (_directory, composer) = composer(app.to_vec());
        let bytes = composer.deny_all("--deny-all").form(form).compose().unwrap().to_bytes().unwrap();
        assert_eq!(inspect(&bytes).unwrap().imports, Vec::<String>::new());
        bytes
    })
}

/// Runs a command on an engine without any WASI.
fn run_alone(component: &[u8]) -> End {
    let engine = wasmtime::Engine::default();
    let component = wasmtime::component::Component::new(&engine, component).unwrap();
    let mut store = wasmtime::Store::new(&engine, ());
    let instance = wasmtime::component::Linker::<()>::new(&engine).instantiate(&mut store, &component).unwrap();
    let interface = instance.get_export_index(&mut store, None, "wasi:cli/run@0.2.3").unwrap();
    let run = instance.get_export_index(&mut store, Some(&interface), "run").unwrap();
    let run = instance.get_typed_func::<(), (Result<(), ()>,)>(&mut store, run).unwrap();
    match run.call(&mut store, ()) {
        Ok((result,)) => End::Returned(result),
        Err(error) => super::run::end(&error),
    }
}

fn ran(component: &[u8]) -> Ran {
    Running::new(component, |_| ()).run()
}

fn error(app: Vec<u8>, rules: impl Fn(Composer) -> Composer) -> String {
    let [plugged, linked] = FORMS.map(|form| {
        let (_directory, composer) = composer(app.clone());
        rules(composer.form(form)).compose().unwrap_err().to_string()
    });
    assert_eq!(plugged, linked);
    plugged
}

const RANDOM: &str = r#"(import "wasi:random/random@0.2.3" "get-random-u64" (func $random (result i64)))"#;

#[test]
fn files_alone_need_no_host() {
    for component in all_denied(&app("", "", "(i32.const 0)")) {
        assert_eq!(run_alone(&component), End::Returned(Ok(())));
    }
}

#[test]
fn everything_that_a_command_imports_can_be_denied() {
    for version in ["0.2.0", "0.2.6", "0.2.12"] {
        all_denied(&apps::command(version));
    }
}

#[test]
fn without_stderr_the_end_is_a_trap_whose_function_says_it() {
    let app = app("import wasi:random/random@0.2.3;", RANDOM, "(drop (call $random)) (i32.const 0)");
    for component in all_denied(&app) {
        let End::Trapped(trap) = run_alone(&component) else { panic!("it went on") };
        assert!(trap.contains("vfs denied wasi:random/random get-random-u64: deny-all"), "{trap}");
    }
}

#[test]
fn with_stderr_and_exit_a_message_and_the_end() {
    let imports = "import wasi:random/random@0.2.3; import wasi:cli/stderr@0.2.3; import wasi:cli/exit@0.2.3;";
    let functions = format!(
        r#"{RANDOM} (import "wasi:cli/stderr@0.2.3" "get-stderr" (func (result i32)))
           (import "wasi:cli/exit@0.2.3" "exit" (func (param i32)))"#
    );
    let app = app(imports, &functions, "(drop (call $random)) (i32.const 0)");
    for component in denied(&app, &["wasi:random"]) {
        let ran = ran(&component);
        assert_eq!(
            (ran.end, ran.stderr.as_str()),
            (End::Exited(1), "vfs-compose: denied wasi:random/random get-random-u64: the policy\n")
        );
        let imports = inspect(&component).unwrap().imports;
        assert!(!imports.iter().any(|import| import.contains("random")), "{imports:?}");
    }
}

#[test]
fn a_message_that_nobody_would_read_is_a_traps() {
    let imports = "import wasi:random/random@0.2.3; import wasi:cli/stderr@0.2.3; import wasi:cli/exit@0.2.3;";
    let functions = format!(
        r#"{RANDOM} (import "wasi:cli/stderr@0.2.3" "get-stderr" (func (result i32)))
           (import "wasi:cli/exit@0.2.3" "exit" (func (param i32)))"#
    );
    let app = app(imports, &functions, "(drop (call $random)) (i32.const 0)");
    for form in FORMS {
        let (_directory, composer) = composer(app.clone());
        let mut policy = vfs_compose::Policy::default();
        policy.set("stderr", "null").unwrap();
        let composer = composer.policy(policy).deny(Denial::new("wasi:random", "why")).form(form);
        let ran = ran(&composer.compose().unwrap().to_bytes().unwrap());
        let End::Trapped(trap) = ran.end else { panic!("it went on") };
        assert!(trap.contains("vfs denied wasi:random/random get-random-u64: why"), "{trap}");
    }
}

#[test]
fn the_apps_own_exit_is_named() {
    let imports = "import wasi:cli/exit@0.2.3;";
    let functions = r#"(import "wasi:cli/exit@0.2.3" "exit" (func $exit (param i32)))"#;
    for code in [0, 1] {
        let app = app(imports, functions, &format!("(call $exit (i32.const {code})) unreachable"));
        for component in all_denied(&app) {
            let End::Trapped(trap) = run_alone(&component) else { panic!("it went on") };
            assert!(trap.contains(&format!("vfs exit {code}")), "{trap}");
        }
    }
}

#[test]
fn streams_of_the_process_are_closed_and_variables_are_those_of_the_settings() {
    let imports =
        "import wasi:cli/stdout@0.2.3; import wasi:cli/environment@0.2.3; import wasi:cli/terminal-stdout@0.2.3;";
    let functions = r#"
      (import "wasi:cli/stdout@0.2.3" "get-stdout" (func $stdout (result i32)))
      (import "wasi:io/streams@0.2.3" "[method]output-stream.check-write" (func $check (param i32 i32)))
      (import "wasi:cli/terminal-stdout@0.2.3" "get-terminal-stdout" (func $terminal (param i32)))
      (import "wasi:cli/environment@0.2.3" "get-environment" (func $environment (param i32)))"#;
    let run = "
      (call $check (call $stdout) (i32.const 32))
      (if (i32.ne (i32.load8_u (i32.const 32)) (i32.const 1)) (then unreachable))
      (if (i32.ne (i32.load8_u (i32.const 40)) (i32.const 1)) (then unreachable))
      (call $terminal (i32.const 32))
      (if (i32.load8_u (i32.const 32)) (then unreachable))
      (call $environment (i32.const 32))
      (i32.ne (i32.load (i32.const 36)) (i32.const 1))";
    let app = app(imports, functions, run);
    for form in FORMS {
        let (_directory, composer) = composer(app.clone());
        let composed = composer.env("K", "V").deny_all("why").form(form).compose().unwrap();
        assert_eq!(run_alone(&composed.to_bytes().unwrap()), End::Returned(Ok(())), "{form:?}");
    }
}

/// The host has streams all the same, of stderr, so its functions are there: no handle that it never gave may come to it.
#[test]
fn streams_that_are_denied_are_closed_beside_one_that_is_not() {
    let imports = "import wasi:cli/stdin@0.2.3; import wasi:cli/stdout@0.2.3; import wasi:cli/stderr@0.2.3;";
    let functions = r#"
      (import "wasi:cli/stdin@0.2.3" "get-stdin" (func $stdin (result i32)))
      (import "wasi:cli/stdout@0.2.3" "get-stdout" (func $stdout (result i32)))
      (import "wasi:cli/stderr@0.2.3" "get-stderr" (func $stderr (result i32)))
      (import "wasi:io/streams@0.2.3" "[method]output-stream.check-write" (func $check (param i32 i32)))
      (import "wasi:io/streams@0.2.3" "[method]output-stream.subscribe" (func $wait (param i32) (result i32)))
      (import "wasi:io/streams@0.2.3" "[resource-drop]output-stream" (func $drop-output (param i32)))
      (import "wasi:io/poll@0.2.3" "[resource-drop]pollable" (func $drop-pollable (param i32)))
      (import "wasi:io/streams@0.2.3" "[method]output-stream.blocking-write-and-flush"
        (func $write (param i32 i32 i32 i32)))"#;
    let run = "
      (local $in i32) (local $out i32) (local $other i32)
      (local.set $in (call $stdin))
      (local.set $out (call $stdout))
      (local.set $other (call $stdout))
      (call $read (local.get $in) (i64.const 10) (i32.const 32))
      (if (i32.ne (i32.load8_u (i32.const 32)) (i32.const 1)) (then unreachable))
      (if (i32.ne (i32.load8_u (i32.const 36)) (i32.const 1)) (then unreachable))
      (call $check (local.get $out) (i32.const 32))
      (if (i32.ne (i32.load8_u (i32.const 32)) (i32.const 1)) (then unreachable))
      (if (i32.ne (i32.load8_u (i32.const 40)) (i32.const 1)) (then unreachable))
      (call $write (local.get $other) (i32.const 0) (i32.const 1) (i32.const 32))
      (if (i32.ne (i32.load8_u (i32.const 32)) (i32.const 1)) (then unreachable))
      (if (i32.ne (i32.load8_u (i32.const 36)) (i32.const 1)) (then unreachable))
      (i32.store (i32.const 64) (call $subscribe (local.get $in)))
      (i32.store (i32.const 68) (call $wait (local.get $out)))
      (call $poll (i32.const 64) (i32.const 2) (i32.const 72))
      (if (i32.ne (i32.load (i32.const 76)) (i32.const 2)) (then unreachable))
      (call $drop-pollable (i32.load (i32.const 64)))
      (call $drop-pollable (i32.load (i32.const 68)))
      (call $drop (local.get $in))
      (call $drop-output (local.get $out))
      (call $drop-output (local.get $other))
      (call $write (call $stderr) (i32.const 0) (i32.const 1) (i32.const 32))
      (i32.load8_u (i32.const 32))";
    let run = format!(r#"(func (export "wasi:cli/run@0.2.3#run") (result i32) {run})"#);
    let world = format!("{FILES} {imports}");
    let app = apps::written(&["0.2.3"], &world, &format!("(module {HEAD} {functions} {MEMORY} {run})"));
    for component in denied(&app, &["wasi:cli/stdin", "wasi:cli/stdout"]) {
        let ran = ran(&component);
        assert_eq!((ran.end, ran.stderr.as_str(), ran.stdout.as_str()), (End::Returned(Ok(())), "f", ""));
    }
}

/// An interface in which everything occurs that a denied function can be given and can say.
const MINE: &str = "import mine: interface {
    use wasi:io/streams@0.2.3.{input-stream};
    enum failure { io, access-denied }
    enum silent { red, green }
    variant why { other(string), not-permitted }
    resource store { get: func(key: string) -> result<list<u8>, failure>; }
    resource mute { speak: func(); }
    record pair { source: input-stream, store: option<store> }
    open: func() -> store;
    try: func(name: string) -> result<store, silent>;
    lend: func(sources: list<borrow<input-stream>>, names: list<string>) -> result<_, why>;
    take: func(pair: pair) -> result<u32, string>;
    many: func(a: string, b: string, c: string, d: string, e: string, f: string, g: string, h: string, pair: pair) -> result<u64, failure>;
    quiet: func() -> mute;
}";
const MINE_FUNCTIONS: &str = r#"
  (import "mine" "[method]store.get" (func $get (param i32 i32 i32 i32)))
  (import "mine" "[resource-drop]store" (func $drop-store (param i32)))
  (import "mine" "open" (func $store (result i32)))
  (import "mine" "try" (func $try (param i32 i32 i32)))
  (import "mine" "lend" (func $lend (param i32 i32 i32 i32 i32)))
  (import "mine" "take" (func $take (param i32 i32 i32 i32)))
  (import "mine" "many" (func $many (param i32 i32)))
  (import "mine" "quiet" (func $quiet (result i32)))"#;

#[test]
fn calls_say_it_in_their_own_words_and_let_go_of_what_they_were_given() {
    let run = r#"
      (local $store i32) (local $stream i32) (local $n i32)
      (call $open (call $root) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32))
      (loop $again
        ;; A handle, and then access-denied.
        (local.set $store (call $store))
        (call $get (local.get $store) (i32.const 0) (i32.const 1) (i32.const 100))
        (if (i32.ne (i32.load8_u (i32.const 100)) (i32.const 1)) (then unreachable))
        (if (i32.ne (i32.load8_u (i32.const 104)) (i32.const 1)) (then unreachable))
        (call $drop-store (local.get $store))
        ;; No error fits, so a handle.
        (call $try (i32.const 0) (i32.const 1) (i32.const 100))
        (if (i32.load8_u (i32.const 100)) (then unreachable))
        (local.set $store (i32.load (i32.const 104)))
        ;; Lent handles are given back: not-permitted.
        (call $stream (i32.load (i32.const 36)) (i64.const 0) (i32.const 48))
        (local.set $stream (i32.load (i32.const 52)))
        (i32.store (i32.const 200) (local.get $stream))
        (i32.store (i32.const 204) (local.get $stream))
        (i64.store (i32.const 208) (i64.const 0x100000000))
        (call $lend (i32.const 200) (i32.const 2) (i32.const 208) (i32.const 1) (i32.const 100))
        (if (i32.ne (i32.load8_u (i32.const 100)) (i32.const 1)) (then unreachable))
        (if (i32.ne (i32.load8_u (i32.const 104)) (i32.const 1)) (then unreachable))
        ;; A message.
        (call $take (local.get $stream) (i32.const 1) (local.get $store) (i32.const 100))
        (if (i32.ne (i32.load8_u (i32.const 100)) (i32.const 1)) (then unreachable))
        (if (i32.ne (i32.load8_u (i32.load (i32.const 104))) (i32.const 118)) (then unreachable))
        ;; Parameters in memory.
        (call $stream (i32.load (i32.const 36)) (i64.const 0) (i32.const 48))
        (i32.store (i32.const 364) (i32.load (i32.const 52)))
        (i32.store (i32.const 368) (i32.const 1))
        (i32.store (i32.const 372) (call $store))
        (call $many (i32.const 300) (i32.const 104))
        (if (i32.ne (i32.load8_u (i32.const 104)) (i32.const 1)) (then unreachable))
        (if (i32.ne (i32.load8_u (i32.const 112)) (i32.const 1)) (then unreachable))
        (global.set $next (i32.const 4096))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $n) (i32.const 2000))))
      (drop (call $quiet))
      (i32.const 0)"#;
    let run = format!(r#"(func (export "wasi:cli/run@0.2.3#run") (result i32) {run})"#);
    let world = format!("{FILES} {MINE}");
    let app = apps::written(&["0.2.3"], &world, &format!("(module {HEAD} {MINE_FUNCTIONS} {MEMORY} {run})"));
    let [plugged, linked] = all_denied(&app);
    for component in [&plugged, &linked] {
        // What has no words at all ends it.
        let End::Trapped(trap) = run_alone(component) else { panic!("it went on") };
        assert!(trap.contains("vfs denied mine quiet: deny-all"), "{trap}");
    }
}

#[test]
fn interfaces_at_two_minors_and_functions_without_an_interface() {
    let body =
        "import wasi:filesystem/preopens@0.2.3; import wasi:random/random@0.2.0; import wasi:random/random@0.2.3;
        import wasi:sockets/tcp@0.2.3; import f: func(s: string) -> list<string>; export wasi:cli/run@0.2.3;";
    let app = apps::dummy(&["0.2.0", "0.2.3"], body);
    all_denied(&app);
    for component in denied(&app, &["wasi:random/random@0.2.0", "f", "wasi:sockets"]) {
        let imports = inspect(&component).unwrap().imports;
        assert!(imports.contains(&"wasi:random/random@0.2.3".to_owned()), "{imports:?}");
        assert!(!imports.iter().any(|import| import == "f" || import.contains("sockets")), "{imports:?}");
    }
}

#[test]
fn what_is_kept_stays_the_hosts() {
    let imports = "import wasi:cli/stdout@0.2.3; import wasi:random/random@0.2.3;";
    let functions = r#"
      (import "wasi:cli/stdout@0.2.3" "get-stdout" (func $stdout (result i32)))
      (import "wasi:random/random@0.2.3" "get-random-u64" (func (result i64)))
      (import "wasi:io/streams@0.2.3" "[method]output-stream.blocking-write-and-flush"
        (func $write (param i32 i32 i32 i32)))"#;
    let run = "(call $write (call $stdout) (i32.const 0) (i32.const 1) (i32.const 32)) (i32.load8_u (i32.const 32))";
    let app = app(imports, functions, run);
    for form in FORMS {
        let (_directory, composer) = composer(app.clone());
        let composed = composer.deny_all("why").keep("wasi:cli/stdout").form(form).compose().unwrap();
        let component = composed.to_bytes().unwrap();
        let ran = ran(&component);
        assert_eq!((ran.end, ran.stdout.as_str()), (End::Returned(Ok(())), "f"), "{form:?}");
        let imports = inspect(&component).unwrap().imports;
        assert!(
            imports.iter().all(|import| ["wasi:io/", "wasi:cli/stdout@"].iter().any(|kept| import.starts_with(kept))),
            "{imports:?}"
        );
    }
}

#[test]
fn what_is_kept_keeps_what_it_uses() {
    let body = "import wasi:filesystem/preopens@0.2.3; import wasi:clocks/monotonic-clock@0.2.3;
        import wasi:sockets/instance-network@0.2.3; import wasi:sockets/udp@0.2.3; import wasi:sockets/tcp@0.2.3;
        import wasi:sockets/tcp-create-socket@0.2.3; import wasi:random/random@0.2.3;";
    for form in FORMS {
        let (_directory, composer) = composer(apps::dummy(&["0.2.3"], body));
        let composed = composer.deny_all("why").keep("wasi:sockets/tcp").form(form).compose().unwrap();
        let component = composed.to_bytes().unwrap();
        let imports = inspect(&component).unwrap().imports;
        let has = |name: &str| imports.iter().any(|import| import.starts_with(name));
        assert!(has("wasi:sockets/tcp@") && has("wasi:sockets/network@"), "{form:?} {imports:?}");
        assert!(
            ["wasi:sockets/udp", "wasi:sockets/instance", "wasi:sockets/tcp-create", "wasi:random"]
                .iter()
                .all(|name| !has(name)),
            "{form:?} {imports:?}"
        );
        // The clock's names of types are all there may be of it.
        let wit_component::DecodedWasm::Component(resolve, _) = wit_component::decode(&component).unwrap() else {
            panic!()
        };
        let mut clocks = resolve.interfaces.iter().filter(|(id, _)| resolve.id_of(*id).unwrap().contains("monotonic"));
        assert!(clocks.all(|(_, clock)| clock.functions.is_empty()), "{form:?}");
    }
}

/// An app of a package whose `api` is used by `make`, and uses types of `words`.
fn app_of_words() -> Vec<u8> {
    let (mut resolve, _) = apps::parse(&["0.2.3"], "");
    let text = "package my:words;
        interface words {
            enum level { low, high }
            record part { level: level }
            record word { parts: list<part>, again: option<part> }
        }
        interface api {
            use words.{word, level as part};
            record pair { one: word, other: part }
            resource thing { constructor(word: word); words: func() -> list<word>; }
        }
        interface make {
            use api.{thing, pair};
            make: func(pair: pair) -> thing;
        }
        world app {
            import wasi:filesystem/preopens@0.2.3;
            import words; import api; import make;
        }";
    let package = resolve.push_source("words.wit", text).unwrap();
    let world = resolve.packages[package].worlds["app"];
    apps::dummy_of(&resolve, world)
}

#[test]
fn what_is_kept_has_types_of_what_is_denied() {
    let app = app_of_words();
    for form in FORMS {
        let (_directory, composer) = composer(app.clone());
        let component = composer.deny_all("why").keep("my:words/api").form(form).compose().unwrap().to_bytes().unwrap();
        let imports = inspect(&component).unwrap().imports;
        let has = |name: &str| imports.iter().any(|import| import == name);
        assert!(has("my:words/api") && !has("my:words/make"), "{form:?} {imports:?}");
    }
}

#[test]
fn a_user_of_what_is_denied_is_denied_with_it() {
    let body = "import wasi:filesystem/preopens@0.2.3; import wasi:sockets/tcp@0.2.3; import wasi:sockets/udp@0.2.3;";
    for component in denied(&apps::dummy(&["0.2.3"], body), &["wasi:sockets/network"]) {
        let imports = inspect(&component).unwrap().imports;
        assert!(!imports.iter().any(|import| import.contains("sockets")), "{imports:?}");
    }
}

#[test]
fn a_server_needs_its_host() {
    let body = "import wasi:filesystem/preopens@0.2.3; import wasi:http/outgoing-handler@0.2.3;
        export wasi:http/incoming-handler@0.2.3;";
    let app = apps::dummy(&["0.2.3"], body);
    let message = error(app.clone(), |composer| composer.deny_all("--deny-all"));
    assert_eq!(
        message,
        "`wasi:http/types@0.2.3` cannot be denied (--deny-all): the host passes its resources to the app's export \
         `wasi:http/incoming-handler@0.2.3`; name the interfaces to deny instead"
    );
    // What is said of a package is said of the rest of it.
    let (_directory, composer) = composer(app);
    let composed = composer.deny(Denial::new("wasi:http", "why")).form(FormChoice::Linked).compose().unwrap();
    let imports = &composed.report().imports;
    assert!(!imports.iter().any(|import| import.contains("outgoing-handler")), "{imports:?}");
    assert!(imports.iter().any(|import| import.contains("http/types")), "{imports:?}");
}

#[test]
fn names_that_are_nothing() {
    let app = app("", "", "(i32.const 0)");
    for fine in ["wasi:sockets", "wasi:http/outgoing-handler", "wasi:keyvalue/store", "wasi:random/random@0.2.3"] {
        denied(&app, &[fine]);
    }
    let message = error(app.clone(), |composer| composer.deny(Denial::new("wasi:socket", "why")));
    assert_eq!(message, "neither the app nor WASI has an interface called `wasi:socket`: did you mean `wasi:sockets`?");
    let message = error(app.clone(), |composer| composer.deny(Denial::new("wasi:keyvalue/stroe", "why")));
    assert_eq!(
        message,
        "neither the app nor WASI has an interface called `wasi:keyvalue/stroe`: did you mean `wasi:keyvalue/store`?"
    );
    let message = error(app, |composer| composer.deny(Denial::new("zzz", "why")));
    assert_eq!(message, "neither the app nor WASI has an interface called `zzz`");
}

#[test]
fn versions_of_what_is_denied() {
    let body = "import wasi:filesystem/preopens@0.2.3; import wasi:random/random@0.2.3; import wasi:sockets/tcp@0.2.3;";
    let app = apps::dummy(&["0.2.3"], body);
    for component in denied(&app, &["wasi:sockets@0.2.3"]) {
        let imports = inspect(&component).unwrap().imports;
        assert!(!imports.iter().any(|import| import.contains("sockets")), "{imports:?}");
    }
    for (pattern, imported) in
        [("wasi:random/random@0.2.0", "wasi:random/random@0.2.3"), ("wasi:random@0.2.0", "wasi:random/random@0.2.3")]
    {
        let message = error(app.clone(), |composer| composer.deny(Denial::new(pattern, "why")));
        let expected = format!("the app does not import `{pattern}`, only `{imported}`");
        assert!(message.starts_with(&expected), "{message}");
    }
}

#[test]
fn a_policy_cannot_be_kept_for_other_versions() {
    let app = |name: &str| {
        wat::parse_str(format!(
            r#"(component
              (import "wasi:filesystem/types@0.2.3" (instance (export "descriptor" (type (sub resource)))))
              (import "{name}" (instance (export "f" (func)))))"#
        ))
        .unwrap()
    };
    let seeded = |composer: Composer| {
        composer.policy({
            let mut policy = vfs_compose::Policy::default();
            policy.seed = Some(1);
            policy
        })
    };
    for name in
        ["wasi:random/random@0.3.0-rc-2026-01-01", "wasi:random/random@0.2.0-rc-2023-11-10", "wasi:random/random"]
    {
        let message = error(app(name), seeded);
        assert!(message.starts_with(&format!("the policy cannot be applied to `{name}`")), "{message}");
    }
    let name = "wasi:http/outgoing-handler@0.2.0-rc-2023-11-10";
    let message = error(app(name), |composer| composer.allow_http(["example.com"]));
    assert!(message.starts_with(&format!("the policy cannot be applied to `{name}`")), "{message}");
}

#[test]
fn a_resource_that_is_imported_by_itself() {
    let app = wat::parse_str(
        r#"(component
          (import "wasi:filesystem/types@0.2.3" (instance $types (export "descriptor" (type (sub resource)))))
          (import "thing" (type (sub resource))))"#,
    );
    let message = error(app.unwrap(), |composer| composer.deny_all("why"));
    assert!(message.starts_with("the resource `thing` cannot be denied (why)"), "{message}");
}

#[test]
fn a_vfs_alone_denies_what_it_has() {
    let imports = "import wasi:cli/stdout@0.2.3; import wasi:random/random@0.2.3;";
    let functions = format!(r#"{RANDOM} (import "wasi:cli/stdout@0.2.3" "get-stdout" (func (result i32)))"#);
    let app = app(imports, &functions, "(i32.const 0)");
    let (_directory, composer) = composer(app);
    let vfs = composer.clone().deny(Denial::new("wasi:cli/stdout", "why")).vfs().unwrap();
    assert_eq!(vfs.report().imports, Vec::<String>::new());
    let refused = composer.deny_all("why").vfs().unwrap_err();
    assert!(
        matches!(&refused, Error::Deny(DenyError::Alone { interface, .. }) if interface == "wasi:random/random@0.2.3"),
        "{refused}"
    );
    // A gate is no part of a vfs.
    let body = "import wasi:filesystem/preopens@0.2.3; import wasi:http/outgoing-handler@0.2.3;";
    let (_directory, composer) = self::composer(apps::dummy(&["0.2.3"], body));
    let refused = composer.allow_http(["example.com"]).vfs().unwrap_err();
    assert!(
        matches!(&refused, Error::Deny(DenyError::Alone { interface, .. }) if interface.contains("handler")),
        "{refused}"
    );
}

#[test]
fn a_vfs_for_any_app_denies_nothing() {
    let any = Composer::for_any_app;
    let ruled = [any().deny_all("why"), any().deny(Denial::new("wasi:random", "why")), any().allow_http(["a.org"])];
    for composer in ruled {
        for refused in [composer.vfs().unwrap_err(), composer.compose().unwrap_err()] {
            assert!(matches!(&refused, Error::Deny(DenyError::AnyApp { .. })), "{refused}");
        }
    }
}

/// Nothing but the description, which has the policy's line.
#[test]
fn nothing_denied_changes_nothing() {
    let app = app("", "", "(i32.const 0)");
    let line = r#""policy":[["deny","wasi:sockets"]],"#;
    for form in FORMS {
        let (_directory, composer) = composer(app.clone());
        let plain = composer.clone().form(form).compose().unwrap().to_bytes().unwrap();
        let denied = composer.deny(Denial::new("wasi:sockets", "why")).form(form).compose().unwrap();
        let text = |bytes: &[u8]| wasmprinter::print_bytes(bytes).unwrap().replace("\\22", "\"");
        assert_eq!(text(&denied.to_bytes().unwrap()).replace(line, ""), text(&plain), "{form:?}");
        assert_eq!(command(&plain), Ok(()));
    }
}
