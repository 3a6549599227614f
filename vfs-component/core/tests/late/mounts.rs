//! Trees that are woven from an image and from other filesystems, which are mounted on directories of the image.

use vfs_core::check::Trust;
use vfs_core::late::{Answer, Answers, ChangePolicy, Request};
use vfs_core::settings::SettingsView;
use vfs_core::{
    DescriptorFlags, Error, FileKind, ImageLayer, Layer, LayerNode, Listed, Mount, OpenFlags, Rights, Session, Woven,
};
use vfs_image::Image;
use vfs_plan::{Op, generate, tree_lines};

use crate::app::{self, App, Plain, Runner, lower};
use crate::step;
use crate::support::{FOLLOW, Item, NO_FOLLOW, READ, READ_WRITE, image};
use crate::world::World;
use crate::woven::{Test, Tree, answer, node_at};

/// Where changes go, and whether the filesystem follows paths.
pub const ALL: [(ChangePolicy, bool); 7] = [
    (ChangePolicy::Above, false),
    (ChangePolicy::AboveLive, false),
    (ChangePolicy::AboveLive, true),
    (ChangePolicy::Through, false),
    (ChangePolicy::Through, true),
    (ChangePolicy::Refused, false),
    (ChangePolicy::Refused, true),
];

#[test]
fn a_walk_goes_into_a_mount_and_out_of_it() {
    for (changes, follows) in ALL {
        let mut test = Test::with(changes, follows);
        for path in [
            "project/dir/file",
            "over/data/dir/file",
            "link",
            "project/../project/dir/../dir/file",
            "project/dir/../../over/data/dir/file",
            "over/data/../../project/./dir/file",
        ] {
            assert_eq!(test.text(path).as_deref(), Ok("of the host"), "{path}");
        }
        // A link of the host is followed in the one tree, and goes up from where the mount is.
        for path in ["project/dir/out", "over/data/dir/far", "project/../etc/config", "over/data/../../etc/config"] {
            assert_eq!(test.text(path).as_deref(), Ok("of the image"), "{path}");
        }
        for (path, error) in [
            ("project/dir/far", Error::NotPermitted),
            ("project/../../etc", Error::NotPermitted),
            ("over/data/dir/out", Error::NoEntry),
            ("project/loop", Error::Loop),
            ("over/data/hidden", Error::NoEntry),
            ("project/dir/file/x", Error::NotDirectory),
        ] {
            assert_eq!(test.stat(path).map(|stat| stat.kind), Err(error), "{path}");
        }
        assert!(test.tree.effects().is_empty());
    }
}

#[test]
fn nothing_is_above_the_root_of_a_mount_for_whoever_has_only_that() {
    let mut test = Test::new(ChangePolicy::Through);
    let project = test.directory("project");
    for path in ["..", "../etc/config", "dir/../..", "dir/out"] {
        let found = test.run(|volume, _| volume.stat_at(&project, path, FOLLOW));
        assert_eq!(found.map(|stat| stat.kind), Err(Error::NotPermitted), "{path}");
    }
    assert!(test.run(|volume, _| volume.stat_at(&project, "dir/../dir/file", FOLLOW)).is_ok());
}

#[test]
fn a_mount_is_in_listings_and_its_metadata_is_that_of_its_root() {
    for (changes, follows) in ALL {
        let mut test = Test::with(changes, follows);
        assert_eq!(test.names("."), ["etc", "link", "over", "project"]);
        assert_eq!(test.names("over"), ["data"]);
        assert_eq!(test.names("project"), ["dir", "empty", "loop"]);
        assert_eq!(test.names("over/data"), ["dir", "empty", "loop"]);
        let root = test.directory(".");
        let (mut cursor, mut guess, mut entries) = (0, 0, Vec::new());
        while let Some((next, kind, hash, name)) = test
            .run(|volume, _| {
                let entry = volume.entry_after(&root, cursor, &mut guess)?;
                Ok(entry.map(|entry| (entry.cursor, entry.kind, entry.hash, entry.name.to_vec())))
            })
            .unwrap()
        {
            cursor = next;
            entries.push((String::from_utf8(name).unwrap(), kind, hash));
        }
        for (name, kind, hash) in entries {
            let known = test.run(|volume, root| volume.metadata_hash_at(root, &name, NO_FOLLOW)).unwrap();
            assert_eq!(known, hash, "{name}");
            assert_eq!(kind == FileKind::Directory, name != "link");
        }
        let project = test.directory("project");
        let opened = test.run(|volume, _| volume.metadata_hash(&project)).unwrap();
        let by_name = test.run(|volume, root| volume.metadata_hash_at(root, "project", FOLLOW)).unwrap();
        let other = test.run(|volume, root| volume.metadata_hash_at(root, "over/data", FOLLOW)).unwrap();
        assert!(opened == by_name && by_name != other);
        let above = test.run(|volume, _| volume.parent_hash(&project)).unwrap();
        assert_eq!(above, test.run(|volume, root| volume.metadata_hash(root)).unwrap());
    }
}

#[test]
fn a_mount_point_is_busy() {
    for (changes, follows) in ALL {
        let mut test = Test::with(changes, follows);
        for path in ["project", "project/", "over/data", "over/../project"] {
            assert_eq!(test.remove_dir(path), Err(Error::Busy), "{path}");
            assert_eq!(test.rename(path, "new"), Err(Error::Busy), "{path}");
            assert_eq!(test.rename("etc", path), Err(Error::Busy), "{path}");
            assert_eq!(test.unlink(path), Err(Error::IsDirectory), "{path}");
            assert_eq!(test.create_dir(path), Err(Error::Exist), "{path}");
        }
        assert_eq!(test.rename("project", "over/data"), Err(Error::Busy));
        // As on Linux: nothing is moved, or something else is wrong first.
        assert_eq!(test.rename("project", "project"), Ok(()));
        assert_eq!(test.rename("project", "etc/config"), Err(Error::NotDirectory));
        assert_eq!(test.rename("etc/config", "project"), Err(Error::IsDirectory));
        assert!(test.tree.effects().is_empty());
        assert_eq!(test.text("project/dir/file").as_deref(), Ok("of the host"));
    }
}

#[test]
fn a_directory_above_a_mount_can_be_moved_and_not_removed() {
    for (changes, follows) in ALL {
        let mut test = Test::with(changes, follows);
        let data = test.directory("over/data");
        assert_eq!(test.remove_dir("over"), Err(Error::NotEmpty));
        assert_eq!(test.rename("over", "etc/moved"), Ok(()));
        assert_eq!(test.text("etc/moved/data/dir/file").as_deref(), Ok("of the host"));
        assert_eq!(test.names("etc/moved"), ["data"]);
        assert_eq!(test.text("etc/moved/data/../../config").as_deref(), Ok("of the image"));
        assert_eq!(test.stat("over/data").map(|stat| stat.kind), Err(Error::NoEntry));
        let above = test.run(|volume, _| volume.parent_hash(&data)).unwrap();
        assert_eq!(above, test.run(|volume, root| volume.metadata_hash_at(root, "etc/moved", FOLLOW)).unwrap());
        // What is below the mount cannot have in it what the mount is in.
        assert_eq!(test.rename("etc", "etc/moved/data/dir/etc"), Err(Error::CrossDevice));
        assert_eq!(test.rename("etc", "etc/moved/etc"), Err(Error::Invalid));
    }
}

#[test]
fn nothing_goes_from_one_filesystem_to_another() {
    for (changes, follows) in ALL {
        let mut test = Test::with(changes, follows);
        test.create_dir("made").unwrap();
        test.create_dir("made/below").unwrap();
        test.write("made/file").unwrap();
        let mut inside = vec!["project/dir/file".to_owned(), "project/dir".into(), "project/loop".into()];
        if changes != ChangePolicy::Refused {
            test.create_dir("project/made").unwrap();
            test.create_dir("project/made/below").unwrap();
            test.write("project/made/below/file").unwrap();
            inside.extend(["project/made".into(), "project/made/below/file".into()]);
        }
        test.tree.effects();
        for path in &inside {
            for new in ["new", "made/new", "made/below/new", "etc/config", "over/data/new", "over/data/dir/file"] {
                assert_eq!(test.rename(path, new), Err(Error::CrossDevice), "{path} to {new}");
                assert!(test.rename(new.trim_end_matches("/new"), &format!("{path}x")).is_err());
            }
            for new in ["new", "made/below/new", "over/data/new"] {
                assert_eq!(test.link(path, new), Err(Error::CrossDevice), "{path} to {new}");
            }
        }
        // As on Linux, whatever is there.
        assert_eq!(test.rename("project/none", "new"), Err(Error::CrossDevice));
        assert_eq!(test.rename("made/.", "project/new"), Err(Error::CrossDevice));
        assert_eq!(test.link("project", "new"), Err(Error::CrossDevice));
        for path in ["etc/config", "made/file", "made/below", "link"] {
            for new in ["project/new", "project/dir/file", "over/data/dir/new"] {
                assert_eq!(test.rename(path, new), Err(Error::CrossDevice), "{path} to {new}");
            }
            assert_eq!(test.link(path, "project/new"), Err(Error::CrossDevice), "{path}");
        }
        assert!(test.tree.effects().is_empty());
        // Within one, all is as without mounts.
        assert_eq!(test.rename("made/file", "etc/file"), Ok(()));
        assert_eq!(test.link("etc/config", "made/below/config"), Ok(()));
        let within = if changes == ChangePolicy::Refused { Err(Error::ReadOnly) } else { Ok(()) };
        assert_eq!(test.rename("project/dir/file", "project/empty/file"), within);
        assert_eq!(test.link("project/dir/out", "project/empty/out"), within);
    }
}

#[test]
fn a_mount_that_refuses_changes_has_none() {
    let mut test = Test::new(ChangePolicy::Refused);
    let refused = Err(Error::ReadOnly);
    assert_eq!(test.write("project/dir/file"), refused);
    assert_eq!(test.write("project/new"), refused);
    assert_eq!(test.create_dir("over/data/new"), refused);
    assert_eq!(test.remove_dir("project/empty"), refused);
    assert_eq!(test.unlink("project/dir/file"), refused);
    assert_eq!(test.rename("project/dir", "project/new"), refused);
    assert_eq!(test.run(|volume, root| volume.symlink_at("to", root, "project/new")), refused);
    assert!(test.tree.effects().is_empty());
    // No directory in it says that it can be changed, and none is opened for that.
    let change = DescriptorFlags::MUTATE_DIRECTORY;
    for path in ["project", "over/data", "project/dir"] {
        assert_eq!(test.open(path, OpenFlags::DIRECTORY, READ | change).map(drop), Err(Error::ReadOnly), "{path}");
        let directory = test.open(path, OpenFlags::DIRECTORY, READ).unwrap();
        assert_eq!(test.tree.volume.flags(&directory), READ, "{path}");
        let session: Session<'_, ()> = Session::new(SettingsView::default());
        let preopen = test.run(|volume, _| session.open_directory(volume, path).map(drop));
        assert_eq!(preopen, Err(Error::ReadOnly), "{path}");
        let preopen = test.run(|volume, _| session.open_directory_to_read(volume, path)).unwrap();
        assert_eq!(test.tree.volume.flags(&preopen), READ, "{path}");
    }
    // The rest of the tree is as before.
    assert!(test.open("etc", OpenFlags::DIRECTORY, READ | change).is_ok());
    assert_eq!(test.write("etc/config"), Ok(()));
    assert_eq!(test.text("etc/config").as_deref(), Ok("bytese image"));
}

#[test]
fn what_passes_through_changes_the_filesystem_it_is_for() {
    let mut test = Test::new(ChangePolicy::Through);
    test.write("project/dir/file").unwrap();
    assert_eq!(test.tree.hosts[0].effects.len(), 1);
    assert!(test.tree.hosts[1].effects.is_empty());
    assert_eq!(test.text("project/dir/file").as_deref(), Ok("bytese host"));
    assert_eq!(test.text("over/data/dir/file").as_deref(), Ok("of the host"));
    test.create_dir("over/data/new").unwrap();
    test.rename("over/data/empty", "over/data/new/empty").unwrap();
    test.unlink("over/data/dir/file").unwrap();
    assert_eq!(test.tree.hosts[1].effects.len(), 3);
    assert_eq!(test.names("over/data"), ["dir", "loop", "new"]);
    assert_eq!(test.names("project"), ["dir", "empty", "loop"]);
    let usage = test.tree.volume.usage();
    assert_eq!((usage.bytes, usage.nodes), (0, 0), "nothing is the volume's own");
}

#[test]
fn what_is_kept_above_leaves_the_filesystem_as_it_is() {
    let mut test = Test::new(ChangePolicy::Above);
    let before = test.open("project/dir/file", OpenFlags::NONE, READ).unwrap();
    test.write("project/dir/file").unwrap();
    test.rename("project/dir", "project/moved").unwrap();
    test.remove_dir("project/empty").unwrap();
    test.write("project/new").unwrap();
    assert_eq!(test.names("project"), ["loop", "moved", "new"]);
    assert_eq!(test.text("project/moved/file").as_deref(), Ok("bytese host"));
    assert_eq!(test.text("over/data/dir/file").as_deref(), Ok("of the host"));
    // Whoever had it open sees what was written.
    let seen = test.run(|volume, _| step::read(volume, &before, 0, 100)).unwrap();
    assert_eq!(seen, b"bytese host");
    assert!(test.tree.effects().is_empty());
}

#[test]
fn only_what_is_in_a_mount_is_read_from_it() {
    for (changes, follows) in ALL {
        let mut test = Test::with(changes, follows);
        let forward = |test: &mut Test, path: &str| {
            let file = test.open(path, OpenFlags::NONE, READ).unwrap();
            test.tree.volume.forward(&file, 0, 100).unwrap().map(|forward| forward.node)
        };
        assert!(forward(&mut test, "project/dir/file").is_some());
        assert!(forward(&mut test, "over/data/dir/file").is_some());
        assert_eq!(forward(&mut test, "etc/config"), None);
        assert_eq!(forward(&mut test, "project/dir/out"), None);
    }
}

/// Paths go to a filesystem that follows them, as long as nothing in it is the tree's.
#[test]
fn a_path_in_a_mount_is_sent_on() {
    for changes in [ChangePolicy::AboveLive, ChangePolicy::Through, ChangePolicy::Refused] {
        let mut test = Test::with(changes, true);
        let first = test.tree.hosts[0].world.first;
        let forward = |test: &mut Test, path: &'static str| {
            let Test { tree, root } = test;
            tree.volume.forward_path(root, path).map(|forward| (forward.node, forward.path))
        };
        for (path, rest) in
            [("project/dir/file", "dir/file"), ("project//dir/../no/./x", "dir/../no/./x"), ("project/..", "..")]
        {
            assert_eq!(forward(&mut test, path), Some((first, rest)));
        }
        for path in [
            "project",
            "project/",
            "project/dir/file/",
            "project/dir/file/.",
            "./project/dir",
            "etc/../project/dir",
            "link",
            "no/dir",
            "",
            "/project/dir",
        ] {
            assert_eq!(forward(&mut test, path), None, "{path}");
        }
        let Test { tree, root } = &mut test;
        assert!(tree.volume.forward_open(root, "project/dir/file", READ).is_some(), "{changes:?}");
        assert!(tree.volume.finish_forwarded(root, None, READ).unwrap().is_none());
        // What the tree may change needs its name.
        let opens = tree.volume.forward_open(root, "project/dir/file", READ_WRITE);
        assert_eq!(opens.is_some(), changes == ChangePolicy::Through, "{changes:?}");
        assert!(tree.volume.finish_forwarded(root, None, READ_WRITE).unwrap().is_none());
        if changes == ChangePolicy::Refused {
            continue;
        }
        test.create_dir("project/empty/new").unwrap();
        assert_eq!(forward(&mut test, "project/dir/file").is_some(), changes == ChangePolicy::Through, "{changes:?}");
        assert!(forward(&mut test, "over/data/dir/file").is_some());
    }
}

/// A name goes to a filesystem if the tree has nothing to say of it.
#[test]
fn a_name_in_a_mount_is_sent_on() {
    for (changes, follows) in ALL.into_iter().filter(|(changes, _)| *changes != ChangePolicy::Above) {
        let mut test = Test::with(changes, follows);
        let (dir, outside) = (test.directory("project/dir"), test.directory("etc"));
        let sent =
            |test: &mut Test, name: &'static str| test.tree.volume.forward_name(&dir, name).map(|forward| forward.path);
        for name in ["file", "out", "no"] {
            assert_eq!(sent(&mut test, name), Some(name));
        }
        for name in ["", ".", "..", "/file", "file/", "a/b", "a\0b"] {
            assert_eq!(sent(&mut test, name), None, "{name:?}");
        }
        assert_eq!(test.tree.volume.forward_name(&outside, "config"), None);
        if changes == ChangePolicy::Refused {
            continue;
        }
        test.write("project/dir/new").unwrap();
        test.unlink("project/dir/out").unwrap();
        let is_sent = changes == ChangePolicy::Through;
        assert_eq!((sent(&mut test, "new").is_some(), sent(&mut test, "out").is_some()), (is_sent, is_sent));
        assert_eq!(sent(&mut test, "file"), Some("file"));
    }
}

/// What others do in a filesystem is seen by those who have a file open, whether or not the app may change it.
#[test]
fn what_others_write_is_seen() {
    for changes in [ChangePolicy::Through, ChangePolicy::Refused] {
        let mut test = Test::new(changes);
        let file = test.open("project/dir/file", OpenFlags::NONE, READ).unwrap();
        let World { fs, root, .. } = &mut test.tree.hosts[0].world;
        let theirs = fs.open_at(root, "dir/file", NO_FOLLOW, OpenFlags::NONE, READ_WRITE).unwrap();
        fs.append(&theirs, b", and more").unwrap();
        fs.close(theirs);
        let seen = test.run(|volume, _| step::read(volume, &file, 0, 100)).unwrap();
        assert_eq!(seen, b"of the host, and more", "{changes:?}");
        assert_eq!(test.run(|volume, _| volume.stat(&file)).unwrap().size, 21, "{changes:?}");
    }
}

#[test]
fn an_answer_cannot_lead_out_of_its_filesystem() {
    let foreign = [36, Woven::number(2, 1000), Woven::number(9, 0)];
    for number in foreign {
        let mut test = Test::new(ChangePolicy::Above);
        let Test { tree: Tree { volume, hosts }, root } = &mut test;
        let lie = |node: LayerNode| LayerNode { number, ..node };
        let mut lying = |request: &Request| {
            let answer = answer(hosts, request, &[])?;
            Ok(match answer {
                Answer::Found(Some(inode)) => Answer::Found(Some(vfs_core::late::LateInode { number, ..inode })),
                Answer::Entries { entries, is_end } => {
                    let entries = entries.into_iter().map(|entry| Listed { node: lie(entry.node), ..entry });
                    Answer::Entries { entries: entries.collect(), is_end }
                }
                other => other,
            })
        };
        let found = app::run(volume, &mut lying, |volume| volume.stat_at(root, "project/dir", FOLLOW));
        assert_eq!(found.map(|stat| stat.kind), Err(Error::Io), "{number:x}");
        let removed = app::run(volume, &mut lying, |volume| volume.rename_at(root, "project/dir", root, "project/x"));
        assert_eq!(removed, Err(Error::Io), "{number:x}");
        volume.check(Trust::Untrusted).unwrap();
    }
}

/// An image may say any number of a node, also that of a mount.
#[test]
fn an_image_cannot_lead_into_a_mount() {
    let items = [("etc", Item::Directory), ("project", Item::Directory)];
    let mut bytes = image(&items);
    let etc = node_at(&Image::new(&bytes).unwrap(), "etc");
    // An entry of a directory: the number, where its name is, and that it is a directory.
    let entry = |bytes: &[u8], place: usize| bytes[place..][..8] == etc.to_le_bytes() && bytes[place + 10] == 2;
    let places: Vec<_> = (0..bytes.len() - 12).filter(|place| entry(&bytes, *place)).collect();
    for place in &places {
        bytes[*place..][..8].copy_from_slice(&Woven::number(1, 1000).to_le_bytes());
    }
    assert!(!places.is_empty());
    let world: &'static [u8] = image(&[("secret", Item::File(b"secret"))]).leak();
    let mut tree = Tree::new(bytes.leak(), &[("project", Some(world), ChangePolicy::Through, true)]);
    let root = tree.run(&[], |volume| volume.open_root(Rights::default())).unwrap();
    let mut test = Test { tree, root };
    assert_eq!(test.stat("etc").map(|stat| stat.kind), Err(Error::Io));
    assert_eq!(test.text("etc/secret"), Err(Error::Io));
    assert_eq!(test.create_dir("new"), Err(Error::Io));
    assert_eq!(test.text("project/secret").as_deref(), Ok("secret"));
    let root = test.directory(".");
    let mut stream = test.run(|volume, _| volume.read_dir(&root)).unwrap();
    assert_eq!(test.tree.next(&mut stream, &mut Answers::new()), Err(Error::Io));
}

#[test]
fn mounts_that_cannot_be_are_refused() {
    let layer = || ImageLayer::new(Some(Image::new(lower()).unwrap()));
    let mount = |covered, root| Mount { covered, root, changes: ChangePolicy::Above, follows_paths: false };
    let first = Woven::number(1, 0);
    assert!(Woven::new(layer(), vec![mount(50, first), mount(60, Woven::number(2, 7))], Vec::new()).is_ok());
    for wrong in [
        vec![mount(50, 7)],
        vec![mount(50, Woven::number(2, 0))],
        vec![mount(first, first)],
        vec![mount(50, first), mount(50, Woven::number(2, 0))],
    ] {
        assert_eq!(Woven::new(layer(), wrong, Vec::new()).err(), Some(Error::Invalid));
    }
    let many = (1..=256_u64).map(|place| mount(1000 + place, place << 55));
    assert_eq!(Woven::new(layer(), many.clone().collect(), Vec::new()).err(), Some(Error::Invalid));
    assert!(Woven::new(layer(), many.take(255).collect(), Vec::new()).is_ok());
}

/// What is mounted on the root is the whole tree.
#[test]
fn a_mount_at_the_root() {
    for (changes, follows) in ALL {
        let world = [("dir", Item::Directory), ("dir/file", Item::File(b"of the host")), ("up", Item::Link("../dir"))];
        let (outside, world): (&'static [u8], &'static [u8]) =
            (image(&[("hidden", Item::File(b"x"))]).leak(), image(&world).leak());
        let mut tree = Tree::new(outside, &[("", Some(world), changes, follows)]);
        let root = tree.run(&[], |volume| volume.open_root(Rights::default())).unwrap();
        let mut test = Test { tree, root };
        assert_eq!(test.names("."), ["dir", "up"]);
        assert_eq!(test.text("dir/../dir/file").as_deref(), Ok("of the host"));
        for (path, error) in [("hidden", Error::NoEntry), ("..", Error::NotPermitted), ("up/file", Error::NotPermitted)]
        {
            assert_eq!(test.stat(path).map(|stat| stat.kind), Err(error), "{path}");
        }
        let above = test.run(|volume, root| volume.parent_hash(root)).unwrap();
        assert_eq!(above, test.run(|volume, root| volume.metadata_hash(root)).unwrap());
        let written = test.write("new");
        let refused = changes == ChangePolicy::Refused;
        assert_eq!(test.tree.volume.flags(&test.root).contains(DescriptorFlags::MUTATE_DIRECTORY), !refused);
        assert_eq!(written, if refused { Err(Error::ReadOnly) } else { Ok(()) });
        assert_eq!(test.stat("new").is_ok(), !refused);
    }
}

/// Plans in a mounted directory: as on a plain filesystem.
#[test]
fn plans_in_a_mount() {
    for (changes, over_image) in
        [(ChangePolicy::AboveLive, true), (ChangePolicy::AboveLive, false), (ChangePolicy::Through, true)]
    {
        for seed in 0..40 {
            let follows = seed % 2 == 0;
            let outside = image(&[("at", Item::Directory), ("at/project", Item::Directory)]).leak();
            let world = over_image.then(lower);
            let tree = Tree::new(outside, &[("at/project", world, changes, follows)]);
            let mut woven = App::new(tree, Rights::default());
            let App { runner, root, .. } = &mut woven;
            let project =
                runner.run(&[], |volume| volume.open_at(root, "at/project", FOLLOW, OpenFlags::DIRECTORY, MUTATE));
            let outer = std::mem::replace(&mut woven.root, project.unwrap());
            woven.runner.volume().close(outer);
            let mut plain = App::new(Plain::new(world), Rights::default());
            plain.watches = false;
            for (place, op) in generate(seed).iter().enumerate() {
                let (answer, wanted) = (woven.run_op(op), plain.run_op(op));
                let is_told = !matches!(op, Op::ReadDir { .. } | Op::Next { .. });
                assert!(!is_told || answer == wanted, "{seed}, {op}\n  woven: {answer:?}\n  plain: {wanted:?}");
                if place % 7 == 0 {
                    assert_eq!(tree_lines(&mut woven), tree_lines(&mut plain), "{seed}, {op}");
                }
            }
            assert_eq!(tree_lines(&mut woven), tree_lines(&mut plain), "{seed}");
            woven.end().volume.check(Trust::Untrusted).unwrap();
            plain.end();
        }
    }
}

/// A directory that is open for everything.
pub const MUTATE: DescriptorFlags = DescriptorFlags::from_bits(1 | 32);

pub trait RunOp {
    fn run_op(&mut self, op: &Op) -> Result<String, String>;
}

impl<R: Runner> RunOp for App<R>
where
    R::Layer: Layer,
{
    fn run_op(&mut self, op: &Op) -> Result<String, String> {
        vfs_plan::Side::run(self, op)
    }
}
