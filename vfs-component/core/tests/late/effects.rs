//! Effects: at most one of an operation, asked for once, after all that can fail in itself.

use vfs_core::late::{Answer, Answers, ChangePolicy, LateInode, Stop};
use vfs_core::settings::SettingsView;
use vfs_core::{
    Effect, Error, Layer, Limits, NewTimestamp, OpenFile, OpenFlags, Performed, Rights, Session, Timestamp,
};

use crate::allocator::with_allocations;
use crate::app::{LateVolume, NOW, clock};
use crate::harness::{Call, Test, some_items};
use crate::support::{FOLLOW, NO_FOLLOW, READ, READ_WRITE, WRITE};
use crate::world::{FIRST, World};

/// An operation, the words of its effect, and how many questions it asks before.
type Case = (&'static str, Call, &'static str, usize);

const CREATE: OpenFlags = OpenFlags::CREATE;
const TIME: NewTimestamp = NewTimestamp::At(Timestamp { seconds: 5, nanoseconds: 6 });

/// Every operation that changes something. The last argument is `dir/file`, open.
const CHANGES: &[Case] = &[
    ("open_at", |v, r, _| v.open_at(r, "dir/new", FOLLOW, CREATE, WRITE).map(|f| v.close(f)), "Create ", 2),
    (
        "open_at, cutting",
        |v, r, _| v.open_at(r, "dir/sub/deep", FOLLOW, OpenFlags::TRUNCATE, WRITE).map(|f| v.close(f)),
        "Truncate ",
        3,
    ),
    ("create_dir_at", |v, r, _| v.create_dir_at(r, "dir/new"), "CreateDirectory ", 2),
    ("symlink_at", |v, r, _| v.symlink_at("target", r, "dir/new"), "Symlink ", 2),
    ("link_at", |v, r, _| v.link_at(r, "dir/sub/deep", NO_FOLLOW, r, "dir/new"), "Link ", 4),
    ("link_at, by a link", |v, r, _| v.link_at(r, "dir/link", FOLLOW, r, "dir/new"), "Link ", 6),
    ("rename_at", |v, r, _| v.rename_at(r, "dir/sub/deep", r, "dir/new"), "Rename ", 4),
    ("rename_at, over", |v, r, _| v.rename_at(r, "dir/sub/deep", r, "dir/file"), "Rename ", 4),
    ("unlink_file_at", |v, r, _| v.unlink_file_at(r, "dir/file"), "Unlink ", 2),
    ("remove_dir_at", |v, r, _| v.remove_dir_at(r, "dir/empty"), "RemoveDirectory ", 2),
    ("set_size", |v, _, f| v.set_size(f, 5), "SetSize ", 0),
    ("set_times", |v, _, f| v.set_times(f, TIME, NewTimestamp::Now), "SetTimes ", 0),
    ("set_times_at", |v, r, _| v.set_times_at(r, "dir/link", NO_FOLLOW, TIME, TIME), "SetTimes ", 2),
    ("write", |v, _, f| v.write(f, 5, b"bytes"), "Write ", 0),
    ("append", |v, _, f| v.append(f, b"bytes"), "Write ", 0),
    ("sync", |v, _, f| v.sync(f), "Sync ", 0),
    ("sync_data", |v, _, f| v.sync_data(f), "Sync ", 0),
];

#[test]
fn each_operation_asks_for_one_after_its_look_ups() {
    for &(name, operation, words, questions) in CHANGES {
        let mut test = Test::through();
        let file = test.open("dir/file", OpenFlags::NONE, READ_WRITE).unwrap();
        let (result, queries, effects) = test.ask(b"bytes", |volume, root| operation(volume, root, &file));
        assert_eq!(result, Ok(()), "{name}");
        assert_eq!(effects.len(), 1, "{name}: {effects:?}");
        assert!(format!("{:?}", effects[0]).starts_with(words), "{name}: {effects:?}");
        assert_eq!(queries.len(), questions, "{name}: {queries:?}");
        assert_eq!(test.late.volume.usage().nodes, 0, "{name}");
        test.late.check_all();
    }
}

/// The host's error is the operation's, and nothing was changed.
#[test]
fn an_error_of_the_effect_is_the_operations() {
    for &(name, operation, ..) in CHANGES {
        let mut test = Test::through();
        let file = test.open("dir/file", OpenFlags::NONE, READ_WRITE).unwrap();
        let usage = test.late.volume.usage();
        let mut answers = Answers::new();
        let request = test.until_effect(&mut answers, |volume, root| operation(volume, root, &file));
        answers.add(request, Err(Error::Overflow)).unwrap();
        let root = &test.root;
        let result = test.late.volume.attempt(&mut answers, |volume| operation(volume, root, &file));
        assert_eq!(result, Err(Stop::Error(Error::Overflow)), "{name}");
        assert_eq!(test.late.volume.usage(), usage, "{name}");
        test.late.check_all();
    }
}

/// When the effect was made, the operation needs nothing more: no name, no memory, no limit.
#[test]
fn nothing_can_fail_after_it() {
    for &(name, operation, ..) in CHANGES {
        let mut test = Test::through();
        let file = test.open("dir/file", OpenFlags::NONE, READ_WRITE).unwrap();
        let usage = test.late.volume.usage();
        let mut answers = Answers::new();
        let request = test.until_effect(&mut answers, |volume, root| operation(volume, root, &file));
        let answer = test.late.host.answer(&request, b"bytes");
        // Where it happened is gone.
        let World { fs, root, .. } = &mut test.late.host.world;
        fs.rename_at(root, "dir", root, "gone").unwrap();
        let root = &test.root;
        let volume = &mut test.late.volume;
        let result = with_allocations(0, || {
            answers.add(request, answer)?;
            volume.attempt(&mut answers, |volume| operation(volume, root, &file))
        });
        assert_eq!(result, Ok(()), "{name}");
        assert_eq!(test.late.volume.usage(), usage, "{name}");
        test.late.check();
    }
}

#[test]
fn an_operation_that_is_given_up_holds_nothing() {
    for &(name, operation, ..) in CHANGES {
        let mut test = Test::through();
        let file = test.open("dir/file", OpenFlags::NONE, READ_WRITE).unwrap();
        let usage = test.late.volume.usage();
        for _ in 0..3 {
            let mut answers = Answers::new();
            test.until_effect(&mut answers, |volume, root| operation(volume, root, &file));
            let opens = usize::from(name.starts_with("open_at"));
            assert_eq!(test.late.volume.layer_mut().held(), opens, "{name}");
            assert_eq!(test.late.volume.usage().open as usize, usage.open as usize + opens, "{name}");
            test.late.volume.check(vfs_core::check::Trust::Untrusted).unwrap();
            test.late.volume.give_up(answers);
            assert_eq!(test.late.volume.usage(), usage, "{name}");
            test.late.check();
        }
    }
}

/// Whoever runs an operation again without the answer is asked again; what is held is held once.
#[test]
fn without_the_answer_it_is_asked_for_again() {
    for &(name, operation, ..) in CHANGES {
        let mut test = Test::through();
        let file = test.open("dir/file", OpenFlags::NONE, READ_WRITE).unwrap();
        let usage = test.late.volume.usage();
        let mut answers = Answers::new();
        let first = test.until_effect(&mut answers, |volume, root| operation(volume, root, &file));
        let second = test.until_effect(&mut answers, |volume, root| operation(volume, root, &file));
        assert_eq!(first, second, "{name}");
        test.late.volume.give_up(answers);
        assert_eq!(test.late.volume.usage(), usage, "{name}");
        test.late.check();
    }
}

#[test]
fn an_operation_that_fails_in_itself_asks_for_none() {
    let cases: &[(Call, Error)] = &[
        (
            |v, r, _| v.open_at(r, "dir/file", FOLLOW, CREATE | OpenFlags::EXCLUSIVE, WRITE).map(|f| v.close(f)),
            Error::Exist,
        ),
        (|v, r, _| v.open_at(r, "no/new", FOLLOW, CREATE, WRITE).map(|f| v.close(f)), Error::NoEntry),
        (|v, r, _| v.open_at(r, "dir/new/", FOLLOW, CREATE, WRITE).map(|f| v.close(f)), Error::IsDirectory),
        (|v, r, _| v.open_at(r, "dir", FOLLOW, OpenFlags::TRUNCATE, WRITE).map(|f| v.close(f)), Error::IsDirectory),
        (|v, r, _| v.create_dir_at(r, "dir/sub"), Error::Exist),
        (|v, r, _| v.create_dir_at(r, "dir/file/new"), Error::NotDirectory),
        (|v, r, _| v.symlink_at("/absolute", r, "new"), Error::NotPermitted),
        (|v, r, _| v.symlink_at("target", r, "dir/file"), Error::Exist),
        (|v, r, _| v.link_at(r, "dir", NO_FOLLOW, r, "new"), Error::NotPermitted),
        (|v, r, _| v.link_at(r, "dir/file", NO_FOLLOW, r, "dir/same"), Error::Exist),
        (|v, r, _| v.rename_at(r, "no", r, "new"), Error::NoEntry),
        (|v, r, _| v.rename_at(r, "dir/.", r, "new"), Error::Busy),
        (|v, r, _| v.unlink_file_at(r, "dir/sub"), Error::IsDirectory),
        (|v, r, _| v.unlink_file_at(r, "dir/no"), Error::NoEntry),
        (|v, r, _| v.remove_dir_at(r, "dir/file"), Error::NotDirectory),
        (|v, r, _| v.remove_dir_at(r, "dir/sub/."), Error::Invalid),
        (|v, _, f| v.set_size(f, 1), Error::Invalid),
        (|v, _, f| v.write(f, 0, b"x"), Error::BadDescriptor),
        (
            |v, _, f| {
                v.set_times(
                    f,
                    NewTimestamp::At(Timestamp { seconds: 0, nanoseconds: 1_000_000_000 }),
                    NewTimestamp::Now,
                )
            },
            Error::Invalid,
        ),
        (|v, r, _| v.set_times_at(r, "no", FOLLOW, TIME, TIME), Error::NoEntry),
    ];
    for (place, &(operation, error)) in cases.iter().enumerate() {
        let mut test = Test::through();
        let file = test.open("dir/file", OpenFlags::NONE, READ).unwrap();
        let (result, _, effects) = test.ask(b"x", |volume, root| operation(volume, root, &file));
        assert_eq!(result, Err(error), "case {place}");
        assert_eq!(effects, [], "case {place}");
    }
    // Nor does one that has nothing to do.
    let mut test = Test::through();
    let file = test.open("dir/file", OpenFlags::NONE, READ_WRITE).unwrap();
    let nothing: [Call; 3] = [
        |v, _, f| v.write(f, 3, b""),
        |v, _, f| v.set_times(f, NewTimestamp::NoChange, NewTimestamp::NoChange),
        |v, r, _| v.rename_at(r, "dir/same", r, "dir/file"),
    ];
    for operation in nothing {
        let (result, _, effects) = test.ask(&[], |volume, root| operation(volume, root, &file));
        assert_eq!((result, effects), (Ok(()), vec![]));
    }
}

/// A session that may change nothing has nothing changed for it.
#[test]
fn read_only_rights_come_first() {
    for &(name, operation, ..) in CHANGES {
        let mut test = Test::through();
        let rights = Rights { read_only: true, ..Rights::default() };
        let root = test.run(|volume, _| volume.open_root(rights));
        let file = test.run(|volume, _| volume.open_at(&root, "dir/file", FOLLOW, OpenFlags::NONE, READ));
        let (result, _, effects) = test.ask(b"bytes", |volume, _| operation(volume, &root, &file));
        if name.starts_with("sync") {
            continue;
        }
        assert!(matches!(result, Err(Error::ReadOnly | Error::Invalid | Error::BadDescriptor)), "{name}: {result:?}");
        assert_eq!(effects, [], "{name}");
    }
}

/// While one operation waits for a file to be made, others take all opens and slots there are, and the file is opened.
#[test]
fn what_opening_needs_is_taken_before() {
    let limits = Limits { max_open: 6, ..Limits::default() };
    let mut test = Test::limited(&some_items(), ChangePolicy::Through, limits);
    let operation =
        |volume: &mut LateVolume, root: &OpenFile| volume.open_at(root, "dir/new", FOLLOW, CREATE, READ_WRITE);
    let mut answers = Answers::new();
    let request = test.until_effect(&mut answers, operation);
    let mut others = Vec::new();
    for path in ["dir", "dir/file", "dir/sub", "dir/sub/deep"] {
        others.push(test.open_while_held(path).unwrap());
    }
    assert_eq!(test.open_while_held("dir/empty").unwrap_err(), Error::InsufficientMemory);
    let answer = test.late.host.answer(&request, &[]);
    answers.add(request, answer).unwrap();
    let root = &test.root;
    let file = test.late.volume.attempt(&mut answers, |volume| operation(volume, root)).unwrap();
    test.late.check();
    test.write(&file, 0, b"new").unwrap();
    for other in others.into_iter().chain([file]) {
        test.late.volume.close(other);
    }
    assert_eq!(test.late.volume.usage().open, 1);
    let file = test.open("dir/new", OpenFlags::NONE, READ).unwrap();
    assert_eq!(test.contents(&file), b"new");
}

/// A standard stream is opened by its path from the root, which takes an open while the path is walked.
#[test]
fn a_standard_stream_that_the_layer_makes() {
    let limits = Limits { max_open: 3, ..Limits::default() };
    let mut test = Test::limited(&some_items(), ChangePolicy::Through, limits);
    let session: Session<'_, ()> = Session::new(SettingsView::default());
    let open = |volume: &mut LateVolume, _: &OpenFile| session.open_file(volume, "/dir/out", CREATE, WRITE);
    let mut answers = Answers::new();
    let request = test.until_effect(&mut answers, open);
    let other = test.open_while_held("dir").unwrap();
    assert_eq!(test.late.volume.usage().open, 3);
    let answer = test.late.host.answer(&request, &[]);
    answers.add(request, answer).unwrap();
    let root = &test.root;
    let file = test.late.volume.attempt(&mut answers, |volume| open(volume, root)).unwrap();
    test.late.check();
    test.write(&file, 0, b"out").unwrap();
    test.late.volume.close(other);
    test.late.volume.close(file);
}

/// Two operations make the same file; another opens it in between. It is one node.
#[test]
fn a_file_that_others_opened_meanwhile_is_the_same() {
    let mut test = Test::through();
    let operation =
        |volume: &mut LateVolume, root: &OpenFile| volume.open_at(root, "dir/new", FOLLOW, CREATE, READ_WRITE);
    let (mut first, mut second) = (Answers::new(), Answers::new());
    let requests = [test.until_effect(&mut first, operation), test.until_effect(&mut second, operation)];
    let told = requests.each_ref().map(|request| test.late.host.answer(request, &[]));
    let third = test.open_while_held("dir/new").unwrap();
    let mut files = vec![third];
    for ((answers, request), answer) in [second, first].iter_mut().zip(requests).zip(told) {
        answers.add(request, answer).unwrap();
        let root = &test.root;
        files.push(test.late.volume.attempt(answers, |volume| operation(volume, root)).unwrap());
    }
    test.late.check();
    assert!(files.windows(2).all(|two| test.late.volume.is_same(&two[0], &two[1]) == Ok(true)));
    files.into_iter().for_each(|file| test.late.volume.close(file));
    let number = test.number("dir/new");
    let released = test.late.volume.layer_mut().take_released().into_iter().filter(|released| *released == number);
    assert_eq!(released.count(), 1, "once, when the last is closed");
    test.late.check();
}

/// What is wrong in an answer is an error, and nothing is held or broken.
#[test]
fn answers_that_cannot_be_true() {
    let stat = |test: &mut Test| test.late.host.world.inode(FIRST).unwrap().stat;
    let mut test = Test::through();
    let directory = stat(&mut test);
    let file = vfs_core::Stat { kind: vfs_core::FileKind::RegularFile, ..directory };
    let dir = test.number("dir");
    let opened = |number, stat| Answer::Performed(Performed::Opened(LateInode { number, stat, parent: FIRST }));
    let wrong = [
        Answer::Found(None),
        Answer::Bytes(vec![]),
        Answer::Performed(Performed::Done),
        opened(77, directory),
        // No node has such a number.
        opened(1 << 63, file),
        opened(u64::MAX, file),
        // It is a directory, and known as one.
        opened(dir, file),
    ];
    let _open = test.open("dir", OpenFlags::NONE, READ).unwrap();
    let usage = test.late.volume.usage();
    for answer in wrong {
        let operation =
            |volume: &mut LateVolume, root: &OpenFile| volume.open_at(root, "dir/new", FOLLOW, CREATE, READ_WRITE);
        let mut answers = Answers::new();
        let request = test.until_effect(&mut answers, operation);
        answers.add(request, Ok(answer.clone())).unwrap();
        let root = &test.root;
        let result = test.late.volume.attempt(&mut answers, |volume| operation(volume, root).map(|_| ()));
        assert_eq!(result, Err(Stop::Error(Error::Io)), "{answer:?}");
        assert_eq!(test.late.volume.usage(), usage, "{answer:?}");
        test.late.check();
    }
}

/// The time now is the volume's.
#[test]
fn now_is_told() {
    let mut test = Test::through();
    let file = test.open("dir/file", OpenFlags::NONE, READ).unwrap();
    let node = test.number("dir/file");
    let (_, _, effects) = test.ask(&[], |volume, _| volume.set_times(&file, NewTimestamp::NoChange, NewTimestamp::Now));
    let now = NewTimestamp::At(Timestamp { seconds: NOW, nanoseconds: 0 });
    assert_eq!(clock().0.get(), NOW);
    assert_eq!(effects, [Effect::SetTimes { node, accessed: NewTimestamp::NoChange, modified: now }]);
}
