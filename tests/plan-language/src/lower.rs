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
/// what was in it. A point that is in another one comes after that. One that is not in the tree is added to it.
///
/// A file whose other name is elsewhere becomes two.
#[must_use]
pub fn split(items: &[(&'static str, Item)], points: &[&'static str]) -> (Items, Vec<Items>) {
    // Where a path is: the innermost point, and the path in it.
    let place = |path: &'static str, points: &[&str]| {
        let within = |(number, point): (usize, &&str)| {
            let rest = path.strip_prefix(*point)?;
            Some((Some(number), if rest.is_empty() { rest } else { rest.strip_prefix('/')? }))
        };
        points.iter().enumerate().rev().find_map(within).unwrap_or((None, path))
    };
    let mut parts = vec![Items::new(); points.len() + 1];
    let mut add = |(part, path): (Option<usize>, &str), item| {
        let part: &mut Items = &mut parts[part.map_or(0, |part| part + 1)];
        if !path.is_empty() && !part.iter().any(|(known, _)| known == path) {
            part.push((path.to_owned(), item));
        }
    };
    for &(path, item) in items {
        let at = place(path, points);
        let item = match item {
            Item::Same(other) => match place(other, points) {
                (part, other) if part == at.0 => Item::Same(other),
                _ => items.iter().find(|(path, _)| *path == other).expect("it came before").1,
            },
            item => item,
        };
        add(at, item);
    }
    for (number, &point) in points.iter().enumerate() {
        for (end, _) in point.match_indices('/').chain([(point.len(), "")]) {
            add(place(&point[..end], &points[..number]), Item::Directory);
        }
    }
    let within = parts.split_off(1);
    (parts.remove(0), within)
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
        let (_, parts) = split(ITEMS, &["b", "b/b"]);
        assert_eq!(paths(&parts[0]), ["a", "c", "d", "b"]);
        assert!(matches!(parts[0][2].1, Item::File(bytes) if bytes.len() == 10));
        assert_eq!(paths(&parts[1]), ["c", "d", "d/a"]);
        let (_, parts) = split(ITEMS, &["b"]);
        assert_eq!(parts[0][2], ("b/c".to_owned(), Item::Same("a")));
    }
}
