//! The compilers that `tests/setup.sh` installs, and how they are run.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, bail, ensure};
use vfs_tests::paths;

/// A program below `target/tools`.
///
/// # Errors
/// It is not installed.
pub fn installed(path: &str) -> Result<PathBuf> {
    let tool = paths::tools().join(path);
    ensure!(tool.is_file(), "no {}: run tests/setup.sh", tool.display());
    Ok(tool)
}

/// Runs a command to its end.
///
/// # Errors
/// It does not start, or fails: with all that it printed.
pub fn run(command: &mut Command) -> Result<Output> {
    let output = command.output().with_context(|| format!("{:?} does not start", command.get_program()))?;
    if !output.status.success() {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        bail!("{command:?} fails:\n{}{}", text(&output.stdout), text(&output.stderr));
    }
    Ok(output)
}

/// A command without what this process's own cargo put in its environment.
pub fn outside_of_cargo(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"].contains(&&*text)
            || text.starts_with("CARGO_PROFILE_")
        {
            command.env_remove(&name);
        }
    }
    command
}
