//! What is freed is freed: filled and emptied a thousand times, a filesystem holds what it held after the first times.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use support::{Options, READ_WRITE, Test, image};
use vfs_core::{Error, Limits, OpenFile, OpenFlags};

/// Bytes that are allocated now. There is one test in this process.
static LIVE: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: everything is the system's allocator's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const LIMITS: Limits = Limits { max_bytes: 300_000, max_nodes: 60, max_open: 12 };

/// Directories, files of many sizes, links and files without names, until each limit is met.
fn fill(test: &mut Test<'_>, round: usize) -> Vec<OpenFile> {
    let mut open = Vec::new();
    let mut met = [false; 2];
    for number in 0.. {
        if met == [true; 2] {
            break;
        }
        let name = format!("{}{number}", "n".repeat((round * 13 + number) % 90));
        let made = match number % 5 {
            0 => test.fs.create_dir_at(&test.root, &name),
            1 => test.fs.symlink_at(&"t".repeat(1 + round % 300), &test.root, &name),
            _ => test.open(&name, OpenFlags::CREATE, READ_WRITE).and_then(|file| {
                let bytes = vec![number as u8; (round * 997 + number * 7919) % 90_000];
                let written = test.fs.write(&file, (number as u64 % 3) << 20, &bytes);
                if number % 7 == 2 && open.len() < 10 {
                    test.unlink(&name).unwrap();
                    open.push(file);
                } else {
                    test.fs.close(file);
                }
                written
            }),
        };
        match made {
            Ok(()) => {}
            Err(Error::InsufficientSpace) => {
                let usage = test.fs.usage();
                met[0] |= usage.bytes > LIMITS.max_bytes / 2;
                met[1] |= usage.nodes == LIMITS.max_nodes;
            }
            Err(error) => panic!("{error}"),
        }
    }
    open
}

fn empty(test: &mut Test<'_>, open: Vec<OpenFile>) {
    for name in test.names(".").iter().filter(|name| *name != "kept") {
        if test.unlink(name).is_err() {
            test.rmdir(name).unwrap();
        }
    }
    for file in open {
        test.fs.close(file);
    }
}

#[test]
fn a_thousand_times() {
    let bytes = image(&[("kept", support::Item::File(b"of the image"))]);
    let mut test = Test::with(Some(&bytes), Options { limits: LIMITS, ..Options::default() });
    let mut most = 0;
    for round in 0..1000 {
        let open = fill(&mut test, round);
        empty(&mut test, open);
        let usage = test.fs.usage();
        // The root has changed, and is open.
        assert_eq!((usage.bytes, usage.nodes, usage.open), (0, 1, 1), "round {round}");
        let live = LIVE.load(Ordering::Relaxed);
        if round < 100 {
            most = most.max(live);
        } else {
            assert!(live <= most, "round {round}: {live} bytes, at most {most} in the first rounds");
        }
    }
    assert_eq!(test.get("kept").unwrap(), b"of the image");
}
