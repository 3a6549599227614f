//! `bench-guest`'s loops through WASI 0.3's own calls, one loop in each run: the same arguments, and the same line on stdout.

mod data;
mod metadata;
mod write;

use bench_guest::Timing;
use std::io::{Error, Result};
use std::time::Duration;
use wasip3::cli::types::ErrorCode;
use wasip3::cli::{environment, stderr, stdout};
use wasip3::clocks::monotonic_clock;
use wasip3::filesystem::preopens;
use wasip3::filesystem::types::{Descriptor, DescriptorFlags, OpenFlags, PathFlags};
use wasip3::wit_bindgen::{FutureReader, StreamReader};

struct Loops;

wasip3::cli::command::export!(Loops);

impl wasip3::exports::cli::run::Guest for Loops {
    async fn run() -> std::result::Result<(), ()> {
        let words = environment::get_arguments();
        let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        match one_loop(&words).await {
            Ok(timing) => print(stdout::write_via_stream, format!("{timing}\n")).await,
            Err(error) => {
                print(stderr::write_via_stream, format!("{error}\n")).await?;
                Err(())
            }
        }
    }
}

async fn one_loop(words: &[&str]) -> Result<Timing> {
    match words[..] {
        ["read", path, piece, passes] => data::sequential(path, number(piece)? as usize, number(passes)?).await,
        ["read-own", path, piece, size, passes] => {
            data::own(path, number(piece)? as usize, number(size)?, number(passes)?).await
        }
        ["open", dir, files, count] => data::open_read_close(dir, number(files)?, number(count)?).await,
        ["stat", dir, files, count] => metadata::stat_in(dir, number(files)?, number(count)?).await,
        ["list", dir, passes] => metadata::list(dir, number(passes)?).await,
        ["write", path, piece, size, passes] => {
            write::sequential(path, number(piece)? as usize, number(size)?, number(passes)?).await
        }
        _ => Err(Error::other(format!("no such mode: {}", words.join(" ")))),
    }
}

fn number(word: &str) -> Result<u64> {
    word.parse().map_err(|_| Error::other(format!("`{word}` is not a number")))
}

type Sink = fn(StreamReader<u8>) -> FutureReader<std::result::Result<(), ErrorCode>>;

async fn print(sink: Sink, text: String) -> std::result::Result<(), ()> {
    let (mut writer, reader) = wasip3::wit_stream::new();
    let done = sink(reader);
    writer.write_all(text.into_bytes()).await;
    drop(writer);
    done.await.map_err(drop)
}

/// Times `body`, which gives back the bytes that it moved.
async fn time(name: &'static str, operations: u64, body: impl AsyncFnOnce() -> Result<u64>) -> Result<Timing> {
    let start = monotonic_clock::now();
    let bytes = body().await?;
    Ok(Timing { name, operations, bytes, elapsed: Duration::from_nanos(monotonic_clock::now() - start) })
}

/// The first preopen. Paths are below it, as `std` has them.
fn root() -> Result<Descriptor> {
    let (root, _) =
        preopens::get_directories().into_iter().next().ok_or_else(|| Error::other("no preopened directory"))?;
    Ok(root)
}

/// A path as a call below the first preopen takes it.
fn below_root(path: &str) -> String {
    path.trim_start_matches('/').to_owned()
}

async fn open(root: &Descriptor, path: &str, how: OpenFlags, flags: DescriptorFlags) -> Result<Descriptor> {
    root.open_at(PathFlags::SYMLINK_FOLLOW, below_root(path), how, flags).await.map_err(Error::other)
}
