//! The only process-wide value.

use core::cell::RefCell;

use vfs_core::settings::SettingsView;
use vfs_core::{Fs, Options};

use crate::abi::{Area, List, Pair, finish_call};
use crate::handle::Handles;
use crate::host::wall_clock::HostClock;
use crate::pump::Pump;
use crate::standard::Standard;
use crate::{abi, embed};

/// Everything that lives from call to call.
pub struct State {
    pub fs: Fs<'static, HostClock>,
    pub handles: Handles,
    pub settings: SettingsView<'static>,
    /// The time of a monotonic clock that stands still, from the first timer on: waiting moves it. 0 where the clock is the host's.
    pub reached: u64,
    /// Standard streams that are not the host's.
    pub standard: Standard,
    /// Streams of WASI 0.3.
    pub pump: Pump,
    /// Results that lie in no one place already are put together here; see [`Fs::read`].
    pub gather: Vec<u8>,
    /// Results that are lists of records or numbers.
    pub lists: Lists,
}

/// Memory of results that are lists, used again by the next call.
#[derive(Default)]
pub struct Lists {
    pub indexes: Vec<u32>,
    pub directories: Vec<Pair<u32, List>>,
    pub strings: Vec<List>,
    pub pairs: Vec<Pair<List, List>>,
}

thread_local! {
    static STATE: RefCell<Option<State>> = const { RefCell::new(None) };
}

impl State {
    fn new() -> Self {
        // A poll of a few pollables shall not need memory: it has no way to say that there is none.
        let mut lists = Lists::default();
        drop(lists.indexes.try_reserve(64));
        let settings = embed::settings();
        let options = Options { read_only: settings.read_only, limits: settings.limits, ..Options::default() };
        // The composer has validated the image; should it be damaged all the same, there is no tree and no preopen.
        let fs = Fs::new(embed::image(), HostClock, options)
            .or_else(|_| Fs::new(None, HostClock, options))
            .unwrap_or_else(|_| abi::trap());
        Self {
            fs,
            handles: Handles::default(),
            settings,
            reached: 0,
            standard: Standard::default(),
            pump: Pump::default(),
            gather: Vec::new(),
            lists,
        }
    }
}

/// Before the first call. Out of line, as every export would have a copy of it.
#[cold]
#[inline(never)]
fn start(state: &mut Option<State>) {
    *state = Some(State::new());
}

/// One call of the app whose result is one core value.
pub fn call_value<T>(body: impl FnOnce(&mut State) -> T) -> T {
    let value = within_call(body);
    finish_call();
    value
}

/// A part of a call of the app, which goes on: its arguments stay.
pub fn within_call<T>(body: impl FnOnce(&mut State) -> T) -> T {
    STATE.with_borrow_mut(|state| {
        if state.is_none() {
            start(state);
        }
        state.as_mut().map_or_else(|| abi::trap(), body)
    })
}

/// One call of the app; its result is put where the canonical ABI looks for it.
pub fn call<T: Copy>(body: impl FnOnce(&mut State) -> T) -> *const T {
    Area::put(call_value(body))
}
