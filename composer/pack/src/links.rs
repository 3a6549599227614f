//! Symbolic links that lead nowhere in the app.

use std::borrow::Cow;
use std::collections::BTreeMap;

use vfs_image::{Content, Names, NodeIndex};

use crate::Remarks;
use crate::tree::{SourceTree, find};

/// Links that are followed for one path. Whoever meets more is led in a circle.
const MAX_FOLLOWED: usize = 40;

/// Why a link cannot be followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stuck {
    /// It, or one on the way, has an absolute target, which is not followed from where the path begins.
    Absolute,
    /// It leads up from where the path begins, or in a circle.
    Lost,
}

/// Warns of symbolic links that lead out of the tree or of the directories that the app gets, or in a circle, or are
/// absolute: WASI follows none of them. Without `preopens`, the app gets the root. `follows_absolute`: from the root, the
/// vfs follows absolute ones.
pub(crate) fn tell(tree: &SourceTree, preopens: &[String], follows_absolute: bool, remarks: &mut Remarks) {
    let gets_root = preopens.is_empty() || preopens.iter().any(|guest| guest.trim_matches('/').is_empty());
    let preopens: Vec<_> = preopens.iter().filter_map(|guest| find(tree, guest).ok().flatten()).collect();
    let mut todo = vec![vec![tree.root()]];
    let (mut dangling, mut leaving, mut absolute) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut is_any_absolute = false;
    while let Some(directories) = todo.pop() {
        let directory = *directories.last().unwrap_or(&tree.root());
        for (name, node) in tree.entries(directory).into_iter().flat_map(Names::iter) {
            match tree.node(node).content() {
                Content::Directory(_) => todo.push([&directories[..], &[node]].concat()),
                Content::SymbolicLink(target) => {
                    let follow = |depth| follow(tree, &directories, depth, follows_absolute && depth == 1, node);
                    // From each preopen around the link. No app meets a link outside of all.
                    let around = (1..=directories.len()).filter(|depth| preopens.contains(&directories[depth - 1]));
                    let around: Result<Vec<_>, _> = around.map(|depth| follow(depth).err().ok_or(())).collect();
                    let links = match (follow(1), around.as_deref()) {
                        (Err(stuck), _) => {
                            is_any_absolute |= stuck == Stuck::Absolute;
                            &mut dangling
                        }
                        (Ok(()), Ok([]) | Err(())) => continue,
                        (Ok(()), Ok(stuck)) if stuck.contains(&Stuck::Absolute) => &mut absolute,
                        (Ok(()), Ok(_)) => &mut leaving,
                    };
                    let name = String::from_utf8_lossy(name);
                    let path = format!("{}/{name}", tree.path(directory).trim_end_matches('/'));
                    links.insert(path, String::from_utf8_lossy(target));
                }
                Content::RegularFile { .. } => {}
            }
        }
    }
    let exclude = "`--exclude` leaves links out";
    let (reasons, way_out) = match (follows_absolute, is_any_absolute) {
        (true, _) => ("because of targets outside of the tree, or circles", exclude.to_owned()),
        (false, false) => (REASONS, exclude.to_owned()),
        (false, true) => {
            let flags = if gets_root {
                "`--absolute-links root` lets"
            } else {
                "`--absolute-links root` and `--preopen /` let"
            };
            (REASONS, format!("{flags} the app follow absolute ones, {exclude}"))
        }
    };
    warn(&dangling, reasons, &way_out, remarks);
    let reason = "because of targets outside of the directories of `--preopen`";
    warn(&leaving, reason, "`--preopen` of a directory around link and target lets the app follow it", remarks);
    let reason = "because of absolute targets, which are followed in paths from `/` only";
    warn(&absolute, reason, "`--preopen /` gives the app such paths", remarks);
}

/// Why links cannot be followed.
const REASONS: &str = "because of absolute targets, targets outside of the tree, or circles";

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
/// `depth`, counted from 1. What is not there is no fault: the app may make it.
///
/// # Errors
/// Why it cannot go on, at this link or at another that is on the way.
fn follow(
    tree: &SourceTree,
    directories: &[NodeIndex],
    depth: usize,
    follows_absolute: bool,
    link: NodeIndex,
) -> Result<(), Stuck> {
    let mut at = directories.to_vec();
    // Names below the last directory that are not there, or no directories.
    let mut beyond = 0_usize;
    let mut todo = Vec::new();
    let mut followed = 0;
    let mut next = Some(link);
    loop {
        if let Some(link) = next.take() {
            followed += 1;
            let Content::SymbolicLink(target) = tree.node(link).content() else { return Ok(()) };
            let is_absolute = target.starts_with(b"/");
            if is_absolute && !follows_absolute {
                return Err(Stuck::Absolute);
            }
            if followed > MAX_FOLLOWED {
                return Err(Stuck::Lost);
            }
            if is_absolute {
                at.truncate(1);
                beyond = 0;
            }
            todo.extend(target.split(|byte| *byte == b'/').rev());
        }
        let Some(name) = todo.pop() else { return Ok(()) };
        match name {
            b"" | b"." => {}
            b".." if beyond > 0 => beyond -= 1,
            b".." if at.len() > depth => drop(at.pop()),
            b".." => return Err(Stuck::Lost),
            name => match at.last().filter(|_| beyond == 0).and_then(|at| tree.child(*at, name)) {
                Some(node) if tree.entries(node).is_some() => at.push(node),
                Some(node) if matches!(tree.node(node).content(), Content::SymbolicLink(_)) => next = Some(node),
                _ => beyond += 1,
            },
        }
    }
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
        tell(files.tree(), &[], false, &mut remarks);
        let reasons =
            " cannot be followed in the app, because of absolute targets, targets outside of the tree, or circles";
        let way_out = "; `--exclude` leaves links out";
        let told = remarks.warnings.iter().map(|warning| {
            let message = warning.message.replace(reasons, "");
            message.replace("; `--absolute-links root` lets the app follow absolute ones,", ";").replace(way_out, "")
        });
        told.collect()
    }

    /// What is told where absolute links are followed from the root, of an app that gets these directories.
    fn told_with_root(links: &[(&str, &str)], preopens: &[&str]) -> Vec<String> {
        let (files, mut remarks) = (tree(links), Remarks::default());
        let preopens: Vec<_> = preopens.iter().map(ToString::to_string).collect();
        tell(files.tree(), &preopens, true, &mut remarks);
        remarks.warnings.into_iter().map(|warning| warning.message).collect()
    }

    #[test]
    fn absolute_links_have_a_way_out() {
        let message = |links: &[(&str, &str)], preopens: &[&str]| {
            let (files, mut remarks) = (tree(links), Remarks::default());
            let preopens: Vec<_> = preopens.iter().map(ToString::to_string).collect();
            tell(files.tree(), &preopens, false, &mut remarks);
            remarks.warnings.into_iter().map(|warning| warning.message).collect::<String>()
        };
        let of_flag = "; `--absolute-links root` lets the app follow absolute ones, `--exclude` leaves links out";
        for (links, preopens) in [
            (&[("l", "/d")][..], &[][..]),
            (&[("d/l", "../m"), ("m", "/")], &["/"]),
            (&[("l", "/d"), ("out", "..")], &["/d", "/"]),
        ] {
            assert!(message(links, preopens).ends_with(of_flag), "{}", message(links, preopens));
        }
        let of_both = "`--absolute-links root` and `--preopen /` let the app follow absolute ones, `--exclude`";
        assert!(message(&[("d/l", "/d")], &["/d"]).contains(of_both));
        assert!(message(&[("l", "..")], &[]).ends_with("circles: `/l` -> `..`; `--exclude` leaves links out"));
    }

    #[test]
    fn absolute_links_are_followed_from_the_root() {
        let links =
            [("d/l", "/d/e"), ("d/m", "l/f/../../../d/e/x"), ("d/r", "/"), ("gone", "/no/where"), ("s", "//d/")];
        assert_eq!(told_with_root(&links, &[]), [""; 0]);
        assert_eq!(told_with_root(&links, &["/d", "/"]), [""; 0]);
        assert_eq!(
            told_with_root(&[("d/l", "/../x"), ("o", "/o"), ("p", "/d/../p/x"), ("q", "/d/e/../..")], &[]),
            ["3 symbolic links cannot be followed in the app, because of targets outside of the tree, or circles: \
              `/d/l` -> `/../x`, `/o` -> `/o`, `/p` -> `/d/../p/x`; `--exclude` leaves links out"]
        );
        // From another directory they are not followed, even where they would stay in it.
        assert_eq!(
            told_with_root(
                &[("d/l", "/d/e"), ("d/m", "e/n"), ("d/e/n", "../l"), ("d/o", "../x"), ("l", "/d")],
                &["/d"]
            ),
            [
                "1 symbolic link cannot be followed in the app, because of targets outside of the directories of \
                 `--preopen`: `/d/o` -> `../x`; `--preopen` of a directory around link and target lets the app follow it",
                "3 symbolic links cannot be followed in the app, because of absolute targets, which are followed in paths \
                 from `/` only: `/d/e/n` -> `../l`, `/d/l` -> `/d/e`, `/d/m` -> `e/n`; `--preopen /` gives the app such \
                 paths"
            ]
        );
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
            tell(files.tree(), &preopens, false, &mut remarks);
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
        tell(tree(&links).tree(), &[], false, &mut remarks);
        let [warning] = &remarks.warnings[..] else { panic!() };
        assert_eq!(warning.files, ["/a", "/d/a", "/d/b", "/d/e/f/g", "/x", "/y", "/z"]);
        let listed = "circles: `/a` -> `/`, `/d/a` -> `/`, `/d/b` -> `/`, `/d/e/f/g` -> `/`, `/x` -> `/` and 2 more";
        assert!(warning.message.contains(listed), "{warning:?}");
    }
}
