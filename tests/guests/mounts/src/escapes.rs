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

/// While another program puts a directory and a link that leads outside in each other's place.
pub const SWAPPED: &[Behaviour] = &[("what_is_swapped_meanwhile_leads_nowhere_else", what_is_swapped_meanwhile)];

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
    for round in 0..5_000 {
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
