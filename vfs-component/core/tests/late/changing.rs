//! Others change the world between two answers. An operation may see some of it before and some of it after; it comes
//! to an end, and the tree is whole.

use vfs_core::late::ChangePolicy;
use vfs_core::{DescriptorFlags, FileKind, Limits, OpenFlags, Rights};
use vfs_plan::{Op, generate, print};

use crate::app::{App, Late, Runner, lower};
use crate::host::Manner;
use crate::step;
use crate::support::NO_FOLLOW;

/// Walks a tree that may go round in a circle: a directory that was copied up may have moved into one that it holds.
fn visit(app: &mut App<Late>, directory: &str, depth: usize) {
    let App { runner, root, .. } = app;
    let open = OpenFlags::DIRECTORY;
    let opened = runner.run(&[], |volume| volume.open_at(root, directory, NO_FOLLOW, open, DescriptorFlags::READ));
    let Ok(opened) = opened else { return };
    let names = runner.run(&[], |volume| step::list(volume, &opened)).unwrap();
    runner.volume().close(opened);
    for name in names {
        let path = format!("{directory}/{name}");
        let App { runner, root, .. } = app;
        match runner.run(&[], |volume| volume.stat_at(root, &path, NO_FOLLOW)) {
            Ok(stat) if stat.kind == FileKind::Directory && depth > 0 => visit(app, &path, depth - 1),
            Ok(stat) if stat.kind == FileKind::RegularFile => {
                let (open, flags) = (OpenFlags::NONE, DescriptorFlags::READ);
                if let Ok(file) = runner.run(&[], |volume| volume.open_at(root, &path, NO_FOLLOW, open, flags)) {
                    let length = stat.size.min(200_000) as usize;
                    let _ = runner.run(&[], |volume| step::read(volume, &file, 0, length));
                    runner.volume().close(file);
                }
            }
            _ => {}
        }
    }
}

fn run(changes: ChangePolicy, manner: Manner, seed: u64) {
    let plan = generate(seed);
    let late = Late::new(Some(lower()), changes, Manner::PROMPT, Limits::default(), seed);
    let mut app = App::new(late, Rights::default());
    app.runner.host.manner = manner;
    app.watches = false;
    for op in plan.iter().filter(|op| !matches!(op, Op::ReadDir { .. } | Op::Next { .. })) {
        // Any answer will do that has an end.
        let before = app.runner.host.queries.len();
        let _ = app.carry_out(op);
        let asked = app.runner.host.queries.len() - before;
        assert!(asked < 1500, "{op}: {asked} questions");
        if let Err(broken) = app.runner.volume.check(vfs_core::check::Trust::Untrusted) {
            panic!("seed {seed}: {op}: {broken}\n{}", print(&plan));
        }
    }
    app.runner.host.manner = Manner::IN_PIECES;
    visit(&mut app, ".", 4);
    app.runner.check();
    app.end();
}

fn plans() -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok().map(|text: String| text.parse().unwrap());
    let first = number("SEED").unwrap_or(0);
    first..first + number("PLANS").unwrap_or(200)
}

#[test]
fn while_changes_are_above() {
    plans().for_each(|seed| run(ChangePolicy::Above, Manner { changes: 3, ..Manner::IN_PIECES }, seed));
}

/// Before each answer.
#[test]
fn all_the_time() {
    plans().for_each(|seed| run(ChangePolicy::Above, Manner { changes: 1, ..Manner::IN_PIECES }, seed));
}

#[test]
fn while_changes_are_above_what_others_may_change() {
    for changes in [1, 3] {
        plans().for_each(|seed| run(ChangePolicy::AboveLive, Manner { changes, ..Manner::IN_PIECES }, seed));
    }
}

#[test]
fn while_changes_pass_through() {
    plans().for_each(|seed| run(ChangePolicy::Through, Manner { changes: 3, errors: 9, ..Manner::IN_PIECES }, seed));
}
