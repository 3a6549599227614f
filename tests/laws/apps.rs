//! The apps that the laws are tried on.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::{compose, guests, versions};

/// A name for messages, and the bytes.
pub struct App {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Commands of several toolchains, and what older ones would have made of them.
pub fn all() -> Result<Vec<App>> {
    let mut apps = Vec::new();
    for name in ["posix", "process", "raw", "posix.p1", "process.p1"] {
        apps.push(App { name: name.to_owned(), bytes: guests::named(name)? });
    }
    let process = guests::named("process")?;
    for minor in [0, 1, 2, 3, 5, 9] {
        let version = format!("0.2.{minor}");
        apps.push(App { bytes: versions::reversion(&process, "wasi:", "0.2.6", &version), name: version });
    }
    let raw = guests::named("raw")?;
    apps.push(App { name: "raw at 0.2.10".into(), bytes: versions::reversion(&raw, "wasi:", "0.2.12", "0.2.10") });
    // Several minors in one app, as components made by several toolchains have.
    for (interface, version) in
        [("wasi:io/", "0.2.3"), ("wasi:filesystem/", "0.2.0"), ("wasi:cli/", "0.2.8"), ("wasi:clocks/", "0.2.1")]
    {
        let name = format!("0.2.6 with {interface} at {version}");
        apps.push(App { bytes: versions::reversion(&process, interface, "0.2.6", version), name });
    }
    Ok(apps)
}

/// The app as a component, which it may be already.
pub fn as_component(app: &[u8]) -> Result<Vec<u8>> {
    if wasmparser::Parser::is_component(app) {
        return Ok(app.to_vec());
    }
    Ok(vfs_compose::adapt(app, vfs_compose::ExitCode::Bool, None)?)
}

/// A small tree.
pub fn image() -> Result<TempDir> {
    let image = TempDir::new()?;
    fs::create_dir(image.path().join("dir"))?;
    fs::write(image.path().join("dir/a.txt"), "a\n")?;
    fs::write(image.path().join("hello.txt"), "hello, image\n")?;
    Ok(image)
}

/// What holds for one form holds for the other.
pub fn in_both_forms(test: impl Fn(Form) -> Result<()>) -> Result<()> {
    for form in [Form::Plugged, Form::Linked] {
        test(form).with_context(|| form.name())?;
    }
    Ok(())
}

/// The component that `vfs-compose` makes.
pub fn composed(form: Form, app: &[u8], image: &Path, flags: &[&str]) -> Result<Vec<u8>> {
    let directory = TempDir::new()?;
    let (input, out) = (directory.path().join("app.wasm"), directory.path().join("out.wasm"));
    fs::write(&input, app)?;
    let flags: Vec<String> = flags.iter().map(|&flag| flag.to_owned()).collect();
    let compose = if form == Form::Linked { compose::linked } else { compose::plugged };
    compose(&input, image, &flags, &out)?;
    Ok(fs::read(out)?)
}
