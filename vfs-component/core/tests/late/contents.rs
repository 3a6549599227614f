//! Contents over a late file: writes that copy up, reads, and what can go to the layer.

use vfs_core::late::{ChangePolicy, Forward, Query};
use vfs_core::{Error, OpenFile, OpenFlags, StableBytes};

use crate::harness::{NONE, Test};
use crate::host::Manner;
use crate::step;
use crate::support::{Item, READ, READ_WRITE, WRITE};

const CHUNK: u64 = 64 * 1024;

#[test]
fn writes_over_a_late_file() {
    let content: Vec<u8> = (0..200_000_u32).map(|at| (at % 251) as u8).collect();
    let items: &[(&str, Item<'_>)] = &[("f", Item::File(&content))];
    // What is written where, how many bytes are owned then, and how many questions were asked.
    let whole = [5; CHUNK as usize];
    let cases: &[(Option<u64>, &[u8], u64, usize)] = &[
        (Some(100), b"middle", CHUNK, 1),
        (Some(0), &whole, CHUNK, 0),
        (Some(CHUNK - 1), b"xy", 2 * CHUNK, 2),
        (Some(1), &whole, 2 * CHUNK, 2),
        (None, b"end", 200_003 - 3 * CHUNK, 1),
        (Some(300_000), b"far", 300_003 - 4 * CHUNK, 0),
        (Some(CHUNK * 3), &[9; 3391], 200_000 - 3 * CHUNK, 1),
        (Some(CHUNK * 3), &[9; 3392], 200_000 - 3 * CHUNK, 0),
    ];
    for (place, &(offset, bytes, owned, questions)) in cases.iter().enumerate() {
        for is_short in [false, true] {
            let mut test = Test::new(items, ChangePolicy::Above);
            test.late.host.manner = Manner { is_short, ..Manner::PROMPT };
            let file = test.open("f", NONE, READ_WRITE).unwrap();
            let (result, queries, effects) = test.ask(bytes, |volume, _| match offset {
                Some(offset) => volume.write(&file, offset, bytes),
                None => volume.append(&file, bytes),
            });
            assert_eq!((result, effects), (Ok(()), vec![]), "case {place}");
            assert_eq!(test.late.volume.usage().bytes, owned, "case {place}");
            assert!(is_short || queries.len() == questions, "case {place}: {queries:?}");
            let mut wanted = content.clone();
            let start = offset.unwrap_or(200_000) as usize;
            wanted.resize(wanted.len().max(start + bytes.len()), 0);
            wanted[start..start + bytes.len()].copy_from_slice(bytes);
            assert_eq!(test.contents(&file), wanted, "case {place}");
            test.late.check_all();
        }
    }
}

#[test]
fn growing_over_a_cut_file_shows_no_old_bytes() {
    let mut test = Test::new(&[("f", Item::File(&[7; 200_000]))], ChangePolicy::Above);
    let file = test.open("f", NONE, READ_WRITE).unwrap();
    test.run(|volume, _| volume.set_size(&file, 70_000));
    test.run(|volume, _| volume.set_size(&file, 150_000));
    let (read, queries, _) = test.ask(&[], |volume, _| step::read(volume, &file, 69_999, 3));
    assert_eq!(read.unwrap(), [7, 0, 0]);
    assert_eq!(queries, [Query::Read { file: test.number("f"), offset: 69_999, length: 1 }]);
    test.write(&file, 149_000, b"x").unwrap();
    test.write(&file, 69_998, b"y").unwrap();
    let mut wanted = vec![7; 70_000];
    wanted.resize(150_000, 0);
    (wanted[149_000], wanted[69_998]) = (b'x', b'y');
    assert_eq!(test.contents(&file), wanted);
    // Cut by opening it.
    let other = test.open("f", OpenFlags::TRUNCATE, WRITE).unwrap();
    test.write(&other, 3, b"new").unwrap();
    assert_eq!(test.contents(&file), b"\0\0\0new");
    test.late.check_all();
}

#[test]
fn reads_across_the_borders_of_chunks() {
    let mut test = Test::new(&[("f", Item::File(&[7; 400_000]))], ChangePolicy::Above);
    let file = test.open("f", NONE, READ_WRITE).unwrap();
    test.write(&file, CHUNK, &[1; CHUNK as usize]).unwrap();
    test.write(&file, 3 * CHUNK, &[2; CHUNK as usize]).unwrap();
    let number = test.number("f");
    // A read gives what it has before it asks again.
    let read = |test: &mut Test, offset: u64, length: u64| {
        let (mut all, mut asked) = (Vec::new(), Vec::new());
        while (all.len() as u64) < length {
            let done = all.len() as u64;
            let (bytes, queries, _) = test.ask(&[], |volume, _| {
                let mut gather = Vec::new();
                volume.read(&file, offset + done, length - done, &mut gather).map(<[u8]>::to_vec)
            });
            let bytes = bytes.unwrap();
            asked.extend(queries);
            if bytes.is_empty() {
                break;
            }
            all.extend(bytes);
        }
        (all, asked)
    };
    let (bytes, queries) = read(&mut test, CHUNK - 2, 2 * CHUNK + 4);
    let mut wanted = vec![7; 2];
    wanted.extend([1; CHUNK as usize]);
    wanted.extend([7; CHUNK as usize]);
    wanted.extend([2; 2]);
    assert!(bytes == wanted);
    let part = |offset, length| Query::Read { file: number, offset, length };
    assert_eq!(queries, [part(CHUNK - 2, 2), part(2 * CHUNK, CHUNK)]);
    let (bytes, queries) = read(&mut test, CHUNK + 10, 20);
    assert_eq!((bytes, queries), (vec![1; 20], vec![]), "what is owned asks for nothing");
    let (bytes, queries) = read(&mut test, 399_999, u64::MAX);
    assert_eq!((bytes, queries), (vec![7], vec![part(399_999, 1)]), "nor what is behind the end");
    let (bytes, queries) = read(&mut test, 400_000, 5);
    assert_eq!((bytes, queries), (vec![], vec![]));
}

#[test]
fn reads_that_can_go_to_the_layer() {
    let mut test = Test::new(&[("f", Item::File(&[7; 400_000])), ("d", Item::Directory)], ChangePolicy::Above);
    let file = test.open("f", NONE, READ_WRITE).unwrap();
    let node = test.number("f");
    let forward = |test: &Test, file: &OpenFile, offset, length| test.late.volume.forward(file, offset, length);
    let all = |offset, length| Ok(Some(Forward { node, offset, length }));
    assert_eq!(forward(&test, &file, 5, 1000), all(5, 1000));
    assert_eq!(forward(&test, &file, 399_990, u64::MAX), all(399_990, 10), "up to the end");
    assert_eq!(forward(&test, &file, 400_000, 1), Ok(None));
    assert_eq!(forward(&test, &file, u64::MAX, 1), Ok(None));
    assert_eq!(forward(&test, &file, 5, 0), Ok(None));
    // Up to what is owned, and not within.
    test.write(&file, 2 * CHUNK + 7, b"x").unwrap();
    assert_eq!(forward(&test, &file, 5, u64::MAX), all(5, 2 * CHUNK - 5));
    assert_eq!(forward(&test, &file, 2 * CHUNK, 10), Ok(None));
    assert_eq!(forward(&test, &file, 3 * CHUNK, u64::MAX), all(3 * CHUNK, 400_000 - 3 * CHUNK));
    // Up to what is left of the layer's, however large the file is now.
    test.run(|volume, _| volume.set_size(&file, 100_000));
    test.run(|volume, _| volume.set_size(&file, 300_000));
    assert_eq!(forward(&test, &file, 90_000, u64::MAX), all(90_000, 10_000));
    assert_eq!(forward(&test, &file, 100_000, 1), Ok(None));
    // Only what can be read, and only what the layer has.
    let writable = test.open("f", NONE, WRITE).unwrap();
    assert_eq!(forward(&test, &writable, 0, 1), Err(Error::BadDescriptor));
    let directory = test.open("d", NONE, READ).unwrap();
    assert_eq!(forward(&test, &directory, 0, 1), Err(Error::BadDescriptor));
    let own = test.open("new", OpenFlags::CREATE, READ_WRITE).unwrap();
    test.write(&own, 0, b"own").unwrap();
    assert_eq!(forward(&test, &own, 0, 1), Ok(None));

    // Where changes pass through, the layer alone knows how much there is.
    let mut test = Test::new(&[("f", Item::File(&[7; 400_000]))], ChangePolicy::Through);
    let file = test.open("f", NONE, READ).unwrap();
    assert_eq!(forward(&test, &file, 5, 1 << 40), all(5, 1 << 40));
    let writable = test.open("f", NONE, WRITE).unwrap();
    assert_eq!(forward(&test, &writable, 0, 1), Err(Error::BadDescriptor));
}

#[test]
fn bytes_for_a_slow_reader_are_copied() {
    for changes in [ChangePolicy::Above, ChangePolicy::Through] {
        let mut test = Test::new(&[("f", Item::File(&[7; 400_000]))], changes);
        let file = test.open("f", NONE, READ_WRITE).unwrap();
        let mut buffer = b"old".to_vec();
        let (lent, queries, _) = test.ask(&[], |volume, _| volume.lend(&file, 10, &mut buffer));
        assert_eq!(lent, Ok(StableBytes::Copied));
        assert_eq!((buffer.len(), queries.len()), (256 * 1024, 1), "{changes:?}");
        let lent = test.ask(&[], |volume, _| volume.lend(&file, 399_999, &mut buffer)).0;
        assert_eq!((lent, &buffer[..]), (Ok(StableBytes::Copied), &[7][..]));
        let lent = test.ask(&[], |volume, _| volume.lend(&file, 400_000, &mut buffer)).0;
        assert_eq!((lent, &buffer[..]), (Ok(StableBytes::Copied), &[][..]));
        test.write(&file, 399_999, b"x").unwrap();
        let lent = test.ask(&[], |volume, _| volume.lend(&file, 399_998, &mut buffer)).0;
        assert_eq!((lent, &buffer[..]), (Ok(StableBytes::Copied), &[7, b'x'][..]));
        let version = test.late.volume.contents_version(&file);
        assert_eq!(version.is_none(), changes == ChangePolicy::Through);
        assert!(test.run(|volume, _| volume.is_at_end(&file, 400_000)));
        assert!(!test.run(|volume, _| volume.is_at_end(&file, 399_999)));
    }
}

#[test]
fn runs_are_those_of_a_read() {
    let items: &[(&str, Item<'_>)] = &[("f", Item::File(&[7; 200_000]))];
    for mut test in [Test::new(items, ChangePolicy::Above), Test::new(items, ChangePolicy::Through)] {
        let file = test.open("f", NONE, READ_WRITE).unwrap();
        test.write(&file, CHUNK, &[1; 5]).unwrap();
        let (mut offset, mut all) = (0, Vec::new());
        loop {
            let (count, ..) =
                test.ask(&[], |volume, _| volume.read_runs(&file, offset, 90_000, |run| all.extend_from_slice(run)));
            // What a run stopped at is asked for again: no byte is given twice.
            offset += count.unwrap();
            assert_eq!(offset, all.len() as u64);
            if count == Ok(0) {
                break;
            }
        }
        assert!(all == test.contents(&file));
    }
}

#[test]
fn bytes_from_a_callback_are_written_once() {
    let mut test = Test::new(&[("f", Item::File(&[7; 200_000]))], ChangePolicy::Above);
    let file = test.open("f", NONE, READ_WRITE).unwrap();
    let calls = std::cell::Cell::new(0);
    let (result, queries, _) = test.ask(&[], |volume, _| {
        volume.write_from(&file, Some(CHUNK - 1), 2, |_, place| {
            calls.set(calls.get() + place.len());
            place.fill(9);
        })
    });
    // Both chunks were asked for before the first byte was taken.
    assert_eq!((result, queries.len(), calls.get()), (Ok(()), 2, 2));
    let contents = test.contents(&file);
    assert_eq!(contents[CHUNK as usize - 2..][..4], [7, 9, 9, 7]);
}
