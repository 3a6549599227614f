//! Directories of this machine for a program.

use std::path::PathBuf;
use std::str::FromStr;

/// A directory of this machine and its name for the program: `HOST[::NAME]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostDirectory {
    pub path: PathBuf,
    pub name: String,
}

/// Divides at the first `::`, as `wasmtime run` does.
impl FromStr for HostDirectory {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let (path, name) = text.split_once("::").unwrap_or((text, text));
        if path.is_empty() || name.is_empty() {
            return Err("it takes HOST[::NAME]: a directory of this machine, and the name that the program has for it");
        }
        Ok(Self { path: path.into(), name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_colons_divide() {
        for (typed, path, name) in
            [("a", "a", "a"), ("./a::b", "./a", "b"), ("a::b::c", "a", "b::c"), ("a:b::/c", "a:b", "/c")]
        {
            assert_eq!(typed.parse(), Ok(HostDirectory { path: path.into(), name: name.into() }), "{typed}");
        }
        for typed in ["", "::a", "a::"] {
            assert!(typed.parse::<HostDirectory>().is_err(), "{typed}");
        }
    }
}
