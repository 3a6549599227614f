//! Text without what differs from machine to machine.

use std::path::Path;

/// `text` with each path replaced by its name, and no `\r`.
#[must_use]
pub fn paths(text: &str, names: &[(&Path, &str)]) -> String {
    let mut text = text.replace("\r\n", "\n");
    for (path, name) in names {
        text = text.replace(&path.display().to_string(), name);
    }
    text
}

/// The first lines in which two texts differ, for a message.
#[must_use]
pub fn difference(wanted: &str, seen: &str) -> String {
    let (mut wanted, mut seen) = (wanted.lines(), seen.lines());
    let mut out = String::new();
    let mut shown = 0;
    for line in 1.. {
        match (wanted.next(), seen.next()) {
            (None, None) => break,
            (left, right) if left == right => {}
            (left, right) => {
                let show = |line: Option<&str>| line.map_or_else(|| "(nothing)".to_owned(), str::to_owned);
                out += &format!("  line {line}\n    wanted: {}\n    seen:   {}\n", show(left), show(right));
                shown += 1;
            }
        }
        if shown == 10 {
            out += "  and so on\n";
            break;
        }
    }
    out
}

/// `BLESS=1`: what is seen becomes what is wanted.
#[must_use]
pub fn bless() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value == "1")
}
