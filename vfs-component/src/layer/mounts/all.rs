//! Which mounts there are at this start: those that the composer knew, and one for each directory that the host gives,
//! where all are wanted (`*`), under its own name. The table in `docs/mounts.md` says what becomes of which name.

use vfs_core::settings::{Beneath, Mount, Mounts};

use super::start::{Given, end_with};

/// Most mounts of a tree.
const MOST: usize = 255;
/// The longest name in a path.
const LONGEST_NAME: usize = 255;

/// A mount, and where it is.
pub struct Place {
    /// The names of its path.
    pub path: Vec<&'static str>,
    /// The mount. Its name is that of one directory.
    pub mount: Mount<&'static str>,
    /// Its position among those that the composer knew.
    pub index: u32,
    /// The directory for it, if it is one of all.
    pub descriptor: Option<u32>,
}

/// Finds the mounts. Ends the program if two are at one place, or one has none.
pub fn places(mounts: Mounts<'static>, given: &[Given]) -> Vec<Place> {
    let named = (0..).zip(mounts).filter(|(_, mount)| !mount.is_all());
    let place = |(index, mount): (_, Mount<&'static str>)| Place {
        path: names(mount.guest).collect(),
        mount,
        index,
        descriptor: None,
    };
    let mut places: Vec<Place> = named.map(place).collect();
    for (index, all) in (0..).zip(mounts).filter(|(_, mount)| mount.is_all()) {
        let end = |line: &[&str]| -> ! { end_with(index, &line.concat()) };
        for &Given { descriptor, name } in given {
            let mount = Mount { name, ..all };
            if !names(name).all(can_be) {
                end(&["the host's directory \"", name, "\" has no place in the tree: ", GIVE_OTHER]);
            }
            let path: Vec<_> = names(all.guest).chain(names(name)).collect();
            if path.is_empty() && all.beneath == Beneath::Kept {
                end(&["the host's directory \"", name, "\" would hide the files of the image: ", GIVE_OTHER]);
            }
            match places.iter().find(|place| place.path == path) {
                None => places.push(Place { path, mount, index, descriptor: Some(descriptor) }),
                // It has a flag of its own.
                Some(place) if place.descriptor.is_none() && place.mount.path_in(name) == Some("") => {}
                Some(Place { mount: other, .. }) => {
                    end(&[
                        "the host's directories \"",
                        other.name,
                        "\" and \"",
                        name,
                        "\" have one place: ",
                        GIVE_OTHER,
                    ]);
                }
            }
        }
    }
    if let Some(Place { index, .. }) = places.get(MOST) {
        end_with(*index, "the host gives more directories than the 255 that a tree can have: run with fewer --dir");
    }
    places
}

const GIVE_OTHER: &str = "run with --dir PATH::NAME and another NAME";

/// Returns the names of a path.
fn names(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter(|name| !matches!(*name, "" | "."))
}

/// Returns whether something can be a name in a path.
fn can_be(name: &str) -> bool {
    name != ".." && name.len() <= LONGEST_NAME && !name.contains('\0')
}
