//! Clocks, random bytes, and giving way.

use wasi::*;

use crate::tools::*;

#[case]
fn clock_res_get_of_both_clocks() -> Outcome {
    let resolutions = unsafe { (clock_res_get(CLOCKID_REALTIME)?, clock_res_get(CLOCKID_MONOTONIC)?) };
    holds(resolutions.0 > 0 && resolutions.1 > 0, "a resolution is not zero")
}

#[case]
fn clock_time_get_realtime_is_the_present() -> Outcome {
    holds(unsafe { clock_time_get(CLOCKID_REALTIME, 1)? } > 1_700_000_000_000_000_000, "it is after 2023")
}

#[case]
fn clock_time_get_monotonic_does_not_go_back() -> Outcome {
    let mut last = 0;
    for _ in 0..100 {
        let now = unsafe { clock_time_get(CLOCKID_MONOTONIC, 1)? };
        holds(now >= last, "time does not go back")?;
        last = now;
    }
    Ok(())
}

#[case]
fn sched_yield_comes_back() -> Outcome {
    Ok(unsafe { sched_yield()? })
}

#[case]
fn random_get_fills_the_buffer() -> Outcome {
    let mut bytes = [0; 256];
    unsafe { random_get(bytes.as_mut_ptr(), bytes.len())? };
    holds(bytes.iter().any(|byte| *byte != bytes[0]), "bytes differ")
}
