//! The clocks, whose pollables share a type with those of files.

use check::{Behaviour, Outcome, holds};
use wasip2::clocks::{monotonic_clock, wall_clock};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("monotonic_clock_does_not_go_back", monotonic_clock_does_not_go_back),
    ("monotonic_clock_goes_on", monotonic_clock_goes_on),
    ("wall_clock_tells_now", wall_clock_tells_now),
    ("clocks_have_a_resolution", clocks_have_a_resolution),
];

fn monotonic_clock_does_not_go_back() -> Outcome {
    let mut last = 0;
    for _ in 0..100 {
        let now = monotonic_clock::now();
        holds(now >= last, "time does not go back")?;
        last = now;
    }
    Ok(())
}

fn monotonic_clock_goes_on() -> Outcome {
    let start = monotonic_clock::now();
    monotonic_clock::subscribe_duration(3_000_000).block();
    holds(monotonic_clock::now() - start >= 3_000_000, "three milliseconds have passed")?;
    monotonic_clock::subscribe_instant(start + 5_000_000).block();
    holds(monotonic_clock::now() >= start + 5_000_000, "and five")
}

fn wall_clock_tells_now() -> Outcome {
    let now = wall_clock::now();
    holds(now.seconds > 1_600_000_000 && now.nanoseconds < 1_000_000_000, "now is after 2020")
}

fn clocks_have_a_resolution() -> Outcome {
    let wall = wall_clock::resolution();
    holds(monotonic_clock::resolution() > 0 && (wall.seconds > 0 || wall.nanoseconds > 0), "a resolution is not zero")
}
