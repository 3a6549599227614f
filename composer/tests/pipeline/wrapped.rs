//! Plugged apps that import interfaces which share the vfs's resources.

use super::apps;
use vfs_compose::{Composer, FormChoice, inspect};

/// The imports of a plugged app, which is valid.
fn imports(app: Vec<u8>) -> Vec<String> {
    let composed = Composer::new(app).form(FormChoice::Plugged).times(0).compose().unwrap().to_bytes().unwrap();
    inspect(&composed).unwrap().imports
}

/// With files, and at one version.
fn dummy(version: &str, interfaces: &[&str], exports: &str) -> Vec<u8> {
    let imports: String = interfaces.iter().map(|interface| format!("import {interface}@{version};")).collect();
    apps::dummy(&[version], &format!("import wasi:filesystem/preopens@{version}; {imports} {exports}"))
}

#[test]
fn every_interface_of_sockets_and_http_at_every_version() {
    let interfaces = [
        "wasi:sockets/instance-network",
        "wasi:sockets/ip-name-lookup",
        "wasi:sockets/tcp-create-socket",
        "wasi:sockets/udp-create-socket",
        "wasi:http/outgoing-handler",
    ];
    for version in ["0.2.0", "0.2.3", "0.2.12"] {
        let export = format!("export wasi:http/incoming-handler@{version};");
        let imports = imports(dummy(version, &interfaces, &export));
        for wanted in interfaces.into_iter().chain(["wasi:http/types", "wasi:sockets/tcp", "wasi:sockets/udp"]) {
            assert!(imports.contains(&format!("{wanted}@{version}")), "{wanted}: {imports:?}");
        }
        assert!(imports.iter().all(|import| import.ends_with(&format!("@{version}"))), "{imports:?}");
    }
}

#[test]
fn sockets_at_two_versions() {
    let body = "import wasi:filesystem/preopens@0.2.3; import wasi:sockets/tcp@0.2.3; import wasi:sockets/tcp@0.2.9;
        import wasi:http/outgoing-handler@0.2.3;";
    let imports = imports(apps::dummy(&["0.2.3", "0.2.9"], body));
    // Compatible imports become one, at the newest version.
    for wanted in ["wasi:sockets/tcp@0.2.9", "wasi:http/types@0.2.3"] {
        assert!(imports.iter().any(|import| import == wanted), "{wanted}: {imports:?}");
    }
}

#[test]
fn what_others_use_is_wrapped_with_them() {
    let body = "import wasi:filesystem/preopens@0.2.3;
        import shapes: interface { record point { x: u32 } resource shape; }
        import other: interface { resource alone; f: func(a: borrow<alone>); }";
    let app = format!("{body} import wasi:sockets/udp@0.2.3;");
    let imports = imports(apps::dummy(&["0.2.3"], &app));
    for wanted in ["shapes", "other", "wasi:sockets/udp@0.2.3"] {
        assert!(imports.iter().any(|import| import == wanted), "{wanted}: {imports:?}");
    }
}
