//! One operation of a plan on any volume.

use vfs_core::{DescriptorFlags, DirStream, FileKind, Journal, Layer, OpenFile, OpenFlags, Volume};
use vfs_plan::{Op, summary};

use crate::ours::{facts, follow, time};
use crate::support::TestClock;

/// What an operation starts from.
pub struct On<'a> {
    /// The file that it is carried out on, and the one to compare it with.
    pub file: Option<&'a OpenFile>,
    pub other: Option<&'a OpenFile>,
    /// The directories that its paths start from.
    pub from: &'a OpenFile,
    pub to: &'a OpenFile,
}

/// What it gives.
pub enum Outcome {
    Text(String),
    Opened(OpenFile),
    Stream(DirStream),
}

/// Carries out an operation. It can be run again after it stopped.
pub fn step<L: Layer, J: Journal>(
    volume: &mut Volume<L, TestClock, J>,
    on: &On<'_>,
    op: &Op,
    bytes: &[u8],
) -> Result<Outcome, L::Stop> {
    let text = |text: String| Ok(Outcome::Text(text));
    if let (Some(_), None) = (op.file(), on.file) {
        return text(String::new());
    }
    let file = on.file.unwrap_or(on.from);
    match op {
        Op::Read { offset, length, .. } => return text(summary(&read(volume, file, *offset, *length)?)),
        Op::Write { offset, .. } => volume.write(file, *offset, bytes)?,
        Op::Append { .. } => volume.append(file, bytes)?,
        Op::SetSize { size, .. } => volume.set_size(file, *size)?,
        Op::SetTimes { accessed, modified, .. } => volume.set_times(file, time(*accessed), time(*modified))?,
        Op::Stat { .. } => return text(facts(&volume.stat(file)?).to_string()),
        Op::Flags { .. } => return text(flags(volume, file)),
        Op::Same { .. } => {
            let Some(other) = on.other else { return text(String::new()) };
            let same = volume.is_same(file, other)?;
            assert_eq!(volume.metadata_hash(file)? == volume.metadata_hash(other)?, same);
            return text(same.to_string());
        }
        // Its twin would be a second effect.
        Op::Sync { .. } => volume.sync(file)?,
        Op::List { .. } => {
            let mut names = list(volume, file)?;
            names.sort_unstable();
            return text(names.join(" "));
        }
        Op::ReadDir { .. } => return volume.read_dir(file).map(Outcome::Stream),
        Op::Open { path, follow: f, open, flags, .. } => {
            let (open, flags) = (OpenFlags::from_bits(*open), DescriptorFlags::from_bits(*flags));
            return volume.open_at(on.from, path, follow(*f), open, flags).map(Outcome::Opened);
        }
        Op::StatAt { path, follow: f, .. } => {
            return text(facts(&volume.stat_at(on.from, path, follow(*f))?).to_string());
        }
        Op::SetTimesAt { path, follow: f, accessed, modified, .. } => {
            volume.set_times_at(on.from, path, follow(*f), time(*accessed), time(*modified))?;
        }
        Op::CreateDir { path, .. } => volume.create_dir_at(on.from, path)?,
        Op::RemoveDir { path, .. } => volume.remove_dir_at(on.from, path)?,
        Op::Unlink { path, .. } => volume.unlink_file_at(on.from, path)?,
        Op::Symlink { target, path, .. } => volume.symlink_at(target, on.from, path)?,
        Op::ReadLink { path, .. } => return text(volume.readlink_at(on.from, path)?.to_owned()),
        Op::Link { from_path, follow: f, to_path, .. } => {
            volume.link_at(on.from, from_path, follow(*f), on.to, to_path)?;
        }
        Op::Rename { from_path, to_path, .. } => volume.rename_at(on.from, from_path, on.to, to_path)?,
        Op::Close { .. } | Op::Next { .. } => {}
    }
    text(String::new())
}

/// Reads until the end or until there is enough: a host may give less at a time.
pub fn read<L: Layer, J: Journal>(
    volume: &Volume<L, TestClock, J>,
    file: &OpenFile,
    offset: u64,
    length: usize,
) -> Result<Vec<u8>, L::Stop> {
    let (mut all, mut gather) = (Vec::new(), Vec::new());
    while all.len() < length {
        let piece = volume.read(file, offset + all.len() as u64, (length - all.len()) as u64, &mut gather)?;
        if piece.is_empty() {
            break;
        }
        all.extend_from_slice(piece);
    }
    if length == 0 {
        volume.read(file, offset, 0, &mut gather)?;
    }
    Ok(all)
}

/// The names in a directory, in order.
pub fn list<L: Layer, J: Journal>(
    volume: &mut Volume<L, TestClock, J>,
    directory: &OpenFile,
) -> Result<Vec<String>, L::Stop> {
    let mut stream = volume.read_dir(directory)?;
    let mut names = Vec::new();
    let result = loop {
        match volume.next_entry(&mut stream) {
            Ok(Some(item)) => names.push(item.name.to_owned()),
            Ok(None) => break Ok(names),
            Err(stop) => break Err(stop),
        }
    };
    volume.close_dir(stream);
    result
}

fn flags<L: Layer, J: Journal>(volume: &Volume<L, TestClock, J>, file: &OpenFile) -> String {
    let flags = volume.flags(file);
    let has = |flag, letter| if flags.contains(flag) { letter } else { "" };
    match volume.kind(file) {
        FileKind::Directory => "directory".to_owned(),
        _ => format!("{}{}", has(DescriptorFlags::READ, "r"), has(DescriptorFlags::WRITE, "w")),
    }
}
