//! The laws that hold for every result, on the result.

use wasmparser::{Validator, WasmFeatures};

use super::apps;
use vfs_compose::Composer;
use vfs_compose::error::CheckError;
use vfs_compose_ir::{Edge, Encoded};
use vfs_compose_join::join;
use vfs_compose_rules::policy::answers::Answers;
use vfs_compose_vfs::AddedImports;
use vfs_compose_vfs::check;
use vfs_compose_vfs::guest::PLAIN;
use vfs_compose_vfs::specialize;
use vfs_compose_wasi::App;
use vfs_compose_wasi::Wasi;

fn app(bytes: Vec<u8>) -> App {
    let wasi = Wasi::new().unwrap();
    App::read(&wasi, bytes, &Answers::default().virtualized(&wasi)).unwrap()
}

fn plug(vfs: Vec<u8>, app: &App) -> Encoded {
    Encoded::read(join("vfs", vec![vfs], app.component.clone(), &app.exports).unwrap()).unwrap()
}

/// A vfs for one app, as a component.
fn vfs_for(app: &App) -> Vec<u8> {
    let wasi = Wasi::new().unwrap();
    let order = specialize::VfsSpec {
        exports: app.virtual_imports.clone(),
        grants: specialize::Grants::of_app(&wasi, &app.virtual_imports, &AddedImports::default()),
        pump: specialize::PumpStart::FirstOpen,
        wrapped: specialize::Wrapped::default(),
    };
    let embedding =
        specialize::Embedding { guest: &PLAIN, settings: Vec::new(), image_size: 0, answers: Answers::default() };
    specialize::tailor(&wasi, order, &embedding).unwrap().component
}

#[test]
fn law_1_an_import_that_the_app_has_not_is_an_error() {
    let (small, large) =
        (app(apps::dummy(&["0.2.3"], "import wasi:filesystem/preopens@0.2.3;")), app(apps::command("0.2.3")));
    let vfs = vfs_for(&large);
    let imports = Edge::of(&vfs).unwrap().imports;
    let composed = plug(vfs, &small);
    let error = check::check(&composed, &small, &AddedImports::default(), &imports).unwrap_err();
    assert!(matches!(&error, CheckError::NewImport { interface } if interface.starts_with("wasi:cli/")), "{error}");
}

#[test]
fn law_2_an_import_that_is_left_over_is_an_error() {
    let (small, large) =
        (app(apps::dummy(&["0.2.3"], "import wasi:cli/environment@0.2.3;")), app(apps::command("0.2.3")));
    // The vfs of the small app leaves the large app's filesystem to the host.
    let composed = plug(vfs_for(&small), &large);
    let error = check::check(&composed, &large, &AddedImports::default(), &[]).unwrap_err();
    assert!(matches!(error, CheckError::NotPlugged { .. }), "{error}");
}

#[test]
fn a_lost_export_is_an_error() {
    let mut app = app(apps::command("0.2.3"));
    let composed = plug(vfs_for(&app), &app);
    app.exports.push("wasi:cli/other@0.2.3".into());
    let checked = check::check(&composed, &app, &AddedImports::default(), &composed.edge.imports);
    assert!(matches!(checked, Err(CheckError::LostExport { .. })));
}

#[test]
fn a_result_that_is_not_valid_is_an_error() {
    let app = app(apps::command("0.2.3"));
    let mut composed = plug(vfs_for(&app), &app);
    composed.bytes.pop();
    let checked = check::check(&composed, &app, &AddedImports::default(), &[]);
    assert!(matches!(checked, Err(CheckError::Invalid { .. })));
}

#[test]
fn law_3_the_vfs_names_no_folder_of_this_machine() {
    let vfs = Composer::for_any_app().vfs().unwrap().to_bytes().unwrap();
    let home = std::env::var("HOME").unwrap_or_default();
    for path in [env!("CARGO_MANIFEST_DIR"), home.as_str()].into_iter().filter(|path| path.len() > 1) {
        assert!(!vfs.windows(path.len()).any(|window| window == path.as_bytes()), "{path}");
    }
}

#[test]
fn a_vfs_for_any_app_is_valid_and_imports_only_the_oldest_version() {
    let vfs = Composer::for_any_app().vfs().unwrap();
    Validator::new_with_features(WasmFeatures::default()).validate_all(&vfs.to_bytes().unwrap()).unwrap();
    assert!(vfs.report().imports.iter().all(|import| import.ends_with("@0.2.0")), "{:?}", vfs.report().imports);
    assert!(vfs.report().exports.iter().all(|export| export.ends_with("@0.2.12")), "{:?}", vfs.report().exports);
}
