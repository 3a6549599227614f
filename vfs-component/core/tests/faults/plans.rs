//! Whole plans in which every allocation fails once, and plans with limits that they pass: as if what was refused had
//! never been asked.

use vfs_core::check::Trust;
use vfs_core::{Error, Journal, Limits, Tracked, Untracked};
use vfs_plan::{Op, Side, generate, pattern, print, tree_lines};

use crate::allocator::with_allocations;
use crate::apply::apply;
use crate::ours::{Ours, lower};

const PLANS: u64 = 150;

/// Not the operations of listings, which the side itself checks by allocating.
fn plan(seed: u64) -> Vec<Op> {
    let mut plan = generate(seed);
    plan.retain(|op| !matches!(op, Op::ReadDir { .. } | Op::Next { .. }));
    plan
}

fn with_failing_allocations<J: Journal>(image: Option<&[u8]>) {
    for seed in 0..PLANS {
        let plan = plan(seed);
        let mut faulty = Ours::<J>::journaled(image, Limits::default());
        let mut other = Ours::new(image, usize::MAX);
        for op in &plan {
            let bytes = match op {
                Op::Write { byte, length, .. } | Op::Append { byte, length, .. } => pattern(*byte, *length),
                _ => Vec::new(),
            };
            let answer = other.run(op);
            let mut before = None;
            for allowed in 0.. {
                let before = before.get_or_insert_with(|| tree_lines(&mut faulty));
                let usage = faulty.test.fs.usage();
                let result = with_allocations(allowed, || apply(&mut faulty, op, &bytes));
                if result != Err(Error::InsufficientMemory) {
                    assert_eq!(
                        result.is_ok(),
                        answer.is_ok(),
                        "seed {seed}: {op}: {result:?} and {answer:?}\n{}",
                        print(&plan)
                    );
                    break;
                }
                faulty.test.fs.check(Trust::Sound).unwrap_or_else(|broken| panic!("seed {seed}: {op}: {broken}"));
                assert_eq!(faulty.test.fs.usage(), usage, "seed {seed}: {op} with {allowed} allocations");
                assert_eq!(tree_lines(&mut faulty), *before, "seed {seed}: {op} with {allowed} allocations");
            }
        }
        assert_eq!(tree_lines(&mut faulty), tree_lines(&mut other), "seed {seed}\n{}", print(&plan));
        faulty.end();
        other.end();
    }
}

#[test]
fn memory_from_nothing() {
    with_failing_allocations::<Untracked>(None);
}

#[test]
fn memory_over_an_image() {
    with_failing_allocations::<Untracked>(Some(&lower()));
}

#[test]
fn memory_with_a_journal() {
    with_failing_allocations::<Tracked>(Some(&lower()));
}

/// The list of changes, and marks: every allocation fails once.
#[test]
fn memory_for_the_list_of_changes() {
    let image = lower();
    for seed in 0..PLANS {
        let mut ours = Ours::<Tracked>::journaled(Some(&image), Limits::default());
        for op in &plan(seed) {
            let _ = ours.run(op);
        }
        let fs = &mut ours.test.fs;
        let without_failures = |make: &mut dyn FnMut(u32) -> Result<(), Error>| {
            let first = (0..).find(|allowed| make(*allowed) != Err(Error::InsufficientMemory));
            assert!(first.is_some());
        };
        let mut changes = Vec::new();
        without_failures(&mut |allowed| {
            changes = with_allocations(allowed, || fs.changes(None))?;
            Ok(())
        });
        assert_eq!(fs.changes(None), Ok(changes));
        let mut mark = None;
        without_failures(&mut |allowed| {
            mark = Some(with_allocations(allowed, || fs.mark())?);
            Ok(())
        });
        assert_eq!(fs.changes(mark.as_ref()), Ok(Vec::new()));
        fs.check(Trust::Sound).unwrap();
    }
}

/// The limited side refuses some operations; the other is not asked for those. All others have the same answers.
fn with_limits(image: Option<&[u8]>, limits: Limits) -> u32 {
    let mut refused = 0;
    for seed in 0..PLANS {
        let plan = plan(seed);
        let (mut limited, mut other) = (Ours::limited(image, limits), Ours::new(image, usize::MAX));
        for op in &plan {
            let usage = limited.test.fs.usage();
            match limited.run(op) {
                Err(error) if error == "insufficient-space" => {
                    refused += 1;
                    assert_eq!(limited.test.fs.usage(), usage, "seed {seed}: {op}, {limits:?}");
                    assert_eq!(tree_lines(&mut limited), tree_lines(&mut other), "seed {seed}: {op}, {limits:?}");
                }
                answer => assert_eq!(answer, other.run(op), "seed {seed}: {op}, {limits:?}\n{}", print(&plan)),
            }
            limited.test.fs.check(Trust::Sound).unwrap_or_else(|broken| panic!("seed {seed}: {op}: {broken}"));
        }
        assert_eq!(tree_lines(&mut limited), tree_lines(&mut other), "seed {seed}, {limits:?}\n{}", print(&plan));
    }
    refused
}

#[test]
fn limits_on_nodes_and_bytes() {
    let image = lower();
    for image in [None, Some(&image[..])] {
        for max_nodes in 0..8 {
            assert!(with_limits(image, Limits { max_nodes, ..Limits::default() }) > 0);
        }
        for max_bytes in [0, 1, 1000, 65_535, 65_536] {
            assert!(with_limits(image, Limits { max_bytes, ..Limits::default() }) > 0);
        }
    }
}
