//! `program.toml`: all that is said of a program. `programs/README.md` explains each field.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use vfs_tests::case::{Form, Host, Make};
use vfs_tests::extent::Extent;

use crate::build::Build;
use crate::trees::Tree;

/// One folder of `programs`.
#[derive(Debug)]
pub struct Entry {
    /// The folder's name.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
    /// What its `program.toml` says.
    pub spec: Spec,
}

/// The fields of `program.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// What it is written in, for the table.
    pub language: String,
    /// What it does with files, for the table.
    pub files: String,
    /// How it is built.
    pub build: Build,
    /// Which runs have it: `just test` has one program of each toolchain, `just test-all` all.
    #[serde(default)]
    pub extent: Extent,
    /// The tree that all runs begin with, below what is in `root`.
    #[serde(default)]
    pub tree: Tree,
    /// What other programs left.
    #[serde(default)]
    pub takes: Vec<Takes>,
    /// What git does not keep of `root`.
    #[serde(default)]
    pub make: Vec<Make>,
    /// Where it cannot run, and why.
    #[serde(default)]
    pub fails: Vec<Fails>,
    /// What is run.
    pub runs: Vec<Run>,
}

/// A file that another program left: its output is this one's input.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Takes {
    /// The other program.
    pub program: String,
    /// Which run of it.
    pub run: String,
    /// The file, which has the same path here.
    pub file: String,
}

/// One start of the program.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Run {
    /// In the names of the trials.
    pub name: String,
    /// Its arguments.
    #[serde(default)]
    pub args: Vec<String>,
    /// All of its standard input.
    #[serde(default)]
    pub stdin: String,
    /// The exit code it must end with.
    #[serde(default)]
    pub exit: i32,
    /// Something that it must print, so that two equal failures are none.
    #[serde(default)]
    pub says: String,
    /// It goes through directories as they come: its lines may be in any order.
    #[serde(default)]
    pub any_order: bool,
    /// What must be among the names that it leaves: it is also run with the lister behind it, and the trees are compared.
    pub leaves: Option<String>,
    /// Who runs it.
    #[serde(default = "usual_hosts")]
    pub hosts: Vec<Host>,
}

fn usual_hosts() -> Vec<Host> {
    vec![Host::Wasmtime, Host::Node]
}

/// Something that does not work, and is seen not to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fails {
    /// In which form.
    pub form: Form,
    /// On which host; on none, because it is not composed, if nothing is said.
    pub host: Option<Host>,
    /// Something that is said then.
    pub says: String,
    /// Why, for the table.
    pub why: String,
}

impl Entry {
    /// All entries below `programs`, by name.
    ///
    /// # Errors
    /// One cannot be read.
    pub fn all(programs: &Path) -> Result<Vec<Self>> {
        let mut entries = Vec::new();
        for found in fs::read_dir(programs)? {
            let folder = found?.path();
            if folder.is_dir() {
                let file = folder.join("program.toml");
                let text = fs::read_to_string(&file).with_context(|| format!("no {}", file.display()))?;
                let spec = toml::from_str(&text).with_context(|| format!("{} is wrong", file.display()))?;
                let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
                entries.push(Self { name, folder, spec });
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// Which runs have the trial of a start on a host. The embedded engine has all; the others have in `just test` each
    /// program's first start, linked.
    #[must_use]
    pub fn extent(&self, start: usize, form: Form, host: Host) -> Extent {
        let shown = host == Host::Wasmtime || start == 0 && form == Form::Linked;
        if shown { self.spec.extent } else { Extent::All }
    }

    /// What is known not to work in this form, on this host or on all.
    #[must_use]
    pub fn fails(&self, form: Form, host: Option<Host>) -> Option<&Fails> {
        self.spec.fails.iter().find(|fails| fails.form == form && fails.host == host)
    }
}
