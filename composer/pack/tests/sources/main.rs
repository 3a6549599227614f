//! Sources of this machine, packed.

mod collisions;
mod gitignore;
mod vfsignore;

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use vfs_compose_pack::Remarks;
use vfs_compose_pack::image::{Packed, Reading};
use vfs_compose_pack::source::{Origin, Source};
use vfs_image::{Image, Walk};

/// A directory with files, each with its text.
fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

/// The image of directories, merged at the root.
fn pack(directories: &[&Path], reading: Reading) -> Vec<u8> {
    let source = |path: &&Path| Source { origin: Origin::Path((*path).to_owned()), guest: "/".into() };
    let sources: Vec<_> = directories.iter().map(source).collect();
    let mut image = Vec::new();
    let packed = Packed::of(&sources, reading, &mut Remarks::default()).unwrap();
    packed.write(&mut image, &Default::default()).unwrap();
    image
}

fn names(image: &[u8]) -> Vec<String> {
    let image = Image::new(image).unwrap();
    Walk::new(&image, image.root()).map(|entry| String::from_utf8(entry.unwrap().path).unwrap()).skip(1).collect()
}
