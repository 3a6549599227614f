//! The state of the guest: its only process-wide value.

use core::cell::RefCell;

use vfs_core::Error;

use crate::abi::{Area, List, Pair, Res, finish_call};
use crate::handle::Handle;
use crate::host::wall_clock::HostClock;
use crate::layer::{self, Stop};
use crate::pump::Pump;
use crate::standard::Standard;
use crate::{abi, embed, local};

/// What the tree keeps of its changes.
#[cfg(not(feature = "end"))]
pub type Journal = vfs_core::Untracked;
/// What the tree keeps of its changes: what their list needs.
#[cfg(feature = "end")]
pub type Journal = vfs_core::Tracked;

/// The tree, its time and its limits.
pub type Volume = vfs_core::Volume<layer::Layer, HostClock, Journal>;

/// The session of the app.
pub type Session = vfs_core::Session<'static, Handle, Standard>;

/// Everything that outlives a call.
pub struct State {
    pub volume: Volume,
    pub session: Session,
    /// The time of a frozen monotonic clock, from the first timer on; waiting moves it. 0 if the clock is the host's.
    pub virtual_monotonic_now: u64,
    /// Streams of WASI 0.3.
    pub pump: Pump,
    /// Memory in which results are gathered that are not contiguous; see [`Volume::read`](vfs_core::Volume::read).
    pub gather: Vec<u8>,
    /// Memory for results that are lists of records or numbers.
    pub lists: Lists,
    /// A program of preview1.
    #[cfg(feature = "preview1")]
    pub program: crate::preview1::Program,
}

/// Memory for results that are lists, used again by each call.
#[derive(Default)]
pub struct Lists {
    pub indexes: Vec<u32>,
    pub directories: Vec<Pair<u32, List>>,
    pub strings: Vec<List>,
    pub pairs: Vec<Pair<List, List>>,
}

thread_local! {
    pub static STATE: RefCell<Option<State>> = const { RefCell::new(None) };
}

impl State {
    fn new() -> Self {
        // A poll of a few pollables must not need memory, because it cannot report that there is none.
        let mut lists = Lists::default();
        drop(lists.indexes.try_reserve(64));
        let settings = embed::settings();
        let volume = layer::new_volume(settings.limits);
        #[cfg(feature = "absolute-links")]
        let volume = {
            let mut volume = volume;
            volume.set_absolute_links(embed::extras().absolute_links);
            volume
        };
        Self {
            volume,
            session: Session::new(settings),
            virtual_monotonic_now: 0,
            pump: Pump::default(),
            gather: Vec::new(),
            lists,
            #[cfg(feature = "preview1")]
            program: crate::preview1::Program::default(),
        }
    }
}

/// Returns the state, which the first call makes.
#[inline]
pub fn started(state: &mut Option<State>) -> &mut State {
    if state.is_none() {
        start(state);
    }
    state.as_mut().unwrap_or_else(|| abi::trap())
}

/// Makes the state, before the first call. Out of line, because every export would have a copy of it.
#[cold]
#[inline(never)]
fn start(state: &mut Option<State>) {
    // There is nothing to drop, but the compiler cannot know, and would bring all the code for it.
    core::mem::forget(state.replace(State::new()));
}

/// Runs a part of a call of the app that goes on: its arguments stay.
pub fn within_call<T>(body: impl FnOnce(&mut State) -> T) -> T {
    local::with(&STATE, |state| body(started(state)))
}

/// Runs a call of the app whose result is one core value.
pub fn call_value<T>(body: impl FnOnce(&mut State) -> T) -> T {
    let value = within_call(body);
    finish_call();
    value
}

/// Runs a call of the app, and puts its result where the canonical ABI expects it.
pub fn call<T: Copy>(body: impl FnOnce(&mut State) -> T) -> *const T {
    Area::put(call_value(body))
}

/// Runs an operation of the app whose result is `result<T, error-code>`. `E` is the `error-code` of the version.
pub fn answer<T: Copy, E: From<Error> + Copy>(
    operation: impl FnMut(&mut State) -> Result<T, Stop>,
) -> *const Res<T, E> {
    let result = layer::operate(operation, to_result);
    finish_call();
    Area::put(result)
}

fn to_result<T, E: From<Error>>(_state: &mut State, result: Result<T, Error>) -> Res<T, E> {
    result.map_err(E::from).into()
}

/// Runs an operation of the app whose result is one core value and which cannot fail.
pub fn answer_value<T>(operation: impl FnMut(&mut State) -> Result<T, Stop>) -> T {
    let value = layer::operate(operation, to_value);
    finish_call();
    value
}

fn to_value<T>(_state: &mut State, result: Result<T, Error>) -> T {
    result.unwrap_or_else(|_| abi::trap())
}
