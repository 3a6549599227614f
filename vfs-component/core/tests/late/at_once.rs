//! Several operations at once. Their answers come in another order than they were asked for; some are given up.

use vfs_core::late::{Answer, Answers, ChangePolicy, Request, Stop};
use vfs_core::{Error, Journal, Limits, OpenFile, Rights, Tracked};
use vfs_plan::{Op, Random, generate, print, tree_lines};

use crate::app::{App, Late, Plain, Runner, bytes_of, lower, on};
use crate::host::Manner;
use crate::plans::words;
use crate::step::{On, Outcome, step};

/// Most operations at a time.
const TASKS: usize = 5;

/// The files of an operation, kept open until it is over.
struct Files {
    file: Option<OpenFile>,
    other: Option<OpenFile>,
    from: OpenFile,
    to: OpenFile,
}

impl Files {
    fn new<R: Runner>(app: &mut App<R>, op: &Op) -> Self {
        let App { runner, root, files, .. } = app;
        let On { file, other, from, to } = on(op, root, files);
        let mut again = |file: &OpenFile| runner.run(&[], |volume| volume.reopen(file)).unwrap();
        Self { file: file.map(&mut again), other: other.map(&mut again), from: again(from), to: again(to) }
    }

    fn on(&self) -> On<'_> {
        On { file: self.file.as_ref(), other: self.other.as_ref(), from: &self.from, to: &self.to }
    }

    fn close<R: Runner>(self, app: &mut App<R>) {
        let Self { file, other, from, to } = self;
        file.into_iter().chain(other).chain([from, to]).for_each(|file| app.runner.volume().close(file));
    }
}

/// An operation that is not over.
struct Task {
    op: Op,
    bytes: Vec<u8>,
    late: Files,
    plain: Files,
    answers: Answers,
    request: Option<Request>,
    answer: Option<Result<Answer, Error>>,
    effects: usize,
}

struct Both<J: Journal> {
    late: App<Late<J>>,
    plain: App<Plain>,
    /// Whether the plain side carries out the operations as well.
    is_compared: bool,
}

impl<J: Journal> Both<J> {
    fn new(over_image: bool, changes: ChangePolicy, manner: Manner, seed: u64) -> Self {
        let image = over_image.then(lower);
        let late = Late::new(image, changes, Manner::PROMPT, Limits::default(), seed);
        let mut late = App::new(late, Rights::default());
        late.runner.host.manner = manner;
        let is_above = matches!(changes, ChangePolicy::Above | ChangePolicy::AboveLive);
        let is_compared = is_above && manner.changes == 0;
        Self { late, plain: App::new(Plain::new(image), Rights::default()), is_compared }
    }

    fn begin(&mut self, op: Op) -> Task {
        Task {
            bytes: bytes_of(&op),
            late: Files::new(&mut self.late, &op),
            plain: Files::new(&mut self.plain, &op),
            op,
            answers: Answers::new(),
            request: None,
            answer: None,
            effects: 0,
        }
    }

    /// Goes on with an operation. Gives it back if it is not over.
    fn go_on(&mut self, mut task: Task) -> Option<Task> {
        if let Some(request) = &task.request
            && task.answer.is_none()
        {
            if let Request::Effect(_) = request {
                task.effects += 1;
                assert_eq!(task.effects, 1, "{}", task.op);
            }
            task.answer = Some(self.late.runner.host.answer(request, &task.bytes));
            return Some(task);
        }
        if let (Some(request), Some(answer)) = (task.request.take(), task.answer.take()) {
            task.answers.add(request, answer).unwrap();
        }
        let Task { op, bytes, late, answers, .. } = &mut task;
        let result = self.late.runner.volume.attempt(answers, |volume| step(volume, &late.on(), op, bytes));
        let result = match result {
            Err(Stop::Ask(request)) => {
                task.request = Some(request);
                return Some(task);
            }
            Err(Stop::Error(error)) => Err(error),
            Ok(outcome) => Ok(outcome),
        };
        self.end(task, result);
        None
    }

    /// An operation is over: whatever it was told, nothing has changed below, so it was carried out now.
    fn end(&mut self, task: Task, result: Result<Outcome, Error>) {
        let Task { op, bytes, late, plain, .. } = task;
        if self.is_compared {
            let wanted = step(&mut self.plain.runner.0, &plain.on(), &op, &bytes);
            match (&result, &wanted) {
                (Ok(Outcome::Text(text)), Ok(Outcome::Text(wanted))) => assert_eq!(text, wanted, "{op}"),
                (Ok(Outcome::Opened(_)), Ok(Outcome::Opened(_))) => {}
                (Err(error), Err(wanted)) => assert_eq!(error, wanted, "{op}"),
                (result, wanted) => panic!("{op}: {:?} and {:?}", result.as_ref().err(), wanted.as_ref().err()),
            }
            keep(&mut self.plain, &op, wanted);
        }
        late.close(&mut self.late);
        plain.close(&mut self.plain);
        keep(&mut self.late, &op, result);
    }

    fn give_up(&mut self, task: Task) {
        let Task { late, plain, answers, .. } = task;
        self.late.runner.volume.give_up(answers);
        late.close(&mut self.late);
        plain.close(&mut self.plain);
    }
}

fn keep<R: Runner>(app: &mut App<R>, op: &Op, result: Result<Outcome, Error>) {
    if let (Op::Open { slot, .. }, Ok(Outcome::Opened(file))) = (op, result)
        && let Some(old) = app.files[*slot].replace(file)
    {
        app.runner.volume().close(old);
    }
}

/// Carries out the operations of a plan, some at a time.
fn run<J: Journal>(
    over_image: bool,
    changes: ChangePolicy,
    manner: Manner,
    seed: u64,
    look: impl FnOnce(&mut App<Late<J>>, &mut App<Plain>),
) {
    let mut plan = generate(seed);
    plan.retain(|op| !matches!(op, Op::ReadDir { .. } | Op::Next { .. }));
    let text = print(&plan);
    let _told = OnPanic(format!("seed {seed}, {over_image}, {changes:?}, {manner:?}\n{text}"));
    let mut both = Both::<J>::new(over_image, changes, manner, seed);
    let mut random = Random::new(seed ^ 0x5EED);
    let mut plan = plan.into_iter();
    let (mut tasks, mut left): (Vec<Task>, bool) = (Vec::new(), true);
    while left || !tasks.is_empty() {
        if tasks.len() < TASKS && left && random.once_in(3) {
            match plan.next() {
                None => left = false,
                Some(Op::Close { slot }) => {
                    if let (Some(late), plain) = (both.late.files[slot].take(), both.plain.files[slot].take()) {
                        both.late.runner.volume.close(late);
                        plain.into_iter().for_each(|plain| both.plain.runner.0.close(plain));
                    }
                }
                Some(op) => tasks.push(both.begin(op)),
            }
        } else if !tasks.is_empty() {
            let task = tasks.swap_remove(random.below(tasks.len()));
            if random.once_in(60) {
                both.give_up(task);
            } else {
                tasks.extend(both.go_on(task));
            }
        }
        both.late.runner.volume.check(vfs_core::check::Trust::Untrusted).unwrap();
    }
    both.late.runner.host.manner = Manner::IN_PIECES;
    both.late.runner.check();
    look(&mut both.late, &mut both.plain);
    match changes {
        _ if manner.changes > 0 => {
            both.late.end();
        }
        ChangePolicy::Above | ChangePolicy::AboveLive => {
            assert_eq!(tree_lines(&mut both.late), tree_lines(&mut both.plain));
            assert_eq!(both.late.runner.volume.usage().open, both.plain.runner.0.usage().open);
            assert_eq!(both.late.runner.volume.usage().bytes, both.plain.runner.0.usage().bytes);
            both.late.runner.check_all();
            both.late.end();
        }
        _ => {
            let lines = tree_lines(&mut both.late);
            let Late { host, .. } = both.late.end();
            assert_eq!(lines, tree_lines(&mut App::new(Plain(host.world.fs), Rights::default())));
        }
    }
    both.plain.end();
}

/// Says what was done where a test fails.
struct OnPanic(String);

impl Drop for OnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}", self.0);
        }
    }
}

fn plans() -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok().map(|text: String| text.parse().unwrap());
    let first = number("SEED").unwrap_or(0);
    first..first + number("PLANS").unwrap_or(150)
}

/// What is made, asked for and told at one time or another is as if each operation had been carried out when it ended.
#[test]
fn changes_above() {
    let look = |late: &mut App<Late<Tracked>>, plain: &mut App<Plain>| {
        let told = late.runner.run(&[], |volume| volume.changes(None)).unwrap();
        assert_eq!(words(&told), words(&plain.runner.0.changes(None).unwrap()));
    };
    plans().for_each(|seed| run(seed % 2 == 0, ChangePolicy::Above, Manner::IN_PIECES, seed, look));
}

#[test]
fn changes_above_what_others_may_change() {
    plans().for_each(|seed| {
        run(seed % 2 == 0, ChangePolicy::AboveLive, Manner::IN_PIECES, seed, |_: &mut App<Late>, _| {});
    });
}

/// The volume shows what is in the world, whatever came when.
#[test]
fn changes_through() {
    plans()
        .for_each(|seed| run(seed % 2 == 0, ChangePolicy::Through, Manner::IN_PIECES, seed, |_: &mut App<Late>, _| {}));
}

/// And while somebody else changes the world, all comes to an end.
#[test]
fn while_others_change_the_world() {
    let manner = Manner { changes: 3, ..Manner::IN_PIECES };
    for changes in [ChangePolicy::Above, ChangePolicy::AboveLive, ChangePolicy::Through] {
        plans().for_each(|seed| run(true, changes, manner, seed, |_: &mut App<Late>, _| {}));
    }
}

#[test]
fn changes_through_with_errors() {
    let manner = Manner { errors: 6, ..Manner::IN_PIECES };
    plans().for_each(|seed| run(seed % 2 == 0, ChangePolicy::Through, manner, seed, |_: &mut App<Late>, _| {}));
}
