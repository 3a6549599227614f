//! What clocks wait for, and how many random bytes come.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use check::edges::print;
use check::{Behaviour, Outcome, edges};
use wasip3::clocks::monotonic_clock::{wait_for, wait_until};
use wasip3::random::insecure::get_insecure_random_bytes;
use wasip3::random::random::get_random_bytes;
use wasip3::wit_bindgen::block_on;

pub const WAITS: &[Behaviour] = &[("durations", durations), ("marks", marks)];
pub const RANDOM: &[Behaviour] = &[("random_bytes", random_bytes), ("insecure_random_bytes", insecure_random_bytes)];

fn waits<F: Future<Output = ()>>(wait: impl Fn(u64) -> F) -> Outcome {
    for length in edges::WAITS {
        if length < 10 {
            block_on(wait(length));
        }
        print(length, Ok::<_, &str>(length < 10 || is_done(wait(length))));
    }
    Ok(())
}

/// Whether a call is done at once; it is dropped otherwise.
fn is_done(call: impl Future) -> bool {
    block_on(async {
        let mut call = pin!(call);
        poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready())).await
    })
}

fn durations() -> Outcome {
    waits(wait_for)
}

fn marks() -> Outcome {
    waits(wait_until)
}

/// How many bytes come of many is the host's choice, but not whether any do.
fn bytes(get: fn(u64) -> Vec<u8>) -> Outcome {
    for length in [0, 1, 2, 1 << 32, u64::MAX] {
        let bytes = get(length);
        let count = if length < 10 { bytes.len().to_string() } else { format!("some: {}", !bytes.is_empty()) };
        print(length, Ok::<_, &str>(count));
    }
    Ok(())
}

fn random_bytes() -> Outcome {
    bytes(get_random_bytes)
}

fn insecure_random_bytes() -> Outcome {
    bytes(get_insecure_random_bytes)
}
