//! How a call that begins a job wakes the pump, where no event of the job will: a stream of the vfs to itself.

use super::ends::bytes;

pub struct Bell {
    readable: u32,
    writable: u32,
    /// One byte goes back and forth.
    sent: Box<[u8; 1]>,
    received: Box<[u8; 1]>,
    /// It was rung, and nobody has heard it yet.
    rung: bool,
}

impl Bell {
    pub fn new(readable: u32, writable: u32) -> Self {
        let mut bell = Self { readable, writable, sent: Box::new([0]), received: Box::new([0]), rung: true };
        bell.listen();
        bell
    }

    pub fn is_at(&self, end: u32) -> bool {
        self.readable == end
    }

    /// Waits for the next ring.
    pub fn listen(&mut self) {
        self.rung = false;
        // SAFETY: the byte is on the heap, stays there as long as the instance, and nobody looks at it.
        let heard = unsafe { bytes::read(self.readable, &mut *self.received) };
        debug_assert!(heard.is_none());
    }

    pub fn ring(&mut self) {
        if !core::mem::replace(&mut self.rung, true) {
            // SAFETY: as above. The other end waits for it, so it is taken at once.
            let taken = unsafe { bytes::write(self.writable, &*self.sent) };
            debug_assert!(taken.is_some());
        }
    }
}
