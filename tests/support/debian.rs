//! Source packages of Debian 12, by apt. What comes is known by its hash, so it does not matter from where.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

/// The program's own archive in a source package, without Debian's changes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// The source package.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// The SHA-256 of the archive `NAME_VERSION.orig.tar.*`.
    pub sha256: String,
}

impl Package {
    /// A folder with what is in the archive, below `cache`. The first who asks fetches it.
    ///
    /// # Errors
    /// There is no apt, it has no such package, or the archive is not the one that is meant.
    pub fn unpacked(&self, cache: &Path) -> Result<PathBuf> {
        let cache = cache.join("debian");
        let folder = cache.join(format!("{}-{}", self.name, self.version));
        if !folder.is_dir() {
            fs::create_dir_all(&cache)?;
            let archive = self.fetched(&cache).with_context(|| format!("cannot get the source of {}", self.name))?;
            let unpacking = folder.with_extension("unpacking");
            if unpacking.exists() {
                fs::remove_dir_all(&unpacking)?;
            }
            fs::create_dir(&unpacking)?;
            let mut tar = Command::new("tar");
            tar.arg("-xf").arg(archive).arg("-C").arg(&unpacking).arg("--strip-components=1");
            run(tar)?;
            fs::rename(unpacking, &folder)?;
        }
        Ok(folder)
    }

    fn fetched(&self, cache: &Path) -> Result<PathBuf> {
        if let Some(archive) = self.archive(cache)? {
            return Ok(archive);
        }
        let apt = Apt::new(cache)?;
        apt.run(&["source", "--download-only", &self.name])?;
        self.archive(cache)?.with_context(|| format!("Debian has no {} {} any more", self.name, self.version))
    }

    /// The archive, if it is there.
    fn archive(&self, cache: &Path) -> Result<Option<PathBuf>> {
        let start = format!("{}_{}.orig.tar.", self.name, self.version);
        for entry in fs::read_dir(cache)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with(&start) && !name.ends_with(".asc") {
                let mut sha256sum = Command::new("sha256sum");
                sha256sum.arg(&path);
                let sum = String::from_utf8(run(sha256sum)?.stdout)?;
                let sum = sum.split(' ').next().unwrap_or_default();
                ensure!(sum == self.sha256, "{} has the hash {sum}, not {}", path.display(), self.sha256);
                return Ok(Some(path));
            }
        }
        Ok(None)
    }
}

/// apt with lists of its own: the machine's may have no sources in them.
struct Apt<'a> {
    folder: &'a Path,
}

impl<'a> Apt<'a> {
    fn new(folder: &'a Path) -> Result<Self> {
        let apt = Self { folder };
        fs::create_dir_all(folder.join("lists/partial"))?;
        if !folder.join("sources.list").is_file() {
            let mut targets = Command::new("apt-get");
            targets.args(["indextargets", "--format", "deb-src [trusted=yes] $(REPO_URI) $(RELEASE) $(COMPONENT)"]);
            targets.arg("Created-By: Packages");
            let sources = run(targets)?.stdout;
            fs::write(folder.join("sources.new"), sources)?;
            fs::rename(folder.join("sources.new"), folder.join("sources.list"))?;
            apt.run(&["update"]).inspect_err(|_| drop(fs::remove_file(folder.join("sources.list"))))?;
        }
        Ok(apt)
    }

    fn run(&self, arguments: &[&str]) -> Result<()> {
        let mut apt = Command::new("apt-get");
        apt.current_dir(self.folder).args(["-qq", "-o", "Dir::Etc::sourceparts=-", "-o"]);
        apt.arg(format!("Dir::Etc::sourcelist={}", self.folder.join("sources.list").display())).arg("-o");
        apt.arg(format!("Dir::State::lists={}", self.folder.join("lists").display())).args(arguments);
        run(apt).map(drop)
    }
}

fn run(mut command: Command) -> Result<Output> {
    let output = command.output().with_context(|| format!("{:?} does not start", command.get_program()))?;
    if !output.status.success() {
        bail!("{command:?} fails:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(output)
}
