//! Small apps: a world in WIT, WASI at any versions, and a core module that is written or made up.

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve, WorldId};

/// Everything of WASI with files that a program may import, at one version.
pub(crate) fn all_imports(version: &str) -> String {
    let wasi = vfs_compose_wasi::Wasi::new().unwrap();
    if version.starts_with("0.3") {
        let paths = wasi.served(vfs_compose_wasi::Track::V0_3).map(vfs_compose_wasi::base);
        return paths.map(|path| format!("import {path}@{version};\n")).collect();
    }
    wasi.served(vfs_compose_wasi::Track::V0_2).map(|path| format!("import {path}@{version};\n")).collect()
}

/// An app that imports every function of the interfaces in the world's body, and does nothing.
pub(crate) fn dummy(versions: &[&str], body: &str) -> Vec<u8> {
    let (resolve, world) = parse(versions, body);
    dummy_of(&resolve, world)
}

/// The same of a world.
pub(crate) fn dummy_of(resolve: &Resolve, world: WorldId) -> Vec<u8> {
    let module = dummy_module(resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    encode(resolve, world, module)
}

/// An app with a core module in the text format.
pub(crate) fn written(versions: &[&str], body: &str, module: &str) -> Vec<u8> {
    let (resolve, world) = parse(versions, body);
    encode(&resolve, world, wat::parse_str(module).unwrap())
}

/// The same, with its strings in another encoding.
pub(crate) fn written_in(encoding: StringEncoding, versions: &[&str], body: &str, module: &str) -> Vec<u8> {
    let (resolve, world) = parse(versions, body);
    encode_in(encoding, &resolve, world, wat::parse_str(module).unwrap())
}

/// An app of a world of a package without WASI, with a core module in the text format.
pub(crate) fn of_wit(text: &str, world: &str, module: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_source("app.wit", text).unwrap();
    let world = resolve.packages[package].worlds[world];
    encode(&resolve, world, wat::parse_str(module).unwrap())
}

/// The usual command: it exports `wasi:cli/run`.
pub(crate) fn command(version: &str) -> Vec<u8> {
    dummy(&[version], &format!("{}export wasi:cli/run@{version};", all_imports(version)))
}

/// Like [`dummy`], but an encoder unites imports of compatible versions, as toolchains do: what is left of a version uses the types
/// of another.
pub(crate) fn merged(versions: &[&str], body: &str) -> Vec<u8> {
    let (resolve, world) = parse(versions, body);
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let mut encoder = ComponentEncoder::default();
    encoder.merge_imports_based_on_semver(true).validate(true).module(&module).unwrap().encode().unwrap()
}

fn encode(resolve: &Resolve, world: WorldId, module: Vec<u8>) -> Vec<u8> {
    encode_in(StringEncoding::UTF8, resolve, world, module)
}

fn encode_in(encoding: StringEncoding, resolve: &Resolve, world: WorldId, mut module: Vec<u8>) -> Vec<u8> {
    embed_component_metadata(&mut module, resolve, world, encoding).unwrap();
    let mut encoder = ComponentEncoder::default();
    encoder.merge_imports_based_on_semver(false).validate(true).module(&module).unwrap().encode().unwrap()
}

/// Like [`dummy`], without what is not stable.
pub(crate) fn stable(version: &str, body: &str) -> Vec<u8> {
    let (resolve, world) = parse_into(Resolve::default(), &[version], body);
    let module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    encode(&resolve, world, module)
}

pub(crate) fn parse(versions: &[&str], body: &str) -> (Resolve, WorldId) {
    parse_into(Resolve { all_features: true, ..Resolve::default() }, versions, body)
}

fn parse_into(mut resolve: Resolve, versions: &[&str], body: &str) -> (Resolve, WorldId) {
    for version in versions {
        let (of, published) = if version.starts_with("0.3") { ("wasip3", "@0.3.2") } else { ("wasip2", "@0.2.12") };
        for name in ["io.wit", "clocks.wit", "random.wit", "filesystem.wit", "sockets.wit", "cli.wit", "http.wit"] {
            let path = format!("{of}/{name}");
            // 0.3 has no `io`.
            let Some((_, text)) = vfs_compose_wasi::FILES.iter().find(|(file, _)| *file == path) else { continue };
            // An older package may not speak of a newer version.
            let lines = text
                .lines()
                .filter(|line| !["@since", "@deprecated"].iter().any(|gate| line.trim_start().starts_with(gate)));
            let text = lines.collect::<Vec<_>>().join("\n").replace(published, &format!("@{version}"));
            resolve.push_source(&path, &text).unwrap();
        }
    }
    let package = resolve.push_source("app.wit", &format!("package test:app;\nworld app {{\n{body}\n}}")).unwrap();
    let world = resolve.packages[package].worlds["app"];
    (resolve, world)
}
