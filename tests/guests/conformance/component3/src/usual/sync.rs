//! `fsync` and `fdatasync`.

use crate::tools::*;

#[case]
async fn sync_of_a_written_file(dir: &Descriptor) -> Outcome {
    Ok(file(dir, "f", "x").await?.sync().await?)
}

#[case]
async fn sync_of_a_file_not_open_for_writing() -> Outcome {
    Ok(open("hello.txt").await?.sync().await?)
}

#[case]
async fn sync_of_a_directory(dir: &Descriptor) -> Outcome {
    Ok(dir.sync().await?)
}

#[case]
async fn sync_of_an_unlinked_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "x").await?;
    dir.unlink_file_at("f").await?;
    Ok(file.sync().await?)
}

#[case]
async fn sync_data_of_a_written_file(dir: &Descriptor) -> Outcome {
    Ok(file(dir, "f", "x").await?.sync_data().await?)
}

#[case]
async fn sync_data_of_a_file_not_open_for_writing() -> Outcome {
    Ok(open("hello.txt").await?.sync_data().await?)
}

#[case]
async fn sync_data_of_a_directory(dir: &Descriptor) -> Outcome {
    Ok(dir.sync_data().await?)
}
