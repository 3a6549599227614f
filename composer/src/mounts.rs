//! Directories of the host in the tree: which ones can be there together, and with what else.

use vfs_abi::settings::{Beneath, Mount, MountAccess, Settings};
use vfs_compose_pack::Remarks;
use vfs_compose_pack::image::Point;
use vfs_compose_vfs::has_mounts_by_0_3;
use vfs_compose_wasi::App;

use crate::{Composer, InterfaceName};

/// The package of the host's directories.
pub(crate) const PACKAGE: &str = "wasi:filesystem";
/// Its interfaces that the vfs asks the host for.
const INTERFACES: [&str; 2] = ["wasi:filesystem/types", "wasi:filesystem/preopens"];

/// Largest number of directories: the vfs has eight bits for the filesystem of a node, and one is the image.
const MOST: usize = 255;

/// Directories of the host that cannot be in the tree. What follows the colon of a message is the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MountError {
    /// A name that is empty or has NUL in it.
    #[error("`{name}` is not the name of a directory of the host: name one")]
    Name {
        /// The name, escaped.
        name: String,
    },
    /// A name that leads up again from what it begins with.
    #[error(
        "`--host-dir {name}` goes up from a directory of the host, which no host allows: name the directory that is meant, \
         as the host does"
    )]
    Upwards {
        /// The name.
        name: String,
    },
    /// More directories than a tree can have.
    #[error("`--host-dir` is given {count} times, of which a tree can have {MOST}: name a directory above several")]
    TooMany {
        /// Number of directories.
        count: usize,
    },
    /// A place at the root of a tree that has files.
    #[error(
        "`--host-dir {name}` is at `/` and hides all files of the image: `{name}::/,{word},union` shows them where it has \
         none, and `{name}::/GUEST` places it below"
    )]
    Root {
        /// The name of the directory.
        name: String,
        /// The word of an access with which it can be united with the image.
        word: &'static str,
    },
    /// A directory that is written through and united with the image.
    #[error(
        "`--host-dir {name}` cannot be `rw` and `union`, as what is changed in a union of two directories is in neither: \
         take `ro` or `cow`"
    )]
    Union {
        /// The name of the directory.
        name: String,
    },
    /// Two directories at one place.
    #[error("`--host-dir` has `{name}` and `{other}` at `{guest}`: place one elsewhere, as in `{other}::/GUEST`")]
    SamePlace {
        /// The name of the first directory.
        name: String,
        /// The name of the second directory.
        other: String,
        /// Their place.
        guest: String,
    },
    /// A rule that denies the filesystem of the host.
    #[error("`{denial}` denies the filesystem of the host, which `--host-dir {name}` needs: omit one")]
    Denied {
        /// The rule.
        denial: String,
        /// The name of a directory.
        name: String,
    },
    /// A rule that denies everything, without an exception.
    #[error(
        "`{denial}` denies the filesystem of the host, which `--host-dir {name}` needs: add `--allow wasi:filesystem`"
    )]
    NotAllowed {
        /// The rule.
        denial: String,
        /// The name of a directory.
        name: String,
    },
}

/// Checks the directories of the host, with each other and with the rules.
///
/// # Errors
/// [`MountError`]: they cannot be there.
pub(crate) fn check(composer: &Composer) -> Result<(), MountError> {
    let mounts = &composer.settings.mounts;
    if mounts.len() > MOST {
        return Err(MountError::TooMany { count: mounts.len() });
    }
    for (position, mount) in mounts.iter().enumerate() {
        let Mount { name, guest, .. } = mount;
        if name.is_empty() || name.contains('\0') {
            return Err(MountError::Name { name: name.escape_debug().to_string() });
        }
        if !composer.is_named_by_place && goes_up(name) {
            return Err(MountError::Upwards { name: name.clone() });
        }
        if mount.beneath == Beneath::United && mount.access == MountAccess::ReadWrite {
            return Err(MountError::Union { name: name.clone() });
        }
        let hides = !mount.is_all() && mount.beneath == Beneath::Hidden;
        if hides && is_same(guest, "/") && !composer.sources.is_empty() {
            let can_change = mount.access != MountAccess::ReadOnly;
            let access = if can_change { MountAccess::CopyOnWrite } else { MountAccess::ReadOnly };
            return Err(MountError::Root { name: name.clone(), word: access.word() });
        }
        for other in &mounts[..position] {
            let (name, guest) = (name.clone(), guest.clone());
            // What is there of all directories, only the start knows.
            if is_same(&guest, &other.guest) && mount.is_all() == other.is_all() {
                return Err(MountError::SamePlace { name: other.name.clone(), other: name, guest });
            }
        }
    }
    match mounts.first() {
        Some(Mount { name, .. }) => check_rules(composer, name),
        None => Ok(()),
    }
}

/// Returns whether a name has `..` after the name of a directory.
fn goes_up(name: &str) -> bool {
    name.split('/').skip_while(|part| matches!(*part, "." | "..")).any(|part| part == "..")
}

/// Checks that no rule denies what the directory of this name needs.
fn check_rules(composer: &Composer, name: &str) -> Result<(), MountError> {
    let rules = &composer.rules;
    let names = |pattern: &str, interface: &str| {
        let pattern = pattern.split('@').next().unwrap_or_default();
        pattern == PACKAGE || pattern == interface
    };
    let denies = |pattern: &str| INTERFACES.iter().any(|interface| names(pattern, interface));
    if let Some(denial) = rules.denials.iter().find(|denial| denies(&denial.interfaces)) {
        return Err(MountError::Denied { denial: denial.because.clone(), name: name.to_owned() });
    }
    let is_kept = |interface: &&str| rules.kept.iter().any(|pattern| names(pattern, interface));
    match &rules.all {
        Some(because) if !INTERFACES.iter().all(is_kept) => {
            Err(MountError::NotAllowed { denial: because.clone(), name: name.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Notes that an app of WASI 0.3 waits for the host as a whole, if it also has the filesystem of 0.2, whose functions
/// cannot wait.
pub(crate) fn tell_of_app(composer: &Composer, app: &App, remarks: &mut Remarks) {
    let is_of_files = |name: &InterfaceName| name.is_wasi_0_3() && name.path.starts_with(PACKAGE);
    let is_of_both = app.virtual_imports.keys().any(is_of_files) && !has_mounts_by_0_3(app);
    if !composer.settings.mounts.is_empty() && is_of_both {
        remarks.note(
            "waits-for-host",
            "while the host answers about what `--host-dir` names, the app's other tasks wait, too: it is asked by WASI 0.2",
        );
    }
}

/// Returns a name for the directory at a place, of which no other one's name is the start: what is not there is not looked
/// for in another one.
#[doc(hidden)]
pub fn name_by_place(position: usize, guest: &str) -> String {
    format!("{position}:{guest}")
}

/// Returns whether two paths of the tree are one.
fn is_same(one: &str, other: &str) -> bool {
    fn names(path: &str) -> impl Iterator<Item = &str> {
        path.split('/').filter(|name| !name.is_empty())
    }
    names(one).eq(names(other))
}

/// Returns whether a directory of the host is at a path.
pub(crate) fn is_place(settings: &Settings, guest: &str) -> bool {
    settings.mounts.iter().any(|mount| !mount.is_all() && is_same(guest, &mount.guest))
}

/// Returns the paths at which the image has a directory for one of the host, which no other one of the host hides.
pub(crate) fn points(settings: &Settings) -> Vec<Point> {
    let mounts = &settings.mounts;
    let hides = |mount: &Mount<String>| !mount.is_all() && mount.beneath == Beneath::Hidden;
    let is_shown = |mount: &&Mount<String>| !mounts.iter().any(|other| hides(other) && other.is_around(&mount.guest));
    mounts.iter().filter(is_shown).map(|mount| Point { guest: mount.guest.clone(), hides: hides(mount) }).collect()
}

/// Keeps the files of the image from a directory that the host may give for the place of all that it gives.
pub(crate) fn keep_files(composer: &Composer, mounts: &mut [Mount<String>]) {
    let is_at_root = |mount: &&mut Mount<String>| mount.is_all() && is_same(&mount.guest, "/");
    if !composer.sources.is_empty() {
        let hides = |mount: &&mut Mount<String>| mount.beneath == Beneath::Hidden;
        mounts.iter_mut().filter(is_at_root).filter(hides).for_each(|mount| mount.beneath = Beneath::Kept);
    }
}

/// Tells of accesses that a read-only tree does not give, and of what no flag makes the same at each run.
pub(crate) fn tell(composer: &Composer, remarks: &mut Remarks) {
    let Settings { mounts, read_only, .. } = &composer.settings;
    for Mount { name, guest, .. } in mounts.iter().filter(|mount| mount.beneath == Beneath::United) {
        if composer.sources.is_empty() {
            let message = format!(
                "`union` of `--host-dir {name}` at `{guest}` has no effect: there is no image to unite it with; leave it out"
            );
            remarks.warn("no-effect", message);
        }
    }
    for Mount { name, access, .. } in mounts.iter().filter(|mount| *read_only && mount.access != MountAccess::ReadOnly)
    {
        let word = access.word();
        let message = format!(
            "`{word}` of `--host-dir {name}` has no effect: under `--read-only` nothing changes; leave one of them out"
        );
        remarks.warn("no-effect", message);
    }
    if !mounts.is_empty() && composer.policy.wall_clock.is_some() {
        remarks.note(
            "of-host",
            "contents and times of what `--host-dir` names are the host's: they may differ from run to run",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Denial;

    fn mount(name: &str, guest: &str) -> Mount<String> {
        Mount {
            name: name.into(),
            guest: guest.into(),
            access: MountAccess::ReadOnly,
            optional: false,
            beneath: Beneath::Hidden,
        }
    }

    fn composer(mounts: &[(&str, &str)]) -> Composer {
        let add = |composer: Composer, (name, guest): &(&str, &str)| composer.host_dir(mount(name, guest));
        mounts.iter().fold(Composer::for_any_app(), add)
    }

    fn refused(composer: &Composer) -> String {
        check(composer).unwrap_err().to_string()
    }

    #[test]
    fn each_has_a_place_of_its_own() {
        check(&composer(&[("a", "/a"), ("b", "/ab"), ("a", "/b/a"), ("c", "/b/c"), ("d", "/b/c/d/e")])).unwrap();
        check(&composer(&[("b", "/x/y"), ("a", "/x"), ("c", "/")])).unwrap();
        check(&composer(&[("*", "/"), ("a", "/"), ("*", "/x"), ("*", "/x/y"), ("b", "/x")])).unwrap();
        check(&composer(&[("..", "/a"), ("./../../a", "/b"), ("a..b/..c", "/c")])).unwrap();
        for (mounts, wanted) in [
            (&[("a", "/x"), ("b", "/x")][..], "`a` and `b` at `/x`"),
            (&[("a", "/x"), ("b", "//x/")], "`a` and `b` at"),
            (&[("", "/a")], "`` is not the name"),
            (&[("*", "/"), ("*", "/")], "`*` and `*` at `/`"),
            (&[("a\0", "/a")], "`a\\0` is not the name"),
            (&[("d/../..", "/a")], "`--host-dir d/../..` goes up from a directory of the host"),
            (&[("/d/..", "/a")], "goes up"),
        ] {
            let error = refused(&composer(mounts));
            assert!(error.contains(wanted), "{error}");
        }
    }

    #[test]
    fn there_are_at_most_255() {
        let names: Vec<_> = (0..256).map(|number| format!("d{number}")).collect();
        let guests: Vec<_> = names.iter().map(|name| format!("/{name}")).collect();
        let all: Vec<_> = names.iter().zip(&guests).map(|(name, guest)| (name.as_str(), guest.as_str())).collect();
        check(&composer(&all[1..])).unwrap();
        assert!(refused(&composer(&all)).contains("given 256 times"));
    }

    #[test]
    fn one_at_the_root_hides_no_files() {
        check(&composer(&[("a", "/")])).unwrap();
        check(&composer(&[("*", "/")]).file_at("x", "/x")).unwrap();
        let with_files = composer(&[("a", "/")]).file_at("x", "/x");
        assert!(refused(&with_files).contains("`--host-dir a` is at `/` and hides all files"));
        assert!(refused(&with_files).contains("`a::/,ro,union` shows them"));
        let united = |access| Mount { access, beneath: Beneath::United, ..mount("a", "/") };
        let with = |access| Composer::for_any_app().host_dir(united(access)).file_at("x", "/x");
        check(&with(MountAccess::ReadOnly)).unwrap();
        check(&with(MountAccess::CopyOnWrite)).unwrap();
        assert!(refused(&with(MountAccess::ReadWrite)).contains("cannot be `rw` and `union`"));
        let changed = Mount { access: MountAccess::ReadWrite, ..mount("a", "/") };
        let hides = Composer::for_any_app().host_dir(changed).file_at("x", "/x");
        assert!(refused(&hides).contains("`a::/,cow,union` shows them"));
    }

    #[test]
    fn rules_leave_the_filesystem_to_the_host() {
        let some = || composer(&[("a", "/a")]);
        let because = |pattern: &str| some().deny(Denial::new(pattern, format!("--deny {pattern}")));
        for pattern in ["wasi:filesystem", "wasi:filesystem@0.2.3", "wasi:filesystem/preopens"] {
            assert!(refused(&because(pattern)).contains(&format!("`--deny {pattern}` denies the filesystem")));
        }
        check(&because("wasi:sockets")).unwrap();
        assert!(refused(&some().deny_all("--deny-all")).contains("add `--allow wasi:filesystem`"));
        assert!(refused(&some().deny_all("--deny-all").keep("wasi:filesystem/types")).contains("add `--allow"));
        check(&some().deny_all("--deny-all").keep("wasi:filesystem")).unwrap();
        check(&some().deny_all("--deny-all").keep("wasi:filesystem/types").keep("wasi:filesystem/preopens@0.2.3"))
            .unwrap();
        check(&composer(&[]).deny_all("--deny-all")).unwrap();
    }
}
