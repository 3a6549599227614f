//! Carries out a plan over an image that may say anything.

use vfs_core::check::Trust;
use vfs_core::{
    Clock, DescriptorFlags, DirStream, Error, FollowFinalLink, Fs, Limits, NewTimestamp, OpenFile, OpenFlags, Rights,
    Timestamp,
};
use vfs_image::Image;
use vfs_plan::{NewTime, Op, SLOTS, STREAMS, pattern};

/// More than a plan writes; an image in which all files are one cannot be copied up beyond this.
const MOST_BYTES: u64 = 16 << 20;

struct Filesystem<'i> {
    fs: Fs<'i, NoClock>,
    root: OpenFile,
    files: [Option<OpenFile>; SLOTS],
    streams: [Option<DirStream>; STREAMS],
    gather: Vec<u8>,
}

struct NoClock;

impl Clock for NoClock {
    fn now(&mut self) -> Option<Timestamp> {
        None
    }
}

/// Whatever the operations answer, the tree is whole after each, and nothing is left when all is closed.
pub fn carry_out(image: Image<'_>, plan: &[Op], trust: Trust) {
    let limits = Limits { max_bytes: MOST_BYTES, ..Limits::default() };
    let Ok(mut fs) = Fs::new(Some(image), NoClock, limits) else { return };
    let Ok(root) = fs.open_root(Rights::default()) else { return };
    let (files, streams) = ([const { None }; SLOTS], [const { None }; STREAMS]);
    let mut filesystem = Filesystem { fs, root, files, streams, gather: Vec::new() };
    for op in plan {
        let before = filesystem.fs.usage();
        let result = filesystem.run(op);
        if let Err(broken) = filesystem.fs.check(trust) {
            panic!("after {op}: {broken}");
        }
        if result.is_err() && !matches!(op, Op::Next { .. }) {
            assert_eq!(filesystem.fs.usage(), before, "after {op}, which failed");
        }
    }
    let Filesystem { mut fs, root, files, streams, .. } = filesystem;
    files.into_iter().flatten().for_each(|file| fs.close(file));
    streams.into_iter().flatten().for_each(|stream| fs.close_dir(stream));
    fs.close(root);
    fs.check(trust).expect("whole at the end");
    assert_eq!(fs.usage().open, 0);
}

impl Filesystem<'_> {
    fn run(&mut self, op: &Op) -> Result<(), Error> {
        let Self { fs, root, files, streams, gather } = self;
        let base = |at: &Option<usize>| at.and_then(|slot| files[slot].as_ref()).unwrap_or(root);
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
                let Some(file) = file(slot) else { return Ok(()) };
                let read = fs.read(file, *offset, *length as u64, gather)?;
                assert!(read.len() <= *length);
                Ok(())
            }
            Op::Write { slot, offset, length, byte } => {
                let Some(file) = file(slot) else { return Ok(()) };
                let bytes = pattern(*byte, *length);
                fs.write(file, *offset, &bytes)?;
                if file_can_be_read(fs, file) {
                    let read = fs.read(file, *offset, *length as u64, gather)?;
                    assert!(read == bytes, "what was acknowledged is read");
                }
                Ok(())
            }
            Op::Append { slot, length, byte } => {
                file(slot).map_or(Ok(()), |file| fs.append(file, &pattern(*byte, *length)))
            }
            Op::SetSize { slot, size } => file(slot).map_or(Ok(()), |file| fs.set_size(file, *size)),
            Op::SetTimes { slot, accessed, modified } => {
                file(slot).map_or(Ok(()), |file| fs.set_times(file, time(*accessed), time(*modified)))
            }
            Op::Stat { slot } => file(slot).map_or(Ok(()), |file| fs.stat(file).map(drop)),
            Op::Flags { .. } | Op::Same { .. } => Ok(()),
            Op::Sync { slot } => file(slot).map_or(Ok(()), |file| fs.sync(file)),
            Op::List { slot } | Op::ReadDir { slot, .. } => {
                let Some(file) = file(slot) else { return Ok(()) };
                let mut stream = fs.read_dir(file)?;
                if let Op::ReadDir { stream: place, .. } = op {
                    if let Some(old) = streams[*place].replace(stream) {
                        fs.close_dir(old);
                    }
                    return Ok(());
                }
                let result = std::iter::from_fn(|| next(fs, &mut stream).transpose()).find_map(Result::err);
                fs.close_dir(stream);
                result.map_or(Ok(()), Err)
            }
            Op::Next { stream, count } => {
                let Some(stream) = &mut streams[*stream] else { return Ok(()) };
                (0..*count).try_for_each(|_| next(fs, stream).map(drop))
            }
            Op::StatAt { at, path, follow: f } => {
                let _ = fs.metadata_hash_at(base(at), path, follow(*f));
                fs.stat_at(base(at), path, follow(*f)).map(drop)
            }
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
}

/// One more entry. A name that is no text is passed over.
fn next(fs: &Fs<'_, NoClock>, stream: &mut DirStream) -> Result<Option<()>, Error> {
    match fs.next_entry(stream) {
        Err(Error::IllegalByteSequence) => Ok(Some(())),
        other => Ok(other?.map(|_| ())),
    }
}

fn file_can_be_read(fs: &Fs<'_, NoClock>, file: &OpenFile) -> bool {
    fs.check_readable(file).is_ok()
}

fn follow(follow: bool) -> FollowFinalLink {
    if follow { FollowFinalLink::Yes } else { FollowFinalLink::No }
}

fn time(new: NewTime) -> NewTimestamp {
    match new {
        NewTime::Keep => NewTimestamp::NoChange,
        NewTime::Now => NewTimestamp::Now,
        NewTime::At(seconds) => NewTimestamp::At(Timestamp { seconds, nanoseconds: 0 }),
    }
}
