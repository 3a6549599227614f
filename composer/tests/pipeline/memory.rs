//! Files that never were in a directory.

use std::fs;
use std::io::{self, Cursor, Read};

use vfs_image::{Image, Timestamp, find};

use super::images::{any, directory, names, pack};
use super::merging::text;
use vfs_compose::error::{Error, TreeError};
use vfs_compose::{Entry, Files, OnCollision};

fn time(seconds: u64) -> Timestamp {
    Timestamp { seconds, nanoseconds: 5 }
}

fn files(entries: &[(&str, &str)]) -> Files {
    Files::from_entries(entries.iter().map(|(path, text)| (path, Entry::file(*text)))).unwrap()
}

#[test]
fn entries_become_files_directories_and_links() {
    let mut files = Files::new();
    files.add_file("/etc/motd", "hello").unwrap();
    files.add("./bin//tool", Entry::read(Cursor::new("tool")).unwrap().mode(0o100_755).modified(time(7))).unwrap();
    files.add("bin/sh", Entry::symlink("tool")).unwrap();
    files.add("bin/other", Entry::hard_link("/bin/tool")).unwrap();
    files.add("var/empty/", Entry::directory().mode(0o700)).unwrap();
    let bytes = pack(any().files(files)).unwrap();
    assert_eq!(names(&bytes), ["bin", "bin/other", "bin/sh", "bin/tool", "etc", "etc/motd", "var", "var/empty"]);
    let image = Image::new(&bytes).unwrap();
    let inode = |path: &str| find(&image, path.as_bytes()).unwrap();
    let tool = inode("bin/tool");
    assert_eq!((tool.mode, tool.modified, tool.links), (0o755, time(7), 2));
    assert_eq!((inode("bin/other").nid, inode("bin/sh").nid), (tool.nid, tool.nid));
    assert_eq!(text(&bytes, "bin/other"), "tool");
    assert_eq!((inode("etc/motd").mode, inode("etc/motd").modified), (0o644, Timestamp::default()));
    assert_eq!((inode("etc").mode, inode("var/empty").mode), (0o755, 0o700));
}

#[test]
fn they_give_the_bytes_of_a_directory_with_the_same_files() {
    let a = directory(&[("d/x", "1"), ("y", "2")]);
    let image = pack(any().image(a.path()).times(9)).unwrap();
    // Modes are those of this machine.
    let mode = |path: &str| u32::from(find(&Image::new(&image).unwrap(), path.as_bytes()).unwrap().mode);
    let entries =
        [("/", Entry::directory()), ("d", Entry::directory()), ("y", Entry::file("2")), ("d/x", Entry::file("1"))];
    let entries = entries.map(|(path, entry)| (path, entry.mode(mode(path))));
    let files = Files::from_entries(entries).unwrap();
    assert!(pack(any().files(files).times(9)).unwrap() == image);
}

#[test]
fn what_cannot_be_added_is_told_with_its_path() {
    let mut files = files(&[("d/x", "1")]);
    let mut told = |path: &str, entry: Entry| {
        let error = files.add(path, entry).unwrap_err();
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        format!("{error}{cause}")
    };
    let file = || Entry::file("");
    assert_eq!(told("a/../b", file()), "`a/../b` has `..` in it, so no entry can be there");
    assert_eq!(told("/", file()), "`/` is the root, which is a directory, so no entry can be there");
    assert_eq!(told("d/x", file()), "`d/x` cannot be put into the image: `/d/x` is there already");
    assert_eq!(told("d", file()), "`d` cannot be put into the image: `/d` is there already");
    assert_eq!(told("d/x", Entry::directory()), "`d/x` cannot be put into the image: `/d/x` is there already");
    assert_eq!(told("d/x/y", file()), "`d/x/y` cannot be put into the image: `/d/x` is not a directory");
    assert!(told("a\0b", file()).ends_with("is not a name that a file can have"));
    assert!(told("s", Entry::symlink("")).contains("the target of the symbolic link `/s`"));
    assert_eq!(told("h", Entry::hard_link("no")), "`h` is a hard link to `no`, which was not added before it");
    assert!(told("h", Entry::hard_link("d")).contains("is a directory and cannot have a second name"));
}

#[test]
fn contents_may_be_opened_when_they_are_needed() {
    let mut files = Files::new();
    files.add("x", Entry::open_later(100_000, || Ok(io::repeat(b'x').take(100_000)))).unwrap();
    let packed = any().files(files).pack().unwrap();
    for _ in 0..2 {
        let mut image = Vec::new();
        packed.write_to(&mut image).unwrap();
        assert_eq!(text(&image, "x"), "x".repeat(100_000));
    }
    let fails = |entry: Entry| {
        let files = Files::from_entries([("x", entry)]).unwrap();
        let error = pack(any().files(files)).unwrap_err();
        assert!(matches!(error, Error::Tree(TreeError::Pack { .. })), "{error:?}");
    };
    fails(Entry::open_later(3, || Ok(Cursor::new("four"))));
    fails(Entry::open_later(5, || Ok(Cursor::new("four"))));
    fails(Entry::open_later(5, || Err::<io::Empty, _>(io::ErrorKind::NotConnected.into())));
}

#[test]
fn they_merge_and_collide_as_directories_do() {
    let a = directory(&[("d/x", "1"), ("d/same", "s")]);
    let both = || any().image(a.path()).files_at(files(&[("x", "2"), ("same", "s"), ("y", "3")]), "/d");
    let error = pack(both()).unwrap_err().to_string();
    let path = a.path().display();
    assert_eq!(error, format!("two images collide at `/d/x`: `{path}` has a file there, a source in memory a file"));
    for (choice, wanted) in [(OnCollision::First, "1"), (OnCollision::Last, "2")] {
        let image = pack(both().on_collision(choice)).unwrap();
        assert_eq!(names(&image), ["d", "d/same", "d/x", "d/y"]);
        assert_eq!(text(&image, "d/x"), wanted);
    }
    let error = pack(any().files(files(&[("x", "1")])).files(files(&[("x", "2")]))).unwrap_err().to_string();
    assert_eq!(error, "two images collide at `/x`: a source in memory has a file there, a source in memory a file");
    let error = pack(any().files(files(&[("d", "")])).image(a.path())).unwrap_err().to_string();
    assert_eq!(error, format!("two images collide at `/d`: a source in memory has a file there, `{path}` a directory"));
    let error = pack(any().files(files(&[("d", "")])).files_at(Files::new(), "/d/e")).unwrap_err();
    assert!(matches!(error, Error::Tree(TreeError::Through { .. })), "{error}");
}

#[cfg(unix)]
#[test]
fn directories_that_were_not_added_say_nothing_of_mode_and_time() {
    use std::os::unix::fs::PermissionsExt;
    let a = directory(&[("d/x", "1")]);
    fs::set_permissions(a.path().join("d"), fs::Permissions::from_mode(0o711)).unwrap();
    let implied = || files(&[("d/e/y", "2")]);
    let added = Files::from_entries([("d", Entry::directory().mode(0o700))]).unwrap();
    for choice in [OnCollision::Error, OnCollision::First, OnCollision::Last] {
        let any = || any().on_collision(choice);
        let mode = |composer| find(&Image::new(&pack(composer).unwrap()).unwrap(), b"d").unwrap().mode;
        assert_eq!(mode(any().image(a.path()).files(implied())), 0o711);
        assert_eq!(mode(any().files(implied()).image(a.path())), 0o711);
        assert_eq!(mode(any().image(a.path()).files(added.clone())), 0o700);
    }
}

#[test]
fn they_are_no_directory_for_patterns() {
    let filter = vfs_compose::Filter { exclude: vec!["x".into()], ..Default::default() };
    let packed = any().files(files(&[("x", "1")])).filter(filter).pack().unwrap();
    let [warning] = &packed.remarks().warnings[..] else { panic!("{:?}", packed.remarks()) };
    assert_eq!(warning.message, "`--exclude` has no effect on a source in memory, which is not a directory");
}
