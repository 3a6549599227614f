//! The operations, and a tree for them.

use vfs_core::check::Trust;
use vfs_core::{Error, FileKind, Limits, NewTimestamp, OpenFile, OpenFlags, Rights, Stat};

use crate::support::{FOLLOW, Item, NO_FOLLOW, READ, Test};

/// An operation, and what must be there for it. It allocates nothing that is not the filesystem's.
pub type Call = fn(&mut Test<'_>, &OpenFile) -> Result<(), Error>;

/// Every operation. `open` is `dir/file`, open to read and write.
pub const CALLS: &[(&str, Call)] = &[
    ("open_root", |t, _| t.fs.open_root(Rights::default()).map(|file| t.fs.close(file))),
    ("open_at", |t, _| t.open("dir/sub/deep", OpenFlags::NONE, READ).map(|file| t.fs.close(file))),
    ("open_at, creating", |t, _| t.open("dir/new", OpenFlags::CREATE, READ).map(|file| t.fs.close(file))),
    ("open_at, truncating", |t, _| t.open("dir/file", OpenFlags::TRUNCATE, READ).map(|file| t.fs.close(file))),
    ("open_at, exclusively", |t, _| {
        t.open("dir/new", OpenFlags::CREATE | OpenFlags::EXCLUSIVE, READ).map(|file| t.fs.close(file))
    }),
    ("reopen", |t, open| t.fs.reopen(open).map(|file| t.fs.close(file))),
    ("stat", |t, open| t.fs.stat(open).map(drop)),
    ("sync", |t, open| t.fs.sync(open).and_then(|()| t.fs.sync_data(open))),
    ("advise", |t, open| t.fs.advise(open, 10)),
    ("metadata_hash", |t, open| t.fs.metadata_hash(open).map(drop)),
    ("set_times", |t, open| t.fs.set_times(open, NewTimestamp::Now, NewTimestamp::Now)),
    ("set_times_at, nothing", |t, _| {
        t.fs.set_times_at(&t.root, "dir/sub/deep", FOLLOW, NewTimestamp::NoChange, NewTimestamp::NoChange)
    }),
    ("stat_at", |t, _| t.fs.stat_at(&t.root, "dir/sub/deep", FOLLOW).map(drop)),
    ("metadata_hash_at", |t, _| t.fs.metadata_hash_at(&t.root, "dir/sub/deep", FOLLOW).map(drop)),
    ("readlink_at", |t, _| t.fs.readlink_at(&t.root, "dir/link").map(drop)),
    ("set_times_at", |t, _| t.fs.set_times_at(&t.root, "dir/sub/deep", FOLLOW, NewTimestamp::Now, NewTimestamp::Now)),
    ("create_dir_at", |t, _| t.fs.create_dir_at(&t.root, "dir/new")),
    ("remove_dir_at", |t, _| t.fs.remove_dir_at(&t.root, "dir/empty")),
    ("unlink_file_at", |t, _| t.fs.unlink_file_at(&t.root, "dir/sub/deep")),
    ("unlink_file_at, of two names", |t, _| t.fs.unlink_file_at(&t.root, "dir/same")),
    ("symlink_at", |t, _| t.fs.symlink_at("target", &t.root, "dir/new")),
    ("link_at", |t, _| t.fs.link_at(&t.root, "dir/sub/deep", NO_FOLLOW, &t.root, "dir/new")),
    ("rename_at", |t, _| t.fs.rename_at(&t.root, "dir/sub/deep", &t.root, "dir/new")),
    ("rename_at, over", |t, _| t.fs.rename_at(&t.root, "dir/sub/deep", &t.root, "dir/same")),
    ("rename_at, a directory", |t, _| t.fs.rename_at(&t.root, "dir/sub", &t.root, "new")),
    ("rename_at, a directory over another", |t, _| t.fs.rename_at(&t.root, "dir/sub", &t.root, "dir/empty")),
    ("rename_at, to a name of the same file", |t, _| t.fs.rename_at(&t.root, "dir/same", &t.root, "dir/file")),
    ("link_at, through a link", |t, _| t.fs.link_at(&t.root, "dir/link", FOLLOW, &t.root, "dir/sub/new")),
    ("read", |t, open| {
        let mut gather = Vec::new();
        t.fs.read(open, 65_000, 1000, &mut gather).map(drop)
    }),
    ("write", |t, open| t.fs.write(open, 60_000, &[9; 200_000])),
    ("write, far away", |t, open| t.fs.write(open, 1 << 40, b"x")),
    ("append", |t, open| t.fs.append(open, &[9; 100])),
    ("set_size", |t, open| t.fs.set_size(open, 10)),
    ("set_size, larger", |t, open| t.fs.set_size(open, 1 << 30)),
    ("read_dir", |t, _| t.fs.read_dir(&t.root).map(|stream| t.fs.close_dir(stream))),
    ("next_entry", |t, _| {
        let mut stream = t.fs.read_dir(&t.root)?;
        let result = t.fs.next_entry(&mut stream).map(drop);
        t.fs.close_dir(stream);
        result
    }),
];

/// All there is to see, and the tree is whole.
pub fn everything(test: &mut Test<'_>) -> Vec<(String, Stat, Vec<u8>)> {
    test.fs.check(Trust::Sound).unwrap();
    let mut all = Vec::new();
    for directory in ["", "dir/", "dir/sub/"] {
        all.push((directory.to_owned(), test.stat(&format!("./{directory}")).unwrap(), Vec::new()));
        let mut names = test.names(&format!("./{directory}"));
        names.sort();
        for name in names {
            let path = format!("{directory}{name}");
            let stat = test.stat(&path).unwrap();
            let bytes = if stat.kind == FileKind::RegularFile { test.get(&path).unwrap() } else { Vec::new() };
            all.push((path, stat, bytes));
        }
    }
    all
}

pub fn some_items() -> Vec<(&'static str, Item<'static>)> {
    vec![
        ("dir", Item::Directory),
        ("dir/file", Item::File(&[7; 100_000])),
        ("dir/same", Item::Same("dir/file")),
        ("dir/link", Item::Link("sub/deep")),
        ("dir/empty", Item::Directory),
        ("dir/sub", Item::Directory),
        ("dir/sub/deep", Item::File(b"deep")),
    ]
}

/// The items as the app's own.
pub fn of_the_app<'i>(limits: Limits) -> Test<'i> {
    let mut test = Test::limited(limits);
    for (path, item) in some_items() {
        match item {
            Item::Directory => test.mkdir(path),
            Item::File(bytes) => test.put(path, bytes),
            Item::Link(target) => test.symlink(target, path),
            Item::Same(other) => test.link(other, path),
        }
    }
    test
}
