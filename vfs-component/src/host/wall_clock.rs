//! `wasi:clocks/wall-clock` of the host, or `system-clock` in 0.3, and the filesystem's clock made of them.

use vfs_core::{Clock, Timestamp};

use crate::abi::Datetime;

#[link(wasm_import_module = "wasi:clocks/wall-clock")]
unsafe extern "C" {
    #[link_name = "now"]
    safe fn host_now(result: &mut Datetime);
    #[link_name = "resolution"]
    safe fn host_resolution(result: &mut Datetime);
}

mod version_3 {
    use crate::abi::Datetime;

    #[link(wasm_import_module = "wasi:clocks/system-clock@0.3")]
    unsafe extern "C" {
        /// `instant` has the layout of `datetime`.
        #[link_name = "now"]
        pub safe fn now(result: &mut Datetime);
        #[link_name = "get-resolution"]
        pub safe fn get_resolution() -> u64;
    }
}

/// A time that no clock returns.
const NO_CLOCK: Datetime = Datetime { seconds: 0, nanoseconds: u32::MAX };

pub fn now() -> Datetime {
    let mut result = NO_CLOCK;
    host_now(&mut result);
    if result.nanoseconds == NO_CLOCK.nanoseconds {
        version_3::now(&mut result);
    }
    result
}

pub fn resolution() -> Datetime {
    let mut result = NO_CLOCK;
    host_resolution(&mut result);
    result
}

/// Returns the resolution in nanoseconds.
pub fn resolution_3() -> u64 {
    version_3::get_resolution()
}

/// The host's wall clock; it has no time if the app imports none.
pub struct HostClock;

impl Clock for HostClock {
    fn now(&mut self) -> Option<Timestamp> {
        let Datetime { seconds, nanoseconds } = now();
        (nanoseconds != NO_CLOCK.nanoseconds).then_some(Timestamp { seconds, nanoseconds })
    }
}
