//! `ftruncate`.

use crate::stream::take;
use crate::tools::*;

#[case]
async fn set_size_smaller(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123456789").await?;
    file.set_size(4).await?;
    same(contents(&file).await?, b"0123")
}

#[case]
async fn set_size_larger_fills_with_zeroes(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "01").await?;
    file.set_size(5).await?;
    same(contents(&file).await?, b"01\0\0\0")
}

#[case]
async fn set_size_smaller_then_larger_forgets(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123456789").await?;
    file.set_size(2).await?;
    file.set_size(4).await?;
    same(contents(&file).await?, b"01\0\0")
}

#[case]
async fn set_size_of_a_file_of_the_tree() -> Outcome {
    let file = root().open_at(FOLLOW, "change/size", EXISTING, READ | WRITE).await?;
    file.set_size(3).await?;
    file.set_size(6).await?;
    same(contents(&file).await?, b"siz\0\0\0")
}

#[case]
async fn set_size_of_a_terabyte(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    file.set_size(1 << 40).await?;
    same(file.stat().await?.size, 1 << 40)?;
    let (mut stream, _) = file.read_via_stream(1 << 39);
    same(take(&mut stream, 2).await?, [0, 0])
}

#[case]
async fn set_size_too_large(dir: &Descriptor) -> Outcome {
    fails_with(file(dir, "f", "").await?.set_size(u64::MAX).await, &[E::FileTooLarge, E::Invalid])
}

#[case]
async fn set_size_without_the_right() -> Outcome {
    fails_with(open("hello.txt").await?.set_size(0).await, &[E::BadDescriptor, E::Invalid])?;
    same(open("hello.txt").await?.stat().await?.size, 13)
}

#[case]
async fn set_size_of_a_directory() -> Outcome {
    fails_with(root().set_size(0).await, &[E::IsDirectory, E::BadDescriptor, E::Invalid])
}

#[case]
async fn set_size_sets_the_modification_time(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text").await?;
    file.set_times(NewTimestamp::NoChange, NewTimestamp::Timestamp(THEN)).await?;
    file.set_size(1).await?;
    is_now(file.stat().await?.data_modification_timestamp)
}
