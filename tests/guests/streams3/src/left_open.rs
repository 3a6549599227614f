//! The program ends while streams of every kind are open, and nobody waits for them.

use std::mem::forget;

use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::ErrorCode;

pub async fn streams() -> Result<(), ErrorCode> {
    let (root, _) = get_directories().swap_remove(0);
    let file = crate::new_file(&root, "open").await?;
    let (mut first, reader) = wasip3::wit_stream::new();
    let written = file.write_via_stream(reader, 0);
    first.write_all(vec![7; 100_000]).await;
    let (mut contents, read) = file.read_via_stream(0);
    contents.read(Vec::with_capacity(10)).await;
    let (entries, listed) = root.read_directory();
    let (appended, reader) = wasip3::wit_stream::new();
    let appending = file.append_via_stream(reader);
    forget((first, written, contents, read, entries));
    forget((listed, appended, appending, file));
    Ok(())
}
