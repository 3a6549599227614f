//! `bench-guest MODE ARGUMENTS`: one loop, its timings on stdout.

#[cfg(target_env = "p2")]
use bench_guest::direct;
use bench_guest::{compute, data, metadata, time, write};
use std::io::{Error, Result};

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        // Nothing at all: what a start costs.
        ["nothing"] => {}
        // No call at all while it is timed.
        ["compute", passes] => compute::passes(number(passes)?)?.print(),
        // The first call of the filesystem since the start, whatever it has to set up.
        ["first", path] => time("first", 1, || std::fs::metadata(path).map(|_| 0))?.print(),
        ["read", path, piece, passes] => data::sequential(path, number(piece)? as usize, number(passes)?)?.print(),
        ["read-own", path, piece, size, passes] => {
            data::own(path, number(piece)? as usize, number(size)?, number(passes)?)?.print();
        }
        ["random-read", path, piece, count] => data::random(path, number(piece)? as usize, number(count)?)?.print(),
        #[cfg(target_env = "p2")]
        ["direct-read", path, piece, count] => direct::sequential(path, number(piece)?, number(count)?)?.print(),
        #[cfg(target_env = "p2")]
        ["direct-random-read", path, piece, count] => direct::random(path, number(piece)?, number(count)?)?.print(),
        ["open", dir, files, count] => data::open_read_close(dir, number(files)?, number(count)?)?.print(),
        ["stat", dir, files, count] => metadata::stat_in(dir, number(files)?, number(count)?)?.print(),
        ["stat-path", path, count] => metadata::stat_path(path, number(count)?)?.print(),
        ["cold-lines", kib, lines, count] => {
            metadata::cold_lines(number(kib)?, number(lines)?, number(count)?)?.print();
        }
        ["list", dir, passes] => metadata::list(dir, number(passes)?)?.print(),
        ["list-changed", dir, passes] => metadata::list_changed(dir, number(passes)?)?.print(),
        ["write", path, piece, size, passes] => {
            write::sequential(path, number(piece)? as usize, number(size)?, number(passes)?)?.print();
        }
        // The first change of a file that is there.
        ["write-first", path] => write::first(path)?.print(),
        ["append", path, count] => write::append(path, number(count)?)?.print(),
        ["small-files", dir, count] => write::small_files(dir, number(count)?)?.iter().for_each(|t| t.print()),
        _ => return Err(Error::other(format!("no such mode: {}", words.join(" ")))),
    }
    Ok(())
}

fn number(word: &str) -> Result<u64> {
    word.parse().map_err(|_| Error::other(format!("`{word}` is not a number")))
}
