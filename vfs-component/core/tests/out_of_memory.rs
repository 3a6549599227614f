//! Every allocation fails once: each operation answers `insufficient-memory` and changes nothing.
//!
//! An allocation that cannot be answered would end the process here.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use support::{FOLLOW, Item, NO_FOLLOW, READ, READ_WRITE, Test, TestClock, image};
use vfs_core::{Error, FileKind, Fs, NewTimestamp, OpenFile, OpenFlags, Options};

thread_local! {
    /// Allocations of this thread that still succeed; `None`: all.
    static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
}

struct Failing;

fn may_allocate() -> bool {
    LEFT.with(|left| match left.get() {
        None => true,
        Some(0) => false,
        Some(count) => {
            left.set(Some(count - 1));
            true
        }
    })
}

// SAFETY: everything is the system's allocator's; saying no is allowed at any time.
unsafe impl GlobalAlloc for Failing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        if may_allocate() { unsafe { System.alloc(layout) } } else { std::ptr::null_mut() }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        if may_allocate() { unsafe { System.realloc(pointer, layout, size) } } else { std::ptr::null_mut() }
    }
}

#[global_allocator]
static ALLOCATOR: Failing = Failing;

type Call = fn(&mut Test<'_>, &OpenFile) -> Result<(), Error>;

/// Every operation that can need memory. `open` is `dir/file`, open to read and write.
const CALLS: &[(&str, Call)] = &[
    ("open_root", |t, _| t.fs.open_root().map(|file| t.fs.close(file))),
    ("open_at", |t, _| t.open("dir/sub/deep", OpenFlags::NONE, READ).map(|file| t.fs.close(file))),
    ("open_at, creating", |t, _| t.open("dir/new", OpenFlags::CREATE, READ).map(|file| t.fs.close(file))),
    ("open_at, truncating", |t, _| t.open("dir/file", OpenFlags::TRUNCATE, READ).map(|file| t.fs.close(file))),
    ("stat_at", |t, _| t.fs.stat_at(&t.root, "dir/sub/deep", FOLLOW).map(drop)),
    ("metadata_hash_at", |t, _| t.fs.metadata_hash_at(&t.root, "dir/sub/deep", FOLLOW).map(drop)),
    ("readlink_at", |t, _| t.fs.readlink_at(&t.root, "dir/link").map(drop)),
    ("set_times_at", |t, _| t.fs.set_times_at(&t.root, "dir/sub/deep", FOLLOW, NewTimestamp::Now, NewTimestamp::Now)),
    ("create_dir_at", |t, _| t.fs.create_dir_at(&t.root, "dir/new")),
    ("remove_dir_at", |t, _| t.fs.remove_dir_at(&t.root, "dir/empty")),
    ("unlink_file_at", |t, _| t.fs.unlink_file_at(&t.root, "dir/sub/deep")),
    ("unlink_file_at, of two names", |t, _| t.fs.unlink_file_at(&t.root, "dir/same")),
    ("symlink_at", |t, _| t.fs.symlink_at("target", &t.root, "dir/new")),
    ("link_at", |t, _| t.fs.link_at(&t.root, "dir/sub/deep", NO_FOLLOW, &t.root, "dir/new")),
    ("rename_at", |t, _| t.fs.rename_at(&t.root, "dir/sub/deep", &t.root, "dir/new")),
    ("rename_at, over", |t, _| t.fs.rename_at(&t.root, "dir/sub/deep", &t.root, "dir/same")),
    ("rename_at, a directory", |t, _| t.fs.rename_at(&t.root, "dir/sub", &t.root, "new")),
    ("read", |t, open| {
        let mut gather = Vec::new();
        t.fs.read(open, 65_000, 1000, &mut gather).map(drop)
    }),
    ("write", |t, open| t.fs.write(open, 60_000, &[9; 200_000])),
    ("write, far away", |t, open| t.fs.write(open, 1 << 40, b"x")),
    ("append", |t, open| t.fs.append(open, &[9; 100])),
    ("set_size", |t, open| t.fs.set_size(open, 10)),
    ("read_dir", |t, _| t.fs.read_dir(&t.root).map(|stream| t.fs.close_dir(stream))),
];

/// All there is to see.
fn everything(test: &mut Test<'_>) -> Vec<(String, u64, u64, Vec<u8>)> {
    let mut all = Vec::new();
    for directory in ["", "dir/", "dir/sub/"] {
        let mut names = test.names(&format!("./{directory}"));
        names.sort();
        for name in names {
            let path = format!("{directory}{name}");
            let stat = test.stat(&path).unwrap();
            let bytes = if stat.kind == FileKind::RegularFile { test.get(&path).unwrap() } else { Vec::new() };
            all.push((path, stat.links, stat.modified.seconds, bytes));
        }
    }
    all
}

fn some_items() -> Vec<(&'static str, Item<'static>)> {
    vec![
        ("dir", Item::Directory),
        ("dir/file", Item::File(&[7; 100_000])),
        ("dir/same", Item::Same("dir/file")),
        ("dir/link", Item::Link("sub/deep")),
        ("dir/empty", Item::Directory),
        ("dir/sub", Item::Directory),
        ("dir/sub/deep", Item::File(b"deep")),
    ]
}

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
            LEFT.set(Some(allowed));
            let result = call(&mut test, &open);
            LEFT.set(None);
            if result.is_ok() {
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
    check(|| {
        let mut test = Test::empty();
        for (path, item) in some_items() {
            match item {
                Item::Directory => test.mkdir(path),
                Item::File(bytes) => test.put(path, bytes),
                Item::Link(target) => test.symlink(target, path),
                Item::Same(other) => test.link(other, path),
            }
        }
        test
    });
}

#[test]
fn a_filesystem_that_cannot_begin() {
    let clock = TestClock::default();
    LEFT.set(Some(0));
    let result = Fs::new(None, clock, Options::default()).map(drop);
    LEFT.set(None);
    assert_eq!(result, Err(Error::InsufficientMemory));
}
