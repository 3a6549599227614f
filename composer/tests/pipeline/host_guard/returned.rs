//! Linked apps whose exports return streams.

use wasmtime::component::Val;

use super::super::linked::link;
use super::super::run::{End, Running, end};
use super::{Has, exporting, host};

const RETURNS: &str = "use wasi:io/streams@0.2.3.{input-stream};
    export body: func(file: bool) -> input-stream;
    export api: interface {
        use wasi:io/streams@0.2.3.{input-stream};
        use wasi:io/poll@0.2.3.{pollable};
        bodies: func(file: bool) -> result<list<tuple<u8, input-stream>>>;
        take: func(source: input-stream) -> u64;
    }";

/// An app that returns streams: files, or the host's.
fn returning(has: Has) -> Vec<u8> {
    exporting(
        has,
        RETURNS,
        r#"
        (func $body (export "body") (param i32) (result i32)
          (if (result i32) (local.get 0) (then (call $file)) (else (call $stdin))))
        (func (export "api#bodies") (param i32) (result i32)
          (i32.store8 (i32.const 512) (i32.const 0))
          (i32.store (i32.const 516) (i32.const 528))
          (i32.store (i32.const 520) (i32.const 2))
          (i32.store (i32.const 532) (call $stdin))
          (i32.store (i32.const 540) (call $body (local.get 0)))
          i32.const 512)
        (func (export "api#take") (param i32) (result i64)
          (call $read (local.get 0) (i64.const 5) (i32.const 32))
          (call $drop (local.get 0))
          (i64.load32_u (i32.const 40)))"#,
    )
}

#[test]
fn an_export_returns_what_is_the_host_s() {
    let linked = link(returning(Has::StderrAndExit)).unwrap();
    let mut running = Running::new(&linked, host);
    let body = running.instance.get_func(&mut running.store, "body").unwrap();
    let mut result = [Val::Bool(false)];
    body.call(&mut running.store, &[Val::Bool(false)], &mut result).unwrap();
    let [stream @ Val::Resource(_)] = result else { panic!("{result:?}") };
    let (bodies, take) = (api(&mut running, "bodies"), api(&mut running, "take"));
    let mut results = [Val::Bool(false)];
    bodies.call(&mut running.store, &[Val::Bool(false)], &mut results).unwrap();
    assert!(matches!(&results[0], Val::Result(Ok(Some(list))) if matches!(&**list, Val::List(all) if all.len() == 2)));
    // What comes in is the host's.
    take.call(&mut running.store, &[stream], &mut results).unwrap();
    assert_eq!(results, [Val::U64(5)]);
}

#[test]
fn an_export_does_not_return_what_is_the_vfs_s() {
    for (name, function) in [("body", "body"), ("bodies", "api#bodies")] {
        let linked = link(returning(Has::StderrAndExit)).unwrap();
        let mut running = Running::new(&linked, host);
        let export = if name == "body" {
            running.instance.get_func(&mut running.store, name).unwrap()
        } else {
            api(&mut running, name)
        };
        let error = export.call(&mut running.store, &[Val::Bool(true)], &mut [Val::Bool(false)]).unwrap_err();
        let ran = running.ended(end(&error));
        assert_eq!(ran.end, End::Exited(1));
        assert!(
            ran.stderr.starts_with(&format!("vfs-compose: `{function}` returned a stream or another")),
            "{}",
            ran.stderr
        );
    }
}

fn api(running: &mut Running, name: &str) -> wasmtime::component::Func {
    let api = running.instance.get_export_index(&mut running.store, None, "api").unwrap();
    let function = running.instance.get_export_index(&mut running.store, Some(&api), name).unwrap();
    running.instance.get_func(&mut running.store, function).unwrap()
}
