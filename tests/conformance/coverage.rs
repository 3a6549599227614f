//! Which function a case is about, by its name; and that no function is without one.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, bail};
use vfs_tests::wasi_wit;
use wit_parser::Resolve;

use crate::program::Program;

/// A function of WASI.
#[derive(Clone, Debug)]
pub struct Function {
    /// The suite it belongs to in the table: its package, or all of preview1.
    pub suite: &'static str,
    /// As WASI's text has it.
    pub name: String,
    /// What the names of its cases begin with.
    pub prefix: String,
}

/// The packages that the suite is about. 0.3 has no `wasi:io`.
const PACKAGES: [(&str, &str); 3] = [("filesystem", "wasi:filesystem"), ("io", "wasi:io"), ("cli", "wasi:cli")];

/// The functions of 0.2 that the suite is about, from WASI's WIT. What the text calls unstable is not among them.
///
/// # Errors
/// The WIT cannot be read.
pub fn component() -> Result<Vec<Function>> {
    of_wit(&wasi_wit::folder()?)
}

/// The same of 0.3.
///
/// # Errors
/// The WIT cannot be read.
pub fn component3() -> Result<Vec<Function>> {
    of_wit(&wasi_wit::folder3()?)
}

fn of_wit(folder: &Path) -> Result<Vec<Function>> {
    let mut resolve = Resolve::default();
    resolve.push_dir(folder)?;
    let mut functions = Vec::new();
    for (package, suite) in PACKAGES {
        let of_wasi = |name: &wit_parser::PackageName| name.namespace == "wasi" && name.name == package;
        for (_, interface) in resolve.interfaces.iter() {
            let its_package = interface.package.map(|id| &resolve.packages[id].name);
            // `run` is what the program itself exports.
            if !its_package.is_some_and(of_wasi) || interface.name.as_deref() == Some("run") {
                continue;
            }
            for name in interface.functions.keys() {
                let name = qualified(interface.name.as_deref().unwrap_or_default(), name);
                functions.push(Function { suite, prefix: prefix(&name), name });
            }
        }
    }
    Ok(functions)
}

/// The functions of `wasi_snapshot_preview1`, save those of sockets, and `proc_raise`, which no component can do.
pub fn module() -> Vec<Function> {
    const NAMES: &str = "args_get args_sizes_get clock_res_get clock_time_get environ_get environ_sizes_get fd_advise fd_allocate \
        fd_close fd_datasync fd_fdstat_get fd_fdstat_set_flags fd_fdstat_set_rights fd_filestat_get fd_filestat_set_size \
        fd_filestat_set_times fd_pread fd_prestat_dir_name fd_prestat_get fd_pwrite fd_read fd_readdir fd_renumber fd_seek fd_sync \
        fd_tell fd_write path_create_directory path_filestat_get path_filestat_set_times path_link path_open path_readlink \
        path_remove_directory path_rename path_symlink path_unlink_file poll_oneoff proc_exit random_get sched_yield";
    let function =
        |name: &str| Function { suite: "wasi_snapshot_preview1", name: name.to_owned(), prefix: name.to_owned() };
    NAMES.split_whitespace().map(function).collect()
}

/// The standard streams of 0.3 have functions of one name, so theirs are told with their interface.
fn qualified(interface: &str, function: &str) -> String {
    match (interface, function) {
        ("stdin" | "stdout" | "stderr", "read-via-stream" | "write-via-stream") => format!("{interface}.{function}"),
        _ => function.to_owned(),
    }
}

/// `[method]descriptor.open-at` is `open_at`. Streams and pollables have methods of one name, and keep theirs.
fn prefix(name: &str) -> String {
    const KEPT: [&str; 6] = ["pollable", "input-stream", "output-stream", "stdin", "stdout", "stderr"];
    let method = name.strip_prefix("[method]").unwrap_or(name);
    let plain = match method.split_once('.') {
        Some((of, method)) if KEPT.contains(&of) => format!("{of}-{method}"),
        Some((_, method)) => method.to_owned(),
        None => method.to_owned(),
    };
    plain.replace('-', "_")
}

/// The function that a case is about: the one with the longest fitting prefix.
pub fn function_of<'a>(program: &'a Program, case: &str) -> Option<&'a Function> {
    let fits = |f: &&Function| case.strip_prefix(f.prefix.as_str()).is_some_and(|rest| rest.starts_with('_'));
    program.functions.iter().filter(fits).max_by_key(|function| function.prefix.len())
}

/// Every case is about a function, and every function has a case.
///
/// # Errors
/// Those that are not or have not.
pub fn check(program: &Program) -> Result<()> {
    let mut covered = BTreeSet::new();
    let mut wrong = Vec::new();
    for case in &program.cases {
        match function_of(program, &case.name) {
            Some(function) => drop(covered.insert(&function.prefix)),
            None => wrong.push(format!("`{}` begins with no function's name", case.name)),
        }
    }
    let missing = program.functions.iter().filter(|function| !covered.contains(&function.prefix));
    wrong.extend(missing.map(|function| format!("`{}` has no case `{}_...`", function.name, function.prefix)));
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
}
