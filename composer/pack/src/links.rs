//! Symbolic links that lead nowhere in the app.

use vfs_image::{Content, Names};

use crate::Remarks;
use crate::tree::SourceTree;

/// Warns of symbolic links that are absolute or lead out of the tree: WASI follows neither.
pub(crate) fn tell(tree: &SourceTree, remarks: &mut Remarks) {
    let mut todo = vec![(tree.root(), 0_usize)];
    let mut first = None;
    let mut count = 0;
    while let Some((directory, depth)) = todo.pop() {
        for (name, node) in tree.entries(directory).into_iter().flat_map(Names::iter) {
            match tree.node(node).content() {
                Content::Directory(_) => todo.push((node, depth + 1)),
                Content::SymbolicLink(target) if leads_out(target, depth) => {
                    count += 1;
                    first.get_or_insert_with(|| {
                        let directory = tree.path(directory);
                        let name = String::from_utf8_lossy(name);
                        format!("`{}/{name}` -> `{}`", directory.trim_end_matches('/'), String::from_utf8_lossy(target))
                    });
                }
                _ => {}
            }
        }
    }
    if let Some(first) = first {
        let (links, first) = if count == 1 {
            ("1 symbolic link".into(), first)
        } else {
            (format!("{count} symbolic links"), format!("{first} is the first"))
        };
        remarks.warn("dangling-link", format!("{links} cannot be followed in the app, because of absolute targets or targets outside of the tree: {first}"));
    }
}

/// Returns whether a target, seen from a directory so many names below the root, is absolute or above the root.
fn leads_out(target: &[u8], depth: usize) -> bool {
    if target.starts_with(b"/") {
        return true;
    }
    let mut depth = depth;
    for name in target.split(|byte| *byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." => match depth.checked_sub(1) {
                Some(above) => depth = above,
                None => return true,
            },
            _ => depth += 1,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::leads_out;

    #[test]
    fn what_stays_in_the_tree_can_be_followed() {
        for (target, depth, wanted) in [
            ("a", 0, false),
            ("../a", 0, true),
            ("../a", 1, false),
            ("../../a", 1, true),
            ("a/../../b", 0, true),
            ("a/../../b", 1, false),
            (".//./a", 0, false),
            ("/a", 5, true),
        ] {
            assert_eq!(leads_out(target.as_bytes(), depth), wanted, "{target} at {depth}");
        }
    }
}
