//! A tree that is rebuilt from an earlier one and the list of changes is the tree.

use std::panic::{AssertUnwindSafe, catch_unwind};

use vfs_core::check::Trust;
use vfs_core::{Change, FileKind, Limits, Mark, Tracked};
use vfs_plan::{Op, Random, Side, generate, minimal, print};

use crate::model::{Model, lines};
use crate::ours::{Ours, lower};
use crate::support::Test;

/// Plans of each test.
const PLANS: u64 = 1_000;
/// Most marks at a time.
const MARKS: usize = 3;

/// A tree of some time, and what the volume calls it; the image's has no mark.
struct Base {
    mark: Option<Mark>,
    model: Model,
}

struct Run<'i> {
    ours: Ours<'i, Tracked>,
    bases: Vec<Base>,
}

/// Returns whether a file is new, or has other contents than in the image.
fn is_written(change: &Change) -> bool {
    match change {
        Change::Made { kind, .. } => *kind == FileKind::RegularFile,
        Change::Renamed { contents, .. } | Change::Changed { contents, .. } => contents.is_some(),
        Change::Removed { .. } | Change::Linked { .. } => false,
    }
}

impl<'i> Run<'i> {
    fn new(image: Option<&'i [u8]>) -> Self {
        let model = Model::of(&mut Test::with(image, Default::default()));
        let ours = Ours::journaled(image, Limits::default());
        Self { ours, bases: vec![Base { mark: None, model }] }
    }

    /// Rebuilds the tree from each of those before; gives it.
    fn rebuild(&mut self) -> Model {
        let test = &mut self.ours.test;
        test.fs.check(Trust::Sound).unwrap();
        let wanted = lines(test);
        let mut rebuilt = None;
        for Base { mark, model } in &self.bases {
            let changes = test.fs.changes(mark.as_ref()).unwrap();
            assert_eq!(test.fs.changes(mark.as_ref()).unwrap(), changes);
            if mark.is_none() {
                let written = changes.iter().filter(|change| is_written(change)).count();
                assert_eq!(test.fs.count_written(), Ok(written as u32), "{changes:#?}");
            }
            assert_order(&changes);
            let mut model = model.clone();
            let applied = catch_unwind(AssertUnwindSafe(|| model.apply(&changes, test)));
            assert!(applied.is_ok(), "{mark:?}: {changes:#?}");
            let lines = model.lines();
            if let Some((is, wanted)) = lines.iter().zip(&wanted).find(|(is, wanted)| is != wanted) {
                panic!("{mark:?}: {changes:#?}\n  rebuilt: {is}\n  wanted:  {wanted}");
            }
            assert_eq!(lines.len(), wanted.len(), "{mark:?}: {changes:#?}\n{lines:#?}\n{wanted:#?}");
            rebuilt = Some(model);
        }
        test.fs.check(Trust::Sound).unwrap();
        rebuilt.unwrap()
    }

    fn run(&mut self, plan: &[Op], seed: u64) {
        let mut random = Random::new(seed);
        for (number, op) in plan.iter().enumerate() {
            self.ours.test.tick(2_000_000_000 + number as u64);
            let _ = self.ours.run(op);
            match random.below(12) {
                0 if self.bases.len() <= MARKS => {
                    let model = self.rebuild();
                    let mark = self.ours.test.fs.mark().unwrap();
                    self.bases.push(Base { mark: Some(mark), model });
                    assert_eq!(self.ours.test.fs.changes(self.bases.last().unwrap().mark.as_ref()), Ok(Vec::new()));
                }
                1 if self.bases.len() > 1 => {
                    let base = self.bases.remove(1 + random.below(self.bases.len() - 1));
                    self.ours.test.fs.release_mark(base.mark.unwrap());
                    self.rebuild();
                }
                2 => self.ours.test.fs.check(Trust::Sound).unwrap(),
                _ => {}
            }
        }
        self.rebuild();
    }
}

/// Directories come before what is in them, and each path is there twice at most.
fn assert_order(changes: &[vfs_core::Change]) {
    let key = |change: &vfs_core::Change| {
        let parts: Vec<_> = change.path().split(|byte| *byte == b'/').map(<[u8]>::to_vec).collect();
        let parts = if change.path().is_empty() { Vec::new() } else { parts };
        (parts, !matches!(change, vfs_core::Change::Removed { .. }))
    };
    assert!(changes.windows(2).all(|two| key(&two[0]) < key(&two[1])), "{changes:#?}");
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

fn check(image: Option<&[u8]>) {
    let first = number("SEED").unwrap_or(0);
    for seed in first..first + number("PLANS").unwrap_or(PLANS) {
        let fails = |plan: &[Op]| {
            catch_unwind(AssertUnwindSafe(|| {
                let mut run = Run::new(image);
                run.run(plan, seed);
                for base in run.bases.drain(1..) {
                    run.ours.test.fs.release_mark(base.mark.unwrap());
                }
                run.ours.end();
            }))
            .is_err()
        };
        let plan = generate(seed);
        if fails(&plan) {
            std::panic::set_hook(Box::new(|_| {}));
            let least = minimal(plan, |plan| fails(plan));
            let _ = std::panic::take_hook();
            fails(&least);
            panic!("seed {seed}: this plan fails\n{}", print(&least));
        }
    }
}

#[test]
fn from_nothing() {
    check(None);
}

#[test]
fn over_an_image() {
    check(Some(&lower()));
}
