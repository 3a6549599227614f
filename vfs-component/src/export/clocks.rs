//! `wasi:clocks/{monotonic-clock,wall-clock}`: the host's clocks; pollables become ours.
//!
//! Of clocks that stand still the composer puts functions that answer the time in the place of the host's. Waiting moves such a
//! monotonic clock to the time that is waited for, so that whoever asks until a time has come gets there.

use crate::abi::{Area, Datetime};
use crate::export::poll;
use crate::handle::Pollable;
use crate::host;
use crate::state::call_value;

#[unsafe(export_name = "wasi:clocks/monotonic-clock#now")]
extern "C" fn monotonic_now() -> u64 {
    let host = host::clocks::now();
    call_value(|state| host.max(state.virtual_monotonic_now))
}

#[unsafe(export_name = "wasi:clocks/monotonic-clock#resolution")]
extern "C" fn monotonic_resolution() -> u64 {
    host::clocks::resolution()
}

#[unsafe(export_name = "wasi:clocks/monotonic-clock#subscribe-instant")]
extern "C" fn subscribe_instant(when: u64) -> u32 {
    new_timer(host::clocks::subscribe_instant(when), |_| when)
}

#[unsafe(export_name = "wasi:clocks/monotonic-clock#subscribe-duration")]
extern "C" fn subscribe_duration(span: u64) -> u32 {
    new_timer(host::clocks::subscribe_duration(span), |now| now.saturating_add(span))
}

/// `when` makes of the time now the time that is waited for, both of a clock that stands still.
fn new_timer(handle: u32, when: impl FnOnce(u64) -> u64) -> u32 {
    call_value(|state| {
        // No host gives a handle 0: the clock stands still.
        let timer = if handle == 0 {
            state.virtual_monotonic_now = state.virtual_monotonic_now.max(host::clocks::now());
            Pollable::Timer(when(state.virtual_monotonic_now))
        } else {
            Pollable::Host { handle, parent: None }
        };
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

#[unsafe(export_name = "wasi:clocks/system-clock@0.3#now")]
extern "C" fn system_now() -> *const Datetime {
    wall_now()
}

#[unsafe(export_name = "wasi:clocks/system-clock@0.3#get-resolution")]
extern "C" fn system_resolution() -> u64 {
    host::wall_clock::resolution_3()
}

/// Of 0.3 the vfs has a monotonic clock only where it stands still.
#[unsafe(export_name = "wasi:clocks/monotonic-clock@0.3#now")]
extern "C" fn monotonic_now_3() -> u64 {
    monotonic_now()
}

#[unsafe(export_name = "wasi:clocks/monotonic-clock@0.3#get-resolution")]
extern "C" fn monotonic_resolution_3() -> u64 {
    monotonic_resolution()
}

#[unsafe(export_name = "wasi:clocks/monotonic-clock@0.3#wait-until")]
extern "C" fn wait_until(when: u64) {
    wait(|_| when);
}

#[unsafe(export_name = "wasi:clocks/monotonic-clock@0.3#wait-for")]
extern "C" fn wait_for(span: u64) {
    wait(|now| now.saturating_add(span));
}

/// Moves the clock.
fn wait(when: impl FnOnce(u64) -> u64) {
    call_value(|state| {
        let now = state.virtual_monotonic_now.max(host::clocks::now());
        state.virtual_monotonic_now = now.max(when(now));
    });
}
