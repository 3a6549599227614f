//! Lengths of time on the command line.

use std::time::Duration;

/// Parses a number with a unit, which is seconds without one.
///
/// # Errors
/// What is wrong with it, for a message.
pub fn parse(typed: &str) -> Result<Duration, String> {
    let digits = typed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if digits.contains(['.', ',']) {
        return Err("it takes a whole number: write 1.5s as 1500ms".into());
    }
    let milliseconds = match &typed[digits.len()..] {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err("the units are ms, s, m and h".into()),
    };
    let number: u64 = digits.parse().map_err(|_| "write it like 10s or 500ms")?;
    if number == 0 {
        return Err("it must be more than 0; without the flag there is no limit".into());
    }
    number.checked_mul(milliseconds).map(Duration::from_millis).ok_or_else(|| "it is too long".into())
}
