//! What is asked for, and how often.

use vfs_core::late::{Answer, Answers, ChangePolicy, Query, Request, Stop};
use vfs_core::{DescriptorFlags, Effect, Error, Limits, OpenFile, OpenFlags};

use crate::app::{Late, LateVolume};
use crate::harness::{NONE, Test, deep, name_of, some_items};
use crate::host::Manner;
use crate::support::{FOLLOW, Item, NO_FOLLOW, READ, READ_WRITE, WRITE};

const CHUNK: u64 = 64 * 1024;

#[test]
fn a_path_is_one_look_up_for_each_name() {
    for changes in [ChangePolicy::Above, ChangePolicy::Through, ChangePolicy::Refused] {
        let mut test = Test::new(&deep(), changes);
        let names = |queries: &[Query]| -> Vec<String> {
            queries.iter().map(|query| name_of(&Request::Query(query.clone()))).collect()
        };
        let (stat, queries, _) = test.ask(&[], |volume, root| volume.stat_at(root, "a/b/c/d", FOLLOW));
        assert_eq!(stat.unwrap().size, 4);
        assert_eq!(names(&queries), ["a", "b", "c", "d"], "{changes:?}");
        let (file, mut queries, _) = test.ask(&[], |volume, root| volume.open_at(root, "a/b/c/d", FOLLOW, NONE, READ));
        if changes == ChangePolicy::Through {
            assert!(matches!(queries.pop(), Some(Query::Open { flags: READ, .. })));
        }
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
    for changes in [ChangePolicy::Above, ChangePolicy::Through, ChangePolicy::Refused] {
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
    let mut test = Test::new(&items, ChangePolicy::Above);
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
    let mut test = Test::new(&some_items(), ChangePolicy::Through);
    let file = test.open("dir/file", NONE, READ).unwrap();
    let directory = test.open("dir", NONE, READ).unwrap();
    let number = test.number("dir/file");
    let world = &mut test.late.host.world;
    world.perform(&Effect::SetSize { file: number, size: 3 }).unwrap();
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
    let mut test = Test::new(&some_items(), ChangePolicy::Above);
    let file = test.open("dir/file", NONE, READ).unwrap();
    let (stat, queries, _) = test.ask(&[], |volume, _| volume.stat(&file));
    assert_eq!((stat.unwrap().size, queries), (100_000, vec![]));
}

#[test]
fn a_refused_layer_keeps_nothing() {
    let mut test = Test::new(&some_items(), ChangePolicy::Refused);
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
    let mut test = Test::limited(&some_items(), ChangePolicy::Above, limits);
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
    let mut test = Test::limited(&some_items(), ChangePolicy::Through, limits);
    let file = test.open("dir/file", NONE, READ_WRITE).unwrap();
    test.write(&file, 5, b"x").unwrap();
    test.run(|volume, root| volume.create_dir_at(root, "dir/new"));
}

/// What nothing uses any more is told, so that what is kept for it outside can go.
#[test]
fn nodes_are_released() {
    let mut test = Test::new(&some_items(), ChangePolicy::Through);
    let (file, sub) = (test.number("dir/file"), test.number("dir/sub"));
    let first = test.open("dir/file", NONE, READ).unwrap();
    let second = test.open("dir/same", NONE, READ).unwrap();
    let third = test.open("dir/sub", NONE, READ).unwrap();
    let dir = test.number("dir");
    let released = test.late.volume.layer_mut().take_released();
    assert!(!released.is_empty() && released.iter().all(|number| *number == dir), "on the way, and not kept");
    test.late.volume.close(first);
    assert_eq!(test.late.volume.layer_mut().take_released(), []);
    test.late.volume.close(third);
    test.late.volume.close(second);
    assert_eq!(test.late.volume.layer_mut().take_released(), [sub, file]);
    assert_eq!(test.late.volume.layer_mut().take_released(), []);
    assert!(test.run(|volume, root| volume.stat_at(root, "dir/file", FOLLOW)).links > 1);
    assert_eq!(test.late.volume.layer_mut().take_released(), [dir, file]);
    let Late { volume, .. } = &test.late;
    assert_eq!(volume.usage().open, 1);
}
