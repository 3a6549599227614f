//! Symbolic links that lead nowhere in the app.

use vfs_image::{Content, Names, NodeIndex};

use crate::Remarks;
use crate::tree::SourceTree;

/// Links that are followed for one path. Whoever meets more is led in a circle.
const MAX_FOLLOWED: usize = 40;

/// Warns of symbolic links that are absolute, lead out of the tree or in a circle: WASI follows none of them.
pub(crate) fn tell(tree: &SourceTree, remarks: &mut Remarks) {
    let mut todo = vec![vec![tree.root()]];
    let mut first = None;
    let mut count = 0;
    while let Some(directories) = todo.pop() {
        let directory = *directories.last().unwrap_or(&tree.root());
        for (_, node) in tree.entries(directory).into_iter().flat_map(Names::iter) {
            match tree.node(node).content() {
                Content::Directory(_) => todo.push([&directories[..], &[node]].concat()),
                Content::SymbolicLink(_) => {
                    if let Err(culprit) = follow(tree, directories.clone(), node) {
                        count += 1;
                        first.get_or_insert(culprit);
                    }
                }
                Content::RegularFile { .. } => {}
            }
        }
    }
    if let Some(first) = first {
        let target = match tree.node(first).content() {
            Content::SymbolicLink(target) => String::from_utf8_lossy(target),
            _ => "".into(),
        };
        let first = format!("`{}` -> `{target}`", tree.path(first));
        let (links, first) = if count == 1 {
            ("1 symbolic link".into(), first)
        } else {
            (format!("{count} symbolic links"), format!("{first} is the first"))
        };
        let reasons = "absolute targets, targets outside of the tree, or circles";
        remarks.warn("dangling-link", format!("{links} cannot be followed in the app, because of {reasons}: {first}"));
    }
}

/// Follows a link from its directory, the last of `directories` from the root on. What is not there is no fault: the
/// app may make it.
///
/// # Errors
/// The link at which it cannot go on, which may be another that is on the way.
fn follow(tree: &SourceTree, directories: Vec<NodeIndex>, link: NodeIndex) -> Result<(), NodeIndex> {
    let mut at = directories;
    // Names below the last directory that are not there, or no directories.
    let mut beyond = 0_usize;
    let mut todo = Vec::new();
    let mut followed = 0;
    expand(tree, link, &mut todo)?;
    while let Some((name, of)) = todo.pop() {
        match name {
            b"" | b"." => {}
            b".." if beyond > 0 => beyond -= 1,
            b".." if at.len() > 1 => drop(at.pop()),
            b".." => return Err(of),
            name => match at.last().filter(|_| beyond == 0).and_then(|at| tree.child(*at, name)) {
                Some(node) if tree.entries(node).is_some() => at.push(node),
                Some(node) if matches!(tree.node(node).content(), Content::SymbolicLink(_)) => {
                    followed += 1;
                    if followed == MAX_FOLLOWED {
                        return Err(link);
                    }
                    expand(tree, node, &mut todo)?;
                }
                _ => beyond += 1,
            },
        }
    }
    Ok(())
}

/// Puts the names of a link's target before those that are left, each with the link that it is of.
fn expand<'t>(tree: &'t SourceTree, link: NodeIndex, todo: &mut Vec<(&'t [u8], NodeIndex)>) -> Result<(), NodeIndex> {
    let Content::SymbolicLink(target) = tree.node(link).content() else { return Ok(()) };
    if target.starts_with(b"/") {
        return Err(link);
    }
    todo.extend(target.split(|byte| *byte == b'/').rev().map(|name| (name, link)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::files::{Entry, Files};

    /// How many links of a tree cannot be followed, and the first that is the reason, or nothing.
    fn told(links: &[(&str, &str)]) -> String {
        let mut files = Files::new();
        files.add("d/e/f/file", Entry::file("")).unwrap();
        for (path, target) in links {
            files.add(path, Entry::symlink(*target)).unwrap();
        }
        let mut remarks = Remarks::default();
        tell(files.tree(), &mut remarks);
        let reasons =
            " cannot be followed in the app, because of absolute targets, targets outside of the tree, or circles";
        remarks.warnings.iter().map(|warning| warning.message.replace(reasons, "")).collect()
    }

    #[test]
    fn what_stays_in_the_tree_can_be_followed() {
        for (path, target, wanted) in [
            ("l", "a", ""),
            ("l", "../a", "1 symbolic link: `/l` -> `../a`"),
            ("d/l", "../a", ""),
            ("d/l", "../../a", "1 symbolic link: `/d/l` -> `../../a`"),
            ("l", "a/../../b", "1 symbolic link: `/l` -> `a/../../b`"),
            ("d/l", "a/../../b", ""),
            ("l", "d/e/../../..", "1 symbolic link: `/l` -> `d/e/../../..`"),
            ("l", "d/e/../..", ""),
            ("l", ".//./a", ""),
            ("d/e/l", "/a", "1 symbolic link: `/d/e/l` -> `/a`"),
        ] {
            assert_eq!(told(&[(path, target)]), wanted, "{path} -> {target}");
        }
    }

    #[test]
    fn links_on_the_way_are_followed() {
        // Names alone would say that these stay, and those lead out.
        assert_eq!(told(&[("d/up", ".."), ("d/l", "up/../x")]), "1 symbolic link: `/d/l` -> `up/../x`");
        assert_eq!(told(&[("deep", "d/e/f"), ("l", "deep/../../x")]), "");
        assert_eq!(told(&[("deep", "d/e"), ("d/e/l", "../../x"), ("m", "deep/l")]), "");
        assert_eq!(
            told(&[("deep", "d/e"), ("m", "deep/l/y"), ("d/e/l", "../../..")]),
            "2 symbolic links: `/d/e/l` -> `../../..` is the first"
        );
        assert_eq!(told(&[("a", "/etc"), ("l", "a/passwd")]), "2 symbolic links: `/a` -> `/etc` is the first");
        assert_eq!(told(&[("a", "b"), ("b", "a"), ("c", "c/x")]), "3 symbolic links: `/a` -> `b` is the first");
        assert_eq!(told(&[("a", "b"), ("b", "c"), ("c", "d/e/f/file")]), "");
    }
}
