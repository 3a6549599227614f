//! Symbolic links that lead nowhere in the app.

use std::borrow::Cow;
use std::collections::BTreeMap;

use vfs_image::{Content, Names, NodeIndex};

use crate::Remarks;
use crate::tree::{SourceTree, find};

/// Links that are followed for one path. Whoever meets more is led in a circle.
const MAX_FOLLOWED: usize = 40;

/// Warns of symbolic links that are absolute, lead out of the tree or of the directories that the app gets, or in a
/// circle: WASI follows none of them. Without `preopens`, the app gets the root.
pub(crate) fn tell(tree: &SourceTree, preopens: &[String], remarks: &mut Remarks) {
    let preopens: Vec<_> = preopens.iter().filter_map(|guest| find(tree, guest).ok().flatten()).collect();
    let mut todo = vec![vec![tree.root()]];
    let (mut dangling, mut leaving) = (BTreeMap::new(), BTreeMap::new());
    while let Some(directories) = todo.pop() {
        let directory = *directories.last().unwrap_or(&tree.root());
        for (name, node) in tree.entries(directory).into_iter().flat_map(Names::iter) {
            match tree.node(node).content() {
                Content::Directory(_) => todo.push([&directories[..], &[node]].concat()),
                Content::SymbolicLink(target) => {
                    // The path to a preopen around the link, for each one. No app meets a link outside of all.
                    let around = (1..=directories.len()).filter(|depth| preopens.contains(&directories[depth - 1]));
                    let mut around = around.peekable();
                    let links = if follow(tree, &directories, 1, node).is_none() {
                        &mut dangling
                    } else if around.peek().is_some()
                        && around.all(|depth| follow(tree, &directories, depth, node).is_none())
                    {
                        &mut leaving
                    } else {
                        continue;
                    };
                    let name = String::from_utf8_lossy(name);
                    let path = format!("{}/{name}", tree.path(directory).trim_end_matches('/'));
                    links.insert(path, String::from_utf8_lossy(target));
                }
                Content::RegularFile { .. } => {}
            }
        }
    }
    let reasons = "because of absolute targets, targets outside of the tree, or circles";
    warn(&dangling, reasons, "`--exclude` leaves links out", remarks);
    let reason = "because of targets outside of the directories of `--preopen`";
    warn(&leaving, reason, "`--preopen` of a directory around link and target lets the app follow it", remarks);
}

/// Warns of links that the app cannot follow, each with its target.
fn warn(links: &BTreeMap<String, Cow<'_, str>>, reason: &str, way_out: &str, remarks: &mut Remarks) {
    let count = match links.len() {
        0 => return,
        1 => "1 symbolic link".into(),
        count => format!("{count} symbolic links"),
    };
    let show = |path: &str| format!("`{path}` -> `{}`", links.get(path).map_or("", |target| target));
    remarks.warn_of("dangling-link", links.keys().cloned().collect(), show, |listed| {
        format!("{count} cannot be followed in the app, {reason}: {listed}; {way_out}")
    });
}

/// Follows a link from its directory, the last of `directories` from the root on, of which the app gets the one at
/// `depth`, counted from 1. What is not there is no fault: the app may make it. Returns `None` if it cannot go on, at
/// this link or at another that is on the way.
fn follow(tree: &SourceTree, directories: &[NodeIndex], depth: usize, link: NodeIndex) -> Option<()> {
    let mut at = directories.to_vec();
    // Names below the last directory that are not there, or no directories.
    let mut beyond = 0_usize;
    let mut todo = Vec::new();
    let mut followed = 0;
    expand(tree, link, &mut todo)?;
    while let Some(name) = todo.pop() {
        match name {
            b"" | b"." => {}
            b".." if beyond > 0 => beyond -= 1,
            b".." if at.len() > depth => drop(at.pop()),
            b".." => return None,
            name => match at.last().filter(|_| beyond == 0).and_then(|at| tree.child(*at, name)) {
                Some(node) if tree.entries(node).is_some() => at.push(node),
                Some(node) if matches!(tree.node(node).content(), Content::SymbolicLink(_)) => {
                    followed += 1;
                    if followed == MAX_FOLLOWED {
                        return None;
                    }
                    expand(tree, node, &mut todo)?;
                }
                _ => beyond += 1,
            },
        }
    }
    Some(())
}

/// Puts the names of a link's target before those that are left. Returns `None` if the target is absolute.
fn expand<'t>(tree: &'t SourceTree, link: NodeIndex, todo: &mut Vec<&'t [u8]>) -> Option<()> {
    let Content::SymbolicLink(target) = tree.node(link).content() else { return Some(()) };
    if target.starts_with(b"/") {
        return None;
    }
    todo.extend(target.split(|byte| *byte == b'/').rev());
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::files::{Entry, Files};

    fn tree(links: &[(&str, &str)]) -> Files {
        let mut files = Files::new();
        files.add("d/e/f/file", Entry::file("")).unwrap();
        for (path, target) in links {
            files.add(path, Entry::symlink(*target)).unwrap();
        }
        files
    }

    /// How many links of a tree cannot be followed, and which, or nothing.
    fn told(links: &[(&str, &str)]) -> String {
        let files = tree(links);
        let mut remarks = Remarks::default();
        tell(files.tree(), &[], &mut remarks);
        let reasons =
            " cannot be followed in the app, because of absolute targets, targets outside of the tree, or circles";
        let way_out = "; `--exclude` leaves links out";
        let told = remarks.warnings.iter().map(|warning| warning.message.replace(reasons, "").replace(way_out, ""));
        told.collect()
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
    fn what_leads_out_of_all_directories_of_the_app_is_told() {
        let links = [("d/l", "../a"), ("d/e/l", "../a"), ("d/e/in", "f/file"), ("x", "d/../a")];
        let told = |preopens: &[&str]| {
            let (files, mut remarks) = (tree(&links), Remarks::default());
            let preopens: Vec<_> = preopens.iter().map(ToString::to_string).collect();
            tell(files.tree(), &preopens, &mut remarks);
            let told = remarks.warnings.into_iter().map(|warning| (warning.code, warning.message));
            told.collect::<Vec<_>>()
        };
        let message = |links: &str| {
            let message = format!("{links}; `--preopen` of a directory around link and target lets the app follow it");
            vec![("dangling-link", message)]
        };
        let why = "cannot be followed in the app, because of targets outside of the directories of `--preopen`";
        // What is outside of all, no app meets.
        assert_eq!(told(&["/d"]), message(&format!("1 symbolic link {why}: `/d/l` -> `../a`")));
        assert_eq!(told(&["/d/e"]), message(&format!("1 symbolic link {why}: `/d/e/l` -> `../a`")));
        assert_eq!(told(&["/d/e", "/d"]), message(&format!("1 symbolic link {why}: `/d/l` -> `../a`")));
        assert_eq!(told(&["/"]), []);
        assert_eq!(told(&["/", "/d/e"]), []);
        assert_eq!(told(&["/d/e/f"]), []);
    }

    #[test]
    fn links_on_the_way_are_followed() {
        // Names alone would say that these stay, and those lead out.
        assert_eq!(told(&[("d/up", ".."), ("d/l", "up/../x")]), "1 symbolic link: `/d/l` -> `up/../x`");
        assert_eq!(told(&[("deep", "d/e/f"), ("l", "deep/../../x")]), "");
        assert_eq!(told(&[("deep", "d/e"), ("d/e/l", "../../x"), ("m", "deep/l")]), "");
        assert_eq!(
            told(&[("deep", "d/e"), ("m", "deep/l/y"), ("d/e/l", "../../..")]),
            "2 symbolic links: `/d/e/l` -> `../../..`, `/m` -> `deep/l/y`"
        );
        assert_eq!(told(&[("l", "a/passwd"), ("a", "/etc")]), "2 symbolic links: `/a` -> `/etc`, `/l` -> `a/passwd`");
        assert_eq!(
            told(&[("a", "b"), ("b", "a"), ("c", "c/x")]),
            "3 symbolic links: `/a` -> `b`, `/b` -> `a`, `/c` -> `c/x`"
        );
        assert_eq!(told(&[("a", "b"), ("b", "c"), ("c", "d/e/f/file")]), "");
    }

    #[test]
    fn a_long_list_is_sorted_and_whole() {
        let names = ["z", "d/b", "a", "d/e/f/g", "x", "d/a", "y"];
        let links: Vec<_> = names.iter().map(|name| (*name, "/")).collect();
        let mut remarks = Remarks::default();
        tell(tree(&links).tree(), &[], &mut remarks);
        let [warning] = &remarks.warnings[..] else { panic!() };
        assert_eq!(warning.files, ["/a", "/d/a", "/d/b", "/d/e/f/g", "/x", "/y", "/z"]);
        let listed = "circles: `/a` -> `/`, `/d/a` -> `/`, `/d/b` -> `/`, `/d/e/f/g` -> `/`, `/x` -> `/` and 2 more";
        assert!(warning.message.contains(listed), "{warning:?}");
    }
}
