//! Operations of plans without any allocation but the filesystem's.

use vfs_core::{DescriptorFlags, Error, Journal, OpenFlags};
use vfs_plan::{At, Op};

use crate::ours::{Ours, follow, time};
use crate::support::Test;

/// Carries out an operation without an answer. `bytes` are those to write.
pub fn apply(ours: &mut Ours<'_, impl Journal>, op: &Op, bytes: &[u8]) -> Result<(), Error> {
    let Ours { test: Test { fs, root, .. }, files, .. } = ours;
    let base = |at: &At| at.and_then(|slot| files[slot].as_ref()).unwrap_or(root);
    let file = |slot: &usize| files[*slot].as_ref();
    match op {
        Op::Open { slot, at, path, follow: f, open, flags } => {
            let (open, flags) = (OpenFlags::from_bits(*open), DescriptorFlags::from_bits(*flags));
            let file = fs.open_at(base(at), path, follow(*f), open, flags)?;
            if let Some(old) = files[*slot].replace(file) {
                fs.close(old);
            }
            Ok(())
        }
        Op::Close { slot } => {
            if let Some(old) = files[*slot].take() {
                fs.close(old);
            }
            Ok(())
        }
        Op::Read { slot, offset, length } => {
            file(slot).map_or(Ok(()), |file| fs.read(file, *offset, *length as u64, &mut Vec::new()).map(drop))
        }
        Op::Write { slot, offset, .. } => file(slot).map_or(Ok(()), |file| fs.write(file, *offset, bytes)),
        Op::Append { slot, .. } => file(slot).map_or(Ok(()), |file| fs.append(file, bytes)),
        Op::SetSize { slot, size } => file(slot).map_or(Ok(()), |file| fs.set_size(file, *size)),
        Op::SetTimes { slot, accessed, modified } => {
            file(slot).map_or(Ok(()), |file| fs.set_times(file, time(*accessed), time(*modified)))
        }
        Op::Stat { .. } | Op::Flags { .. } | Op::Same { .. } | Op::Sync { .. } | Op::Next { .. } => Ok(()),
        Op::List { slot } | Op::ReadDir { slot, .. } => {
            let Some(file) = file(slot) else { return Ok(()) };
            let mut stream = fs.read_dir(file)?;
            while fs.next_entry(&mut stream)?.is_some() {}
            fs.close_dir(stream);
            Ok(())
        }
        Op::StatAt { at, path, follow: f } => fs.stat_at(base(at), path, follow(*f)).map(drop),
        Op::SetTimesAt { at, path, follow: f, accessed, modified } => {
            fs.set_times_at(base(at), path, follow(*f), time(*accessed), time(*modified))
        }
        Op::CreateDir { at, path } => fs.create_dir_at(base(at), path),
        Op::RemoveDir { at, path } => fs.remove_dir_at(base(at), path),
        Op::Unlink { at, path } => fs.unlink_file_at(base(at), path),
        Op::Symlink { at, target, path } => fs.symlink_at(target, base(at), path),
        Op::ReadLink { at, path } => fs.readlink_at(base(at), path).map(drop),
        Op::Link { from, from_path, follow: f, to, to_path } => {
            fs.link_at(base(from), from_path, follow(*f), base(to), to_path)
        }
        Op::Rename { from, from_path, to, to_path } => fs.rename_at(base(from), from_path, base(to), to_path),
    }
}
