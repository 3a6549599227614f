//! Several sources in one tree, and the files of a directory that are packed.

use std::fs;
use std::path::Path;

use vfs_image::{Image, find};

use super::images::{any, directory, names, pack};
use vfs_compose::error::{Error, TreeError};
use vfs_compose::{Composer, Filter, OnCollision};

pub fn text(image: &[u8], path: &str) -> String {
    let image = Image::new(image).unwrap();
    let file = find(&image, path.as_bytes()).unwrap();
    std::io::read_to_string(image.contents(&file)).unwrap()
}

fn codes(composer: Composer) -> Vec<&'static str> {
    composer.pack().unwrap().remarks().warnings.iter().map(|warning| warning.code).collect()
}

#[test]
fn directories_merge_whatever_the_order() {
    let (a, b) = (directory(&[("d/x", "1"), ("d/e/x", "2")]), directory(&[("d/y", "3"), ("d/e/y", "4")]));
    let (deep, all) = (directory(&[("z", "5")]), ["d", "d/e", "d/e/x", "d/e/y", "d/e/z", "d/x", "d/y"]);
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let add = |composer: Composer, which: &usize| match which {
            0 => composer.image(a.path()),
            1 => composer.image(b.path()),
            _ => composer.image_at(deep.path(), "/d/e"),
        };
        for choice in [OnCollision::Error, OnCollision::First, OnCollision::Last] {
            let image = pack(order.iter().fold(any(), add).on_collision(choice)).unwrap();
            assert_eq!(names(&image), all, "{order:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn the_last_one_says_mode_and_time_of_a_directory() {
    use std::os::unix::fs::PermissionsExt;
    let (a, b) = (directory(&[("d/x", "1")]), directory(&[("d/y", "2")]));
    let leading = directory(&[("z", "3")]);
    fs::set_permissions(a.path().join("d"), fs::Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(b.path().join("d"), fs::Permissions::from_mode(0o711)).unwrap();
    let mode = |composer: Composer| {
        let image = pack(composer).unwrap();
        find(&Image::new(&image).unwrap(), b"d").unwrap().mode
    };
    for choice in [OnCollision::Error, OnCollision::First, OnCollision::Last] {
        let any = || any().on_collision(choice);
        assert_eq!(mode(any().image(a.path()).image(b.path())), 0o711);
        assert_eq!(mode(any().image(b.path()).image(a.path())), 0o700);
        // A directory that only leads to a source says nothing.
        assert_eq!(mode(any().image(a.path()).image_at(leading.path(), "/d/e")), 0o700);
        assert_eq!(mode(any().image_at(leading.path(), "/d/e").image(a.path())), 0o700);
    }
}

#[test]
fn different_files_at_one_path_are_an_error_that_names_both_or_a_choice() {
    let (a, b) = (directory(&[("d/x", "one"), ("d/same", "s")]), directory(&[("d/x", "two"), ("d/same", "s")]));
    let both = || any().image(a.path()).image(b.path());
    let Err(Error::Tree(error)) = pack(both()) else { panic!() };
    let (a_path, b_path) = (a.path().display(), b.path().display());
    assert_eq!(
        error.to_string(),
        format!("two images collide at `/d/x`: `{a_path}` has a file there, `{b_path}` a file")
    );
    assert_eq!(text(&pack(both().on_collision(OnCollision::First)).unwrap(), "d/x"), "one");
    assert_eq!(text(&pack(both().on_collision(OnCollision::Last)).unwrap(), "d/x"), "two");
    let packed = both().on_collision(OnCollision::Last).pack().unwrap();
    assert!(packed.remarks().notes.iter().any(|note| note.code == "collision"));
}

#[test]
fn a_file_never_takes_the_place_of_a_directory() {
    let (a, b) = (directory(&[("d/x", "1"), ("f", "")]), directory(&[("d", "2")]));
    for choice in [OnCollision::Error, OnCollision::First, OnCollision::Last] {
        let error = pack(any().image(a.path()).image(b.path()).on_collision(choice)).unwrap_err();
        assert!(matches!(&error, Error::Tree(TreeError::Collision { guest, .. }) if guest == "/d"), "{error}");
    }
    for place in ["/f", "/f/below", "/d/x"] {
        let error = pack(any().image(a.path()).image_at(b.path(), place)).unwrap_err();
        assert!(matches!(&error, Error::Tree(TreeError::Through { guest, .. }) if guest == place), "{error}");
    }
}

#[test]
fn links_between_names_stay_links_when_trees_are_merged() {
    let (a, b) = (directory(&[("d/x", "1")]), directory(&[("d/y", "2")]));
    fs::hard_link(b.path().join("d/y"), b.path().join("d/z")).unwrap();
    let image = pack(any().image(a.path()).image(b.path())).unwrap();
    let image = Image::new(&image).unwrap();
    assert_eq!(find(&image, b"d/y").unwrap().nid, find(&image, b"d/z").unwrap().nid);
    // One of the names is there already, as an equal file.
    let c = directory(&[("d/y", "2")]);
    let image = pack(any().image(c.path()).image(b.path())).unwrap();
    let image = Image::new(&image).unwrap();
    assert_eq!(find(&image, b"d/y").unwrap().nid, find(&image, b"d/z").unwrap().nid);
}

#[test]
fn a_file_is_packed_at_the_path_that_it_gets() {
    let files = directory(&[("config.toml", "a = 1\n"), ("data.tar.gz", "\u{1f}\u{8b}"), ("tree/x", "1")]);
    let path = |name: &str| files.path().join(name);
    let image = pack(any().image(path("tree")).image_at(path("config.toml"), "/etc/app/config.toml")).unwrap();
    assert_eq!(names(&image), ["etc", "etc/app", "etc/app/config.toml", "x"]);
    assert_eq!(text(&image, "etc/app/config.toml"), "a = 1\n");
    let image = pack(any().file_at(path("data.tar.gz"), "/data").file_at(path("tree/x"), "/y")).unwrap();
    assert_eq!(names(&image), ["data", "y"]);
    let error = pack(any().image(path("config.toml"))).unwrap_err();
    assert!(matches!(error, Error::Tree(TreeError::PlainFile { .. })), "{error}");
    for composer in [
        any().image_at(path("config.toml"), "/etc/"),
        any().file_at(path("config.toml"), "/etc/"),
        any().file_at(path("config.toml"), "/"),
    ] {
        let error = pack(composer).unwrap_err();
        assert!(matches!(error, Error::Tree(TreeError::FilePlace { .. })), "{error}");
    }
}

#[test]
fn archives_and_programs_are_no_images() {
    let files = directory(&[("a.zip", "PK\u{3}\u{4}"), ("app.wasm", "\0asm\u{1}\0\0\0")]);
    let error = pack(any().image(files.path().join("a.zip"))).unwrap_err().to_string();
    assert!(error.ends_with("is a zip archive, which is not unpacked"), "{error}");
    let error = pack(any().image(files.path().join("app.wasm"))).unwrap_err().to_string();
    assert!(error.ends_with("is a WebAssembly file without an image inside"), "{error}");
}

#[test]
fn the_files_inside_a_component_are_a_source() {
    let a = directory(&[("d/x", "1")]);
    let out = a.path().with_extension("wasm");
    fs::write(&out, any().image(a.path()).vfs().unwrap().to_bytes().unwrap()).unwrap();
    let b = directory(&[("d/y", "2")]);
    let image = pack(any().image(&out).image(b.path())).unwrap();
    assert_eq!(names(&image), ["d", "d/x", "d/y"]);
    fs::remove_file(out).unwrap();
}

fn chosen(directory: &Path, change: impl FnOnce(&mut Filter)) -> Vec<String> {
    let mut filter = Filter::default();
    change(&mut filter);
    names(&pack(any().image(directory).filter(filter)).unwrap())
}

#[test]
fn patterns_choose_the_files_of_a_directory() {
    let a = directory(&[("main.py", ""), ("main.pyc", ""), ("lib/a.py", ""), ("lib/a.txt", ""), ("out/b.py", "")]);
    let all = ["lib", "lib/a.py", "lib/a.txt", "main.py", "main.pyc", "out", "out/b.py"];
    assert_eq!(chosen(a.path(), |_| {}), all);
    assert_eq!(
        chosen(a.path(), |filter| filter.exclude = vec!["*.pyc".into(), "/out".into()]),
        ["lib", "lib/a.py", "lib/a.txt", "main.py"]
    );
    assert_eq!(
        chosen(a.path(), |filter| filter.include = vec!["*.py".into()]),
        ["lib", "lib/a.py", "main.py", "out", "out/b.py"]
    );
    assert_eq!(
        chosen(a.path(), |filter| (filter.include, filter.exclude) = (vec!["*.py".into()], vec!["lib".into()])),
        ["main.py", "out", "out/b.py"]
    );
    assert_eq!(
        chosen(a.path(), |filter| filter.include = vec!["lib/".into()]),
        ["lib", "lib/a.py", "lib/a.txt", "out"]
    );
    assert_eq!(
        chosen(a.path(), |filter| filter.exclude = vec!["*.py".into(), "!main.py".into()]),
        ["lib", "lib/a.txt", "main.py", "main.pyc", "out"]
    );
    // Relative to what is packed, wherever the file of patterns is.
    let elsewhere = directory(&[("patterns", "*.txt\n# nothing\n!a.txt\n/out\nlib/*.py\n")]);
    let patterns = elsewhere.path().join("patterns");
    assert_eq!(
        chosen(a.path(), |filter| filter.ignore_files = vec![patterns]),
        ["lib", "lib/a.txt", "main.py", "main.pyc"]
    );
    let error = pack(any().image(a.path()).filter(Filter { exclude: vec!["[z-a]".into()], ..Filter::default() }));
    assert!(matches!(error, Err(Error::Tree(TreeError::Pattern { .. }))));
}

#[test]
fn a_directory_may_say_itself_what_is_not_packed() {
    let a = directory(&[
        (".vfsignore", "*.log\n"),
        ("x.log", ""),
        ("x", ""),
        ("d/.vfsignore", "/only-here\n"),
        ("d/only-here", ""),
        ("d/e/only-here", ""),
    ]);
    assert_eq!(names(&pack(any().image(a.path())).unwrap()), ["d", "d/e", "d/e/only-here", "x"]);
}

#[test]
fn git_is_asked_only_if_that_is_wanted() {
    let a = directory(&[
        (".gitignore", "target\n"),
        (".git/config", ""),
        ("target/x", ""),
        ("src/.gitignore", "y"),
        ("src/y", ""),
        ("src/z", ""),
    ]);
    assert_eq!(
        chosen(a.path(), |_| {}),
        [".git", ".git/config", ".gitignore", "src", "src/.gitignore", "src/y", "src/z", "target", "target/x"]
    );
    assert_eq!(chosen(a.path(), |filter| filter.gitignore = true), [".gitignore", "src", "src/.gitignore", "src/z"]);
}

#[test]
fn patterns_beside_an_image_are_told_to_have_no_effect() {
    let (a, files) = (directory(&[("x", "1")]), directory(&[]));
    let image = files.path().join("image");
    fs::write(&image, pack(any().image(a.path())).unwrap()).unwrap();
    let filter = Filter { exclude: vec!["x".into()], ..Filter::default() };
    assert_eq!(codes(any().image(&image).filter(filter.clone())), ["no-effect"]);
    // Beside a directory, which they are for, it is no mistake.
    let both = any().image(&image).image_at(a.path(), "/a").filter(filter);
    assert_eq!(codes(both.clone()), [""; 0]);
    assert_eq!(both.pack().unwrap().remarks().notes[0].code, "no-effect");
}

#[test]
fn what_should_hardly_be_packed_is_told_once_with_names() {
    let a = directory(&[
        (".env", ""),
        (".git/config", ""),
        ("keys/id_ed25519", ""),
        ("keys/id_ed25519.pub", ""),
        ("keys/server.pem", ""),
        ("tool.composed.wasm", ""),
        ("app.wasm", "an app"),
        (".vfs-compose-4Xy9.tmp", ""),
        ("copy", "an app"),
        ("x", ""),
    ]);
    let packed = any().image(a.path()).app_path(a.path().join("app.wasm")).pack().unwrap();
    let [secrets, programs] = &packed.remarks().warnings[..] else { panic!("{:?}", packed.remarks()) };
    assert_eq!((secrets.code, programs.code), ("secret", "program-in-image"));
    for name in [".env", ".git", "keys/id_ed25519", "keys/server.pem"] {
        assert!(secrets.message.contains(&format!("{name}`")), "{name}: {}", secrets.message);
    }
    assert!(!secrets.message.contains(".pub"));
    assert!(["app.wasm`", "copy`", "tool.composed.wasm`"].iter().all(|name| programs.message.contains(name)));
    // A temporary file of ours, left by a run that was killed, is never packed; a directory of that name is one.
    let mut image = Vec::new();
    packed.write_to(&mut image).unwrap();
    assert!(!names(&image).iter().any(|name| name.contains(".tmp")));
}

#[test]
fn a_directory_with_the_name_of_a_temporary_file_is_packed() {
    let a = directory(&[(".aaa/f", ""), (".vfs-compose-old.tmp/inside", "")]);
    let image = pack(any().image(a.path())).unwrap();
    assert_eq!(names(&image), [".aaa", ".aaa/f", ".vfs-compose-old.tmp", ".vfs-compose-old.tmp/inside"]);
}

#[test]
fn a_place_that_cannot_be_a_name_is_told_as_such() {
    let a = directory(&[("x", "")]);
    let error = pack(any().image_at(a.path(), format!("/{}", "a".repeat(300)))).unwrap_err();
    assert!(matches!(error, Error::Tree(TreeError::Entry { .. })), "{error}");
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_in_the_app_are_one_warning() {
    let a = directory(&[("d/x", "")]);
    for (target, name) in [("/etc/passwd", "absolute"), ("../../out", "d/out"), ("../d/x", "d/inside")] {
        std::os::unix::fs::symlink(target, a.path().join(name)).unwrap();
    }
    let packed = any().image(a.path()).pack().unwrap();
    let [warning] = &packed.remarks().warnings[..] else { panic!() };
    assert_eq!(warning.code, "dangling-link");
    assert!(warning.message.starts_with("2 symbolic links"), "{}", warning.message);
    assert!(warning.message.contains("`/absolute` -> `/etc/passwd`"), "{}", warning.message);
    assert!(any().image(a.path()).strict(true).pack().is_err());
}

#[cfg(unix)]
#[test]
fn times_before_1970_are_told() {
    let a = directory(&[("x", "")]);
    let file = fs::File::open(a.path().join("x")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH - std::time::Duration::from_secs(9)).unwrap();
    assert_eq!(codes(any().image(a.path())), ["time-before-1970"]);
    assert_eq!(codes(any().image(a.path()).times(7)), [""; 0]);
    let x = a.path().join("x");
    for single in [any().image_at(&x, "/y"), any().file_at(&x, "/y"), any().image(a.path()).file_at(&x, "/z/y")] {
        assert_eq!(codes(single), ["time-before-1970"]);
    }
}

/// Its time is that of the root.
#[cfg(unix)]
#[test]
fn the_time_of_a_source_itself_is_told() {
    let a = directory(&[("x", "")]);
    let old = std::time::UNIX_EPOCH - std::time::Duration::from_secs(9);
    fs::File::open(a.path()).unwrap().set_modified(old).unwrap();
    let packed = any().image(a.path()).pack().unwrap();
    let [warning] = &packed.remarks().warnings[..] else { panic!() };
    assert!(warning.message.starts_with(&format!("`{}` is from before 1970", a.path().display())), "{warning:?}");
}

/// Only the superuser can give a file away, and everybody else has files of the superuser.
#[cfg(unix)]
#[test]
fn owners_of_single_files_and_of_sources_are_a_note() {
    use std::os::unix::fs::{MetadataExt, chown};
    let a = directory(&[("x", "")]);
    let is_root = fs::metadata(a.path()).unwrap().uid() == 0;
    let file = if is_root { a.path().join("x") } else { "/etc/passwd".into() };
    let notes = |composer: vfs_compose::Composer| {
        let packed = composer.pack().unwrap();
        let notes = packed.remarks().notes.iter().filter(|note| note.code == "owner");
        notes.map(|note| note.message.clone()).collect::<Vec<_>>()
    };
    let wanted = ["1 file belongs to another user: an image holds no owners"];
    assert_eq!(notes(any().image(a.path())), [""; 0]);
    if is_root {
        chown(&file, Some(1), None).unwrap();
    }
    assert_eq!(notes(any().image_at(&file, "/y")), wanted);
    assert_eq!(notes(any().file_at(&file, "/y")), wanted);
    if is_root {
        chown(&file, Some(0), None).unwrap();
        chown(a.path(), Some(1), None).unwrap();
        assert_eq!(notes(any().image(a.path())), wanted);
    }
}

#[test]
fn no_files_at_all_are_a_note() {
    let packed = any().pack().unwrap();
    assert_eq!(packed.remarks().notes.iter().map(|note| note.code).collect::<Vec<_>>(), ["no-files"]);
    assert!(any().strict(true).pack().is_ok());
}
