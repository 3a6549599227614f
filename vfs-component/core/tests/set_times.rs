//! Setting timestamps. Rights are in `open.rs`, paths in `resolve.rs`.

mod support;

use support::{BUILT, FOLLOW, Item, NO_FOLLOW, Options, READ, Test, image};
use vfs_core::NewTimestamp::{At, NoChange, Now};
use vfs_core::{Error, Limits, OpenFlags, Timestamp};

const fn at(seconds: u64, nanoseconds: u32) -> Timestamp {
    Timestamp { seconds, nanoseconds }
}

#[test]
fn what_is_set() {
    let cases = [
        (NoChange, NoChange, at(1, 0), at(1, 0), at(1, 0)),
        (Now, NoChange, at(5, 0), at(1, 0), at(5, 0)),
        (NoChange, Now, at(1, 0), at(5, 0), at(5, 0)),
        (At(at(9, 8)), At(at(7, 6)), at(9, 8), at(7, 6), at(5, 0)),
        (At(at(u64::MAX, 999_999_999)), NoChange, at(u64::MAX, 999_999_999), at(1, 0), at(5, 0)),
    ];
    for (accessed, modified, is_accessed, is_modified, is_changed) in cases {
        let mut test = Test::empty();
        test.tick(1);
        test.put("file", b"x");
        test.mkdir("dir");
        test.symlink("file", "link");
        test.tick(5);
        let check = |test: &mut Test<'_>, path: &str| {
            let stat = test.stat(path).unwrap();
            let times = (stat.accessed, stat.modified, stat.changed);
            assert_eq!(times, (is_accessed, is_modified, is_changed), "{path} {accessed:?} {modified:?}");
        };
        let file = test.open("file", OpenFlags::NONE, READ).unwrap();
        test.fs.set_times(&file, accessed, modified).unwrap();
        check(&mut test, "file");
        test.fs.set_times_at(&test.root, "dir", FOLLOW, accessed, modified).unwrap();
        check(&mut test, "dir");
        // The link's own times.
        test.fs.set_times_at(&test.root, "link", NO_FOLLOW, accessed, modified).unwrap();
        check(&mut test, "link");
        assert_eq!(test.stat("file").unwrap().accessed, is_accessed);
    }
}

#[test]
fn through_a_link() {
    let bytes = image(&[("file", Item::File(b"x")), ("link", Item::Link("file"))]);
    let mut test = Test::over(&bytes);
    test.fs.set_times_at(&test.root, "link", FOLLOW, At(at(3, 0)), NoChange).unwrap();
    assert_eq!(test.stat("file").unwrap().accessed, at(3, 0));
    assert_eq!(test.stat("file").unwrap().modified, BUILT);
    assert_eq!(test.stat("link").unwrap().accessed, BUILT);
    assert_eq!(test.get("file").unwrap(), b"x");
}

#[test]
fn errors() {
    let bytes = image(&[("file", Item::File(b"x"))]);
    let limits = Limits { max_nodes: 0, ..Limits::default() };
    let mut test = Test::with(Some(&bytes), Options { limits, ..Options::default() });
    let file = test.open("file", OpenFlags::NONE, READ).unwrap();
    let no_time = At(at(9, 1_000_000_000));
    for (accessed, modified, error) in
        [(no_time, NoChange, Error::Invalid), (NoChange, no_time, Error::Invalid), (Now, Now, Error::InsufficientSpace)]
    {
        assert_eq!(test.fs.set_times(&file, accessed, modified), Err(error));
        assert_eq!(test.fs.set_times_at(&test.root, "file", FOLLOW, accessed, modified), Err(error));
    }
    assert_eq!(test.fs.set_times(&file, NoChange, NoChange), Ok(()));
    assert_eq!(test.stat("file").unwrap().accessed, BUILT);
}

#[test]
fn nothing_to_set_still_needs_a_path() {
    let mut test = Test::empty();
    assert_eq!(test.fs.set_times_at(&test.root, "missing", FOLLOW, NoChange, NoChange), Err(Error::NoEntry));
    assert_eq!(test.fs.set_times_at(&test.root, ".", FOLLOW, NoChange, NoChange), Ok(()));
}
