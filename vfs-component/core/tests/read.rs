//! Reading contents.

mod support;

use support::{Item, READ, READ_WRITE, Test, WRITE, image};
use vfs_core::limits::MAX_READ;
use vfs_core::{Error, OpenFlags};

#[test]
fn what_is_read_of_an_image() {
    let long: Vec<u8> = (0..100_000_u32).map(|i| (i % 251) as u8).collect();
    let bytes = image(&[("long", Item::File(&long)), ("empty", Item::File(b""))]);
    let mut test = Test::over(&bytes);
    let file = test.open("long", OpenFlags::NONE, READ).unwrap();
    let mut gather = Vec::new();
    for (offset, length) in [(0, 10), (0, 100_000), (0, u64::MAX), (4095, 2), (98_000, 5000), (99_999, 10)] {
        let end = long.len().min((offset + length.min(MAX_READ)) as usize);
        assert_eq!(test.fs.read(&file, offset, length, &mut gather).unwrap(), &long[offset as usize..end]);
    }
    for (offset, length) in [(0, 0), (100_000, 1), (i64::MAX as u64 - 1, 1), (i64::MAX as u64, 0), (100_001, MAX_READ)]
    {
        assert_eq!(test.fs.read(&file, offset, length, &mut gather).unwrap(), b"", "{offset} {length}");
    }
    assert_eq!(test.get("empty").unwrap(), b"");
    assert_eq!(test.get("long").unwrap(), long);
}

#[test]
fn what_lies_together_is_not_copied() {
    let long = vec![7; 100_000];
    let bytes = image(&[("long", Item::File(&long))]);
    let inside = bytes.as_ptr_range();
    let mut test = Test::over(&bytes);
    let mut gather = Vec::new();
    let file = test.open("long", OpenFlags::NONE, READ_WRITE).unwrap();
    assert!(inside.contains(&test.fs.read(&file, 0, 65_536, &mut gather).unwrap().as_ptr()));
    assert_eq!(gather.capacity(), 0);
    // The rest of the image's bytes stay where they are when others are overwritten.
    test.fs.write(&file, 70_000, b"x").unwrap();
    assert!(inside.contains(&test.fs.read(&file, 100, 1000, &mut gather).unwrap().as_ptr()));
    assert_eq!(gather.capacity(), 0);
    test.fs.read(&file, 65_536, 20_000, &mut gather).unwrap();
    assert_eq!(gather.capacity(), 0);
    // Across the border it is put together.
    assert_eq!(test.fs.read(&file, 65_000, 1000, &mut gather).unwrap(), &long[..1000]);
    assert_eq!(gather.len(), 1000);
}

#[test]
fn no_more_than_the_maximum_at_once() {
    let mut test = Test::empty();
    let file = test.open("sparse", OpenFlags::CREATE, READ_WRITE).unwrap();
    test.fs.set_size(&file, 1 << 62).unwrap();
    let mut gather = Vec::new();
    assert_eq!(test.fs.read(&file, 1 << 61, u64::MAX, &mut gather).unwrap().len() as u64, MAX_READ);
    assert!(gather.iter().all(|byte| *byte == 0));
    assert_eq!(test.fs.read(&file, (1 << 62) - 3, u64::MAX, &mut gather).unwrap(), [0; 3]);
}

#[test]
fn errors() {
    let mut test = Test::empty();
    test.put("file", b"x");
    let mut gather = Vec::new();
    assert_eq!(test.fs.read(&test.root, 0, 1, &mut gather), Err(Error::BadDescriptor));
    assert_eq!(test.fs.check_readable(&test.root), Err(Error::IsDirectory));
    let file = test.open("file", OpenFlags::NONE, WRITE).unwrap();
    assert_eq!(test.fs.read(&file, 0, 1, &mut gather), Err(Error::BadDescriptor));
    assert_eq!(test.fs.check_readable(&file), Err(Error::BadDescriptor));
    let file = test.open("file", OpenFlags::NONE, READ).unwrap();
    assert_eq!(test.fs.check_readable(&file), Ok(()));
    let last = i64::MAX as u64;
    for (offset, length) in [(last - 1, 2), (last - 1, u64::MAX), (last, 1), (last + 1, 0), (u64::MAX, 1)] {
        assert_eq!(test.fs.read(&file, offset, length, &mut gather), Err(Error::Invalid), "{length} at {offset}");
    }
}

#[test]
fn runs_are_given_in_order_and_in_place() {
    let long: Vec<u8> = (0..200_000_u32).map(|i| (i % 251) as u8).collect();
    let bytes = image(&[("long", Item::File(&long))]);
    let mut test = Test::over(&bytes);
    let file = test.open("long", OpenFlags::NONE, READ_WRITE).unwrap();
    test.fs.write(&file, 70_000, b"owned").unwrap();
    test.fs.set_size(&file, 300_000).unwrap();
    let mut expected = long;
    expected[70_000..70_005].copy_from_slice(b"owned");
    expected.resize(300_000, 0);
    for (offset, length) in [(0, 300_000), (0, 1), (65_530, 20), (69_990, 40), (199_999, 5_000), (299_999, 10), (5, 0)]
    {
        let (mut runs, mut all) = (0, Vec::new());
        let count = test.fs.read_runs(&file, offset, length, |run| {
            assert!(!run.is_empty());
            runs += 1;
            all.extend_from_slice(run);
        });
        let end = (offset + length).min(300_000) as usize;
        assert_eq!(count, Ok(all.len() as u64));
        assert!(all == expected[offset as usize..end], "{offset} {length}");
        // The image, the chunk that was written, the image again, and zeros.
        assert!(runs <= 3 + length.div_ceil(4096), "{offset} {length}: {runs}");
    }
    for offset in [300_000, 1 << 40, i64::MAX as u64 - 10] {
        assert_eq!(test.fs.read_runs(&file, offset, 10, |_| panic!("nothing is there")), Ok(0));
    }
    for offset in [i64::MAX as u64, u64::MAX] {
        assert_eq!(test.fs.read_runs(&file, offset, 10, |_| panic!("no file has that")), Err(Error::Invalid));
    }
    let place = std::cell::Cell::new(None);
    test.fs.read_runs(&file, 0, 100, |run| place.set(Some(run.as_ptr()))).unwrap();
    assert!(bytes.as_ptr_range().contains(&place.get().unwrap()), "lent by the image");
}

#[test]
fn runs_of_what_cannot_be_read() {
    let mut test = Test::empty();
    test.put("file", b"x");
    let file = test.open("file", OpenFlags::NONE, WRITE).unwrap();
    for file in [&file, &test.root] {
        let outcome = test.fs.read_runs(file, 0, 1, |_| panic!("nothing is given"));
        assert_eq!(outcome, Err(Error::BadDescriptor));
    }
}
