//! `wasi:clocks/{monotonic-clock,wall-clock}`: the host's clocks; pollables become ours.
//!
//! Of clocks that stand still the composer puts functions that answer the time in the place of the host's.

use crate::abi::{Area, Datetime};
use crate::export::poll;
use crate::handle::Pollable;
use crate::host;
use crate::state::call_value;

#[unsafe(export_name = "wasi:clocks/monotonic-clock#now")]
extern "C" fn monotonic_now() -> u64 {
    host::clocks::now()
}

#[unsafe(export_name = "wasi:clocks/monotonic-clock#resolution")]
extern "C" fn monotonic_resolution() -> u64 {
    host::clocks::resolution()
}

#[unsafe(export_name = "wasi:clocks/monotonic-clock#subscribe-instant")]
extern "C" fn subscribe_instant(when: u64) -> u32 {
    new_timer(host::clocks::subscribe_instant(when))
}

#[unsafe(export_name = "wasi:clocks/monotonic-clock#subscribe-duration")]
extern "C" fn subscribe_duration(when: u64) -> u32 {
    new_timer(host::clocks::subscribe_duration(when))
}

fn new_timer(handle: u32) -> u32 {
    call_value(|state| {
        // No host gives a handle 0: the clock stands still, and nobody is to wait for it.
        let timer = if handle == 0 { Pollable::Ready } else { Pollable::Host { handle, parent: None } };
        poll::new_pollable(state, timer)
    })
}

#[unsafe(export_name = "wasi:clocks/wall-clock#now")]
extern "C" fn wall_now() -> *const Datetime {
    Area::put(host::wall_clock::now())
}

#[unsafe(export_name = "wasi:clocks/wall-clock#resolution")]
extern "C" fn wall_resolution() -> *const Datetime {
    Area::put(host::wall_clock::resolution())
}
