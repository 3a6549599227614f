//! Everything that is made before something can be measured, each thing once.

use crate::engine::{Host, Program, in_engine};
use crate::measure::mounts::Access;
use crate::node::{Node, Transpiled};
use crate::speedtest1;
use crate::trees::Tree;
use crate::web::{Memories, Web};
use anyhow::{Context, Result, ensure};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::rc::Rc;
use tempfile::TempDir;
use vfs_tests::{compose, guests, paths};

/// Room that the largest rows need.
const ROOM: u64 = 6 << 30;

/// A program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum App {
    /// The loops of `guest/`.
    Loops,
    /// The same as a preview1 module.
    LoopsOfPreview1,
    /// That module, made a component by the published adapter.
    LoopsPublished,
    /// That module, made a component by `vfs-compose adapt`.
    LoopsAdapted,
    /// A preview1 module with 20 MB of data.
    LargeOfPreview1,
    /// That module, made a component by the published adapter.
    LargePublished,
    /// That module, made a component by `vfs-compose adapt`.
    LargeAdapted,
    /// Those of them that WASI 0.3 has another way for, through it.
    LoopsOfP3,
    /// SQLite's benchmark, a preview1 module.
    Speedtest1,
    /// The one of `guest/` that reads a file and does nothing else.
    Reader,
    /// A component that imports every function of 0.2's filesystem, io and cli.
    Everything,
    /// The http server of the tests, which answers with files.
    Web,
}

/// How an app and its files become one component.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Form {
    /// The vfs is a component of its own.
    Plugged,
    /// The vfs is a core module in the app's component.
    Linked,
}

impl Form {
    fn flag(self) -> &'static str {
        match self {
            Self::Plugged => "plugged",
            Self::Linked => "linked",
        }
    }
}

/// What has been made, by what it was made for.
type Made<K, V> = RefCell<HashMap<K, V>>;

/// The place where things are made, and what has been made there.
pub struct Lab {
    dir: TempDir,
    /// The engine.
    pub host: Host,
    trees: Made<Tree, PathBuf>,
    apps: Made<App, PathBuf>,
    composed: Made<(App, Tree, Form), PathBuf>,
    mounted: Made<(App, Access, Form), PathBuf>,
    programs: Made<PathBuf, Rc<Program>>,
    counting: OnceCell<Host>,
    counted: Made<PathBuf, Rc<Program>>,
    node: OnceCell<Node>,
    transpiled: Made<PathBuf, Rc<Transpiled>>,
    webs: Made<(Memories, Option<Form>), Rc<Web>>,
}

impl Lab {
    /// An empty one in `dir`, or where there is room.
    pub fn new(dir: Option<&Path>) -> Result<Self> {
        let memory = Path::new("/dev/shm");
        let dir = match dir {
            Some(dir) => TempDir::new_in(dir)?,
            None if room(memory) >= ROOM => TempDir::new_in(memory)?,
            None => TempDir::new()?,
        };
        Ok(Self {
            dir,
            host: Host::new().map_err(in_engine)?,
            trees: RefCell::default(),
            apps: RefCell::default(),
            composed: RefCell::default(),
            mounted: RefCell::default(),
            programs: RefCell::default(),
            counting: OnceCell::new(),
            counted: RefCell::default(),
            node: OnceCell::new(),
            transpiled: RefCell::default(),
            webs: RefCell::default(),
        })
    }

    /// A path in the lab for something that is made again and again.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The directory of a tree.
    pub fn tree(&self, tree: Tree) -> Result<PathBuf> {
        once(&self.trees, tree, || {
            let dir = self.path(&format!("tree-{tree:?}"));
            std::fs::create_dir(&dir)?;
            tree.build(&dir)?;
            Ok(dir)
        })
    }

    /// The app as its compiler made it: a component, or a preview1 module.
    pub fn app(&self, app: App) -> Result<PathBuf> {
        once(&self.apps, app, || {
            let from = match app {
                App::Loops => guest("wasm32-wasip2", "bench-guest", "bench-guest")?,
                App::LoopsOfPreview1 => guest("wasm32-wasip1", "bench-guest", "bench-guest")?,
                App::LargeOfPreview1 => guest("wasm32-wasip1", "bench-guest", "large")?,
                App::LoopsPublished => return self.bare(App::LoopsOfPreview1),
                App::LargePublished => return self.bare(App::LargeOfPreview1),
                App::LoopsAdapted => return self.adapted(App::LoopsOfPreview1),
                App::LargeAdapted => return self.adapted(App::LargeOfPreview1),
                App::LoopsOfP3 => guest("wasm32-wasip2", "bench-guest-p3", "bench_guest_p3")?,
                App::Speedtest1 => speedtest1::build()?,
                App::Reader => guest("wasm32-wasip2", "bench-guest", "reader")?,
                App::Everything => {
                    let path = self.path("everything.wasm");
                    std::fs::write(&path, crate::measure::size::everything()?)?;
                    return Ok(path);
                }
                App::Web => {
                    let path = self.path("web.wasm");
                    std::fs::write(&path, guests::named("web")?)?;
                    return Ok(path);
                }
            };
            // A copy, so that what is made from it lands in the lab.
            let to = self.path(&format!("{app:?}.wasm"));
            std::fs::copy(from, &to)?;
            Ok(to)
        })
    }

    /// A preview1 module, made a component by `vfs-compose adapt`.
    fn adapted(&self, app: App) -> Result<PathBuf> {
        let path = self.path(&format!("{app:?}.adapted.wasm"));
        let mut command = Command::new(compose::command()?);
        command.arg("adapt").arg(self.app(app)?).arg("-o").arg(&path).arg("-q");
        run(command)?;
        Ok(path)
    }

    /// The app as a component, for a host with a directory.
    pub fn bare(&self, app: App) -> Result<PathBuf> {
        let path = self.app(app)?.with_extension("bare.wasm");
        if !path.is_file() {
            std::fs::write(&path, guests::as_component(std::fs::read(self.app(app)?)?)?)?;
        }
        Ok(path)
    }

    /// The app with the tree inside.
    pub fn composed(&self, app: App, tree: Tree, form: Form) -> Result<PathBuf> {
        once(&self.composed, (app, tree, form), || {
            let out = self.path(&format!("{app:?}-{tree:?}-{form:?}.wasm"));
            run(self.compose(app, tree, form, &out)?)?;
            Ok(out)
        })
    }

    /// The app with the directory that the host gives as `/` in the place of its whole tree.
    pub fn mounted(&self, app: App, access: Access, form: Form) -> Result<PathBuf> {
        once(&self.mounted, (app, access, form), || {
            let out = self.path(&format!("{app:?}-{access:?}-{form:?}.wasm"));
            let mut command = Command::new(compose::command()?);
            command.arg(self.app(app)?).arg("--form").arg(form.flag()).arg("--host-dir");
            command.arg(format!("/::/,{}", access.word())).arg("-o").arg(&out).arg("-q");
            run(command)?;
            Ok(out)
        })
    }

    /// The command that composes the app and the tree into `out`.
    pub fn compose(&self, app: App, tree: Tree, form: Form, out: &Path) -> Result<Command> {
        let mut command = Command::new(compose::command()?);
        command.arg(self.app(app)?).arg("--form").arg(form.flag());
        command.arg("--image").arg(self.tree(tree)?).arg("-o").arg(out).arg("-q");
        Ok(command)
    }

    /// A component, compiled and loaded.
    pub fn program(&self, wasm: &Path) -> Result<Rc<Program>> {
        once(&self.programs, wasm.to_owned(), || {
            let program = self.host.precompile(wasm).and_then(|compiled| self.host.load(&compiled));
            Ok(Rc::new(program.map_err(in_engine).with_context(|| format!("{}", wasm.display()))?))
        })
    }

    /// A component, compiled so that its operators are counted.
    pub fn counting(&self, wasm: &Path) -> Result<Rc<Program>> {
        if self.counting.get().is_none() {
            self.counting.set(Host::counting().map_err(in_engine)?).ok();
        }
        let host = self.counting.get().context("set just now")?;
        once(&self.counted, wasm.to_owned(), || Ok(Rc::new(host.compile(wasm).map_err(in_engine)?)))
    }

    /// The server with a tree of one file: composed, or with the tree in a directory of the host's.
    pub fn web(&self, memories: Memories, form: Option<Form>) -> Result<Rc<Web>> {
        once(&self.webs, (memories, form), || {
            let (wasm, directory) = match form {
                Some(form) => (self.composed(App::Web, Tree::Tiny, form)?, None),
                None => (self.app(App::Web)?, Some(self.tree(Tree::Tiny)?)),
            };
            Ok(Rc::new(Web::new(memories, &wasm, directory.as_deref())?))
        })
    }

    /// Node, and the packages that it needs.
    pub fn node(&self) -> Result<&Node> {
        if self.node.get().is_none() {
            let directory = self.path("node");
            std::fs::create_dir(&directory)?;
            self.node.set(Node::new(&directory)?).ok();
        }
        self.node.get().context("set just now")
    }

    /// The version of Node, once something ran on it.
    pub fn node_version(&self) -> &str {
        self.node.get().map_or("", |node| &node.version)
    }

    /// A component, transpiled for Node.
    pub fn transpiled(&self, wasm: &Path) -> Result<Rc<Transpiled>> {
        once(&self.transpiled, wasm.to_owned(), || {
            Ok(Rc::new(self.node()?.transpile(wasm).with_context(|| format!("{}", wasm.display()))?))
        })
    }
}

/// Runs a command to its end.
///
/// # Errors
/// It cannot be started, or does not end with exit code 0: with what it said.
pub fn run(mut command: Command) -> Result<Output> {
    let output = command.output().with_context(|| format!("cannot run {}", command.get_program().display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{} failed: {}", command.get_program().display(), said.trim());
    Ok(output)
}

/// A program of a package of `guest/`, built (cargo sees it where nothing has changed).
fn guest(triple: &str, package: &str, name: &str) -> Result<PathBuf> {
    let target = paths::target().join("guests");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--locked", "-p", package, "--target", triple, "--target-dir"]).arg(&target);
    cargo.current_dir(paths::tests().join("bench/guest"));
    run(cargo)?;
    Ok(target.join(triple).join("release").join(name).with_extension("wasm"))
}

fn room(dir: &Path) -> u64 {
    nix::sys::statvfs::statvfs(dir).map_or(0, |s| s.blocks_available() * s.fragment_size())
}

fn once<K: Eq + std::hash::Hash, V: Clone>(
    made: &RefCell<HashMap<K, V>>,
    key: K,
    make: impl FnOnce() -> Result<V>,
) -> Result<V> {
    if let Some(value) = made.borrow().get(&key) {
        return Ok(value.clone());
    }
    let value = make()?;
    made.borrow_mut().insert(key, value.clone());
    Ok(value)
}
