//! Every allocation of every attempt fails once.

use vfs_core::late::{Answers, ChangePolicy, Request, Stop};
use vfs_core::{Error, NewTimestamp, OpenFile, OpenFlags, Rights};
use vfs_plan::tree_lines;

use crate::allocator::with_allocations;
use crate::app::{App, Late, LateVolume, Runner};
use crate::harness::{Call, Test, some_items};
use crate::host::Manner;
use crate::support::{FOLLOW, NO_FOLLOW, READ, READ_WRITE};

/// The last argument is `dir/file`, open to read and write.
const CALLS: &[(&str, Call)] = &[
    ("open_at", |v, r, _| v.open_at(r, "dir/sub/deep", FOLLOW, OpenFlags::NONE, READ).map(|f| v.close(f))),
    ("open_at, making", |v, r, _| v.open_at(r, "dir/new", FOLLOW, OpenFlags::CREATE, READ).map(|f| v.close(f))),
    ("open_at, cutting", |v, r, _| {
        v.open_at(r, "dir/sub/deep", FOLLOW, OpenFlags::TRUNCATE, READ_WRITE).map(|f| v.close(f))
    }),
    ("stat", |v, _, f| v.stat(f).map(drop)),
    ("stat_at", |v, r, _| v.stat_at(r, "dir/link", FOLLOW).map(drop)),
    ("readlink_at", |v, r, _| v.readlink_at(r, "dir/link").map(drop)),
    ("set_times_at", |v, r, _| v.set_times_at(r, "dir/sub/deep", FOLLOW, NewTimestamp::Now, NewTimestamp::Now)),
    ("create_dir_at", |v, r, _| v.create_dir_at(r, "dir/new")),
    ("remove_dir_at", |v, r, _| v.remove_dir_at(r, "dir/empty")),
    ("unlink_file_at", |v, r, _| v.unlink_file_at(r, "dir/same")),
    ("symlink_at", |v, r, _| v.symlink_at("target", r, "dir/new")),
    ("link_at", |v, r, _| v.link_at(r, "dir/sub/deep", NO_FOLLOW, r, "dir/new")),
    ("rename_at", |v, r, _| v.rename_at(r, "dir/sub/deep", r, "dir/same")),
    ("rename_at, a directory", |v, r, _| v.rename_at(r, "dir/sub", r, "dir/empty")),
    ("read", |v, _, f| v.read(f, 65_000, 1000, &mut Vec::new()).map(drop)),
    ("write", |v, _, f| v.write(f, 70_000, b"bytes")),
    ("append", |v, _, f| v.append(f, b"bytes")),
    ("set_size", |v, _, f| v.set_size(f, 10)),
    ("list", |v, r, _| {
        let mut stream = v.read_dir(r)?;
        let result = loop {
            match v.next_entry(&mut stream) {
                Ok(Some(_)) => {}
                Ok(None) => break Ok(()),
                Err(stop) => break Err(stop),
            }
        };
        v.close_dir(stream);
        result
    }),
];

/// How an operation ended.
enum End {
    Done,
    /// The allocation failed; the attempt had an effect's answer.
    Failed,
    /// So many attempts were not needed.
    Over,
}

/// Runs an operation whose attempt number `place` has `allowed` allocations.
fn run(test: &mut Test, file: &OpenFile, call: Call, place: usize, allowed: u32) -> End {
    let (mut answers, mut answer, mut has_effect) = (Answers::new(), None::<(Request, _)>, false);
    for attempt in 0.. {
        let Test { late, root } = test;
        let mut go_on = || {
            if let Some((request, answer)) = answer.take() {
                answers.add(request, answer)?;
            }
            late.volume.attempt(&mut answers, |volume| call(volume, root, file))
        };
        let result = if attempt == place && !has_effect {
            with_allocations(allowed, go_on)
        } else if has_effect {
            // What was made needs no memory.
            with_allocations(0, go_on)
        } else {
            go_on()
        };
        match result {
            Err(Stop::Ask(request)) => {
                has_effect = matches!(request, Request::Effect(_));
                answer = Some((request.clone(), late.host.answer(&request, b"bytes")));
            }
            Err(Stop::Error(error)) => {
                assert_eq!(error, Error::InsufficientMemory);
                assert_eq!(attempt, place);
                late.volume.give_up(answers);
                return End::Failed;
            }
            Ok(()) if attempt < place => return End::Over,
            Ok(()) => return End::Done,
        }
    }
    unreachable!()
}

fn lines(test: &mut Test) -> Vec<String> {
    let rights = Rights::default();
    let root = test.run(|volume, _| volume.open_root(rights));
    // The tree is looked at by an app that borrows it.
    let Test { late, .. } = test;
    let mut app = App::new(Borrowed(late), rights);
    let lines = tree_lines(&mut app);
    let App { runner, root: opened, .. } = app;
    runner.0.volume.close(opened);
    test.late.volume.close(root);
    lines
}

struct Borrowed<'l>(&'l mut Late);

impl Runner for Borrowed<'_> {
    type Layer = vfs_core::late::LateLayer;
    type Journal = vfs_core::Untracked;

    fn volume(&mut self) -> &mut LateVolume {
        self.0.volume()
    }

    fn run<T>(&mut self, bytes: &[u8], operation: impl FnMut(&mut LateVolume) -> Result<T, Stop>) -> Result<T, Error> {
        self.0.run(bytes, operation)
    }

    fn next(&mut self, stream: &mut vfs_core::DirStream, answers: &mut Answers) -> Result<Option<String>, Error> {
        self.0.next(stream, answers)
    }
}

fn check(changes: ChangePolicy) {
    let mut failed = 0;
    for &(name, call) in CALLS {
        'attempts: for place in 0.. {
            for allowed in 0.. {
                assert!(place < 100 && allowed < 100, "{name} never succeeds");
                let mut test = Test::new(&some_items(), changes);
                test.late.host.manner = Manner { batch: 2, ..Manner::PROMPT };
                let file = test.open("dir/file", OpenFlags::NONE, READ_WRITE).unwrap();
                let (before, usage) = (lines(&mut test), test.late.volume.usage());
                match run(&mut test, &file, call, place, allowed) {
                    End::Over => break 'attempts,
                    End::Done => break,
                    End::Failed => failed += 1,
                }
                assert_eq!(test.late.volume.usage(), usage, "{name}: attempt {place}, {allowed} allocations");
                test.late.check_all();
                assert_eq!(lines(&mut test), before, "{name}: attempt {place}, {allowed} allocations");
                // And it goes on.
                assert!(matches!(run(&mut test, &file, call, usize::MAX, 0), End::Over), "{name}");
                test.late.check();
            }
        }
    }
    assert!(failed > 3 * CALLS.len(), "{failed} allocations failed");
}

#[test]
fn changes_above() {
    check(ChangePolicy::Above);
}

#[test]
fn changes_above_what_others_may_change() {
    check(ChangePolicy::AboveLive);
}

#[test]
fn changes_through() {
    check(ChangePolicy::Through);
}
