//! Which crate knows which, of the composer and of the ABIs: `docs/architecture.md` says so, and the manifests have to
//! agree.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The crates, lowest first. An arrow goes to one that comes before.
const CRATES: [&str; 11] =
    ["wasm-build", "ir", "wit", "adapter", "flatten", "pack", "wasi", "join", "rules", "vfs", "engine"];
/// The crates of the ABIs of core modules, and where they are.
const ABIS: [(&str, &str); 5] = [
    ("vfs-descriptors", "adapters/descriptors"),
    ("vfs-preview1-abi", "adapters/preview1/abi"),
    ("vfs-preview1-volume", "vfs-component/preview1"),
    ("vfs-preview1-over-wasi", "adapters/preview1/over-wasi"),
    ("vfs-preview1", "adapters/preview1"),
];
/// Those that know WIT's types and not what WASI means by them.
const WITHOUT_WASI: [&str; 4] = ["ir", "wit", "adapter", "flatten"];

fn composer() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a manifest depends on in this workspace.
fn dependencies(manifest: &Path) -> Vec<String> {
    let manifest: toml::Table = fs::read_to_string(manifest).unwrap().parse().unwrap();
    let dependencies = manifest.get("dependencies").into_iter().flat_map(|all| all.as_table().unwrap().keys());
    let ours = dependencies.filter(|name| name.starts_with("vfs-"));
    let mut dependencies: Vec<_> = ours.map(|name| name.trim_start_matches("vfs-compose-").to_owned()).collect();
    dependencies.sort();
    dependencies
}

#[test]
fn arrows_go_down() {
    for (place, name) in CRATES.iter().enumerate() {
        let manifest = composer().join(name).join("Cargo.toml");
        for dependency in dependencies(&manifest).iter().filter(|name| !name.starts_with("vfs-")) {
            let below = CRATES.iter().position(|one| one == dependency);
            assert!(below.is_some_and(|below| below < place), "{name} knows {dependency}, which is not below it");
        }
    }
}

#[test]
fn every_crate_has_its_place() {
    for entry in fs::read_dir(composer()).unwrap() {
        let path = entry.unwrap().path();
        if path.join("Cargo.toml").is_file() {
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(CRATES.contains(&name), "{name} is not among the crates of this test");
        }
    }
}

/// The rows of a table of the document, `| name | dependencies | ... |`, whose names begin like this: what follows in the
/// name, and the dependencies.
fn documented(names: &str) -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(composer().join("../docs/architecture.md")).unwrap();
    let start = format!("| `{names}");
    let rows = text.lines().filter_map(|line| {
        let mut cells = line.strip_prefix(&start)?.split('|').map(str::trim);
        let name = cells.next()?.trim_end_matches('`').to_owned();
        let mut known: Vec<_> = cells.next()?.split(", ").filter(|name| *name != "—").map(str::to_owned).collect();
        known.sort();
        Some((name, known))
    });
    rows.collect()
}

#[test]
fn the_document_has_the_arrows() {
    let documented = documented("vfs-compose");
    let mut written = BTreeMap::from([(String::new(), dependencies(&composer().join("Cargo.toml")))]);
    let manifest = |name| composer().join(name).join("Cargo.toml");
    written.extend(CRATES.map(|name| (format!("-{name}"), dependencies(&manifest(name)))));
    assert_eq!(documented, written);
}

/// Their table has the whole names.
#[test]
fn the_document_has_the_arrows_of_the_abis() {
    for (name, folder) in ABIS {
        let manifest = composer().join("..").join(folder).join("Cargo.toml");
        let text = fs::read_to_string(&manifest).unwrap();
        assert!(text.contains(&format!("name = \"{name}\"")), "{folder} is not {name}");
        assert_eq!(documented(name).get(""), Some(&dependencies(&manifest)), "{name}");
    }
}

#[test]
fn crates_below_wasi_do_not_name_it() {
    let mut todo: Vec<_> = WITHOUT_WASI.iter().map(|name| composer().join(name).join("src")).collect();
    let mut seen = 0;
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        seen += 1;
        for line in fs::read_to_string(&path).unwrap().lines().filter(|line| !line.trim_start().starts_with("//")) {
            assert!(!line.contains("wasi:"), "{}: {line}", path.display());
        }
    }
    assert!(seen > 30, "{seen}");
}
