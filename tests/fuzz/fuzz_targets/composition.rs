#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| vfs_hostile::composition(input));
