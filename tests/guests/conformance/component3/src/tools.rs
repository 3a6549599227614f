//! Short ways to the calls.

use std::mem::discriminant;

pub use suite::{Outcome, Saw, case, holds, same};
pub use wasip3::clocks::system_clock::Instant;
pub use wasip3::filesystem::types::{
    Advice, DescriptorFlags, DescriptorType as Kind, ErrorCode as E, NewTimestamp, OpenFlags, PathFlags,
};

pub use crate::call::Descriptor;
pub use crate::stream::{append, contents, names, write};

pub const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;
pub const STAY: PathFlags = PathFlags::empty();
pub const READ: DescriptorFlags = DescriptorFlags::READ;
pub const WRITE: DescriptorFlags = DescriptorFlags::WRITE;
pub const MUTATE: DescriptorFlags = DescriptorFlags::MUTATE_DIRECTORY;
pub const EXISTING: OpenFlags = OpenFlags::empty();

/// A time that no clock shows.
pub const THEN: Instant = Instant { seconds: 1_234_567_890, nanoseconds: 987_654_321 };

/// All preopened directories.
pub fn get_directories() -> Vec<(Descriptor, String)> {
    let all = wasip3::filesystem::preopens::get_directories();
    all.into_iter().map(|(descriptor, name)| (Descriptor(descriptor), name)).collect()
}

/// The first of them.
pub fn root() -> Descriptor {
    get_directories().remove(0).0
}

/// A file of the tree, for reading.
pub async fn open(path: &str) -> Result<Descriptor, E> {
    root().open_at(FOLLOW, path, EXISTING, READ).await
}

/// A directory in `dir`, with the right to change it.
pub async fn open_dir(dir: &Descriptor, path: &str) -> Result<Descriptor, E> {
    dir.open_at(FOLLOW, path, OpenFlags::DIRECTORY, READ | MUTATE).await
}

/// A new file in `dir` that holds `text`, for reading and writing.
pub async fn file(dir: &Descriptor, name: &str, text: &str) -> Result<Descriptor, E> {
    let file = dir.open_at(FOLLOW, name, OpenFlags::CREATE | OpenFlags::EXCLUSIVE, READ | WRITE).await?;
    write(&file, text.as_bytes(), 0).await?;
    Ok(file)
}

/// A new directory in `dir` with the right to change it.
pub async fn directory(dir: &Descriptor, name: &str) -> Result<Descriptor, E> {
    dir.create_directory_at(name).await?;
    open_dir(dir, name).await
}

/// The call failed with this code.
pub fn fails<T>(result: Result<T, E>, wanted: E) -> Outcome {
    fails_with(result, &[wanted])
}

/// The call failed with one of these codes.
pub fn fails_with<T>(result: Result<T, E>, wanted: &[E]) -> Outcome {
    let list = || wanted.iter().map(name).collect::<Vec<_>>().join(" or ");
    match result {
        Err(code) if wanted.iter().any(|one| discriminant(one) == discriminant(&code)) => Ok(()),
        Err(code) => Err(Saw(format!("{}, not {}", name(&code), list()))),
        Ok(_) => Err(Saw(format!("success, not {}", list()))),
    }
}

/// What a descriptor or an entry is.
pub fn is(kind: &Kind, wanted: Kind) -> Outcome {
    if discriminant(kind) == discriminant(&wanted) { Ok(()) } else { Err(Saw(format!("{kind:?}, not {wanted:?}"))) }
}

/// WIT's name of an error, which Rust has as `ErrorCode::NoEntry`.
pub fn name(code: &E) -> String {
    let text = format!("{code:?}");
    let mut name = String::new();
    for letter in text.trim_start_matches("ErrorCode::").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// The name of the answer to a call, as `suite::spelling` has it.
fn answer<T>(result: Result<T, E>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(code) => name(&code),
    }
}

/// A new directory in `dir` with what the paths of `suite::spelling` start at.
async fn spelled(dir: &Descriptor, number: usize) -> Result<Descriptor, Saw> {
    let made = async || {
        let dir = directory(dir, &number.to_string()).await?;
        file(&dir, "f", "text").await?;
        dir.create_directory_at("d").await?;
        file(&directory(&dir, "p").await?, "q", "q").await?;
        dir.symlink_at("f", "l").await?;
        dir.symlink_at("d", "m").await?;
        dir.symlink_at("none", "x").await?;
        Ok(dir)
    };
    made().await.map_err(|error: E| Saw(format!("{} where the files were to be made", name(&error))))
}

/// A call's answers to spellings, each on files of its own.
pub async fn spellings(
    dir: &Descriptor,
    rows: &[&[suite::spelling::Row]],
    call: impl AsyncFn(&Descriptor, &str) -> Result<(), E>,
) -> Outcome {
    let ask = async |number, path: &str| Ok(answer(call(&spelled(dir, number).await?, path).await));
    suite::spelling::all_waiting(rows, ask).await
}

/// A time is this one.
pub fn same_time(seen: Option<Instant>, wanted: Instant) -> Outcome {
    same(seen.map(|t| (t.seconds, t.nanoseconds)), Some((wanted.seconds, wanted.nanoseconds)))
}

/// A time is later than any that a case sets.
pub fn is_now(seen: Option<Instant>) -> Outcome {
    holds(seen.is_some_and(|t| t.seconds > 1_700_000_000), "the time is the present")
}
