//! Files without end: with `--max-nodes 20000`. `CREATES` says how many are tried.

use check::{Behaviour, Outcome, holds, same};
use wasip2::filesystem::types::ErrorCode;

use crate::tree::{count, file, scratch};

pub const BEHAVIOURS: &[Behaviour] =
    &[("create_until_it_is_full", create_until_it_is_full), ("create_and_unlink", create_and_unlink)];

fn creates() -> usize {
    std::env::var("CREATES").ok().and_then(|creates| creates.parse().ok()).unwrap_or(50_000)
}

fn create_until_it_is_full() -> Outcome {
    let directory = scratch("create_until_it_is_full")?;
    let mut made = Vec::new();
    for number in 0..creates() {
        match file(&directory, &number.to_string()) {
            Ok(_) => made.push(number),
            Err(ErrorCode::InsufficientSpace) => {}
            Err(code) => return holds(false, code),
        }
    }
    holds(made.len() < 20_000 && made.len() + 10 > 20_000, format!("{} files", made.len()))?;
    same(made.last(), Some(&(made.len() - 1)))?;
    same(count(&directory)?, made.len())?;
    for number in &made {
        directory.unlink_file_at(&number.to_string())?;
    }
    same(count(&directory)?, 0)
}

fn create_and_unlink() -> Outcome {
    let directory = scratch("create_and_unlink")?;
    for number in 0..creates() {
        let name = number.to_string();
        drop(file(&directory, &name)?);
        directory.unlink_file_at(&name)?;
    }
    same(count(&directory)?, 0)
}
