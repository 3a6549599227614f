//! Which names there can be.

use std::fs::{self, File};

use check::{Behaviour, Outcome, same};

use crate::errno::refused;
use crate::scratch::scratch;

pub const BEHAVIOURS: &[Behaviour] = &[
    ("unicode_name", unicode_name),
    ("names_differ_by_case", names_differ_by_case),
    ("name_of_255_bytes", name_of_255_bytes),
    ("name_of_256_bytes", name_of_256_bytes),
    ("name_of_300_bytes", name_of_300_bytes),
    ("long_path", long_path),
    ("name_with_a_space_a_newline_and_a_backslash", name_with_odd_bytes),
    ("dotdot_in_a_path_for_writing", dotdot_in_a_path_for_writing),
    ("two_spellings_of_one_letter", two_spellings_of_one_letter),
];

fn unicode_name() -> Outcome {
    let dir = scratch("unicode_name")?;
    fs::write(dir.join("naïve ✓ файл"), "x")?;
    let names: Vec<_> = fs::read_dir(&dir)?.map(|e| Ok(e?.file_name())).collect::<std::io::Result<_>>()?;
    same(names, ["naïve ✓ файл"])
}

fn names_differ_by_case() -> Outcome {
    let dir = scratch("names_differ_by_case")?;
    fs::write(dir.join("a"), "small")?;
    fs::write(dir.join("A"), "large")?;
    same(fs::read_to_string(dir.join("a"))?, "small")
}

fn name_of_255_bytes() -> Outcome {
    let dir = scratch("name_of_255_bytes")?;
    let name = "n".repeat(255);
    fs::write(dir.join(&name), "x")?;
    same(fs::read_to_string(dir.join(&name))?, "x")
}

fn name_of_256_bytes() -> Outcome {
    refused(File::create(scratch("name_of_256_bytes")?.join("n".repeat(256))), &["ENAMETOOLONG"])
}

fn name_of_300_bytes() -> Outcome {
    refused(fs::metadata(format!("/{}", "n".repeat(300))), &["ENAMETOOLONG"])?;
    refused(fs::create_dir(format!("/w/{}", "n".repeat(300))), &["ENAMETOOLONG"])
}

fn long_path() -> Outcome {
    let dir = scratch("long_path")?;
    let mut at = dir;
    for _ in 0..8 {
        at.push("d".repeat(200));
        fs::create_dir(&at)?;
    }
    fs::write(at.join("f"), "far")?;
    same(fs::read_to_string(at.join("f"))?, "far")
}

fn name_with_odd_bytes() -> Outcome {
    let dir = scratch("name_with_odd_bytes")?;
    fs::write(dir.join(" a\nb\\c "), "x")?;
    let names: Vec<_> = fs::read_dir(&dir)?.map(|e| Ok(e?.file_name())).collect::<std::io::Result<_>>()?;
    same(names, [" a\nb\\c "])
}

fn dotdot_in_a_path_for_writing() -> Outcome {
    let dir = scratch("dotdot_in_a_path_for_writing")?;
    fs::create_dir(dir.join("d"))?;
    fs::write(dir.join("d/../f"), "x")?;
    same(fs::read_to_string(dir.join("f"))?, "x")
}

fn two_spellings_of_one_letter() -> Outcome {
    let dir = scratch("two_spellings_of_one_letter")?;
    fs::write(dir.join("\u{e9}"), "composed")?;
    fs::write(dir.join("e\u{301}"), "decomposed")?;
    same(fs::read_dir(&dir)?.count(), 2)
}
