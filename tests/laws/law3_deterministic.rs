//! The same inputs give the same bytes, on any machine, in any directory order, at any time.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, anyhow, ensure};
use tempfile::TempDir;
use vfs_compose_wasm_build::WasmModule;
use vfs_tests::{guests, paths};

use crate::apps;

#[path = "../../composer/vfs/build/guest.rs"]
#[expect(dead_code, reason = "the build script asks for all variants, this test for one")]
mod guest;
#[path = "../../adapters/preview1/build/over_wasi.rs"]
mod over_wasi;

#[test]
fn composing_twice_gives_the_same_bytes() -> Result<()> {
    apps::in_both_forms(|form| {
        let image = apps::image()?;
        for app in apps::all()? {
            let make = || {
                apps::composed(form, &app.bytes, image.path(), &["--env", "B=1", "--env", "A=2", "--preopen", "/dir"])
            };
            ensure!(make()? == make()?, "{}", app.name);
        }
        Ok(())
    })
}

#[test]
fn order_and_place_of_the_directory_do_not_matter() -> Result<()> {
    apps::in_both_forms(|form| {
        let app = guests::named("process")?;
        let names: Vec<String> = (0..300).map(|n| format!("{:02x}", n * 7919 % 1000)).collect();
        let make = |reverse: bool| -> Result<Vec<u8>> {
            let image = TempDir::with_prefix(if reverse { "a-longer-name-than-the-other" } else { "b" })?;
            let then = SystemTime::UNIX_EPOCH + Duration::new(1_600_000_000, 123);
            let mut order = names.clone();
            order.sort();
            if reverse {
                order.reverse();
                // A directory that was larger once lists in another order on some filesystems.
                for n in 0..500 {
                    let path = image.path().join(format!("gone{n}"));
                    fs::write(&path, "")?;
                    fs::remove_file(path)?;
                }
            }
            for name in &order {
                let path = image.path().join(name);
                fs::write(&path, name)?;
                File::open(&path)?.set_modified(then)?;
            }
            File::open(image.path())?.set_modified(then)?;
            apps::composed(form, &app, image.path(), &[])
        };
        ensure!(make(false)? == make(true)?);
        Ok(())
    })
}

#[test]
fn modules_are_the_same_from_another_checkout() -> Result<()> {
    let copy = TempDir::new()?;
    copy_sources(paths::repository(), copy.path())?;
    let [plain, ..] = &guest::VARIANTS;
    for module in [plain.module(), over_wasi::OVER_WASI] {
        let here = core_module(paths::repository(), "release/vfs", &module)?;
        let there = core_module(copy.path(), "another-checkout", &module)?;
        ensure!(here == there, "{} differs between two checkouts", module.package);
        for path in [paths::repository(), copy.path()] {
            let path = path.to_str().context("a path that is not UTF-8")?;
            ensure!(!contains(&here, path.as_bytes()), "{} names the path it was built in", module.package);
        }
        if let Some(home) = std::env::var_os("HOME") {
            ensure!(!contains(&here, home.as_encoded_bytes()), "{} names the builder's home", module.package);
        }
    }
    Ok(())
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    part.len() > 4 && bytes.windows(part.len()).any(|window| window == part)
}

/// Every file of the working tree that git knows or would add.
fn copy_sources(from: &Path, to: &Path) -> Result<()> {
    let listed =
        Command::new("git").args(["ls-files", "-z", "-co", "--exclude-standard"]).current_dir(from).output()?;
    ensure!(listed.status.success(), "`git ls-files` fails");
    for name in String::from_utf8(listed.stdout)?.split('\0').filter(|name| !name.is_empty()) {
        let (source, target) = (from.join(name), to.join(name));
        // Links and folders of the cases are no sources.
        if fs::symlink_metadata(&source).is_ok_and(|seen| seen.is_file()) {
            fs::create_dir_all(target.parent().context("a file lies in a folder")?)?;
            fs::copy(source, target)?;
        }
    }
    Ok(())
}

/// A core module as a build script makes it of a checkout, without what is around it.
fn core_module(checkout: &Path, target: &str, module: &WasmModule<'_>) -> Result<Vec<u8>> {
    let target = paths::target().join(target);
    vfs_compose_wasm_build::build(checkout, &target, module).map_err(|error| anyhow!("{error}"))
}
