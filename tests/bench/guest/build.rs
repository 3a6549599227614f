//! Writes the data of `large`, the same each time.

use std::{env, fs, io, path::Path};

const SIZE: usize = 20_000_000;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let (mut data, mut state) = (Vec::with_capacity(SIZE), 1_u64);
    while data.len() < SIZE {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        data.extend_from_slice(&state.to_le_bytes());
    }
    let folder = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo says where"))?;
    fs::write(Path::new(&folder).join("data.bin"), data)
}
