//! What is kept of a program between its calls.

use alloc::vec::Vec;

use vfs_descriptors::{Description, Flags, Interposer, Table};

use crate::{Program, Stream, System};

/// The standard streams, by their numbers.
const STREAMS: [Stream; 3] = [Stream::Stdin, Stream::Stdout, Stream::Stderr];

/// The state of one program: its descriptors.
#[derive(Debug)]
pub struct Process<F, L, I = ()> {
    pub(crate) descriptors: Table<Object<F, L>, I>,
    /// Memory for the paths of a call, used again.
    pub(crate) paths: [Vec<u8>; 2],
    is_started: bool,
}

/// What a descriptor of preview1 can be.
#[derive(Debug)]
pub enum Object<F, L> {
    /// A standard stream.
    Stream(Stream),
    /// A file that is no directory.
    File(F),
    /// A directory.
    Directory {
        /// The directory itself.
        file: F,
        /// What its last listing left.
        listing: L,
        /// Which of the directories it is that the program has from the start.
        preopen: Option<u32>,
    },
}

impl<F, L: Default, I: Interposer<Object<F, L>> + Default> Process<F, L, I> {
    /// Makes the state of a program that has not called yet. It can have `max_open` files and directories open at a
    /// time, and its standard streams.
    #[must_use]
    pub fn new(max_open: u32) -> Self {
        let numbers = max_open.saturating_add(STREAMS.len() as u32);
        Self { descriptors: Table::new(numbers), paths: [Vec::new(), Vec::new()], is_started: false }
    }
}

impl<F, L: Default, I: Interposer<Object<F, L>>> Process<F, L, I> {
    /// Opens what the program has from the start, before its first call: the standard streams, and then directories.
    /// Those that cannot be opened are left out.
    #[inline]
    pub(crate) fn start<P: Program>(&mut self, system: &mut impl System<P, File = F, Listing = L>) {
        if !self.is_started {
            self.is_started = true;
            self.open_first(system);
        }
    }

    #[cold]
    fn open_first<P: Program>(&mut self, system: &mut impl System<P, File = F, Listing = L>) {
        for stream in STREAMS {
            // Without memory, the program has fewer descriptors.
            let _ = self.descriptors.insert(Description::new(Object::Stream(stream), Flags::NONE));
        }
        for index in 0.. {
            let Ok(number) = self.descriptors.reserve() else { return };
            match system.open_preopen(index) {
                Some(Ok(file)) => {
                    let object = Object::Directory { file, listing: L::default(), preopen: Some(index) };
                    self.descriptors.put(number, Description::new(object, Flags::NONE));
                }
                Some(Err(_)) => {}
                None => return,
            }
        }
    }
}
