//! Calls, reads and writes that are given up while they are under way: nothing is lost, nothing comes twice, and all goes on.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use wasip3::wit_bindgen::{StreamReader, StreamResult};

const SIZE: usize = 300_000;

pub async fn calls_reads_and_writes() -> Result<(), ErrorCode> {
    let (root, _) = get_directories().swap_remove(0);
    for _ in 0..100 {
        // What it opens is dropped with it.
        begin(root.open_at(PathFlags::empty(), ".".to_owned(), OpenFlags::DIRECTORY, DescriptorFlags::READ)).await;
        begin(root.stat()).await;
    }
    let file = crate::new_file(&root, "cancelled").await?;
    let expected: Vec<u8> = (0..SIZE).map(|at| (at % 251) as u8).collect();
    write(&file, &expected).await?;
    let (reader, read) = file.read_via_stream(0);
    same(&contents(reader).await, &expected)?;
    read.await
}

/// Each second write is cancelled. What it says that was taken is the file's; the rest is written again.
async fn write(file: &Descriptor, bytes: &[u8]) -> Result<(), ErrorCode> {
    let (mut writer, reader) = wasip3::wit_stream::new();
    let written = file.write_via_stream(reader, 0);
    let mut rest = bytes.to_vec();
    let mut cancels = true;
    while !rest.is_empty() {
        let later = rest.split_off(rest.len().min(1000));
        let mut left = if cancels {
            let mut write = Box::pin(writer.write(rest));
            match poll_fn(|context| Poll::Ready(write.as_mut().poll(context))).await {
                Poll::Ready((_, left)) => left.into_vec(),
                Poll::Pending => write.as_mut().cancel().1.into_vec(),
            }
        } else {
            writer.write(rest).await.1.into_vec()
        };
        cancels = !cancels;
        left.extend(later);
        rest = left;
    }
    drop(writer);
    written.await
}

/// Each second read is cancelled; what it has got all the same is not lost.
async fn contents(mut reader: StreamReader<u8>) -> Vec<u8> {
    let mut all = Vec::new();
    let mut cancels = true;
    loop {
        let mut read = Box::pin(reader.read(Vec::with_capacity(1000)));
        let (result, bytes) = if cancels {
            match poll_fn(|context| Poll::Ready(read.as_mut().poll(context))).await {
                Poll::Ready(done) => done,
                Poll::Pending => read.as_mut().cancel(),
            }
        } else {
            read.await
        };
        cancels = !cancels;
        all.extend(bytes);
        if result == StreamResult::Dropped {
            return all;
        }
    }
}

fn same(one: &[u8], other: &[u8]) -> Result<(), ErrorCode> {
    if one == other {
        return Ok(());
    }
    let place = one.iter().zip(other).position(|(one, other)| one != other);
    eprintln!("{} bytes and {}, first difference at {place:?}", one.len(), other.len());
    Err(ErrorCode::Io)
}

/// Polls a call once, and gives it up.
async fn begin(call: impl Future) {
    let mut call = pin!(call);
    poll_fn(|context| {
        drop(call.as_mut().poll(context));
        Poll::Ready(())
    })
    .await;
}
