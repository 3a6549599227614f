//! The command line, as typed.

mod deny;
mod policy;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use deny::{Access, Deny};
pub use policy::{ALL, Host};

const EXAMPLES: &str = "\
Examples:
  vfs-compose app.wasm --image ./files -o out.wasm
          ./files becomes / of the app; out.wasm needs no directory of the host
  vfs-compose app.wasm --image ./lib::/usr/lib --image ./data::/data -o out.wasm
          several directories, each at its own path in one tree
  vfs-compose app.wasm --image ./files --preopen /data --env LANG=C --read-only
          writes app.composed.wasm
  vfs-compose app.wasm --manifest vfs.toml
          the same flags from a file
  vfs-compose run app.wasm --image ./files -- --an-argument
          composes the app and runs the result
  vfs-compose inspect out.wasm
          shows what is inside
  vfs-compose image cat out.wasm /etc/config.toml
          prints a file of a component
  vfs-compose vfs --for app.wasm --image ./files -o vfs.wasm
  wac plug app.wasm --plug vfs.wasm -o out.wasm
          writes the vfs alone, for your own composition";

/// Put a WebAssembly app and its files into one component
///
/// The app sees a writable filesystem that starts with the given files and lives in the component's memory. By default
/// nothing else changes: environment, arguments, stdio and clocks stay the host's.
#[derive(Debug, Parser)]
#[command(name = "vfs-compose", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub compose: Compose,
}

/// The commands other than the default one.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write only the filesystem, as a component to plug in front of an app
    Vfs(Vfs),
    /// Compose an app and run it, on the engine inside this program, without any directory of the host
    Run(Run),
    /// Compose an http server and serve it, with a new instance for each request
    Serve(Serve),
    /// Show what is inside a component: imports, exports, files, sizes
    Inspect(Inspect),
    /// Print an example manifest that explains every key
    Manifest,
    /// Work on images, as files or inside components
    #[command(subcommand)]
    Image(Image),
    /// Print a completion script
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// The default command.
#[derive(Debug, Args)]
pub struct Compose {
    /// A component, or a core module that imports wasi_snapshot_preview1
    #[arg(required = true, value_name = "APP")]
    pub app: Option<PathBuf>,
    #[command(flatten)]
    pub files: Files,
    #[command(flatten)]
    pub process: Process,
    #[command(flatten)]
    pub host: Host,
    #[command(flatten)]
    pub joining: Joining,
    #[command(flatten)]
    pub output: Output,
}

/// Where the tree comes from. `--strict=false` and the like turn off what a manifest turns on.
#[derive(Clone, Debug, Default, Args)]
pub struct Files {
    /// Read flags from this file; flags on the command line override it. `vfs-compose manifest` prints an example
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Put a directory, an EROFS image or the files of a composed component at GUEST [default: /], or a file at
    /// GUEST; repeatable
    #[arg(long = "image", value_name = "SOURCE[::GUEST]")]
    pub images: Vec<String>,
    /// Put one file at GUEST, whatever is in it; repeatable
    #[arg(long = "file", value_name = "GUEST=@FILE")]
    pub files: Vec<String>,
    /// What happens to a file that several images have with different contents [default: error]
    #[arg(long, value_enum, value_name = "WHICH")]
    pub on_collision: Option<Collision>,
    /// Pack only files of directories that match, as in .gitignore; repeatable
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Leave files and directories out that match, as in .gitignore; repeatable. A `.vfsignore` in a directory does so too
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Leave out what the patterns of this file match; repeatable
    #[arg(long = "ignore-file", value_name = "FILE")]
    pub ignore_files: Vec<PathBuf>,
    /// Leave out what git ignores, and `.git`
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub gitignore: Option<bool>,
    /// Make every warning an error
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub strict: Option<bool>,
}

/// As [`vfs_compose::OnCollision`].
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Collision {
    /// It is an error
    Error,
    /// The file of the first image is packed
    First,
    /// The file of the last image is packed
    Last,
}

impl From<Collision> for vfs_compose::OnCollision {
    fn from(choice: Collision) -> Self {
        match choice {
            Collision::Error => Self::Error,
            Collision::First => Self::First,
            Collision::Last => Self::Last,
        }
    }
}

impl From<vfs_compose::OnCollision> for Collision {
    fn from(choice: vfs_compose::OnCollision) -> Self {
        match choice {
            vfs_compose::OnCollision::Error => Self::Error,
            vfs_compose::OnCollision::First => Self::First,
            vfs_compose::OnCollision::Last => Self::Last,
        }
    }
}

/// Directories, environment, arguments and quotas of the app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Process {
    /// Give the app this directory of the tree, under NAME [default: GUEST]; repeatable. Without --preopen, the app
    /// gets /
    #[arg(long = "preopen", value_name = "GUEST[=NAME]")]
    pub preopens: Vec<String>,
    /// Set a variable, overriding the host's; repeatable
    #[arg(long = "env", value_name = "K=V")]
    pub environment: Vec<String>,
    /// Insert an argument between the program's name and the host's arguments; repeatable
    #[arg(long = "arg", value_name = "A", allow_hyphen_values = true)]
    pub arguments: Vec<String>,
    /// Make every change of the tree fail with `read-only`
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub read_only: Option<bool>,
    /// Limit the bytes that the app's changes may take; N may end in K, M, G (powers of 1024) or kB, MB, GB (of 1000)
    #[arg(long, value_name = "N")]
    pub max_bytes: Option<String>,
    /// Limit the files, directories and links that the app may create or change
    #[arg(long, value_name = "N")]
    pub max_nodes: Option<u32>,
    /// Limit the files that the app may have open at a time
    #[arg(long, value_name = "N")]
    pub max_open: Option<u32>,
}

/// How app and filesystem are joined.
#[derive(Debug, Default, Args)]
pub struct Joining {
    /// Compose even if the app imports no filesystem
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub allow_unused: Option<bool>,
    /// Compose a preview1 module even if the result exports nothing
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub allow_no_exports: Option<bool>,
    /// How the app reaches its files [default: auto]
    #[arg(long, value_enum, value_name = "FORM")]
    pub form: Option<Form>,
    /// Write the component after each phase into a directory, to look for the phase that has a fault
    #[arg(long, value_name = "DIR", hide = true)]
    pub emit_stages: Option<PathBuf>,
}

/// As [`vfs_compose::FormChoice`].
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Form {
    /// Link the app if possible, else plug it
    Auto,
    /// Put the files inside the app's own component: fast; needs an engine with multi-memory
    Linked,
    /// Put the files in a component in front of the app: runs on every engine with components
    Plugged,
}

impl From<vfs_compose::FormChoice> for Form {
    fn from(choice: vfs_compose::FormChoice) -> Self {
        match choice {
            vfs_compose::FormChoice::Auto => Self::Auto,
            vfs_compose::FormChoice::Linked => Self::Linked,
            vfs_compose::FormChoice::Plugged => Self::Plugged,
        }
    }
}

/// Where the result goes.
#[derive(Debug, Default, Args)]
pub struct Output {
    /// The file to write, or `-` for standard output [default: NAME.composed.wasm, for `vfs` vfs.wasm, in this
    /// directory]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print only errors
    #[arg(short, long)]
    pub quiet: bool,
    /// Print a report as JSON to standard output (with `-o -`, to standard error)
    #[arg(long)]
    pub json: bool,
}

/// `vfs-compose vfs`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  vfs-compose vfs --for app.wasm --image ./files -o vfs.wasm
  wac plug app.wasm --plug vfs.wasm -o out.wasm
  vfs-compose vfs --with sockets,http --image ./files -o vfs.wasm
          for any app that imports each interface at one version")]
pub struct Vfs {
    /// Include only what this app imports, at its versions. Without --for the vfs fits any app and is larger
    #[arg(long = "for", value_name = "APP")]
    pub app: Option<PathBuf>,
    /// Also support apps that use these packages, which stay the host's (without --for)
    #[arg(long, value_enum, value_name = "PACKAGE", value_delimiter = ',', conflicts_with = "app")]
    pub with: Vec<With>,
    #[command(flatten)]
    pub files: Files,
    #[command(flatten)]
    pub process: Process,
    #[command(flatten)]
    pub host: Host,
    #[command(flatten)]
    pub output: Output,
}

/// As [`vfs_compose::Extra`].
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum With {
    /// wasi:sockets
    Sockets,
    /// wasi:http, for clients and servers
    Http,
}

/// `vfs-compose run`
#[derive(Debug, Args)]
#[command(
    after_help = "The program gets the standard streams of this process, the arguments after `--` and the variables of --env, \
but no directory or variable of this machine. It gets variables with `--inherit-env[=A,B]`, the network with \
`--sockets inherit`, and http with `--http inherit` or `--http allow:HOST,...`. vfs-compose exits with its exit code, with 1 if \
the program traps or exits with a code above 255, with 124 after --timeout.

Example:
  vfs-compose run app.wasm --image ./files -- --an-argument"
)]
pub struct Run {
    /// A component, or a core module that imports wasi_snapshot_preview1; a file composed before runs as it is
    pub app: PathBuf,
    #[command(flatten)]
    pub files: Files,
    #[command(flatten)]
    pub process: Process,
    #[command(flatten)]
    pub host: Host,
    #[command(flatten)]
    pub joining: Joining,
    /// Stop the program after this time: a number with ms, s (also without a unit), m or h
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Stop the program when it wants more memory than this, its files included; a number as for --max-bytes
    #[arg(long, value_name = "N", value_parser = bytes)]
    pub max_memory: Option<u64>,
    /// Print only errors, besides what the program prints
    #[arg(short, long)]
    pub quiet: bool,
    /// The program's arguments
    #[arg(last = true, value_name = "ARGS")]
    pub host_arguments: Vec<String>,
}

/// `vfs-compose serve`
#[derive(Debug, Args)]
#[command(
    after_help = "APP exports wasi:http/incoming-handler (WASI 0.2) or wasi:http/handler (0.3). Each request gets a new instance, \
so what it writes is gone afterwards; --timeout and --max-memory hold for each. A request that fails is answered with 500, and the \
reason is printed. The server gets of this process what `vfs-compose run` gives a program. Ctrl-C ends it with exit code 0.

Example:
  vfs-compose serve app.wasm --image ./files --addr 127.0.0.1:8080"
)]
pub struct Serve {
    /// The address to listen at; port 0 is a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub addr: SocketAddr,
    #[command(flatten)]
    pub run: Run,
}

fn bytes(typed: &str) -> Result<u64, String> {
    vfs_compose::manifest::bytes(typed).ok_or_else(|| "write it like 1000, 64M or 64MiB".into())
}

fn duration(typed: &str) -> Result<Duration, String> {
    let digits = typed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let milliseconds = match &typed[digits.len()..] {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err("the units are ms, s, m and h".into()),
    };
    let number: u64 = digits.parse().map_err(|_| "write it like 10s or 500ms")?;
    number.checked_mul(milliseconds).map(Duration::from_millis).ok_or_else(|| "it is too long".into())
}

/// `vfs-compose inspect`
#[derive(Debug, Args)]
pub struct Inspect {
    /// Any component
    pub file: PathBuf,
    /// Levels of directories to show
    #[arg(long, default_value_t = 2, value_name = "N")]
    pub depth: usize,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `vfs-compose image`
#[derive(Debug, Subcommand)]
pub enum Image {
    /// Build an EROFS image
    #[command(after_help = "Example:\n  vfs-compose image build ./files -o files.erofs")]
    Build {
        /// A directory, an image or a component with one inside, at GUEST [default: /], or a file at GUEST
        #[arg(required = true, value_name = "SOURCE[::GUEST]")]
        sources: Vec<String>,
        /// Make every warning an error
        #[arg(long)]
        strict: bool,
        /// The file to write, or `-` for standard output
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Print only errors
        #[arg(short, long)]
        quiet: bool,
    },
    /// List a directory of an image
    Ls {
        /// An image file, or a component with an image inside
        file: PathBuf,
        /// A directory or file in the image
        #[arg(default_value = "/")]
        path: String,
        /// Show kind, mode, links, size and time too
        #[arg(short, long)]
        long: bool,
        /// List subdirectories too
        #[arg(short = 'R', long)]
        recursive: bool,
    },
    /// Print files of an image
    Cat {
        /// An image file, or a component with an image inside
        file: PathBuf,
        /// Files in the image
        #[arg(required = true)]
        paths: Vec<String>,
    },
    /// Write a directory of an image to this machine
    Extract {
        /// An image file, or a component with an image inside
        file: PathBuf,
        /// A new or empty directory
        to: PathBuf,
        /// The directory in the image
        #[arg(long, default_value = "/")]
        from: String,
    },
    /// Check all metadata of an image
    Verify {
        /// An image file, or a component with an image inside
        file: PathBuf,
    },
}
