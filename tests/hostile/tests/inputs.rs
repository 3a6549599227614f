//! The fuzzers' corpus, and as much again of random inputs, as ordinary tests.

use std::path::Path;

use vfs_plan::Random;

#[test]
fn the_corpus_of_images() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/image");
    let mut inputs = 0;
    for file in std::fs::read_dir(corpus).unwrap() {
        vfs_hostile::image(&std::fs::read(file.unwrap().path()).unwrap());
        inputs += 1;
    }
    assert!(inputs > 0, "there is a corpus");
}

#[test]
fn random_images() {
    for seed in 0..2000 {
        let mut random = Random::new(seed);
        let input: Vec<u8> = (0..random.below(800)).map(|_| random.any() as u8).collect();
        if std::panic::catch_unwind(|| vfs_hostile::image(&input)).is_err() {
            panic!("seed {seed}: the panic above");
        }
    }
}
