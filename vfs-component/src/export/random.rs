//! `wasi:random/*` from a seed. If an app's random numbers are the host's, it imports them from there, without any of
//! this.
//!
//! The same on every host: ChaCha20, with a stream for each interface, so that no interface depends on how much was
//! taken from another.

use core::cell::RefCell;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};

use crate::abi::{self, List, Pair};
use crate::local;
use crate::state::{call, call_value};

/// The number of a ChaCha20 stream.
#[derive(Clone, Copy)]
pub enum Stream {
    Random,
    Insecure,
    Seed,
}

/// Maximum number of bytes from one call of WASI 0.3, whose callers ask again for the rest; as many as from wasmtime.
const MOST: u64 = 64 << 20;

/// Generators of the two streams that continue from call to call.
struct Generators {
    random: Option<ChaCha20Rng>,
    insecure: Option<ChaCha20Rng>,
    bytes: Vec<u8>,
}

thread_local! {
    static GENERATORS: RefCell<Generators> =
        const { RefCell::new(Generators { random: None, insecure: None, bytes: Vec::new() }) };
}

#[unsafe(export_name = "wasi:random/random#get-random-bytes")]
extern "C" fn get_random_bytes(length: u64) -> *const List {
    bytes(length, Stream::Random)
}

#[unsafe(export_name = "wasi:random/random@0.3#get-random-bytes")]
extern "C" fn get_random_bytes_3(length: u64) -> *const List {
    bytes(length.min(MOST), Stream::Random)
}

#[unsafe(export_name = "wasi:random/random#get-random-u64")]
extern "C" fn get_random_u64() -> u64 {
    number(Stream::Random)
}

#[unsafe(export_name = "wasi:random/random@0.3#get-random-u64")]
extern "C" fn get_random_u64_3() -> u64 {
    get_random_u64()
}

#[unsafe(export_name = "wasi:random/insecure#get-insecure-random-bytes")]
extern "C" fn get_insecure_random_bytes(length: u64) -> *const List {
    bytes(length, Stream::Insecure)
}

#[unsafe(export_name = "wasi:random/insecure@0.3#get-insecure-random-bytes")]
extern "C" fn get_insecure_random_bytes_3(length: u64) -> *const List {
    bytes(length.min(MOST), Stream::Insecure)
}

#[unsafe(export_name = "wasi:random/insecure#get-insecure-random-u64")]
extern "C" fn get_insecure_random_u64() -> u64 {
    number(Stream::Insecure)
}

#[unsafe(export_name = "wasi:random/insecure@0.3#get-insecure-random-u64")]
extern "C" fn get_insecure_random_u64_3() -> u64 {
    get_insecure_random_u64()
}

/// Returns the same seed at each call.
#[unsafe(export_name = "wasi:random/insecure-seed#insecure-seed")]
extern "C" fn insecure_seed() -> *const Pair<u64, u64> {
    call(|state| {
        let mut generator = new_generator(state.session.settings.seed, Stream::Seed);
        Pair(generator.next_u64(), generator.next_u64())
    })
}

#[unsafe(export_name = "wasi:random/insecure-seed@0.3#get-insecure-seed")]
extern "C" fn get_insecure_seed() -> *const Pair<u64, u64> {
    insecure_seed()
}

/// # Traps
/// If there is no memory for the bytes: the function cannot report an error.
fn bytes(length: u64, stream: Stream) -> *const List {
    call(|state| {
        local::with(&GENERATORS, |generators| {
            let mut bytes = core::mem::take(&mut generators.bytes);
            bytes.clear();
            let Ok(length) = usize::try_from(length) else { abi::trap() };
            if bytes.try_reserve(length).is_err() {
                abi::trap();
            }
            bytes.resize(length, 0);
            generators.of(state.session.settings.seed, stream).fill_bytes(&mut bytes);
            generators.bytes = bytes;
            List::of(&generators.bytes)
        })
    })
}

/// Fills a buffer with the next bytes. A part of a word at its end is one that no other call gets.
#[cfg(feature = "preview1")]
pub fn fill(seed: u64, stream: Stream, bytes: &mut [u8]) {
    local::with(&GENERATORS, |generators| generators.of(seed, stream).fill_bytes(bytes));
}

fn number(stream: Stream) -> u64 {
    call_value(|state| {
        local::with(&GENERATORS, |generators| generators.of(state.session.settings.seed, stream).next_u64())
    })
}

impl Generators {
    fn of(&mut self, seed: u64, stream: Stream) -> &mut ChaCha20Rng {
        let generator = match stream {
            Stream::Insecure => &mut self.insecure,
            Stream::Random | Stream::Seed => &mut self.random,
        };
        generator.get_or_insert_with(|| new_generator(seed, stream))
    }
}

fn new_generator(seed: u64, stream: Stream) -> ChaCha20Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    let mut generator = ChaCha20Rng::from_seed(key);
    generator.set_stream(match stream {
        Stream::Random => 0,
        Stream::Insecure => 1,
        Stream::Seed => 2,
    });
    generator
}
