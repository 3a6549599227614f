//! Ways to end.

use wasip3::cli::exit::{exit, exit_with_code};

use crate::stream::{put, writer};
use crate::tools::*;

#[case]
fn exit_with_success() -> Outcome {
    println!("ends exit_with_success 0");
    exit(Ok(()));
    Err(Saw("that the program went on".into()))
}

#[case]
fn exit_with_failure() -> Outcome {
    println!("ends exit_with_failure 1");
    exit(Err(()));
    Err(Saw("that the program went on".into()))
}

#[case]
fn exit_with_code_reaches_the_host() -> Outcome {
    println!("ends exit_with_code_reaches_the_host 42");
    exit_with_code(42);
    Err(Saw("that the program went on".into()))
}

#[case]
async fn exit_with_open_files_and_streams(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "x").await?;
    let (mut to, _written) = writer(&file, 0);
    put(&mut to, b"y").await?;
    let (_from, _read) = open("big.bin").await?.read_via_stream(0);
    let (_entries, _listed) = root().read_directory();
    println!("ends exit_with_open_files_and_streams 0");
    exit(Ok(()));
    Err(Saw("that the program went on".into()))
}
