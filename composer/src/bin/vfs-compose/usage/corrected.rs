//! Values that are nearly right: what was meant.

use std::path::Path;

use vfs_compose::options::{GuestFile, HostDir, Preopen, Setting};

use crate::report::quoted;

/// Returns a flag with the value that was meant by one that it does not take: paths in the tree are absolute.
pub fn corrected(flag: &str, value: &str) -> Option<String> {
    let meant = match flag {
        _ if value.is_empty() => return None,
        "--file" => file(value).filter(|meant| meant.parse::<GuestFile>().is_ok())?,
        "--preopen" => Some(absolute(value)).filter(|meant| meant.parse::<Preopen>().is_ok())?,
        "--host-dir" => host_dir(value).filter(|meant| meant.parse::<HostDir>().is_ok())?,
        "--cwd" => setting("cwd", absolute(value))?,
        "--stdin" => setting("stdin", in_tree("from:", value)?)?,
        "--stdout" | "--stderr" if value.starts_with("append:") => setting("stdout", in_tree("append:", value)?)?,
        "--stdout" | "--stderr" => setting("stdout", in_tree("to:", value)?)?,
        _ => return None,
    };
    Some(format!("{flag} {}", quoted(&meant)))
}

/// Returns what `--file` may have been meant to say: `GUEST=@FILE`, `FILE::GUEST`, `GUEST=FILE` or `FILE`.
fn file(value: &str) -> Option<String> {
    let in_any_order = || value.rsplit_once("::").map(|(file, guest)| (guest, file));
    let parts = value.split_once("=@").or_else(in_any_order).or_else(|| value.split_once('='));
    let alone = || Some((Path::new(value).file_name()?.to_str()?, value)).filter(|_| Path::new(value).is_file());
    let (guest, file) = parts.or_else(alone)?;
    Some(format!("{}=@{file}", absolute(guest)))
}

/// Returns what `--host-dir` may have been meant to say: `NAME:/GUEST[:ro]`, as docker has it, `NAME=/GUEST`, a NAME
/// above the current directory, which has no place of its own, or a GUEST that is not absolute.
fn host_dir(value: &str) -> Option<String> {
    let (place, options) = value.split_once(',').map_or((value, None), |(place, options)| (place, Some(options)));
    let (place, options) = match place.rsplit_once(':') {
        Some((place, word @ ("ro" | "rw" | "cow"))) if options.is_none() => (place, Some(word)),
        _ => (place, options),
    };
    let parts = place.split_once("::").or_else(|| place.split_once(":/")).or_else(|| place.split_once("=/"));
    let (name, guest) = match parts {
        Some((name, guest)) => (name, guest),
        None => (place, place.rsplit('/').next().filter(|last| place.starts_with("../") && *last != "..")?),
    };
    let options = options.map(|options| format!(",{options}")).unwrap_or_default();
    Some(format!("{name}::{}{options}", absolute(guest)))
}

fn setting(key: &str, meant: String) -> Option<String> {
    Setting::new(key, &meant).is_ok().then_some(meant)
}

/// Returns the file of a stream, with its prefix. A word that looks like no path is mistyped in another way.
fn in_tree(prefix: &str, value: &str) -> Option<String> {
    let path = match value.strip_prefix(prefix) {
        Some(path) => path,
        None if !value.contains(':') && value.contains(['/', '.']) => value,
        None => return None,
    };
    Some(format!("{prefix}{}", absolute(path)))
}

fn absolute(path: &str) -> String {
    format!("/{}", path.trim_start_matches("./").trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_in_the_tree_become_absolute() {
        for (flag, value, meant) in [
            ("--file", "a.txt=@b", Some("--file /a.txt=@b")),
            ("--file", "./a/b.txt=@./b", Some("--file /a/b.txt=@./b")),
            ("--file", "/a.txt=b", Some("--file /a.txt=@b")),
            ("--file", "b::/a.txt", Some("--file /a.txt=@b")),
            ("--file", "a b=@c d", Some("--file '/a b=@c d'")),
            ("--file", "../a=@b", None),
            ("--file", "nothing", None),
            ("--file", "a=@", None),
            ("--preopen", "data", Some("--preopen /data")),
            ("--preopen", "data=x", Some("--preopen /data=x")),
            ("--preopen", "../data", None),
            ("--preopen", "", None),
            ("--host-dir", "d:/x", Some("--host-dir d::/x")),
            ("--host-dir", "d=/x", Some("--host-dir d::/x")),
            ("--host-dir", "d:/x:rw", Some("--host-dir d::/x,rw")),
            ("--host-dir", "d:/x,cow", Some("--host-dir d::/x,cow")),
            ("--host-dir", "d::x/y", Some("--host-dir d::/x/y")),
            ("--host-dir", "../data,rw", Some("--host-dir ../data::/data,rw")),
            ("--host-dir", "../..", None),
            ("--host-dir", "d,rx", None),
            ("--cwd", "./sub", Some("--cwd /sub")),
            ("--stdin", "from:a.txt", Some("--stdin from:/a.txt")),
            ("--stdin", "/a", Some("--stdin from:/a")),
            ("--stdin", "nul", None),
            ("--stdin", "to:/a.txt", None),
            ("--stdout", "log.txt", Some("--stdout to:/log.txt")),
            ("--stderr", "append:log", Some("--stderr append:/log")),
            ("--env", "A", None),
        ] {
            assert_eq!(corrected(flag, value).as_deref(), meant, "{flag} {value}");
        }
    }
}
