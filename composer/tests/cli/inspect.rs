//! `inspect`: what it shows of a composed component.

use crate::here::Here;

in_both_forms! {
    inspect_shows_what_is_inside
    inspect_shows_what_is_denied
    what_inspect_shows_is_printable
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
    assert!(text.contains("    wasi:filesystem/types: "), "{text}");
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
