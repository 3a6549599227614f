//! Every limit is hit at every step of every operation.

use vfs_core::{Error, Limits, OpenFile, OpenFlags};

use crate::calls::{CALLS, everything, of_the_app, some_items};
use crate::support::{Options, READ_WRITE, Test, image};

/// Allows each call 0, 1, 2, ... more than what there is, until it succeeds. `make` gives a tree with limits, `limits`
/// those that allow so much more.
fn check<'i>(make: impl Fn(Limits) -> Test<'i>, allow: impl Fn(Limits, u64) -> Limits, steps: &[u64], error: Error) {
    let usage = make(Limits::default()).fs.usage();
    let base = Limits { max_bytes: usage.bytes, max_nodes: usage.nodes, ..Limits::default() };
    for &(name, call) in CALLS {
        for &step in steps {
            let mut test = make(allow(base, step));
            let open = test.open("dir/file", OpenFlags::NONE, READ_WRITE).unwrap();
            let before = everything(&mut test);
            let usage = test.fs.usage();
            test.tick(99);
            let result = call(&mut test, &open);
            if result.is_ok() {
                test.fs.check(vfs_core::check::Trust::Sound).unwrap();
                break;
            }
            assert!(step < u64::from(u32::MAX), "{name} never succeeds");
            assert_eq!(result, Err(error), "{name} with {step} more");
            assert_eq!(everything(&mut test), before, "{name} with {step} more");
            assert_eq!(test.fs.usage(), usage, "{name} with {step} more");
            // And it goes on: what makes room can be done, and then there is room.
            test.fs.set_size(&open, 0).or_else(|error| if usage.nodes == 0 { Ok(()) } else { Err(error) }).unwrap();
        }
    }
}

const BYTES: [u64; 9] = [0, 1, 100, 34_464, 65_535, 65_536, 131_072, 200_000, u64::MAX];

fn bytes(limits: Limits, more: u64) -> Limits {
    Limits { max_nodes: u32::MAX, max_bytes: limits.max_bytes.saturating_add(more), ..limits }
}

fn nodes(limits: Limits, more: u64) -> Limits {
    let more = u32::try_from(more).unwrap_or(u32::MAX);
    Limits { max_bytes: u64::MAX, max_nodes: limits.max_nodes.saturating_add(more), ..limits }
}

fn over(bytes: &[u8], limits: Limits) -> Test<'_> {
    Test::with(Some(bytes), Options { limits, ..Options::default() })
}

#[test]
fn bytes_over_an_image() {
    let image = image(&some_items());
    check(|limits| over(&image, limits), bytes, &BYTES, Error::InsufficientSpace);
}

#[test]
fn bytes_of_the_app() {
    check(of_the_app, bytes, &BYTES, Error::InsufficientSpace);
}

#[test]
fn nodes_over_an_image() {
    let image = image(&some_items());
    check(|limits| over(&image, limits), nodes, &[0, 1, 2, 3, 4, 5, u64::MAX], Error::InsufficientSpace);
}

#[test]
fn nodes_of_the_app() {
    check(of_the_app, nodes, &[0, 1, 2, u64::MAX], Error::InsufficientSpace);
}

/// With no open left, one, two.
#[test]
fn opens() {
    const MOST: u32 = 10;
    let image = image(&some_items());
    for &(name, call) in CALLS {
        for left in 0..=2 {
            let mut test = over(&image, Limits { max_open: MOST, ..Limits::default() });
            let open = test.open("dir/file", OpenFlags::NONE, READ_WRITE).unwrap();
            let before = everything(&mut test);
            let mut others: Vec<OpenFile> = Vec::new();
            while test.fs.usage().open < MOST - left {
                others.push(test.fs.reopen(&open).unwrap());
            }
            test.tick(99);
            let usage = test.fs.usage();
            let result = call(&mut test, &open);
            assert_eq!(test.fs.usage().open, usage.open, "{name} with {left} left");
            others.into_iter().for_each(|other| test.fs.close(other));
            if result.is_ok() {
                test.fs.check(vfs_core::check::Trust::Sound).unwrap();
                break;
            }
            assert_eq!(result, Err(Error::InsufficientMemory), "{name} with {left} left");
            assert_eq!((test.fs.usage().bytes, test.fs.usage().nodes), (usage.bytes, usage.nodes), "{name}");
            assert_eq!(everything(&mut test), before, "{name} with {left} left");
            assert_eq!(call(&mut test, &open), Ok(()), "{name} again");
        }
    }
}
