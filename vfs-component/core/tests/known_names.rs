//! A filesystem that was asked for its names before answers as one that was not, whatever changes.

mod support;

use std::fmt::Write as _;

use support::{FOLLOW, Item, NO_FOLLOW, Test, image};
use vfs_core::{Error, Stat};

type Change = fn(&mut Test<'_>);

fn some_image() -> Vec<u8> {
    image(&[
        ("a", Item::Directory),
        ("a/b", Item::Directory),
        ("a/b/file", Item::File(b"contents")),
        ("a/b/same", Item::Same("a/b/file")),
        ("a/b/link", Item::Link("../other")),
        ("a/b/loop", Item::Link("loop")),
        ("a/empty", Item::Directory),
        ("a/other", Item::File(b"other")),
        ("a/up", Item::Link("b")),
    ])
}

const PATHS: &[&str] = &[
    ".",
    "a",
    "a/",
    "a/b",
    "a//b/./",
    "a/b/file",
    "a/b/file/",
    "a/b/file/x",
    "a/b/../b/file",
    "a/b/same",
    "a/b/link",
    "a/b/link/",
    "a/b/loop",
    "a/b/none",
    "a/empty",
    "a/empty/x",
    "a/moved/file",
    "a/other",
    "a/up",
    "a/up/",
    "a/up/file",
    "b/file",
];

fn answers(test: &mut Test<'_>) -> Vec<(Result<Stat, Error>, Result<Stat, Error>)> {
    let mut at = |path: &&str| {
        let followed = test.fs.stat_at(&test.root, path, FOLLOW);
        (followed, test.fs.stat_at(&test.root, path, NO_FOLLOW))
    };
    PATHS.iter().map(&mut at).collect()
}

#[test]
fn names_are_not_older_than_the_last_change() {
    let changes: &[(&str, Change)] = &[
        ("nothing", |_| {}),
        ("unlink", |test| test.unlink("a/b/file").unwrap()),
        ("unlink a link", |test| test.unlink("a/up").unwrap()),
        ("rename a directory", |test| test.rename("a/b", "a/moved").unwrap()),
        ("rename to another directory", |test| test.rename("a/b", "b").unwrap()),
        ("rename over", |test| test.rename("a/other", "a/b/file").unwrap()),
        ("put a file in a link's place", |test| {
            test.unlink("a/up").unwrap();
            test.put("a/up", b"file");
        }),
        ("put a directory in a directory's place", |test| {
            test.fs.remove_dir_at(&test.root, "a/empty").unwrap();
            test.mkdir("a/empty");
            test.put("a/empty/x", b"new");
        }),
        ("put a directory in a file's place", |test| {
            test.unlink("a/b/file").unwrap();
            test.mkdir("a/b/file");
            test.put("a/b/file/x", b"new");
        }),
    ];
    let bytes = some_image();
    for (what, change) in changes {
        let mut fresh = Test::over(&bytes);
        change(&mut fresh);
        let mut asked = Test::over(&bytes);
        for _ in 0..8 {
            answers(&mut asked);
        }
        change(&mut asked);
        for _ in 0..3 {
            assert_eq!(answers(&mut asked), answers(&mut fresh), "{what}");
        }
    }
}

#[test]
fn many_names_are_not_mixed_up() {
    let names: Vec<String> = (0..20_000).map(|number| format!("name-{number}")).collect();
    let contents = [7; 20_000];
    let mut items = vec![("one", Item::Directory), ("two", Item::Directory)];
    let mut paths = Vec::new();
    for (number, name) in names.iter().enumerate() {
        for (directory, size) in [("one", number), ("two", 20_000 - number)] {
            let mut path = String::new();
            write!(path, "{directory}/{name}").unwrap();
            paths.push((path, size));
        }
    }
    items.extend(paths.iter().map(|(path, size)| (path.as_str(), Item::File(&contents[..*size % 500]))));
    let bytes = image(&items);
    let mut test = Test::over(&bytes);
    for (path, size) in paths.iter().chain(&paths).chain(paths.iter().rev()) {
        assert_eq!(test.stat(path).unwrap().size, (*size % 500) as u64, "{path}");
    }
}
