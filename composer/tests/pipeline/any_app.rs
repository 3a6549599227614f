//! A vfs for any app, joined by what `wac plug` does.

use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions};
use wasmparser::ComponentInstance;

use super::apps;
use vfs_compose::{Composer, Extra};
use vfs_compose_ir::Edge;
use vfs_compose_ir::{Component, Item, Space};

const VERSIONS: std::ops::RangeInclusive<u64> = 0..=12;

fn vfs(extras: &[Extra]) -> Vec<u8> {
    let composer = extras.iter().fold(Composer::for_any_app(), |composer, extra| composer.with(*extra));
    composer.vfs().unwrap().to_bytes().unwrap()
}

/// As the command does it: what does not fit stays open, without a word.
pub(super) fn plug(app: &[u8], vfs: &[u8]) -> Vec<u8> {
    let mut graph = CompositionGraph::new();
    let mut add = |name: &str, bytes: &[u8]| {
        let package = Package::from_bytes(name, None, bytes.to_vec(), graph.types_mut()).unwrap();
        graph.register_package(package).unwrap()
    };
    let (app, vfs) = (add("app", app), add("vfs", vfs));
    wac_graph::plug(&mut graph, vec![vfs], app).unwrap();
    graph.encode(EncodeOptions::default()).unwrap()
}

/// The imports of the app that the host is asked for, without random numbers, which are the host's.
fn left_open(composed: &[u8], app: &[u8]) -> Vec<String> {
    let mut open = asked_of_the_host(composed, app);
    open.retain(|import| !import.starts_with("wasi:random/"));
    open
}

fn asked_of_the_host(composed: &[u8], app: &[u8]) -> Vec<String> {
    let component = Component::read(composed).unwrap();
    let exports = Edge::of(app).unwrap().imports;
    let args = component.definitions().iter().find_map(|definition| match &definition.item {
        Item::Instance(ComponentInstance::Instantiate { component_index, args }) => {
            let Some(Item::Component(bytes)) = component.get(Space::Component, *component_index) else { return None };
            (Edge::of(bytes).unwrap().imports == exports).then_some(args)
        }
        _ => None,
    });
    let open = args.unwrap().iter().filter(|arg| {
        let is_instance = arg.kind == wasmparser::ComponentExternalKind::Instance;
        is_instance && matches!(component.get(Space::Instance, arg.index), Some(Item::Import(_)))
    });
    open.map(|arg| arg.name.to_owned()).collect()
}

#[test]
fn every_minor_is_plugged_and_nothing_is_left_open() {
    let vfs = vfs(&[]);
    for minor in VERSIONS {
        let app = apps::command(&format!("0.2.{minor}"));
        let composed = plug(&app, &vfs);
        assert_eq!(left_open(&composed, &app), Vec::<String>::new(), "0.2.{minor}");
        let imports = Edge::of(&composed).unwrap().imports.into_iter();
        for import in imports.filter(|import| !import.starts_with("wasi:random/")) {
            assert!(import.ends_with("@0.2.0"), "{import}");
        }
    }
}

#[test]
fn sockets_and_http_of_every_minor() {
    let vfs = vfs(&[Extra::Sockets, Extra::Http]);
    let edge = Edge::of(&vfs).unwrap();
    assert!(edge.imports.iter().all(|import| import.ends_with("@0.2.0")), "{:?}", edge.imports);
    for minor in VERSIONS {
        let version = format!("0.2.{minor}");
        let extras = [
            "sockets/instance-network",
            "sockets/ip-name-lookup",
            "sockets/tcp-create-socket",
            "sockets/udp-create-socket",
            "http/outgoing-handler",
        ];
        let extras: String = extras.iter().map(|path| format!("import wasi:{path}@{version};")).collect();
        let exports = format!("export wasi:cli/run@{version}; export wasi:http/incoming-handler@{version};");
        let app = apps::stable(&version, &format!("{}{extras}{exports}", apps::all_imports(&version)));
        let composed = plug(&app, &vfs);
        assert_eq!(left_open(&composed, &app), Vec::<String>::new(), "{version}");
    }
}

#[test]
fn what_is_left_open_is_seen() {
    let vfs = vfs(&[]);
    let app = apps::command("0.2.3");
    let open = asked_of_the_host(&plug(&app, &vfs), &app);
    assert!(open.contains(&"wasi:random/random@0.2.3".to_owned()), "{open:?}");
}
