//! What a program sees of the world, and how it ends. The first argument says what to do.

use std::io::Write;
use std::process::ExitCode;
use std::{env, fs, io, process};

fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    match args.next().as_deref() {
        Some("arguments") => args.for_each(|arg| println!("{arg}")),
        Some("environment") => {
            let mut all: Vec<_> = env::vars().collect();
            all.sort();
            all.iter().for_each(|(name, value)| println!("{name}={value}"));
        }
        Some("cat") => {
            for path in args {
                match fs::File::open(&path).and_then(|mut file| io::copy(&mut file, &mut io::stdout())) {
                    Ok(_) => {}
                    Err(error) => println!("{path}: {error}"),
                }
            }
        }
        Some("echo-stdin") => drop(io::copy(&mut io::stdin(), &mut io::stdout())),
        Some("tree") => tree(&args.next().unwrap_or_else(|| "/".into())),
        Some("fill") => fill(),
        Some("exit") => process::exit(args.next().and_then(|code| code.parse().ok()).unwrap_or(0)),
        Some("fail") => return ExitCode::FAILURE,
        Some("abort") => process::abort(),
        Some("write") => {
            for path in args {
                match fs::write(&path, "new") {
                    Ok(()) => println!("{path}: written"),
                    Err(error) => println!("{path}: {error}"),
                }
            }
        }
        other => {
            println!("no such thing to do: {other:?}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// Every path below `from`, in order, with its kind and size.
fn tree(from: &str) {
    let mut entries: Vec<_> = match fs::read_dir(from) {
        Ok(entries) => entries.filter_map(Result::ok).collect(),
        Err(error) => return println!("{from}: {error}"),
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = format!("{}/{}", from.trim_end_matches('/'), entry.file_name().to_string_lossy());
        match fs::symlink_metadata(&path) {
            Ok(seen) if seen.is_dir() => {
                println!("{path}/");
                tree(&path);
            }
            Ok(seen) if seen.is_symlink() => {
                println!(
                    "{path} -> {}",
                    fs::read_link(&path).map_or_else(|e| e.to_string(), |t| t.display().to_string())
                );
            }
            Ok(seen) => println!("{path} {}", seen.len()),
            Err(error) => println!("{path}: {error}"),
        }
    }
}

/// Writes until nothing more fits, then looks at what is there.
fn fill() {
    let piece = [b'x'; 10_000];
    fs::write("/first.txt", "written first").unwrap();
    let mut written = 0;
    let error = loop {
        match fs::OpenOptions::new().create(true).append(true).open("/big").and_then(|mut file| file.write_all(&piece))
        {
            Ok(()) => written += piece.len(),
            Err(error) => break error,
        }
    };
    println!("full: {error}");
    let whole = fs::read("/big").is_ok_and(|bytes| bytes.len() >= written && bytes.iter().all(|byte| *byte == b'x'));
    println!("what was acknowledged is there: {whole}");
    println!("the first file: {:?}", fs::read_to_string("/first.txt").ok());
    println!("the image: {:?}", fs::read_to_string("/hello.txt").ok());
    println!("a rename still works: {}", fs::rename("/first.txt", "/second.txt").is_ok());
    println!("a removal makes room: {}", fs::remove_file("/big").and_then(|()| fs::write("/big", piece)).is_ok());
}
