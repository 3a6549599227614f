//! Answers that are errors, that cannot be true, or that contradict each other.

use vfs_core::late::{Answer, Answers, ChangePolicy, LateInode, Query, Request, Stop};
use vfs_core::{Error, FileKind, LayerNode, Listed};

use crate::app::{LateVolume, Runner};
use crate::harness::{NONE, Test, some_items};
use crate::host::Manner;
use crate::support::{FOLLOW, READ};
use crate::world::FIRST;

/// A pass over a directory goes on after an error.
#[test]
fn a_listing_goes_on_after_an_error() {
    let mut test = Test::new(&some_items(), ChangePolicy::Above);
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
    let mut test = Test::new(&some_items(), ChangePolicy::Above);
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
    let mut test = Test::new(&some_items(), ChangePolicy::Above);
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
    let mut test = Test::new(&some_items(), ChangePolicy::Above);
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

/// A file that is open is a directory now, says the host, whose numbers are of one node for ever.
#[test]
fn a_number_that_is_another_node_now() {
    let mut test = Test::new(&some_items(), ChangePolicy::Above);
    let _file = test.open("dir/file", NONE, READ).unwrap();
    let file = test.number("dir/file");
    let (mut answers, mut asked) = (Answers::new(), 0);
    let result = loop {
        let root = &test.root;
        let open = |volume: &mut LateVolume| volume.open_at(root, "dir/file", FOLLOW, NONE, READ).map(|_| ());
        match test.late.volume.attempt(&mut answers, open) {
            Err(Stop::Ask(request)) => {
                asked += 1;
                let mut answer = test.late.host.answer(&request, &[]);
                if let Ok(Answer::Found(Some(inode))) = &mut answer
                    && inode.number == file
                {
                    inode.stat.kind = FileKind::Directory;
                }
                answers.add(request, answer).unwrap();
            }
            result => break result,
        }
    };
    assert_eq!(result, Err(Stop::Error(Error::Io)));
    assert!(asked < 40, "{asked}");
    test.late.check_all();
}
