//! A program, from its first call to its last.

use vfs_compose_vfs::guest::{Guest, Needs};

use super::machine::{Machine, Plan};

/// Makes a file, writes to it, seeks in it, reads it, lists its directory and closes it. Returns 0, or the number of the
/// step that went wrong.
const ROUND_TRIP: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_seek" (func $seek (param i32 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_readdir" (func $list (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "a file")
  (data (i32.const 200) "hello, world")
  ;; What is written, in two parts; then where it is read to.
  (data (i32.const 300) "\c8\00\00\00\07\00\00\00\cf\00\00\00\05\00\00\00")
  (data (i32.const 320) "\90\01\00\00\40\00\00\00")
  (global $fd (mut i32) (i32.const 0))
  (func (export "round-trip") (result i32)
    (if (call $open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 6) (i32.const 5) (i64.const 66) (i64.const 0)
          (i32.const 0) (i32.const 0))
      (then (return (i32.const 1))))
    (global.set $fd (i32.load (i32.const 0)))
    (if (call $write (global.get $fd) (i32.const 300) (i32.const 2) (i32.const 4)) (then (return (i32.const 2))))
    (if (i32.ne (i32.load (i32.const 4)) (i32.const 12)) (then (return (i32.const 3))))
    (if (call $seek (global.get $fd) (i64.const -5) (i32.const 1) (i32.const 8)) (then (return (i32.const 4))))
    (if (i64.ne (i64.load (i32.const 8)) (i64.const 7)) (then (return (i32.const 5))))
    (if (call $read (global.get $fd) (i32.const 320) (i32.const 1) (i32.const 4)) (then (return (i32.const 6))))
    (if (i32.ne (i32.load (i32.const 4)) (i32.const 5)) (then (return (i32.const 7))))
    ;; `worl`, and the `d`.
    (if (i32.ne (i32.load (i32.const 400)) (i32.const 0x6c726f77)) (then (return (i32.const 8))))
    (if (i32.ne (i32.load8_u (i32.const 404)) (i32.const 0x64)) (then (return (i32.const 9))))
    (if (call $list (i32.const 3) (i32.const 1000) (i32.const 500) (i64.const 0) (i32.const 4))
      (then (return (i32.const 10))))
    ;; `.`, `..` and the file, each with 24 bytes before its name.
    (if (i32.ne (i32.load (i32.const 4)) (i32.const 81)) (then (return (i32.const 11))))
    (if (i32.ne (i32.load (i32.const 1067)) (i32.const 6)) (then (return (i32.const 12))))
    (if (i32.ne (i32.load (i32.const 1075)) (i32.const 0x69662061)) (then (return (i32.const 13))))
    (if (call $close (global.get $fd)) (then (return (i32.const 14))))
    (if (i32.ne (call $close (global.get $fd)) (i32.const 8)) (then (return (i32.const 15))))
    (i32.const 0)))"#;

#[test]
fn a_program_writes_and_reads_its_files() {
    let plain = Needs { preview1: true, ..Needs::default() };
    // Features of this crate decide which variants there are.
    let variants = [plain, Needs { end: true, ..plain }].into_iter().filter(|needs| Guest::choose(*needs).is_ok());
    for needs in variants {
        let mut machine = Machine::new(Plan { program: ROUND_TRIP.into(), needs, ..Plan::default() });
        let run = machine.program.get_typed_func::<(), i32>(&mut machine.store, "round-trip").unwrap();
        assert_eq!(run.call(&mut machine.store, ()).unwrap(), 0, "{needs:?}");
        assert_eq!(machine.store.data().calls, [] as [&str; 0], "files need nothing of the host but the time");
    }
}
