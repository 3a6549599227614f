//! Apps of WASI 0.3.

use semver::Version;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi};

use super::apps;
use vfs_compose::{Composer, Denial, FormChoice, InterfaceName, Policy, inspect};

/// An app that imports everything of these versions, with an asynchronous export, as bindings make it.
fn app(versions: &[&str]) -> Vec<u8> {
    let imports: String = versions.iter().map(|version| apps::all_imports(version)).collect();
    let (resolve, world) = apps::parse(versions, &format!("{imports} export go: async func() -> result;"));
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::AsyncCallback));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let encoder = ComponentEncoder::default()
        .merge_imports_based_on_semver(false)
        .module(&module)
        .map(|encoder| encoder.encode());
    encoder.unwrap().unwrap()
}

fn composed(app: Vec<u8>, with: impl FnOnce(Composer) -> Composer) -> Vec<u8> {
    let mut bytes = Vec::new();
    with(Composer::new(app)).compose().unwrap().write_to(&mut bytes).unwrap();
    bytes
}

fn imports(component: &[u8]) -> Vec<InterfaceName> {
    let names = inspect(component).unwrap().imports;
    names.iter().map(|name| InterfaceName::parse(name).unwrap_or_else(|| panic!("{name}"))).collect()
}

#[test]
fn every_version_is_served_at_that_version() {
    for version in ["0.3.0", "0.3.1", "0.3.2"] {
        let component = composed(app(&[version]), |composer| composer);
        for import in imports(&component) {
            assert!(!import.path.starts_with("wasi:filesystem/"), "{import}");
            assert_eq!(import.version, version.parse::<Version>().unwrap(), "{import}");
        }
    }
}

#[test]
fn both_versions_in_one_app() {
    for versions in [&["0.2.6", "0.3.0"][..], &["0.3.0", "0.3.2"], &["0.2.0", "0.2.12", "0.3.1"]] {
        let component = composed(app(versions), |composer| composer);
        for import in imports(&component) {
            assert!(!import.path.starts_with("wasi:filesystem/"), "{import}");
            assert!(versions.contains(&import.version.to_string().as_str()), "{import}");
        }
    }
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let app = app(&["0.2.6", "0.3.2"]);
    assert_eq!(composed(app.clone(), |composer| composer), composed(app, |composer| composer));
}

#[test]
fn what_is_not_virtual_is_left_to_the_host() {
    let names = |with: fn(Composer) -> Composer| -> Vec<String> {
        imports(&composed(app(&["0.3.2"]), with)).into_iter().map(|name| name.base().to_owned()).collect()
    };
    let plain = names(|composer| composer);
    for path in ["wasi:cli/stdin", "wasi:cli/environment", "wasi:clocks/monotonic-clock", "wasi:random/random"] {
        assert!(plain.iter().any(|name| name == path), "{path} of {plain:?}");
    }
    let seeded = names(|composer| {
        composer.policy({
            let mut policy = Policy::default();
            policy.seed = Some(1);
            policy.monotonic_clock = Some(5);
            policy.own_arguments = true;
            policy
        })
    });
    for path in ["wasi:clocks/monotonic-clock", "wasi:random/random", "wasi:random/insecure"] {
        assert!(!seeded.iter().any(|name| name == path), "{path} of {seeded:?}");
    }
}

#[test]
fn everything_can_be_denied() {
    let component = composed(app(&["0.3.2"]), |composer| composer.deny_all("why"));
    assert!(imports(&component).is_empty(), "{:?}", inspect(&component).unwrap().imports);
    let component = composed(app(&["0.3.2"]), |composer| composer.deny(Denial::new("wasi:cli/stdout", "why")));
    assert!(!imports(&component).iter().any(|name| name.base() == "wasi:cli/stdout"));
}

#[test]
fn it_is_plugged_and_says_why_it_is_not_linked() {
    let app = app(&["0.3.2"]);
    let composed = Composer::new(app.clone()).compose().unwrap();
    assert_eq!(composed.report().form, vfs_compose::Form::Plugged);
    let reason = composed.report().not_linked.clone().unwrap();
    assert!(reason.contains("streams of WASI 0.3 need a vfs that is a component of its own"), "{reason}");
    let error = Composer::new(app).form(FormChoice::Linked).compose().err().unwrap();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, reason);
}

/// An app of 0.2 has nothing of what 0.3 needs.
#[test]
fn only_what_has_streams_has_a_pump() {
    for (version, has) in [("0.2.12", false), ("0.3.2", true)] {
        let component = composed(app(&[version]), |composer| composer.form(FormChoice::Plugged));
        let text = wasmprinter::print_bytes(component).unwrap();
        assert_eq!(text.contains("vfs-compose:vfs/pump"), has, "{version}");
    }
}

/// Whoever plugs the vfs with another tool is told what that loses.
#[test]
fn a_vfs_alone_says_what_is_lost() {
    for (version, has) in [("0.2.12", false), ("0.3.2", true)] {
        let vfs = Composer::new(app(&[version])).vfs().unwrap();
        let said = vfs.report().remarks.warnings.iter().any(|warning| warning.code == "first-open");
        assert_eq!(said, has, "{version}");
        let composed = Composer::new(app(&[version])).compose().unwrap();
        assert!(composed.report().remarks.warnings.is_empty(), "{:?}", composed.report().remarks);
    }
}
