//! The answer to every number at an edge of its type, in every function of WASI 0.3 that takes an offset, a length or a time. What is
//! printed is compared between hosts. `tests/guests/edges/src/answers.rs` does the same for WASI 0.2, `edges1` for preview1.

mod contents;
mod others;
mod times;

use std::process::ExitCode;

use check::edges::print;
use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use wasip3::wit_bindgen::block_on;

wasip3::cli::command::export!(Program);

struct Program;

impl wasip3::exports::cli::run::Guest for Program {
    async fn run() -> Result<(), ()> {
        let code = check::run(&[
            ("contents", contents::BEHAVIOURS),
            ("odd-contents", contents::ODD),
            ("contents-of-no-disk", contents::OF_NO_DISK),
            ("times", times::BEHAVIOURS),
            ("full-seconds", times::FULL_SECONDS),
            ("odd-times", times::ODD),
            ("times-of-no-disk", times::OF_NO_DISK),
            ("waits", others::WAITS),
            ("random", others::RANDOM),
        ]);
        if code == ExitCode::SUCCESS { Ok(()) } else { Err(()) }
    }
}

/// The new empty directory `w/NAME`.
fn scratch(name: &str) -> Result<Descriptor, ErrorCode> {
    let root = get_directories().remove(0).0;
    let path = format!("w/{name}");
    block_on(root.create_directory_at(path.clone()))?;
    let rights = DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY;
    block_on(root.open_at(PathFlags::empty(), path, OpenFlags::DIRECTORY, rights))
}

/// The file `NAME` of five bytes, new or as it was, for reading and writing.
fn five(directory: &Descriptor, name: &str) -> Result<Descriptor, ErrorCode> {
    let rights = DescriptorFlags::READ | DescriptorFlags::WRITE;
    let file = block_on(directory.open_at(PathFlags::empty(), name.into(), OpenFlags::CREATE, rights))?;
    contents::write(&file, 0, Some(b"bytes"))?;
    Ok(file)
}

fn print_size(file: &Descriptor) {
    print("  size", block_on(file.stat()).map(|stat| stat.size));
}
