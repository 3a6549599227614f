//! What a case finds when it starts: which directories, whether they may be changed, what its standard streams are.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use tempfile::TempDir;
use vfs_tests::host::Invocation;
use vfs_tests::stage;

/// One of the folders of a program's cases.
#[derive(Debug)]
pub struct Setting {
    /// The folder.
    pub name: &'static str,
    /// What `vfs-compose` is told.
    pub flags: &'static [&'static str],
    /// What a host directory's program is given: a directory of the tree, and its name.
    pub preopens: &'static [(&'static str, &'static str)],
    /// What `vfs-compose` is told if the tree is the host's directory `data`. Nothing: the setting is about other things.
    pub mounts: &'static [&'static str],
    /// The tree may only be looked at.
    pub read_only: bool,
    /// Each case runs in an instance of its own.
    pub alone: bool,
    /// Standard streams are terminals.
    pub terminals: bool,
}

const USUAL: Setting = Setting {
    name: "usual",
    flags: &[],
    preopens: &[("", "/")],
    mounts: &["--host-dir=data::/m,rw", "--preopen=/m=/"],
    read_only: false,
    alone: false,
    terminals: false,
};

impl Setting {
    /// All of them.
    pub const ALL: &[Self] = &[
        USUAL,
        Self {
            name: "read_only",
            flags: &["--read-only"],
            mounts: &["--host-dir=data::/m,ro", "--preopen=/m=/"],
            read_only: true,
            ..USUAL
        },
        Self {
            name: "preopens",
            flags: &[
                "--preopen=/d=/first",
                "--preopen=/change=/second",
                "--preopen=/d/sub=third",
                "--preopen=/d=/again",
            ],
            preopens: &[("d", "/first"), ("change", "/second"), ("d/sub", "third"), ("d", "/again")],
            mounts: &[
                "--host-dir=data/d::/d,rw",
                "--host-dir=data/change::/change,rw",
                "--host-dir=data/d/sub::/sub,rw",
                "--host-dir=data/d::/d-again,rw",
                "--preopen=/d=/first",
                "--preopen=/change=/second",
                "--preopen=/sub=third",
                "--preopen=/d-again=/again",
            ],
            ..USUAL
        },
        Self { name: "stdio", flags: &["--cwd=/d"], mounts: &[], alone: true, ..USUAL },
        Self { name: "terminal", mounts: &[], terminals: true, ..USUAL },
    ];

    /// What the program is started with.
    pub fn invocation(&self, args: &[&str]) -> Invocation {
        let env = [("GREETING", "good day"), ("EMPTY", ""), ("ODD", "a=b = \u{e4}\u{1f600}")];
        let stdin = if self.alone { "one\ntwo\n" } else { "" };
        Invocation {
            name: None,
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            env: BTreeMap::from(env.map(|(name, value)| (name.to_owned(), value.to_owned()))),
            stdin: stdin.to_owned(),
        }
    }
}

/// The initial directory in the settings whose flags say one.
pub const INITIAL_DIRECTORY: &str = "/d";

/// The tree that every case finds.
///
/// # Errors
/// It cannot be made.
pub fn tree() -> Result<TempDir> {
    let tree = TempDir::new()?;
    let root = tree.path();
    for directory in ["w", "empty", "d/sub", "change/list", "change/remove", "change/move/in"] {
        fs::create_dir_all(root.join(directory))?;
    }
    let large: Vec<u8> = (0..1_000_003).map(|at: u32| (at % 251) as u8).collect();
    let files: [(&str, &[u8]); 17] = [
        ("hello.txt", b"hello, image\n"),
        ("empty.txt", b""),
        ("big.bin", &large),
        ("d/in.txt", b"in\n"),
        ("d/sub/deep.txt", b"deep\n"),
        ("change/file", b"file\n"),
        ("change/write", b"as it were\n"),
        ("change/cut", b"cut\n"),
        ("change/size", b"size\n"),
        ("change/times", b"times\n"),
        ("change/append", b"append\n"),
        ("change/unlink", b"unlink\n"),
        ("change/list/a", b"a"),
        ("change/list/b", b"b"),
        ("change/list/c", b"c"),
        ("change/remove/only", b"only\n"),
        ("change/move/in/leaf", b"leaf\n"),
    ];
    for (path, bytes) in files {
        fs::write(root.join(path), bytes)?;
    }
    fs::hard_link(root.join("hello.txt"), root.join("twin.txt"))?;
    let links = [
        ("link", "hello.txt"),
        ("dlink", "d"),
        ("dangling", "none"),
        ("loop", "loop"),
        ("absolute", "/somewhere/else"),
    ];
    for (path, target) in links {
        symlink(target, root.join(path))?;
    }
    stage::still(root)?;
    time_of(&root.join("hello.txt"), Duration::new(1_000_000_000, 123_456_789))?;
    Ok(tree)
}

fn time_of(path: &Path, since_1970: Duration) -> Result<()> {
    Ok(File::open(path)?.set_modified(SystemTime::UNIX_EPOCH + since_1970)?)
}
