//! The answer to every number at an edge of its type, in every call that takes an offset, a length or a time. What is
//! printed is compared between hosts.

use check::edges::{LAST, LENGTHS, OFFSETS, Time, WAITS, offsets_to_change, print, print_ranges, print_times};
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
    print_ranges(|offset, length| {
        let (bytes, end) = file.read(length, offset).map_err(code)?;
        Ok::<_, &str>(format!("{} bytes, end {end}", bytes.len()))
    });
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
    print_ranges(|offset, length| file.advise(offset, length, Advice::WillNeed).map(|()| "ok").map_err(code));
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

fn times(
    name: &str,
    times: &[(u64, u32)],
    set: impl Fn(&Descriptor, NewTimestamp, NewTimestamp) -> Result<(), ErrorCode>,
) -> Outcome {
    let directory = scratch(name)?;
    let file = file(&directory, "file")?;
    let new = |time: Time<u64>| match time {
        Some((seconds, nanoseconds)) => NewTimestamp::Timestamp(Datetime { seconds, nanoseconds }),
        None => NewTimestamp::NoChange,
    };
    let set = |[access, modification]: [_; 2]| {
        set(&directory, new(access), new(modification)).map_err(|error| code(error).to_owned())
    };
    print_times(times, set, || {
        let stat = file.stat()?;
        let seen = [stat.data_access_timestamp, stat.data_modification_timestamp];
        Ok(seen.map(|time| time.map(|time| (time.seconds, time.nanoseconds))))
    })
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
