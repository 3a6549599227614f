//! The command line, as typed.

mod deny;
mod policy;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use deny::{Access, Deny};
pub use policy::{ALL, Host};

const EXAMPLES: &str = "\
Examples:
  vfs-compose app.wasm --image ./files -o out.wasm
          ./files becomes / of the app; out.wasm needs no directory of its host
  vfs-compose app.wasm --image ./lib::/usr/lib --image ./data::/data -o out.wasm
          several directories, each at its place in one tree
  vfs-compose app.wasm --image ./files --preopen /data --env LANG=C --read-only
          writes app.composed.wasm
  vfs-compose app.wasm --manifest vfs.toml
          the same by a file
  vfs-compose run app.wasm --image ./files -- --an-argument
          composes and runs at once
  vfs-compose inspect out.wasm
          what is inside
  vfs-compose image cat out.wasm /etc/config.toml
          one file out of a component
  vfs-compose vfs --for app.wasm --image ./files -o vfs.wasm
  wac plug app.wasm --plug vfs.wasm -o out.wasm
          the vfs alone, for a composition of your own";

/// Put a WebAssembly app and its files into one component
///
/// The app sees a writable filesystem that starts as the given files and lives in the component's own memory. Nothing else changes:
/// environment, arguments, stdio and clocks stay the host's.
#[derive(Debug, Parser)]
#[command(name = "vfs-compose", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub compose: Compose,
}

/// Everything that is not the default command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the filesystem alone, as a component to plug in front of an app
    Vfs(Vfs),
    /// Compose and run in one go, on the engine inside this program, without any directory of the host
    Run(Run),
    /// Show what is inside a component: imports, exports, files, sizes
    Inspect(Inspect),
    /// Print an example of a manifest, with every key and what it means
    Manifest,
    /// Work on images: files by themselves, or inside of components
    #[command(subcommand)]
    Image(Image),
    /// Print a completion script
    Completions {
        /// For which shell
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

/// Where the tree comes from. What is on or off can be said to be off (`--strict=false`), for where a manifest says that it is on.
#[derive(Clone, Debug, Default, Args)]
pub struct Files {
    /// A file that says what these flags say; what is typed besides wins. `vfs-compose manifest` prints an example
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// A directory, or an EROFS image file, at GUEST (`/` if not said); may be given again
    #[arg(long = "image", value_name = "DIR[::GUEST]")]
    pub images: Vec<String>,
    /// A device, socket or named pipe among the files is an error, not a warning
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub strict: Option<bool>,
}

/// What the app is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Process {
    /// Give the app this directory of the tree, under this name (`/` if not said); may be given again
    #[arg(long = "preopen", value_name = "GUEST[=NAME]")]
    pub preopens: Vec<String>,
    /// Set a variable over the host's environment; may be given again
    #[arg(long = "env", value_name = "K=V")]
    pub environment: Vec<String>,
    /// Put an argument between the program's name and the host's arguments; may be given again
    #[arg(long = "arg", value_name = "A", allow_hyphen_values = true)]
    pub arguments: Vec<String>,
    /// Every change of the tree answers `read-only`
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub read_only: Option<bool>,
    /// The most bytes that the app's changes may take; K, M or G after the number for powers of 1024
    #[arg(long, value_name = "N")]
    pub max_bytes: Option<String>,
    /// The most files, directories and links that the app may make or change
    #[arg(long, value_name = "N")]
    pub max_nodes: Option<u32>,
    /// The most files that the app may have open at a time
    #[arg(long, value_name = "N")]
    pub max_open: Option<u32>,
}

/// How app and filesystem become one.
#[derive(Debug, Default, Args)]
pub struct Joining {
    /// Compose also where the app imports no filesystem
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub allow_unused: Option<bool>,
    /// How the app reaches its files; `auto` if not said
    #[arg(long, value_enum, value_name = "FORM")]
    pub form: Option<Form>,
}

/// As [`vfs_compose::FormChoice`].
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Form {
    /// Linked where that can be done, else plugged
    Auto,
    /// Directly, inside its own component: fast; needs an engine with several memories
    Linked,
    /// Through a component in front of it: runs on every engine with components
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
    /// The file to write, `-` for standard output; NAME.composed.wasm in this directory if not said
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
    /// Print a report as JSON, on standard output (on standard error with `-o -`)
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
    /// Fit it to this app: only what the app imports, at its versions. Without it the vfs fits any app, and is larger
    #[arg(long = "for", value_name = "APP")]
    pub app: Option<PathBuf>,
    /// For any app: also what uses these packages, which stay the host's
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
    after_help = "The program has this one's standard streams, the arguments after `--` and the variables of --env; it has no \
directory and no variable of this machine. Its exit code is passed on.

Example:
  vfs-compose run app.wasm --image ./files -- --an-argument"
)]
pub struct Run {
    /// A component, or a core module that imports wasi_snapshot_preview1; or what vfs-compose wrote, which runs as it is
    pub app: PathBuf,
    #[command(flatten)]
    pub files: Files,
    #[command(flatten)]
    pub process: Process,
    #[command(flatten)]
    pub host: Host,
    #[command(flatten)]
    pub joining: Joining,
    /// The program's arguments
    #[arg(last = true, value_name = "ARGS")]
    pub host_arguments: Vec<String>,
}

/// `vfs-compose inspect`
#[derive(Debug, Args)]
pub struct Inspect {
    /// Any component
    pub file: PathBuf,
    /// How many levels of directories to show
    #[arg(long, default_value_t = 2, value_name = "N")]
    pub depth: usize,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `vfs-compose image`
#[derive(Debug, Subcommand)]
pub enum Image {
    /// Make an EROFS image
    #[command(after_help = "Example:\n  vfs-compose image build ./files -o files.erofs")]
    Build {
        /// A directory or image file, at GUEST (`/` if not said)
        #[arg(required = true, value_name = "DIR[::GUEST]")]
        sources: Vec<String>,
        /// A device, socket or named pipe among the files is an error, not a warning
        #[arg(long)]
        strict: bool,
        /// The file to write, `-` for standard output
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Say nothing but errors
        #[arg(short, long)]
        quiet: bool,
    },
    /// List a directory of an image, or of a component's
    Ls {
        /// An image file or a component
        file: PathBuf,
        /// A directory or file in it
        #[arg(default_value = "/")]
        path: String,
        /// Kind, mode, links, size and time too
        #[arg(short, long)]
        long: bool,
        /// Everything inside too
        #[arg(short = 'R', long)]
        recursive: bool,
    },
    /// Print files of an image, or of a component's
    Cat {
        /// An image file or a component
        file: PathBuf,
        /// Files in it
        #[arg(required = true)]
        paths: Vec<String>,
    },
    /// Write a directory of an image, or of a component's, to this machine
    Extract {
        /// An image file or a component
        file: PathBuf,
        /// A new or empty directory
        to: PathBuf,
        /// The directory in the image
        #[arg(long, default_value = "/")]
        from: String,
    },
    /// Check all metadata of an image, or of a component's
    Verify {
        /// An image file or a component
        file: PathBuf,
    },
}
