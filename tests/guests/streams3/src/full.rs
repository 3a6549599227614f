//! A stream that cannot be written to its end: the future says why, what came before is there, and room that is made is room again.

use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::{Descriptor, ErrorCode};

/// More than the case leaves room for.
const SIZE: usize = 1 << 20;

pub async fn of_bytes() -> Result<(), ErrorCode> {
    let (root, _) = get_directories().swap_remove(0);
    let file = crate::new_file(&root, "full").await?;
    let (taken, answer) = write(&file, vec![7; SIZE]).await;
    println!("written to its end: {answer:?}");
    let size = file.stat().await?.size as usize;
    println!("some was taken, and is there: {}", 0 < size && size < SIZE && taken <= SIZE);
    let (contents, read) = file.read_via_stream(0);
    let contents = contents.collect().await;
    read.await?;
    println!("what is there is right: {}", contents.len() == size && contents.iter().all(|byte| *byte == 7));
    file.set_size(0).await?;
    let (_, answer) = write(&file, vec![8; size]).await;
    println!("as much again: {answer:?}");
    Ok(())
}

/// How much was taken, and the future's value.
async fn write(file: &Descriptor, bytes: Vec<u8>) -> (usize, Result<(), ErrorCode>) {
    let (mut writer, reader) = wasip3::wit_stream::new();
    let written = file.write_via_stream(reader, 0);
    let length = bytes.len();
    let left = writer.write_all(bytes).await;
    drop(writer);
    (length - left.len(), written.await)
}
