//! Bindings from WIT that other crates bring: `wit_bindgen::generate!` wants a text that stands in the program, so this writes the
//! program's line with the text in it.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand};
use wit_component::WitPrinter;
use wit_parser::Resolve;

/// The version of `wasi:io` that the crate `wasip2` has bindings for.
const IO: &str = "0.2.12";

fn main() -> Result<(), Box<dyn Error>> {
    let metadata = MetadataCommand::new().other_options(["--locked".to_owned()]).exec()?;
    let wasi = folder(&metadata, "wasip2", 2)?;
    let blobstore = blobstore(&folder(&metadata, "wasi-passthrough-blobstore", 0)?.join("deps/blobstore"))?;
    let world = "package tests:blobs; world blobs { import wasi:blobstore/blobstore@0.2.0-draft; }";
    bindings("blobs", &wasi, &[&blobstore, world])?;
    println!("cargo::rerun-if-changed=exchange.wit");
    bindings("exchange", &wasi, &[&fs::read_to_string("exchange.wit")?])
}

/// The folder `wit` of a crate.
fn folder(metadata: &Metadata, name: &str, major: u64) -> Result<PathBuf, Box<dyn Error>> {
    let krate = metadata.packages.iter().find(|package| package.name == name && package.version.major == major);
    let krate = krate.ok_or_else(|| format!("no {name} {major} in Cargo.lock"))?;
    Ok(krate.manifest_path.with_file_name("wit").into())
}

/// All of `wasi:blobstore`, over the streams that the files have.
fn blobstore(folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    // The package is named in the first.
    for file in ["world.wit", "types.wit", "container.wit", "blobstore.wit"] {
        text += &fs::read_to_string(folder.join(file))?
            .replace("wasi:io/streams@0.2.1.", &format!("wasi:io/streams@{IO}."));
    }
    Ok(text)
}

/// Writes `NAME.rs`, bindings for the world of that name in the last package, and what the crate `wasip2` has is of that crate.
fn bindings(name: &str, wasi: &Path, packages: &[&str]) -> Result<(), Box<dyn Error>> {
    let mut resolve = Resolve::default();
    resolve.push_dir(wasi)?;
    let mut main = None;
    for package in packages {
        main = Some(resolve.push_str("package.wit", package)?);
    }
    let main = main.ok_or("no package")?;
    let others: Vec<_> = resolve.packages.iter().map(|(id, _)| id).filter(|id| *id != main).collect();
    let mut printer = WitPrinter::default();
    printer.emit_docs(false).print(&resolve, main, &others)?;
    let wit = printer.output.to_string();
    let text = format!(
        r####"wit_bindgen::generate!({{
            world: "{name}",
            inline: r###"{wit}"###,
            with: {{
                "wasi:io/error@{IO}": wasip2::io::error,
                "wasi:io/poll@{IO}": wasip2::io::poll,
                "wasi:io/streams@{IO}": wasip2::io::streams,
            }},
            generate_all,
        }});"####
    );
    Ok(fs::write(Path::new(&std::env::var("OUT_DIR")?).join(name).with_extension("rs"), text)?)
}
