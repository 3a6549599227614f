//! `--absolute-links`: who takes it, who shows it, and what names it as the way out.

use std::fs;

use serde_json::Value;

use crate::here::{Here, run_component};

in_both_forms! {
    inspect_shows_it
    by_default_nothing_is_another
    other_values_are_refused
    a_manifest_has_it
    a_vfs_alone_and_a_run_take_it
    an_app_without_files_has_no_use_for_it
    #[cfg(unix)] warnings_name_it
}

const ROOT: [&str; 2] = ["--absolute-links", "root"];

fn inspected(here: &Here, file: &str) -> (String, Value) {
    let json: Value = serde_json::from_slice(&here.ok(&["inspect", file, "--json"])).unwrap();
    (here.text(&["inspect", file]), json["vfs"]["absolute-links"].clone())
}

fn inspect_shows_it(here: &Here) {
    here.ok(&[&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"], &ROOT[..]].concat());
    let (text, json) = inspected(here, "made.wasm");
    assert!(text.lines().any(|line| line == "  absolute-links root"), "{text}");
    assert_eq!(json, "root");
    // The variant of the vfs has functions of preview1, which this app never asked for.
    assert!(!text.contains("wasi_snapshot_preview1"), "{text}");
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    let (text, json) = inspected(here, "made.wasm");
    assert!(!text.contains("absolute-links"), "{text}");
    assert_eq!(json, "refuse");
}

fn by_default_nothing_is_another(here: &Here) {
    let made = |flags: &[&str]| here.ok(&[&["app.wasm", "--image", "files", "-q", "-o", "-"], flags].concat());
    let plain = made(&[]);
    assert_eq!(made(&["--absolute-links", "refuse"]), plain);
    assert_ne!(made(&ROOT), plain);
}

fn other_values_are_refused(here: &Here) {
    for command in [&["compose", "app.wasm"][..], &["run", "app.wasm"], &["vfs"], &["serve", "app.wasm"]] {
        let (code, said) = here.fails(&[command, &["--absolute-links", "follow"]].concat());
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("'follow' for '--absolute-links <WHERE>'") && said.contains("refuse, root"), "{said}");
    }
    here.write_manifest("absolute-links = true");
    let (code, said) = here.fails(&["app.wasm", "--manifest", "project/vfs.toml"]);
    assert!(code == 1 && said.contains("`absolute-links`: "), "{said}");
    here.write_manifest("absolute-links = \"follow\"");
    let (code, said) = here.fails(&["app.wasm", "--manifest", "project/vfs.toml"]);
    assert!(code == 1 && said.contains("it cannot be `follow`, expected `refuse` or `root`"), "{said}");
}

fn a_manifest_has_it(here: &Here) {
    here.write_manifest("image = [\"tree\"]\nabsolute-links = \"root\"\n");
    here.ok(&["app.wasm", "--manifest", "project/vfs.toml", "-q", "-o", "made.wasm"]);
    assert_eq!(inspected(here, "made.wasm").1, "root");
    let typed = ["--absolute-links", "refuse"];
    here.ok(&[&["app.wasm", "--manifest", "project/vfs.toml", "-q", "-o", "made.wasm"], &typed[..]].concat());
    assert_eq!(inspected(here, "made.wasm").1, "refuse");
}

fn a_vfs_alone_and_a_run_take_it(here: &Here) {
    here.ok(&[&["vfs", "--image", "files", "-q", "-o", "any.wasm"], &ROOT[..]].concat());
    assert_eq!(inspected(here, "any.wasm").1, "root");
    here.ok(&[&["vfs", "--for", "app.wasm", "--image", "files", "-q", "-o", "for.wasm"], &ROOT[..]].concat());
    assert_eq!(inspected(here, "for.wasm").1, "root");
    fs::write(here.path("writes.wasm"), crate::programs::writes("")).unwrap();
    let said = here.run(&[&["run", "writes.wasm", "--image", "files"], &ROOT[..]].concat());
    let said = (said.status.code(), String::from_utf8(said.stderr).unwrap());
    assert!(said.0 == Some(0) && said.1.contains("3 files"), "{said:?}");
    let with_mount = ["app.wasm", "--image", "files", "--host-dir", "data", "-q", "-o", "mounts.wasm"];
    here.ok(&[&with_mount, &ROOT[..]].concat());
    assert_eq!(inspected(here, "mounts.wasm").1, "root");
}

fn an_app_without_files_has_no_use_for_it(here: &Here) {
    fs::write(here.path("program.wasm"), wat::parse_str(run_component("", 0)).unwrap()).unwrap();
    let args = ["program.wasm", "--allow-unused", "-o", "made.wasm"];
    let said = String::from_utf8(here.run(&[&args, &ROOT[..]].concat()).stderr).unwrap();
    let wanted = "`--absolute-links root` has no effect: the app does not import `wasi:filesystem`; leave it out";
    assert!(said.starts_with(&format!("warning: {wanted}\n")), "{said}");
}

#[cfg(unix)]
fn warnings_name_it(here: &Here) {
    use std::os::unix::fs::symlink;
    let told = |flags: &[&str]| {
        let output = here.run(&[&["app.wasm", "--image", "files", "-o", "made.wasm"], flags].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        said.lines().filter_map(|line| line.strip_prefix("warning: ").map(str::to_owned)).collect::<Vec<_>>()
    };
    fs::create_dir(here.path("files/data")).unwrap();
    symlink("/hello.txt", here.path("files/data/link")).unwrap();
    let refused = told(&[]);
    let way_out = "; `--absolute-links root` lets the app follow absolute ones, `--exclude` leaves links out";
    assert!(matches!(&refused[..], [line] if line.ends_with(way_out)), "{refused:?}");
    assert_eq!(told(&ROOT), [""; 0]);
    assert_eq!(told(&[&ROOT[..], &["--preopen", "/", "--preopen", "/data=d"]].concat()), [""; 0]);
    let narrow = told(&[&ROOT[..], &["--preopen", "/data"]].concat());
    assert!(matches!(&narrow[..], [line] if line.ends_with("; `--preopen /` gives the app such paths")), "{narrow:?}");
}
