//! The linked form, whole.

use std::path::Path;

use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

use super::{apps, run, versions};
use vfs_compose::error::{AppError, Error, Unlinkable};
use vfs_compose::{Composer, Denial, Form, FormChoice, inspect};

/// Links an app with one file, `f`.
pub(super) fn link(app: Vec<u8>) -> Result<Vec<u8>, Error> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("f"), "XYZ").unwrap();
    let composer = Composer::new(app).image(directory.path()).times(0).form(FormChoice::Linked);
    let composed = composer.compose()?;
    assert_eq!((composed.report().form, &composed.report().not_linked), (Form::Linked, &None));
    composed.to_bytes()
}

/// The same app, plugged.
pub(super) fn plug(app: Vec<u8>) -> Result<Vec<u8>, Error> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("f"), "XYZ").unwrap();
    Composer::new(app).image(directory.path()).times(0).form(FormChoice::Plugged).compose()?.to_bytes()
}

pub(super) fn reason(app: Vec<u8>) -> Unlinkable {
    match link(app) {
        Err(Error::Link(reason) | Error::Neither { linked: reason, .. }) => reason,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was linked"),
    }
}

fn imports_of(app: Vec<u8>) -> Vec<String> {
    inspect(&link(app).unwrap()).unwrap().imports
}

#[test]
fn every_version_links_and_needs_nothing_new() {
    for version in ["0.2.0", "0.2.3", "0.2.6", "0.2.12"] {
        let imports = imports_of(apps::command(version));
        assert!(imports.iter().all(|import| import.ends_with(&format!("@{version}"))), "{imports:?}");
        assert!(!imports.iter().any(|import| import.starts_with("wasi:filesystem/")), "{imports:?}");
    }
}

#[test]
fn several_versions_in_one_program() {
    let linked = link(versions::mixed_reader()).unwrap();
    assert_eq!(run::command(&linked), Ok(()));
}

#[test]
fn handles_of_both_owners_at_several_versions() {
    let ran = run::Running::new(&link(versions::mixed_mixer()).unwrap(), |_| ()).run();
    assert_eq!((ran.end, ran.stdout.as_str()), (run::End::Returned(Ok(())), "XYZXYZ"));
}

#[test]
fn the_same_bytes_every_time() {
    assert_eq!(link(versions::mixed_reader()).unwrap(), link(versions::mixed_reader()).unwrap());
}

#[test]
fn the_image_and_the_form_are_found_again() {
    let linked = link(versions::mixed_reader()).unwrap();
    let inspection = inspect(&linked).unwrap();
    let vfs = inspection.vfs.unwrap();
    assert_eq!(vfs.form, Some(Form::Linked));
    assert!(vfs.image.windows(3).any(|bytes| bytes == b"XYZ"));
    assert!(vfs.size < linked.len() as u64 && vfs.code < vfs.size);
}

/// A command that asks the clock for its resolution alone, and fails unless a directory that it makes has a time.
fn maker() -> Vec<u8> {
    apps::written(
        &["0.2.3"],
        "import wasi:clocks/wall-clock@0.2.3; import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3;
         export wasi:cli/run@0.2.3;",
        r#"(module
          (import "wasi:clocks/wall-clock@0.2.3" "resolution" (func $resolution (param i32)))
          (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func $dirs (param i32)))
          (import "wasi:filesystem/types@0.2.3" "[method]descriptor.create-directory-at" (func $make (param i32 i32 i32 i32)))
          (import "wasi:filesystem/types@0.2.3" "[method]descriptor.stat-at" (func $stat (param i32 i32 i32 i32 i32)))
          (memory (export "memory") 1)
          (data (i32.const 8) "d")
          (global $next (mut i32) (i32.const 1024))
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (global.get $next)
            (global.set $next (i32.add (global.get $next) (i32.const 64))))
          (func (export "wasi:cli/run@0.2.3#run") (result i32)
            (local $dir i32)
            (call $resolution (i32.const 16))
            (call $dirs (i32.const 16))
            (local.set $dir (i32.load (i32.load (i32.const 16))))
            (call $make (local.get $dir) (i32.const 8) (i32.const 1) (i32.const 16))
            (if (i32.load8_u (i32.const 16)) (then unreachable))
            (call $stat (local.get $dir) (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 16))
            (if (i32.load8_u (i32.const 16)) (then unreachable))
            ;; The seconds of the access time, in the record 8 bytes after the result's case.
            (i64.lt_u (i64.load (i32.const 56)) (i64.const 1000000000))))"#,
    )
}

#[test]
fn a_clock_is_asked_for_the_time_where_the_app_has_one() {
    let linked = link(maker()).unwrap();
    assert_eq!(run::command(&linked), Ok(()));
    assert_eq!(inspect(&linked).unwrap().imports, ["wasi:clocks/wall-clock@0.2.3"]);
}

/// The app of the crate's documentation with a core module.
pub(super) fn in_text(inside: &str) -> Vec<u8> {
    wat::parse_str(text(inside)).unwrap()
}

fn text(inside: &str) -> String {
    format!(
        r#"(component
          (import "wasi:filesystem/types@0.2.3" (instance $types (export "descriptor" (type (sub resource)))))
          (alias export $types "descriptor" (type $descriptor))
          (import "wasi:filesystem/preopens@0.2.3" (instance $preopens
            (alias outer 1 $descriptor (type $outer))
            (export "descriptor" (type $descriptor (eq $outer)))
            (type $own (own $descriptor))
            (type $entry (tuple $own string))
            (type $entries (list $entry))
            (export "get-directories" (func (result $entries)))))
          (core module $memory
            (memory (export "memory") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
          (core instance $memory (instantiate $memory))
          (core func $get (canon lower (func $preopens "get-directories")
            (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
          (core module $main (import "" "get" (func (param i32))))
          (core instance (instantiate $main (with "" (instance (export "get" (func $get))))))
          {inside})"#
    )
}

#[test]
fn types_that_are_not_those_of_wasi() {
    let error = link(wat::parse_str(text("").replace("$own string", "string $own")).unwrap()).unwrap_err();
    assert!(
        matches!(&error, Error::App(AppError::OtherFunction { function, .. }) if function == "get-directories"),
        "{error}"
    );
}

/// A component inside that is given the files as a whole.
pub(super) const INSIDE: &str = r#"(component $inside
    (import "types" (instance (export "descriptor" (type (sub resource))))))
  (instance (instantiate $inside (with "types" (instance $types))))"#;

#[test]
fn an_interface_that_is_handed_on() {
    link(in_text("")).unwrap();
    let error = reason(in_text(INSIDE));
    assert!(
        matches!(&error, Unlinkable::HandedOn { interface } if interface == "wasi:filesystem/types@0.2.3"),
        "{error}"
    );
}

/// A component inside that reads streams, in an app that has files as well.
#[test]
fn a_part_that_is_given_streams_alone() {
    let inside = r#"(component $inside
        (import "streams" (instance $streams (export "input-stream" (type (sub resource)))))
        (alias export $streams "input-stream" (type $input))
        (core func $drop (canon resource.drop $input))
        (core module $module (import "" "drop" (func (param i32))))
        (core instance (instantiate $module (with "" (instance (export "drop" (func $drop)))))))
      (import "wasi:io/streams@0.2.3" (instance $streams (export "input-stream" (type (sub resource)))))
      (instance (instantiate $inside (with "streams" (instance $streams))))"#;
    // Nothing of the host's gives the app a stream.
    assert!(imports_of(in_text(inside)).is_empty());
}

/// What has no code only gives names, as the components that toolchains put around exports do.
#[test]
fn a_part_without_code_is_no_matter() {
    let inside = r#"(component $inside
        (import "f" (func $f))
        (export "f" (func $f)))
      (core module $f (func (export "f")))
      (core instance $f (instantiate $f))
      (func $f (canon lift (core func $f "f")))
      (instance $named (instantiate $inside (with "f" (func $f))))
      (export "test:app/api" (instance $named))"#;
    link(in_text(inside)).unwrap();
}

#[test]
fn what_cannot_be_linked_is_plugged_and_says_why() {
    let directory = tempfile::tempdir().unwrap();
    let composer = Composer::new(in_text(INSIDE)).image(directory.path());
    let composed = composer.clone().form(FormChoice::Auto).compose().unwrap();
    assert_eq!(composed.report().form, Form::Plugged);
    assert!(composed.report().not_linked.as_ref().is_some_and(|reason| reason.contains("wasi:filesystem/types")));
    let bytes = composed.to_bytes().unwrap();
    assert_eq!(inspect(&bytes).unwrap().vfs.unwrap().not_linked, composed.report().not_linked);
    let plugged = composer.form(FormChoice::Plugged).compose().unwrap();
    assert_eq!(plugged.report().not_linked, None);
}

/// A host that knows the app's files, and can never have one: what is not plugged.
pub(super) const FILES: &str = r#"
    (import "test:host/files" (instance
      (alias outer 1 $descriptor (type $outer))
      (export "descriptor" (type $descriptor (eq $outer)))))"#;

#[test]
fn what_can_be_neither_linked_nor_plugged_says_why_twice() {
    let composer = Composer::new(in_text(&format!("{INSIDE}{FILES}")));
    let error = composer.compose().unwrap_err();
    let Error::Neither { linked, plugged } = &error else { panic!("{error}") };
    assert!(linked.to_string().contains("wasi:filesystem/types"), "{linked}");
    assert!(plugged.to_string().contains("test:host/files"), "{plugged}");
}

/// Opens of the directory while something is done.
fn count_opens(directory: &Path, action: impl FnOnce()) -> usize {
    let watch = Inotify::init(InitFlags::IN_NONBLOCK).unwrap();
    watch.add_watch(directory, AddWatchFlags::IN_OPEN).unwrap();
    action();
    let events = watch.read_events().unwrap_or_default();
    // Of the directory itself, events have no name.
    events.iter().filter(|event| event.name.is_none()).count()
}

#[test]
fn sources_are_listed_once_in_any_form() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("file"), "text").unwrap();
    for (app, form) in [
        (in_text(INSIDE), FormChoice::Auto),
        (in_text(INSIDE), FormChoice::Plugged),
        (apps::command("0.2.6"), FormChoice::Auto),
    ] {
        let composer = Composer::new(app).image(directory.path()).form(form);
        assert_eq!(count_opens(directory.path(), || drop(composer.compose().unwrap())), 1, "{form:?}");
    }
}

#[test]
fn each_phase_can_be_looked_at() {
    let stages = tempfile::tempdir().unwrap();
    let composer = Composer::new(apps::command("0.2.6")).deny(Denial::new("wasi:random", "a test"));
    let composed = composer.clone().emit_stages(stages.path()).form(FormChoice::Linked).compose().unwrap();
    composer.emit_stages(stages.path()).form(FormChoice::Plugged).compose().unwrap();
    for stage in ["1-app", "2-interposed", "3-linked", "3-vfs", "4-plugged"] {
        let component = std::fs::read(stages.path().join(format!("{stage}.wasm"))).unwrap();
        wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all()).validate_all(&component).unwrap();
    }
    let linked = std::fs::read(stages.path().join("3-linked.wasm")).unwrap();
    let inside_a_file = stages.path().join("1-app.wasm");
    let error = Composer::new(apps::command("0.2.6")).emit_stages(&inside_a_file).compose().unwrap_err();
    assert!(error.to_string().contains("1-app.wasm/1-app.wasm"), "{error}");
    assert_eq!(inspect(&linked).unwrap().imports, composed.report().imports);
}
