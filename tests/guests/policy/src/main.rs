//! What a program is given of its host, by the calls of WASI 0.2 themselves. Each argument says what to print.

mod streams;

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, thread};

use wasip2::cli::{environment, stderr, stdin, stdout, terminal_stderr, terminal_stdin, terminal_stdout};
use wasip2::clocks::{monotonic_clock, wall_clock};
use wasip2::io::poll;
use wasip2::random::{insecure, insecure_seed, random};

fn main() {
    for what in env::args().skip(1) {
        match what.as_str() {
            "arguments" => println!("{:?}", environment::get_arguments()),
            "environment" => {
                let mut all = environment::get_environment();
                all.sort();
                println!("{all:?}");
            }
            "directory" => println!("{:?}", environment::initial_cwd()),
            "terminals" => {
                let stdin = terminal_stdin::get_terminal_stdin().is_some();
                let stdout = terminal_stdout::get_terminal_stdout().is_some();
                println!("{stdin} {stdout} {}", terminal_stderr::get_terminal_stderr().is_some());
            }
            "zeroes" => drop(stdout::get_stdout().blocking_write_zeroes_and_flush(u64::MAX)),
            "wall-clock" => wall(),
            "monotonic-clock" => monotonic(),
            "random" => random_numbers(),
            "stdin" => streams::read_together(&stdin::get_stdin(), &stdin::get_stdin()),
            "one-stdin" => streams::read_once(&stdin::get_stdin()),
            "stderr" => streams::write_together(&stderr::get_stderr(), &stderr::get_stderr()),
            "write" => drop(fs::write("/written.txt", format!("{:?}\n", random::get_random_bytes(4)))),
            "tree" => tree("/"),
            // Where it cannot be printed.
            "log-is-both" => {
                let log = fs::read_to_string("/log.txt").unwrap_or_default();
                std::process::exit(i32::from(log != "on stdout\nthen on stderr\nand on stdout again\n"));
            }
            "both" => {
                streams::write_line(&stdout::get_stdout(), "on stdout\n");
                streams::write_line(&stderr::get_stderr(), "then on stderr\n");
                println!("and on stdout again");
            }
            file => println!("{file}: {:?}", fs::read_to_string(file)),
        }
    }
}

fn wall() {
    let (now, resolution) = (wall_clock::now(), wall_clock::resolution());
    println!("{}.{:09}, {}.{:09}", now.seconds, now.nanoseconds, resolution.seconds, resolution.nanoseconds);
    println!("std: {:?}", SystemTime::now().duration_since(SystemTime::UNIX_EPOCH));
    fs::write("/now.txt", "now").unwrap();
    let modified = fs::metadata("/now.txt").unwrap().modified().unwrap();
    println!("a file: {:?}", modified.duration_since(SystemTime::UNIX_EPOCH));
}

fn monotonic() {
    println!("{}, {}", monotonic_clock::now(), monotonic_clock::resolution());
    let timers = [monotonic_clock::subscribe_duration(3_600_000_000_000), monotonic_clock::subscribe_instant(u64::MAX)];
    println!("{:?} {}", poll::poll(&[&timers[0], &timers[1]]), monotonic_clock::now());
    println!("{} {}", timers[0].ready(), timers[1].ready());
    let before = Instant::now();
    thread::sleep(Duration::from_secs(3600));
    println!("an hour took {:?}", before.elapsed());
    let mut naps = 0;
    while before.elapsed() < Duration::from_secs(7200) {
        thread::sleep(Duration::from_secs(600));
        naps += 1;
    }
    println!("another hour took {naps} naps");
    timers.iter().for_each(poll::Pollable::block);
    println!("{}", monotonic_clock::now());
}

fn random_numbers() {
    println!("{:02x?} {:x}", random::get_random_bytes(9), random::get_random_u64());
    println!("{:02x?} {:x}", insecure::get_insecure_random_bytes(3), insecure::get_insecure_random_u64());
    println!(
        "{:x?} {}",
        insecure_seed::insecure_seed(),
        insecure_seed::insecure_seed() == insecure_seed::insecure_seed()
    );
    println!("{:?} {}", random::get_random_bytes(0), random::get_random_bytes(100_000).len());
    let map: HashMap<u32, ()> = (0..8).map(|key| (key, ())).collect();
    println!("{:?}", map.keys());
}

/// Every path below `from`, with size and time.
fn tree(from: &str) {
    let mut entries: Vec<_> = fs::read_dir(from).unwrap().filter_map(Result::ok).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, metadata) = (entry.path(), entry.metadata().unwrap());
        let modified = metadata.modified().unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let size = if metadata.is_dir() { 0 } else { metadata.len() };
        println!("{} {size} {modified:?} {:?}", path.display(), fs::read_to_string(&path).ok());
        if metadata.is_dir() {
            tree(&path.to_string_lossy());
        }
    }
}
