//! `inspect`: what it shows of a composed component.

use crate::here::Here;

in_both_forms! {
    inspect_shows_what_is_inside
    inspect_shows_what_is_denied
    what_inspect_shows_is_printable
    what_people_look_for_comes_first
    images_are_inspected_too
    errors_name_the_file
    a_vfs_alone_is_named
}

fn a_vfs_alone_is_named(here: &Here) {
    here.ok(&["vfs", "--for", "app.wasm", "--image", "files", "-q", "-o", "vfs.wasm"]);
    let text = here.text(&["inspect", "vfs.wasm"]);
    assert!(text.lines().next().unwrap().ends_with(", a vfs alone"), "{text}");
    assert!(text.lines().all(|line| line.trim_end() == line), "{text}");
    let json: serde_json::Value = serde_json::from_str(&here.text(&["inspect", "--json", "vfs.wasm"])).unwrap();
    assert_eq!(json["vfs"]["form"], serde_json::Value::Null);
    for args in [&["vfs.wasm", "--image", "files"][..], &["run", "vfs.wasm"]] {
        let (code, said) = here.fails(args);
        assert!(code == 1 && said.contains("a vfs alone") && said.contains("`wac plug APP --plug VFS"), "{said}");
    }
    std::fs::write(here.path("module.wasm"), wat::parse_str("(module)").unwrap()).unwrap();
    let (_, said) = here.fails(&["inspect", "module.wasm"]);
    assert!(said.contains("hint: it may be an app: `vfs-compose adapt FILE` makes a component of it"), "{said}");
}

fn inspect_shows_what_is_inside(here: &Here) {
    let flags = ["--env", "K=V", "--arg", "-x", "--preopen", "/=root", "--read-only", "-q", "-o", "out.wasm"];
    here.ok(&[&["app.wasm", "--image", "files"][..], &flags].concat());
    let text = here.text(&["inspect", "out.wasm"]);
    for line in ["imports: none", "  preopen / as root", "  env K=V", "  arg -x", "  read-only", "hello.txt"] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&here.text(&["inspect", "--json", "out.wasm"])).unwrap();
    assert_eq!(json["vfs"]["image"]["files"], 1);
    assert!(!text.contains("    wasi:filesystem/types: "), "{text}");
    assert!(here.text(&["inspect", "-v", "out.wasm"]).contains("    wasi:filesystem/types: "), "{text}");
    let functions = json["vfs"]["left-out"]["functions"].as_array().unwrap();
    assert!(functions.contains(&"wasi:filesystem/types#[method]descriptor.rename-at".into()), "{functions:?}");
    assert!(json["vfs"]["left-out"]["code"].as_u64().unwrap() > 0);
    assert!(here.text(&["inspect", "app.wasm"]).contains("wasi:filesystem/preopens@0.2.3"));
}

fn inspect_shows_what_is_denied(here: &Here) {
    let flags = ["--deny-all", "--deny", "wasi:sockets", "--http", "allow:example.com", "--allow", "wasi:clocks"];
    here.ok(&[&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"][..], &flags].concat());
    let policy = here.policy();
    for (key, value) in [("deny-all", "true"), ("deny", "wasi:sockets"), ("http", "allow:example.com")] {
        assert_eq!(policy[key], value, "{policy}");
    }
    assert!(policy["allow"].as_str().unwrap().contains("wasi:clocks"), "{policy}");
}

fn what_inspect_shows_is_printable(here: &Here) {
    let typed = ["--config", "a\n\x1b[2J=1", "--env", "K=a\nb\x1b", "--arg", "c\x1bd", "--argv0", "e\x1bf"];
    here.ok(&[&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"][..], &typed].concat());
    let text = here.text(&["inspect", "made.wasm"]);
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    assert!(text.contains("  env K=a\\nb\\u{1b}\n"), "{text:?}");
    assert!(text.contains("  config [\"a\\n\\u001b[2J\"]\n"), "{text:?}");
    assert_eq!(here.policy()["config"], serde_json::json!(["a\n\u{1b}[2J"]));
}

fn what_people_look_for_comes_first(here: &Here) {
    here.ok(&["app.wasm", "--image", "files", "--max-bytes", "64M", "-q", "-o", "out.wasm"]);
    let text = here.text(&["inspect", "out.wasm"]);
    let form = if here.form == "linked" { ", linked (needs multi-memory)\n" } else { ", plugged\n" };
    assert!(text.starts_with("out.wasm: ") && text.lines().next().unwrap().ends_with(form.trim_end()), "{text}");
    let places = ["\nfiles: 1 file with 6 B", "\nimports: ", "\nexports:\n", "\nsettings:", "  limits: bytes 64 MiB,"];
    let places = places.map(|words| text.find(words).unwrap_or_else(|| panic!("{words}\n{text}")));
    assert!(places.is_sorted(), "{text}");
    let more = here.text(&["inspect", "-v", "out.wasm"]);
    assert!(more.starts_with(&text) && more.contains("left out: "), "{more}");
}

fn images_are_inspected_too(here: &Here) {
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    let text = here.text(&["inspect", "files.erofs"]);
    assert!(text.starts_with("files.erofs: 1 file with 6 B, 1 directory, 0 symbolic links; an image of 4"), "{text}");
    assert!(text.contains("hello.txt"), "{text}");
}

fn errors_name_the_file(here: &Here) {
    std::fs::write(here.path("bad.wasm"), b"\0asm\x0d\0\x01\0\xff").unwrap();
    std::fs::write(here.path("module.wasm"), wat::parse_str("(module)").unwrap()).unwrap();
    std::fs::write(here.path("text.txt"), "hello").unwrap();
    for file in ["bad.wasm", "module.wasm", "text.txt", "nothing.wasm"] {
        let (code, text) = here.fails(&["inspect", file]);
        assert!(code == 1 && text.lines().next().unwrap().contains(&format!("`{file}`")), "{text}");
    }
}
