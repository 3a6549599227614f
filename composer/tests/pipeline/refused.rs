//! Apps that cannot be composed, and what is said about them.

use super::{FORMS, apps, linked};
use vfs_compose::{Composer, FormChoice};

/// What is said in both forms.
fn refusal(app: Vec<u8>) -> String {
    let [plugged, linked] = FORMS.map(|form| refusal_in(form, app.clone()));
    assert_eq!(plugged, linked);
    plugged
}

fn refusal_in(form: FormChoice, app: Vec<u8>) -> String {
    let error = Composer::new(app).form(form).compose().expect_err("this app is refused");
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn module(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

#[test]
fn bytes_that_are_not_wasm() {
    let message = "the app is not WebAssembly: it does not begin with the bytes `\\0asm`";
    assert_eq!(refusal(Vec::new()), "the app is empty: it has no bytes");
    assert_eq!(refusal(b"#!/bin/sh\n".to_vec()), message);
    assert_eq!(refusal(vec![0xff; 100]), message);
}

#[test]
fn the_text_format() {
    for text in ["(module)", " \n;; a comment\n(component)"] {
        assert!(refusal(text.into()).starts_with("the app is WebAssembly in its text format"), "{text}");
    }
}

#[test]
fn every_cut_component_is_one_clear_error() {
    let app = apps::command("0.2.3");
    for end in (4..app.len()).step_by(997).chain([app.len() - 1]) {
        let message = refusal(app[..end].to_vec());
        assert!(
            message.starts_with("the app is truncated") || message.starts_with("the app imports no filesystem"),
            "{end}: {message}"
        );
    }
}

#[test]
fn a_damaged_component() {
    let mut app = apps::command("0.2.3");
    let end = app.len().min(4000);
    for byte in &mut app[12..end] {
        *byte ^= 0x55;
    }
    let message = refusal(app);
    assert!(
        message.starts_with("the app is not valid WebAssembly") || message.starts_with("the app is truncated"),
        "{message}"
    );
}

#[test]
fn threads() {
    let app = module(
        r#"(module (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32))) (memory 1 2 shared))"#,
    );
    assert_eq!(refusal(app), "the app has a shared memory, and components have no threads: build it without threads");
    let app = module(r#"(module (import "env" "memory" (memory 1 2 shared)))"#);
    assert_eq!(refusal(app), "the app has a shared memory, and components have no threads: build it without threads");
}

#[test]
fn a_64_bit_memory_at_any_depth() {
    let message = "the app has a 64-bit memory, and WASI uses 32-bit addresses: build it for wasm32";
    assert_eq!(refusal(module("(module (memory i64 1))")), message);
    assert_eq!(refusal(module("(component (component (core module (memory i64 1))))")), message);
}

#[test]
fn no_filesystem() {
    let app = apps::dummy(&["0.2.3"], "import wasi:random/random@0.2.3;");
    let message = "the app imports no filesystem (`wasi:filesystem/types`), so it could never see the files";
    assert_eq!(refusal(app.clone()), message);
    for form in FORMS {
        Composer::new(app.clone()).allow_unused(true).form(form).compose().unwrap();
    }
}

#[test]
fn a_module_that_no_component_can_have() {
    let message = refusal(module(r#"(module (import "env" "f" (func)))"#));
    assert!(message.starts_with("the app is a core module whose imports no component can have"), "{message}");
    let message = refusal(module(r#"(module (import "wasi_unstable" "fd_close" (func (param i32) (result i32))))"#));
    assert!(message.contains("wasi_unstable"), "{message}");
}

#[test]
fn what_a_plugged_vfs_cannot_wrap_is_named_all_at_once() {
    let body = "import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3;
        import files: interface { use wasi:filesystem/types@0.2.3.{descriptor}; f: func(d: borrow<descriptor>); }
        import streams: interface { use wasi:io/streams@0.2.3.{input-stream}; f: func(s: list<input-stream, 4>); }
        export bodies: interface { use wasi:io/streams@0.2.3.{input-stream}; f: func(s: input-stream); }";
    let message = refusal_in(FormChoice::Plugged, apps::dummy(&["0.2.3"], body));
    let why = "`files`, `streams` and `bodies` share resources of `wasi:filesystem/types@0.2.3` and \
               `wasi:io/streams@0.2.3`, which the vfs provides, in a way that the plugged form cannot wrap";
    assert!(message.ends_with(why), "{message}");
}

#[test]
fn no_form_is_advised_that_is_refused_too() {
    let advice = |app: Vec<u8>| {
        [FormChoice::Plugged, FormChoice::Linked, FormChoice::Auto].map(|form| {
            let error = Composer::new(app.clone()).form(form).compose().err()?;
            Some(error.to_string())
        })
    };
    let text = |text: &str| Some(text.to_owned());
    // Files that the app passes on as a whole.
    let handed_on = advice(linked::in_text(linked::INSIDE));
    assert_eq!(handed_on, [None, text("the app cannot be linked: try `--form plugged`"), None]);
    // Streams that its host takes from an export.
    let body = "import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3;
        export bodies: interface { use wasi:io/streams@0.2.3.{input-stream}; f: func() -> input-stream; }";
    let taken = advice(apps::dummy(&["0.2.3"], body));
    assert_eq!(taken, [text("the app cannot be plugged: try `--form linked`"), None, None]);
    // Files that its host can never have.
    let [plugged, linked, auto] = advice(linked::in_text(&format!("{}{}", linked::INSIDE, linked::FILES)));
    assert!(auto.as_ref().is_some_and(|auto| auto.starts_with("the app can be neither linked (")), "{auto:?}");
    assert_eq!([&plugged, &linked], [&auto, &auto]);
    let whole = refusal(linked::in_text(&format!("{}{}", linked::INSIDE, linked::FILES)));
    assert!(!whole.contains("--form"), "{whole}");
}

#[test]
fn interfaces_without_shared_resources_stay_the_hosts() {
    let body =
        "import wasi:filesystem/preopens@0.2.3; import wasi:random/random@0.2.3; import mine: interface { f: func(); }";
    for form in FORMS {
        let composed = Composer::new(apps::dummy(&["0.2.3"], body)).form(form).compose().unwrap();
        let imports = &composed.report().imports;
        assert!(
            imports.contains(&"wasi:random/random@0.2.3".to_owned()) && imports.contains(&"mine".to_owned()),
            "{imports:?}"
        );
    }
}

#[test]
fn damage_anywhere_is_an_error_and_never_a_panic() {
    let app = apps::command("0.2.3");
    // A small generator of numbers: the same damage in every run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    for _ in 0..300 {
        let mut damaged = app.clone();
        for _ in 0..=next(3) {
            let at = 8 + next(damaged.len() - 8);
            damaged[at] = u8::try_from(next(256)).unwrap();
        }
        // Some damage is to names only, and harmless.
        for form in FORMS {
            drop(Composer::new(damaged.clone()).form(form).compose());
        }
    }
}
