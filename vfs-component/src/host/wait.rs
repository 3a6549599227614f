//! Waiting for what is under way: an event of the component model brings its end.
//!
//! Work that may wait is a future, which is polled by hand: it waits for one thing at a time, and whoever polls it is told
//! for which. When the event comes, the work is polled again with it. Nobody drops work before its end, because the host
//! still writes to its memory.

use core::cell::{Cell, UnsafeCell};
use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

#[link(wasm_import_module = "$root")]
unsafe extern "C" {
    #[link_name = "[subtask-drop]"]
    safe fn drop_subtask(subtask: u32);
}

/// Work that may wait.
pub type Work<T> = Pin<Box<dyn Future<Output = T>>>;

/// The state of a subtask that has returned, in events and results of calls.
const RETURNED: u32 = 2;

thread_local! {
    /// What the work waits for that was polled last.
    static WAITS_FOR: Cell<u32> = const { Cell::new(0) };
    /// Whether the task has to stay as long as the work waits for that.
    static IS_BOUND: Cell<bool> = const { Cell::new(false) };
    /// The code of the event for which work is polled.
    static CODE: Cell<u32> = const { Cell::new(0) };
}

/// Goes on with work.
///
/// # Errors
/// It waits for an event of this waitable.
pub fn go_on<T>(work: &mut Work<T>) -> Result<T, u32> {
    match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => Err(WAITS_FOR.get()),
    }
}

/// Goes on with work that waits, by the event that has come.
///
/// # Errors
/// It waits for an event of this waitable.
pub fn go_on_by<T>(work: &mut Work<T>, code: u32) -> Result<T, u32> {
    CODE.set(code);
    go_on(work)
}

/// Returns whether the task has to stay in which the work was polled last.
pub fn is_bound() -> bool {
    IS_BOUND.get()
}

/// Waits for an event, and returns its code.
pub async fn event(waitable: u32) -> u32 {
    wait(waitable, false).await
}

/// The same for entries that the host gives: engines want that the task is still there which has begun to read them.
#[cfg(feature = "mounts3")]
pub async fn event_in_task(waitable: u32) -> u32 {
    wait(waitable, true).await
}

async fn wait(waitable: u32, is_bound: bool) -> u32 {
    let mut is_waiting = false;
    poll_fn(|_| {
        if core::mem::replace(&mut is_waiting, true) {
            return Poll::Ready(CODE.get());
        }
        WAITS_FOR.set(waitable);
        IS_BOUND.set(is_bound);
        Poll::Pending
    })
    .await
}

/// Calls an asynchronous function of the host, which writes its reply to the place that `begin` is given.
pub async fn call<R>(no_reply: R, begin: impl FnOnce(*mut R) -> u32) -> R {
    let reply = Box::new(UnsafeCell::new(no_reply));
    let code = begin(reply.get());
    let (mut state, subtask) = (code & 15, code >> 4);
    // No handle is 0: an import that the vfs may not call returns that.
    if subtask != 0 {
        while state != RETURNED {
            state = event(subtask).await;
        }
        drop_subtask(subtask);
    }
    reply.into_inner()
}
