//! Decides which functions of WASI the vfs serves itself because of a policy.

use std::collections::BTreeSet;

use vfs_abi::settings::{Settings, Stdio};
use vfs_image::Timestamp;

use super::{Inherited, Policy};
use vfs_abi::names::policy::{GET_STDERR, GET_STDIN, GET_STDOUT, OF_ENVIRONMENT, OF_RANDOM, OF_STREAMS};
use vfs_compose_wasi::FILESYSTEM;
use vfs_compose_wasi::{Track, Wasi, base};

const ENVIRONMENT: &str = "wasi:cli/environment";
const MONOTONIC: &str = "wasi:clocks/monotonic-clock";
const WALL: &str = "wasi:clocks/wall-clock";
const SYSTEM: &str = "wasi:clocks/system-clock";
const RANDOM: &str = "wasi:random/";

/// A policy, together with the settings that affect the same interfaces.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    policy: Policy,
    /// Whether the settings add variables.
    variables: bool,
    /// Whether the settings add arguments.
    arguments: bool,
}

/// A constant result that replaces a function of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixed {
    /// No result, or an empty list or `none`.
    Nothing,
    /// A number.
    Number(u64),
    /// A time or a duration, written to the address in the last argument.
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

    /// Returns the policy lines, as (key, text) pairs: everything that is not taken from the host.
    pub fn lines(&self) -> Vec<(String, String)> {
        self.policy.lines()
    }

    /// Returns whether the policy affects an interface: some of its functions, or all of its resources.
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

    /// Returns whether the vfs serves a function of an interface because of the policy, alone or together with the
    /// host.
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

    /// Returns whether the vfs serves an interface with this policy. It serves random numbers only if a policy affects
    /// them. The same holds for everything in WASI 0.3 but files, because there no other interface shares resources
    /// with files. In WASI 0.3, the terminals of stdout and stderr are one resource type, so a policy for either
    /// affects both.
    pub fn serves(&self, path: &str) -> bool {
        let (base, track) = Track::split(path);
        let is_0_3 = track == Track::V0_3;
        match base {
            "wasi:cli/terminal-output" | "wasi:cli/terminal-stdout" | "wasi:cli/terminal-stderr" if is_0_3 => {
                self.has_interface("wasi:cli/stdout") || self.has_interface("wasi:cli/stderr")
            }
            // The times of descriptors have types of this clock.
            SYSTEM => true,
            base if base.starts_with(RANDOM) => self.has_interface(base),
            base => !is_0_3 || base.starts_with(FILESYSTEM) || self.has_interface(base),
        }
    }

    /// Returns the paths of all interfaces that the vfs serves with this policy.
    pub fn virtualized<'w>(&self, wasi: &'w Wasi) -> BTreeSet<&'w str> {
        [Track::V0_2, Track::V0_3]
            .into_iter()
            .flat_map(|track| wasi.served(track))
            .filter(|path| self.serves(path))
            .collect()
    }

    /// Returns the constant that replaces a function of the host that the vfs would otherwise call.
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

    /// Returns pairs of vfs functions: the first takes the place of the second.
    pub fn instead(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let [stdin, stdout, stderr] =
            ["wasi:cli/stdin", "wasi:cli/stdout", "wasi:cli/stderr"].map(|path| self.has_interface(path));
        let all: [(bool, &[(&str, &str)]); 6] = [
            (stdin, &[("wasi:cli/stdin#get-stdin", GET_STDIN)]),
            (stdout, &[("wasi:cli/stdout#get-stdout", GET_STDOUT)]),
            (stderr, &[("wasi:cli/stderr#get-stderr", GET_STDERR)]),
            // Only a vfs for preview1 has these.
            (stdin || stdout || stderr, &OF_STREAMS),
            (self.has_interface(ENVIRONMENT), &OF_ENVIRONMENT),
            (self.has_interface("wasi:random/random"), &OF_RANDOM),
        ];
        let of_rules = all.into_iter().filter(|(is_ruled, _)| *is_ruled);
        of_rules.flat_map(|(_, pairs)| pairs).map(|(plain, ours)| (*ours, *plain))
    }
}
