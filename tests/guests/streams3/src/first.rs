//! A listing before any asynchronous call was made.

use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::ErrorCode;

pub async fn listing() -> Result<(), ErrorCode> {
    let (root, _) = get_directories().swap_remove(0);
    let (entries, listed) = root.read_directory();
    let names: Vec<_> = entries.collect().await.into_iter().map(|entry| entry.name).collect();
    listed.await?;
    if names.iter().any(|name| name == "there") {
        return Ok(());
    }
    eprintln!("{names:?}");
    Err(ErrorCode::NoEntry)
}
