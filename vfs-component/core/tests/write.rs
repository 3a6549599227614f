//! Writing contents.

mod support;

use support::{Item, Options, READ, READ_WRITE, Test, WRITE, image};
use vfs_core::{Error, Limits, OpenFlags};

#[test]
fn a_write_is_seen_by_every_other_open() {
    let mut test = Test::empty();
    test.put("file", b"0123456789");
    let reader = test.open("file", OpenFlags::NONE, READ).unwrap();
    let writer = test.open("file", OpenFlags::NONE, WRITE).unwrap();
    test.fs.write(&writer, 3, b"abc").unwrap();
    test.fs.append(&writer, b"!").unwrap();
    assert_eq!(test.contents(&reader).unwrap(), b"012abc6789!");
    test.rename("file", "renamed").unwrap();
    test.unlink("renamed").unwrap();
    test.fs.append(&writer, b"?").unwrap();
    assert_eq!(test.contents(&reader).unwrap(), b"012abc6789!?");
}

#[test]
fn two_appenders_do_not_overwrite_each_other() {
    let mut test = Test::empty();
    let one = test.open("file", OpenFlags::CREATE, WRITE).unwrap();
    let two = test.open("file", OpenFlags::NONE, WRITE).unwrap();
    for (file, bytes) in [(&one, "a"), (&two, "b"), (&one, "c")] {
        test.fs.append(file, bytes.as_bytes()).unwrap();
    }
    assert_eq!(test.get("file").unwrap(), b"abc");
}

#[test]
fn over_an_image_only_the_chunks_written_are_owned() {
    let long: Vec<u8> = (0..300_000_u32).map(|i| (i % 253) as u8).collect();
    let bytes = image(&[("long", Item::File(&long)), ("name", Item::Same("long"))]);
    let mut test = Test::over(&bytes);
    let file = test.open("long", OpenFlags::NONE, WRITE).unwrap();
    let mut expected = long.clone();
    for offset in [150_000, 65_535, 299_999, 310_000] {
        test.fs.write(&file, offset, b"xyz").unwrap();
        let offset = offset as usize;
        expected.resize(expected.len().max(offset + 3), 0);
        expected[offset..offset + 3].copy_from_slice(b"xyz");
    }
    assert_eq!(test.get("long").unwrap(), expected);
    // The other name is a name of the same file.
    assert_eq!(test.get("name").unwrap(), expected);
    assert_eq!(test.fs.usage().bytes, 3 * 65_536 + (310_003 - 4 * 65_536));
}

#[test]
fn sparse_files_cost_nothing_where_nothing_was_written() {
    let mut test = Test::empty();
    let file = test.open("sparse", OpenFlags::CREATE, READ_WRITE).unwrap();
    test.fs.write(&file, 1 << 62, b"end").unwrap();
    test.fs.write(&file, 0, b"start").unwrap();
    assert_eq!(test.fs.usage().bytes, 8);
    assert_eq!(test.fs.stat(&file).unwrap().size, (1 << 62) + 3);
    let mut gather = Vec::new();
    assert_eq!(test.fs.read(&file, (1 << 62) - 2, 10, &mut gather).unwrap(), b"\0\0end");
    assert_eq!(test.fs.read(&file, 3, 4, &mut gather).unwrap(), b"rt\0\0");
}

#[test]
fn writing_nothing_changes_nothing() {
    let mut test = Test::empty();
    test.put("file", b"x");
    test.tick(9);
    let file = test.open("file", OpenFlags::NONE, WRITE).unwrap();
    test.fs.write(&file, i64::MAX as u64, b"").unwrap();
    assert_eq!(test.fs.stat(&file).unwrap().size, 1);
    assert_eq!(test.fs.stat(&file).unwrap().modified.seconds, 0);
    test.fs.write(&file, 0, b"y").unwrap();
    let stat = test.fs.stat(&file).unwrap();
    assert_eq!((stat.accessed.seconds, stat.modified.seconds, stat.changed.seconds), (0, 9, 9));
}

#[test]
fn descriptors_that_cannot_be_written() {
    let mut test = Test::empty();
    test.put("file", b"x");
    let file = test.open("file", OpenFlags::NONE, READ).unwrap();
    let Test { fs, root, .. } = &mut test;
    for file in [&file, &*root] {
        assert_eq!(fs.write(file, 0, b"y"), Err(Error::BadDescriptor));
        assert_eq!(fs.append(file, b"y"), Err(Error::BadDescriptor));
        assert_eq!(fs.check_writable(file), Err(Error::BadDescriptor));
    }
    assert_eq!(test.get("file").unwrap(), b"x");
}

#[test]
fn the_largest_file() {
    let mut test = Test::empty();
    let file = test.open("file", OpenFlags::CREATE, READ_WRITE).unwrap();
    let last = i64::MAX as u64;
    for offset in [last, last + 1, u64::MAX - 1, u64::MAX] {
        assert_eq!(test.fs.write(&file, offset, b"ab"), Err(Error::Invalid), "{offset}");
    }
    assert_eq!(test.fs.write(&file, last - 1, b"ab"), Err(Error::Invalid));
    assert_eq!(test.fs.stat(&file).unwrap().size, 0);
    test.fs.write(&file, last - 1, b"a").unwrap();
    assert_eq!(test.fs.append(&file, b"b"), Err(Error::FileTooLarge));
    assert_eq!(test.fs.stat(&file).unwrap().size, last);
}

#[test]
fn full_means_insufficient_space_and_nothing_written() {
    let limits = Limits { max_bytes: 100_000, ..Limits::default() };
    let mut test = Test::limited(limits);
    let file = test.open("file", OpenFlags::CREATE, READ_WRITE).unwrap();
    test.fs.write(&file, 0, &[1; 99_999]).unwrap();
    assert_eq!(test.fs.write(&file, 99_998, b"abc"), Err(Error::InsufficientSpace));
    assert_eq!(test.fs.append(&file, b"ab"), Err(Error::InsufficientSpace));
    assert_eq!(test.contents(&file).unwrap(), [1; 99_999]);
    // Exactly full.
    test.fs.append(&file, b"a").unwrap();
    assert_eq!(test.fs.usage().bytes, 100_000);
    assert_eq!(
        test.open("other", OpenFlags::CREATE, WRITE).map(|other| test.fs.append(&other, b"x")).unwrap(),
        Err(Error::InsufficientSpace)
    );
    // Overwriting needs nothing.
    test.fs.write(&file, 50, &[2; 99_950]).unwrap();
    test.fs.set_size(&file, 10).unwrap();
    assert_eq!(test.fs.usage().bytes, 10);
    test.fs.append(&file, &[3; 99_990]).unwrap();
    test.unlink("file").unwrap();
    assert_eq!(test.fs.usage().bytes, 100_000, "an open file is kept");
    test.fs.close(file);
    assert_eq!(test.fs.usage().bytes, 0);
}

#[test]
fn copying_up_counts_as_owned() {
    let bytes = image(&[("long", Item::File(&[5; 80_000]))]);
    let limits = Limits { max_bytes: 65_535, ..Limits::default() };
    let mut test = Test::with(Some(&bytes), Options { limits, ..Options::default() });
    let file = test.open("long", OpenFlags::NONE, READ_WRITE).unwrap();
    assert_eq!(test.fs.write(&file, 0, b"x"), Err(Error::InsufficientSpace));
    test.fs.write(&file, 65_536, b"x").unwrap();
    assert_eq!(test.fs.usage().bytes, 80_000 - 65_536);
    test.fs.set_size(&file, 0).unwrap();
    assert_eq!(test.fs.usage().bytes, 0);
}

#[test]
fn bytes_from_a_callback_are_written_as_a_slice_is() {
    let long: Vec<u8> = (0..200_000_u32).map(|i| (i % 251) as u8).collect();
    let new: Vec<u8> = (0..150_000_u32).map(|i| (i % 239) as u8).collect();
    let bytes = image(&[("long", Item::File(&long))]);
    let writes = [
        (Some(0), 1),
        (Some(65_530), 20),
        (Some(10), 150_000),
        (Some(65_536), 65_536),
        (Some(199_990), 100),
        (None, 70_000),
        (Some(400_000), 5),
        (None, 3),
        (Some(3), 0),
    ];
    let (mut one, mut other) = (Test::over(&bytes), Test::over(&bytes));
    let open = |test: &mut Test<'_>| test.open("long", OpenFlags::NONE, READ_WRITE).unwrap();
    let (by_slice, by_callback) = (open(&mut one), open(&mut other));
    for (offset, length) in writes {
        match offset {
            Some(offset) => one.fs.write(&by_slice, offset, &new[..length]).unwrap(),
            None => one.fs.append(&by_slice, &new[..length]).unwrap(),
        }
        let taken = std::cell::Cell::new(0);
        let take = |from: usize, place: &mut [u8]| {
            assert_eq!(taken.replace(from + place.len()), from, "each byte once, in order");
            place.copy_from_slice(&new[from..from + place.len()]);
        };
        other.fs.write_from(&by_callback, offset, length, take).unwrap();
        assert_eq!(taken.get(), length);
        assert!(one.contents(&by_slice).unwrap() == other.contents(&by_callback).unwrap(), "{offset:?} {length}");
        assert_eq!(one.fs.usage(), other.fs.usage());
    }
}

#[test]
fn a_callback_is_not_called_for_a_write_that_fails() {
    let limits = Limits { max_bytes: 10, ..Limits::default() };
    let mut test = Test::limited(limits);
    let file = test.open("file", OpenFlags::CREATE, READ_WRITE).unwrap();
    let reader = test.open("file", OpenFlags::NONE, READ).unwrap();
    let cases = [
        (&file, Some(0), 11, Error::InsufficientSpace),
        (&file, None, 11, Error::InsufficientSpace),
        (&file, Some(u64::MAX), 1, Error::Invalid),
        (&reader, Some(0), 1, Error::BadDescriptor),
    ];
    for (file, offset, length, error) in cases {
        let outcome = test.fs.write_from(file, offset, length, |_, _| panic!("nothing is written"));
        assert_eq!(outcome, Err(error));
    }
    assert_eq!(test.fs.stat(&file).unwrap().size, 0);
}
