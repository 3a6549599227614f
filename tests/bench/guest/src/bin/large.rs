//! An app with 20 MB of data, of which it reads little: what a start does with data.

/// Bytes that no engine takes for a hole; see `build.rs`.
static DATA: &[u8; 20_000_000] = include_bytes!(concat!(env!("OUT_DIR"), "/data.bin"));

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_default();
    let place = std::fs::metadata(path)?.len() as usize;
    println!("{}", std::hint::black_box(DATA)[place % DATA.len()]);
    Ok(())
}
