//! Four ways to work a filesystem hard. Each knows what must be there, says so if it is not, and prints only what is the same at every
//! run.

mod archives;
mod objects;
mod one_file;
mod random;
mod tree;
mod workers;

use anyhow::{Context, Result, bail};

fn main() -> Result<()> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["one-file", directory, seed, operations] => one_file::run(directory, number(seed)?, number(operations)?),
        ["workers", directory, seed, workers, operations] => {
            workers::run(directory, number(seed)?, number(workers)?, number(operations)?)
        }
        ["objects", directory, seed, count] => objects::run(directory, number(seed)?, number(count)?),
        ["archives", from, directory] => archives::run(from.as_ref(), directory.as_ref()),
        _ => bail!("exerciser one-file DIR SEED COUNT | workers DIR SEED WORKERS COUNT | objects DIR SEED COUNT | archives FROM DIR"),
    }
}

fn number(text: &str) -> Result<u64> {
    text.parse().with_context(|| format!("`{text}` is not a number"))
}
