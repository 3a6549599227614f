//! Values of `wasi:config`.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use super::run::command;
use super::{FORMS, apps};
use vfs_compose::error::{DenyError, Error};
use vfs_compose::{Composer, FormChoice, inspect};

/// A command that imports this of a package `wasi:config`, with its strings in an encoding.
fn app(encoding: StringEncoding, config: &str, interface: &str, module: &str) -> Vec<u8> {
    let (mut resolve, _) = apps::parse(&["0.2.3"], "");
    resolve.push_source("config.wit", config).unwrap();
    let world = format!(
        "package test:config; world app {{ import wasi:filesystem/preopens@0.2.3; import {interface}; export wasi:cli/run@0.2.3; }}"
    );
    let package = resolve.push_source("world.wit", &world).unwrap();
    let world = resolve.packages[package].worlds["app"];
    let module = format!(
        r#"(module
          (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func (param i32)))
          {module}
          (memory (export "memory") 1)
          (global $next (mut i32) (i32.const 4096))
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            ;; An engine that translates asks for the worst, and gives the rest back.
            (if (local.get 0) (then (return (local.get 0))))
            (global.get $next)
            (global.set $next (i32.add (global.get $next) (i32.const 256)))))"#
    );
    let mut module = wat::parse_str(module).unwrap();
    embed_component_metadata(&mut module, &resolve, world, encoding).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}

const STORE: &str = "package wasi:config@1.2.3; interface store { get: func(key: string) -> option<string>; }";

/// Both forms with values, without any import of wasi:config.
fn composed(app: &[u8], values: &[(&str, &str)]) -> [Vec<u8>; 2] {
    FORMS.map(|form| {
        let composer = Composer::new(app).times(0).form(form).config(values.iter().copied());
        let bytes = composer.compose().unwrap().to_bytes().unwrap();
        let imports = inspect(&bytes).unwrap().imports;
        assert!(!imports.iter().any(|import| import.starts_with("wasi:config")), "{imports:?}");
        bytes
    })
}

#[test]
fn apps_of_every_encoding_and_of_other_shapes_are_answered() {
    for encoding in [StringEncoding::UTF8, StringEncoding::UTF16, StringEncoding::CompactUTF16] {
        // "ké" is looked for, and "é" is there. Utf-8 has it in two bytes, Latin-1 in one.
        let text = |utf8: &str, utf16: &str, latin1: &str| match encoding {
            StringEncoding::UTF8 => utf8.to_owned(),
            StringEncoding::UTF16 => utf16.to_owned(),
            StringEncoding::CompactUTF16 => latin1.to_owned(),
        };
        let key = text(r"k\c3\a9", r"k\00\e9\00", r"k\e9");
        let key_length = if encoding == StringEncoding::UTF8 { 3 } else { 2 };
        let value_length = if encoding == StringEncoding::UTF8 { 2 } else { 1 };
        let first = if encoding == StringEncoding::UTF8 { 0xc3 } else { 0xe9 };
        let module = format!(
            r#"(import "wasi:config/store@1.2.3" "get" (func $get (param i32 i32 i32)))
               (data (i32.const 64) "{key}")
               (func (export "wasi:cli/run@0.2.3#run") (result i32)
                 (call $get (i32.const 64) (i32.const {key_length}) (i32.const 16))
                 (if (i32.ne (i32.load8_u (i32.const 16)) (i32.const 1)) (then (return (i32.const 1))))
                 (if (i32.ne (i32.load (i32.const 24)) (i32.const {value_length})) (then (return (i32.const 1))))
                 (if (i32.ne (i32.load8_u (i32.load (i32.const 20))) (i32.const {first})) (then (return (i32.const 1))))
                 (call $get (i32.const 64) (i32.const 1) (i32.const 16))
                 (i32.load8_u (i32.const 16)))"#
        );
        let app = app(encoding, STORE, "wasi:config/store@1.2.3", &module);
        // Strings are translated where components meet, and linked they do not.
        let (form, is_plugged) = match encoding {
            StringEncoding::UTF8 => (FormChoice::Linked, false),
            _ => (FormChoice::Auto, true),
        };
        let composed =
            |form| Composer::new(app.as_slice()).times(0).form(form).config([("ké", "é")]).compose().unwrap();
        assert_eq!(command(&composed(FormChoice::Plugged).to_bytes().unwrap()), Ok(()), "{encoding:?}");
        let linked = composed(form);
        assert_eq!(linked.report().not_linked.is_some(), is_plugged, "{encoding:?}");
        assert_eq!(command(&linked.to_bytes().unwrap()), Ok(()), "{encoding:?}");
    }
}

#[test]
fn the_order_of_values_is_no_matter() {
    let module = r#"(import "wasi:config/store@1.2.3" "get" (func (param i32 i32 i32)))
        (func (export "wasi:cli/run@0.2.3#run") (result i32) (i32.const 0))"#;
    let app = app(StringEncoding::UTF8, STORE, "wasi:config/store@1.2.3", module);
    let imports = inspect(&app).unwrap().imports;
    assert!(imports.contains(&"wasi:config/store@1.2.3".to_owned()), "{imports:?}");
    let one = composed(&app, &[("a", "1"), ("b", "2"), ("a", "3")]);
    assert_eq!(one, composed(&app, &[("b", "2"), ("a", "3")]));
}

#[test]
fn an_interface_that_only_has_the_name_is_one_error() {
    for function in [
        "get: func(key: string) -> result<string>",
        "get: func() -> option<string>",
        "get: func(key: list<u8>) -> option<string>",
        "get-all: func() -> list<string>",
        "set: func(key: string, value: string)",
    ] {
        let config = format!("package wasi:config@1.2.3; interface store {{ {function}; }}");
        let name = function.split(':').next().unwrap();
        let flat = match name {
            "get-all" => "(param i32)",
            "set" => "(param i32 i32 i32 i32)",
            _ if function.contains("()") => "(param i32)",
            _ => "(param i32 i32 i32)",
        };
        let module = format!(
            r#"(import "wasi:config/store@1.2.3" "{name}" (func {flat}))
               (func (export "wasi:cli/run@0.2.3#run") (result i32) (i32.const 0))"#
        );
        let app = app(StringEncoding::UTF8, &config, "wasi:config/store@1.2.3", &module);
        let error = Composer::new(app).config([("a", "b")]).compose().unwrap_err();
        let Error::Deny(DenyError::Config { interface, function: named }) = &error else { panic!("{error}") };
        assert_eq!((interface.as_str(), named.as_str()), ("wasi:config/store@1.2.3", name));
    }
}

#[test]
fn a_vfs_alone_has_no_values() {
    let module = r#"(import "wasi:config/store@1.2.3" "get" (func (param i32 i32 i32)))
        (func (export "wasi:cli/run@0.2.3#run") (result i32) (i32.const 0))"#;
    let app = app(StringEncoding::UTF8, STORE, "wasi:config/store@1.2.3", module);
    let error = Composer::new(app).config([("a", "b")]).vfs().unwrap_err().to_string();
    assert!(error.contains("`wasi:config/store@1.2.3`"), "{error}");
    let error = Composer::for_any_app().config([("a", "b")]).vfs().unwrap_err().to_string();
    assert!(error.contains("`--config`") && !error.contains("--for"), "{error}");
    Composer::new(apps::command("0.2.3")).config([("a", "b")]).vfs().unwrap();
}
