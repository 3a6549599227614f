//! Offsets, sizes, positions, and the lengths of vectors.

use check::edges::{LAST, OFFSETS, offsets_to_change};
use check::{Behaviour, Outcome};

use crate::preview1::*;
use crate::{EDGES_32, five, print, scratch, size};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("pread", pread),
    ("pwrite", pwrite),
    ("seek", seek),
    ("read_and_write_at_the_position", at_the_position),
    ("set_size", set_size),
    ("allocate", allocate),
    ("advise", advise),
    ("vectors", vectors),
];

fn pread() -> Outcome {
    let file = five(scratch("pread"));
    for offset in OFFSETS {
        for length in 0..3 {
            let (bytes, mut count) = ([0; 3], 0);
            let errno = unsafe { fd_pread(file, &Part::of(&bytes[..length]), 1, offset, &mut count) };
            print(format_args!("{length} at {offset}"), errno, count);
        }
    }
    Ok(())
}

fn pwrite() -> Outcome {
    let directory = scratch("pwrite");
    for offset in offsets_to_change() {
        for length in 0..3 {
            let (file, mut count) = (five(directory), 0);
            let errno = unsafe { fd_pwrite(file, &Part::of(&b"xy"[..length]), 1, offset, &mut count) };
            print(format_args!("{length} at {offset}"), errno, format_args!("{count}, size {}", size(file)));
        }
    }
    Ok(())
}

fn seek() -> Outcome {
    const BY: [i64; 16] = [
        0,
        1,
        -1,
        -2,
        -3,
        -5,
        -6,
        i32::MAX as i64,
        u32::MAX as i64,
        1 << 62,
        i64::MAX - 5,
        i64::MAX - 2,
        i64::MAX - 1,
        i64::MAX,
        i64::MIN,
        i64::MIN + 1,
    ];
    let file = five(scratch("seek"));
    for (whence, from) in [(0, "start"), (1, "2"), (2, "end"), (3, "nowhere"), (255, "nowhere")] {
        for by in BY {
            let (mut position, mut left) = (0, 0);
            unsafe { fd_seek(file, 2, 0, &mut position) };
            let errno = unsafe { fd_seek(file, by, whence, &mut position) };
            print(format_args!("{by} from {from}"), errno, position);
            // A seek that fails leaves the position.
            let errno = unsafe { fd_tell(file, &mut left) };
            print("  then", errno, left);
        }
    }
    Ok(())
}

/// Reads and writes where a seek has led.
fn at_the_position() -> Outcome {
    let directory = scratch("position");
    for offset in OFFSETS.into_iter().filter(|offset| *offset <= LAST) {
        let file = five(directory);
        let (mut position, mut count, bytes) = (0, 0, [0; 2]);
        unsafe { fd_seek(file, offset as i64, 0, &mut position) };
        let errno = unsafe { fd_read(file, &Part::of(&bytes), 1, &mut count) };
        print(format_args!("read at {offset}"), errno, count);
        if offset < 10 || offset == LAST {
            let errno = unsafe { fd_write(file, &Part::of(b"x"), 1, &mut count) };
            print(format_args!("write after that"), errno, format_args!("{count}, size {}", size(file)));
        }
        let errno = unsafe { fd_tell(file, &mut position) };
        print("then", errno, position);
    }
    Ok(())
}

fn set_size() -> Outcome {
    let file = five(scratch("set_size"));
    for to in offsets_to_change().filter(|size| *size != LAST) {
        let errno = unsafe { fd_filestat_set_size(file, to) };
        print(to, errno, "ok");
        print("  size", 0, size(file));
    }
    Ok(())
}

fn allocate() -> Outcome {
    let file = five(scratch("allocate"));
    for (offset, length) in [(0, 0), (0, 1), (1, u64::MAX), (LAST, 1), (LAST + 1, LAST + 1), (u64::MAX, u64::MAX)] {
        let errno = unsafe { fd_allocate(file, offset, length) };
        print(format_args!("{length} at {offset}"), errno, "ok");
    }
    Ok(())
}

fn advise() -> Outcome {
    let file = five(scratch("advise"));
    for offset in OFFSETS {
        for length in [0, 1, u64::from(u32::MAX), LAST, LAST + 1, u64::MAX] {
            let errno = unsafe { fd_advise(file, offset, length, 3) };
            print(format_args!("{length} at {offset}"), errno, "ok");
        }
    }
    for advice in [0, 5, 6, 255] {
        print(format_args!("advice {advice}"), unsafe { fd_advise(file, 0, 1, advice) }, "ok");
    }
    Ok(())
}

/// Lengths of a buffer and of a vector that memory does not have, and more bytes than a number counts.
fn vectors() -> Outcome {
    let file = five(scratch("vectors"));
    let byte = [0_u8];
    let mut count = 0;
    for length in EDGES_32 {
        let part = Part(byte.as_ptr() as u32, length);
        let errno = unsafe { fd_pread(file, &part, 1, 0, &mut count) };
        print(format_args!("read {length} bytes"), errno, count);
        let errno = unsafe { fd_pwrite(file, &part, 1, 0, &mut count) };
        print(format_args!("write {length} bytes"), errno, count);
        let errno = unsafe { fd_pread(file, &part, length, 0, &mut count) };
        print(format_args!("read {length} parts"), errno, count);
    }
    for parts in [0, 1 << 29, (1 << 29) + 1] {
        let errno = unsafe { fd_pread(file, &Part::of(&byte), parts, 0, &mut count) };
        print(format_args!("read {parts} parts"), errno, count);
    }
    // A part of no bytes, wherever it begins.
    let errno = unsafe { fd_pread(file, &Part(u32::MAX, 0), 1, 0, &mut count) };
    print("read no bytes to the end of the addresses", errno, count);
    let large = vec![0_u8; 1 << 16];
    for parts in [(1 << 16) - 1, 1 << 16] {
        let parts = vec![Part::of(&large); parts];
        let errno = unsafe { fd_pread(file, parts.as_ptr(), parts.len() as u32, 0, &mut count) };
        print(format_args!("read {} parts of 65536 bytes", parts.len()), errno, count);
    }
    print("size", 0, size(file));
    Ok(())
}
