//! Functions that read and write files for whoever calls them, without a program around them.

use std::fs::{self, File};
use std::io::{self, Write};

wit_bindgen::generate!({ world: "reactor", path: "wit" });

use exports::tests::reactor::notes::Guest;

struct Notes;

impl Guest for Notes {
    fn read(path: String) -> Result<String, String> {
        fs::read_to_string(path).map_err(told)
    }

    fn add(path: String, line: String) -> Result<u32, String> {
        let mut file = File::options().append(true).create(true).open(&path).map_err(told)?;
        writeln!(file, "{line}").map_err(told)?;
        Ok(fs::read_to_string(path).map_err(told)?.lines().count() as u32)
    }

    fn names(path: String) -> Result<Vec<String>, String> {
        let names = fs::read_dir(path).map_err(told)?;
        let names: io::Result<Vec<_>> =
            names.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect();
        let mut names = names.map_err(told)?;
        names.sort();
        Ok(names)
    }
}

fn told(error: io::Error) -> String {
    error.kind().to_string()
}

export!(Notes);
