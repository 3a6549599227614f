//! Offsets, sizes, and lengths of reads and writes.

use check::edges::{LAST, OFFSETS, offsets_to_change, print, print_ranges};
use check::{Behaviour, Outcome, same};
use wasip3::filesystem::types::{Advice, Descriptor, ErrorCode};
use wasip3::wit_bindgen::{FutureReader, StreamReader, StreamResult, block_on};
use wasip3::wit_stream;

use crate::{five, print_size, scratch};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("read_stream", read_stream),
    ("write_stream", write_stream),
    ("append_stream", append_stream),
    ("set_size", set_size),
    ("advise", advise),
];
/// What hosts answer in different ways.
pub const ODD: &[Behaviour] = &[
    ("read_stream_of_the_last_byte", read_stream_of_the_last_byte),
    ("write_stream_without_a_write", write_stream_without_a_write),
];
/// Sizes that no disk has.
pub const OF_NO_DISK: &[Behaviour] = &[("append_to_the_largest", append_to_the_largest)];

/// Where the last byte of the largest file is: an offset that a file can have.
const LAST_BYTE: u64 = LAST - 1;

fn read(file: &Descriptor, offset: u64, length: usize) {
    let (mut stream, ending) = file.read_via_stream(offset);
    let (result, bytes) = block_on(stream.read(Vec::with_capacity(length)));
    drop(stream);
    let ending = block_on(ending.into_future()).map_or_else(|error| error.to_string(), |()| "ok".into());
    print(format_args!("{length} at {offset}"), Ok::<_, &str>(format!("{result:?}, {} bytes, {ending}", bytes.len())));
}

/// A read of nothing takes nothing, wherever it is.
fn read_nothing(file: &Descriptor, offset: u64) -> Outcome {
    let (mut stream, ending) = file.read_via_stream(offset);
    let (result, nothing) = block_on(stream.read(Vec::new()));
    same(nothing.len(), 0)?;
    let rest = if result == StreamResult::Dropped { Vec::new() } else { block_on(stream.collect()) };
    let ending = block_on(ending.into_future()).map(|()| format!("{result:?}, then {} bytes", rest.len()));
    print(format_args!("0 at {offset}"), ending);
    Ok(())
}

fn read_all(file: &Descriptor, offset: u64) {
    let (stream, ending) = file.read_via_stream(offset);
    let bytes = block_on(stream.collect());
    print(format_args!("all at {offset}"), block_on(ending.into_future()).map(|()| bytes.len()));
}

fn reads(name: &str, offsets: impl IntoIterator<Item = u64>) -> Outcome {
    let file = five(&scratch(name)?, "file")?;
    for offset in offsets {
        read_nothing(&file, offset)?;
        for length in [1, 2, 10, 1 << 20] {
            read(&file, offset, length);
        }
        read_all(&file, offset);
    }
    Ok(())
}

fn read_stream() -> Outcome {
    reads("read_stream", OFFSETS.into_iter().filter(|offset| *offset != LAST_BYTE))
}

fn read_stream_of_the_last_byte() -> Outcome {
    reads("read_stream_of_the_last_byte", [LAST_BYTE])
}

/// Writes these bytes at once, or ends the stream without a write. How the stream has taken them is not told: the future says
/// whether they are in the file.
pub fn write(file: &Descriptor, offset: u64, bytes: Option<&[u8]>) -> Result<(), ErrorCode> {
    give(|stream| file.write_via_stream(stream, offset), bytes)
}

fn give(
    begin: impl FnOnce(StreamReader<u8>) -> FutureReader<Result<(), ErrorCode>>,
    bytes: Option<&[u8]>,
) -> Result<(), ErrorCode> {
    block_on(async {
        let (mut writer, stream) = wit_stream::new();
        let written = begin(stream);
        if let Some(bytes) = bytes {
            writer.write(bytes.to_vec()).await;
        }
        drop(writer);
        written.await
    })
}

/// No write, a write of nothing, and of one and two bytes.
const WRITES: [Option<&[u8]>; 4] = [None, Some(b""), Some(b"x"), Some(b"xy")];

fn said(bytes: Option<&[u8]>) -> String {
    bytes.map_or("no write".into(), |bytes| bytes.len().to_string())
}

fn write_stream() -> Outcome {
    writes("write_stream", |offset, bytes| offset <= LAST || bytes.is_some())
}

fn write_stream_without_a_write() -> Outcome {
    writes("write_stream_without_a_write", |offset, bytes| offset > LAST && bytes.is_none())
}

fn writes(name: &str, chosen: fn(u64, Option<&[u8]>) -> bool) -> Outcome {
    let directory = scratch(name)?;
    for offset in offsets_to_change() {
        for bytes in WRITES.into_iter().filter(|bytes| chosen(offset, *bytes)) {
            let file = five(&directory, &format!("{offset}_{}", said(bytes)))?;
            print(format_args!("{} at {offset}", said(bytes)), write(&file, offset, bytes).map(|()| "ok"));
            print_size(&file);
        }
    }
    Ok(())
}

fn append(file: &Descriptor) {
    for bytes in WRITES {
        let appended = give(|stream| file.append_via_stream(stream), bytes);
        print(format_args!("{} at the end", said(bytes)), appended.map(|()| "ok"));
        print_size(file);
    }
}

fn append_stream() -> Outcome {
    append(&five(&scratch("append_stream")?, "file")?);
    Ok(())
}

fn append_to_the_largest() -> Outcome {
    let file = five(&scratch("append_to_the_largest")?, "file")?;
    for size in [LAST - 1, LAST] {
        block_on(file.set_size(size))?;
        append(&file);
    }
    Ok(())
}

fn set_size() -> Outcome {
    let file = five(&scratch("set_size")?, "file")?;
    for size in offsets_to_change().filter(|size| *size != LAST) {
        print(size, block_on(file.set_size(size)).map(|()| "ok"));
        print_size(&file);
    }
    Ok(())
}

fn advise() -> Outcome {
    let file = five(&scratch("advise")?, "file")?;
    print_ranges(|offset, length| block_on(file.advise(offset, length, Advice::WillNeed)).map(|()| "ok"));
    Ok(())
}
