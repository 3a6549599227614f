//! Directories' entries.

use std::collections::BTreeMap;

use wasip3::wit_bindgen::StreamResult;

use crate::stream::both;
use crate::tools::*;

#[case]
async fn read_directory_names_each_entry_once() -> Outcome {
    same(names(&open("d").await?).await?, ["in.txt", "sub"])
}

#[case]
async fn read_directory_of_an_empty_directory(dir: &Descriptor) -> Outcome {
    same(names(dir).await?.len(), 0)
}

#[case]
async fn read_directory_without_dots(dir: &Descriptor) -> Outcome {
    file(dir, "f", "").await?;
    same(names(dir).await?, ["f"])
}

#[case]
async fn read_directory_kinds() -> Outcome {
    let (stream, ending) = root().read_directory();
    let found: BTreeMap<_, _> = stream.collect().await.into_iter().map(|entry| (entry.name, entry.type_)).collect();
    ending.await?;
    is(&found["hello.txt"], Kind::RegularFile)?;
    is(&found["d"], Kind::Directory)?;
    is(&found["link"], Kind::SymbolicLink)
}

#[case]
async fn read_directory_one_entry_at_a_time() -> Outcome {
    let (mut stream, ending) = open("d").await?.read_directory();
    let mut all = Vec::new();
    while let Some(entry) = stream.next().await {
        all.push(entry.name);
    }
    ending.await?;
    all.sort();
    same(all, ["in.txt", "sub"])
}

#[case]
async fn read_directory_a_read_of_no_entries_takes_none() -> Outcome {
    let (mut stream, ending) = open("d").await?.read_directory();
    same(stream.read(Vec::new()).await.0, StreamResult::Complete(0))?;
    same(stream.collect().await.len(), 2)?;
    Ok(ending.await?)
}

#[case]
async fn read_directory_always_starts_at_the_beginning() -> Outcome {
    let dir = open("d").await?;
    let (mut first, _ending) = dir.read_directory();
    holds(first.next().await.is_some(), "there is an entry")?;
    same(names(&dir).await?, ["in.txt", "sub"])
}

#[case]
async fn read_directory_two_at_once() -> Outcome {
    let dir = open("d").await?;
    let ((mut one, first), (mut two, second)) = (dir.read_directory(), dir.read_directory());
    let mut seen = [0, 0];
    loop {
        let (a, b) = (one.next().await, two.next().await);
        seen[0] += usize::from(a.is_some());
        seen[1] += usize::from(b.is_some());
        if a.is_none() && b.is_none() {
            second.await?;
            first.await?;
            return same(seen, [2, 2]);
        }
    }
}

#[case]
async fn read_directory_of_a_file() -> Outcome {
    let (stream, ending) = open("hello.txt").await?.read_directory();
    same(stream.collect().await.len(), 0)?;
    fails(ending.await, E::NotDirectory)
}

#[case]
async fn read_directory_of_a_file_asked_why_first() -> Outcome {
    let (stream, ending) = open("hello.txt").await?.read_directory();
    fails(ending.await, E::NotDirectory)?;
    same(stream.collect().await.len(), 0)
}

#[case]
async fn read_directory_of_a_removed_directory(dir: &Descriptor) -> Outcome {
    let removed = directory(dir, "d").await?;
    dir.remove_directory_at("d").await?;
    same(names(&removed).await?.len(), 0)
}

#[case]
async fn read_directory_of_a_directory_with_changes() -> Outcome {
    let dir = open_dir(&root(), "change/list").await?;
    dir.unlink_file_at("a").await?;
    dir.rename_at("b", &dir, "z").await?;
    file(&dir, "m", "").await?;
    same(names(&dir).await?, ["c", "m", "z"])
}

#[case]
async fn read_directory_dropped_before_its_end(dir: &Descriptor) -> Outcome {
    many(dir, 100).await?;
    let (mut stream, ending) = dir.read_directory();
    holds(stream.next().await.is_some(), "there is an entry")?;
    drop(stream);
    Ok(ending.await?)
}

#[case]
async fn read_directory_dropped_unread() -> Outcome {
    let (stream, ending) = open("d").await?.read_directory();
    drop(stream);
    Ok(ending.await?)
}

#[case]
async fn read_directory_both_dropped_unread() -> Outcome {
    let dir = open("d").await?;
    for _ in 0..100 {
        drop(dir.read_directory());
    }
    same(names(&dir).await?, ["in.txt", "sub"])
}

#[case]
async fn read_directory_its_future_dropped_before_the_stream_is_read() -> Outcome {
    let (stream, ending) = open("d").await?.read_directory();
    drop(ending);
    same(stream.collect().await.len(), 2)
}

#[case]
async fn read_directory_its_future_awaited_while_the_stream_is_read(dir: &Descriptor) -> Outcome {
    many(dir, 100).await?;
    let (stream, ending) = dir.read_directory();
    let (result, entries) = both(ending.into_future(), stream.collect()).await;
    result?;
    same(entries.len(), 100)
}

#[case]
async fn read_directory_after_the_descriptor_was_dropped() -> Outcome {
    let (stream, ending) = {
        let dir = open("d").await?;
        dir.read_directory()
    };
    same(stream.collect().await.len(), 2)?;
    Ok(ending.await?)
}

#[case]
async fn read_directory_of_many(dir: &Descriptor) -> Outcome {
    many(dir, 500).await?;
    let all = names(dir).await?;
    same(all.len(), 500)?;
    same(all.last().map(String::as_str), Some("499"))
}

#[case]
async fn read_directory_while_all_are_removed(dir: &Descriptor) -> Outcome {
    many(dir, 100).await?;
    let (mut stream, ending) = dir.read_directory();
    while let Some(entry) = stream.next().await {
        dir.unlink_file_at(&entry.name).await?;
    }
    ending.await?;
    same(names(dir).await?.len(), 0)
}

#[case]
async fn read_directory_while_others_are_made_and_removed(dir: &Descriptor) -> Outcome {
    // "If a file is removed from or added to the directory after ...", what comes of that file is open; of the others it is not.
    many(dir, 100).await?;
    file(dir, "gone", "").await?;
    let (mut stream, ending) = dir.read_directory();
    let mut found = Vec::new();
    while let Some(entry) = stream.next().await {
        match found.len() {
            10 => dir.unlink_file_at("gone").await?,
            20 => drop(file(dir, "new", "").await?),
            _ => {}
        }
        found.push(entry.name);
    }
    ending.await?;
    found.retain(|name| name != "gone" && name != "new");
    found.sort();
    same(found, (0..100).map(|number| format!("{number:03}")).collect::<Vec<_>>())
}

async fn many(dir: &Descriptor, count: usize) -> Result<(), E> {
    for number in 0..count {
        file(dir, &format!("{number:03}"), "").await?;
    }
    Ok(())
}
