//! `wasi:clocks/wall-clock` of the host, and the filesystem's clock made of it.

use vfs_core::{Clock, Timestamp};

use crate::abi::Datetime;

#[link(wasm_import_module = "wasi:clocks/wall-clock")]
unsafe extern "C" {
    #[link_name = "now"]
    safe fn host_now(result: &mut Datetime);
    #[link_name = "resolution"]
    safe fn host_resolution(result: &mut Datetime);
}

/// No clock says this.
const NO_CLOCK: Datetime = Datetime { seconds: 0, nanoseconds: u32::MAX };

pub fn now() -> Datetime {
    let mut result = NO_CLOCK;
    host_now(&mut result);
    result
}

pub fn resolution() -> Datetime {
    let mut result = NO_CLOCK;
    host_resolution(&mut result);
    result
}

/// The host's wall clock; none where the app imports none.
pub struct HostClock;

impl Clock for HostClock {
    fn now(&mut self) -> Option<Timestamp> {
        let Datetime { seconds, nanoseconds } = now();
        (nanoseconds != NO_CLOCK.nanoseconds).then_some(Timestamp { seconds, nanoseconds })
    }
}
