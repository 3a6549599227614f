//! Filesystems that are mounted inside of others: names that the layer places where they have none.

use vfs_core::check::Trust;
use vfs_core::late::{Answers, ChangePolicy, Query};
use vfs_core::{DescriptorFlags, Error, FileKind, ImageLayer, Mount, OpenFlags, PlacedName, Rights, Woven};
use vfs_image::Image;
use vfs_plan::{generate, tree_lines};

use crate::app::{App, Plain, Runner, lower};
use crate::mounts::{ALL, MUTATE, RunOp};
use crate::support::{FOLLOW, Item, NO_FOLLOW, READ, image};
use crate::woven::{Test, Tree, node_at};

/// A tree with `outer`; in it `cache`, which hides a directory, and two below directories on the way, of which the
/// filesystem has `way` and not `new`.
fn nested(changes: ChangePolicy, follows: bool) -> Test {
    let image =
        image(&[("etc", Item::Directory), ("etc/config", Item::File(b"of the image")), ("outer", Item::Directory)]);
    let outer = image_of(&[
        ("cache", Item::Directory),
        ("cache/hidden", Item::File(b"hidden")),
        ("file", Item::File(b"of the outer")),
        ("over", Item::Link("way/point/file")),
        ("way", Item::Directory),
        ("way/beside", Item::File(b"beside")),
        ("way/up", Item::Link("../file")),
    ]);
    let inner =
        image_of(&[("dir", Item::Directory), ("file", Item::File(b"of the inner")), ("up", Item::Link("../file"))]);
    let paths = ["outer", "outer/cache", "outer/way/point", "outer/new/deep/point"];
    let worlds = [outer, inner, inner, inner];
    let mounts: Vec<_> =
        paths.into_iter().zip(worlds).map(|(path, world)| (path, Some(world), changes, follows)).collect();
    let mut tree = Tree::new(image.leak(), &mounts);
    let root = Runner::run(&mut tree, &[], |volume| volume.open_root(Rights::default())).unwrap();
    Test { tree, root }
}

fn image_of(items: &[(&str, Item<'_>)]) -> &'static [u8] {
    image(items).leak()
}

#[test]
fn what_is_mounted_inside_of_another_mount_is_reached_and_left_again() {
    for (changes, follows) in ALL {
        let mut test = nested(changes, follows);
        for path in [
            "outer/cache/file",
            "outer/way/point/file",
            "outer/new/deep/point/file",
            "outer/over",
            "outer/way/../new/./deep/../deep/point/dir/../file",
            "outer/new/deep/point/../../../cache/file",
        ] {
            assert_eq!(test.text(path).as_deref(), Ok("of the inner"), "{path}");
        }
        for path in ["outer/cache/../file", "outer/cache/up", "outer/way/up", "outer/new/deep/../../file"] {
            assert_eq!(test.text(path).as_deref(), Ok("of the outer"), "{path}");
        }
        assert_eq!(test.text("outer/way/beside").as_deref(), Ok("beside"));
        assert_eq!(test.text("outer/way/point/../../../etc/config").as_deref(), Ok("of the image"));
        for path in ["outer/cache/hidden", "outer/new/file", "outer/way/point/up", "outer/new/deep/point/up"] {
            assert_eq!(test.stat(path).map(|stat| stat.kind), Err(Error::NoEntry), "{path}");
        }
        let point = test.directory("outer/way/point");
        let above = test.run(|volume, _| volume.stat_at(&point, "..", FOLLOW));
        assert_eq!(above.map(|stat| stat.kind), Err(Error::NotPermitted));
        for (path, around) in
            [("outer/way/point", "outer/way"), ("outer/cache", "outer"), ("outer/new/deep", "outer/new")]
        {
            let directory = test.directory(path);
            let above = test.run(|volume, _| volume.parent_hash(&directory)).unwrap();
            let around = test.run(|volume, root| volume.metadata_hash_at(root, around, FOLLOW)).unwrap();
            assert_eq!(above, around, "{path}");
        }
        assert!(test.tree.effects().is_empty());
    }
}

#[test]
fn placed_names_are_listed_once_and_hide_those_that_are_the_same() {
    for (changes, follows) in ALL {
        let mut test = nested(changes, follows);
        for (path, names) in [
            ("outer", &["cache", "file", "new", "over", "way"][..]),
            ("outer/cache", &["dir", "file", "up"]),
            ("outer/way", &["beside", "point", "up"]),
            ("outer/new", &["deep"]),
            ("outer/new/deep", &["point"]),
        ] {
            assert_eq!(test.names(path), names, "{path}");
            assert_eq!(test.stat(path).map(|stat| stat.kind), Ok(FileKind::Directory), "{path}");
            // By cursors, each from where the one before was; a point has the number of what is mounted there.
            let directory = test.directory(path);
            let (mut cursor, mut seen) = (0, Vec::new());
            while let Some((next, hash, name)) = test
                .run(|volume, _| {
                    let entry = volume.entry_after(&directory, cursor, &mut 0)?;
                    Ok(entry.map(|entry| (entry.cursor, entry.hash, String::from_utf8(entry.name.to_vec()).unwrap())))
                })
                .unwrap()
            {
                cursor = next;
                if name == "cache" || name == "point" {
                    let path = format!("{path}/{name}");
                    let known = test.run(|volume, at| volume.metadata_hash_at(at, &path, NO_FOLLOW));
                    assert_eq!(known, Ok(hash), "{path}");
                }
                seen.push(name);
            }
            seen.sort();
            assert_eq!(seen, names, "{path}");
        }
    }
}

#[test]
fn a_directory_without_placed_names_is_asked_what_it_was_asked() {
    let mut test = nested(ChangePolicy::Through, true);
    let queries = |test: &mut Test| std::mem::take(&mut test.tree.hosts[0].queries);
    test.stat("outer/file").unwrap();
    let names = |queries: &[Query]| -> Vec<String> {
        let name = |query: &Query| match query {
            Query::Lookup { name, .. } => Some(String::from_utf8(name.clone()).unwrap()),
            _ => None,
        };
        queries.iter().filter_map(name).collect()
    };
    assert_eq!(names(&queries(&mut test)), ["file"]);
    // A placed name is found without a question.
    test.stat("outer/way/point/file").unwrap();
    assert_eq!(names(&queries(&mut test)), [""; 0]);
    test.stat("outer/way/beside").unwrap();
    assert_eq!(names(&queries(&mut test)), ["beside"]);
}

#[test]
fn a_point_is_busy_and_a_directory_on_the_way_is_not_removed() {
    for (changes, follows) in ALL {
        let mut test = nested(changes, follows);
        for path in ["outer/cache", "outer/way/point", "outer/new/deep/point/"] {
            assert_eq!(test.remove_dir(path), Err(Error::Busy), "{path}");
            assert_eq!(test.rename(path, "outer/moved"), Err(Error::Busy), "{path}");
            assert_eq!(test.unlink(path), Err(Error::IsDirectory), "{path}");
            assert_eq!(test.create_dir(path), Err(Error::Exist), "{path}");
        }
        for path in ["outer/way", "outer/new", "outer/new/deep"] {
            // What the filesystem does not have, it is not asked to change.
            let (not_empty, is_directory) = match (changes, path) {
                (ChangePolicy::Refused, _) => (Error::ReadOnly, Error::ReadOnly),
                (ChangePolicy::Through, "outer/new/deep") => (Error::ReadOnly, Error::ReadOnly),
                _ => (Error::NotEmpty, Error::IsDirectory),
            };
            assert_eq!(test.remove_dir(path), Err(not_empty), "{path}");
            assert_eq!(test.unlink(path), Err(Error::IsDirectory), "{path}");
            assert_eq!(test.create_dir(path), Err(Error::Exist), "{path}");
            assert_eq!(test.rename("outer/file", path), Err(is_directory), "{path}");
            assert_eq!(test.open(path, OpenFlags::CREATE, READ).map(drop), Err(Error::IsDirectory), "{path}");
        }
        assert_eq!(
            test.rename("outer/way", "outer/new"),
            Err(match changes {
                ChangePolicy::Refused => Error::ReadOnly,
                ChangePolicy::Through => Error::Busy,
                _ => Error::NotEmpty,
            })
        );
        assert_eq!(test.rename("outer/cache/file", "outer/way/file"), Err(Error::CrossDevice));
        assert_eq!(test.rename("outer/file", "outer/new/deep/point/x"), Err(Error::CrossDevice));
        assert_eq!(test.link("outer/way/beside", "outer/way/point/x"), Err(Error::CrossDevice));
        assert_eq!(test.link("outer/way/point/file", "outer/cache/x"), Err(Error::CrossDevice));
        assert!(test.tree.effects().is_empty());
    }
}

/// Where the tree has the changes, a directory on the way moves with what is below; else the filesystem would move it
/// and know nothing of that.
#[test]
fn a_directory_on_the_way_moves_where_changes_are_kept_above() {
    for (changes, follows) in ALL {
        let mut test = nested(changes, follows);
        let point = test.directory("outer/way/point");
        let moved = test.rename("outer/way", "outer/moved");
        match changes {
            ChangePolicy::Through => assert_eq!(moved, Err(Error::Busy)),
            ChangePolicy::Refused => assert_eq!(moved, Err(Error::ReadOnly)),
            ChangePolicy::Above | ChangePolicy::AboveLive => {
                assert_eq!(moved, Ok(()));
                assert_eq!(test.names("outer"), ["cache", "file", "moved", "new", "over"]);
                assert_eq!(test.text("outer/moved/point/file").as_deref(), Ok("of the inner"));
                assert_eq!(test.text("outer/moved/point/../beside").as_deref(), Ok("beside"));
                assert_eq!(test.text("outer/moved/up").as_deref(), Ok("of the outer"));
                assert_eq!(test.stat("outer/way").map(|stat| stat.kind), Err(Error::NoEntry));
                let above = test.run(|volume, _| volume.parent_hash(&point)).unwrap();
                assert_eq!(
                    above,
                    test.run(|volume, root| volume.metadata_hash_at(root, "outer/moved", FOLLOW)).unwrap()
                );
                // And further, into another directory on the way; not into itself.
                assert_eq!(test.rename("outer/moved", "outer/new/deep/moved"), Ok(()));
                assert_eq!(test.text("outer/new/deep/moved/point/../../../../file").as_deref(), Ok("of the outer"));
                assert_eq!(test.rename("outer/new", "outer/new/deep/x"), Err(Error::Invalid));
                assert_eq!(test.rename("outer/new", "outer/new/deep/point/x"), Err(Error::CrossDevice));
                // Its name is free again, for anything.
                assert_eq!(test.write("outer/way"), Ok(()));
                assert_eq!(test.names("outer"), ["cache", "file", "new", "over", "way"]);
                assert_eq!(test.remove_dir("outer/new/deep/moved"), Err(Error::NotEmpty));
            }
        }
        assert!(test.tree.effects().is_empty());
        test.tree.volume.check(Trust::Untrusted).unwrap();
    }
}

#[test]
fn names_beside_a_placed_one_change_as_everywhere() {
    for (changes, follows) in ALL {
        let mut test = nested(changes, follows);
        let there = if changes == ChangePolicy::Refused { Err(Error::ReadOnly) } else { Ok(()) };
        assert_eq!(test.write("outer/way/made"), there);
        assert_eq!(test.unlink("outer/way/beside"), there);
        assert_eq!(test.rename("outer/file", "outer/way/moved"), there);
        if there.is_ok() {
            assert_eq!(test.names("outer/way"), ["made", "moved", "point", "up"]);
            assert_eq!(test.names("outer"), ["cache", "new", "over", "way"]);
        }
        // In a directory that the filesystem does not have, only what is kept above can be made.
        let missing = match changes {
            ChangePolicy::Above | ChangePolicy::AboveLive => Ok(()),
            ChangePolicy::Through | ChangePolicy::Refused => Err(Error::ReadOnly),
        };
        let before = test.tree.effects().len();
        assert_eq!(test.write("outer/new/made"), missing);
        assert_eq!(test.create_dir("outer/new/deep/made"), missing);
        assert_eq!(test.rename("outer/way/up", "outer/new/up"), missing);
        assert_eq!(test.run(|volume, root| volume.symlink_at("to", root, "outer/new/deep/link")), missing);
        assert_eq!(test.tree.effects().len(), 0, "after {before}");
        let made: &[&str] = if missing.is_ok() { &["deep", "made", "up"] } else { &["deep"] };
        assert_eq!(test.names("outer/new"), made);
        assert_eq!(test.text("outer/new/deep/point/file").as_deref(), Ok("of the inner"));
        let flags = test.run(|volume, root| {
            let mutate = READ | DescriptorFlags::MUTATE_DIRECTORY;
            volume.open_at(root, "outer/new", FOLLOW, OpenFlags::DIRECTORY, mutate).map(drop)
        });
        assert_eq!(flags, missing);
    }
}

#[test]
fn a_mount_at_the_root_has_others_inside() {
    for (changes, follows) in ALL {
        let outer = image_of(&[("a", Item::File(b"a file")), ("b", Item::File(b"of the outer"))]);
        let inner = image_of(&[("file", Item::File(b"of the inner"))]);
        let image = image_of(&[("a", Item::Directory), ("hidden", Item::File(b"hidden"))]);
        let mut tree = Tree::new(image, &[("", Some(outer), changes, follows), ("a/b", Some(inner), changes, follows)]);
        let root = Runner::run(&mut tree, &[], |volume| volume.open_root(Rights::default())).unwrap();
        let mut test = Test { tree, root };
        assert_eq!(test.names("."), ["a", "b"]);
        assert_eq!(test.names("a"), ["b"]);
        assert_eq!(test.text("a/b/file").as_deref(), Ok("of the inner"));
        assert_eq!(test.text("a/b/../../b").as_deref(), Ok("of the outer"));
        assert_eq!(test.remove_dir("a/b"), Err(Error::Busy));
        assert!(test.tree.effects().is_empty());
    }
}

/// A name that is placed in a directory of the image: of what only the start knows.
#[test]
fn names_are_placed_in_the_image_too() {
    let image =
        image_of(&[("etc", Item::Directory), ("etc/config", Item::File(b"of the image")), ("x", Item::File(b"x"))]);
    let view = Image::new(image).unwrap();
    let root = view.root().0;
    let etc = node_at(&view, "etc");
    let placed = |directory, name: &str, node| PlacedName { directory, name: name.into(), node, is_read_only: false };
    // /data, /etc/config/deep and /new/way/data
    let names = [
        placed(root, "data", Woven::made(0)),
        placed(etc, "config", Woven::made(1)),
        placed(Woven::made(1), "deep", Woven::made(2)),
        placed(root, "new", Woven::made(3)),
        placed(Woven::made(3), "way", Woven::made(4)),
        placed(Woven::made(4), "data", Woven::made(5)),
    ];
    let world = image_of(&[("file", Item::File(b"of the host"))]);
    let mut tree = Tree::placed(image, &[0, 2, 5].map(|made| (Woven::made(made), world)), &names);
    let root = Runner::run(&mut tree, &[], |volume| volume.open_root(Rights::default())).unwrap();
    let mut test = Test { tree, root };
    assert_eq!(test.names("."), ["data", "etc", "new", "x"]);
    assert_eq!(test.names("etc"), ["config"]);
    assert_eq!(test.names("new/way"), ["data"]);
    for path in ["data/file", "etc/config/deep/file", "new/way/data/../../way/data/file"] {
        assert_eq!(test.text(path).as_deref(), Ok("of the host"), "{path}");
    }
    assert_eq!(test.stat("new/way").map(|stat| stat.links), Ok(3));
    for path in ["data", "etc/config/deep", "new/way/data"] {
        assert_eq!(test.remove_dir(path), Err(Error::Busy), "{path}");
    }
    assert_eq!(test.remove_dir("new/way"), Err(Error::NotEmpty));
    // They are directories as those of the image: what is in them can change, and they move.
    assert_eq!(test.write("new/way/file"), Ok(()));
    assert_eq!(test.rename("x", "new/x"), Ok(()));
    assert_eq!(test.rename("new/way", "etc/moved"), Ok(()));
    assert_eq!(test.names("etc/moved"), ["data", "file"]);
    assert_eq!(test.names("new"), ["x"]);
    assert_eq!(test.text("etc/moved/data/file").as_deref(), Ok("of the host"));
    assert_eq!(test.names("."), ["data", "etc", "new"]);
    assert_eq!(test.unlink("new/x"), Ok(()));
    assert_eq!(test.remove_dir("new"), Ok(()));
    assert_eq!(test.names("."), ["data", "etc"]);
    test.tree.volume.check(Trust::Untrusted).unwrap();
}

#[test]
fn names_that_cannot_be_placed_are_refused() {
    let root = Woven::number(1, 0);
    let mount = |covered| Mount { covered, root, changes: ChangePolicy::Above, follows_paths: false };
    let placed = |directory, name: &str, node| PlacedName { directory, name: name.into(), node, is_read_only: false };
    let made = Woven::made;
    let new = |names: &[PlacedName]| {
        let image = ImageLayer::new(Some(Image::new(lower()).unwrap()));
        Woven::new(image, vec![mount(made(0))], names.to_vec()).map(drop)
    };
    assert_eq!(new(&[placed(36, "a", made(0)), placed(36, "b", made(1))]), Ok(()));
    for wrong in [
        vec![placed(36, "", made(0))],
        vec![placed(36, "..", made(0))],
        vec![placed(36, "a/b", made(0))],
        vec![placed(36, "a\0", made(0))],
        vec![placed(36, &"n".repeat(256), made(0))],
        vec![placed(36, "a", made(0)), placed(36, "a", made(1))],
        vec![placed(36, "a", made(0)), placed(36, "b", made(0))],
        vec![placed(36, "a", root)],
        vec![placed(root, "a", 36)],
    ] {
        assert_eq!(new(&wrong), Err(Error::Invalid), "{wrong:?}");
    }
}

/// An image may say any number of a node, also one of a directory that is made.
#[test]
fn an_image_cannot_lead_to_a_placed_directory() {
    let mut bytes = image(&[("etc", Item::Directory), ("etc/secret", Item::Directory)]);
    let etc = node_at(&Image::new(&bytes).unwrap(), "etc");
    let entry = |bytes: &[u8], place: usize| bytes[place..][..8] == etc.to_le_bytes() && bytes[place + 10] == 2;
    let places: Vec<_> = (0..bytes.len() - 12).filter(|place| entry(&bytes, *place)).collect();
    let root = Image::new(&bytes).unwrap().root().0;
    for place in &places {
        bytes[*place..][..8].copy_from_slice(&Woven::made(1).to_le_bytes());
    }
    assert!(!places.is_empty());
    let placed = |directory, name: &str, node| PlacedName { directory, name: name.into(), node, is_read_only: false };
    let names = [placed(root, "way", Woven::made(1)), placed(Woven::made(1), "point", Woven::made(0))];
    let world = image_of(&[("file", Item::File(b"of the host"))]);
    let mut tree = Tree::placed(bytes.leak(), &[(Woven::made(0), world)], &names);
    let root = Runner::run(&mut tree, &[], |volume| volume.open_root(Rights::default())).unwrap();
    let mut test = Test { tree, root };
    assert_eq!(test.text("way/point/file").as_deref(), Ok("of the host"));
    assert_eq!(test.stat("etc").map(|stat| stat.kind), Err(Error::Io));
    assert_eq!(test.create_dir("new"), Err(Error::Io));
}

/// Plans beside a mount: as on a plain filesystem with a directory of that name.
#[test]
fn plans_around_a_point() {
    for changes in [ChangePolicy::AboveLive, ChangePolicy::Through] {
        for seed in 0..40 {
            let outside = image_of(&[("outer", Item::Directory)]);
            let empty = image_of(&[]);
            let tree = Tree::new(
                outside,
                &[("outer", Some(lower()), changes, true), ("outer/!point", Some(empty), changes, true)],
            );
            let mut woven = App::new(tree, Rights::default());
            let App { runner, root, .. } = &mut woven;
            let outer =
                Runner::run(runner, &[], |volume| volume.open_at(root, "outer", FOLLOW, OpenFlags::DIRECTORY, MUTATE));
            let root = std::mem::replace(&mut woven.root, outer.unwrap());
            woven.runner.volume().close(root);
            let mut plain = App::new(Plain::new(Some(lower())), Rights::default());
            plain.watches = false;
            for op in &generate(seed) {
                let (answer, wanted) = (woven.run_op(op), plain.run_op(op));
                let is_told = !matches!(op, vfs_plan::Op::ReadDir { .. } | vfs_plan::Op::Next { .. });
                assert!(!is_told || answer == wanted, "{seed}, {op}\n  woven: {answer:?}\n  plain: {wanted:?}");
            }
            let mut lines = tree_lines(&mut woven);
            let place = lines.iter().position(|line| line.contains("!point")).expect("the point is listed");
            lines.remove(place);
            assert_eq!(lines, tree_lines(&mut plain), "{seed}");
            woven.end().volume.check(Trust::Untrusted).unwrap();
            plain.end();
        }
    }
}

/// A pass that has begun tells each name once, whatever others do meanwhile.
#[test]
fn a_pass_goes_on_behind_the_placed_names() {
    let mut test = nested(ChangePolicy::AboveLive, true);
    let outer = test.directory("outer");
    let mut stream = test.run(|volume, _| volume.read_dir(&outer)).unwrap();
    let mut answers = Answers::new();
    let mut seen: Vec<_> = (0..4).filter_map(|_| test.tree.next(&mut stream, &mut answers).unwrap()).collect();
    test.write("outer/made").unwrap();
    test.unlink("outer/over").unwrap();
    while let Some(name) = test.tree.next(&mut stream, &mut answers).unwrap() {
        seen.push(name);
    }
    seen.retain(|name| name != "over");
    seen.sort();
    assert_eq!(seen, ["cache", "file", "made", "new", "way"]);
    test.tree.volume.close_dir(stream);
}

#[test]
fn streams_are_the_layers_where_nothing_is_above_or_placed() {
    for (changes, follows) in ALL {
        let mut test = nested(changes, follows);
        let passes = matches!(changes, ChangePolicy::Through | ChangePolicy::Refused);
        let file = test.open("outer/file", OpenFlags::NONE, READ).unwrap();
        assert_eq!(test.tree.volume.forward_stream(&file).map(|node| node.is_some()), Ok(passes), "{changes:?}");
        let in_image = test.open("etc/config", OpenFlags::NONE, READ).unwrap();
        assert_eq!(test.tree.volume.forward_stream(&in_image), Ok(None));
        let (dir, root, image) = (test.directory("outer/cache/dir"), test.directory("outer"), test.directory("."));
        assert_eq!(test.tree.volume.forward_stream(&dir), Err(Error::IsDirectory));
        assert_eq!(test.tree.volume.forward_listing(&dir).is_some(), passes);
        // A mount is inside.
        assert_eq!(test.tree.volume.forward_listing(&root), None);
        assert_eq!(test.tree.volume.forward_listing(&image), None);
        assert_eq!(test.tree.volume.forward_listing(&file), None);
    }
}
