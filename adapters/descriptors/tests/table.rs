//! The table against a model of it: a map of numbers.

use std::collections::BTreeMap;

use proptest::prelude::*;
use vfs_descriptors::{Description, Flags, Full, Interposer, Table};

const LIMIT: u32 = 200;

#[derive(Clone, Copy, Debug)]
enum Step {
    Insert,
    Remove(u32),
    Renumber(u32, u32),
    Duplicate(u32, u32),
    DuplicateTo(u32, u32),
    SetDirectory(u32),
    Move(u32, u64),
}

fn step() -> impl Strategy<Value = Step> {
    // Close together, so that they meet, and around where a word of the bitmap ends.
    let number = || prop_oneof![0..8_u32, 60..70_u32, 126..130_u32, LIMIT - 2..LIMIT + 2];
    prop_oneof![
        4 => Just(Step::Insert),
        2 => number().prop_map(Step::Remove),
        1 => (number(), number()).prop_map(|(from, to)| Step::Renumber(from, to)),
        2 => (number(), number()).prop_map(|(from, to)| Step::Duplicate(from, to)),
        2 => (number(), number()).prop_map(|(from, to)| Step::DuplicateTo(from, to)),
        1 => number().prop_map(Step::SetDirectory),
        1 => (number(), any::<u64>()).prop_map(|(number, position)| Step::Move(number, position)),
    ]
}

/// What POSIX says: each number refers to a file, and a file is closed when nothing refers to it.
#[derive(Default)]
struct Model {
    files: BTreeMap<u32, u32>,
    positions: BTreeMap<u32, u64>,
    directory: Option<u32>,
    made: u32,
}

impl Model {
    fn free(&self, at_least: u32) -> Option<u32> {
        (at_least..LIMIT).find(|number| !self.files.contains_key(number))
    }

    fn is_open(&self, file: u32) -> bool {
        self.files.values().any(|other| *other == file) || self.directory == Some(file)
    }

    /// The file that is closed if this one is open no longer.
    fn closed(&self, before: Option<u32>) -> Option<u32> {
        before.filter(|file| !self.is_open(*file))
    }
}

fn file(closed: Option<Description<u32>>) -> Option<u32> {
    closed.map(|description| description.file)
}

fn run(steps: &[Step]) {
    let (mut table, mut model) = (Table::<u32>::new(LIMIT), Model::default());
    for step in steps {
        match *step {
            Step::Insert => {
                let wanted = model.free(0).ok_or(Full::Numbers);
                assert_eq!(table.reserve(), wanted);
                assert_eq!(table.insert(Description::new(model.made, Flags::NONE)), wanted);
                if let Ok(number) = wanted {
                    model.files.insert(number, model.made);
                    model.positions.insert(model.made, 0);
                    model.made += 1;
                }
            }
            Step::Remove(number) => {
                let before = model.files.remove(&number);
                let wanted = before.map(|_| model.closed(before));
                assert_eq!(table.remove(number).map(file), wanted);
            }
            Step::Renumber(from, to) => {
                let both = model.files.get(&from).copied().zip(model.files.get(&to).copied());
                let wanted = both.map(|(moved, before)| {
                    if from != to {
                        model.files.remove(&from);
                        model.files.insert(to, moved);
                    }
                    model.closed(Some(before))
                });
                assert_eq!(table.renumber(from, to).map(file), wanted);
            }
            Step::Duplicate(number, at_least) => {
                let wanted = match model.files.get(&number).copied() {
                    None => Ok(None),
                    Some(file) => model.free(at_least).ok_or(Full::Numbers).map(|copy| {
                        model.files.insert(copy, file);
                        Some(copy)
                    }),
                };
                assert_eq!(table.duplicate(number, at_least), wanted);
            }
            Step::DuplicateTo(from, to) => {
                let wanted = match model.files.get(&from).copied() {
                    None => Ok(None),
                    Some(_) if to >= LIMIT => Err(Full::Numbers),
                    Some(file) => {
                        let before = model.files.insert(to, file);
                        Ok(Some(model.closed(before)))
                    }
                };
                assert_eq!(table.duplicate_to(from, to).map(|closed| closed.map(file)), wanted);
            }
            Step::SetDirectory(number) => {
                let wanted = model.files.get(&number).copied().map(|file| {
                    let before = model.directory.replace(file);
                    model.closed(before)
                });
                assert_eq!(table.set_directory(number).map(file), wanted);
            }
            Step::Move(number, position) => {
                let moved = table.with(number, |description| description.position = position);
                assert_eq!(moved, model.files.get(&number).map(drop));
                if let Some(file) = model.files.get(&number) {
                    model.positions.insert(*file, position);
                }
            }
        }
        // All that can be seen of it.
        let mut next = 0;
        let mut numbers = Vec::new();
        while let Some(number) = table.next(next) {
            numbers.push(number);
            next = number + 1;
        }
        assert!(numbers.iter().eq(model.files.keys()));
        for number in 0..LIMIT + 70 {
            let seen = table.with(number, |description| (description.file, description.position));
            let wanted = model.files.get(&number).map(|file| (*file, model.positions[file]));
            assert_eq!(seen, wanted);
            assert_eq!(table.contains(number), wanted.is_some());
        }
        assert_eq!(table.directory().map(|description| description.file), model.directory);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn numbers_are_as_in_posix(steps in prop::collection::vec(step(), 0..300)) {
        run(&steps);
    }
}

#[test]
fn numbers_that_nothing_can_have() {
    let mut table = Table::<&str>::new(10);
    table.insert(Description::new("file", Flags::NONE)).unwrap();
    assert_eq!(table.duplicate(0, 10), Err(Full::Numbers));
    assert_eq!(table.duplicate(0, u32::MAX), Err(Full::Numbers));
    assert_eq!(table.duplicate_to(0, 10).map(|_| ()), Err(Full::Numbers));
    assert_eq!(table.duplicate_to(0, u32::MAX).map(|_| ()), Err(Full::Numbers));
    assert!(!table.contains(u32::MAX));
    assert!(table.next(u32::MAX).is_none());
    let mut none = Table::<&str>::new(0);
    assert_eq!(none.reserve(), Err(Full::Numbers));
}

#[test]
fn a_million_numbers_are_found_quickly() {
    let count = 1 << 20;
    let mut table = Table::<u32>::new(count);
    for number in 0..count {
        assert_eq!(table.insert(Description::new(number, Flags::NONE)), Ok(number));
    }
    assert_eq!(table.reserve(), Err(Full::Numbers));
    // The lowest and the highest number in turn.
    for _ in 0..1_000 {
        assert!(table.remove(0).is_some());
        assert!(table.remove(count - 1).is_some());
        assert_eq!(table.insert(Description::new(0, Flags::NONE)), Ok(0));
        assert_eq!(table.insert(Description::new(0, Flags::NONE)), Ok(count - 1));
    }
}

#[test]
fn two_descriptions_at_once() {
    let mut table = Table::<&str>::new(10);
    let one = table.insert(Description::new("one", Flags::NONE)).unwrap();
    let other = table.insert(Description::new("other", Flags::NONE)).unwrap();
    let names = |one: &Description<&'static str>, other: &Description<&'static str>| [one.file, other.file];
    assert_eq!(table.with_two(one, other, names), Some(["one", "other"]));
    assert_eq!(table.with_two(other, other, names), Some(["other", "other"]));
    assert_eq!(table.with_two(one, 5, names), None);
    assert_eq!(table.with_two(5, one, names), None);
}

/// Notes each use, and lets no description be read from a place before 100.
#[derive(Default)]
struct Watch(Vec<String>);

impl Interposer<&str> for Watch {
    fn before(&mut self, number: u32, description: &mut Description<&str>) {
        self.0.push(format!("{} by {number}", description.file));
        description.position = description.position.max(100);
    }

    fn after(&mut self, number: u32, description: &mut Description<&str>) {
        self.0.push(format!("{} by {number} at {}", description.file, description.position));
    }
}

#[test]
fn an_interposer_stands_around_each_use() {
    let mut watch = Watch::default();
    let mut table = Table::interposed(10, &mut watch);
    table.insert(Description::new("a", Flags::NONE)).unwrap();
    table.insert(Description::new("b", Flags::NONE)).unwrap();
    table.duplicate_to(0, 7).unwrap();
    assert_eq!(table.with(7, |description| std::mem::replace(&mut description.position, 120)), Some(100));
    assert_eq!(table.with(5, |_| ()), None);
    table.with_two(0, 1, |_, _| ()).unwrap();
    assert_eq!(watch.0, ["a by 7", "a by 7 at 120", "a by 0", "b by 1", "a by 0 at 120", "b by 1 at 100"]);
}

#[test]
fn without_an_interposer_there_is_no_room_for_one() {
    assert_eq!(size_of::<Table<u64, u64>>() - size_of::<Table<u64>>(), size_of::<u64>());
}
