//! Changes above a layer that others change, too: each sees what the other did, as far as the tree has no part in it.

use vfs_core::late::{Answers, ChangePolicy, Query};
use vfs_core::{Error, NewTimestamp, OpenFile, OpenFlags, Timestamp};

use crate::app::Runner;
use crate::harness::{NONE, Test};
use crate::host::Manner;
use crate::step;
use crate::support::{FOLLOW, Item, NO_FOLLOW, READ, READ_WRITE};
use crate::world::World;

fn test(items: &[(&str, Item<'_>)]) -> Test {
    Test::new(items, ChangePolicy::AboveLive)
}

/// What others do in the world.
fn write(test: &mut Test, path: &str, offset: u64, bytes: &[u8]) {
    let world = &mut test.late.host.world;
    let file = world.fs.open_at(&world.root, path, FOLLOW, OpenFlags::CREATE, READ_WRITE).unwrap();
    world.fs.write(&file, offset, bytes).unwrap();
    world.fs.close(file);
}

fn remove(test: &mut Test, path: &str) {
    let world = &mut test.late.host.world;
    world.fs.unlink_file_at(&world.root, path).unwrap();
}

fn names(test: &mut Test, path: &str) -> Vec<String> {
    let directory = test.open(path, OpenFlags::DIRECTORY, READ).unwrap();
    let names = test.run(|volume, _| step::list(volume, &directory));
    test.late.volume.close(directory);
    names
}

fn text(test: &mut Test, path: &str) -> Result<Vec<u8>, Error> {
    let file = test.open(path, NONE, READ)?;
    let contents = test.contents(&file);
    test.late.volume.close(file);
    Ok(contents)
}

fn size(test: &mut Test, path: &str) -> u64 {
    test.run(|volume, root| volume.stat_at(root, path, NO_FOLLOW)).size
}

#[test]
fn what_others_write_is_seen_until_the_tree_has_changed_the_file() {
    let mut test = test(&[("log", Item::File(b"one"))]);
    let file = test.open("log", NONE, READ_WRITE).unwrap();
    write(&mut test, "log", 3, b", two");
    assert_eq!(test.contents(&file), b"one, two");
    assert_eq!(size(&mut test, "log"), 8);
    // The change goes on from what is there now.
    test.write(&file, 8, b"!").unwrap();
    write(&mut test, "log", 0, b"ONE");
    assert_eq!(test.contents(&file), b"one, two!");
    assert_eq!(size(&mut test, "log"), 9);
    test.late.volume.close(file);
    assert_eq!(text(&mut test, "log").unwrap(), b"one, two!");
}

#[test]
fn the_rest_of_a_large_file_stays_that_of_the_file_it_was() {
    let mut test = test(&[("large", Item::File(&[1; 200_000]))]);
    let file = test.open("large", NONE, READ_WRITE).unwrap();
    test.write(&file, 0, b"changed").unwrap();
    // Others write, and then put another file in its place.
    write(&mut test, "large", 150_000, &[2; 10]);
    remove(&mut test, "large");
    write(&mut test, "large", 0, &[3; 300_000]);
    let contents = test.contents(&file);
    assert_eq!(contents.len(), 200_000);
    assert_eq!((&contents[..7], contents[7], contents[150_000]), (&b"changed"[..], 1, 2));
    assert!(!contents.contains(&3));
    assert_eq!(test.run(|volume, _| volume.stat(&file)).size, 200_000);
    test.late.volume.close(file);
    // That its name leads to what the tree has changed is for whoever tells nodes apart.
    let large = test.late.volume.layer_mut().take_pinned();
    assert_eq!(large.len(), 1);
}

#[test]
fn contents_that_the_tree_has_not_changed_are_the_layers() {
    let mut test = test(&[("file", Item::File(b"one"))]);
    let number = test.number("file");
    let file = test.open("file", NONE, READ_WRITE).unwrap();
    let time = NewTimestamp::At(Timestamp { seconds: 7, nanoseconds: 0 });
    test.run(|volume, _| volume.set_times(&file, time, time));
    test.late.volume.close(file);
    assert_eq!(test.late.volume.layer_mut().take_closed(), [number]);
    write(&mut test, "file", 3, b", two");
    assert_eq!(text(&mut test, "file").unwrap(), b"one, two");
    let stat = test.run(|volume, root| volume.stat_at(root, "file", NO_FOLLOW));
    assert_eq!((stat.size, stat.modified.seconds), (8, 7));
    // A file that was cut to what it had is changed.
    let file = test.open("file", OpenFlags::TRUNCATE, READ_WRITE).unwrap();
    test.write(&file, 0, b"mine").unwrap();
    test.late.volume.close(file);
    write(&mut test, "file", 0, b"theirs");
    assert_eq!(text(&mut test, "file").unwrap(), b"mine");
}

/// A name that both made is removed for both.
#[test]
fn what_others_made_where_the_tree_had_made_it_is_hidden_when_that_goes() {
    let mut test = test(&[("d", Item::Directory)]);
    for path in ["d/removed", "d/moved"] {
        let made = test.open(path, OpenFlags::CREATE, READ_WRITE).unwrap();
        test.late.volume.close(made);
        write(&mut test, path, 0, b"of others");
    }
    test.run(|volume, root| volume.unlink_file_at(root, "d/removed"));
    test.run(|volume, root| volume.rename_at(root, "d/moved", root, "moved"));
    assert_eq!(names(&mut test, "d"), [""; 0]);
    assert_eq!(text(&mut test, "d/removed"), Err(Error::NoEntry));
    assert_eq!(text(&mut test, "moved").unwrap(), b"");
    test.run(|volume, root| volume.remove_dir_at(root, "d"));
}

#[test]
fn an_emptied_directory_is_listed_once_to_be_removed() {
    let paths: Vec<_> = (0..300).map(|number| format!("d/{number}")).collect();
    let mut items = vec![("d", Item::Directory)];
    items.extend(paths.iter().map(|path| (path.as_str(), Item::File(b"x"))));
    let mut test = test(&items);
    for path in &paths {
        test.run(|volume, root| volume.unlink_file_at(root, path));
    }
    test.late.host.manner = Manner { batch: 1, ..Manner::PROMPT };
    let (removed, queries, _) = test.ask(&[], |volume, root| volume.remove_dir_at(root, "d"));
    removed.unwrap();
    let listed: Vec<_> = queries.iter().filter(|query| matches!(query, Query::List { .. })).collect();
    // The last answer may say that it is the last.
    assert!((300..=301).contains(&listed.len()), "{}", listed.len());
    assert!(listed.is_sorted(), "no entry is asked for again: {listed:?}");
    assert_eq!(names(&mut test, "."), [""; 0]);
}

#[test]
fn a_name_that_was_removed_stays_removed() {
    let mut test = test(&[("d", Item::Directory), ("d/a", Item::File(b"a")), ("d/b", Item::File(b"b"))]);
    test.run(|volume, root| volume.unlink_file_at(root, "d/a"));
    remove(&mut test, "d/a");
    write(&mut test, "d/a", 0, b"new");
    write(&mut test, "d/c", 0, b"c");
    assert_eq!(text(&mut test, "d/a"), Err(Error::NoEntry));
    assert_eq!(names(&mut test, "d"), ["b", "c"]);
    remove(&mut test, "d/b");
    assert_eq!(names(&mut test, "d"), ["c"]);
    // The directory has something that the tree does not see, and something that it does.
    test.run(|volume, root| volume.unlink_file_at(root, "d/c"));
    test.run(|volume, root| volume.remove_dir_at(root, "d"));
    assert_eq!(names(&mut test, "."), [""; 0]);
}

#[test]
fn a_file_is_cut_as_it_is_now() {
    let mut test = test(&[("file", Item::File(b"one"))]);
    let before = test.open("file", NONE, READ).unwrap();
    let World { fs, root, .. } = &mut test.late.host.world;
    fs.link_at(root, "file", NO_FOLLOW, root, "same").unwrap();
    let cut = test.open("file", OpenFlags::TRUNCATE, READ_WRITE).unwrap();
    let stat = test.run(|volume, _| volume.stat(&cut));
    assert_eq!((stat.links, stat.size), (2, 0));
    test.late.volume.close(before);
    test.late.volume.close(cut);
}

/// An operation that stops after it has loaded a node, and runs again, keeps it.
#[test]
fn what_the_tree_has_changed_is_not_released() {
    let mut test = test(&[("d", Item::Directory), ("d/a", Item::File(b"a"))]);
    test.run(|volume, root| volume.rename_at(root, "d/a", root, "b"));
    let changed = test.late.volume.layer_mut().take_pinned();
    assert_eq!(changed.len(), 3, "d, the root and the file");
    let released = test.late.volume.layer_mut().take_released();
    assert!(!changed.iter().any(|number| released.contains(number)), "{changed:?} {released:?}");
}

#[test]
fn a_listing_has_each_name_once_while_both_change_the_directory() {
    let items: Vec<_> = ["a", "b", "c", "d", "e"].map(|name| (name, Item::File(b"x"))).into();
    let mut test = test(&items);
    let root = test.run(|volume, root| volume.reopen(root));
    let mut stream = test.run(|volume, _| volume.read_dir(&root));
    let mut answers = Answers::new();
    let mut seen = vec![test.late.next(&mut stream, &mut answers).unwrap().unwrap()];
    // One that was listed and one that was not get other nodes; one is removed, one made.
    test.run(|volume, root| volume.rename_at(root, "e", root, "a"));
    test.run(|volume, root| volume.rename_at(root, "d", root, "c"));
    let made = test.open("made", OpenFlags::CREATE, READ_WRITE).unwrap();
    test.late.volume.close(made);
    answers = Answers::new();
    while let Some(name) = test.late.next(&mut stream, &mut answers).unwrap() {
        seen.push(name);
    }
    assert_eq!(seen, ["a", "b", "c", "made"]);
    assert_eq!(names(&mut test, "."), ["a", "b", "c", "made"]);
    // What has another node now is listed even if others remove the name below.
    remove(&mut test, "c");
    let mut now = names(&mut test, ".");
    now.sort();
    assert_eq!(now, ["a", "b", "c", "made"]);
    test.late.volume.close_dir(stream);
    test.late.volume.close(root);
}

#[test]
fn a_renamed_directory_shows_what_others_do_in_it() {
    let mut test = test(&[("d", Item::Directory), ("d/sub", Item::Directory), ("d/sub/f", Item::File(b"f"))]);
    test.run(|volume, root| volume.rename_at(root, "d", root, "moved"));
    write(&mut test, "d/sub/g", 0, b"g");
    assert_eq!(names(&mut test, "moved/sub"), ["f", "g"]);
    assert_eq!(text(&mut test, "moved/sub/g").unwrap(), b"g");
    assert_eq!(text(&mut test, "d/sub/g"), Err(Error::NoEntry));
}

#[test]
fn what_has_nothing_left_from_the_layer_is_closed() {
    let items = [("small", Item::File(b"small")), ("large", Item::File(&[1; 200_000])), ("d", Item::Directory)];
    let mut test = test(&items);
    let numbers = ["small", "large", "d"].map(|path| test.number(path));
    let change = |test: &mut Test, path: &str| {
        let file: OpenFile = test.open(path, NONE, READ_WRITE).unwrap();
        test.write(&file, 0, b"x").unwrap();
        assert_eq!(test.late.volume.layer_mut().take_closed(), [], "{path} is open");
        test.late.volume.close(file);
        test.late.volume.layer_mut().take_closed()
    };
    assert_eq!(change(&mut test, "small"), [numbers[0]]);
    assert_eq!(change(&mut test, "large"), []);
    let made = test.open("d/new", OpenFlags::CREATE, READ_WRITE).unwrap();
    test.late.volume.close(made);
    assert_eq!(test.late.volume.layer_mut().take_closed(), []);
    let directory = test.open("d", OpenFlags::DIRECTORY, READ).unwrap();
    test.late.volume.close(directory);
    assert_eq!(test.late.volume.layer_mut().take_closed(), [numbers[2]]);
    // The small one is opened without the layer.
    let (file, queries, _) = test.ask(&[], |volume, root| volume.open_at(root, "small", FOLLOW, NONE, READ));
    assert_eq!(queries.len(), 1, "{queries:?}");
    test.late.volume.close(file.unwrap());
}
