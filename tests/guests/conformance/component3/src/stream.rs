//! Streams, and the future that stands beside each.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use suite::{Outcome, Saw, same};
use wasip3::filesystem::types::ErrorCode;
use wasip3::wit_bindgen::{FutureReader, StreamReader, StreamResult, StreamWriter};
use wasip3::wit_stream;

use crate::call::Descriptor;

/// What comes of a stream, if it is waited for.
pub type Ending = FutureReader<Result<(), ErrorCode>>;

/// All that a descriptor holds.
pub async fn contents(file: &Descriptor) -> Result<Vec<u8>, ErrorCode> {
    contents_from(file, 0).await
}

/// The same from an offset on.
pub async fn contents_from(file: &Descriptor, offset: u64) -> Result<Vec<u8>, ErrorCode> {
    let (stream, ending) = file.read_via_stream(offset);
    let all = stream.collect().await;
    ending.await.map(|()| all)
}

/// The names in a directory, sorted.
pub async fn names(dir: &Descriptor) -> Result<Vec<String>, ErrorCode> {
    let (stream, ending) = dir.read_directory();
    let mut names: Vec<_> = stream.collect().await.into_iter().map(|entry| entry.name).collect();
    ending.await?;
    names.sort();
    Ok(names)
}

/// Writes at an offset.
pub async fn write(file: &Descriptor, bytes: &[u8], offset: u64) -> Result<(), ErrorCode> {
    let (writer, ending) = writer(file, offset);
    feed(writer, bytes).await;
    ending.await
}

/// Writes at the end.
pub async fn append(file: &Descriptor, bytes: &[u8]) -> Result<(), ErrorCode> {
    let (writer, ending) = appender(file);
    feed(writer, bytes).await;
    ending.await
}

/// The writable end of a stream that goes to an offset of a file.
pub fn writer(file: &Descriptor, offset: u64) -> (StreamWriter<u8>, Ending) {
    let (writer, reader) = wit_stream::new();
    (writer, file.write_via_stream(reader, offset))
}

/// The writable end of a stream that goes to the end of a file.
pub fn appender(file: &Descriptor) -> (StreamWriter<u8>, Ending) {
    let (writer, reader) = wit_stream::new();
    (writer, file.append_via_stream(reader))
}

/// Gives a stream all bytes that it takes, and ends it.
pub async fn feed(mut writer: StreamWriter<u8>, bytes: &[u8]) {
    writer.write_all(bytes.to_vec()).await;
}

/// Gives a stream these bytes, every one of which it takes.
pub async fn put(writer: &mut StreamWriter<u8>, bytes: &[u8]) -> Outcome {
    let left = writer.write_all(bytes.to_vec()).await;
    same(left.len(), 0)
}

/// So many bytes of a stream.
pub async fn take(stream: &mut StreamReader<u8>, count: usize) -> Result<Vec<u8>, Saw> {
    let mut all = Vec::new();
    while all.len() < count {
        let (result, bytes) = stream.read(Vec::with_capacity(count - all.len())).await;
        all.extend(bytes);
        if result == StreamResult::Dropped {
            return Err(Saw(format!("the end of the stream after {} bytes, not {count}", all.len())));
        }
    }
    Ok(all)
}

/// Both, each going on while the other waits.
pub async fn both<A: Future, B: Future>(one: A, other: B) -> (A::Output, B::Output) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let (mut first, mut second) = (None, None);
    poll_fn(|context| {
        if first.is_none()
            && let Poll::Ready(value) = one.as_mut().poll(context)
        {
            first = Some(value);
        }
        if second.is_none()
            && let Poll::Ready(value) = other.as_mut().poll(context)
        {
            second = Some(value);
        }
        if first.is_some() && second.is_some() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    (first.expect("it is there"), second.expect("it is there"))
}
