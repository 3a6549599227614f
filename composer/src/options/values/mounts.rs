//! Values of directories of the host in the tree.

use std::fmt;
use std::str::FromStr;

use vfs_abi::settings::{ALL, Beneath, Mount, MountAccess};

use super::ValueError;
use super::paths::is_guest_path;

/// What is a value of `--host-dir`.
const HOST_DIR: &str = "NAME[::GUEST] and, each after a comma, ro, rw or cow, optional, and union; such as \
                        data::/srv/data,rw";

/// A directory of the host and its place in the tree: `NAME[::GUEST][,ro|,rw|,cow][,optional][,union]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostDir {
    /// The name that the host gives it; what follows a name and `/` is a directory in it. `*`: all that the host gives.
    pub name: String,
    /// The absolute path in the tree, without a slash at its end.
    pub guest: String,
    /// What the app can do with it, if that is said.
    pub access: Option<MountAccess>,
    /// Whether an empty directory stands for it if the host does not have it.
    pub optional: bool,
    /// Whether it is united with what the image has in its place.
    pub union: bool,
}

/// Words after commas at the end are options, and there must be one if what is before has a comma. What is before them is
/// divided at the last `::`, because a name may have colons.
impl FromStr for HostDir {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (mut place, mut access, mut optional, mut union) = (text, None, false, false);
        while let Some((before, word)) = place.rsplit_once(',') {
            let known = MountAccess::ALL.into_iter().find(|access| access.word() == word);
            let is_twice = match (word, known) {
                ("optional", _) => std::mem::replace(&mut optional, true),
                ("union", _) => std::mem::replace(&mut union, true),
                (_, Some(known)) => access.replace(known).is_some(),
                (word, None) if !word.is_empty() && (access.is_some() || optional || union) => break,
                (_, None) => return Err(ValueError { takes: OPTIONS }),
            };
            if is_twice {
                return Err(ValueError { takes: "one of ro, rw and cow, and each word once" });
            }
            place = before;
        }
        if union && access == Some(MountAccess::ReadWrite) {
            return Err(ValueError { takes: UNION });
        }
        let (name, guest) = match place.rsplit_once("::") {
            Some((name, guest)) => (name, Some(guest)),
            None => (place, None),
        };
        check_name(name)?;
        if name == ALL && optional {
            return Err(ValueError { takes: "`*` without `optional`: it is whatever the host gives" });
        }
        let guest = match guest {
            Some(guest) => place_of(guest).ok_or(ValueError { takes: GUEST })?,
            None if name.contains(":/") || name.contains("=/") => return Err(ValueError { takes: TWO_COLONS }),
            None => default_place(name).ok_or(ValueError { takes: UPWARDS })?,
        };
        Ok(Self { name: name.into(), guest, access, optional, union })
    }
}

const UNION: &str = "union with ro or cow: what the app changes in a union of two directories is in neither";
const OPTIONS: &str = "ro, rw, cow, optional or union after a comma; where NAME or GUEST has a comma, one of these follows it, as in \
                       `a,b::/x,ro`";
const GUEST: &str = "NAME::GUEST, where GUEST is an absolute path without `.` or `..`; of a name with `::` in it, GUEST is \
                     always said";
const TWO_COLONS: &str = "NAME::GUEST, with two colons, as in data::/srv/data; after a NAME that has `:/` or `=/`, GUEST is \
                          always said";
const UPWARDS: &str = "NAME::GUEST, as in ../data::/data: a NAME with `..` says no place in the tree";

/// Checks a name of a directory of the host.
fn check_name(name: &str) -> Result<(), ValueError> {
    match name {
        "" => Err(ValueError { takes: HOST_DIR }),
        _ if name.contains('\0') => Err(ValueError { takes: "a NAME without NUL" }),
        _ => Ok(()),
    }
}

/// Returns a path of the tree as there is one for each place: without empty names.
fn place_of(guest: &str) -> Option<String> {
    is_guest_path(guest).then(|| joined(guest))
}

/// Returns the place of a directory of which only the name is said.
fn default_place(name: &str) -> Option<String> {
    if name == ALL {
        return Some("/".into());
    }
    name.split('/').all(|part| part != "..").then(|| joined(name))
}

fn joined(path: &str) -> String {
    let names: Vec<_> = path.split('/').filter(|name| !matches!(*name, "" | ".")).collect();
    format!("/{}", names.join("/"))
}

impl fmt::Display for HostDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, guest, access, optional, union } = self;
        write!(f, "{name}::{guest}")?;
        let has_comma = name.contains(',') || guest.contains(',');
        let access = access.or((has_comma && !optional && !union).then(MountAccess::default));
        access.iter().try_for_each(|access| write!(f, ",{}", access.word()))?;
        let words = [(optional, ",optional"), (union, ",union")];
        words.into_iter().filter(|(is_said, _)| **is_said).try_for_each(|(_, word)| f.write_str(word))
    }
}

impl From<&HostDir> for Mount<String> {
    fn from(directory: &HostDir) -> Self {
        let HostDir { name, guest, access, optional, union } = directory.clone();
        let beneath = if union { Beneath::United } else { Beneath::Hidden };
        Self { guest, name, access: access.unwrap_or_default(), optional, beneath }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_its_place_and_its_options() {
        let (ro, rw, cow) = (MountAccess::ReadOnly, MountAccess::ReadWrite, MountAccess::CopyOnWrite);
        for (typed, name, guest, access, optional) in [
            ("data", "data", "/data", None, false),
            ("data,ro", "data", "/data", Some(ro), false),
            ("data::/a/b,rw", "data", "/a/b", Some(rw), false),
            ("data::/a//b/,cow,optional", "data", "/a/b", Some(cow), true),
            ("data,optional,cow", "data", "/data", Some(cow), true),
            ("/srv/data", "/srv/data", "/srv/data", None, false),
            ("./data", "./data", "/data", None, false),
            ("data/sub", "data/sub", "/data/sub", None, false),
            ("a:b", "a:b", "/a:b", None, false),
            ("a:b:/c::/d", "a:b:/c", "/d", None, false),
            ("a=/b::/c", "a=/b", "/c", None, false),
            ("a,b,ro", "a,b", "/a,b", Some(ro), false),
            ("a,b::/x,y,optional", "a,b", "/x,y", None, true),
            ("a,,b::/x,cow,optional", "a,,b", "/x", Some(cow), true),
            ("ro,ro", "ro", "/ro", Some(ro), false),
            ("d/../e::/x", "d/../e", "/x", None, false),
            ("a::b::/c", "a::b", "/c", None, false),
            ("a b::/c d", "a b", "/c d", None, false),
            (".::/work", ".", "/work", None, false),
            ("..::/work", "..", "/work", None, false),
            ("/::/work", "/", "/work", None, false),
            ("data::/", "data", "/", None, false),
            (".", ".", "/", None, false),
            ("*", "*", "/", None, false),
            ("*::/work,cow", "*", "/work", Some(cow), false),
            ("*/sub", "*/sub", "/*/sub", None, false),
            ("/", "/", "/", None, false),
        ] {
            let wanted = HostDir { name: name.into(), guest: guest.into(), access, optional, union: false };
            assert_eq!(typed.parse(), Ok(wanted.clone()), "{typed}");
            assert_eq!(wanted.to_string().parse(), Ok(wanted.clone()), "{typed}");
            // Its place is said, so that a word can follow whatever was typed.
            let united = HostDir { union: true, ..wanted.clone() };
            let parsed = format!("{wanted},union").parse();
            assert!(access == Some(rw) || parsed == Ok(united.clone()), "{typed}: {parsed:?}");
            assert!(access == Some(rw) || united.to_string().parse() == Ok(united), "{typed}");
        }
    }

    #[test]
    fn what_is_no_value_says_what_is_one() {
        for (typed, wanted) in [
            ("", "NAME[::GUEST] and"),
            ("::/data", "NAME[::GUEST] and"),
            (",ro", "NAME[::GUEST] and"),
            ("data,", "ro, rw, cow, optional or union"),
            ("data,r", "ro, rw, cow, optional or union"),
            ("data,ro::/x", "ro, rw, cow, optional or union"),
            ("data::/a,b", "as in `a,b::/x,ro`"),
            ("a,b::/x", "as in `a,b::/x,ro`"),
            ("data,,ro", "ro, rw, cow, optional or union"),
            ("data,ro,rw", "one of ro, rw and cow"),
            ("data,ro,ro", "one of ro, rw and cow"),
            ("data,optional,optional", "each word once"),
            ("data,union,union", "each word once"),
            ("data::/,rw,union", "union with ro or cow"),
            ("data::/,union,rw", "union with ro or cow"),
            ("*,optional", "`*` without `optional`"),
            ("data::work", "an absolute path without"),
            ("data::", "an absolute path without"),
            ("data::/a/../b", "an absolute path without"),
            ("data::/./b", "an absolute path without"),
            ("a::b", "an absolute path without"),
            ("../data", "a NAME with `..` says no place"),
            ("d:/x", "with two colons"),
            ("d=/x,rw", "with two colons"),
            ("C:/data", "with two colons"),
            ("a\0b", "without NUL"),
        ] {
            let error = typed.parse::<HostDir>().unwrap_err().to_string();
            assert!(error.contains(wanted), "{typed}: {error}");
        }
    }
}
