//! Absolute targets of links, followed from the root of a woven tree.

use vfs_core::late::ChangePolicy;
use vfs_core::{Error, FileKind, OpenFlags, Rights};

use crate::app::Runner as _;
use crate::mounts::ALL;
use crate::support::{FOLLOW, Item, NO_FOLLOW, READ, image};
use crate::woven::{Test, Tree};

/// A tree with `project` and `over/data`, and `tells`: whether their filesystems tell absolute targets.
fn test(changes: ChangePolicy, follows: bool, tells: bool) -> Test {
    let items = [
        ("etc", Item::Directory),
        ("etc/config", Item::File(b"of the image")),
        ("etc/in", Item::Link("/project/dir/file")),
        ("etc/in-and-out", Item::Link("/project/to-image")),
        ("over", Item::Directory),
        ("over/data", Item::Directory),
        ("project", Item::Directory),
    ];
    let world = [
        ("dir", Item::Directory),
        ("dir/file", Item::File(b"of the host")),
        ("dir/to-image", Item::Link("/etc/config")),
        ("dir/to-other", Item::Link("/over/data/dir/file")),
        ("dir/to-own", Item::Link("/project/dir/file")),
        ("dir/to-root", Item::Link("/")),
        ("dir/by-relative", Item::Link("../to-image")),
        ("dir/of-host", Item::Link("/dir/file")),
        ("dir/loop", Item::Link("/project/dir/loop")),
        ("to-image", Item::Link("/etc/../etc/config")),
    ];
    let (image, world): (&'static [u8], &'static [u8]) = (image(&items).leak(), image(&world).leak());
    let mounts = [("project", Some(world), changes, follows), ("over/data", Some(world), changes, follows)];
    start(Tree::new(image, &mounts), tells)
}

fn start(mut tree: Tree, tells: bool) -> Test {
    tree.volume.set_absolute_links(true);
    tree.hosts.iter_mut().for_each(|host| host.world.tells_absolute = tells);
    let root = tree.run(&[], |volume| volume.open_root(Rights::default())).unwrap();
    Test { tree, root }
}

#[test]
fn links_of_the_image_lead_into_mounts() {
    for (changes, follows) in ALL {
        let mut test = test(changes, follows, false);
        assert_eq!(test.text("etc/in").as_deref(), Ok("of the host"), "{changes:?}");
        assert_eq!(test.text("over/../etc/in").as_deref(), Ok("of the host"), "{changes:?}");
        assert_eq!(test.text("etc/in-and-out"), Err(Error::NotPermitted), "{changes:?}");
    }
}

#[test]
fn links_of_a_filesystem_that_tells_their_targets_are_followed_in_the_tree() {
    for (changes, follows) in ALL {
        let mut test = test(changes, follows, true);
        for (path, text) in [
            ("project/dir/to-image", "of the image"),
            ("project/to-image", "of the image"),
            ("over/data/dir/to-image", "of the image"),
            ("project/dir/by-relative", "of the image"),
            ("etc/in-and-out", "of the image"),
            ("project/dir/to-other", "of the host"),
            ("project/dir/to-own", "of the host"),
            ("project/dir/to-root/project/dir/to-root/etc/config", "of the image"),
            ("project/dir/to-root/over/data/../../etc/config", "of the image"),
        ] {
            assert_eq!(test.text(path).as_deref(), Ok(text), "{path}, {changes:?}");
        }
        for (path, error) in [
            // The host's own meaning of it has no part in the tree.
            ("project/dir/of-host", Error::NoEntry),
            ("project/dir/loop", Error::Loop),
            ("project/dir/to-root/..", Error::NotPermitted),
            ("project/dir/to-image/", Error::NotDirectory),
        ] {
            assert_eq!(test.stat(path).map(|stat| stat.kind), Err(error), "{path}, {changes:?}");
        }
        let target = test.run(|volume, root| volume.readlink_at(root, "project/dir/of-host").map(str::to_owned));
        assert_eq!(target.as_deref(), Ok("/dir/file"), "{changes:?}");
        assert!(test.tree.effects().is_empty());
    }
}

#[test]
fn links_of_a_filesystem_that_does_not_tell_are_not_permitted() {
    for (changes, follows) in ALL {
        let mut test = test(changes, follows, false);
        for path in ["project/dir/to-image", "project/dir/to-own", "project/dir/by-relative", "project/dir/to-root/etc"]
        {
            assert_eq!(test.stat(path).map(|stat| stat.kind), Err(Error::NotPermitted), "{path}, {changes:?}");
        }
        let target = test.run(|volume, root| volume.readlink_at(root, "project/to-image").map(str::to_owned));
        assert_eq!(target, Err(Error::NotPermitted), "{changes:?}");
    }
}

#[test]
fn a_mount_is_not_left_from_its_own_directory() {
    for (changes, follows) in ALL {
        let mut test = test(changes, follows, true);
        let project = test.directory("project");
        for path in ["dir/to-image", "dir/to-own", "dir/to-root", "dir/by-relative", "to-image"] {
            let found = test.run(|volume, _| volume.stat_at(&project, path, FOLLOW));
            assert_eq!(found.map(|stat| stat.kind), Err(Error::NotPermitted), "{path}, {changes:?}");
            let found = test.run(|volume, _| volume.stat_at(&project, path, NO_FOLLOW));
            assert_eq!(found.map(|stat| stat.kind), Ok(FileKind::SymbolicLink), "{path}, {changes:?}");
        }
    }
}

/// Links that the app makes in a mount.
#[test]
fn links_are_made_in_memory_only() {
    for (changes, follows) in ALL {
        let mut test = test(changes, follows, true);
        let project = test.directory("project");
        let made = test.run(|volume, root| volume.symlink_at("/etc/config", root, "project/made"));
        if matches!(changes, ChangePolicy::Through | ChangePolicy::Refused) {
            assert_eq!(made, Err(Error::NotPermitted), "{changes:?}");
            assert!(test.tree.effects().is_empty());
            continue;
        }
        assert_eq!(made, Ok(()), "{changes:?}");
        assert_eq!(test.text("project/made").as_deref(), Ok("of the image"), "{changes:?}");
        let out = test.run(|volume, _| volume.stat_at(&project, "made", FOLLOW));
        assert_eq!(out.map(|stat| stat.kind), Err(Error::NotPermitted), "{changes:?}");
        let target = test.run(|volume, _| volume.readlink_at(&project, "made").map(str::to_owned));
        assert_eq!(target.as_deref(), Ok("/etc/config"), "{changes:?}");
        // A file is made where the link leads.
        test.run(|volume, root| volume.symlink_at("/etc/new", root, "project/dir/new")).unwrap();
        test.write("project/dir/new").unwrap();
        assert_eq!(test.text("etc/new").as_deref(), Ok("bytes"), "{changes:?}");
        assert!(test.tree.effects().is_empty());
    }
}

/// A file is made by an effect where a link of the image leads.
#[test]
fn a_file_is_made_in_a_mount() {
    let mut test = test(ChangePolicy::Through, true, false);
    test.run(|volume, root| volume.symlink_at("/project/dir/new", root, "etc/new")).unwrap();
    test.write("etc/new").unwrap();
    assert_eq!(test.tree.effects().len(), 2, "making and writing");
    assert_eq!(test.text("project/dir/new").as_deref(), Ok("bytes"));
}

#[test]
fn the_root_of_a_tree_may_be_that_of_a_mount() {
    let world = [
        ("dir", Item::Directory),
        ("dir/file", Item::File(b"of the host")),
        ("dir/link", Item::Link("/dir/file")),
        ("dir/to-root", Item::Link("/")),
        ("dir/in", Item::Link("/dir/inner/file")),
        ("dir/inner", Item::Directory),
    ];
    let inner = [("file", Item::File(b"of another")), ("out", Item::Link("/dir/file"))];
    for (changes, follows) in ALL {
        let [outside, world, inner] = [&[("hidden", Item::File(b"x"))][..], &world, &inner];
        let [outside, world, inner]: [&'static [u8]; 3] = [outside, world, inner].map(|items| &*image(items).leak());
        let mounts = [("", Some(world), changes, follows), ("dir/inner", Some(inner), changes, follows)];
        let mut test = start(Tree::new(outside, &mounts), true);
        for (path, text) in [
            ("dir/link", "of the host"),
            ("dir/to-root/dir/link", "of the host"),
            ("dir/in", "of another"),
            ("dir/inner/out", "of the host"),
        ] {
            assert_eq!(test.text(path).as_deref(), Ok(text), "{path}, {changes:?}");
        }
        let again = test.directory("dir/..");
        let dir = test.directory("dir");
        for (from, path, found) in [
            (&again, "dir/link", Ok(FileKind::RegularFile)),
            (&again, "dir/to-root/hidden", Err(Error::NoEntry)),
            (&dir, "link", Err(Error::NotPermitted)),
            (&dir, "to-root", Err(Error::NotPermitted)),
        ] {
            let stat = test.run(|volume, _| volume.stat_at(from, path, FOLLOW));
            assert_eq!(stat.map(|stat| stat.kind), found, "{path}, {changes:?}");
        }
        let file = test.open("dir/inner/out", OpenFlags::NONE, READ).unwrap();
        test.tree.volume.close(file);
    }
}
