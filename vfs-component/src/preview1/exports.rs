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

/// Exports functions that keep to the rules for what they use beside files. The composer has them take the place of
/// others; see [`Host`](super::host::Host).
macro_rules! export_ruled {
    ($($name:ident as $function:ident($($parameter:ident),*);)*) => {
        $(
            #[unsafe(export_name = concat!("vfs-compose:policy#", stringify!($function)))]
            extern "C" fn $name($($parameter: u32),*) -> i32 {
                call::<true>(|call| call.$function($($parameter),*))
            }
        )*
    };
}

export_ruled! {
    ruled_args_get as args_get(argv, argv_buf);
    ruled_args_sizes_get as args_sizes_get(count, bytes);
    ruled_environ_get as environ_get(environ, environ_buf);
    ruled_environ_sizes_get as environ_sizes_get(count, bytes);
    ruled_fd_read as fd_read(fd, iovs, iovs_len, size);
    ruled_fd_write as fd_write(fd, iovs, iovs_len, size);
    ruled_poll_oneoff as poll_oneoff(subscriptions, events, count, size);
    ruled_random_get as random_get(buf, buf_len);
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
