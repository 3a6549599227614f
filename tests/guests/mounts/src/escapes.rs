//! Paths and links that try to leave the tree. Beside the host's directory is a file that holds `secret`; links in the
//! directory lead to it, and to where it would be.

use check::{Behaviour, Outcome, Saw, holds};
use wasip2::filesystem::types::{Descriptor, OpenFlags};

use crate::tools::{FOLLOW, MUTATE, NO_FOLLOW, READ, WRITE, directory, done, names, root, text};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("no_path_reads_what_is_outside", no_path_reads_what_is_outside),
    ("no_path_changes_what_is_outside", no_path_changes_what_is_outside),
    ("own_links_lead_nowhere_else", own_links_lead_nowhere_else),
];

/// While another program puts directories and links that lead outside in each other's places, and moves a directory out
/// and in.
pub const SWAPPED: &[Behaviour] = &[
    ("what_is_swapped_meanwhile_leads_nowhere_else", what_is_swapped_meanwhile),
    ("hostile_paths_lead_nowhere_else_meanwhile", hostile_paths_meanwhile),
];

const NAMES: [&str; 12] = ["..", ".", "", "m", "again", "dir", "up", "far", "absolute", "to-again", "self", "file"];

/// All paths of three names, and some that end otherwise.
fn paths() -> impl Iterator<Item = String> {
    let pairs = NAMES.into_iter().flat_map(|one| NAMES.map(|other| format!("{one}/{other}")));
    pairs.flat_map(|pair| NAMES.map(|last| format!("{pair}/{last}")))
}

fn starts() -> Result<Vec<Descriptor>, Saw> {
    Ok(vec![root(), done(directory("m"))?, done(directory("m/dir"))?, done(directory("again"))?])
}

fn no_path_reads_what_is_outside() -> Outcome {
    let mut read = 0;
    for at in starts()? {
        for path in paths() {
            for end in ["", "/secret", "/outside/secret", "/../outside/secret"] {
                let path = format!("{path}{end}");
                if let Ok(text) = text(&at, &path) {
                    holds(text != "secret", &path)?;
                    read += 1;
                }
            }
            if let Ok(names) = names(&at, &path) {
                holds(!names.iter().any(|name| name == "secret" || name == "outside"), &path)?;
            }
        }
    }
    holds(read > 30, format!("{read} paths lead to a file"))
}

/// The host's side looks whether anything has changed.
fn no_path_changes_what_is_outside() -> Outcome {
    let root = root();
    for at in starts()? {
        for path in paths().filter(|path| path.contains("..") || path.contains("far") || path.contains("absolute")) {
            for end in ["/outside/new", "/new", "/outside/secret"] {
                let path = format!("{path}{end}");
                let is_new = end != "/outside/secret";
                // Whatever comes of it in the tree is taken back, if it can be.
                if is_new && at.create_directory_at(&path).is_ok() {
                    done(at.remove_directory_at(&path))?;
                }
                if is_new && at.symlink_at("file", &path).is_ok() {
                    done(at.unlink_file_at(&path))?;
                }
                if at.open_at(FOLLOW, &path, OpenFlags::CREATE | OpenFlags::TRUNCATE, READ | WRITE).is_ok() {
                    done(at.unlink_file_at(&path))?;
                }
                if !is_new {
                    let _ = at.unlink_file_at(&path);
                    let _ = at.rename_at(&path, &root, "m/stolen");
                    let _ = at.link_at(NO_FOLLOW, &path, &root, "m/stolen");
                    let _ = at.link_at(FOLLOW, &path, &root, "m/stolen");
                }
            }
        }
    }
    holds(root.stat_at(NO_FOLLOW, "m/stolen").is_err(), "nothing came from outside")
}

fn own_links_lead_nowhere_else() -> Outcome {
    let root = root();
    let targets = [
        "../../outside/secret",
        "../outside/secret",
        "dir/../../../outside/secret",
        "up/outside/secret",
        "..",
        "../..",
        "/",
        "/../outside/secret",
        "/m/up/outside/secret",
    ];
    for place in ["m/own", "m/dir/own", "own"] {
        for target in targets {
            if root.symlink_at(target, place).is_err() {
                continue;
            }
            for end in ["", "/secret", "/outside/secret"] {
                let path = format!("{place}{end}");
                holds(text(&root, &path).ok().as_deref() != Some("secret"), format!("{path} with {target}"))?;
            }
            let opened = root.open_at(FOLLOW, place, OpenFlags::DIRECTORY, READ | MUTATE);
            if let Ok(opened) = opened {
                holds(!names(&opened, ".").unwrap_or_default().contains(&"outside".to_owned()), place)?;
            }
            done(root.unlink_file_at(place))?;
        }
    }
    Ok(())
}

fn what_is_swapped_meanwhile() -> Outcome {
    let root = root();
    let (mut inside, mut refused) = (0, 0);
    for round in 0..3_000 {
        match text(&root, "m/swapped/secret") {
            Ok(text) if text == "inside" => inside += 1,
            Ok(text) => holds(false, format!("{text:?} in round {round}"))?,
            Err(_) => refused += 1,
        }
        if round % 16 == 0
            && let Ok(directory) = directory("m/swapped")
        {
            holds(text(&directory, "secret").ok().as_deref() != Some("secret"), "through a descriptor")?;
            let _ = directory.create_directory_at("new");
            let _ = directory.remove_directory_at("new");
            let _ = root.create_directory_at("m/swapped/made");
            let _ = root.remove_directory_at("m/swapped/made");
        }
    }
    holds(inside > 0 && refused > 0, format!("{inside} times it was inside, {refused} times a link"))
}

/// What is swapped, and links that are not.
const PLACES: [&str; 12] = [
    "swapped",
    "other",
    "dir",
    "dir-link",
    "dir/sub",
    "dir/sub-link",
    "dir/deep",
    "dir/deep/up",
    "far",
    "absolute",
    "inner",
    "inner-link",
];

const ENDS: [&str; 8] = [
    "",
    "/secret",
    "/../secret",
    "/../outside/secret",
    "/../../outside/secret",
    "/up/secret",
    "/sub/secret",
    "/deep/../secret",
];

fn hostile_paths_meanwhile() -> Outcome {
    let ways = PLACES.into_iter().flat_map(|one| PLACES.map(|other| format!("{one}/../{other}")));
    let ways = ways.flat_map(|way| [format!("{way}/secret"), way]);
    let paths: Vec<_> = PLACES.into_iter().flat_map(|one| ENDS.map(|end| format!("{one}{end}"))).chain(ways).collect();
    let root = root();
    let (mut inside, mut refused) = (0, 0);
    for round in 0..2 {
        let deep = directory("m/dir/deep");
        for (at, before) in [(&root, "m/"), (&root, "again/"), (&done(directory("m"))?, "")] {
            for path in paths.iter().map(|path| format!("{before}{path}")) {
                match text(at, &path) {
                    Ok(text) if text == "secret" => holds(false, &path)?,
                    Ok(_) => inside += 1,
                    Err(_) => refused += 1,
                }
                let _ = (at.stat_at(FOLLOW, &path), at.metadata_hash_at(FOLLOW, &path));
                if let Ok(names) = names(at, &path) {
                    holds(!names.iter().any(|name| name == "only-outside"), &path)?;
                }
                if round > 0 {
                    change_meanwhile(at, &path)?;
                }
            }
        }
        // It may be elsewhere by now.
        if let Ok(deep) = deep {
            for path in ["secret", "..", "../secret", "up", "up/secret", "up/up/secret"] {
                holds(text(&deep, path).ok().as_deref() != Some("secret"), path)?;
            }
        }
    }
    holds(inside > 0 && refused > 0, format!("{inside} times it was inside, {refused} times not"))
}

/// Whatever comes of it. The host's side looks whether anything has changed outside.
fn change_meanwhile(at: &Descriptor, path: &str) -> Outcome {
    let root = root();
    let new = format!("{path}/new");
    let _ = (at.create_directory_at(&new), at.remove_directory_at(&new));
    let _ = (at.symlink_at("file", &new), at.unlink_file_at(&new));
    if at.open_at(FOLLOW, &new, OpenFlags::CREATE | OpenFlags::TRUNCATE, READ | WRITE).is_ok() {
        let _ = at.unlink_file_at(&new);
    }
    if path.ends_with("secret")
        && (at.link_at(FOLLOW, path, &root, "m/stolen").is_ok()
            || at.link_at(NO_FOLLOW, path, &root, "m/stolen").is_ok())
    {
        holds(text(&root, "m/stolen").ok().as_deref() != Some("secret"), path)?;
        let _ = root.unlink_file_at("m/stolen");
    }
    Ok(())
}
