//! Which of WASI's functions the vfs answers itself because of a policy.

use vfs_abi::settings::{Settings, Stdio};
use vfs_image::Timestamp;

use super::{Inherited, Policy};
use vfs_abi::names::policy::{GET_STDERR, GET_STDIN, GET_STDOUT};
use vfs_compose_wasi::FILESYSTEM;
use vfs_compose_wasi::{TRACK_3, base};

const ENVIRONMENT: &str = "wasi:cli/environment";
const MONOTONIC: &str = "wasi:clocks/monotonic-clock";
const WALL: &str = "wasi:clocks/wall-clock";
const SYSTEM: &str = "wasi:clocks/system-clock";
const RANDOM: &str = "wasi:random/";

/// A policy together with what the settings add to it.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    policy: Policy,
    /// Variables are set.
    variables: bool,
    /// Arguments are set.
    arguments: bool,
}

/// What a function of the host's would have answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixed {
    /// Nothing, or none.
    Nothing,
    /// A number.
    Number(u64),
    /// A time, or a span of time, to the address that is the last argument.
    Time(Timestamp),
}

impl Answers {
    /// Combines a policy with the settings, whose variables and arguments the vfs provides too.
    pub fn new(policy: &Policy, settings: &Settings) -> Self {
        Self {
            policy: policy.clone(),
            variables: !settings.environment.is_empty(),
            arguments: !settings.arguments.is_empty(),
        }
    }

    /// What is not the host's, by key and text.
    pub fn lines(&self) -> Vec<(String, String)> {
        self.policy.lines()
    }

    /// Whether a policy has a part in an interface: some of its functions, or all of its resources.
    pub fn has_interface(&self, path: &str) -> bool {
        let is_ours = |stream: &Stdio<String>| *stream != Stdio::Host;
        let Policy { stdin, stdout, stderr, .. } = &self.policy;
        match base(path) {
            ENVIRONMENT => ["get-environment", "get-arguments", "initial-cwd", "get-initial-cwd"]
                .iter()
                .any(|name| self.has(path, name)),
            "wasi:cli/stdin" | "wasi:cli/terminal-stdin" | "wasi:cli/terminal-input" => is_ours(stdin),
            "wasi:cli/stdout" | "wasi:cli/terminal-stdout" => is_ours(stdout),
            "wasi:cli/stderr" | "wasi:cli/terminal-stderr" => is_ours(stderr),
            "wasi:cli/terminal-output" => is_ours(stdout) && is_ours(stderr),
            WALL | SYSTEM => self.policy.wall_clock.is_some(),
            MONOTONIC => self.policy.monotonic_clock.is_some(),
            _ => path.starts_with(RANDOM) && self.policy.seed.is_some(),
        }
    }

    /// Whether the vfs answers a function of an interface, alone or with the host.
    pub fn has(&self, path: &str, function: &str) -> bool {
        let policy = &self.policy;
        match (base(path), function) {
            (ENVIRONMENT, "get-environment") => self.variables || policy.environment != Inherited::All,
            (ENVIRONMENT, "get-arguments") => self.arguments || policy.own_arguments || policy.program.is_some(),
            (ENVIRONMENT, "initial-cwd" | "get-initial-cwd") => policy.directory.is_some(),
            (ENVIRONMENT, _) => false,
            _ => self.has_interface(path),
        }
    }

    /// Whether the vfs has an interface that it serves only if a policy asks for it. In WASI 0.3 nothing but descriptors is shared
    /// with files, and of terminals there is one resource for stdout and stderr.
    pub fn serves(&self, path: &str) -> bool {
        let is_0_3 = path.ends_with(TRACK_3);
        match base(path) {
            "wasi:cli/terminal-output" | "wasi:cli/terminal-stdout" | "wasi:cli/terminal-stderr" if is_0_3 => {
                self.has_interface("wasi:cli/stdout") || self.has_interface("wasi:cli/stderr")
            }
            // Descriptors have times of this clock.
            SYSTEM => true,
            base if base.starts_with(RANDOM) => self.has_interface(base),
            base => !is_0_3 || base.starts_with(FILESYSTEM) || self.has_interface(base),
        }
    }

    /// What stands in the place of a function of the host's that the vfs would have asked.
    pub fn fixed(&self, path: &str, function: &str) -> Option<Fixed> {
        let tick = Timestamp { seconds: 0, nanoseconds: 1 };
        match (base(path), function) {
            (ENVIRONMENT, "get-environment") => (self.policy.environment == Inherited::None).then_some(Fixed::Nothing),
            (ENVIRONMENT, "get-arguments") => self.policy.own_arguments.then_some(Fixed::Nothing),
            (ENVIRONMENT, "initial-cwd" | "get-initial-cwd") => {
                self.policy.directory.is_some().then_some(Fixed::Nothing)
            }
            (WALL | SYSTEM, "now") => self.policy.wall_clock.map(Fixed::Time),
            (WALL, "resolution") => self.policy.wall_clock.map(|_| Fixed::Time(tick)),
            (SYSTEM, "get-resolution") => self.policy.wall_clock.map(|_| Fixed::Number(1)),
            (MONOTONIC, "now") => self.policy.monotonic_clock.map(Fixed::Number),
            (MONOTONIC, "resolution") => self.policy.monotonic_clock.map(|_| Fixed::Number(1)),
            (MONOTONIC, _) => self.policy.monotonic_clock.map(|_| Fixed::Nothing),
            ("wasi:cli/terminal-stdin" | "wasi:cli/terminal-stdout" | "wasi:cli/terminal-stderr", _) => {
                self.has_interface(path).then_some(Fixed::Nothing)
            }
            _ => None,
        }
    }

    /// The vfs's functions that take the place of others of its: the one, and the other.
    pub fn instead(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let streams = [
            ("wasi:cli/stdin", "wasi:cli/stdin#get-stdin", GET_STDIN),
            ("wasi:cli/stdout", "wasi:cli/stdout#get-stdout", GET_STDOUT),
            ("wasi:cli/stderr", "wasi:cli/stderr#get-stderr", GET_STDERR),
        ];
        streams.into_iter().filter(|(path, ..)| self.has_interface(path)).map(|(_, plain, ours)| (ours, plain))
    }
}
