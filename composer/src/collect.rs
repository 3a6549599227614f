//! What goes into the vfs's memory: the image and the settings, and whether they fit together.

use std::path::Path;

use vfs_abi::settings::{Mount, MountAccess, Settings, Stdio};
use vfs_compose_pack::Remarks;
use vfs_compose_pack::embed;
use vfs_compose_pack::image::{Packed, Reading};
use vfs_compose_pack::source::directory::Output;
use vfs_compose_rules::Policy;
use vfs_compose_rules::policy::answers::Answers;
use vfs_compose_vfs::guest::{Guest, Needs};
use vfs_compose_vfs::specialize::Embedding;
use vfs_image::FileKind;

use crate::error::{Error, TreeError};
use crate::{Composer, mounts};

/// Returns what the vfs needs.
pub(crate) fn needs(composer: &Composer) -> Needs {
    let Needs { mounts, absolute_links, .. } = needs_of(&composer.settings);
    Needs { mounts, absolute_links, ..composer.needs }
}

/// Returns what a vfs needs for its settings.
pub(crate) fn needs_of(settings: &Settings) -> Needs {
    Needs { mounts: !settings.mounts.is_empty(), absolute_links: settings.absolute_links, ..Needs::NONE }
}

/// Image and settings, before any vfs.
pub(crate) struct Collected {
    pub(crate) image: Packed,
    pub(crate) embedding: Embedding,
    pub(crate) remarks: Remarks,
}

/// Collects the sources and settles the settings. `sees_files`: an app that does not is not told that there are none.
///
/// # Errors
/// - [`TreeError`]: a source cannot be read, two collide, or a path of the settings is not in the tree.
/// - [`EmbedError`](crate::error::EmbedError): the image is too large for any vfs.
pub(crate) fn collect(composer: &Composer, sees_files: bool) -> Result<Collected, Error> {
    let mut remarks = Remarks::default();
    if sees_files {
        tell_of_no_files(composer, &mut remarks);
    }
    tell_of_preopens(composer, &mut remarks);
    let image = pack(composer, &mut remarks)?;
    let settings = settle(composer, &image)?;
    // Before the vfs is made: an image that no engine would load is refused whatever is around it.
    let image_size = embed::checked_size(&image, 0)?;
    let guest = Guest::choose(needs(composer))?;
    let embedding = Embedding { guest, settings: settings.encode(), image_size, answers: answers(composer) };
    Ok(Collected { image, embedding, remarks })
}

/// Lists the sources and lays out the image.
///
/// # Errors
/// [`TreeError`]: a source cannot be read, or two collide.
pub(crate) fn pack(composer: &Composer, remarks: &mut Remarks) -> Result<Packed, TreeError> {
    let output = composer.output.as_deref().and_then(Output::new);
    let reading = Reading {
        times: composer.times,
        latest_time: composer.latest_time,
        filter: composer.filter.clone(),
        on_collision: composer.on_collision,
        output,
        app: composer.app_path.as_ref().and_then(|path| path.canonicalize().ok()),
        preopens: composer.settings.preopens.iter().map(|(guest, _)| guest.clone()).collect(),
        follows_absolute_links: composer.settings.absolute_links,
        points: mounts::points(&composer.settings),
        observer: composer.observer.clone(),
    };
    Packed::of(&composer.sources, reading, remarks)
}

/// Notes that there are no sources.
pub(crate) fn tell_of_no_files(composer: &Composer, remarks: &mut Remarks) {
    if composer.sources.is_empty() && composer.settings.mounts.is_empty() {
        if composer.latest_time.is_some() {
            remarks.warn("no-effect", "`--clamp-mtime` has no effect: no files are given; leave it out");
        }
        remarks.note("no-files", "no files given: the tree is empty at first");
    }
}

/// Warns of preopens of which the app never hears: another one has the name.
fn tell_of_preopens(composer: &Composer, remarks: &mut Remarks) {
    let shown = |guest: &str, name: &str| match guest == name {
        true => format!("`--preopen {guest}`"),
        false => format!("`--preopen {guest}={name}`"),
    };
    for (guest, name) in &composer.replaced_preopens {
        let last = composer.settings.preopens.iter().find(|(_, other)| other == name);
        let Some((last, _)) = last.filter(|(last, _)| last != guest) else { continue };
        let message = format!(
            "{} has no effect: {} has the same name, and the last one counts; give each a name of its own",
            shown(guest, name),
            shown(last, name)
        );
        remarks.warn("no-effect", message);
    }
}

/// Returns the policy with the program's name, which is that of the app's file if the host's is hidden.
fn policy(composer: &Composer) -> Policy {
    let mut policy = composer.policy.clone();
    if policy.own_arguments {
        let file = composer.app_path.as_deref().and_then(Path::file_name);
        policy.program = policy.program.or_else(|| Some(file?.to_string_lossy().into_owned()));
    }
    policy
}

/// Returns what the vfs answers itself, by the policy and the settings.
pub(crate) fn answers(composer: &Composer) -> Answers {
    Answers::new(&policy(composer), &composer.settings)
}

/// Fills in the defaults of the settings, and checks their paths.
fn settle(composer: &Composer, image: &Packed) -> Result<Settings, Error> {
    let mut settings = composer.settings.clone();
    policy(composer).settle(&mut settings);
    if settings.read_only {
        settings.mounts.iter_mut().for_each(|mount| mount.access = MountAccess::ReadOnly);
    }
    mounts::keep_files(composer, &mut settings.mounts);
    if composer.is_named_by_place {
        for (position, mount) in settings.mounts.iter_mut().enumerate() {
            mount.name = mounts::name_by_place(position, &mount.guest);
        }
    }
    if settings.preopens.is_empty() {
        settings.preopens.push(("/".into(), "/".into()));
    }
    for (guest, _) in &settings.preopens {
        if kind(&settings, image, guest)? != Some(FileKind::Directory) && mount_around(&settings, guest).is_none() {
            return Err(TreeError::Preopen { guest: guest.clone() }.into());
        }
    }
    check_paths(&settings, image)?;
    Ok(settings)
}

/// Returns the directory of the host that a path is inside of, unless it is the place of another one. What is there,
/// only the host knows.
fn mount_around<'s>(settings: &'s Settings, guest: &str) -> Option<&'s Mount<String>> {
    if mounts::is_place(settings, guest) {
        return None;
    }
    settings.mounts.iter().filter(|mount| mount.is_around(guest)).max_by_key(|mount| mount.guest.len())
}

/// Returns the kind of what is at a path, as far as it is known before the start.
fn kind(settings: &Settings, image: &Packed, guest: &str) -> Result<Option<FileKind>, TreeError> {
    if mounts::is_place(settings, guest) { Ok(Some(FileKind::Directory)) } else { image.kind(guest) }
}

/// Checks the paths of a policy against the tree. Symbolic links are the app's affair.
///
/// # Errors
/// - [`TreeError::InitialDirectory`]: the initial directory is no directory.
/// - [`TreeError::Stream`]: stdin is no file; the file of an output cannot be written or made, or is stdin's and is emptied.
/// - [`TreeError::GuestPath`]: a path is not plain and absolute.
fn check_paths(settings: &Settings, image: &Packed) -> Result<(), TreeError> {
    if let Some(guest) = &settings.directory
        && !matches!(kind(settings, image, guest)?, Some(FileKind::Directory | FileKind::SymbolicLink))
        && mount_around(settings, guest).is_none()
    {
        return Err(TreeError::InitialDirectory { guest: guest.clone() });
    }
    if let Stdio::File(guest) = &settings.stdin
        && !matches!(image.kind(guest)?, Some(FileKind::RegularFile | FileKind::SymbolicLink))
        && mount_around(settings, guest).is_none()
    {
        return Err(TreeError::Stream {
            stream: "stdin",
            guest: guest.clone(),
            detail: "it is not a file of the tree",
        });
    }
    for (stream, setting) in [("stdout", &settings.stdout), ("stderr", &settings.stderr)] {
        let (Stdio::File(guest) | Stdio::Append(guest)) = setting else { continue };
        let refused = |detail| Err(TreeError::Stream { stream, guest: guest.clone(), detail });
        if settings.read_only {
            return refused("the tree is read-only");
        }
        let kind = kind(settings, image, guest)?;
        let access = mount_around(settings, guest).map(|mount| mount.access);
        if access == Some(MountAccess::ReadOnly) {
            return refused(
                "it is in a directory of the host that is read-only: `--host-dir NAME::GUEST,rw`, or `cow`",
            );
        }
        // What the host keeps is no quota's.
        let has_quota = access != Some(MountAccess::ReadWrite);
        for (is_none, detail) in [
            (settings.limits.max_nodes == 0, "under `--max-nodes 0` no file can be made or changed"),
            (settings.limits.max_bytes == 0, "under `--max-bytes 0` nothing can be written to a file"),
        ] {
            if has_quota && is_none {
                return refused(detail);
            }
        }
        let is_stdin = |other: &String| other.trim_end_matches('/') == guest.trim_end_matches('/');
        if matches!((&settings.stdin, setting), (Stdio::File(other), Stdio::File(_)) if is_stdin(other)) {
            return refused("it is stdin's, and would be emptied first; `append:` leaves what is in it");
        }
        match kind {
            _ if access.is_some() => {}
            Some(FileKind::RegularFile | FileKind::SymbolicLink) => {}
            Some(_) => return refused("it is a directory"),
            None => {
                let directory = guest.trim_end_matches('/').rsplit_once('/').map_or("/", |(directory, _)| directory);
                let directory = if directory.is_empty() { "/" } else { directory };
                if !matches!(image.kind(directory)?, Some(FileKind::Directory | FileKind::SymbolicLink)) {
                    return refused("its directory is not there");
                }
            }
        }
    }
    Ok(())
}
