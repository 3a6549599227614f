//! Random plans through whole composed components: a guest carries them out, and Linux does; every answer, the trees
//! and what is open at the end must agree. `tests/plan-language` makes the plans. The core alone carries out more of
//! them: `vfs-component/core/tests/differential`.
//!
//! `planner` makes the calls of WASI 0.2, `planner.p1` those of preview1, `planner3` those of 0.3.
//!
//! ```text
//! whole      all files are in the image, or in one directory of the host
//! halves     some directories are the host's; the kernel has directories mounted at the same places
//! overlayfs  a directory of the host that is copied on write: the kernel's own copy-on-write is the judge
//! union      a directory of the host that is united with the image
//! on_host    a directory of the host without any vfs: the guests agree
//! program    a guest, composed, and what it says
//! namespace  mounts of the kernel, for those who may mount
//! ```

#[cfg(target_os = "linux")]
mod halves;
#[cfg(target_os = "linux")]
mod namespace;
#[cfg(target_os = "linux")]
mod on_host;
#[cfg(target_os = "linux")]
mod overlayfs;
#[cfg(target_os = "linux")]
mod program;
#[cfg(target_os = "linux")]
mod union;
#[cfg(target_os = "linux")]
mod whole;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    libtest_mimic::run(&Arguments::from_args(), trials()).exit_code()
}

#[cfg(not(target_os = "linux"))]
fn trials() -> Vec<Trial> {
    Vec::new()
}

#[cfg(target_os = "linux")]
fn trials() -> Vec<Trial> {
    let mut trials = whole::trials();
    trials.extend(halves::trials());
    trials.extend(overlayfs::trials());
    trials.extend(union::trials());
    trials.extend(on_host::trials());
    trials
}
