//! Listing directories.

use vfs_descriptors::Interposer;

use crate::call::ObjectOf;
use crate::memory::structure;
use crate::{Buffer, Call, Entry, Errno, FileType, Object, Program, System};

/// The cookies before the first entry: of `.`, and of `..`.
const FIRST: u64 = 2;

impl<P: Program, S: System<P>, I: Interposer<ObjectOf<P, S>>> Call<'_, P, S, I> {
    /// Fills a buffer with the entries of a directory that follow a cookie: `.`, `..`, and then its names. The last one
    /// is cut where the buffer ends. If the buffer is not filled, it was the last of all.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: a pointer lies outside of the memory.
    /// - [`Errno::Badf`]: nothing has this number, or it is a standard stream.
    /// - [`Errno::Notdir`]: it is a file.
    /// - [`Errno::Ilseq`]: a name is not UTF-8. The next call passes over it.
    /// - Those of [`System::entry`].
    pub fn fd_readdir(&mut self, fd: u32, buf: u32, buf_len: u32, cookie: u64, size: u32) -> Result<(), Errno> {
        let size = self.buffer(size, 4)?;
        let mut left = self.buffer(buf, buf_len)?;
        let left = self.with(fd, |program, system, description| {
            let (file, listing) = match &mut description.file {
                Object::Directory { file, listing, .. } => (&*file, listing),
                Object::File(_) => return Err(Errno::Notdir),
                Object::Stream(_) => return Err(Errno::Badf),
            };
            let mut cookie = cookie;
            while left.length() > 0 {
                let directory = FileType::Directory;
                let entry = match cookie {
                    0 => Entry { next: 1, inode: system.stat(file)?.inode, kind: directory, name: "." },
                    1 => Entry { next: FIRST, inode: system.parent_inode(file)?, kind: directory, name: ".." },
                    _ => match system.entry(file, listing, cookie - FIRST)? {
                        // A system that counts so far has no cookie for it: the listing ends there.
                        Some(entry) => Entry { next: entry.next.saturating_add(FIRST), ..entry },
                        None => break,
                    },
                };
                cookie = entry.next;
                left = put(program, left, entry);
            }
            Ok(left.length())
        })?;
        self.store_number(size, buf_len - left)
    }
}

/// Puts an entry into a buffer, as much as fits, and returns what is left.
fn put(program: &impl Program, place: Buffer, entry: Entry<'_>) -> Buffer {
    let name = entry.name.as_bytes();
    let head: [u8; 24] = structure(&[
        (0, &entry.next.to_le_bytes()),
        (8, &entry.inode.to_le_bytes()),
        (16, &(name.len() as u32).to_le_bytes()),
        (20, &[entry.kind as u8]),
    ]);
    place.put(program, &head).put(program, name)
}
