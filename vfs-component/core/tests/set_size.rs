//! Changing sizes.

mod support;

use support::{Item, Options, READ, READ_WRITE, Test, WRITE, image};
use vfs_core::{Error, Limits, OpenFlags};

#[test]
fn what_was_cut_off_does_not_come_back() {
    let bytes = image(&[("lower", Item::File(&[7; 200_000]))]);
    for cut in [0, 1, 4096, 65_535, 65_536, 65_537, 199_999] {
        let mut test = Test::over(&bytes);
        test.put("upper", &[7; 200_000]);
        for path in ["lower", "upper"] {
            let file = test.open(path, OpenFlags::NONE, READ_WRITE).unwrap();
            test.fs.set_size(&file, cut).unwrap();
            test.fs.set_size(&file, 200_001).unwrap();
            let mut expected = vec![7; cut as usize];
            expected.resize(200_001, 0);
            assert!(test.contents(&file).unwrap() == expected, "{path} cut at {cut}");
            // Writing beside it copies up no more than is left.
            test.fs.write(&file, cut + 10, b"x").unwrap();
            expected.resize(expected.len().max(cut as usize + 11), 0);
            expected[cut as usize + 10] = b'x';
            assert!(test.contents(&file).unwrap() == expected, "{path} cut at {cut}, then written");
        }
    }
}

#[test]
fn growing_costs_nothing() {
    let mut test = Test::limited(Limits { max_bytes: 10, ..Limits::default() });
    let file = test.open("file", OpenFlags::CREATE, WRITE).unwrap();
    test.fs.set_size(&file, i64::MAX as u64).unwrap();
    assert_eq!(test.fs.usage().bytes, 0);
    assert_eq!(test.fs.stat(&file).unwrap().size, i64::MAX as u64);
}

#[test]
fn it_is_a_modification() {
    let mut test = Test::empty();
    test.put("file", b"x");
    test.tick(4);
    let file = test.open("file", OpenFlags::NONE, WRITE).unwrap();
    test.fs.set_size(&file, 1).unwrap();
    let stat = test.fs.stat(&file).unwrap();
    assert_eq!((stat.accessed.seconds, stat.modified.seconds, stat.changed.seconds), (0, 4, 4));
}

#[test]
fn errors() {
    let mut test = Test::empty();
    test.put("file", b"x");
    assert_eq!(test.fs.set_size(&test.root, 0), Err(Error::BadDescriptor));
    let file = test.open("file", OpenFlags::NONE, READ).unwrap();
    assert_eq!(test.fs.set_size(&file, 0), Err(Error::Invalid));
    let file = test.open("file", OpenFlags::NONE, WRITE).unwrap();
    for size in [i64::MAX as u64 + 1, u64::MAX] {
        assert_eq!(test.fs.set_size(&file, size), Err(Error::Invalid));
    }
    assert_eq!(test.get("file").unwrap(), b"x");

    let bytes = image(&[("file", Item::File(b"x"))]);
    let limits = Limits { max_nodes: 0, ..Limits::default() };
    let mut test = Test::with(Some(&bytes), Options { limits, ..Options::default() });
    let file = test.open("file", OpenFlags::NONE, WRITE).unwrap();
    assert_eq!(test.fs.set_size(&file, 0), Err(Error::InsufficientSpace));
    assert_eq!(test.get("file").unwrap(), b"x");
}
