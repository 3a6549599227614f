//! The command line, as typed. What a composition is made of is in [`vfs_compose::options`].

pub mod address;
mod directory;
mod duration;
mod manifest;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgMatches, Args, ColorChoice, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use vfs_compose::Options;
use vfs_compose::options::{Adapting, Bytes, Deny, Files, Host, InheritEnv, Joining, Process, Source, ValueError};

use crate::input;
use crate::report::Failure;
pub use directory::HostDirectory;
use manifest::Manifest;
pub use manifest::Merged;

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
  vfs-compose run app.wasm --image ./files ls -l /
          composes the app and runs the result with the arguments `ls -l /`
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
#[command(
    name = "vfs-compose",
    version,
    disable_version_flag = true,
    max_term_width = 100,
    after_long_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub compose: Compose,
    #[command(flatten)]
    pub talk: Talk,
    /// Print the version
    #[arg(short = 'V', long, action = clap::ArgAction::Version, hide_short_help = true, help_heading = None)]
    version: Option<bool>,
}

impl Cli {
    /// Returns the app that is composed, or run.
    pub fn app(&self) -> Option<&Path> {
        match &self.command {
            None => self.compose.app.as_deref(),
            Some(Command::Compose(compose)) => compose.app.as_deref(),
            Some(Command::Run(run)) => Some(&run.app),
            Some(Command::Serve(serve)) => Some(&serve.run.app),
            Some(_) => None,
        }
    }

    /// Joins the values of `--inherit-env`, of which clap keeps the first one.
    ///
    /// # Errors
    /// They exclude each other.
    pub fn join_inherited(&mut self, matches: &ArgMatches) -> Result<(), Failure> {
        let typed = match &mut self.command {
            None => &mut self.compose.typed,
            Some(Command::Compose(compose)) => &mut compose.typed,
            Some(Command::Vfs(vfs)) => &mut vfs.typed,
            Some(Command::Run(run)) => &mut run.typed,
            Some(Command::Serve(serve)) => &mut serve.run.typed,
            Some(_) => return Ok(()),
        };
        let matches = matches.subcommand().map_or(matches, |(_, matches)| matches);
        let values = matches.try_get_many::<InheritEnv>("inherit_env").ok().flatten();
        for value in values.into_iter().flatten().skip(1) {
            let joined = typed.host.inherit_env.take().and_then(|before| before.and(value));
            typed.host.inherit_env = Some(joined.ok_or_else(|| {
                Failure::usage(
                    "`--inherit-env` (all variables), `--inherit-env=` (none) and names exclude each other".into(),
                )
                .hint("omit one; names are joined: `--inherit-env=A --inherit-env=B` is `--inherit-env=A,B`")
            })?);
        }
        Ok(())
    }
}

/// How much is said, and how.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Talk {
    /// Print only errors
    #[arg(short, long, global = true, conflicts_with = "verbose", overrides_with = "quiet")]
    pub quiet: bool,
    /// Print more
    #[arg(short, long, global = true, overrides_with = "verbose", hide_short_help = true)]
    pub verbose: bool,
    /// Color messages: auto, always or never [default: auto, which NO_COLOR and FORCE_COLOR change]
    #[arg(long, global = true, value_name = "WHEN", value_enum, hide_possible_values = true, hide_short_help = true)]
    pub color: Option<ColorChoice>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Put an app and its files into one component (the default)
    #[command(after_long_help = EXAMPLES)]
    Compose(Compose),
    /// Write only the filesystem, as a component to plug in front of an app
    Vfs(Vfs),
    /// Make a component of a preview1 module, without a filesystem
    Adapt(Adapt),
    /// Compose an app and run it, on the engine inside this program
    #[command(
        override_usage = "vfs-compose run [OPTIONS] <APP> [OPTIONS] [--] [ARGS]...",
        after_long_help = "\
The first word after APP that is no flag of vfs-compose, or `--`, begins the program's arguments.

The program gets the standard streams of this process, its arguments and the variables of --env, but no directory or \
variable of this machine. It gets directories with `--host-dir HOST::/GUEST[,rw|,cow]`, or with `--dir HOST::NAME` if it \
was composed before with `--host-dir NAME`; variables with `--inherit-env[=A,B]`, the network with `--sockets inherit`, and http \
with `--http inherit` or `--http allow:HOST,...`. vfs-compose exits with the program's exit code, with 1 if it traps, \
and with 124 after --timeout. A preview1 module has all of its own codes (of one above 255 the low byte), as `run` \
composes it with `--exit-code full`; what was composed before without that has 0 and 1. So has a program that calls \
`exit` of WASI 0.2, which knows only success and failure, as Rust's for wasm32-wasip2; `exit-with-code` gives the code that it says. \
With --json, the last line of standard error tells how it ended.

Example:
  vfs-compose run app.wasm --image ./files ls -l /"
    )]
    Run(Run),
    /// Compose an http server and serve it, with a new instance for each request
    #[command(
        override_usage = "vfs-compose serve [OPTIONS] <APP>",
        after_long_help = "\
APP exports wasi:http/incoming-handler (WASI 0.2) or wasi:http/handler (0.3). Each request gets a new instance, so \
what it writes is gone afterwards; --timeout and --max-memory hold for each. A request that fails is answered with \
500, and the reason is printed. -q hides all but these and the address. The server gets of this process what \
`vfs-compose run` gives a program. Ctrl-C ends it with exit code 0. With --json, each event is a line of \
standard error, the first one with the address.

Example:
  vfs-compose serve app.wasm --image ./files --addr 127.0.0.1:8080"
    )]
    Serve(Serve),
    /// Show what is inside a component or an image
    Inspect(Inspect),
    /// Print an example manifest that explains every key
    Manifest {
        /// Print each key with a description and an example, as JSON
        #[arg(long)]
        json: bool,
    },
    /// Work on images, as files or inside components
    #[command(subcommand)]
    Image(Image),
    /// Print a completion script
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write manual pages into a directory, or print the first one
    Man {
        /// A directory
        #[arg(value_hint = ValueHint::DirPath)]
        directory: Option<PathBuf>,
    },
}

/// The default command.
#[derive(Debug, Args)]
pub struct Compose {
    /// A component or preview1 module, also as text (.wat); `-` is standard input
    #[arg(required = true, value_name = "APP", value_hint = ValueHint::FilePath)]
    pub app: Option<PathBuf>,
    #[command(flatten)]
    pub typed: Typed,
    #[command(flatten)]
    pub joining: Joining,
    #[command(flatten)]
    pub output: Output,
}

/// What all compositions take: options, and the file with others.
#[derive(Debug, Args)]
pub struct Typed {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    process: Process,
    #[command(flatten)]
    host: Host,
    /// As --inherit-env=
    #[arg(
        long,
        conflicts_with = "inherit_env",
        hide_short_help = true,
        help_heading = "What the app sees of its host"
    )]
    no_inherit_env: bool,
    /// As --inherit-args=false: the program's name is then the app's file name, or --argv0
    #[arg(
        long,
        conflicts_with = "inherit_args",
        hide_short_help = true,
        help_heading = "What the app sees of its host"
    )]
    pub no_inherit_args: bool,
    #[command(flatten)]
    deny: Deny,
    #[command(flatten)]
    adapting: Adapting,
    /// Read flags from this file, which typed ones override
    ///
    /// `vfs-compose manifest` prints an example.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Composing")]
    pub manifest: Option<PathBuf>,
}

impl Typed {
    /// Returns the options on the command line alone.
    pub fn options(&self, joining: &Joining) -> Options {
        let mut options = Options::default();
        options.files = self.files.clone();
        options.process = self.process.clone();
        options.host = self.host.clone();
        options.deny = self.deny.clone();
        options.adapting = self.adapting.clone();
        options.joining = joining.clone();
        if self.no_inherit_env {
            options.host.inherit_env = Some(InheritEnv::All(false));
        }
        if self.no_inherit_args {
            options.host.inherit_args = Some(false);
        }
        options
    }

    /// Returns the paths of all that is read: the app, the manifest, and what `options` name.
    pub fn inputs<'a>(&'a self, app: Option<&'a Path>, options: &'a Options) -> Vec<&'a Path> {
        app.into_iter().chain(self.manifest.as_deref()).chain(input::of_options(options)).collect()
    }

    /// Returns the options on the command line, over those of the manifest, if there is one.
    ///
    /// # Errors
    /// The manifest cannot be read, or is none, or options exclude each other.
    pub fn merged(&self, joining: &Joining) -> Result<Merged, Failure> {
        let typed = self.options(joining);
        let Some(path) = &self.manifest else { return Ok(Merged { options: typed, manifest: None }) };
        let text = input::manifest(path)?;
        let manifest = Manifest::parse(path, text, typed.given().collect())?;
        let options = typed.over(manifest.options.clone());
        manifest.check(&options)?;
        Ok(Merged { options, manifest: Some(manifest) })
    }
}

/// Where the result goes.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// The file to write, or `-` for standard output [default: NAME.composed.wasm]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Print a report as JSON to standard output (with `-o -`, to standard error)
    #[arg(long, hide_short_help = true)]
    pub json: bool,
}

/// `vfs-compose vfs`
#[derive(Debug, Args)]
#[command(
    mut_arg("output", |arg| arg.help("The file to write, or `-` for standard output [default: vfs.wasm]")),
    after_long_help = "Examples:
  vfs-compose vfs --for app.wasm --image ./files -o vfs.wasm
  wac plug app.wasm --plug vfs.wasm -o out.wasm
  vfs-compose vfs --with sockets,http --image ./files -o vfs.wasm
          for any app that imports each interface at one version"
)]
pub struct Vfs {
    /// Include only what this app imports, at its versions
    ///
    /// Without --for, the vfs fits any app and is larger.
    #[arg(long = "for", value_name = "APP", value_hint = ValueHint::FilePath)]
    pub app: Option<PathBuf>,
    /// Also support apps that use these packages of the host (without --for)
    #[arg(long, value_enum, value_name = "PACKAGE", value_delimiter = ',', conflicts_with = "app")]
    pub with: Vec<With>,
    #[command(flatten)]
    pub typed: Typed,
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

/// `vfs-compose adapt`
#[derive(Debug, Args)]
#[command(
    mut_arg("output", |arg| arg.help("The file to write, or `-` for standard output [default: NAME.component.wasm]")),
    after_long_help = "\
The files of the component are its host's. Nothing of the module's memory is used for it, so programs run as on an engine \
with preview1 of its own.

Examples:
  vfs-compose adapt app.wasm -o component.wasm
  wasmtime run --dir . component.wasm"
)]
pub struct Adapt {
    /// A preview1 module, also as text (.wat); `-` is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub app: PathBuf,
    #[command(flatten)]
    pub adapting: Adapting,
    #[command(flatten)]
    pub output: Output,
}

/// `vfs-compose run`
#[derive(Debug, Args)]
pub struct Run {
    /// A component or preview1 module, also as text (.wat); `-` is standard input
    ///
    /// A file that was composed before runs as it is.
    #[arg(value_hint = ValueHint::FilePath)]
    pub app: PathBuf,
    #[command(flatten)]
    pub typed: Typed,
    #[command(flatten)]
    pub joining: Joining,
    /// Give a component that was composed with --host-dir a directory of this machine, under NAME [default: HOST]
    /// (repeatable)
    ///
    /// An app that is composed for this run takes paths of this machine by --host-dir itself.
    #[arg(
        long,
        value_name = "HOST[::NAME]",
        value_hint = ValueHint::DirPath,
        help_heading = "Running"
    )]
    pub dir: Vec<HostDirectory>,
    /// Stop the program after this time, such as 10s
    ///
    /// The units are ms, s (also without a unit), m and h.
    #[arg(
        long,
        value_name = "TIME",
        value_parser = duration::parse,
        allow_negative_numbers = true,
        help_heading = "Running"
    )]
    pub timeout: Option<Duration>,
    /// Stop the program when it wants more memory than this
    ///
    /// Its files count too. The number is as for --max-bytes.
    #[arg(long, value_name = "BYTES", value_parser = memory, allow_negative_numbers = true, help_heading = "Running")]
    pub max_memory: Option<Bytes>,
    /// Print a report as JSON to standard error
    #[arg(long, help_heading = "Output", hide_short_help = true)]
    pub json: bool,
    /// The program's arguments
    #[arg(trailing_var_arg = true, value_name = "ARGS", help_heading = None)]
    pub host_arguments: Vec<String>,
}

fn memory(typed: &str) -> Result<Bytes, String> {
    match typed.parse() {
        Ok(Bytes(0)) => Err("it must be more than 0; without the flag there is no limit".into()),
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(ValueError::to_string(&error)),
    }
}

/// `vfs-compose serve`
#[derive(Debug, Args)]
#[command(mut_arg("host_arguments", |arg| arg.hide(true)))]
pub struct Serve {
    /// The address to listen at: HOST:PORT, a port of this machine alone, or :PORT for all addresses; port 0 is a free
    /// one
    #[arg(
        long,
        value_name = "ADDRESS",
        value_parser = address::parse,
        default_value = "127.0.0.1:8080",
        help_heading = "Running"
    )]
    pub addr: SocketAddr,
    #[command(flatten)]
    pub run: Run,
}

/// `vfs-compose inspect`
#[derive(Debug, Args)]
pub struct Inspect {
    /// Any component, also as text (.wat), or an image; `-` is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Levels of directories to show
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = depth, allow_negative_numbers = true)]
    pub depth: usize,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

fn depth(typed: &str) -> Result<usize, String> {
    typed.parse().map_err(|_| "it takes a number of levels, 0 or more".to_owned())
}

/// `vfs-compose image`
#[derive(Debug, Subcommand)]
pub enum Image {
    /// Build an EROFS image
    #[command(after_help = "Example:\n  vfs-compose image build ./files -o files.erofs")]
    Build {
        /// A directory, an image or a component with one inside, at GUEST [default: /], or a file at GUEST; as --image
        #[arg(value_name = "SOURCE[::GUEST]", value_hint = ValueHint::AnyPath)]
        sources: Vec<Source>,
        #[command(flatten)]
        files: Box<Files>,
        /// The file to write, or `-` for standard output
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
        output: PathBuf,
        /// Print a report as JSON to standard output (with `-o -`, to standard error)
        #[arg(long, help_heading = "Output")]
        json: bool,
    },
    /// List a directory of an image
    Ls {
        /// An image file, or a component with an image inside; `-` is standard input
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// A directory or file in the image
        #[arg(default_value = "/", value_parser = NonEmptyStringValueParser::new())]
        path: String,
        /// Show kind, permissions, links, size and time (UTC) too, as ls(1) does
        #[arg(short, long)]
        long: bool,
        /// List subdirectories too
        #[arg(short = 'R', long)]
        recursive: bool,
        /// Print JSON
        #[arg(long, conflicts_with = "long")]
        json: bool,
    },
    /// Print files of an image
    Cat {
        /// An image file, or a component with an image inside; `-` is standard input
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// Files in the image
        #[arg(required = true, value_parser = NonEmptyStringValueParser::new())]
        paths: Vec<String>,
        /// Print what the files are as JSON to standard error
        #[arg(long)]
        json: bool,
    },
    /// Write a directory of an image to this machine
    Extract {
        /// An image file, or a component with an image inside; `-` is standard input
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// A new or empty directory
        #[arg(value_hint = ValueHint::DirPath)]
        to: PathBuf,
        /// The directory in the image
        #[arg(long, default_value = "/", value_parser = NonEmptyStringValueParser::new())]
        from: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Check all metadata of an image
    Verify {
        /// An image file, or a component with an image inside; `-` is standard input
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}
