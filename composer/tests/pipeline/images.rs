//! Sources of the image.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use vfs_image::{FileKind, Image, Walk, find};

use vfs_compose::Composer;
use vfs_compose::error::{EmbedError, Error, TreeError};

pub fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

pub fn pack(composer: Composer) -> Result<Vec<u8>, Error> {
    let mut image = Vec::new();
    composer.pack()?.write_to(&mut image)?;
    Ok(image)
}

pub fn names(image: &[u8]) -> Vec<String> {
    let image = Image::new(image).unwrap();
    Walk::new(&image, image.root()).map(|entry| String::from_utf8(entry.unwrap().path).unwrap()).skip(1).collect()
}

pub fn any() -> Composer {
    Composer::for_any_app()
}

#[test]
fn several_directories_become_one_tree() {
    let (a, b) = (directory(&[("x", "1"), ("d/y", "2")]), directory(&[("z", "3")]));
    let image = pack(any().image(a.path()).image_at(b.path(), "/usr/lib/b")).unwrap();
    assert_eq!(names(&image), ["d", "d/y", "usr", "usr/lib", "usr/lib/b", "usr/lib/b/z", "x"]);
}

#[test]
fn an_empty_directory_may_be_filled_by_a_later_image() {
    let (a, b) = (directory(&[]), directory(&[("z", "3")]));
    fs::create_dir(a.path().join("empty")).unwrap();
    let image = pack(any().image(a.path()).image_at(b.path(), "/empty")).unwrap();
    assert_eq!(names(&image), ["empty", "empty/z"]);
}

#[test]
fn places_are_absolute_and_plain() {
    let a = directory(&[]);
    for place in ["", "data", "/a/../b", "/a/./b"] {
        let error = pack(any().image_at(a.path(), place)).map(drop).unwrap_err();
        assert!(matches!(error, Error::Tree(TreeError::GuestPath { .. })), "{place}: {error}");
    }
}

#[test]
fn a_missing_directory() {
    let error = pack(any().image("/no/such/directory")).map(drop).unwrap_err();
    assert_eq!(error.to_string(), "cannot read `/no/such/directory`");
}

#[test]
fn an_image_file_is_embedded_as_it_is_and_several_are_repacked() {
    let (a, b) = (directory(&[("x", "1")]), directory(&[("z", "3")]));
    let (first, second) = (pack(any().image(a.path())).unwrap(), pack(any().image(b.path())).unwrap());
    let files = directory(&[]);
    let (first_file, second_file) = (files.path().join("1.erofs"), files.path().join("2.erofs"));
    fs::write(&first_file, &first).unwrap();
    fs::write(&second_file, &second).unwrap();
    let component = any().image(&first_file).vfs().unwrap().to_bytes().unwrap();
    assert_eq!(vfs_compose::inspect(&component).unwrap().vfs.unwrap().image, first);

    let both = pack(any().image(&first_file).image_at(&second_file, "/b")).unwrap();
    assert_eq!(names(&both), ["b", "b/z", "x"]);
    let image = Image::new(&both).unwrap();
    let file = find(&image, b"/b/z").unwrap();
    assert_eq!(image.data(&file, 0).unwrap(), b"3");
}

#[test]
fn a_damaged_image_file() {
    let a = directory(&[("x", "1")]);
    let mut image = pack(any().image(a.path())).unwrap();
    let files = directory(&[]);
    image[1024 + 24] ^= 1;
    fs::write(files.path().join("damaged.erofs"), &image).unwrap();
    let error = pack(any().image(files.path().join("damaged.erofs"))).map(drop).unwrap_err();
    assert!(error.to_string().ends_with("is not a usable image"), "{error}");
}

#[test]
fn preopens_are_directories() {
    let a = directory(&[("d/y", "2")]);
    any().image(a.path()).preopen("/d").preopen_as("/", "root").vfs().unwrap();
    for place in ["/d/y", "/nowhere"] {
        let error = any().image(a.path()).preopen(place).vfs().map(drop).unwrap_err();
        assert_eq!(error.to_string(), format!("the preopen `{place}` is not a directory of the tree"));
    }
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let a = directory(&[]);
    fs::write(a.path().join(std::ffi::OsStr::from_bytes(b"bad\xff")), "").unwrap();
    let error = pack(any().image(a.path())).map(drop).unwrap_err().to_string();
    assert!(error.ends_with(r#"is not UTF-8, as WASI requires: "bad\xFF""#), "{error}");
}

#[cfg(unix)]
#[test]
fn special_files_are_left_out_with_a_warning_or_are_errors() {
    let a = directory(&[("x", "1")]);
    let _socket = std::os::unix::net::UnixListener::bind(a.path().join("socket")).unwrap();
    let packed = any().image(a.path()).pack().unwrap();
    assert_eq!(packed.remarks().warnings.len(), 1);
    assert!(packed.remarks().warnings[0].message.ends_with("is a socket, which an image cannot hold; it is left out"));
    let error = any().image(a.path()).strict(true).pack().err().unwrap().to_string();
    assert!(error.ends_with("is a socket, which an image cannot hold; it is left out"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_stay_links() {
    let a = directory(&[("x", "1")]);
    fs::hard_link(a.path().join("x"), a.path().join("y")).unwrap();
    std::os::unix::fs::symlink("x", a.path().join("s")).unwrap();
    let image = pack(any().image(a.path())).unwrap();
    let image = Image::new(&image).unwrap();
    let (x, y) = (find(&image, b"x").unwrap(), find(&image, b"y").unwrap());
    assert_eq!((x.nid, x.links), (y.nid, 2));
    let root = image.inode(image.root()).unwrap();
    let link = image.lookup(&root, b"s").unwrap().unwrap();
    assert_eq!(link.kind, FileKind::SymbolicLink);
}

#[test]
fn files_that_change_after_they_were_listed() {
    let a = directory(&[("x", "1"), ("d/y", "2")]);
    let changed = |change: &dyn Fn(&Path)| {
        let packed = any().image(a.path()).pack().unwrap();
        change(a.path());
        packed.write_to(&mut Vec::new()).map(drop).unwrap_err()
    };
    let longer = changed(&|a| fs::write(a.join("x"), "longer").unwrap()).to_string();
    assert!(longer.ends_with("/x` changed while it was packed: its size or time"), "{longer}");
    let more = changed(&|a| fs::write(a.join("d/new"), "").unwrap()).to_string();
    assert!(more.ends_with("/d` changed while it was packed: names were added or removed"), "{more}");
    let gone = changed(&|a| fs::remove_file(a.join("d/y")).unwrap());
    assert!(matches!(&gone, Error::Tree(TreeError::Read { path, .. }) if path.ends_with("d/y")), "{gone}");
}

#[test]
fn an_image_that_no_engine_would_load() {
    let a = directory(&[]);
    // A hole: the size is what counts, and nothing is read.
    fs::File::create(a.path().join("hole")).unwrap().set_len((1 << 30) - 4096).unwrap();
    let error = any().image(a.path()).vfs().map(drop).unwrap_err();
    assert!(matches!(error, Error::Embed(EmbedError::TooLarge { .. })), "{error}");
}
