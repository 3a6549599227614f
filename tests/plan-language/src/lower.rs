//! A tree that has something of each kind where the plans' paths lead.

/// What can be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A directory. It comes before what is in it.
    Directory,
    /// A file.
    File(&'static [u8]),
    /// A symbolic link.
    Link(&'static str),
    /// One more name of a file that came before.
    Same(&'static str),
}

/// The tree.
pub const ITEMS: &[(&str, Item)] = &[
    ("a", Item::File(b"0123456789")),
    ("b", Item::Directory),
    ("b/a", Item::File(&[7; 70_001])),
    ("b/b", Item::Directory),
    ("b/b/c", Item::Same("b/a")),
    ("b/b/d", Item::Directory),
    ("b/b/d/a", Item::Link("../../../c")),
    ("b/c", Item::Link("a")),
    ("b/d", Item::Same("a")),
    ("c", Item::Link("b")),
];

/// The time of all that is in the tree, or of the root where nothing is, in seconds.
#[must_use]
pub fn built(over_image: bool) -> u64 {
    if over_image { 1000 } else { 0 }
}

/// What is in a tree, by path. A directory comes before what is in it.
pub type Items = Vec<(String, Item)>;

/// Puts what is in some directories of a tree elsewhere: what remains, with these directories, and for each of them
/// what was in it. No point is in another one. One that is not in the tree is added to it.
///
/// A name of a file whose other name is elsewhere becomes a file of its own.
#[must_use]
pub fn split(items: &[(&str, Item)], points: &[&str]) -> (Items, Vec<Items>) {
    let place = |path: &str| {
        let within =
            |point: &&str| path.strip_prefix(*point).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        points.iter().position(within)
    };
    let inside = |part: Option<usize>, path: &str| match part {
        Some(part) => path[points[part].len()..].trim_start_matches('/').to_owned(),
        None => path.to_owned(),
    };
    let mut remaining = Items::new();
    let mut parts = vec![Items::new(); points.len()];
    for &(path, item) in items {
        let part = place(path);
        let item = match item {
            Item::Same(other) if place(other) == part => {
                Item::Same(&other[part.map_or(0, |part| points[part].len() + 1)..])
            }
            Item::Same(other) => items.iter().find(|(path, _)| *path == other).expect("it came before").1,
            other => other,
        };
        let name = inside(part, path);
        if !name.is_empty() {
            part.map_or(&mut remaining, |part| &mut parts[part]).push((name, item));
        }
    }
    for point in points {
        let ends = point.match_indices('/').map(|(end, _)| end).chain([point.len()]);
        for directory in ends.map(|end| &point[..end]) {
            if !remaining.iter().any(|(path, _)| path == directory) {
                remaining.push((directory.to_owned(), Item::Directory));
            }
        }
    }
    (remaining, parts)
}

#[cfg(test)]
mod tests {
    use super::{ITEMS, Item, split};

    #[test]
    fn a_tree_is_split() {
        let (remaining, parts) = split(ITEMS, &["b/b", "d/e"]);
        let paths = |items: &[(String, Item)]| items.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
        assert_eq!(paths(&remaining), ["a", "b", "b/a", "b/c", "b/d", "c", "b/b", "d", "d/e"]);
        assert_eq!(paths(&parts[0]), ["c", "d", "d/a"]);
        assert!(matches!(parts[0][0].1, Item::File(bytes) if bytes.len() == 70_001));
        assert!(matches!(remaining[4].1, Item::Same("a")));
        assert!(parts[1].is_empty());
        let (_, parts) = split(ITEMS, &["b"]);
        assert!(matches!(parts[0][2].1, Item::Same("a")), "{parts:?}");
    }
}
