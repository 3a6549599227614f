//! Changes by case.

use vfs_core::{Change, DescriptorFlags, Error, FileKind, Mark, NewTimestamp, OpenFlags, Timestamp, Tracked};

use crate::support::{FOLLOW, Item, READ, READ_WRITE, Test, WRITE, image};

type Tested<'i> = Test<'i, Tracked>;

/// An image with something of each kind; `a`, `d/h` and `d/e/i` are one file.
fn lower() -> Vec<u8> {
    image(&[
        ("a", Item::File(b"0123456789")),
        ("b", Item::File(b"b")),
        ("d", Item::Directory),
        ("d/c", Item::File(b"c")),
        ("d/e", Item::Directory),
        ("d/e/f", Item::File(b"f")),
        ("d/e/i", Item::Same("a")),
        ("d/h", Item::Same("a")),
        ("large", Item::File(&[7; 200_000])),
        ("link", Item::Link("b")),
    ])
}

fn over(image: &[u8]) -> Tested<'_> {
    let test = Test::journaled(Some(image), Default::default());
    test.tick(2000);
    test
}

/// The changes, a line each. Directories whose times alone changed are left out.
fn told(test: &mut Tested<'_>, mark: Option<&Mark>) -> Vec<String> {
    let changes = test.fs.changes(mark).unwrap();
    changes.iter().filter(|change| !is_touched_directory(change)).map(text).collect()
}

fn is_touched_directory(change: &Change) -> bool {
    matches!(change, Change::Changed { kind: FileKind::Directory, attributes: true, contents: None, .. })
}

fn text(change: &Change) -> String {
    let path = |path: &[u8]| String::from_utf8(path.to_vec()).unwrap();
    let details = |attributes: &bool, contents: &Option<vfs_core::ChangedContents>| {
        let contents = contents.as_ref().map(|c| format!(" {} kept {} {:?}", c.size, c.kept, c.ranges));
        format!("{}{}", if *attributes { " times" } else { "" }, contents.unwrap_or_default())
    };
    match change {
        Change::Removed { path: at, .. } => format!("removed {}", path(at)),
        Change::Made { path: at, contents, .. } => format!("made {}{}", path(at), details(&false, contents)),
        Change::Renamed { from, path: at, attributes, contents, .. } => {
            format!("renamed {} {}{}", path(from), path(at), details(attributes, contents))
        }
        Change::Linked { path: at, first, is_new, .. } => {
            format!("linked {} {}{}", path(at), path(first), if *is_new { "" } else { " as before" })
        }
        Change::Changed { path: at, attributes, contents, .. } => {
            format!("changed {}{}", path(at), details(attributes, contents))
        }
    }
}

fn no_change(test: &mut Tested<'_>) {
    assert_eq!(told(test, None), [""; 0]);
}

/// Opens for writing, and writes.
fn write(test: &mut Tested<'_>, path: &str, offset: u64, bytes: &[u8]) {
    let file = test.open(path, OpenFlags::NONE, WRITE).unwrap();
    test.fs.write(&file, offset, bytes).unwrap();
    test.fs.close(file);
}

#[test]
fn looking_is_no_change() {
    let image = lower();
    let mut test = over(&image);
    test.get("d/c").unwrap();
    test.names("d/e");
    let file = test.open("d/e/f", OpenFlags::NONE, READ_WRITE).unwrap();
    test.fs.close(file);
    assert_eq!(test.fs.changes(None), Ok(Vec::new()));
}

#[test]
fn what_failed_is_no_change() {
    let image = lower();
    let mut test = over(&image);
    assert_eq!(test.rename("d", "d/e/x"), Err(Error::Invalid));
    assert_eq!(test.rmdir("d"), Err(Error::NotEmpty));
    assert_eq!(test.unlink("d/x"), Err(Error::NoEntry));
    assert_eq!(test.rename("b", "d"), Err(Error::IsDirectory));
    assert_eq!(test.fs.changes(None), Ok(Vec::new()));
}

#[test]
fn each_kind_that_is_made() {
    let image = lower();
    let mut test = over(&image);
    test.mkdir("d/new");
    test.put("d/new/file", b"12345");
    test.symlink("file", "d/new/link");
    test.link("d/new/file", "d/new/z");
    assert_eq!(
        told(&mut test, None),
        ["made d/new", "made d/new/file 5 kept 0 [0..5]", "made d/new/link", "linked d/new/z d/new/file"]
    );
}

#[test]
fn attributes_are_the_times_and_a_directory_s_change_with_its_entries() {
    let image = lower();
    let mut test = over(&image);
    test.fs.set_times_at(&test.root, "d/e/f", FOLLOW, NewTimestamp::NoChange, NewTimestamp::Now).unwrap();
    test.unlink("d/c").unwrap();
    let changes: Vec<_> = test.fs.changes(None).unwrap().iter().map(text).collect();
    assert_eq!(changes, ["changed d times", "removed d/c", "changed d/e/f times"]);
    // Set to what they were.
    let was = NewTimestamp::At(crate::support::BUILT);
    test.fs.set_times_at(&test.root, "d/e/f", FOLLOW, was, was).unwrap();
    test.fs.set_times_at(&test.root, "d", FOLLOW, was, was).unwrap();
    let changes: Vec<_> = test.fs.changes(None).unwrap().iter().map(text).collect();
    assert_eq!(changes, ["removed d/c"]);
}

#[test]
fn contents_are_what_was_kept_and_what_was_written() {
    let image = lower();
    let mut test = over(&image);
    write(&mut test, "large", 70_000, b"x");
    assert_eq!(told(&mut test, None), ["changed large times 200000 kept 200000 [65536..131072]"]);
    let mark = test.fs.mark().unwrap();
    let file = test.open("large", OpenFlags::NONE, WRITE).unwrap();
    test.fs.set_size(&file, 100_000).unwrap();
    test.fs.set_size(&file, 300_000).unwrap();
    assert_eq!(told(&mut test, Some(&mark)), ["changed large 300000 kept 100000 []"]);
    assert_eq!(told(&mut test, None), ["changed large times 300000 kept 100000 [65536..100000]"]);
    test.fs.append(&file, b"end").unwrap();
    test.fs.close(file);
    assert_eq!(told(&mut test, Some(&mark)), ["changed large 300003 kept 100000 [262144..300003]"]);
    let next = test.fs.mark().unwrap();
    assert_eq!(told(&mut test, Some(&next)), [""; 0]);
    test.fs.release_mark(mark);
    write(&mut test, "large", 0, b"x");
    assert_eq!(told(&mut test, Some(&next)), ["changed large 300003 kept 300003 [0..65536]"]);
}

#[test]
fn a_file_that_is_only_cut_or_only_longer_has_changed() {
    let image = lower();
    let mut test = over(&image);
    let file = test.open("a", OpenFlags::NONE, WRITE).unwrap();
    test.fs.set_size(&file, 4).unwrap();
    assert_eq!(told(&mut test, None)[0], "changed a times 4 kept 4 []");
    let mark = test.fs.mark().unwrap();
    test.fs.set_size(&file, 1 << 40).unwrap();
    assert_eq!(told(&mut test, Some(&mark))[0], "changed a 1099511627776 kept 4 []");
}

#[test]
fn holes_stay_holes() {
    let mut test: Tested<'_> = Test::journaled(None, Default::default());
    test.put("sparse", b"start");
    write(&mut test, "sparse", 1 << 40, b"end");
    let hole = 1_u64 << 40;
    assert_eq!(told(&mut test, None), [format!("made sparse {} kept 0 [0..5, {hole}..{}]", hole + 3, hole + 3)]);
}

#[test]
fn a_name_that_is_made_and_removed_leaves_nothing() {
    let image = lower();
    let mut test = over(&image);
    for number in 0..1000 {
        let path = format!("d/{number}");
        test.put(&path, b"x");
        test.unlink(&path).unwrap();
    }
    test.rename("b", "d/b").unwrap();
    test.rename("d/b", "b").unwrap();
    no_change(&mut test);
}

#[test]
fn removed_directories_stand_for_what_was_in_them() {
    let image = lower();
    let mut test = over(&image);
    test.unlink("d/c").unwrap();
    test.unlink("d/e/f").unwrap();
    test.unlink("d/e/i").unwrap();
    test.rmdir("d/e").unwrap();
    assert_eq!(told(&mut test, None), ["removed d/c", "removed d/e"]);
    test.rename("d/h", "kept").unwrap();
    test.rmdir("d").unwrap();
    assert_eq!(told(&mut test, None), ["removed d", "renamed d/e/i kept"]);
}

#[test]
fn renames_are_told_as_such_with_what_changed_besides() {
    let image = lower();
    let mut test = over(&image);
    test.rename("b", "d/e/z").unwrap();
    write(&mut test, "d/e/z", 1, b"more");
    test.rename("d/e", "e").unwrap();
    assert_eq!(told(&mut test, None), ["renamed d/e e times", "renamed b e/z times 5 kept 1 [0..5]"]);
}

#[test]
fn swapped_names() {
    let image = lower();
    let mut test = over(&image);
    for (from, to) in [("d/c", "t"), ("b", "d/c"), ("t", "b")] {
        test.rename(from, to).unwrap();
    }
    assert_eq!(told(&mut test, None), ["renamed d/c b", "renamed b d/c"]);
}

#[test]
fn a_name_that_is_made_anew_after_a_rename() {
    let image = lower();
    let mut test = over(&image);
    test.rename("b", "c").unwrap();
    test.put("b", b"new");
    assert_eq!(told(&mut test, None), ["made b 3 kept 0 [0..3]", "renamed b c"]);
}

#[test]
fn a_rename_over_something() {
    let image = lower();
    let mut test = over(&image);
    test.rename("b", "d/c").unwrap();
    assert_eq!(told(&mut test, None), ["removed d/c", "renamed b d/c"]);
    test.rename("d/e/f", "d/c").unwrap();
    assert_eq!(told(&mut test, None), ["removed b", "removed d/c", "renamed d/e/f d/c"]);
}

#[test]
fn a_file_that_is_replaced_by_a_directory() {
    let image = lower();
    let mut test = over(&image);
    test.unlink("b").unwrap();
    test.mkdir("b");
    test.put("b/x", b"");
    assert_eq!(told(&mut test, None), ["removed b", "made b", "made b/x 0 kept 0 []"]);
}

#[test]
fn below_a_renamed_directory_removals_have_their_old_paths_and_the_rest_new_ones() {
    let image = lower();
    let mut test = over(&image);
    test.unlink("d/c").unwrap();
    test.rename("d", "x").unwrap();
    test.unlink("x/e/f").unwrap();
    test.put("x/e/new", b"");
    write(&mut test, "x/h", 0, b"!");
    assert_eq!(
        told(&mut test, None),
        [
            "changed a times 10 kept 10 [0..10]",
            "removed d/c",
            "removed d/e/f",
            "renamed d x times",
            "linked x/e/i a as before",
            "made x/e/new 0 kept 0 []",
            "linked x/h a as before",
        ]
    );
}

#[test]
fn a_directory_is_renamed_into_a_new_one_of_its_old_name() {
    let image = lower();
    let mut test = over(&image);
    test.rename("d", "t").unwrap();
    test.mkdir("d");
    test.rename("t/c", "d/c").unwrap();
    test.rename("t", "d/t").unwrap();
    assert_eq!(told(&mut test, None), ["made d", "renamed d/c d/c", "renamed d d/t times"]);
}

#[test]
fn open_files_without_a_name_are_no_change() {
    let image = lower();
    let mut test = over(&image);
    let made = test.open("new", OpenFlags::CREATE, READ_WRITE).unwrap();
    let old = test.open("b", OpenFlags::NONE, READ_WRITE).unwrap();
    test.unlink("new").unwrap();
    test.unlink("b").unwrap();
    test.fs.write(&made, 0, b"x").unwrap();
    test.fs.write(&old, 0, b"x").unwrap();
    assert_eq!(told(&mut test, None), ["removed b"]);
    let mark = test.fs.mark().unwrap();
    test.fs.write(&old, 0, b"y").unwrap();
    assert_eq!(told(&mut test, Some(&mark)), [""; 0]);
    test.fs.close(made);
    test.fs.close(old);
    assert_eq!(told(&mut test, None), ["removed b"]);
}

#[test]
fn hard_links() {
    let image = lower();
    let mut test = over(&image);
    test.link("b", "0");
    assert_eq!(told(&mut test, None), ["linked 0 b"]);
    test.unlink("b").unwrap();
    assert_eq!(told(&mut test, None), ["renamed b 0"]);
    test.link("0", "b");
    test.link("0", "1");
    assert_eq!(told(&mut test, None), ["linked 0 b", "linked 1 b"]);
    write(&mut test, "1", 0, b"B");
    assert_eq!(told(&mut test, None), ["linked 0 b", "linked 1 b", "changed b times 1 kept 1 [0..1]"]);
}

#[test]
fn one_name_less_of_a_file_is_all_that_is_told() {
    let image = lower();
    let mut test = over(&image);
    test.unlink("d/h").unwrap();
    assert_eq!(told(&mut test, None), ["removed d/h"]);
}

#[test]
fn a_file_that_changed_through_a_name_it_has_no_more() {
    let image = lower();
    let mut test = over(&image);
    let file = test.open("a", OpenFlags::NONE, WRITE).unwrap();
    test.unlink("a").unwrap();
    test.fs.write(&file, 9, b"!").unwrap();
    test.fs.close(file);
    let told = told(&mut test, None);
    assert_eq!(told, ["removed a", "changed d/e/i times 10 kept 10 [0..10]", "linked d/h d/e/i as before"]);
}

#[test]
fn since_a_mark_only_what_followed_is_told() {
    let image = lower();
    let mut test = over(&image);
    test.put("new", b"1");
    test.unlink("d/c").unwrap();
    test.rename("b", "z").unwrap();
    let first = test.fs.mark().unwrap();
    test.unlink("new").unwrap();
    test.rename("z", "y").unwrap();
    test.put("d/c", b"");
    assert_eq!(told(&mut test, Some(&first)), ["made d/c 0 kept 0 []", "removed new", "renamed z y"]);
    assert_eq!(told(&mut test, None), ["removed d/c", "made d/c 0 kept 0 []", "renamed b y"]);
    let second = test.fs.mark().unwrap();
    test.rename("y", "b").unwrap();
    test.unlink("d/c").unwrap();
    assert_eq!(told(&mut test, Some(&second)), ["renamed y b", "removed d/c"]);
    assert_eq!(told(&mut test, Some(&first)), ["renamed z b", "removed new"]);
    assert_eq!(told(&mut test, None), ["removed d/c"]);
}

#[test]
fn a_commit_that_failed_is_in_the_next_one() {
    let mut test: Tested<'_> = Test::journaled(None, Default::default());
    test.put("a", b"1");
    let base = test.fs.mark().unwrap();
    test.put("b", b"2");
    let failed = test.fs.mark().unwrap();
    assert_eq!(told(&mut test, Some(&base)), ["made b 1 kept 0 [0..1]"]);
    test.fs.release_mark(failed);
    test.put("c", b"3");
    let next = test.fs.mark().unwrap();
    assert_eq!(told(&mut test, Some(&base)), ["made b 1 kept 0 [0..1]", "made c 1 kept 0 [0..1]"]);
    test.fs.release_mark(base);
    assert_eq!(told(&mut test, Some(&next)), [""; 0]);
}

#[test]
fn a_mark_of_another_volume_is_refused() {
    let mut test: Tested<'_> = Test::journaled(None, Default::default());
    let mut other: Tested<'_> = Test::journaled(None, Default::default());
    let mark = other.fs.mark().unwrap();
    assert_eq!(test.fs.changes(Some(&mark)), Err(Error::Invalid));
}

#[test]
fn the_order_is_that_of_components() {
    let mut test: Tested<'_> = Test::journaled(None, Default::default());
    test.tick(1);
    for name in ["a b", "a-", "a", "a0"] {
        test.mkdir(name);
    }
    test.put("a/z", b"");
    let paths: Vec<_> = test.fs.changes(None).unwrap().iter().map(|change| change.path().to_vec()).collect();
    assert_eq!(paths, [&b""[..], b"a", b"a/z", b"a b", b"a-", b"a0"]);
}

#[test]
fn a_node_that_is_gone_cannot_be_read() {
    let mut test: Tested<'_> = Test::journaled(None, Default::default());
    test.put("a", b"text");
    test.symlink("a", "b");
    let changes = test.fs.changes(None).unwrap();
    let [Change::Made { node: file, .. }, Change::Made { node: link, .. }] = &changes[..] else { panic!() };
    let mut gather = Vec::new();
    assert_eq!(test.fs.read_changed(*file, 1, 9, &mut gather), Ok(&b"ext"[..]));
    assert_eq!(test.fs.link_target_changed(*link), Ok(&b"a"[..]));
    assert_eq!(test.fs.read_changed(*link, 0, 9, &mut gather), Err(Error::Invalid));
    assert_eq!(test.fs.link_target_changed(*file), Err(Error::Invalid));
    assert_eq!(test.fs.stat_changed(*file).map(|stat| stat.size), Ok(4));
    test.unlink("a").unwrap();
    test.put("c", b"other");
    assert_eq!(test.fs.stat_changed(*file), Err(Error::NoEntry));
    assert_eq!(test.fs.read_changed(*file, 0, 9, &mut gather), Err(Error::NoEntry));
}

#[test]
fn changes_through_symbolic_links_and_directories_that_are_open() {
    let image = image(&[
        ("d", Item::Directory),
        ("d/e", Item::Directory),
        ("d/e/f", Item::Directory),
        ("d/e/f/g", Item::File(b"g")),
        ("l", Item::Link("d/e")),
    ]);
    let mut test = over(&image);
    let flags = READ | DescriptorFlags::MUTATE_DIRECTORY;
    let directory = test.open("l/../e/./f", OpenFlags::DIRECTORY, flags).unwrap();
    test.rename("d/e", "e").unwrap();
    let file = test.fs.open_at(&directory, "g", FOLLOW, OpenFlags::TRUNCATE, WRITE).unwrap();
    test.fs.close(file);
    test.fs.create_dir_at(&directory, "new").unwrap();
    assert_eq!(told(&mut test, None), ["renamed d/e e", "changed e/f/g times 0 kept 0 []", "made e/f/new"]);
}

#[test]
fn the_root_s_times() {
    let image = lower();
    let mut test = over(&image);
    let time = NewTimestamp::At(Timestamp { seconds: 9, nanoseconds: 9 });
    test.fs.set_times(&test.root, time, time).unwrap();
    let changes: Vec<_> = test.fs.changes(None).unwrap().iter().map(text).collect();
    assert_eq!(changes, ["changed  times"]);
}

#[test]
fn what_was_cut_between_marks_that_are_gone_is_known() {
    let image = lower();
    let mut test = over(&image);
    write(&mut test, "large", 0, b"x");
    let mark = test.fs.mark().unwrap();
    let file = test.open("large", OpenFlags::NONE, WRITE).unwrap();
    test.fs.set_size(&file, 70_000).unwrap();
    test.fs.set_size(&file, 200_000).unwrap();
    test.fs.close(file);
    test.fs.release_mark(mark);
    assert_eq!(told(&mut test, None), ["changed large times 200000 kept 70000 [0..65536]"]);
}
