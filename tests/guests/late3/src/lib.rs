//! Uses files whose tree the host answers for (`wit/late.wit`), through WASI 0.3. The argument says what is done; what came of it
//! is printed.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use wasip3::cli::environment::get_arguments;
use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};

wit_bindgen::generate!({
    inline: "
        package tests:late;
        world late { import vfs-compose:late/tree@0.1.0; }",
    path: "../../../wit/late.wit",
    async: false,
    generate_all,
});

use vfs_compose::late::tree;

/// A node that is not there: asking for it tells the host that it shall answer what it has kept back.
const GO_ON: u64 = 999;

struct Late;

impl wasip3::exports::cli::run::Guest for Late {
    async fn run() -> Result<(), ()> {
        let (root, _) = get_directories().swap_remove(0);
        let done = match get_arguments().get(1).map(String::as_str) {
            Some("calls") => calls(&root).await,
            Some("renamed") => renamed(&root).await,
            Some("many") => many(&root).await,
            Some("cancelled") => cancelled(&root).await,
            Some("streams") => streams(&root).await,
            other => panic!("{other:?}"),
        };
        done.map_err(|error| eprintln!("{error:?}"))
    }
}

wasip3::cli::command::export!(Late);

fn go_on() {
    assert!(tree::ask(&tree::Question::Node(GO_ON)).is_err());
}

/// Every function once.
async fn calls(root: &Descriptor) -> Result<(), ErrorCode> {
    let follow = PathFlags::SYMLINK_FOLLOW;
    let seen = root.stat_at(follow, "dir/file.txt".into()).await?;
    println!(
        "stat-at: {:?}, {} bytes, {:?}",
        seen.type_,
        seen.size,
        seen.data_modification_timestamp.map(|time| time.seconds)
    );
    for path in ["missing", "dir/broken", "secret/file"] {
        println!("{path}: {:?}", root.stat_at(follow, path.into()).await.map(|_| ()));
    }
    println!("readlink-at: {}", root.readlink_at("link".into()).await?);
    let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
    let file = root.open_at(follow, "link".into(), OpenFlags::empty(), flags).await?;
    println!("stat: {} bytes, {:?}, {:?}", file.stat().await?.size, file.get_type().await?, file.get_flags().await?);
    let (one, other) = (file.metadata_hash().await?, root.metadata_hash_at(follow, "dir/file.txt".into()).await?);
    println!("same: {}", (one.lower, one.upper) == (other.lower, other.upper));
    file.set_size(3).await?;
    println!("set-size: {}", file.stat().await?.size);
    root.create_directory_at("dir/made".into()).await?;
    root.symlink_at("../../big.bin".into(), "dir/made/link".into()).await?;
    println!("through a link: {}", root.stat_at(follow, "dir/made/link".into()).await?.size);
    root.link_at(PathFlags::empty(), "dir/file.txt".into(), root, "second".into()).await?;
    println!("links: {}", root.stat_at(follow, "second".into()).await?.link_count);
    root.unlink_file_at("dir/made/link".into()).await?;
    root.remove_directory_at("dir/made".into()).await?;
    println!("gone: {:?}", root.stat_at(follow, "dir/made".into()).await.map(|_| ()));
    Ok(())
}

/// A walk waits in a directory, which another task renames meanwhile, and puts another one in its place.
async fn renamed(root: &Descriptor) -> Result<(), ErrorCode> {
    for (path, instead) in [("walked/sub/file", None), ("again/sub/file", Some("other"))] {
        let walk = root.stat_at(PathFlags::empty(), path.into());
        let change = async {
            let first = path.split('/').next().unwrap_or_default().to_owned();
            root.rename_at(first, root, format!("{}-moved", instead.unwrap_or("none"))).await?;
            if let Some(instead) = instead {
                root.rename_at(instead.into(), root, "again".into()).await?;
            }
            println!("renamed while it waits");
            go_on();
            Ok::<_, ErrorCode>(())
        };
        let (walked, changed) = both(walk, change).await;
        changed?;
        println!("{path}: {:?}", walked.map(|seen| seen.size));
    }
    println!("where it is now: {}", root.stat_at(PathFlags::empty(), "none-moved/sub/file".into()).await?.size);
    Ok(())
}

/// Many walks wait at once, and are answered in another order than they asked.
async fn many(root: &Descriptor) -> Result<(), ErrorCode> {
    let mut calls: Vec<_> =
        (0..40).map(|number| Box::pin(root.stat_at(PathFlags::empty(), format!("many/{number:03}")))).collect();
    let mut sizes = vec![None; calls.len()];
    poll_fn(|context| {
        for (call, size) in calls.iter_mut().zip(&mut sizes) {
            if size.is_none()
                && let Poll::Ready(seen) = call.as_mut().poll(context)
            {
                *size = Some(seen.map(|seen| seen.size));
            }
        }
        if sizes.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    let right = sizes.iter().zip(0..).filter(|(size, number)| matches!(size, Some(Ok(size)) if size == number)).count();
    println!("{right} are right");
    Ok(())
}

/// Calls that are given up while they wait.
async fn cancelled(root: &Descriptor) -> Result<(), ErrorCode> {
    for _ in 0..20 {
        let mut call = pin!(root.stat_at(PathFlags::empty(), "walked/sub/file".into()));
        let is_done = poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready())).await;
        assert!(!is_done);
    }
    go_on();
    println!("after them: {}", root.stat_at(PathFlags::empty(), "walked/sub/file".into()).await?.size);
    Ok(())
}

/// Contents and listings.
async fn streams(root: &Descriptor) -> Result<(), ErrorCode> {
    let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
    let big = root.open_at(PathFlags::empty(), "big.bin".into(), OpenFlags::empty(), flags).await?;
    // Both go on at once.
    let (one, other) = both(contents(&big, 0), contents(&big, 150_000)).await;
    println!("read: {}, {}", told(&one?), told(&other?));
    let (mut writer, reader) = wasip3::wit_stream::new();
    let written = big.write_via_stream(reader, 100_000);
    let (left, written) = both(
        async {
            let left = writer.write_all(b"in the middle".to_vec()).await;
            drop(writer);
            left
        },
        async { written.await },
    )
    .await;
    written?;
    println!("left: {}, read: {}", left.len(), told(&contents(&big, 0).await?));
    for path in ["many", "dir"] {
        let directory =
            root.open_at(PathFlags::empty(), path.into(), OpenFlags::DIRECTORY, DescriptorFlags::READ).await?;
        let (entries, listed) = directory.read_directory();
        let mut names: Vec<_> = entries.collect().await.into_iter().map(|entry| entry.name).collect();
        listed.await?;
        names.sort();
        println!("{path}: {} names, {} to {}", names.len(), names[0], names[names.len() - 1]);
    }
    let unreadable =
        root.open_at(PathFlags::empty(), "dir/unreadable".into(), OpenFlags::empty(), DescriptorFlags::READ).await?;
    println!("unreadable: {:?}", contents(&unreadable, 0).await.map(|_| ()));
    Ok(())
}

async fn contents(file: &Descriptor, offset: u64) -> Result<Vec<u8>, ErrorCode> {
    let (reader, read) = file.read_via_stream(offset);
    let bytes = reader.collect().await;
    read.await.map(|()| bytes)
}

/// Runs two futures at once.
async fn both<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let (mut first, mut second) = (None, None);
    poll_fn(|context| {
        if first.is_none()
            && let Poll::Ready(done) = one.as_mut().poll(context)
        {
            first = Some(done);
        }
        if second.is_none()
            && let Poll::Ready(done) = other.as_mut().poll(context)
        {
            second = Some(done);
        }
        match (first.is_some(), second.is_some()) {
            (true, true) => Poll::Ready(()),
            _ => Poll::Pending,
        }
    })
    .await;
    (first.expect("it is done"), second.expect("it is done"))
}

/// Length, and a sum that depends on the order.
fn told(bytes: &[u8]) -> String {
    let sum = bytes.iter().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    format!("{} bytes, {sum:08x}", bytes.len())
}
