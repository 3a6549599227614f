//! Random plans over a late layer and on a plain filesystem: the same answers, the same tree.

use std::panic::{AssertUnwindSafe, catch_unwind};

use vfs_core::changes::Change;
use vfs_core::late::ChangePolicy;
use vfs_core::{Limits, Rights, Tracked};
use vfs_plan::{NewTime, Op, SLOTS, Side, generate, minimal, print, tree_lines};

use crate::app::{App, Late, Plain, Runner, lower};
use crate::host::Manner;
use crate::support::NO_FOLLOW;

/// One way to carry out plans.
#[derive(Clone, Copy, Debug)]
struct Setting {
    over_image: bool,
    changes: ChangePolicy,
    manner: Manner,
}

impl Setting {
    fn late(&self, seed: u64) -> App<Late<Tracked>> {
        let image = self.over_image.then(lower);
        let late = Late::new(image, self.changes, Manner::PROMPT, Limits::default(), seed);
        let mut app = App::new(late, Rights::default());
        app.runner.host.manner = self.manner;
        app.watches = self.manner.errors == 0;
        app
    }

    fn plain(&self) -> App<Plain> {
        let rights = Rights { read_only: self.changes == ChangePolicy::Refused, ..Rights::default() };
        let mut plain = App::new(Plain::new(self.over_image.then(lower)), rights);
        plain.watches = false;
        plain
    }

    /// Carries out a plan on both sides; fails where they differ.
    fn run(&self, plan: &[Op], seed: u64) {
        let (mut late, mut plain) = (self.late(seed), self.plain());
        for (place, op) in plan.iter().enumerate() {
            late.runner.host.error = None;
            let effects = late.runner.host.effects.len();
            let answer = late.run(op);
            late.runner.check();
            let asked = late.runner.host.effects.len() - effects;
            assert!(asked <= usize::from(self.changes == ChangePolicy::Through), "{op}: {asked} effects");
            match late.runner.host.error {
                // An error of the path itself comes before one on the way.
                Some(_) => assert!(answer.is_err(), "{op}: an error was swallowed"),
                None => {
                    let wanted = match self.changes {
                        ChangePolicy::Refused => refused(&mut plain, op),
                        ChangePolicy::Above | ChangePolicy::AboveLive | ChangePolicy::Through => plain.run(op),
                    };
                    // A listing is told by the late side alone; the answer is whether it could begin.
                    let is_told = !matches!(op, Op::ReadDir { .. } | Op::Next { .. });
                    assert!(!is_told || answer == wanted, "{op}\n  late:  {answer:?}\n  plain: {wanted:?}");
                }
            }
            if place % 7 == 0 || late.runner.host.error.is_some() {
                self.compare(&mut late, &mut plain);
            }
        }
        self.compare(&mut late, &mut plain);
        late.runner.host.manner.errors = 0;
        for slot in 0..SLOTS {
            assert_eq!(late.open_contents(slot), plain.open_contents(slot), "slot {slot}");
        }
        let mut late = late.end();
        late.check();
        if matches!(self.changes, ChangePolicy::Through | ChangePolicy::Refused) {
            let usage = late.volume.usage();
            assert_eq!((usage.bytes, usage.nodes), (0, 0), "nothing is the volume's own");
            assert_eq!(late.volume.count_written(), Ok(0));
        }
        if self.changes != ChangePolicy::Through {
            assert!(late.host.effects.is_empty());
            let mut world = App::new(Plain(late.host.world.fs), Rights::default());
            assert_eq!(tree_lines(&mut world), tree_lines(&mut Setting::plain(self)), "the world was changed");
        }
        plain.end();
    }

    fn compare(&self, late: &mut App<Late<Tracked>>, plain: &mut App<Plain>) {
        let manner = std::mem::replace(&mut late.runner.host.manner, Manner { errors: 0, ..self.manner });
        assert_eq!(tree_lines(late), tree_lines(plain));
        late.runner.check_all();
        if self.changes == ChangePolicy::Above {
            let told = late.runner.run(&[], |volume| volume.changes(None)).unwrap();
            let wanted = plain.runner.0.changes(None).unwrap();
            assert_eq!(words(&told), words(&wanted));
        }
        if matches!(self.changes, ChangePolicy::Above | ChangePolicy::AboveLive) {
            let told = late.runner.volume().count_written();
            assert_eq!(told, plain.runner.0.count_written());
        }
        late.runner.host.manner = manner;
    }

    /// Carries out some plans, and fails with the smallest that shows what is wrong.
    fn check(&self, plans: std::ops::Range<u64>) {
        for seed in plans {
            let plan = generate(seed);
            if catch_unwind(AssertUnwindSafe(|| self.run(&plan, seed))).is_err() {
                let fails = |plan: &[Op]| catch_unwind(AssertUnwindSafe(|| self.run(plan, seed))).is_err();
                let hook = std::panic::take_hook();
                std::panic::set_hook(Box::new(|_| {}));
                let least = minimal(plan, fails);
                std::panic::set_hook(hook);
                println!("seed {seed}, {self:?}: this plan differs\n{}", print(&least));
                self.run(&least, seed);
            }
        }
    }
}

/// Changes without the numbers of their nodes, which differ.
pub fn words(changes: &[Change]) -> Vec<String> {
    let without = |change: &Change| {
        let words = format!("{change:?}");
        let parts = words.split("node: ").map(|part| part.split_once("), ").map_or(part, |(_, rest)| rest));
        parts.collect::<Vec<_>>().join("")
    };
    changes.iter().map(without).collect()
}

/// What a layer that refuses changes answers: what a volume answers that was opened read-only, but for what the crate's
/// documentation says.
fn refused(plain: &mut App<Plain>, op: &Op) -> Result<String, String> {
    let answer = plain.run(op);
    if answer != Err("read-only".into()) {
        return answer;
    }
    let is_allowed = match op {
        Op::Open { slot, at, path, follow, open, flags } if open & 8 == 0 && flags & 2 == 0 => {
            let (slot, at, path, follow, flags) = (*slot, *at, path.clone(), *follow, *flags);
            let opened = plain.run(&Op::Open { slot, at, path, follow, open: open & !1, flags });
            opened.is_ok()
        }
        Op::SetTimes { accessed: NewTime::Keep, modified: NewTime::Keep, .. }
        | Op::SetTimesAt { accessed: NewTime::Keep, modified: NewTime::Keep, .. } => true,
        Op::Rename { from_path, to_path, .. } => {
            let App { runner, root, files, .. } = plain;
            let on = crate::app::on(op, root, files);
            let mut hash = |at, path| runner.run(&[], |volume| volume.metadata_hash_at(at, path, NO_FOLLOW));
            let (old, new) = (hash(on.from, from_path), hash(on.to, to_path));
            old.is_ok() && old == new
        }
        _ => false,
    };
    if is_allowed { Ok(String::new()) } else { answer }
}

const MANY: u64 = 60;
/// Plans of each test; `PLANS=100000 cargo test --release -p vfs-core --test late plans` carries out more.
fn plans() -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok().map(|text: String| text.parse().unwrap());
    let first = number("SEED").unwrap_or(0);
    first..first + number("PLANS").unwrap_or(MANY)
}

fn over_both(changes: ChangePolicy, manner: Manner) {
    for over_image in [true, false] {
        Setting { over_image, changes, manner }.check(plans());
    }
}

const WITH_ERRORS: Manner = Manner { errors: 6, ..Manner::IN_PIECES };

#[test]
fn changes_above() {
    over_both(ChangePolicy::Above, Manner::IN_PIECES);
}

#[test]
fn changes_above_with_errors() {
    over_both(ChangePolicy::Above, WITH_ERRORS);
}

#[test]
fn changes_above_what_others_may_change() {
    over_both(ChangePolicy::AboveLive, Manner::IN_PIECES);
}

#[test]
fn changes_above_what_others_may_change_with_errors() {
    over_both(ChangePolicy::AboveLive, WITH_ERRORS);
}

#[test]
fn changes_through() {
    over_both(ChangePolicy::Through, Manner::IN_PIECES);
}

#[test]
fn changes_through_with_errors() {
    over_both(ChangePolicy::Through, WITH_ERRORS);
}

#[test]
fn changes_refused() {
    over_both(ChangePolicy::Refused, Manner::IN_PIECES);
}

#[test]
fn all_in_one_answer() {
    for changes in [ChangePolicy::Above, ChangePolicy::AboveLive, ChangePolicy::Through, ChangePolicy::Refused] {
        Setting { over_image: true, changes, manner: Manner::PROMPT }.check(0..50);
    }
}
