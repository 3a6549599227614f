//! What to do about an error.

use std::io::ErrorKind;
use std::path::Path;

use vfs_compose::error::{AppError, DenyError, Error, Room, TreeError, WorldError, WriteError};

use super::is_of_kind;

/// Says how to get around an error.
pub(super) fn hint(error: &Error) -> Option<String> {
    if let Error::Tree(TreeError::Read { path, source }) = error
        && source.kind() == ErrorKind::NotFound
    {
        let typed = path.to_string_lossy();
        return url_hint(&typed, "docker export CONTAINER | tar -x -C DIR").or_else(|| place_hint(&typed));
    }
    if let Error::Tree(TreeError::Collision { kind, other, room, .. }) = error {
        // No choice makes a directory and a file one.
        let can_choose = ![kind, other].contains(&&"a directory");
        return Some(room_hint(room, can_choose));
    }
    if let Error::Tree(TreeError::Through { room, .. }) = error {
        return Some(room_hint(room, false));
    }
    if let Error::Tree(TreeError::Point { room, .. }) = error {
        let pattern =
            room.exclude.as_deref().map(|pattern| format!(", or leave that out with `--exclude {}`", quoted(pattern)));
        return Some(format!("place it elsewhere (`--host-dir NAME::/GUEST`){}", pattern.unwrap_or_default()));
    }
    match error {
        Error::Tree(TreeError::NotUtf8 { directory, name }) => {
            // Of a link it is the target.
            let link = directory.file_name().filter(|_| directory.is_symlink()).map(|name| format!("{name:?}"));
            let pattern = pattern_of(link.as_ref().unwrap_or(name));
            return Some(format!("rename it, or leave it out with `--exclude {}`", quoted(&pattern)));
        }
        Error::NoExports { .. } => {
            return Some(format!(
                "{WIT_HINT}; or build it as a command or a component; --allow-no-exports composes it all the same"
            ));
        }
        Error::World(error) => return world_hint(error),
        _ => {}
    }
    if let Error::Deny(DenyError::Unknown { pattern, .. }) = error
        && pattern.contains(',')
    {
        let names: Vec<_> = pattern.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        return Some(format!("each name has its own flag: `--deny {}`", names.join(" --deny ")));
    }
    fixed_hint(error).map(str::to_owned)
}

/// How the exports of a module get types.
pub const WIT_HINT: &str = "name a WIT world that has their types, `--wit FILE --world NAME`";

/// Says how a module gets the exports of a world.
fn world_hint(error: &WorldError) -> Option<String> {
    let hint = match error {
        WorldError::Component => "leave out --wit, or name the module that the component was made of",
        WorldError::Described => "leave out --wit: its own world is taken",
        WorldError::Read { path, .. } if path.as_os_str() == "-" => "`--wit` takes no standard input, only files",
        WorldError::Read { path, .. } => return url_hint(&path.to_string_lossy(), "wkg get PACKAGE"),
        WorldError::Parse { .. } => {
            "`--wit` takes a WIT file, a directory of them with the packages that they use in `deps`, or an encoded \
             WIT package"
        }
        WorldError::NoWorld { .. } => {
            "choose one of them with --world; write worlds in WIT as `world NAME { export ...; }`"
        }
        WorldError::NotOneWorld { worlds, .. } => match worlds.first() {
            Some(world) => return Some(format!("choose one, as with `--world {}`", quoted(world))),
            None => "write one: `world NAME { export ...; }`",
        },
        WorldError::Missing { missing, exported, .. }
            if exported.iter().any(|name| name == "_start")
                && missing.iter().all(|name| name.starts_with("wasi:cli/run@")) =>
        {
            "leave `wasi:cli/run` out of the world: `_start` becomes it in any case"
        }
        WorldError::Missing { .. } => "build it with these exports, by these names, or take them out of the world",
        WorldError::Mismatch { .. } => "build it with the types of the world, or change the world",
        WorldError::NoRealloc { .. } => {
            "export `cabi_realloc`, (i32, i32, i32, i32) -> i32, which takes the old place, its size, the alignment \
             and the new size, and returns the new place"
        }
        WorldError::Unknown { .. } => {
            "link in the library that has it, or import it in the world and by the name that the world gives it"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Says how two sources get room: by another place, by a pattern that leaves one of the two out, or by a choice.
fn room_hint(room: &Room, can_choose: bool) -> String {
    let place = match room.is_of_file {
        true => "give one another path (`--file /elsewhere=@FILE`, `--image SOURCE::/elsewhere`)",
        false => "put one elsewhere (`--image SOURCE::/elsewhere`)",
    };
    let pattern =
        room.exclude.as_deref().map(|pattern| format!(", or leave one out with `--exclude {}`", quoted(pattern)));
    let choice = if can_choose { ", or choose with --on-collision first or last" } else { "" };
    format!("{place}{}{choice}", pattern.unwrap_or_default())
}

/// Returns a pattern that matches a quoted name. Bytes that are not UTF-8, which nobody can type, are each a `?`.
fn pattern_of(name: &str) -> String {
    let mut pattern = String::new();
    let mut rest = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name).chars();
    while let Some(next) = rest.next() {
        match next {
            '\\' => match rest.next() {
                Some('x') => {
                    rest.nth(1);
                    pattern.push('?');
                }
                Some('u') => {
                    rest.find(|next| *next == '}');
                    pattern.push('*');
                }
                Some(same @ ('"' | '\'')) => pattern.push(same),
                Some('\\') => pattern.push_str("\\\\"),
                // A control character.
                _ => pattern.push('?'),
            },
            '*' | '?' | '[' => pattern.extend(['\\', next]),
            '!' | '#' if pattern.is_empty() => pattern.extend(['\\', next]),
            next => pattern.push(next),
        }
    }
    pattern
}

/// Returns a word as a shell takes it.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%=".contains(c);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// Says what to do with a URL where a file of this machine is wanted. `of_registry` is a command that
/// downloads from a registry.
pub fn url_hint(typed: &str, of_registry: &str) -> Option<String> {
    let (scheme, rest) = typed.split_once("://")?;
    let way_out = match scheme {
        "file" => format!("write its path, `{rest}`"),
        "http" | "https" => "download it first".to_owned(),
        _ => format!("download it first, as with `{of_registry}`"),
    };
    Some(format!("URLs are not taken, only files of this machine: {way_out}"))
}

/// Guesses what a source that is not there was meant to be.
fn place_hint(typed: &str) -> Option<String> {
    let (source, guest) = typed.split_once("::").or_else(|| typed.split_once(":/"))?;
    let guest = guest.trim_start_matches('/');
    Path::new(source).exists().then(|| format!("write a place in the tree as `{source}::/{guest}`"))
}

fn fixed_hint(error: &Error) -> Option<&'static str> {
    match error {
        Error::App(AppError::NoFilesystem { .. }) => Some("use --allow-unused to compose it anyway"),
        Error::App(AppError::NothingServed) => Some("`vfs-compose run APP` runs it without files"),
        Error::App(AppError::NotAComponent) => Some(
            "it may be an app: `vfs-compose adapt FILE` makes a component of it, `vfs-compose FILE` one with files",
        ),
        Error::VfsAlone => Some("it is plugged into an app: `wac plug APP --plug VFS -o OUT`"),
        Error::ComposedBefore => {
            Some("compose the app it was made from; `--image OUT.wasm` takes the files that are inside of it")
        }
        Error::Tree(TreeError::OutputIsSource { .. }) => Some("name another file with `-o FILE`"),
        Error::Tree(TreeError::PlainFile { .. }) => {
            Some("say where the file goes: `--image FILE::/path/of/file` or `--file /path/of/file=@FILE`")
        }
        Error::Tree(TreeError::FilePlace { .. }) => {
            Some("write the file's own path, with its name: `/etc/config.toml`, not `/etc/`")
        }
        Error::Tree(TreeError::Archive { .. }) => {
            Some("unpack it, or pack it as the file that it is: `--file /path/of/file=@FILE`")
        }
        Error::Tree(TreeError::Damaged { .. }) => {
            Some("make or copy it again; `--file /path/of/file=@FILE` packs it as the file that it is")
        }
        Error::Tree(TreeError::NoImage { .. }) => {
            Some("name a composed component, or pack it as the file that it is: `--file /path/of/file=@FILE`")
        }
        Error::Tree(TreeError::NotASource { kind: "a directory", .. }) => {
            Some("`--image DIR::/GUEST` packs a directory at /GUEST")
        }
        Error::Tree(TreeError::NotASource { .. }) => Some("standard input is read with `-`, as in `--file /GUEST=@-`"),
        error @ (Error::Tree(_) | Error::Write(WriteError::Source(_)))
            if is_of_kind(error, ErrorKind::PermissionDenied) =>
        {
            Some("make it readable, or leave it out: what is inside of a directory with --exclude")
        }
        Error::Tree(TreeError::Changed { .. }) => Some(
            "do not change the files while they are packed; what has no size beforehand, such as a file in /proc, goes \
             through `--file /GUEST=@- < FILE`",
        ),
        _ => None,
    }
}
