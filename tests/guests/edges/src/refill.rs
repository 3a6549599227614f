//! Fills the filesystem and empties it again, `ROUNDS` times; with `--max-bytes 1M` and `--max-nodes 200`.

use check::{Behaviour, Outcome, same};
use wasip2::filesystem::types::{Descriptor, ErrorCode};

use crate::tree::{count, file, scratch, write};

pub const BEHAVIOURS: &[Behaviour] = &[("fill_and_empty", fill_and_empty)];

fn rounds() -> usize {
    std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1000)
}

/// Sizes and names change from round to round, as they do where memory is torn to pieces.
fn fill(directory: &Descriptor, round: usize) -> Result<(usize, ErrorCode), ErrorCode> {
    let bytes = vec![round as u8; 20_000];
    for number in 0.. {
        let name = format!("{}-{number}", "n".repeat((round * 7 + number) % 200));
        let size = (round * 131 + number * 977) % bytes.len();
        let made = file(directory, &name).and_then(|file| write(&file, &bytes[..size], 0));
        if let Err(code) = made {
            return Ok((number, code));
        }
    }
    Ok((0, ErrorCode::Overflow))
}

fn empty(directory: &Descriptor) -> Result<(), ErrorCode> {
    let mut names = Vec::new();
    let entries = directory.read_directory()?;
    while let Some(entry) = entries.read_directory_entry()? {
        names.push(entry.name);
    }
    names.iter().try_for_each(|name| directory.unlink_file_at(name))
}

fn fill_and_empty() -> Outcome {
    let directory = scratch("fill_and_empty")?;
    for round in 0..rounds() {
        let (_, code) = fill(&directory, round)?;
        same(code, ErrorCode::InsufficientSpace)?;
        empty(&directory)?;
        same(count(&directory)?, 0)?;
    }
    Ok(())
}
