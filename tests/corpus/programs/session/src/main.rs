//! Runs a script of coreutils commands in one process: `session SCRIPT`.
//!
//! Components share no files with one another, so a shell's way of one process a command would begin each command with a
//! fresh image. Here every line of the script is one call of a command's own entry point, on the tree that the lines before
//! left. A line is words between spaces; `#` begins a comment. Before its output each line is printed, after it the exit
//! code where that is not 0.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

type Words = std::vec::IntoIter<OsString>;

/// A command's entry point, by its name.
fn command(name: &str) -> Option<fn(Words) -> i32> {
    Some(match name {
        "cat" => uu_cat::uumain,
        "comm" => uu_comm::uumain,
        "cp" => uu_cp::uumain,
        "cut" => uu_cut::uumain,
        "head" => uu_head::uumain,
        "link" => uu_link::uumain,
        "ln" => uu_ln::uumain,
        "ls" => uu_ls::uumain,
        "mkdir" => uu_mkdir::uumain,
        "mv" => uu_mv::uumain,
        "paste" => uu_paste::uumain,
        "readlink" => uu_readlink::uumain,
        "rm" => uu_rm::uumain,
        "rmdir" => uu_rmdir::uumain,
        "sort" => uu_sort::uumain,
        "split" => uu_split::uumain,
        "sum" => uu_sum::uumain,
        "tail" => uu_tail::uumain,
        "touch" => uu_touch::uumain,
        "truncate" => uu_truncate::uumain,
        "uniq" => uu_uniq::uumain,
        "unlink" => uu_unlink::uumain,
        "wc" => uu_wc::uumain,
        _ => return None,
    })
}

fn run(line: &str) -> i32 {
    let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
    let Some(entry) = words[0].to_str().and_then(command) else {
        println!("no such command");
        return 127;
    };
    // The commands keep the code of the last failure for their process's end; here one process runs many.
    uucore::error::set_exit_code(0);
    entry(words.into_iter())
}

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: session SCRIPT");
        return ExitCode::FAILURE;
    };
    let script = match std::fs::read_to_string(&path) {
        Ok(script) => script,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    };
    for line in script.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        println!("$ {line}");
        let code = run(line);
        if code != 0 {
            println!("exit code {code}");
        }
        // Each command flushes its own; this is for the lines above.
        let _ = std::io::stdout().flush();
    }
    ExitCode::SUCCESS
}
