//! What the fuzzers do with bytes. `tests/fuzz` hands them over; `tests/corpus.rs` here does it with the corpus, as an ordinary test.
//!
//! An input for [`image`] is a list of changes to a sound image, then a plan of operations. So whatever a fuzzer makes of it, most of
//! the image is what an image is, and the fuzzer finds its way behind the first check.
#![forbid(unsafe_code)]

mod base;
#[cfg(feature = "composition")]
mod composition;
mod fields;
mod mutate;
mod operate;
mod read;

#[cfg(feature = "composition")]
pub use composition::composition;
use vfs_core::check::Trust;
use vfs_image::{Image, dump, validate};
use vfs_plan::{Random, generate_with};

/// Makes an image of the input, reads everything in it by every call there is, and carries out a plan on a filesystem over it.
///
/// # Panics
/// Something is wrong: a call panics, reads what is not the image's or more than there is, or the tree is broken afterwards.
pub fn image(input: &[u8]) {
    let mut random = Random::from_bytes(input);
    let bytes = mutate::mutated(&mut random);
    let Ok(image) = Image::new(&bytes) else {
        assert!(validate(&bytes).is_err(), "the reader refuses what the validator accepts");
        return;
    };
    read::everything(&image);
    let trust = if validate(&bytes).is_ok() { Trust::Sound } else { Trust::Untrusted };
    if trust == Trust::Sound {
        dump(&image, &mut std::io::sink()).expect("a sound image can be printed");
    }
    operate::carry_out(image, &generate_with(&mut random), trust);
}
