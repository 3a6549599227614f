//! Links with absolute targets, followed from the root: what is written and read through them.

use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use wasip3::wit_stream;

use crate::new_file;

const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;

pub async fn links() -> Result<(), ErrorCode> {
    let (root, _) = get_directories().swap_remove(0);
    holds(text(&root, "dir/to-file").await? == "of the image", "a link of the image")?;
    root.symlink_at("/dir/new".to_owned(), "dir/link".to_owned()).await?;
    holds(root.readlink_at("dir/link".to_owned()).await? == "/dir/new", "a link is read")?;
    let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
    let file = root.open_at(FOLLOW, "dir/link".to_owned(), OpenFlags::CREATE, flags).await?;
    let (mut bytes, incoming) = wit_stream::new();
    let written = file.write_via_stream(incoming, 0);
    bytes.write_all(b"written".to_vec()).await;
    drop(bytes);
    written.await?;
    holds(text(&root, "dir/new").await? == "written", "a file is made where a link leads")?;
    drop(new_file(&root, "dir/new").await?);
    holds(text(&root, "dir/link").await?.is_empty(), "a link leads to what is there")?;
    // From a directory that is not the root, nothing leads out.
    let flags = DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY;
    let directory = root.open_at(FOLLOW, "dir".to_owned(), OpenFlags::DIRECTORY, flags).await?;
    for path in ["to-file", "link", "to-root", "to-root/dir/file"] {
        let found = directory.stat_at(FOLLOW, path.to_owned()).await;
        holds(matches!(found, Err(ErrorCode::NotPermitted)), path)?;
    }
    holds(text(&root, "dir/to-root/dir/file").await? == "of the image", "the root by a link")
}

/// All that a file has.
async fn text(root: &Descriptor, path: &str) -> Result<String, ErrorCode> {
    let file = root.open_at(FOLLOW, path.to_owned(), OpenFlags::empty(), DescriptorFlags::READ).await?;
    let (bytes, read) = file.read_via_stream(0);
    let bytes = bytes.collect().await;
    read.await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn holds(fact: bool, what: &str) -> Result<(), ErrorCode> {
    if fact {
        return Ok(());
    }
    eprintln!("this does not hold: {what}");
    Err(ErrorCode::Invalid)
}
