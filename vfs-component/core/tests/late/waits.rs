//! What happens during the wait: other operations, other apps, giving up.

use vfs_core::late::{Answers, ChangePolicy, Query, Request, Stop};
use vfs_core::{Effect, Error, OpenFile};

use crate::app::{LateVolume, Runner};
use crate::harness::{NONE, Test, deep, name_of, some_items};
use crate::host::Manner;
use crate::step;
use crate::support::{FOLLOW, READ, READ_WRITE};

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

/// A directory on the way is renamed in the upper layer while a name in it is looked up.
#[test]
fn a_directory_on_the_way_is_renamed_during_the_wait() {
    let mut test = Test::new(&deep(), ChangePolicy::Above);
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
    let mut test = Test::new(&some_items(), ChangePolicy::Above);
    let make = |volume: &mut LateVolume, root: &OpenFile| volume.create_dir_at(root, "dir/new");
    let mut one = Waiting::new(make);
    assert!(one.go_on(&mut test, |request| matches!(request, Request::Query(Query::List { .. }))).is_none());
    test.run(|volume, root| volume.symlink_at("x", root, "dir/new"));
    assert_eq!(one.end(&mut test), Err(Error::Exist));
    test.late.check_all();
}

#[test]
fn a_file_is_cut_while_a_read_waits() {
    let mut test = Test::new(&some_items(), ChangePolicy::Above);
    let file = test.open("dir/file", NONE, READ_WRITE).unwrap();
    let read = |volume: &mut LateVolume, _: &OpenFile| {
        let mut gather = Vec::new();
        volume.read(&file, 10, 90_000, &mut gather).map(<[u8]>::to_vec)
    };
    let mut one = Waiting::new(read);
    assert!(one.go_on(&mut test, |_| true).is_none());
    // By the app itself: the read sees the shorter file, all of it.
    test.run(|volume, _| volume.set_size(&file, 15));
    assert_eq!(one.end(&mut test), Ok(vec![7; 5]));
    test.late.check_all();
}

#[test]
fn a_directory_is_copied_up_in_the_middle_of_a_listing() {
    let mut test = Test::new(&some_items(), ChangePolicy::Above);
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
    let mut test = Test::new(&some_items(), ChangePolicy::Above);
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

/// Somebody else cuts a file that is open here.
#[test]
fn what_others_cut_off_is_zeros() {
    let mut test = Test::new(&some_items(), ChangePolicy::Above);
    let file = test.open("dir/file", NONE, READ_WRITE).unwrap();
    let other = test.open("dir/sub/deep", NONE, READ_WRITE).unwrap();
    for (path, size) in [("dir/file", 66_000), ("dir/sub/deep", 1)] {
        let number = test.number(path);
        test.late.host.world.perform(&Effect::SetSize { file: number, size }).unwrap();
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
