//! Listing directories, and changing them meanwhile.

mod support;

use std::collections::HashMap;

use proptest::prelude::*;
use support::{Item, READ, Test, image, list};
use vfs_core::{Error, FileKind, OpenFlags};

/// An image with a directory of several blocks.
fn large() -> Vec<u8> {
    let names: Vec<String> = (0..500).map(|number| format!("dir/some-rather-long-name-{number:03}")).collect();
    let mut items = vec![("dir", Item::Directory)];
    items.extend(names.iter().map(|name| (name.as_str(), Item::File(b""))));
    image(&items)
}

#[test]
fn names_and_kinds() {
    let bytes = image(&[("dir", Item::Directory), ("file", Item::File(b"")), ("link", Item::Link("x"))]);
    let mut test = Test::over(&bytes);
    let expected = |kinds: &[(&str, FileKind)]| kinds.iter().map(|(n, k)| ((*n).to_owned(), *k)).collect::<Vec<_>>();
    let lower = [("dir", FileKind::Directory), ("file", FileKind::RegularFile), ("link", FileKind::SymbolicLink)];
    let Test { fs, root, .. } = &mut test;
    assert_eq!(list(fs, root).unwrap(), expected(&lower));
    test.mkdir("a");
    test.unlink("file").unwrap();
    let Test { fs, root, .. } = &mut test;
    // New names come last; never `.` or `..`.
    let now = [lower[0], lower[2], ("a", FileKind::Directory)];
    assert_eq!(list(fs, root).unwrap(), expected(&now));
    assert_eq!(test.names("dir"), [""; 0]);
}

#[test]
fn a_stream_outlives_its_descriptor_and_its_directory() {
    let mut test = Test::empty();
    test.mkdir("dir");
    test.put("dir/file", b"");
    let dir = test.open("dir", OpenFlags::NONE, READ).unwrap();
    let mut stream = test.fs.read_dir(&dir).unwrap();
    test.fs.close(dir);
    test.unlink("dir/file").unwrap();
    test.rmdir("dir").unwrap();
    assert_eq!(test.fs.next_entry(&mut stream).unwrap(), None);
    test.fs.close_dir(stream);
    assert_eq!(test.fs.usage().nodes, 0);
    assert_eq!(test.fs.usage().open, 1);
}

#[test]
fn a_stream_begun_before_the_copy_up_goes_on_right() {
    let bytes = large();
    for step in [0, 1, 99, 250, 499, 500] {
        let mut test = Test::over(&bytes);
        let dir = test.open("dir", OpenFlags::NONE, READ).unwrap();
        let mut stream = test.fs.read_dir(&dir).unwrap();
        let mut names = Vec::new();
        for _ in 0..step {
            names.push(test.fs.next_entry(&mut stream).unwrap().unwrap().name.to_owned());
        }
        test.put("dir/new", b"");
        while let Some(item) = test.fs.next_entry(&mut stream).unwrap() {
            names.push(item.name.to_owned());
        }
        assert_eq!(names.pop().unwrap(), "new");
        let expected: Vec<_> = (0..500).map(|number| format!("some-rather-long-name-{number:03}")).collect();
        assert_eq!(names, expected, "after {step}");
    }
}

#[test]
fn removing_while_listing_empties_a_directory() {
    let bytes = large();
    let mut test = Test::over(&bytes);
    let dir = test.open("dir", OpenFlags::NONE, READ).unwrap();
    let mut stream = test.fs.read_dir(&dir).unwrap();
    let mut count = 0;
    while let Some(item) = test.fs.next_entry(&mut stream).unwrap() {
        let name = item.name.to_owned();
        test.fs.unlink_file_at(&dir, &name).unwrap();
        count += 1;
    }
    assert_eq!(count, 500);
    test.rmdir("dir").unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens to a directory while it is listed: what is there all the time is given exactly once, and
    /// nothing is given twice.
    #[test]
    fn whatever_changes(changes in prop::collection::vec((0..3_u8, 0..80_u32), 0..200), lower in any::<bool>()) {
        let names: Vec<String> = (0..40).map(|number| format!("n{number}")).collect();
        let items: Vec<_> = names.iter().map(|name| (name.as_str(), Item::File(b""))).collect();
        let bytes = image(&items);
        let mut test = if lower { Test::over(&bytes) } else { Test::empty() };
        if !lower {
            names.iter().for_each(|name| test.put(name, b""));
        }
        let mut always: HashMap<String, bool> = names.iter().map(|name| (name.clone(), true)).collect();
        let mut given: HashMap<String, u32> = HashMap::new();
        let mut stream = test.fs.read_dir(&test.root).unwrap();
        let mut changes = changes.into_iter();
        let mut ended = false;
        while !ended {
            match test.fs.next_entry(&mut stream).unwrap() {
                Some(item) => *given.entry(item.name.to_owned()).or_default() += 1,
                None => ended = true,
            }
            for (what, number) in changes.by_ref().take(4) {
                let name = format!("n{number}");
                match what {
                    // Made again it is another entry, which may be given once more.
                    0 if test.unlink(&name).is_ok() => { always.insert(name, false); }
                    1 if test.stat(&name).is_err() => test.put(&name, b""),
                    2 => {
                        let to = format!("n{}", number / 2);
                        if name != to && test.rename(&name, &to).is_ok() {
                            always.insert(name, false);
                        }
                    }
                    _ => {}
                }
            }
        }
        for (name, always) in always {
            let count = given.get(&name).copied().unwrap_or(0);
            if always {
                prop_assert_eq!(count, 1, "{}", name);
            }
        }
        // All the same, it holds together.
        let mut now = test.names(".");
        now.sort();
        let count = now.len();
        now.dedup();
        prop_assert_eq!(now.len(), count);
        for name in now {
            prop_assert!(test.stat(&name).is_ok());
        }
    }
}

#[test]
fn a_name_that_is_not_utf8_is_passed_over() {
    let mut bytes = image(&[("a", Item::File(b"")), ("bbbb", Item::File(b"")), ("c", Item::File(b""))]);
    let at = bytes.windows(4).position(|window| window == b"bbbb").unwrap();
    bytes[at + 1] = 0xff;
    let mut test = Test::over(&bytes);
    for _ in 0..2 {
        let mut stream = test.fs.read_dir(&test.root).unwrap();
        assert_eq!(test.fs.next_entry(&mut stream).unwrap().unwrap().name, "a");
        assert_eq!(test.fs.next_entry(&mut stream), Err(Error::IllegalByteSequence));
        assert_eq!(test.fs.next_entry(&mut stream).unwrap().unwrap().name, "c");
        assert_eq!(test.fs.next_entry(&mut stream).unwrap(), None);
        test.fs.close_dir(stream);
        // The same after copying up.
        test.mkdir("new");
        test.rmdir("new").unwrap();
    }
}

#[test]
fn errors() {
    let mut test = Test::empty();
    test.put("file", b"");
    let file = test.open("file", OpenFlags::NONE, READ).unwrap();
    assert_eq!(test.fs.read_dir(&file).unwrap_err(), Error::NotDirectory);
}

#[test]
fn entries_by_cursor_are_those_of_a_stream() {
    let bytes = large();
    let mut test = Test::over(&bytes);
    for changed in [false, true] {
        if changed {
            test.put("dir/new", b"");
            test.unlink("dir/some-rather-long-name-007").unwrap();
        }
        let directory = test.open("dir", OpenFlags::DIRECTORY, READ).unwrap();
        let wanted = list(&mut test.fs, &directory).unwrap();
        let mut seen = Vec::new();
        let (mut cursor, mut guess) = (0, 0);
        while let Some(entry) = test.fs.entry_after(&directory, cursor, &mut guess).unwrap() {
            assert!(entry.cursor > cursor);
            cursor = entry.cursor;
            seen.push((cursor, String::from_utf8(entry.name.to_vec()).unwrap(), entry.kind, entry.hash));
        }
        assert!(seen.iter().map(|(_, name, kind, _)| (name, kind)).eq(wanted.iter().map(|(name, kind)| (name, kind))));
        for (place, (cursor, ..)) in seen.iter().enumerate() {
            // Any cursor, and any guess.
            for mut guess in [0, place, place + 1, usize::MAX] {
                let next = test.fs.entry_after(&directory, *cursor, &mut guess).unwrap().map(|entry| entry.cursor);
                assert_eq!(next, seen.get(place + 1).map(|next| next.0));
            }
        }
        for (_, name, _, hash) in &seen {
            assert_eq!(test.fs.metadata_hash_at(&directory, name, support::NO_FOLLOW), Ok(*hash));
        }
        assert_eq!(test.fs.entry_after(&directory, u64::MAX, &mut 0), Ok(None));
        test.fs.close(directory);
    }
    let file = test.open("dir/new", OpenFlags::NONE, READ).unwrap();
    assert_eq!(test.fs.entry_after(&file, 0, &mut 0), Err(Error::NotDirectory));
}
