//! The memory of the program. A generated module, the bridge, has it beside the memory of this module.

use core::cell::Cell;

use vfs_preview1_abi::Program;

thread_local! {
    /// How many bytes the memory had when it was asked for last. It has no fewer now.
    static KNOWN: Cell<u64> = const { Cell::new(0) };
}

mod import {
    #[link(wasm_import_module = "program")]
    unsafe extern "C" {
        /// Returns the bytes of the program's memory.
        pub safe fn size() -> u64;
        /// Copies bytes of the program here.
        #[link_name = "copy-in"]
        pub fn copy_in(from_program: u32, to_vfs: *mut u8, length: usize);
        /// Copies bytes to the program.
        #[link_name = "copy-out"]
        pub fn copy_out(from_vfs: *const u8, to_program: u32, length: usize);
        /// Returns eight bytes of the program.
        pub safe fn load(from_program: u32) -> u64;
        /// Stores four bytes in the program's memory.
        pub safe fn store(number: u32, to_program: u32);
    }
}

/// The memory of the program that calls.
pub struct Memory;

impl Memory {
    /// Asks for the size again.
    #[cold]
    #[inline(never)]
    fn look(&self, bytes: u64) -> bool {
        let size = self.size();
        KNOWN.set(size);
        bytes <= size
    }
}

impl Program for Memory {
    #[inline]
    fn size(&self) -> u64 {
        import::size()
    }

    #[inline]
    fn has(&self, bytes: u64) -> bool {
        bytes <= KNOWN.get() || self.look(bytes)
    }

    #[inline]
    fn load(&self, from: u32) -> u64 {
        import::load(from)
    }

    #[inline]
    fn store(&self, number: u32, to: u32) {
        import::store(number, to);
    }

    #[inline]
    fn copy_in(&self, from: u32, to: &mut [u8]) {
        // SAFETY: the bridge writes nothing but these bytes, which are borrowed for it. It traps if the program does not
        // have them.
        unsafe { import::copy_in(from, to.as_mut_ptr(), to.len()) }
    }

    #[inline]
    fn copy_out(&self, from: &[u8], to: u32) {
        // SAFETY: the bridge reads nothing here but these bytes, which are borrowed for it. What it writes is in another
        // memory.
        unsafe { import::copy_out(from.as_ptr(), to, from.len()) }
    }
}
