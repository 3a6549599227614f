//! What happens during the wait, and what is asked.

use vfs_core::late::{Answer, Answers, Changes, Forward, LateInode, Query, Request, Stop};
use vfs_core::{DescriptorFlags, Effect, Error, FileKind, LayerNode, Limits, Listed, OpenFile, OpenFlags, StableBytes};

use crate::app::{Late, LateVolume, Runner};
use crate::effects::{Test, some_items};
use crate::host::Manner;
use crate::step;
use crate::support::{FOLLOW, Item, NO_FOLLOW, READ, READ_WRITE, WRITE};
use crate::world::FIRST;

const NONE: OpenFlags = OpenFlags::NONE;
const CHUNK: u64 = 64 * 1024;

/// An operation that is not over: its answers so far, and what it needs.
struct Waiting<F> {
    operation: F,
    answers: Answers,
    request: Option<Request>,
}

impl<F> Waiting<F> {
    fn new(operation: F) -> Self {
        Self { operation, answers: Answers::new(), request: None }
    }

    /// Answers what is asked for, and goes on until something is asked for that `until` is true of.
    fn go_on<T>(&mut self, test: &mut Test, mut until: impl FnMut(&Request) -> bool) -> Option<Result<T, Error>>
    where
        F: FnMut(&mut LateVolume, &OpenFile) -> Result<T, Stop>,
    {
        loop {
            if let Some(request) = self.request.take() {
                let answer = test.late.host.answer(&request, &[]);
                self.answers.add(request, answer).unwrap();
            }
            let Test { late, root } = test;
            let result = late.volume.attempt(&mut self.answers, |volume| (self.operation)(volume, root));
            late.volume.check(vfs_core::check::Trust::Untrusted).unwrap();
            match result {
                Err(Stop::Ask(request)) => {
                    let is_reached = until(&request);
                    self.request = Some(request);
                    if is_reached {
                        return None;
                    }
                }
                Err(Stop::Error(error)) => return Some(Err(error)),
                Ok(value) => return Some(Ok(value)),
            }
        }
    }

    fn end<T>(mut self, test: &mut Test) -> Result<T, Error>
    where
        F: FnMut(&mut LateVolume, &OpenFile) -> Result<T, Stop>,
    {
        self.go_on(test, |_| false).unwrap()
    }
}

fn name_of(request: &Request) -> String {
    match request {
        Request::Query(Query::Lookup { name, .. }) => String::from_utf8(name.clone()).unwrap(),
        _ => String::new(),
    }
}

fn deep() -> Vec<(&'static str, Item<'static>)> {
    vec![
        ("a", Item::Directory),
        ("a/b", Item::Directory),
        ("a/b/c", Item::Directory),
        ("a/b/c/d", Item::File(b"deep")),
        ("a/b/c/l", Item::Link("../c/d")),
    ]
}

#[test]
fn a_path_is_one_look_up_for_each_name() {
    for changes in [Changes::Above, Changes::Through, Changes::Refused] {
        let mut test = Test::new(&deep(), changes);
        let names = |queries: &[Query]| -> Vec<String> {
            queries.iter().map(|query| name_of(&Request::Query(query.clone()))).collect()
        };
        let (stat, queries, _) = test.ask(&[], |volume, root| volume.stat_at(root, "a/b/c/d", FOLLOW));
        assert_eq!(stat.unwrap().size, 4);
        assert_eq!(names(&queries), ["a", "b", "c", "d"], "{changes:?}");
        let (file, queries, _) = test.ask(&[], |volume, root| volume.open_at(root, "a/b/c/d", FOLLOW, NONE, READ));
        assert_eq!(names(&queries), ["a", "b", "c", "d"], "{changes:?}");
        test.late.volume.close(file.unwrap());
        let (found, queries, _) = test.ask(&[], |volume, root| volume.stat_at(root, "a/b/no/d", FOLLOW));
        assert_eq!(
            (found.unwrap_err(), names(&queries)),
            (Error::NoEntry, ["a", "b", "no"].map(String::from).to_vec())
        );
        // What the link leads back through is known.
        let (stat, queries, _) = test.ask(&[], |volume, root| volume.stat_at(root, "a/b/c/l", FOLLOW));
        assert_eq!((stat.unwrap().size, queries.len()), (4, 6), "{queries:?}");
        // A path that cannot lead anywhere asks for nothing.
        for (path, error) in [("", Error::NoEntry), ("/a", Error::NotPermitted), ("..", Error::NotPermitted)] {
            let (stat, queries, _) = test.ask(&[], |volume, root| volume.stat_at(root, path, FOLLOW));
            assert_eq!((stat.unwrap_err(), queries), (error, vec![]), "{path:?}");
        }
    }
}

/// A directory on the way is renamed in the upper layer while a name in it is looked up.
#[test]
fn a_directory_on_the_way_is_renamed_during_the_wait() {
    let mut test = Test::new(&deep(), Changes::Above);
    let stat = |volume: &mut LateVolume, root: &OpenFile| volume.stat_at(root, "a/b/c/d", FOLLOW);
    let mut one = Waiting::new(stat);
    assert!(one.go_on(&mut test, |request| name_of(request) == "d").is_none());
    test.run(|volume, root| volume.rename_at(root, "a/b", root, "a/x"));
    assert_eq!(one.end(&mut test), Err(Error::NoEntry));

    // And one that finds it where it is again.
    let mut other = Waiting::new(|volume: &mut LateVolume, root: &OpenFile| volume.stat_at(root, "a/x/c/d", FOLLOW));
    assert!(other.go_on(&mut test, |request| name_of(request) == "c").is_none());
    test.run(|volume, root| volume.rename_at(root, "a/x", root, "a/y"));
    test.run(|volume, root| volume.rename_at(root, "a/y", root, "a/x"));
    assert_eq!(other.end(&mut test).map(|stat| stat.size), Ok(4));
    test.late.check_all();
}

/// Somebody makes the file that this operation is about to make.
#[test]
fn a_name_is_taken_during_the_wait() {
    let mut test = Test::new(&some_items(), Changes::Above);
    let make = |volume: &mut LateVolume, root: &OpenFile| volume.create_dir_at(root, "dir/new");
    let mut one = Waiting::new(make);
    assert!(one.go_on(&mut test, |request| matches!(request, Request::Query(Query::List { .. }))).is_none());
    test.run(|volume, root| volume.symlink_at("x", root, "dir/new"));
    assert_eq!(one.end(&mut test), Err(Error::Exist));
    test.late.check_all();
}

#[test]
fn a_file_is_cut_between_two_answers_of_a_read() {
    let mut test = Test::new(&some_items(), Changes::Above);
    test.late.host.manner = Manner { is_short: true, ..Manner::PROMPT };
    let file = test.open("dir/file", NONE, READ_WRITE).unwrap();
    let read = |volume: &mut LateVolume, _: &OpenFile| {
        let mut gather = Vec::new();
        volume.read(&file, 10, 90_000, &mut gather).map(<[u8]>::to_vec)
    };
    let mut one = Waiting::new(read);
    let mut reads = 0;
    assert!(
        one.go_on(&mut test, |_| {
            reads += 1;
            reads == 2
        })
        .is_none()
    );
    // By the app itself: the read sees the shorter file, all of it.
    test.run(|volume, _| volume.set_size(&file, 15));
    assert_eq!(one.end(&mut test), Ok(vec![7; 5]));
    test.late.check_all();
}

/// Somebody else cuts a file that is open here.
#[test]
fn what_others_cut_off_is_zeros() {
    let mut test = Test::new(&some_items(), Changes::Above);
    let file = test.open("dir/file", NONE, READ_WRITE).unwrap();
    let other = test.open("dir/sub/deep", NONE, READ_WRITE).unwrap();
    for (path, size) in [("dir/file", 66_000), ("dir/sub/deep", 1)] {
        let number = test.number(path);
        test.late.host.world.perform(&Effect::SetSize { file: number, size }, &[]).unwrap();
    }
    let contents = test.contents(&file);
    assert_eq!(contents.len(), 100_000);
    assert!(contents[..66_000].iter().all(|&byte| byte == 7) && contents[66_000..].iter().all(|&byte| byte == 0));
    // Copied up with what is left.
    test.write(&file, 70_000, b"x").unwrap();
    assert_eq!(test.late.volume.usage().bytes, 100_000 - CHUNK);
    let mut wanted = contents;
    wanted[70_000] = b'x';
    assert_eq!(test.contents(&file), wanted);
    test.write(&other, 2, b"E").unwrap();
    assert_eq!(test.contents(&other), b"d\0E\0");
    assert_eq!(test.late.volume.usage().bytes, 100_000 - CHUNK + 4);
}

#[test]
fn a_directory_is_copied_up_in_the_middle_of_a_listing() {
    let mut test = Test::new(&some_items(), Changes::Above);
    test.late.host.manner = Manner { batch: 1, ..Manner::PROMPT };
    let directory = test.open("dir", NONE, READ).unwrap();
    let all = test.run(|volume, _| step::list(volume, &directory));
    for taken in 0..=all.len() {
        let (mut stream, mut answers) = (test.run(|volume, _| volume.read_dir(&directory)), Answers::new());
        let mut names = Vec::new();
        for _ in 0..taken {
            names.extend(test.late.next(&mut stream, &mut answers).unwrap());
        }
        // Between two entries, and while the next one is waited for.
        let waiting = test.late.volume.attempt(&mut answers, |volume| volume.next_entry(&mut stream).map(|_| ()));
        let path = format!("dir/new{taken}");
        test.run(|volume, root| volume.create_dir_at(root, &path));
        match waiting {
            Err(Stop::Ask(request)) => {
                let answer = test.late.host.answer(&request, &[]);
                answers.add(request, answer).unwrap();
            }
            // The entry was at hand and is given now, or it is the end.
            other => {
                other.unwrap();
                names.extend(all.get(taken).cloned());
            }
        }
        while let Some(name) = test.late.next(&mut stream, &mut answers).unwrap() {
            names.push(name);
        }
        test.late.volume.close_dir(stream);
        test.run(|volume, root| volume.remove_dir_at(root, &path));
        names.retain(|name| !name.starts_with("new"));
        assert_eq!(names, all, "after {taken}");
        test.late.check_all();
    }
}

/// Nothing of an operation that is given up in a copy-up stays.
#[test]
fn a_copy_up_that_is_given_up() {
    let mut test = Test::new(&some_items(), Changes::Above);
    test.late.host.manner = Manner { is_short: true, batch: 1, ..Manner::PROMPT };
    let file = test.open("dir/file", NONE, READ_WRITE).unwrap();
    let before = (test.late.volume.usage(), test.contents(&file));
    for stops in 1.. {
        let mut left = stops;
        let mut one = Waiting::new(|volume: &mut LateVolume, _: &OpenFile| volume.write(&file, 70_000, b"bytes"));
        let ended = one.go_on(&mut test, |request| {
            assert!(matches!(request, Request::Query(Query::Read { offset, .. }) if *offset >= CHUNK));
            left -= 1;
            left == 0
        });
        if let Some(result) = ended {
            assert_eq!(result, Ok(()));
            assert!(stops > 2);
            break;
        }
        test.late.volume.give_up(one.answers);
        test.late.check();
        assert_eq!((test.late.volume.usage(), test.contents(&file)), before);
    }
    let mut wanted = before.1;
    wanted[70_000..70_005].copy_from_slice(b"bytes");
    assert_eq!(test.contents(&file), wanted);

    // The same of a directory's entries.
    let usage = test.late.volume.usage();
    for stops in 1.. {
        let mut left = stops;
        let mut one = Waiting::new(|volume: &mut LateVolume, root: &OpenFile| {
            volume.rename_at(root, "dir/sub/deep", root, "dir/empty/new")
        });
        let ended = one.go_on(&mut test, |_| {
            left -= 1;
            left == 0
        });
        if ended.is_some() {
            assert!(stops > 5);
            break;
        }
        test.late.volume.give_up(one.answers);
        test.late.check_all();
        assert_eq!(test.late.volume.usage(), usage);
    }
    test.late.check_all();
}

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
            let mut test = Test::new(items, Changes::Above);
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
    let mut test = Test::new(&[("f", Item::File(&[7; 200_000]))], Changes::Above);
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
    let mut test = Test::new(&[("f", Item::File(&[7; 400_000]))], Changes::Above);
    let file = test.open("f", NONE, READ_WRITE).unwrap();
    test.write(&file, CHUNK, &[1; CHUNK as usize]).unwrap();
    test.write(&file, 3 * CHUNK, &[2; CHUNK as usize]).unwrap();
    let number = test.number("f");
    let read = |test: &mut Test, offset, length| {
        let (bytes, queries, _) = test.ask(&[], |volume, _| {
            let mut gather = Vec::new();
            volume.read(&file, offset, length, &mut gather).map(<[u8]>::to_vec)
        });
        (bytes.unwrap(), queries)
    };
    let (bytes, queries) = read(&mut test, CHUNK - 2, 2 * CHUNK + 4);
    let mut wanted = vec![7; 2];
    wanted.extend([1; CHUNK as usize]);
    wanted.extend([7; CHUNK as usize]);
    wanted.extend([2; 2]);
    assert_eq!(bytes, wanted);
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
    let mut test = Test::new(&[("f", Item::File(&[7; 400_000])), ("d", Item::Directory)], Changes::Above);
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
    let mut test = Test::new(&[("f", Item::File(&[7; 400_000]))], Changes::Through);
    let file = test.open("f", NONE, READ).unwrap();
    assert_eq!(forward(&test, &file, 5, 1 << 40), all(5, 1 << 40));
    let writable = test.open("f", NONE, WRITE).unwrap();
    assert_eq!(forward(&test, &writable, 0, 1), Err(Error::BadDescriptor));
}

#[test]
fn bytes_for_a_slow_reader_are_copied() {
    for changes in [Changes::Above, Changes::Through] {
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
        assert_eq!(version.is_none(), changes == Changes::Through);
        assert!(test.run(|volume, _| volume.is_at_end(&file, 400_000)));
        assert!(!test.run(|volume, _| volume.is_at_end(&file, 399_999)));
    }
}

#[test]
fn symbolic_links() {
    let items: &[(&str, Item<'_>)] = &[
        ("to", Item::Link("d/f")),
        ("loop", Item::Link("loop")),
        ("out", Item::Link("/etc")),
        ("d", Item::Directory),
        ("d/f", Item::File(b"file")),
        ("d/up", Item::Link("../to")),
    ];
    for changes in [Changes::Above, Changes::Through, Changes::Refused] {
        let mut test = Test::new(items, changes);
        let (target, queries, _) = test.ask(&[], |volume, root| Ok(volume.readlink_at(root, "d/up")?.to_owned()));
        assert_eq!((target.as_deref(), queries.len()), (Ok("../to"), 3), "{changes:?}: {queries:?}");
        let (stat, queries, _) = test.ask(&[], |volume, root| volume.stat_at(root, "d/up", FOLLOW));
        // d, up, its target, to, its target, d/f: d is known.
        assert_eq!((stat.unwrap().size, queries.len()), (4, 6), "{changes:?}: {queries:?}");
        let (stat, queries, _) = test.ask(&[], |volume, root| volume.stat_at(root, "loop", FOLLOW));
        assert_eq!((stat.unwrap_err(), queries.len()), (Error::Loop, 2), "{changes:?}: {queries:?}");
        for (path, error) in [("out", Error::NotPermitted), ("out/x", Error::NotPermitted)] {
            assert_eq!(test.ask(&[], |volume, root| volume.stat_at(root, path, FOLLOW)).0, Err(error));
        }
        let opened = test.ask(&[], |volume, root| volume.open_at(root, "to", NO_FOLLOW, NONE, READ).map(|_| ()));
        assert_eq!(opened.0, Err(Error::Loop));
    }
}

fn thousand() -> Vec<String> {
    (0..1000).map(|place| format!("d/name{place:04}")).collect()
}

fn large() -> (Vec<String>, Test) {
    let paths = thousand();
    let mut items = vec![("d", Item::Directory)];
    items.extend(paths.iter().map(|path| (path.as_str(), Item::File(b"x"))));
    let mut test = Test::new(&items, Changes::Above);
    // Batches of the world are as long as they may be, so that they can be counted.
    test.late.host.manner = Manner::PROMPT;
    (paths, test)
}

/// Answers in batches of ten.
fn in_tens(test: &mut Test, request: &Request) -> Answer {
    match request {
        Request::Query(query) => test.late.host.world.ask(query, 10, |length| length).unwrap(),
        Request::Effect(effect) => panic!("{effect:?}"),
    }
}

/// Each batch of a listing is asked for once, and an attempt gives what is at hand.
#[test]
fn a_long_listing_asks_for_each_batch_once() {
    let (paths, mut test) = large();
    let directory = test.open("d", NONE, READ).unwrap();
    let (mut stream, mut answers) = (test.run(|volume, _| volume.read_dir(&directory)), Answers::new());
    let (mut names, mut cursors, mut attempts) = (Vec::new(), Vec::new(), 0);
    loop {
        attempts += 1;
        let volume = &mut test.late.volume;
        let next =
            volume.attempt(&mut answers, |volume| Ok(volume.next_entry(&mut stream)?.map(|item| item.name.to_owned())));
        match next {
            Ok(None) => break,
            Ok(Some(name)) => names.push(name),
            Err(Stop::Ask(request)) => {
                let Request::Query(Query::List { cursor, .. }) = request else { panic!("{request:?}") };
                cursors.push(cursor);
                let answer = in_tens(&mut test, &request);
                answers.add(request, Ok(answer)).unwrap();
            }
            Err(Stop::Error(error)) => panic!("{error}"),
        }
    }
    names.sort();
    assert!(names.iter().zip(&paths).all(|(name, path)| format!("d/{name}") == *path) && names.len() == 1000);
    assert_eq!((cursors.len(), attempts), (100, 1000 + 1 + 100));
    assert!(cursors.windows(2).all(|two| two[0] < two[1]));
    test.late.volume.close_dir(stream);
}

/// So is each of a copy-up, in which nothing is copied before all are there.
#[test]
fn a_long_copy_up_asks_for_each_batch_once() {
    let (_, mut test) = large();
    let root = &test.root;
    let (mut answers, mut cursors) = (Answers::new(), Vec::new());
    loop {
        let made = test.late.volume.attempt(&mut answers, |volume| volume.create_dir_at(root, "d/new"));
        match made {
            Ok(()) => break,
            Err(Stop::Error(error)) => panic!("{error}"),
            Err(Stop::Ask(request)) => {
                let Request::Query(query) = &request else { panic!("{request:?}") };
                if let Query::List { cursor, .. } = query {
                    cursors.push(*cursor);
                }
                let answer = test.late.host.world.ask(query, 10, |length| length).unwrap();
                answers.add(request, Ok(answer)).unwrap();
            }
        }
    }
    assert_eq!(cursors.len(), 100);
    assert!(cursors.windows(2).all(|two| two[0] < two[1]));
    test.late.check_all();
}

#[test]
fn what_passes_through_is_asked_for_anew() {
    let mut test = Test::new(&some_items(), Changes::Through);
    let file = test.open("dir/file", NONE, READ).unwrap();
    let directory = test.open("dir", NONE, READ).unwrap();
    let number = test.number("dir/file");
    let world = &mut test.late.host.world;
    world.perform(&Effect::SetSize { file: number, size: 3 }, &[]).unwrap();
    let stat = |volume: &mut LateVolume, _: &OpenFile| volume.stat(&file);
    let (stat_now, queries, _) = test.ask(&[], stat);
    assert_eq!((stat_now.unwrap().size, queries), (3, vec![Query::Inode { node: number }]));
    assert_eq!(test.contents(&file), [7; 3]);
    assert!(test.run(|volume, _| volume.is_at_end(&file, 3)));
    // Without a name, too.
    for path in ["dir/file", "dir/same"] {
        test.run(|volume, root| volume.unlink_file_at(root, path));
    }
    assert_eq!(test.run(|volume, _| volume.stat(&file)).links, 0);
    assert_eq!(test.contents(&file), [7; 3]);
    let before = test.run(|volume, _| volume.stat(&directory)).links;
    test.run(|volume, root| volume.create_dir_at(root, "dir/more"));
    assert_eq!(test.run(|volume, _| volume.stat(&directory)).links, before + 1);
    // Above a layer, what is open is as it was when it was opened.
    let mut test = Test::new(&some_items(), Changes::Above);
    let file = test.open("dir/file", NONE, READ).unwrap();
    let (stat, queries, _) = test.ask(&[], |volume, _| volume.stat(&file));
    assert_eq!((stat.unwrap().size, queries), (100_000, vec![]));
}

/// A pass over a directory goes on after an error.
#[test]
fn a_listing_goes_on_after_an_error() {
    let mut test = Test::new(&some_items(), Changes::Above);
    let directory = test.open("dir", NONE, READ).unwrap();
    let (mut stream, mut answers) = (test.run(|volume, _| volume.read_dir(&directory)), Answers::new());
    test.late.host.manner = Manner { batch: 1, errors: 2, ..Manner::PROMPT };
    let (mut names, mut errors) = (Vec::new(), 0);
    loop {
        match test.late.next(&mut stream, &mut answers) {
            Ok(Some(name)) => names.push(name),
            Ok(None) => break,
            Err(_) => errors += 1,
        }
    }
    names.sort();
    assert_eq!(names, ["empty", "file", "link", "same", "sub"]);
    assert!(errors > 0);
    test.late.volume.close_dir(stream);
}

/// What a host says that cannot be true is an i/o error.
#[test]
fn answers_to_questions_that_cannot_be_true() {
    let mut test = Test::new(&some_items(), Changes::Above);
    let file = test.number("dir/file");
    let inode = test.late.host.world.inode(file).unwrap();
    let node = |number| LayerNode { number, kind: FileKind::RegularFile };
    let entry = |cursor, name: &str| Listed { cursor, name: name.as_bytes().to_vec(), node: node(file) };
    let entries = |entries| Answer::Entries { entries, is_end: false };
    let dir = test.number("dir");
    let (lookup, list) =
        (Query::Lookup { directory: dir, name: b"file".to_vec() }, Query::List { directory: dir, cursor: 7 });
    let read = Query::Read { file, offset: 0, length: 3 };
    let long = "n".repeat(256);
    let wrong = [
        (lookup.clone(), Answer::Bytes(vec![])),
        (lookup.clone(), Answer::Found(Some(LateInode { number: 1 << 63, ..inode }))),
        (Query::Inode { node: dir }, Answer::Inode(inode)),
        (list.clone(), Answer::Found(None)),
        (list.clone(), entries(vec![])),
        (list.clone(), entries(vec![entry(7, "a")])),
        (list.clone(), entries(vec![entry(9, "a"), entry(9, "b")])),
        (list.clone(), entries(vec![entry(u64::MAX, "a")])),
        (list.clone(), entries(vec![Listed { node: node(u64::MAX), ..entry(8, "a") }])),
        (list.clone(), entries(vec![entry(8, "")])),
        (list.clone(), entries(vec![entry(8, ".")])),
        (list.clone(), entries(vec![entry(8, "..")])),
        (list.clone(), entries(vec![entry(8, "a/b")])),
        (list.clone(), entries(vec![entry(8, "a\0")])),
        (list, entries(vec![entry(8, &long)])),
        (read, Answer::Bytes(vec![0; 4])),
    ];
    for (query, answer) in wrong {
        let request = Request::Query(query.clone());
        let mut answers = Answers::new();
        answers.add(request.clone(), Ok(answer.clone())).unwrap();
        // It counts as an error of the host.
        let result = test.late.volume.attempt(&mut answers, |volume| match &query {
            Query::Lookup { .. } => {
                let root = &test.root;
                volume.stat_at(root, "dir/file", FOLLOW).map(|_| ())
            }
            _ => Ok(()),
        });
        if let Query::Lookup { .. } = query {
            assert!(matches!(result, Err(Stop::Ask(_))), "the look-up of `dir` comes first: {result:?}");
            let (looked_up, answer) = (
                Request::Query(Query::Lookup { directory: FIRST, name: b"dir".to_vec() }),
                test.late.host.world.tell(FIRST, "dir").unwrap(),
            );
            answers.add(looked_up, Ok(Answer::Found(Some(answer)))).unwrap();
            let root = &test.root;
            let result = test.late.volume.attempt(&mut answers, |volume| volume.stat_at(root, "dir/file", FOLLOW));
            assert_eq!(result, Err(Stop::Error(Error::Io)), "{request:?}: {answer:?}");
        } else {
            assert!(format!("{answers:?}").contains("Err(Io)"), "{request:?}: {answer:?}");
        }
        test.late.check();
    }
}

/// A name that is in two answers of a listing: its directory cannot be copied up, until the host makes sense.
#[test]
fn a_name_in_two_answers_of_a_copy_up() {
    let mut test = Test::new(&some_items(), Changes::Above);
    let mut lies = 3;
    let mut answers = Answers::new();
    let result = loop {
        let root = &test.root;
        match test.late.volume.attempt(&mut answers, |volume| volume.create_dir_at(root, "dir/new")) {
            Err(Stop::Ask(request)) => {
                let Request::Query(query) = &request else { panic!("{request:?}") };
                let mut answer = test.late.host.world.ask(query, usize::MAX, |length| length).unwrap();
                if let Answer::Entries { entries, .. } = &mut answer
                    && lies > 0
                {
                    lies -= 1;
                    let last = entries.last().unwrap();
                    let again = Listed { cursor: last.cursor + 1, ..entries[0].clone() };
                    entries.push(again);
                }
                answers.add(request, Ok(answer)).unwrap();
            }
            result => break result,
        }
    };
    assert_eq!((result, lies), (Ok(()), 0));
    test.late.check_all();
}

/// A host that always contradicts itself.
#[test]
fn contradictions_have_an_end() {
    let mut test = Test::new(&some_items(), Changes::Above);
    let (mut answers, mut asked) = (Answers::new(), 0);
    let result = loop {
        let root = &test.root;
        match test.late.volume.attempt(&mut answers, |volume| volume.unlink_file_at(root, "dir/file")) {
            Err(Stop::Ask(request)) => {
                asked += 1;
                let Request::Query(query) = &request else { panic!("{request:?}") };
                let mut answer = test.late.host.world.ask(query, usize::MAX, |length| length).unwrap();
                // The file that was just found is not in the list.
                if let Answer::Entries { entries, .. } = &mut answer {
                    entries.retain(|entry| entry.name != b"file");
                }
                answers.add(request, Ok(answer)).unwrap();
            }
            result => break result,
        }
    };
    assert_eq!(result, Err(Stop::Error(Error::Io)));
    assert!(asked < 40, "{asked}");
    test.late.check_all();
}

#[test]
fn a_refused_layer_keeps_nothing() {
    let mut test = Test::new(&some_items(), Changes::Refused);
    let usage = test.late.volume.usage();
    let wanted = Err(Error::ReadOnly);
    let create = OpenFlags::CREATE;
    let open = |test: &mut Test, path: &str, open, flags: DescriptorFlags| {
        let opened = test.open(path, open, flags);
        opened.map(|file| test.late.volume.close(file))
    };
    assert_eq!(open(&mut test, "dir/new", create, READ), wanted);
    assert_eq!(open(&mut test, "dir/file", create, READ), Ok(()));
    assert_eq!(open(&mut test, "dir/file", NONE, WRITE), wanted);
    assert_eq!(open(&mut test, "dir/file", OpenFlags::TRUNCATE, READ), wanted);
    assert_eq!(test.ask(&[], |volume, root| volume.create_dir_at(root, "dir/new")).0, wanted);
    assert_eq!(test.ask(&[], |volume, root| volume.unlink_file_at(root, "dir/file")).0, wanted);
    assert_eq!(test.ask(&[], |volume, root| volume.remove_dir_at(root, "dir/empty")).0, wanted);
    assert_eq!(test.ask(&[], |volume, root| volume.rename_at(root, "dir/file", root, "x")).0, wanted);
    assert_eq!(test.ask(&[], |volume, root| volume.link_at(root, "dir/file", FOLLOW, root, "x")).0, wanted);
    assert_eq!(test.ask(&[], |volume, root| volume.symlink_at("x", root, "x")).0, wanted);
    assert_eq!(test.late.volume.usage(), usage);
    assert!(test.late.volume.usage().open == 1);
}

#[test]
fn limits_are_those_of_the_volume() {
    let limits = Limits { max_bytes: CHUNK, max_nodes: 2, max_open: 3 };
    let mut test = Test::limited(&some_items(), Changes::Above, limits);
    let file = test.open("dir/file", NONE, READ_WRITE).unwrap();
    test.write(&file, 5, b"x").unwrap();
    let (result, queries, _) = test.ask(&[], |volume, _| volume.write(&file, 70_000, b"x"));
    assert_eq!(result, Err(Error::InsufficientSpace));
    assert!(queries.len() <= 1);
    assert_eq!(test.ask(&[], |volume, root| volume.create_dir_at(root, "dir/new")).0, Err(Error::InsufficientSpace));
    let _other = test.open("dir", NONE, READ).unwrap();
    let (result, _, _) = test.ask(&[], |volume, root| volume.open_at(root, "dir/sub", FOLLOW, NONE, READ).map(|_| ()));
    assert_eq!(result, Err(Error::InsufficientMemory));
    test.late.check_all();

    // Where changes pass through, bytes and nodes are not the volume's.
    let limits = Limits { max_bytes: 0, max_nodes: 0, max_open: 3 };
    let mut test = Test::limited(&some_items(), Changes::Through, limits);
    let file = test.open("dir/file", NONE, READ_WRITE).unwrap();
    test.write(&file, 5, b"x").unwrap();
    test.run(|volume, root| volume.create_dir_at(root, "dir/new"));
}

/// What is not open any more is told, so that what is kept for it outside can go.
#[test]
fn nodes_are_released() {
    let mut test = Test::new(&some_items(), Changes::Through);
    let (file, sub) = (test.number("dir/file"), test.number("dir/sub"));
    let first = test.open("dir/file", NONE, READ).unwrap();
    let second = test.open("dir/same", NONE, READ).unwrap();
    let third = test.open("dir/sub", NONE, READ).unwrap();
    test.late.volume.close(first);
    assert_eq!(test.late.volume.layer_mut().take_released(), []);
    test.late.volume.close(third);
    test.late.volume.close(second);
    assert_eq!(test.late.volume.layer_mut().take_released(), [sub, file]);
    assert_eq!(test.late.volume.layer_mut().take_released(), []);
    let Late { volume, .. } = &test.late;
    assert_eq!(volume.usage().open, 1);
}
