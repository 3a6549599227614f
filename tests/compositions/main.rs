//! Hostile apps and images for the composer: an error or a component, never a panic. The fuzzer's corpus, and as much again of random
//! inputs; `just fuzz` goes on.

use vfs_plan::Random;
use vfs_tests::paths;

#[test]
fn the_corpus() {
    let mut inputs = 0;
    for file in std::fs::read_dir(paths::tests().join("fuzz/corpus/composition")).unwrap() {
        vfs_hostile::composition(&std::fs::read(file.unwrap().path()).unwrap());
        inputs += 1;
    }
    assert!(inputs > 0, "there is a corpus");
}

#[test]
fn random_inputs() {
    for seed in 0..150 {
        let mut random = Random::new(seed);
        let input: Vec<u8> = (0..random.below(100)).map(|_| random.any() as u8).collect();
        if std::panic::catch_unwind(|| vfs_hostile::composition(&input)).is_err() {
            panic!("seed {seed}: the panic above");
        }
    }
}
