//! Files of one path in several sources.

use std::fs;
use std::io::read_to_string;
use std::path::Path;

use vfs_compose_pack::OnCollision;
use vfs_compose_pack::image::Reading;
use vfs_image::{Image, find};

use super::{directory, names, pack};

const CHOICES: [OnCollision; 3] = [OnCollision::Error, OnCollision::First, OnCollision::Last];

fn merge(directories: &[&Path], on_collision: OnCollision) -> Vec<u8> {
    pack(directories, Reading { on_collision, ..Reading::default() })
}

#[cfg(unix)]
#[test]
fn of_equal_files_the_one_that_is_packed_has_its_own_mode() {
    use std::os::unix::fs::PermissionsExt;
    let (a, b) = (directory(&[("x", "1")]), directory(&[("x", "1")]));
    for (directory, mode) in [(&a, 0o600), (&b, 0o640)] {
        fs::set_permissions(directory.path().join("x"), fs::Permissions::from_mode(mode)).unwrap();
    }
    for (choice, wanted) in CHOICES.into_iter().zip([0o640, 0o600, 0o640]) {
        let image = merge(&[a.path(), b.path()], choice);
        assert_eq!(find(&Image::new(&image).unwrap(), b"x").unwrap().mode, wanted, "{choice:?}");
    }
}

#[test]
fn names_of_one_file_stay_names_of_one_file() {
    // One name is there already, as an equal file: whichever comes first when the source is read.
    for there in ["m", "a/z", "z/a"] {
        let (a, b) = (directory(&[(there, "1")]), directory(&[("m", "1"), ("a/b", ""), ("z/b", "")]));
        fs::hard_link(b.path().join("m"), b.path().join("a/z")).unwrap();
        fs::hard_link(b.path().join("m"), b.path().join("z/a")).unwrap();
        for choice in CHOICES {
            for directories in [[a.path(), b.path()], [b.path(), a.path()]] {
                let bytes = merge(&directories, choice);
                assert_eq!(names(&bytes), ["a", "a/b", "a/z", "m", "z", "z/a", "z/b"]);
                let image = Image::new(&bytes).unwrap();
                let found = ["m", "a/z", "z/a"].map(|name| find(&image, name.as_bytes()).unwrap());
                assert!(found.iter().all(|inode| inode.nid == found[0].nid && inode.links == 3), "{there}");
            }
        }
    }
}

#[test]
fn a_name_that_is_another_file_takes_no_other_name_with_it() {
    let (a, b) = (directory(&[("x", "one")]), directory(&[("x", "two")]));
    fs::hard_link(b.path().join("x"), b.path().join("y")).unwrap();
    let bytes = merge(&[a.path(), b.path()], OnCollision::First);
    let image = Image::new(&bytes).unwrap();
    let text = |name: &[u8]| read_to_string(image.contents(&find(&image, name).unwrap())).unwrap();
    assert_eq!((text(b"x").as_str(), text(b"y").as_str()), ("one", "two"));
}
