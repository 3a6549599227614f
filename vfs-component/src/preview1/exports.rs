//! The exports. `adapters/preview1/abi/src/signature.rs` has their types, which the composer compares.

use vfs_preview1_abi::for_each_function;

use super::call;
use crate::abi;
use crate::export::exit;

/// Exports functions of the ABI that return an error number.
macro_rules! export {
    ($of:ident: $($name:ident($($parameter:ident: $type:ty),*);)*) => {
        $(
            #[unsafe(export_name = concat!("wasi_snapshot_preview1#", stringify!($name)))]
            extern "C" fn $name($($parameter: $type),*) -> i32 {
                call::<false>(|call| call.$name($($parameter),*))
            }
        )*
    };
}

for_each_function!(export);

/// Fills a buffer with random bytes from the seed. The composer replaces `random_get` by this.
#[unsafe(export_name = "vfs-compose:policy#random-get")]
extern "C" fn random_get_seeded(buf: u32, buf_len: u32) -> i32 {
    call::<true>(|call| call.random_get(buf, buf_len))
}

/// Ends the program. The host may call this module meanwhile, so nothing is borrowed here.
///
/// # Traps
/// If the host does not end it.
#[unsafe(export_name = "wasi_snapshot_preview1#proc_exit")]
extern "C" fn proc_exit(code: u32) {
    exit::exit_with_code(vfs_preview1_abi::exit_code(code).into());
    abi::trap();
}
