//! Lengths of paths, of names and of listings, numbers of descriptors, and what is asked of the host.

use check::edges::LAST;
use check::{Behaviour, Outcome};

use crate::preview1::*;
use crate::{EDGES_32, ROOT, five, open, print, scratch};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("paths", paths),
    ("links", links),
    ("listings", listings),
    ("descriptors", descriptors),
    ("clocks", clocks),
    ("random_bytes", random_bytes),
    ("polls", polls),
];

fn paths() -> Outcome {
    let directory = scratch("paths");
    let long = ["./"; 2049].concat();
    let mut opened = 0;
    let mut open = |length: u32| unsafe { path_open(directory, 1, long.as_ptr(), length, 0, 2, 0, 0, &mut opened) };
    for length in [0, 1, 2, 4094, 4095, 4097, 4098] {
        print(format_args!("{length} bytes"), open(length), "ok");
    }
    for length in EDGES_32 {
        print(format_args!("{length} bytes"), open(length), "ok");
    }
    Ok(())
}

fn links() -> Outcome {
    let directory = scratch("links");
    assert_eq!(unsafe { path_symlink(b"target".as_ptr(), 6, directory, b"link".as_ptr(), 4) }, 0);
    let (mut buffer, mut used) = ([0; 8], 0);
    for room in [0, 1, 5, 6, 7].into_iter().chain(EDGES_32) {
        let errno = unsafe { path_readlink(directory, b"link".as_ptr(), 4, buffer.as_mut_ptr(), room, &mut used) };
        print(format_args!("room for {room}"), errno, used);
    }
    Ok(())
}

/// An empty directory has `.` and `..`, which come first.
fn listings() -> Outcome {
    let directory = scratch("listings");
    let (mut buffer, mut used) = ([0; 256], 0);
    for length in [0, 1, 23, 24, 25, 50, 51, 52, 256] {
        for cookie in [0, 1, 2, 3, (1 << 31) - 1, u64::from(u32::MAX), LAST, LAST + 1, u64::MAX - 1, u64::MAX] {
            let errno = unsafe { fd_readdir(directory, buffer.as_mut_ptr(), length, cookie, &mut used) };
            print(format_args!("{length} bytes from {cookie} on"), errno, used);
        }
    }
    for length in EDGES_32 {
        let errno = unsafe { fd_readdir(directory, buffer.as_mut_ptr(), length, 0, &mut used) };
        print(format_args!("{length} bytes"), errno, used);
    }
    Ok(())
}

fn descriptors() -> Outcome {
    let directory = scratch("descriptors");
    let file = five(directory);
    let mut position = 0;
    for fd in [u32::MAX, u32::MAX - 1, 1 << 31, (1 << 31) - 1, 1_000_000] {
        print(format_args!("tell {fd}"), unsafe { fd_tell(fd, &mut position) }, "ok");
        print(format_args!("close {fd}"), unsafe { fd_close(fd) }, "ok");
        print(format_args!("renumber {fd}"), unsafe { fd_renumber(fd, file) }, "ok");
        print(format_args!("renumber to {fd}"), unsafe { fd_renumber(file, fd) }, "ok");
    }
    print("the file", unsafe { fd_tell(file, &mut position) }, position);
    Ok(())
}

fn clocks() -> Outcome {
    let mut time = 0;
    for clock in [0, 1, 4, (1 << 31) - 1, u32::MAX] {
        print(format_args!("resolution of {clock}"), unsafe { clock_res_get(clock, &mut time) }, "ok");
        for precision in [0, 1, LAST, LAST + 1, u64::MAX] {
            let errno = unsafe { clock_time_get(clock, precision, &mut time) };
            print(format_args!("{clock} to {precision}"), errno, "ok");
        }
    }
    Ok(())
}

fn random_bytes() -> Outcome {
    let mut buffer = vec![0; 5000];
    for length in [0, 1, 4096, 4097, 5000].into_iter().chain(EDGES_32) {
        let errno = unsafe { random_get(buffer.as_mut_ptr(), length) };
        print(length, errno, "ok");
    }
    Ok(())
}

/// The time to wait for, beside a file that is ready; and counts.
fn polls() -> Outcome {
    const MONOTONIC: u64 = 1;
    const ABSOLUTE: u64 = 1;
    const READ: u64 = 1;
    let file = open(scratch("polls"), "file", 1, 2);
    let clock = |timeout, precision, flags| [7, 0, MONOTONIC, timeout, precision, flags];
    let ready_file = [8, READ, u64::from(file), 0, 0, 0];
    let (mut events, mut ready) = ([[0; 4]; 2], 0);
    for timeout in [0, 1, (1 << 31) - 1, u64::from(u32::MAX), LAST, LAST + 1, u64::MAX] {
        for (flags, what) in [(0, "for"), (ABSOLUTE, "until")] {
            let both = [clock(timeout, u64::MAX, flags), ready_file];
            let errno = unsafe { poll_oneoff(both.as_ptr(), events.as_mut_ptr(), 2, &mut ready) };
            let has_file = events[..ready as usize].iter().any(|event| event[0] == 8);
            print(format_args!("{what} {timeout}, and a file"), errno, format_args!("file {has_file}"));
        }
    }
    for (timeout, flags, what) in [(0, 0, "for"), (1, 0, "for"), (0, ABSOLUTE, "until"), (1, ABSOLUTE, "until")] {
        let errno = unsafe { poll_oneoff(&clock(timeout, 0, flags), events.as_mut_ptr(), 1, &mut ready) };
        print(format_args!("{what} {timeout}"), errno, format_args!("{ready}, of {}", events[0][0]));
    }
    for count in [0, 1 << 27, (1 << 31) - 1, u32::MAX] {
        let errno = unsafe { poll_oneoff(&ready_file, events.as_mut_ptr(), count, &mut ready) };
        print(format_args!("{count} subscriptions"), errno, ready);
    }
    assert_eq!(unsafe { fd_close(file) }, 0);
    let _ = ROOT;
    Ok(())
}
