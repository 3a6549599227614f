//! What directories of the host add to the imports of an app, with a guest that is written here.

use std::collections::BTreeSet;

use super::run::{End, Running};
use super::{FORMS, apps};
use vfs_compose::error::CheckError;
use vfs_compose::{Beneath, Composer, Mount, MountAccess, inspect};
use vfs_compose_ir::Encoded;
use vfs_compose_join::join;
use vfs_compose_rules::policy::answers::Answers;
use vfs_compose_vfs::guest::{Guest, Needs};
use vfs_compose_vfs::{AddedImports, check, specialize};
use vfs_compose_wasi::{App, Wasi};

/// A guest that passes the directories of the host on, as its own.
const GUEST: &str = r#"(module
  (@custom "vfs-compose:settings" "\01\00\00\00")
  (import "wasi:filesystem/preopens" "get-directories" (func $directories (param i32)))
  (import "wasi:filesystem/types" "[method]descriptor.stat" (func $stat (param i32 i32)))
  (import "wasi:filesystem/types" "[method]descriptor.append-via-stream" (func $append (param i32 i32)))
  (import "wasi:io/streams" "[method]output-stream.write" (func $write (param i32 i32 i32 i32)))
  (import "wasi:io/streams" "[resource-drop]output-stream" (func $drop-stream (param i32)))
  (import "wasi:clocks/wall-clock" "now" (func $now (param i32)))
  (import "[export]wasi:filesystem/types" "[resource-new]descriptor" (func $new (param i32) (result i32)))
  (memory (export "memory") 17)
  (global (export "__heap_base") i32 (i32.const 1048576))
  (global $next (mut i32) (i32.const 65536))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.set $next (i32.and (i32.add (i32.add (global.get $next) (local.get 3)) (i32.const 15)) (i32.const -16)))
    (i32.and (i32.sub (global.get $next) (local.get 3)) (i32.const -16)))
  (func (export "wasi:clocks/wall-clock#now") (result i32) (i32.const 32))
  (func (export "wasi:cli/stdout#get-stdout") (result i32) unreachable)
  (func (export "wasi:filesystem/types#[method]descriptor.sync") (param i32) (result i32) unreachable)
  (func (export "wasi:filesystem/preopens#get-directories") (result i32)
    (local $entry i32)
    (call $now (i32.const 32))
    ;; Whoever is not granted the time has none.
    (if (i64.ne (i64.load (i32.const 32)) (i64.const 0)) (then unreachable))
    (call $directories (i32.const 16))
    (local.set $entry (i32.load (i32.const 16)))
    (call $stat (i32.load (local.get $entry)) (i32.const 64))
    ;; It is a directory.
    (if (i32.load8_u (i32.const 64)) (then unreachable))
    (if (i32.ne (i32.load8_u (i32.const 72)) (i32.const 3)) (then unreachable))
    ;; A directory has no stream.
    (call $append (i32.load (local.get $entry)) (i32.const 64))
    (if (i32.eqz (i32.load8_u (i32.const 64)))
      (then
        (call $write (i32.load (i32.const 68)) (i32.const 0) (i32.const 0) (i32.const 80))
        (call $drop-stream (i32.load (i32.const 68)))))
    (i32.store (local.get $entry) (call $new (i32.load (local.get $entry))))
    (i32.const 16)))"#;

/// A command that succeeds if it gets a directory.
fn command(versions: &[&str], body: &str) -> App {
    command_with(versions, body, "")
}

/// The same with more imports of its module.
fn command_with(versions: &[&str], body: &str, imports: &str) -> App {
    let of_files = versions[0];
    let module = format!(
        r#"(module
      (import "wasi:filesystem/preopens@{of_files}" "get-directories" (func $directories (param i32)))
      {imports}
      (memory (export "memory") 1)
      (global $next (mut i32) (i32.const 4096))
      (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (global.set $next (i32.add (global.get $next) (local.get 3)))
        (i32.sub (global.get $next) (local.get 3)))
      (func (export "wasi:cli/run@{of_files}#run") (result i32)
        (call $directories (i32.const 16))
        (i32.ne (i32.load (i32.const 20)) (i32.const 1))))"#
    );
    let world = format!("import wasi:filesystem/preopens@{of_files}; {body} export wasi:cli/run@{of_files};");
    let wasi = Wasi::new().unwrap();
    App::read(&wasi, apps::written(versions, &world, &module), &Answers::default().virtualized(&wasi)).unwrap()
}

/// The app behind a vfs of [`GUEST`], and the imports of that.
fn plug(app: &App, added: &AddedImports) -> (Encoded, Vec<String>) {
    let wasi = Wasi::new().unwrap();
    let module: &'static [u8] = wat::parse_str(GUEST).unwrap().leak();
    let guest = Box::leak(Box::new(Guest { module, has: Needs { mounts: true, ..Needs::NONE } }));
    let order = specialize::VfsSpec {
        exports: app.virtual_imports.clone(),
        grants: specialize::Grants::of_app(&wasi, &app.granted(), added),
        pump: specialize::PumpStart::FirstOpen,
        wrapped: specialize::Wrapped::default(),
    };
    let embedding = specialize::Embedding { guest, settings: Vec::new(), image_size: 0, answers: Answers::default() };
    let vfs = Encoded::read(specialize::tailor(&wasi, order, &embedding).unwrap().component).unwrap();
    let composed = join("vfs", vec![vfs.bytes], app.component.clone(), &app.exports).unwrap();
    (Encoded::read(composed).unwrap(), vfs.edge.imports)
}

fn set(imports: &[String]) -> BTreeSet<&str> {
    imports.iter().map(String::as_str).collect()
}

#[test]
fn a_vfs_with_mounts_asks_the_host_for_its_directories() {
    let app = command(&["0.2.3"], "");
    let added = AddedImports::default().with_mounts(Some(&app));
    let (composed, of_vfs) = plug(&app, &added);
    let wanted = [
        "wasi:clocks/wall-clock@0.2.3",
        "wasi:filesystem/preopens@0.2.3",
        "wasi:filesystem/types@0.2.3",
        "wasi:io/error@0.2.3",
        "wasi:io/streams@0.2.3",
    ];
    assert_eq!(set(&of_vfs), BTreeSet::from(wanted));
    assert_eq!(set(&composed.edge.imports), BTreeSet::from(wanted));
    check::check(&composed, &app, &added, &of_vfs).unwrap();
    let flags = added.among(&composed.edge.imports);
    assert_eq!(flags.len(), wanted.len());
    assert!(flags.iter().all(|(_, flag)| flag == "--host-dir"), "{flags:?}");
    let directory = tempfile::tempdir().unwrap();
    let ran = Running::on(Some(directory.path()), &composed.bytes, |_| {}).run();
    assert_eq!(ran.end, End::Returned(Ok(())));
}

#[test]
fn without_mounts_nothing_of_the_host_is_granted() {
    let app = command(&["0.2.3"], "");
    let (composed, of_vfs) = plug(&app, &AddedImports::default());
    assert_eq!(composed.edge.imports, [""; 0]);
    check::check(&composed, &app, &AddedImports::default(), &of_vfs).unwrap();
}

#[test]
fn law_1_an_import_that_no_flag_adds_is_an_error() {
    let app = command(&["0.2.3"], "");
    let added = AddedImports::default().with_mounts(Some(&app));
    let (composed, of_vfs) = plug(&app, &added);
    let error = check::check(&composed, &app, &AddedImports::default(), &of_vfs).unwrap_err();
    assert!(matches!(error, CheckError::NewImport { .. } | CheckError::NotPlugged { .. }), "{error}");
}

#[test]
fn law_2_the_filesystem_is_the_hosts_only_if_a_flag_adds_it() {
    // The app has all that the vfs imports.
    let body = "import wasi:filesystem/types@0.2.3; import wasi:io/streams@0.2.3; import wasi:clocks/wall-clock@0.2.3;";
    let mut app = command(&["0.2.3"], body);
    let added = AddedImports::default().with_mounts(Some(&app));
    let (composed, of_vfs) = plug(&app, &added);
    check::check(&composed, &app, &added, &of_vfs).unwrap();
    app.imports.extend(composed.edge.imports.iter().cloned());
    let error = check::check(&composed, &app, &AddedImports::default(), &of_vfs).unwrap_err();
    assert!(
        matches!(&error, CheckError::NotPlugged { interface } if interface.starts_with("wasi:filesystem/")),
        "{error}"
    );
}

#[test]
fn a_flag_that_adds_imports_and_none_is_there_is_an_error() {
    let app = command(&["0.2.3"], "");
    let (composed, of_vfs) = plug(&app, &AddedImports::default());
    let error = check::check(&composed, &app, &AddedImports::default().with_mounts(Some(&app)), &of_vfs).unwrap_err();
    assert!(matches!(&error, CheckError::NotAdded { flag: "--host-dir", .. }), "{error}");
}

#[test]
fn the_time_is_not_added_with_the_times_of_files() {
    let call = r#"(import "wasi:clocks/wall-clock@0.2.3" "now" (func (param i32)))"#;
    let with_time = command_with(&["0.2.3"], "import wasi:clocks/wall-clock@0.2.3;", call);
    let (composed, of_vfs) = plug(&with_time, &AddedImports::default().with_mounts(Some(&with_time)));
    let app = command(&["0.2.3"], "");
    let error = check::check(&composed, &app, &AddedImports::default().with_mounts(Some(&app)), &of_vfs).unwrap_err();
    let is_it = |interface: &str| interface == "wasi:clocks/wall-clock@0.2.3";
    assert!(matches!(&error, CheckError::NewImport { interface } if is_it(interface)), "{error}");
}

#[test]
fn the_lowest_version_of_the_filesystem_is_asked_for() {
    let of_files = r#"(import "wasi:filesystem/types@0.2.3" "[method]descriptor.sync" (func (param i32 i32)))"#;
    let of_stdout = r#"(import "wasi:cli/stdout@0.2.3" "get-stdout" (func (result i32)))"#;
    for (body, call, wanted) in [
        ("import wasi:filesystem/types@0.2.3;", of_files, "@0.2.3"),
        ("import wasi:cli/stdout@0.2.3;", of_stdout, "@0.2.6"),
    ] {
        let app = command_with(&["0.2.6", "0.2.3"], body, call);
        let added = AddedImports::default().with_mounts(Some(&app));
        let flagged = ["wasi:filesystem/types@0.2.3", "wasi:filesystem/types@0.2.6"];
        let flagged = flagged.into_iter().find(|name| added.flag(name).is_some()).unwrap();
        assert!(flagged.ends_with(wanted), "{flagged}");
    }
    let app = command_with(&["0.2.6", "0.2.3"], "import wasi:cli/stdout@0.2.3;", of_stdout);
    let added = AddedImports::default().with_mounts(Some(&app));
    let (composed, of_vfs) = plug(&app, &added);
    check::check(&composed, &app, &added, &of_vfs).unwrap();
    let of_files = composed.edge.imports.iter().filter(|name| name.starts_with("wasi:filesystem/"));
    assert!(of_files.clone().count() == 2 && of_files.clone().all(|name| name.ends_with("@0.2.6")));
    let of_any = AddedImports::default().with_mounts(None);
    assert_eq!(of_any.flag("wasi:filesystem/types@0.2.0"), Some("--host-dir"));
}

/// A directory of the host for any of these tests.
fn mount(access: MountAccess) -> Mount<String> {
    Mount { guest: "/data".into(), name: "/".into(), access, optional: false, beneath: Beneath::Hidden }
}

#[test]
fn everything_else_may_be_denied() {
    for form in FORMS {
        let composer = Composer::new(apps::command("0.2.3")).form(form).host_dir(mount(MountAccess::ReadWrite));
        let composer = composer.deny_all("--deny-all").keep("wasi:filesystem");
        let composed = composer.compose().unwrap_or_else(|error| panic!("{form:?}: {error:?}"));
        let imports = &composed.report().imports;
        let of_files: Vec<_> = imports.iter().filter(|name| name.starts_with("wasi:filesystem/")).collect();
        assert_eq!(of_files, ["wasi:filesystem/types@0.2.3", "wasi:filesystem/preopens@0.2.3"], "{form:?}");
        // Streams come with the files of the host, and nothing else.
        let others = imports.iter().filter(|name| !name.starts_with("wasi:filesystem/"));
        for name in others {
            assert!(["wasi:io/", "wasi:clocks/wall-clock"].iter().any(|of| name.starts_with(of)), "{form:?}: {name}");
        }
    }
}

#[test]
fn an_app_of_several_versions_asks_for_one_filesystem() {
    let body = format!("{}{}export wasi:cli/run@0.2.12;", apps::all_imports("0.2.3"), apps::all_imports("0.2.12"));
    let app = apps::dummy(&["0.2.3", "0.2.12"], &body);
    for form in FORMS {
        let composed = Composer::new(app.clone()).form(form).host_dir(mount(MountAccess::ReadOnly)).compose();
        let composed = composed.unwrap_or_else(|error| panic!("{form:?}: {error:?}"));
        let imports = composed.report().imports.iter();
        let of_files: BTreeSet<_> = imports.filter(|name| name.starts_with("wasi:filesystem/")).cloned().collect();
        let wanted = ["wasi:filesystem/preopens@0.2.3", "wasi:filesystem/types@0.2.3"].map(str::to_owned);
        assert_eq!(of_files, BTreeSet::from(wanted), "{form:?}");
    }
}

#[test]
fn interfaces_of_the_host_are_wrapped_beside_mounts() {
    let body = format!(
        "{} import wasi:sockets/tcp@0.2.3; import wasi:sockets/instance-network@0.2.3; export wasi:cli/run@0.2.3;",
        apps::all_imports("0.2.3")
    );
    let app = apps::dummy(&["0.2.3"], &body);
    for form in FORMS {
        let composed = Composer::new(app.clone()).form(form).host_dir(mount(MountAccess::CopyOnWrite)).compose();
        let composed = composed.unwrap_or_else(|error| panic!("{form:?}: {error:?}"));
        let has = |start: &str| composed.report().imports.iter().any(|name| name.starts_with(start));
        assert!(has("wasi:sockets/tcp@0.2.3") && has("wasi:filesystem/preopens@0.2.3"), "{form:?}");
    }
}

#[test]
fn a_vfs_alone_has_mounts_too() {
    let any = Composer::for_any_app().host_dir(mount(MountAccess::ReadOnly)).vfs().unwrap();
    assert!(any.report().imports.contains(&"wasi:filesystem/types@0.2.0".to_owned()), "{:?}", any.report().imports);
    let bytes = any.to_bytes().unwrap();
    let inspection = inspect(&bytes).unwrap();
    let wanted = ["wasi:filesystem/types@0.2.0", "wasi:filesystem/preopens@0.2.0"];
    assert_eq!(inspection.added_imports, wanted.map(|name| (name.to_owned(), "--host-dir".to_owned())));
    assert_eq!(inspection.vfs.unwrap().settings.mounts, [mount(MountAccess::ReadOnly)]);
    let of_one = Composer::new(apps::command("0.2.6")).host_dir(mount(MountAccess::ReadOnly)).vfs().unwrap();
    assert!(of_one.report().imports.contains(&"wasi:filesystem/types@0.2.6".to_owned()));
}

/// The filesystem that a composed app of these versions imports, and whether it waits as a whole.
fn asks_by(versions: &[&str]) -> (BTreeSet<String>, bool) {
    let body: String = versions.iter().map(|version| apps::all_imports(version)).collect();
    let composed =
        Composer::new(apps::dummy(versions, &body)).host_dir(mount(MountAccess::ReadOnly)).compose().unwrap();
    let report = composed.report();
    let imports = report.imports.iter().filter(|name| name.starts_with("wasi:filesystem/")).cloned();
    let waits = report.remarks.notes.iter().any(|note| note.message.contains("the app's other tasks wait, too"));
    // Whatever is not the app's is the flag's.
    let added = inspect(&composed.to_bytes().unwrap()).unwrap().added_imports;
    let names: BTreeSet<_> = imports.collect();
    let of_files = added.iter().filter(|(name, flag)| names.contains(name) && flag == "--host-dir");
    assert_eq!(of_files.count(), names.len(), "{added:?}");
    (names, waits)
}

#[test]
fn an_app_of_wasi_0_3_asks_the_host_by_0_3() {
    let wanted = ["wasi:filesystem/preopens@0.3.0", "wasi:filesystem/types@0.3.0"].map(str::to_owned);
    assert_eq!(asks_by(&["0.3.0"]), (BTreeSet::from(wanted.clone()), false));
    // Of several versions, the lowest.
    assert_eq!(asks_by(&["0.3.2", "0.3.0"]), (BTreeSet::from(wanted), false));
}

#[test]
fn an_app_of_both_minors_asks_the_host_by_0_2_and_is_told_that_it_waits() {
    let wanted = ["wasi:filesystem/preopens@0.2.6", "wasi:filesystem/types@0.2.6"].map(str::to_owned);
    assert_eq!(asks_by(&["0.2.6", "0.3.0"]), (BTreeSet::from(wanted), true));
}
