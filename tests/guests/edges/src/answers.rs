//! The answer to every number at an edge of its type, in every call that takes an offset, a length or a time. What is
//! printed is compared between hosts.

use std::fmt::Display;

use check::{Behaviour, Outcome};
use wasip2::clocks::monotonic_clock::{subscribe_duration, subscribe_instant};
use wasip2::clocks::wall_clock::Datetime;
use wasip2::filesystem::types::{Advice, Descriptor, ErrorCode, NewTimestamp, filesystem_error_code};
use wasip2::io::streams::{InputStream, OutputStream, StreamError};

use crate::tree::{FOLLOW, file, scratch, write};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("read", read),
    ("read_stream", read_stream),
    ("skip_stream", skip_stream),
    ("write", write_at),
    ("write_stream", write_stream),
    ("write_zeroes_stream", write_zeroes_stream),
    ("splice_stream", splice_stream),
    ("set_size", set_size),
    ("advise", advise),
    ("set_times", set_times),
    ("set_times_at", set_times_at),
    ("durations", durations),
    ("instants", instants),
];
/// Times that no disk has, or not every one.
pub const OF_NO_DISK: &[Behaviour] = &[("set_far_times", set_far_times), ("set_far_times_at", set_far_times_at)];

/// The largest offset that a file can end at.
const LAST: u64 = i64::MAX as u64;

/// In and around a file of five bytes, then where 32 and 64 bits end.
const OFFSETS: [u64; 13] = [
    0,
    4,
    5,
    6,
    u32::MAX as u64,
    u32::MAX as u64 + 1,
    1 << 62,
    LAST - 1,
    LAST,
    LAST + 1,
    LAST + 2,
    u64::MAX - 1,
    u64::MAX,
];

const LENGTHS: [u64; 9] = [0, 1, 2, u32::MAX as u64, u32::MAX as u64 + 1, LAST, LAST + 1, u64::MAX - 1, u64::MAX];

/// Offsets that every filesystem has, and those that none has. Between them, each disk has its own end.
fn offsets_to_change() -> impl Iterator<Item = u64> {
    OFFSETS.into_iter().filter(|offset| *offset < 10 || *offset >= LAST)
}

fn print(call: impl Display, answer: Result<impl Display, impl Display>) {
    match answer {
        Ok(answer) => println!("  {call}: {answer}"),
        Err(error) => println!("  {call}: {error}"),
    }
}

fn code(error: ErrorCode) -> &'static str {
    error.name()
}

fn stream_error(error: StreamError) -> String {
    match error {
        StreamError::Closed => "closed".into(),
        StreamError::LastOperationFailed(error) => {
            format!("failed, {}", filesystem_error_code(&error).map_or("of another kind", code))
        }
    }
}

/// A new file of five bytes.
fn five(name: &str) -> Result<Descriptor, ErrorCode> {
    let file = file(&scratch(name)?, "file")?;
    write(&file, b"bytes", 0)?;
    Ok(file)
}

fn read() -> Outcome {
    let file = five("read")?;
    for offset in OFFSETS {
        for length in LENGTHS {
            let answer = file.read(length, offset).map(|(bytes, end)| format!("{} bytes, end {end}", bytes.len()));
            print(format_args!("{length} at {offset}"), answer.map_err(code));
        }
    }
    Ok(())
}

fn from_streams(name: &str, act: impl Fn(&InputStream, u64) -> Result<String, StreamError>) -> Outcome {
    let file = five(name)?;
    for offset in OFFSETS {
        // A read of nothing is in `nothing.rs`.
        for length in LENGTHS.into_iter().filter(|length| *length > 0) {
            let call = format!("{length} at {offset}");
            match file.read_via_stream(offset) {
                Ok(stream) => print(call, act(&stream, length).map_err(stream_error)),
                Err(error) => print(call, Err::<&str, _>(format!("no stream, {}", code(error)))),
            }
        }
    }
    Ok(())
}

fn read_stream() -> Outcome {
    from_streams("read_stream", |stream, length| Ok(format!("{} bytes", stream.blocking_read(length)?.len())))
}

fn skip_stream() -> Outcome {
    from_streams("skip_stream", |stream, length| Ok(format!("{} bytes", stream.blocking_skip(length)?)))
}

fn write_at() -> Outcome {
    for offset in offsets_to_change() {
        for bytes in [&b""[..], b"x", b"xy"] {
            let file = five(&format!("write_{offset}_{}", bytes.len()))?;
            print(format_args!("{} at {offset}", bytes.len()), file.write(bytes, offset).map_err(code));
            print("  size", file.stat().map(|stat| stat.size).map_err(code));
        }
    }
    Ok(())
}

fn to_streams(name: &str, act: impl Fn(&OutputStream) -> Result<(), StreamError>) -> Outcome {
    for offset in offsets_to_change() {
        let file = five(&format!("{name}_{offset}"))?;
        match file.write_via_stream(offset) {
            Ok(stream) => print(offset, act(&stream).map(|()| "ok").map_err(stream_error)),
            Err(error) => print(offset, Err::<&str, _>(format!("no stream, {}", code(error)))),
        }
        print("  size", file.stat().map(|stat| stat.size).map_err(code));
    }
    Ok(())
}

fn write_stream() -> Outcome {
    to_streams("write_stream", |stream| stream.blocking_write_and_flush(b"xy"))
}

fn write_zeroes_stream() -> Outcome {
    to_streams("write_zeroes_stream", |stream| stream.blocking_write_zeroes_and_flush(2))
}

fn splice_stream() -> Outcome {
    for length in LENGTHS {
        let (from, to) = (five(&format!("splice_from_{length}"))?, five(&format!("splice_to_{length}"))?);
        let (input, output) = (from.read_via_stream(1)?, to.write_via_stream(3)?);
        print(length, output.blocking_splice(&input, length).map_err(stream_error));
        drop(output.blocking_flush());
        print("  size", to.stat().map(|stat| stat.size).map_err(code));
    }
    Ok(())
}

fn set_size() -> Outcome {
    let file = five("set_size")?;
    for size in offsets_to_change().filter(|size| *size != LAST) {
        print(size, file.set_size(size).map(|()| "ok").map_err(code));
        print("  size", file.stat().map(|stat| stat.size).map_err(code));
    }
    Ok(())
}

fn advise() -> Outcome {
    let file = five("advise")?;
    for offset in OFFSETS {
        for length in LENGTHS {
            let answer = file.advise(offset, length, Advice::WillNeed).map(|()| "ok");
            print(format_args!("{length} at {offset}"), answer.map_err(code));
        }
    }
    Ok(())
}

/// Times that every disk has. Where hosts differ, `deviations.md` says what holds here: times before 1970, and a second
/// or more of nanoseconds.
const TIMES: [(u64, u32); 6] = [(0, 0), (0, 1), (0, 999_999_999), (1, 999_999_999), ((1 << 31) - 1, 0), (1 << 31, 5)];

/// Where 32, 63 and 64 bits of seconds end.
const FAR_TIMES: [(u64, u32); 8] = [
    (u32::MAX as u64, 999_999_999),
    (1 << 32, 0),
    (LAST - 1, 0),
    (LAST, 0),
    (LAST, 999_999_999),
    (LAST + 1, 0),
    (u64::MAX, 0),
    (u64::MAX, 999_999_999),
];

const SEVEN: NewTimestamp = NewTimestamp::Timestamp(Datetime { seconds: 7, nanoseconds: 7 });

fn times(
    name: &str,
    times: &[(u64, u32)],
    set: impl Fn(&Descriptor, NewTimestamp, NewTimestamp) -> Result<(), ErrorCode>,
) -> Outcome {
    let directory = scratch(name)?;
    let file = file(&directory, "file")?;
    for &(seconds, nanoseconds) in times {
        let new = NewTimestamp::Timestamp(Datetime { seconds, nanoseconds });
        for (which, access, modification) in
            [("access", new, NewTimestamp::NoChange), ("modification", NewTimestamp::NoChange, new)]
        {
            set(&directory, SEVEN, SEVEN)?;
            let answer = set(&directory, access, modification);
            let stat = file.stat()?;
            let seen = [stat.data_access_timestamp, stat.data_modification_timestamp].map(|time| match time {
                Some(time) => format!("{}.{:09}", time.seconds, time.nanoseconds),
                None => "none".into(),
            });
            let answer =
                answer.map(|()| seen.join(" ")).map_err(|error| format!("{}, {}", code(error), seen.join(" ")));
            print(format_args!("{which} {seconds}.{nanoseconds:09}"), answer);
        }
    }
    Ok(())
}

fn by_descriptor(directory: &Descriptor, access: NewTimestamp, modification: NewTimestamp) -> Result<(), ErrorCode> {
    file(directory, "file")?.set_times(access, modification)
}

fn by_path(directory: &Descriptor, access: NewTimestamp, modification: NewTimestamp) -> Result<(), ErrorCode> {
    directory.set_times_at(FOLLOW, "file", access, modification)
}

fn set_times() -> Outcome {
    times("set_times", &TIMES, by_descriptor)
}

fn set_times_at() -> Outcome {
    times("set_times_at", &TIMES, by_path)
}

fn set_far_times() -> Outcome {
    times("set_far_times", &FAR_TIMES, by_descriptor)
}

fn set_far_times_at() -> Outcome {
    times("set_far_times_at", &FAR_TIMES, by_path)
}

/// Nanoseconds that are over at once, or not while anybody looks.
const WAITS: [u64; 7] = [0, 1, 1 << 62, LAST, LAST + 1, u64::MAX - 1, u64::MAX];

fn durations() -> Outcome {
    for wait in WAITS {
        let pollable = subscribe_duration(wait);
        if wait < 10 {
            pollable.block();
        }
        print(wait, Ok::<_, &str>(pollable.ready()));
    }
    Ok(())
}

fn instants() -> Outcome {
    for instant in WAITS {
        let pollable = subscribe_instant(instant);
        if instant < 10 {
            pollable.block();
        }
        print(instant, Ok::<_, &str>(pollable.ready()));
    }
    Ok(())
}
