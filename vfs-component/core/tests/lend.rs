//! Contents for a reader that takes its time.

mod support;

use support::{Item, READ, READ_WRITE, Test, WRITE, image};
use vfs_core::{Error, OpenFile, OpenFlags, StableBytes};

/// All that is lent from an offset on, and how many bytes of it were copied.
fn lend_all(test: &Test<'_>, file: &OpenFile, mut offset: u64) -> (Vec<u8>, usize) {
    let (mut all, mut copied, mut buffer) = (Vec::new(), 0, Vec::new());
    loop {
        let bytes = match test.fs.lend(file, offset, &mut buffer).unwrap() {
            StableBytes::Layer(bytes) => bytes,
            StableBytes::Copied => {
                copied += buffer.len();
                &buffer
            }
        };
        if bytes.is_empty() {
            return (all, copied);
        }
        offset += bytes.len() as u64;
        all.extend_from_slice(bytes);
    }
}

#[test]
fn the_image_is_lent_in_place_and_in_whole() {
    let long: Vec<u8> = (0..3_000_000_u32).map(|i| (i % 251) as u8).collect();
    let bytes = image(&[("long", Item::File(&long)), ("empty", Item::File(b""))]);
    let inside = bytes.as_ptr_range();
    let mut test = Test::over(&bytes);
    let file = test.open("long", OpenFlags::NONE, READ).unwrap();
    let mut buffer = Vec::new();
    let StableBytes::Layer(lent) = test.fs.lend(&file, 0, &mut buffer).unwrap() else { panic!("it was copied") };
    assert!(inside.contains(&lent.as_ptr()) && lent.len() > 2_900_000);
    assert_eq!(lend_all(&test, &file, 0), (long.clone(), 0));
    assert_eq!(lend_all(&test, &file, 2_999_999), (long[2_999_999..].to_vec(), 0));
    for offset in [3_000_000, i64::MAX as u64 - 1] {
        assert_eq!(lend_all(&test, &file, offset), (Vec::new(), 0));
    }
    for offset in [i64::MAX as u64, u64::MAX] {
        assert_eq!(test.fs.lend(&file, offset, &mut buffer), Err(Error::Invalid));
    }
}

#[test]
fn only_what_the_app_owns_is_copied() {
    let mut long = vec![7; 300_000];
    let bytes = image(&[("long", Item::File(&long))]);
    let mut test = Test::over(&bytes);
    let file = test.open("long", OpenFlags::NONE, READ_WRITE).unwrap();
    test.fs.write(&file, 70_000, b"x").unwrap();
    long[70_000] = b'x';
    // One chunk, and what comes behind it as far as one copy goes.
    let (all, copied) = lend_all(&test, &file, 0);
    assert_eq!(all, long);
    assert_eq!(copied, 300_000 - 65_536);
    test.fs.set_size(&file, 400_000).unwrap();
    long.resize(400_000, 0);
    assert_eq!(lend_all(&test, &file, 0).0, long);
}

#[test]
fn what_is_lent_stays_when_the_file_changes() {
    let bytes = image(&[("file", Item::File(b"before"))]);
    let mut test = Test::over(&bytes);
    let file = test.open("file", OpenFlags::NONE, READ_WRITE).unwrap();
    let before = test.fs.contents_version(&file);
    let StableBytes::Layer(lent) = test.fs.lend(&file, 0, &mut Vec::new()).unwrap() else { panic!("it was copied") };
    test.fs.write(&file, 0, b"after!").unwrap();
    assert_eq!(lent, b"before");
    assert_ne!(test.fs.contents_version(&file), before);
    let before = test.fs.contents_version(&file);
    test.fs.set_size(&file, 2).unwrap();
    assert_ne!(test.fs.contents_version(&file), before);
    assert_eq!(lend_all(&test, &file, 0).0, b"af");
}

#[test]
fn errors() {
    let mut test = Test::empty();
    test.put("file", b"x");
    let file = test.open("file", OpenFlags::NONE, WRITE).unwrap();
    assert_eq!(test.fs.lend(&file, 0, &mut Vec::new()), Err(Error::BadDescriptor));
    assert_eq!(test.fs.lend(&test.root, 0, &mut Vec::new()), Err(Error::BadDescriptor));
}
