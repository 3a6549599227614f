//! Stdin to a file, and that file to stdout: the host's streams are the file's own, with nothing of the app between them.

use wasip3::cli::{stdin, stdout};
use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::ErrorCode;

pub async fn a_file() -> Result<(), ErrorCode> {
    let (root, _) = get_directories().swap_remove(0);
    let file = crate::new_file(&root, "through").await?;
    let (input, received) = stdin::read_via_stream();
    file.write_via_stream(input, 0).await?;
    received.await.map_err(|_| ErrorCode::Io)?;
    let (contents, read) = file.read_via_stream(0);
    stdout::write_via_stream(contents).await.map_err(|_| ErrorCode::Io)?;
    read.await
}
