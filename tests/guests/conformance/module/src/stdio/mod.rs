//! Each case runs alone: standard input is `one\ntwo\n`, nothing is a terminal, `GREETING` is `good day`.

use std::ffi::CStr;

use wasi::*;

use crate::tools::*;

/// The texts of `args_get` or `environ_get`.
fn texts(
    sizes: unsafe fn() -> Result<(usize, usize), Errno>,
    get: unsafe fn(*mut *mut u8, *mut u8) -> Result<(), Errno>,
) -> Result<Vec<String>, Errno> {
    let (count, size) = unsafe { sizes()? };
    let (mut starts, mut bytes) = (vec![std::ptr::null_mut(); count], vec![0; size]);
    unsafe { get(starts.as_mut_ptr(), bytes.as_mut_ptr())? };
    let text = |start: &*mut u8| unsafe { CStr::from_ptr(start.cast()) }.to_string_lossy().into_owned();
    Ok(starts.iter().map(text).collect())
}

#[case]
fn args_get_what_was_given() -> Outcome {
    same(texts(args_sizes_get, args_get)?.get(1..), Some(&["stdio".into(), "args_get_what_was_given".into()][..]))
}

#[case]
fn args_sizes_get_counts_them() -> Outcome {
    let (count, size) = unsafe { args_sizes_get()? };
    let texts = texts(args_sizes_get, args_get)?;
    same((count, size), (texts.len(), texts.iter().map(|text| text.len() + 1).sum()))
}

#[case]
fn environ_get_what_was_given() -> Outcome {
    let all = texts(environ_sizes_get, environ_get)?;
    let missing: Vec<_> =
        ["GREETING=good day", "EMPTY="].iter().filter(|wanted| !all.iter().any(|text| text == *wanted)).collect();
    holds(missing.is_empty(), format!("{missing:?} is among {all:?}"))
}

#[case]
fn environ_sizes_get_counts_them() -> Outcome {
    let (count, size) = unsafe { environ_sizes_get()? };
    let texts = texts(environ_sizes_get, environ_get)?;
    same((count, size), (texts.len(), texts.iter().map(|text| text.len() + 1).sum()))
}

#[case]
fn proc_exit_with_a_code() -> Outcome {
    // Through `wasi:cli/exit`, which has success and failure.
    println!("ends proc_exit_with_a_code 1");
    unsafe { proc_exit(1) };
    Err(Saw("that the program went on".into()))
}

#[case]
fn proc_exit_with_success() -> Outcome {
    println!("ends proc_exit_with_success 0");
    unsafe { proc_exit(0) };
    Err(Saw("that the program went on".into()))
}

#[case]
fn fd_read_of_stdin() -> Outcome {
    let (stdin, mut all) = (File(0), Vec::new());
    loop {
        let more = read(&stdin, 100)?;
        if more.is_empty() {
            return same(all, b"one\ntwo\n");
        }
        all.extend(more);
    }
}

#[case]
fn fd_write_to_stdout() -> Outcome {
    println!("says fd_write_to_stdout stdout to the output");
    same(write(&File(1), b"to the output\n")?, 14)
}

#[case]
fn fd_write_to_stderr() -> Outcome {
    println!("says fd_write_to_stderr stderr to the errors");
    same(write(&File(2), b"to the errors\n")?, 14)
}

#[case]
fn fd_seek_of_stdin() -> Outcome {
    fails(seek(&File(0), 0, WHENCE_SET), &[ERRNO_SPIPE, ERRNO_BADF])
}

#[case]
fn fd_fdstat_get_of_a_stream_that_is_no_terminal() -> Outcome {
    for stream in 0..3 {
        holds(
            unsafe { fd_fdstat_get(stream)? }.fs_filetype != FILETYPE_CHARACTER_DEVICE,
            "what is no terminal is no character device",
        )?;
    }
    Ok(())
}

#[case]
fn poll_oneoff_stdin_a_clock_and_a_file() -> Outcome {
    use crate::usual::poll_oneoff::{clock, poll, readable};
    let file = open("hello.txt")?;
    let seen = poll(&[readable(1, 0), clock(2, 3_600_000_000_000, 0), readable(3, file.0)])?;
    holds(!seen.is_empty() && !seen.iter().any(|event| event.0 == 2), "something is ready, and it is not the clock")
}

#[case]
fn poll_oneoff_stdin_behind_a_long_clock() -> Outcome {
    use crate::usual::poll_oneoff::{clock, poll, readable};
    same(poll(&[clock(1, 3_600_000_000_000, 0), readable(2, 0)])?, [(2, EVENTTYPE_FD_READ, ERRNO_SUCCESS)])
}
