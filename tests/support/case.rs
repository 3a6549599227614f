//! `case.toml`. The folder `cases/readme` explains each field by using it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::host::Invocation;
use crate::normalise::bless;

/// One folder of `tests/cases`.
#[derive(Debug)]
pub struct Case {
    /// `area/name`.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
    /// What its `case.toml` says.
    pub spec: Spec,
}

/// The fields of `case.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The program; see [`crate::guests::build`].
    pub guest: String,
    /// The same program is also tried as a preview1 module.
    #[serde(default)]
    pub preview1: bool,
    /// Its arguments.
    #[serde(default)]
    pub args: Vec<String>,
    /// Its whole environment, as the host gives it.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// All of its standard input.
    #[serde(default)]
    pub stdin: String,
    /// Flags for `vfs-compose`, besides `--image root`.
    #[serde(default)]
    pub flags: Vec<String>,
    /// The exit code it must end with.
    #[serde(default)]
    pub exit: i32,
    /// Where its files are.
    #[serde(default = "usual_forms")]
    pub forms: Vec<Form>,
    /// Who runs it.
    #[serde(default = "all_hosts")]
    pub hosts: Vec<Host>,
    /// The host directory is granted for reading only.
    #[serde(default)]
    pub read_only: bool,
    /// The host directory does something else, which `stdout.host-directory.txt` shows.
    pub deviation: Option<Deviation>,
    /// What git does not keep of `root`.
    #[serde(default)]
    pub make: Vec<Make>,
}

/// What the host directory does otherwise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Deviation {
    /// Who is right, and why.
    pub reason: String,
    /// The exit code there.
    #[serde(default)]
    pub exit: i32,
}

/// Where a program's files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// In a directory of the host, and the program is as it was built.
    HostDirectory,
    /// In the component that `vfs-compose --form plugged` makes.
    Plugged,
    /// In the component that `vfs-compose --form linked` makes.
    Linked,
    /// In the component that `vfs-compose vfs --for APP` and then `wac plug` make.
    WacPlug,
    /// The same with a vfs that was made for any app.
    AnyApp,
}

/// Who runs a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Host {
    /// The wasmtime that is linked into the tests.
    Wasmtime,
    /// A newer wasmtime, the one of PyPI's package.
    #[serde(rename = "wasmtime-50")]
    Wasmtime50,
    /// Node with jco.
    Node,
    /// Chromium with jco.
    Chromium,
}

fn usual_forms() -> Vec<Form> {
    vec![Form::HostDirectory, Form::Plugged, Form::Linked]
}

fn all_hosts() -> Vec<Host> {
    vec![Host::Wasmtime, Host::Wasmtime50, Host::Node, Host::Chromium]
}

impl Form {
    /// As in `case.toml` and in the names of trials.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HostDirectory => "host-directory",
            Self::Plugged => "plugged",
            Self::Linked => "linked",
            Self::WacPlug => "wac-plug",
            Self::AnyApp => "any-app",
        }
    }
}

impl Host {
    /// As in `case.toml` and in the names of trials.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wasmtime => "wasmtime",
            Self::Wasmtime50 => "wasmtime-50",
            Self::Node => "node",
            Self::Chromium => "chromium",
        }
    }
}

/// Something in the tree that git does not keep.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Make {
    /// Where. `{}` in it is replaced by each number below `count`, with leading zeroes.
    pub path: String,
    /// How many; needs `{}` in the path.
    pub count: Option<u32>,
    /// What it is; nothing means that it is there already.
    pub kind: Option<Kind>,
    /// A file's text.
    pub text: Option<String>,
    /// A file's size, if it has no text. The byte at offset n is n % 251.
    pub size: Option<u64>,
    /// A symbolic link's target, or the path of the file that a hard link shares.
    pub target: Option<String>,
    /// Seconds since 1970 with up to nine digits after the point.
    pub modified: Option<String>,
    /// Permission bits, in octal.
    pub mode: Option<String>,
}

/// What can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Kind {
    File,
    Directory,
    SymbolicLink,
    HardLink,
}

impl Case {
    /// All cases below `cases`, by name.
    ///
    /// # Errors
    /// A folder without a readable `case.toml`, or with a file that belongs to no case.
    pub fn all(cases: &Path) -> Result<Vec<Self>> {
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(cases).max_depth(3).sort_by_file_name() {
            let entry = entry?;
            if entry.file_name() == "case.toml" {
                let folder = entry.path().parent().expect("a file lies in a folder");
                found.push(Self::load(cases, folder).with_context(|| format!("{}", entry.path().display()))?);
            }
        }
        Ok(found)
    }

    fn load(cases: &Path, folder: &Path) -> Result<Self> {
        const MAY_BE: [&str; 8] = [
            "case.toml",
            "root",
            "stdout.txt",
            "stdout.host-directory.txt",
            "error.txt",
            "README.md",
            "app.wat",
            "app.wit",
        ];
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name();
            ensure!(MAY_BE.iter().any(|m| name == *m), "`{}` belongs to no case", name.to_string_lossy());
        }
        let spec: Spec = toml::from_str(&fs::read_to_string(folder.join("case.toml"))?)?;
        ensure!(
            spec.deviation.is_some() == folder.join("stdout.host-directory.txt").exists() || bless(),
            "`deviation` gives the reason for stdout.host-directory.txt: both or none"
        );
        ensure!(spec.deviation.as_ref().is_none_or(|d| !d.reason.is_empty()), "a deviation has a reason");
        let name = folder.strip_prefix(cases)?.to_string_lossy().replace('\\', "/");
        Ok(Self { name, folder: folder.to_owned(), spec })
    }

    /// Arguments, environment and input.
    #[must_use]
    pub fn invocation(&self) -> Invocation {
        let Spec { args, env, stdin, .. } = &self.spec;
        Invocation { name: None, args: args.clone(), env: env.clone(), stdin: stdin.clone() }
    }

    /// The exit code a form must end with.
    #[must_use]
    pub fn exit(&self, form: Form) -> i32 {
        match &self.spec.deviation {
            Some(deviation) if form == Form::HostDirectory => deviation.exit,
            _ => self.spec.exit,
        }
    }

    /// The file with what a form must print.
    #[must_use]
    pub fn stdout_file(&self, form: Form) -> PathBuf {
        let special = self.folder.join("stdout.host-directory.txt");
        if form == Form::HostDirectory && self.spec.deviation.is_some() {
            special
        } else {
            self.folder.join("stdout.txt")
        }
    }

    /// The file with what `vfs-compose` must print where it must fail, in each of the forms.
    #[must_use]
    pub fn error_file(&self) -> PathBuf {
        self.folder.join("error.txt")
    }
}
