//! An app as an older toolchain would have made it.

/// `component` with every `FROM` in the name of an interface replaced by `TO`, which must be as long.
///
/// Names are length-prefixed, so equal lengths keep the binary whole. `interface` chooses: `wasi:io/` or `wasi:` for all.
#[must_use]
pub fn reversion(component: &[u8], interface: &str, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len(), "the binary is patched in place");
    let mut bytes = component.to_vec();
    let mut at = 0;
    while let Some(found) = find(&bytes[at..], interface.as_bytes()) {
        at += found + interface.len();
        let name_end = bytes[at..].iter().position(|b| !(b.is_ascii_alphanumeric() || b"/:-@.".contains(b)));
        let end = at + name_end.unwrap_or(0);
        if let Some(version) = find(&bytes[at..end], format!("@{from}").as_bytes()) {
            let start = at + version + 1;
            bytes[start..start + to.len()].copy_from_slice(to.as_bytes());
        }
    }
    bytes
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}
