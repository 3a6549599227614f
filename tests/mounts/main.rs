//! Directories of the host in the tree (`--host-dir`), on whole components: what a program sees of a mount is what it
//! sees of the host's directory itself. What differs is in `differs.toml`, with the reason.
//!
//! ```text
//! golden        cases of tests/cases, with their tree in a mount
//! cow           the same, copy-on-write: as over an image, and the directory stays as it was
//! woven         half of the tree in the image, half in mounts; mounts that are read-only
//! opened        files that are open before anything is changed
//! changing      a copy-on-write directory that others change meanwhile
//! all           all directories that the host gives
//! union         directories of the host over those of the image
//! nested        mounts inside of others
//! absolute      links with absolute targets, followed from the root
//! lies          a host that fails, and one that lies about what it has
//! escapes       paths and links that try to leave the tree
//! missing       directories that the host does not give
//! direct        reads of programs whose realloc and addresses are what no compiler makes them
//! large         a file of 1 GiB, and a million names: memory that they take
//! numbers       a program that tries the numbers of handles which it was not given
//! slow          a host that takes long about one file, in WASI 0.3
//! pieces        a vfs for any app, as a piece of a composition: docs/pieces.md
//! other_hosts   some of these on Node, and on a newer wasmtime
//! ```

mod absolute;
mod all;
mod changing;
mod cow;
mod differs;
mod direct;
mod escapes;
mod golden;
mod host;
mod large;
mod lies;
mod lying_host;
mod made;
mod missing;
mod nested;
mod numbers;
mod opened;
mod other_hosts;
mod pieces;
mod slow;
mod union;
mod woven;
mod written;

use std::process::ExitCode;

use anyhow::Result;
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match trials() {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn trials() -> Result<Vec<Trial>> {
    let mut trials = golden::trials()?;
    trials.extend(cow::trials()?);
    trials.extend(woven::trials());
    trials.extend(opened::trials());
    trials.extend(changing::trials());
    trials.extend(nested::trials());
    trials.extend(all::trials());
    trials.extend(union::trials());
    trials.extend(absolute::trials());
    trials.extend(missing::trials());
    trials.extend(direct::trials());
    trials.extend(large::trials());
    trials.extend(lies::trials());
    trials.extend(escapes::trials());
    trials.extend(numbers::trials());
    trials.extend(pieces::trials());
    trials.extend(slow::trials());
    trials.extend(other_hosts::trials());
    Ok(trials)
}
