//! What can be done with an open file.

use check::{Behaviour, Outcome, holds, same};
use wasip2::clocks::wall_clock::Datetime;
use wasip2::filesystem::types::{Advice, DescriptorType, ErrorCode, NewTimestamp, OpenFlags, PathFlags};

use crate::tree::{FOLLOW, READ, WRITE, contents, create, file, open, refused, root, scratch};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("read_tells_the_end", read_tells_the_end),
    ("read_with_an_offset", read_with_an_offset),
    ("read_beyond_the_end", read_beyond_the_end),
    ("write_with_an_offset", write_with_an_offset),
    ("write_beyond_the_end", write_beyond_the_end),
    ("read_and_write_of_a_directory", read_and_write_of_a_directory),
    ("type_of_each_kind", type_of_each_kind),
    ("set_size", set_size),
    ("set_size_of_a_directory", set_size_of_a_directory),
    ("set_times_given", set_times_given),
    ("set_times_no_change", set_times_no_change),
    ("set_times_now", set_times_now),
    ("set_times_at_a_link", set_times_at_a_link),
    ("set_times_of_a_directory", set_times_of_a_directory),
    ("advise", advise),
    ("sync", sync),
    ("link_count", link_count),
    ("stat_of_an_image_file", stat_of_an_image_file),
    ("exclusive_create_of_what_exists", exclusive_create_of_what_exists),
    ("directory_flag_on_a_file", directory_flag_on_a_file),
    ("truncate_flag", truncate_flag),
    ("open_a_directory_for_writing", open_a_directory_for_writing),
];

fn read_tells_the_end() -> Outcome {
    let file = open("hello.txt")?;
    let mut all = Vec::new();
    for _ in 0..20 {
        let (bytes, end) = file.read(100, all.len() as u64)?;
        all.extend_from_slice(&bytes);
        if end {
            return same(all, b"hello, image\n");
        }
    }
    holds(false, "twenty reads reach the end of thirteen bytes")
}

fn read_with_an_offset() -> Outcome {
    same(open("hello.txt")?.read(5, 7)?.0, b"image")
}

fn read_beyond_the_end() -> Outcome {
    same(open("hello.txt")?.read(5, 1000)?, (vec![], true))
}

fn write_with_an_offset() -> Outcome {
    let dir = scratch("write_with_an_offset")?;
    let file = file(&dir, "f", "0123456789")?;
    same(file.write(b"ab", 3)?, 2)?;
    same(contents(&file)?, b"012ab56789")
}

fn write_beyond_the_end() -> Outcome {
    let dir = scratch("write_beyond_the_end")?;
    let file = create(&dir, "f")?;
    same(file.write(b"end", 10_000)?, 3)?;
    let all = contents(&file)?;
    same(all.len(), 10_003)?;
    holds(all[..10_000].iter().all(|b| *b == 0), "the hole is zero")
}

fn read_and_write_of_a_directory() -> Outcome {
    let dir = scratch("read_and_write_of_a_directory")?;
    refused(dir.read(1, 0), &[ErrorCode::IsDirectory, ErrorCode::BadDescriptor])?;
    refused(dir.write(b"x", 0), &[ErrorCode::IsDirectory, ErrorCode::BadDescriptor])
}

fn type_of_each_kind() -> Outcome {
    same(root().get_type()?, DescriptorType::Directory)?;
    same(open("hello.txt")?.get_type()?, DescriptorType::RegularFile)?;
    same(root().stat_at(PathFlags::empty(), "link")?.type_, DescriptorType::SymbolicLink)?;
    same(root().stat_at(FOLLOW, "link")?.type_, DescriptorType::RegularFile)
}

fn set_size() -> Outcome {
    let dir = scratch("set_size")?;
    let file = file(&dir, "f", "0123456789")?;
    file.set_size(4)?;
    file.set_size(6)?;
    same(contents(&file)?, b"0123\0\0")
}

fn set_size_of_a_directory() -> Outcome {
    let dir = scratch("set_size_of_a_directory")?;
    refused(dir.set_size(0), &[ErrorCode::IsDirectory, ErrorCode::BadDescriptor, ErrorCode::Invalid])
}

const THEN: Datetime = Datetime { seconds: 1_234_567_890, nanoseconds: 987_654_321 };

fn same_time(seen: Option<Datetime>, wanted: Datetime) -> Outcome {
    same(seen.map(|t| (t.seconds, t.nanoseconds)), Some((wanted.seconds, wanted.nanoseconds)))
}

fn set_times_given() -> Outcome {
    let dir = scratch("set_times_given")?;
    let file = create(&dir, "f")?;
    file.set_times(NewTimestamp::Timestamp(THEN), NewTimestamp::Timestamp(Datetime { seconds: 5, nanoseconds: 0 }))?;
    let seen = file.stat()?;
    same_time(seen.data_access_timestamp, THEN)?;
    same_time(seen.data_modification_timestamp, Datetime { seconds: 5, nanoseconds: 0 })
}

fn set_times_no_change() -> Outcome {
    let dir = scratch("set_times_no_change")?;
    let file = create(&dir, "f")?;
    file.set_times(NewTimestamp::Timestamp(THEN), NewTimestamp::Timestamp(THEN))?;
    file.set_times(NewTimestamp::NoChange, NewTimestamp::NoChange)?;
    let seen = file.stat()?;
    same_time(seen.data_access_timestamp, THEN)?;
    same_time(seen.data_modification_timestamp, THEN)
}

fn set_times_now() -> Outcome {
    let dir = scratch("set_times_now")?;
    let file = create(&dir, "f")?;
    file.set_times(NewTimestamp::Timestamp(THEN), NewTimestamp::Timestamp(THEN))?;
    file.set_times(NewTimestamp::NoChange, NewTimestamp::Now)?;
    let seen = file.stat()?;
    same_time(seen.data_access_timestamp, THEN)?;
    holds(seen.data_modification_timestamp.is_some_and(|t| t.seconds > 1_600_000_000), "now is after 2020")
}

fn set_times_at_a_link() -> Outcome {
    let dir = scratch("set_times_at_a_link")?;
    file(&dir, "f", "x")?;
    dir.symlink_at("f", "l")?;
    dir.set_times_at(PathFlags::empty(), "l", NewTimestamp::NoChange, NewTimestamp::Timestamp(THEN))?;
    same_time(dir.stat_at(PathFlags::empty(), "l")?.data_modification_timestamp, THEN)?;
    holds(
        dir.stat_at(FOLLOW, "l")?.data_modification_timestamp.is_some_and(|t| t.seconds > 1_600_000_000),
        "the target's time is as it was",
    )?;
    dir.set_times_at(FOLLOW, "l", NewTimestamp::NoChange, NewTimestamp::Timestamp(THEN))?;
    same_time(dir.stat_at(FOLLOW, "f")?.data_modification_timestamp, THEN)
}

fn set_times_of_a_directory() -> Outcome {
    let dir = scratch("set_times_of_a_directory")?;
    dir.set_times(NewTimestamp::Timestamp(THEN), NewTimestamp::Timestamp(THEN))?;
    same_time(dir.stat()?.data_modification_timestamp, THEN)
}

fn advise() -> Outcome {
    let file = open("hello.txt")?;
    for advice in
        [Advice::Normal, Advice::Sequential, Advice::Random, Advice::WillNeed, Advice::DontNeed, Advice::NoReuse]
    {
        file.advise(0, 13, advice)?;
    }
    file.advise(1 << 40, 0, Advice::Normal)?;
    Ok(())
}

fn sync() -> Outcome {
    let dir = scratch("sync")?;
    let file = file(&dir, "f", "x")?;
    file.sync()?;
    file.sync_data()?;
    open("hello.txt")?.sync_data()?;
    Ok(())
}

fn link_count() -> Outcome {
    let dir = scratch("link_count")?;
    let file = file(&dir, "a", "x")?;
    same(file.stat()?.link_count, 1)?;
    dir.link_at(PathFlags::empty(), "a", &dir, "b")?;
    same(file.stat()?.link_count, 2)?;
    dir.unlink_file_at("a")?;
    same(file.stat()?.link_count, 1)
}

fn stat_of_an_image_file() -> Outcome {
    let seen = open("hello.txt")?.stat()?;
    same(seen.type_, DescriptorType::RegularFile)?;
    same(seen.size, 13)?;
    same_time(seen.data_modification_timestamp, Datetime { seconds: 1_000_000_000, nanoseconds: 123_456_789 })
}

fn exclusive_create_of_what_exists() -> Outcome {
    let root = root();
    let flags = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    refused(root.open_at(FOLLOW, "hello.txt", flags, READ | WRITE), &[ErrorCode::Exist])?;
    refused(root.open_at(FOLLOW, "w", flags, READ | WRITE), &[ErrorCode::Exist])?;
    refused(root.open_at(FOLLOW, "link", flags, READ | WRITE), &[ErrorCode::Exist])
}

fn directory_flag_on_a_file() -> Outcome {
    refused(root().open_at(FOLLOW, "hello.txt", OpenFlags::DIRECTORY, READ), &[ErrorCode::NotDirectory])?;
    root().open_at(FOLLOW, "w", OpenFlags::DIRECTORY, READ)?;
    Ok(())
}

fn truncate_flag() -> Outcome {
    let dir = scratch("truncate_flag")?;
    file(&dir, "f", "text")?;
    let file = dir.open_at(FOLLOW, "f", OpenFlags::TRUNCATE, WRITE)?;
    same(file.stat()?.size, 0)?;
    refused(root().open_at(FOLLOW, "w", OpenFlags::TRUNCATE, WRITE), &[ErrorCode::IsDirectory])
}

fn open_a_directory_for_writing() -> Outcome {
    refused(root().open_at(FOLLOW, "w", OpenFlags::empty(), READ | WRITE), &[ErrorCode::IsDirectory])
}
