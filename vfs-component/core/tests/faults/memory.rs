//! Every allocation of every operation fails once.

use vfs_core::{Error, Fs, Limits, OpenFlags};

use crate::allocator::with_allocations;
use crate::calls::{CALLS, everything, of_the_app, some_items};
use crate::support::{READ_WRITE, Test, TestClock, image};

/// Fails the first, second, ... allocation of each call until it succeeds.
fn check<'i>(make: impl Fn() -> Test<'i>) {
    for &(name, call) in CALLS {
        for allowed in 0.. {
            assert!(allowed < 100, "{name} never succeeds");
            let mut test = make();
            let open = test.open("dir/file", OpenFlags::NONE, READ_WRITE).unwrap();
            let before = everything(&mut test);
            let usage = test.fs.usage();
            test.tick(99);
            let result = with_allocations(allowed, || call(&mut test, &open));
            if result.is_ok() {
                test.fs.check(vfs_core::check::Trust::Sound).unwrap();
                break;
            }
            assert_eq!(result, Err(Error::InsufficientMemory), "{name} with {allowed} allocations");
            assert_eq!(everything(&mut test), before, "{name} with {allowed} allocations");
            assert_eq!(test.fs.usage(), usage, "{name} with {allowed} allocations");
            // And it goes on.
            assert_eq!(call(&mut test, &open), Ok(()), "{name} again, after {allowed} allocations");
        }
    }
}

#[test]
fn over_an_image() {
    let bytes = image(&some_items());
    check(|| Test::over(&bytes));
}

#[test]
fn with_everything_of_the_app() {
    check(|| of_the_app(Limits::default()));
}

#[test]
fn a_filesystem_that_cannot_begin() {
    let clock = TestClock::default();
    let result = with_allocations(0, || Fs::new(None, clock, Limits::default()).map(drop));
    assert_eq!(result, Err(Error::InsufficientMemory));
}
