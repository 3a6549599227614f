//! Whole compositions: a mutated app and, sometimes, a mutated image.

use std::io::Write;
use std::sync::LazyLock;

use vfs_compose::{Composer, FormChoice};
use vfs_plan::Random;
use wasmparser::{Validator, WasmFeatures};

use crate::mutate::mutated;

/// A component that imports the filesystem at two versions, and a module that opens, reads and writes.
static APPS: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let texts = [include_str!("../../laws/law2_two_versions.wat"), include_str!("module.wat")];
    texts.map(|text| wat::parse_str(text).expect("the texts are right"))
});

/// Composes an app made of the input, in either form, with an image made of the rest.
///
/// # Panics
/// The composer panics, or makes what is no component.
pub fn composition(input: &[u8]) {
    let mut random = Random::from_bytes(input);
    let app = app(&mut random);
    let image = if random.once_in(4) { mutated(&mut random) } else { crate::base::BASES[0].clone() };
    let mut file = tempfile::Builder::new().suffix(".erofs").tempfile().expect("a temporary file");
    file.write_all(&image).expect("a temporary file can be written");
    let form = random.one_of(&[FormChoice::Linked, FormChoice::Plugged, FormChoice::Auto]);
    let composed = Composer::new(app).image(file.path()).form(form).compose().and_then(|composed| composed.to_bytes());
    match composed {
        Ok(bytes) => {
            let valid = Validator::new_with_features(WasmFeatures::all()).validate_all(&bytes);
            valid.expect("what is made is a component");
        }
        // Every error can be told.
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn app(random: &mut Random) -> Vec<u8> {
    let mut bytes = APPS[random.below(2)].clone();
    for _ in 0..random.below(6) {
        let at = random.below(bytes.len());
        match random.below(8) {
            0 => drop(bytes.drain(at..(at + 1 + random.below(8)).min(bytes.len()))),
            1 => bytes.insert(at, random.any() as u8),
            2 => {
                let part: Vec<u8> = bytes[at..(at + 1 + random.below(40)).min(bytes.len())].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, part);
            }
            3 => bytes[at] = bytes[at].wrapping_add(1),
            4 => bytes[at] = bytes[at].wrapping_sub(1),
            5 => bytes[at] ^= 1 << random.below(8),
            6 => bytes[at] = random.one_of(&[0, 1, 0x7f, 0x80, 0xff, 0x40, 0x60, 0x70]),
            _ => bytes[at] = random.any() as u8,
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}
