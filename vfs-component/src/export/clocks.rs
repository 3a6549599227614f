//! `wasi:clocks/{monotonic-clock,wall-clock}`: the host's clocks, with pollables of the vfs.
//!
//! For a frozen clock, the composer replaces the host's functions by functions that return its time. Waiting moves a
//! frozen monotonic clock to the time awaited, so a program that waits until some time gets there.

use crate::abi::{Area, Datetime};
use crate::export::poll;
use crate::handle::Pollable;
use crate::host;
use crate::state::{State, call_value};

#[unsafe(export_name = "wasi:clocks/monotonic-clock#now")]
extern "C" fn monotonic_now() -> u64 {
    let host = host::clocks::now();
    call_value(|state| monotonic(state, host))
}

/// Returns the time now, of which the host says that it is `host`.
pub fn monotonic(state: &State, host: u64) -> u64 {
    host.max(state.virtual_monotonic_now)
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

/// Makes a timer. `when` computes the awaited time of a frozen clock from its current time.
fn new_timer(handle: u32, when: impl FnOnce(u64) -> u64) -> u32 {
    call_value(|state| {
        let timer = timer(state, handle, when);
        poll::new_pollable(state, timer)
    })
}

/// Returns the timer of which the host has given `handle`. `when` computes the awaited time of a frozen clock from its
/// current time.
pub fn timer(state: &mut State, handle: u32, when: impl FnOnce(u64) -> u64) -> Pollable {
    // No handle of a host is 0, so the clock is frozen.
    if handle == 0 {
        state.virtual_monotonic_now = state.virtual_monotonic_now.max(host::clocks::now());
        Pollable::Timer(when(state.virtual_monotonic_now))
    } else {
        Pollable::Host { handle, parent: None }
    }
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

/// In 0.3, the vfs has a monotonic clock only if it is frozen.
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

/// Moves the frozen clock to the awaited time.
fn wait(when: impl FnOnce(u64) -> u64) {
    call_value(|state| {
        let now = state.virtual_monotonic_now.max(host::clocks::now());
        state.virtual_monotonic_now = now.max(when(now));
    });
}
