//! Uses a tree through WASI 0.3 while the host takes long about `m/slow`, until it is asked about `m/go-on`. The argument says what
//! is done; what came of it is printed.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use wasip3::cli::environment::get_arguments;
use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};

struct Slow;

impl wasip3::exports::cli::run::Guest for Slow {
    async fn run() -> Result<(), ()> {
        let (root, _) = get_directories().swap_remove(0);
        let done = match get_arguments().get(1).map(String::as_str) {
            Some("stat") => meanwhile(&root, stat(&root, "m/slow")).await,
            Some("read") => meanwhile(&root, read(&root, "m/slow")).await,
            Some("same") => meanwhile(&root, twice(&root)).await,
            Some("cancelled") => cancelled(&root).await,
            other => panic!("{other:?}"),
        };
        done.map_err(|error| eprintln!("{error:?}"))
    }
}

wasip3::cli::command::export!(Slow);

/// Does what takes long, and meanwhile uses other files of the image and of the host.
async fn meanwhile(root: &Descriptor, slow: impl Future<Output = Result<String, ErrorCode>>) -> Result<(), ErrorCode> {
    let slow = async {
        println!("slow: {}", slow.await?);
        Ok::<_, ErrorCode>(())
    };
    let others = async {
        for _ in 0..20 {
            assert_eq!(read(root, "file").await?, "of the image");
            assert_eq!(read(root, "m/fast").await?, "fast");
            assert_eq!(stat(root, "m/fast").await?, "4 bytes");
            assert_eq!(list(root, "m").await?, "fast slow");
        }
        println!("meanwhile: all");
        go_on(root).await;
        Ok::<_, ErrorCode>(())
    };
    let (slow, others) = both(slow, others).await;
    slow.and(others)
}

async fn go_on(root: &Descriptor) {
    assert!(stat(root, "m/go-on").await.is_err());
}

async fn stat(root: &Descriptor, path: &str) -> Result<String, ErrorCode> {
    Ok(format!("{} bytes", root.stat_at(PathFlags::empty(), path.into()).await?.size))
}

async fn open(root: &Descriptor, path: &str) -> Result<Descriptor, ErrorCode> {
    root.open_at(PathFlags::empty(), path.into(), OpenFlags::empty(), DescriptorFlags::READ).await
}

async fn read(root: &Descriptor, path: &str) -> Result<String, ErrorCode> {
    let (reader, read) = open(root, path).await?.read_via_stream(0);
    let bytes = reader.collect().await;
    read.await?;
    Ok(String::from_utf8(bytes).expect("it is text"))
}

/// Two tasks open one file, and it is one.
async fn twice(root: &Descriptor) -> Result<String, ErrorCode> {
    let (one, other) = both(open(root, "m/slow"), open(root, "m/slow")).await;
    let (one, other) = (one?, other?);
    Ok(format!("same: {}", one.is_same_object(&other).await))
}

async fn list(root: &Descriptor, path: &str) -> Result<String, ErrorCode> {
    let directory = root.open_at(PathFlags::empty(), path.into(), OpenFlags::DIRECTORY, DescriptorFlags::READ).await?;
    let (entries, listed) = directory.read_directory();
    let mut names: Vec<_> = entries.collect().await.into_iter().map(|entry| entry.name).collect();
    listed.await?;
    names.sort();
    Ok(names.join(" "))
}

/// Calls that are given up while they wait.
async fn cancelled(root: &Descriptor) -> Result<(), ErrorCode> {
    for _ in 0..20 {
        for done in [is_done(open(root, "m/slow")).await, is_done(stat(root, "m/slow")).await] {
            assert!(!done);
        }
    }
    go_on(root).await;
    println!("after them: {}", read(root, "m/slow").await?);
    // The host sees what is still open.
    assert!(stat(root, "m/look").await.is_err());
    Ok(())
}

/// Whether a call is done at once; it is dropped otherwise.
async fn is_done<T>(call: impl Future<Output = T>) -> bool {
    let mut call = pin!(call);
    poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready())).await
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
        if first.is_some() && second.is_some() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    (first.expect("it is done"), second.expect("it is done"))
}
