//! A large file, read to its end in small pieces.

use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::{DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use wasip3::wit_bindgen::StreamResult;

pub async fn file() -> Result<(), ErrorCode> {
    let (root, _) = get_directories().swap_remove(0);
    let name = "large.bin".to_owned();
    let file = root.open_at(PathFlags::empty(), name, OpenFlags::empty(), DescriptorFlags::READ).await?;
    let (mut contents, read) = file.read_via_stream(0);
    let (mut total, mut buffer) = (0, Vec::with_capacity(64 << 10));
    loop {
        let (result, bytes) = contents.read(buffer).await;
        total += bytes.len();
        buffer = bytes;
        buffer.clear();
        if result == StreamResult::Dropped {
            break;
        }
    }
    println!("{total}");
    read.await
}
