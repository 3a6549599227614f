//! Files and directories as answers.

use wasip3::clocks::monotonic_clock::wait_for;
use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode as OfFile, OpenFlags, PathFlags};
use wasip3::http::types::{ErrorCode, Response};
use wasip3::wit_bindgen::{StreamReader, StreamWriter, spawn_local};
use wasip3::wit_stream;

use crate::answer::{Failed, all, answer, text};

/// Nanoseconds for which a slow answer waits.
const A_WHILE: u64 = 400_000_000;

/// The file: the stream of its contents is the body.
pub async fn get(path: &str, says_size: bool) -> Result<Response, Failed> {
    let file = open(path, OpenFlags::empty(), DescriptorFlags::READ).await?;
    let size = file.stat().await?.size;
    let (contents, _read) = file.read_via_stream(0);
    Ok(answer(200, says_size.then_some(size), Some(contents)))
}

/// The names in a directory.
pub async fn list(path: &str) -> Result<Response, Failed> {
    let directory = open(path, OpenFlags::DIRECTORY, DescriptorFlags::READ).await?;
    let (entries, listed) = directory.read_directory();
    let mut names: Vec<_> = entries.collect().await.into_iter().map(|entry| entry.name + "\n").collect();
    listed.await?;
    names.sort();
    Ok(text(200, &names.concat()))
}

/// Gives a stream to a file, and answers when all of it is there.
pub async fn put(
    path: &str,
    (body, received): (StreamReader<u8>, impl Future<Output = Result<(), ErrorCode>>),
) -> Result<Response, Failed> {
    let file = open(path, OpenFlags::CREATE | OpenFlags::TRUNCATE, DescriptorFlags::WRITE).await?;
    file.write_via_stream(body, 0).await?;
    received.await?;
    Ok(text(201, &file.stat().await?.size.to_string()))
}

/// One line more in the log, and all of it.
pub async fn log(line: &str) -> Result<Response, Failed> {
    append(line).await?;
    let log = open("log", OpenFlags::empty(), DescriptorFlags::READ).await?;
    Ok(text(200, &String::from_utf8_lossy(&all(log.read_via_stream(0)).await?)))
}

async fn append(line: &str) -> Result<(), OfFile> {
    let log = open("log", OpenFlags::CREATE, DescriptorFlags::WRITE).await?;
    let (mut writer, reader) = wit_stream::new();
    let written = log.append_via_stream(reader);
    writer.write_all(format!("{line}\n").into_bytes()).await;
    drop(writer);
    written.await
}

/// Holds the request open, with a file that is open already.
pub async fn slowly(path: &str) -> Result<Response, Failed> {
    let file = open(path, OpenFlags::empty(), DescriptorFlags::READ).await?;
    let (mut writer, body) = wit_stream::new();
    spawn_local(async move {
        // wit-bindgen writes again to a reader that is gone, and traps, unless its caller stops.
        if writer.write_all(b"wait\n".to_vec()).await.is_empty() {
            wait_for(A_WHILE).await;
            copy(&file, &mut writer).await;
        }
    });
    Ok(answer(200, None, Some(body)))
}

/// Opens the file when `handle` has returned.
pub fn late(path: &str) -> Response {
    let (mut writer, body) = wit_stream::new();
    let path = path.to_owned();
    spawn_local(async move {
        wait_for(A_WHILE / 10).await;
        match open(&path, OpenFlags::empty(), DescriptorFlags::READ).await {
            Ok(file) => copy(&file, &mut writer).await,
            Err(error) => drop(writer.write_all(format!("{error:?}\n").into_bytes()).await),
        }
        drop(writer);
        drop(append(&path).await);
    });
    answer(200, None, Some(body))
}

/// What a file holds, through a buffer of the app. A client that goes away ends it.
async fn copy(file: &Descriptor, to: &mut StreamWriter<u8>) {
    if let Ok(contents) = all(file.read_via_stream(0)).await {
        drop(to.write_all(contents).await);
    }
}

/// A file or directory below the root.
pub async fn open(path: &str, how: OpenFlags, flags: DescriptorFlags) -> Result<Descriptor, OfFile> {
    let (root, _) = get_directories().swap_remove(0);
    let path = if path.is_empty() { "." } else { path };
    root.open_at(PathFlags::SYMLINK_FOLLOW, path.to_owned(), how, flags).await
}
