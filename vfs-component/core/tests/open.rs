//! Opening: what the flags do, and what an open file may do.

mod support;

use support::{FOLLOW, Item, NO_FOLLOW, Options, READ, READ_WRITE, Test, WRITE, image};
use vfs_core::{DescriptorFlags, DirectoryRights, Error, FileKind, Limits, NewTimestamp, OpenFile, OpenFlags, Rights};

const CREATE: OpenFlags = OpenFlags::CREATE;
const DIRECTORY: OpenFlags = OpenFlags::DIRECTORY;
const TRUNCATE: OpenFlags = OpenFlags::TRUNCATE;
const NONE: OpenFlags = OpenFlags::NONE;
const MUTATE: DescriptorFlags = DescriptorFlags::MUTATE_DIRECTORY;

fn create_new() -> OpenFlags {
    OpenFlags::CREATE | OpenFlags::EXCLUSIVE
}

fn filled() -> Test<'static> {
    let mut test = Test::empty();
    test.put("file", b"contents");
    test.mkdir("dir");
    test.symlink("file", "link");
    test.symlink("missing", "dangling");
    test
}

#[test]
fn what_the_flags_answer() {
    let cases = [
        ("file", NONE, READ, Ok(FileKind::RegularFile)),
        ("file", CREATE, READ_WRITE, Ok(FileKind::RegularFile)),
        ("file", create_new(), READ_WRITE, Err(Error::Exist)),
        ("file", DIRECTORY, READ, Err(Error::NotDirectory)),
        ("file/", NONE, READ, Err(Error::NotDirectory)),
        ("file/", CREATE, READ, Err(Error::IsDirectory)),
        ("dir", NONE, READ, Ok(FileKind::Directory)),
        ("dir/", DIRECTORY, READ, Ok(FileKind::Directory)),
        ("dir", DIRECTORY, READ | MUTATE, Ok(FileKind::Directory)),
        ("dir", NONE, READ_WRITE, Err(Error::IsDirectory)),
        ("dir", CREATE, READ, Err(Error::IsDirectory)),
        ("dir", TRUNCATE, READ, Err(Error::IsDirectory)),
        ("dir", create_new(), READ, Err(Error::Exist)),
        (".", NONE, READ, Ok(FileKind::Directory)),
        (".", CREATE, READ, Err(Error::IsDirectory)),
        ("dir", DIRECTORY | CREATE, READ, Err(Error::Invalid)),
        ("dir", DIRECTORY | TRUNCATE, READ, Err(Error::Invalid)),
        ("dir", DIRECTORY | OpenFlags::EXCLUSIVE, READ, Err(Error::Invalid)),
        ("new", NONE, READ, Err(Error::NoEntry)),
        ("new", OpenFlags::EXCLUSIVE, READ, Err(Error::NoEntry)),
        ("new", create_new(), READ, Ok(FileKind::RegularFile)),
        ("new/", CREATE, READ, Err(Error::IsDirectory)),
        ("missing/new", CREATE, READ, Err(Error::NoEntry)),
        ("link", NONE, READ, Ok(FileKind::RegularFile)),
        ("link", create_new(), READ, Err(Error::Exist)),
        ("dangling", NONE, READ, Err(Error::NoEntry)),
        ("dangling", CREATE, READ, Ok(FileKind::RegularFile)),
        ("dangling", create_new(), READ, Err(Error::Exist)),
    ];
    for (path, open, flags, expected) in cases {
        let mut test = filled();
        let kind = test.open(path, open, flags).map(|file| test.fs.kind(&file));
        assert_eq!(kind, expected, "{path} {open:?} {flags:?}");
    }
}

#[test]
fn a_link_that_is_not_to_be_followed() {
    let mut test = filled();
    let mut open = |path, open| test.fs.open_at(&test.root, path, NO_FOLLOW, open, READ).map(drop);
    assert_eq!(open("link", NONE), Err(Error::Loop));
    assert_eq!(open("link", CREATE), Err(Error::Loop));
    assert_eq!(open("link", DIRECTORY), Err(Error::NotDirectory));
    assert_eq!(open("dangling", NONE), Err(Error::Loop));
}

#[test]
fn creating_through_a_dangling_link_makes_what_it_points_at() {
    let mut test = filled();
    test.put("dangling", b"made");
    assert_eq!(test.get("missing").unwrap(), b"made");
    assert_eq!(test.stat("dangling").unwrap().kind, FileKind::SymbolicLink);
}

#[test]
fn truncating() {
    let mut test = filled();
    let file = test.open("file", TRUNCATE, WRITE).unwrap();
    assert_eq!(test.fs.stat(&file).unwrap().size, 0);
    // The mode to read is enough: the right comes from the directory.
    test.put("file", b"again");
    let file = test.open("file", TRUNCATE, READ).unwrap();
    assert_eq!(test.fs.stat(&file).unwrap().size, 0);
}

#[test]
fn nothing_can_be_made_in_a_removed_directory() {
    let mut test = filled();
    let dir = test.open("dir", DIRECTORY, READ | MUTATE).unwrap();
    test.rmdir("dir").unwrap();
    assert_eq!(test.fs.open_at(&dir, "new", FOLLOW, CREATE, WRITE).unwrap_err(), Error::NoEntry);
}

#[test]
fn what_flags_an_open_file_has() {
    let mut test = filled();
    let cases = [
        ("file", READ, READ),
        ("file", WRITE, WRITE),
        ("file", READ_WRITE, READ_WRITE),
        // Without the mode to write it can be read, as wasmtime does.
        ("file", DescriptorFlags::NONE, READ),
        // Current Rust sets this with every mode to write.
        ("file", WRITE | MUTATE, WRITE),
        ("file", WRITE | DescriptorFlags::DATA_INTEGRITY_SYNC, WRITE | DescriptorFlags::DATA_INTEGRITY_SYNC),
        ("dir", READ | MUTATE, READ | MUTATE),
        // What may be done is another matter: `a_directory_has_the_rights_of_where_it_was_opened`.
        ("dir", READ, READ),
        ("dir", DescriptorFlags::NONE, READ),
    ];
    for (path, asked, expected) in cases {
        let file = test.open(path, NONE, asked).unwrap();
        assert_eq!(test.fs.flags(&file), expected, "{path} {asked:?}");
        let again = test.fs.reopen(&file).unwrap();
        assert_eq!(test.fs.flags(&again), expected, "{path} {asked:?}");
        test.fs.close(file);
        test.fs.close(again);
    }
    assert_eq!(test.fs.flags(&test.root), READ | MUTATE);
    // To WASI's suite and wasmtime, what makes or cuts a file writes to it.
    for open in [CREATE, TRUNCATE, CREATE | TRUNCATE] {
        for (asked, expected) in [(READ, READ_WRITE), (DescriptorFlags::NONE, READ_WRITE), (WRITE, WRITE)] {
            let file = test.open("file", open, asked).unwrap();
            assert_eq!(test.fs.flags(&file), expected, "{open:?} {asked:?}");
            test.fs.close(file);
        }
    }
}

/// A call that changes something, with a base to do it from.
type Change = fn(&mut Test<'_>, &OpenFile) -> Result<(), Error>;

const CHANGES: &[(&str, Change)] = &[
    ("create", |t, at| t.fs.open_at(at, "new", FOLLOW, CREATE, READ).map(drop)),
    ("create what is there", |t, at| t.fs.open_at(at, "file", FOLLOW, CREATE, READ).map(drop)),
    ("open to write", |t, at| t.fs.open_at(at, "file", FOLLOW, NONE, WRITE).map(drop)),
    ("open to mutate", |t, at| t.fs.open_at(at, "sub", FOLLOW, NONE, READ | MUTATE).map(drop)),
    ("truncate", |t, at| t.fs.open_at(at, "file", FOLLOW, TRUNCATE, READ).map(drop)),
    ("create_dir_at", |t, at| t.fs.create_dir_at(at, "new")),
    ("remove_dir_at", |t, at| t.fs.remove_dir_at(at, "sub")),
    ("unlink_file_at", |t, at| t.fs.unlink_file_at(at, "file")),
    ("symlink_at", |t, at| t.fs.symlink_at("x", at, "new")),
    ("link_at, from", |t, at| {
        let Test { fs, root, .. } = t;
        fs.link_at(at, "file", NO_FOLLOW, root, "new")
    }),
    ("link_at, to", |t, at| {
        let Test { fs, root, .. } = t;
        fs.link_at(root, "other", NO_FOLLOW, at, "new")
    }),
    ("rename_at, from", |t, at| {
        let Test { fs, root, .. } = t;
        fs.rename_at(at, "file", root, "new")
    }),
    ("rename_at, to", |t, at| {
        let Test { fs, root, .. } = t;
        fs.rename_at(root, "other", at, "new")
    }),
    ("rename_at, to itself", |t, at| t.fs.rename_at(at, "file", at, "file")),
    ("set_times_at", |t, at| t.fs.set_times_at(at, "file", FOLLOW, NewTimestamp::Now, NewTimestamp::Now)),
    ("set_times", |t, at| t.fs.set_times(at, NewTimestamp::Now, NewTimestamp::Now)),
    ("set_times below", |t, at| {
        let file = t.fs.open_at(at, "file", FOLLOW, NONE, READ)?;
        t.fs.set_times(&file, NewTimestamp::Now, NewTimestamp::Now)
    }),
    ("write to what is open for reading", |t, at| {
        let file = t.fs.open_at(at, "file", FOLLOW, NONE, READ)?;
        t.fs.write(&file, 0, b"y")
    }),
    ("append to what is open for reading", |t, at| {
        let file = t.fs.open_at(at, "file", FOLLOW, NONE, READ)?;
        t.fs.append(&file, b"y")
    }),
    ("a stream to what is open for reading", |t, at| {
        let file = t.fs.open_at(at, "file", FOLLOW, NONE, READ)?;
        t.fs.check_writable(&file)
    }),
    ("set_size of what is open for reading", |t, at| {
        let file = t.fs.open_at(at, "file", FOLLOW, NONE, READ)?;
        t.fs.set_size(&file, 0)
    }),
    ("open to write below a directory below", |t, at| {
        let sub = t.fs.open_at(at, "sub", FOLLOW, DIRECTORY, READ)?;
        t.fs.open_at(&sub, "new", FOLLOW, CREATE, WRITE).map(drop)
    }),
];

/// Checks that every change answers `read-only` and changes nothing, and that reading goes on.
fn check_no_change(test: &mut Test<'_>, at: &OpenFile) {
    for (name, change) in CHANGES {
        let before = test.fs.stat(at).unwrap();
        assert_eq!(change(test, at), Err(Error::ReadOnly), "{name}");
        assert_eq!(test.fs.stat(at).unwrap(), before, "{name}");
    }
    // What would fail anyway says why.
    assert_eq!(test.fs.create_dir_at(at, "sub"), Err(Error::Exist));
    assert_eq!(test.fs.unlink_file_at(at, "missing"), Err(Error::NoEntry));
    assert_eq!(test.fs.remove_dir_at(at, "file"), Err(Error::NotDirectory));
    assert_eq!(test.fs.rename_at(at, "sub", at, "sub/inside"), Err(Error::Invalid));
    assert!(test.fs.open_at(at, "file", FOLLOW, NONE, READ).is_ok());
    assert_eq!(test.fs.stat_at(at, "file", FOLLOW).unwrap().size, 1);
}

fn dir_with_things() -> Vec<u8> {
    image(&[
        ("dir", Item::Directory),
        ("dir/file", Item::File(b"x")),
        ("dir/sub", Item::Directory),
        ("other", Item::File(b"y")),
    ])
}

#[test]
fn a_read_only_filesystem_changes_nothing() {
    let bytes = dir_with_things();
    let mut test = Test::read_only(&bytes);
    assert_eq!(test.fs.flags(&test.root), READ);
    let dir = test.open("dir", DIRECTORY, READ).unwrap();
    check_no_change(&mut test, &dir);
}

#[test]
fn a_directory_opened_without_the_right_to_change() {
    let bytes = dir_with_things();
    let options = Options { directory_rights: DirectoryRights::AsRequested, ..Options::default() };
    let mut test = Test::with(Some(&bytes), options);
    let dir = test.open("dir", DIRECTORY, READ).unwrap();
    assert_eq!(test.fs.flags(&dir), READ);
    check_no_change(&mut test, &dir);
    // With the right it goes, and the right goes on.
    let dir = test.open("dir", DIRECTORY, READ | MUTATE).unwrap();
    let sub = test.fs.open_at(&dir, "sub", FOLLOW, DIRECTORY, READ | MUTATE).unwrap();
    assert!(test.fs.create_dir_at(&sub, "new").is_ok());
}

#[test]
fn a_directory_has_the_rights_of_where_it_was_opened() {
    // The preview1 adapter and C libraries open directories so, and remove what is in them.
    let bytes = dir_with_things();
    let mut test = Test::over(&bytes);
    let dir = test.open("dir", DIRECTORY, READ).unwrap();
    for (name, change) in CHANGES.iter().filter(|(name, _)| name.starts_with("unlink") || name.starts_with("remove")) {
        assert_eq!(change(&mut test, &dir), Ok(()), "{name}");
    }
}

#[test]
fn limits_on_open_files() {
    let mut test = Test::limited(Limits { max_open: 3, ..Limits::default() });
    test.put("file", b"x");
    let one = test.open("file", NONE, READ).unwrap();
    let two = test.fs.reopen(&one).unwrap();
    assert_eq!(test.open("file", NONE, READ).unwrap_err(), Error::InsufficientMemory);
    assert_eq!(test.open("new", CREATE, READ).unwrap_err(), Error::InsufficientMemory);
    assert_eq!(test.open("file", TRUNCATE, READ).unwrap_err(), Error::InsufficientMemory);
    assert_eq!(test.fs.reopen(&one).unwrap_err(), Error::InsufficientMemory);
    assert_eq!(test.fs.read_dir(&test.root).unwrap_err(), Error::InsufficientMemory);
    assert_eq!(test.fs.open_root(Rights::default()).unwrap_err(), Error::InsufficientMemory);
    test.fs.close(two);
    test.fs.close(one);
    assert_eq!(test.names("."), ["file"]);
    assert_eq!(test.get("file").unwrap(), b"x");
}

#[test]
fn limits_on_nodes() {
    let mut test = Test::limited(Limits { max_nodes: 2, ..Limits::default() });
    test.put("one", b"");
    test.put("two", b"");
    assert_eq!(test.open("three", CREATE, READ).unwrap_err(), Error::InsufficientSpace);
    assert_eq!(test.names("."), ["one", "two"]);
    test.unlink("one").unwrap();
    test.put("three", b"");
    assert_eq!(test.fs.usage().nodes, 2);

    // An image node counts when it is changed, not when it is opened.
    let bytes = dir_with_things();
    let limits = Limits { max_nodes: 1, ..Limits::default() };
    let mut test = Test::with(Some(&bytes), Options { limits, ..Options::default() });
    let other = test.open("other", NONE, READ_WRITE).unwrap();
    let file = test.open("dir/file", NONE, READ_WRITE).unwrap();
    assert_eq!(test.fs.usage().nodes, 0);
    test.fs.write(&file, 0, b"z").unwrap();
    assert_eq!(test.fs.write(&other, 0, b"z"), Err(Error::InsufficientSpace));
    assert_eq!(test.open("other", TRUNCATE, READ).unwrap_err(), Error::InsufficientSpace);
    assert_eq!(test.contents(&other).unwrap(), b"y");
}

#[test]
fn an_unlinked_open_file_of_the_image_stays_readable() {
    let bytes = dir_with_things();
    let mut test = Test::over(&bytes);
    let file = test.open("other", NONE, READ_WRITE).unwrap();
    let hash = test.fs.metadata_hash(&file).unwrap();
    test.unlink("other").unwrap();
    assert_eq!(test.stat("other"), Err(Error::NoEntry));
    assert_eq!(test.contents(&file).unwrap(), b"y");
    assert_eq!(test.fs.stat(&file).unwrap().links, 0);
    test.fs.append(&file, b"!").unwrap();
    assert_eq!(test.contents(&file).unwrap(), b"y!");
    // A new file of that name is another.
    test.put("other", b"new");
    let new = test.open("other", NONE, READ).unwrap();
    assert!(!test.fs.is_same(&file, &new).unwrap());
    assert_ne!(test.fs.metadata_hash(&new).unwrap(), hash);
    test.fs.close(file);
    assert_eq!(test.fs.usage().bytes, 3);
}

#[test]
fn an_entry_that_lies_about_its_kind_is_damage() {
    let mut bytes = dir_with_things();
    // The last entry of the root is a file; its type is the byte 10 bytes into the 12-byte entry before the names.
    let name = bytes
        .windows(8)
        .position(|window| window == b"...dirot")
        .or_else(|| bytes.windows(11).position(|window| window == b"...dirother"));
    let names = name.expect("the names of the root, in order");
    bytes[names - 12 + 10] = 2;
    let mut test = Test::over(&bytes);
    assert_eq!(test.open("other", NONE, READ).unwrap_err(), Error::Io);
    assert_eq!(test.fs.usage().open, 1);
}
