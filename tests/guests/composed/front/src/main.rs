//! What a program sees of the components that it is made of: the same files as they, and values as they were sent.

use std::fs;
use std::process::ExitCode;

use check::{Area, Outcome, Saw, holds, same};

wit_bindgen::generate!({ world: "front", path: "../wit", additional_derives: [PartialEq, Clone] });

use tests::composed::files::{self, Kind, Log, Problem};
use tests::composed::shouting;
use tests::composed::values::{self, All, Colours, Either};

const AREAS: &[Area] = &[
    (
        "files",
        &[
            ("a_file_of_the_image", a_file_of_the_image),
            ("what_one_writes_the_other_reads", what_one_writes_the_other_reads),
            ("what_the_other_writes_one_reads", what_the_other_writes_one_reads),
            ("a_list_of_records", a_list_of_records),
            ("a_list_of_optional_strings", a_list_of_optional_strings),
            ("errors", errors),
            ("a_large_file", a_large_file),
        ],
    ),
    (
        "resources",
        &[("a_log", a_log), ("logs_in_a_list", logs_in_a_list), ("logs_that_are_given_away", logs_that_are_given_away)],
    ),
    (
        "values",
        &[
            ("every_kind", every_kind),
            ("nothing_at_all", nothing_at_all),
            ("cases_that_share_their_place", cases_that_share_their_place),
            ("flags_and_characters", flags_and_characters),
            ("more_parameters_than_fit", more_parameters_than_fit),
            ("text_of_all_lengths", text_of_all_lengths),
        ],
    ),
    ("instances", &[("printing", printing), ("what_is_instantiated_twice", what_is_instantiated_twice)]),
];

fn main() -> ExitCode {
    check::run(AREAS)
}

fn a_file_of_the_image() -> Outcome {
    let there = files::read("/dir/a.txt")?;
    same(&there, &fs::read("/dir/a.txt")?)?;
    same(there, b"a\n".to_vec())
}

fn what_one_writes_the_other_reads() -> Outcome {
    fs::write("/dir/new.txt", "from the front")?;
    same(files::read("/dir/new.txt")?, b"from the front".to_vec())?;
    fs::rename("/dir/new.txt", "/dir/renamed.txt")?;
    same(files::read("/dir/renamed.txt")?, b"from the front".to_vec())?;
    fs::remove_file("/dir/renamed.txt")?;
    holds(matches!(files::read("/dir/renamed.txt"), Err(Problem::Missing(path)) if path == "/dir/renamed.txt"), "gone")
}

fn what_the_other_writes_one_reads() -> Outcome {
    files::write("/dir/there.txt", "from the keeper")?;
    same(fs::read_to_string("/dir/there.txt")?, "FROM THE KEEPER".to_owned())?;
    fs::remove_file("/dir/there.txt")?;
    Ok(())
}

fn a_list_of_records() -> Outcome {
    let seen = files::list("/dir")?;
    let seen: Vec<_> = seen.iter().map(|entry| (entry.name.as_str(), entry.size, entry.kind)).collect();
    same(seen, vec![("a.txt", 2, Kind::File), ("sub", 0, Kind::Directory), ("two.txt", 8, Kind::File)])
}

fn a_list_of_optional_strings() -> Outcome {
    let wanted: Vec<_> = (0..300).map(|n| (format!("/many-{n}"), (n % 2 == 0).then(|| "x".repeat(n)))).collect();
    same(files::write_all(&wanted), 300)?;
    for (path, text) in &wanted {
        same(&fs::read_to_string(path)?, text.as_deref().unwrap_or("none"))?;
        fs::remove_file(path)?;
    }
    same(files::write_all(&[]), 0)
}

fn errors() -> Outcome {
    holds(matches!(files::read("/missing"), Err(Problem::Missing(path)) if path == "/missing"), "missing")?;
    match files::write("/dir/a.txt/below", "x") {
        Err(Problem::Other((7, text))) => same(text, "not a directory".to_owned()),
        other => Err(Saw(format!("{other:?}"))),
    }
}

fn a_large_file() -> Outcome {
    let wanted: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    fs::write("/large", &wanted)?;
    holds(files::read("/large")? == wanted, "three million bytes come through")?;
    fs::remove_file("/large")?;
    Ok(())
}

fn a_log() -> Outcome {
    let log = Log::new("/log");
    log.add("one");
    log.add("two, with ü and 😀");
    same(log.lines(), vec!["one".to_owned(), "two, with ü and 😀".to_owned()])?;
    let closed = Log::closed();
    drop(log);
    same(Log::closed(), closed + 1)?;
    same(fs::read_to_string("/log")?, "one\ntwo, with ü and 😀\n".to_owned())?;
    fs::remove_file("/log")?;
    Ok(())
}

fn logs_in_a_list() -> Outcome {
    let logs: Vec<_> = (0..5).map(|n| Log::new(&format!("/log-{n}"))).collect();
    for (n, log) in logs.iter().enumerate() {
        (0..n).for_each(|_| log.add("line"));
    }
    same(Log::count(&logs.iter().collect::<Vec<_>>()), 10)?;
    same(Log::count(&[]), 0)
}

fn logs_that_are_given_away() -> Outcome {
    let (one, other) = (Log::new("/one"), Log::new("/other"));
    one.add("1");
    other.add("2");
    let merged = Log::merge(one, other);
    same(merged.lines(), vec!["1".to_owned(), "2".to_owned()])?;
    let closed = Log::closed();
    drop(merged);
    same(Log::closed(), closed + 1)
}

fn full() -> All {
    All {
        a: true,
        b: 200,
        c: -300,
        d: 4_000_000_000,
        e: -5_000_000_000,
        f: 1.5,
        g: -2.25,
        h: '😀',
        i: "naïve".into(),
        j: vec![1, 2, 65535],
        k: Some("some".into()),
        l: Err("no".into()),
        m: Colours::RED | Colours::BLUE,
        n: (9, u64::MAX),
        o: vec![vec!["a".into(), String::new()], Vec::new(), vec!["ß".into()]],
    }
}

fn every_kind() -> Outcome {
    same(values::same(&full()), full())?;
    let empty = All { a: false, i: String::new(), j: Vec::new(), k: None, l: Ok(255), o: Vec::new(), ..full() };
    same(values::same(&empty), empty)
}

fn nothing_at_all() -> Outcome {
    values::nothing();
    Ok(())
}

fn cases_that_share_their_place() -> Outcome {
    for either in [Either::Number(-0.5), Either::Bytes(vec![0, 255, 7]), Either::Text("ähm".into()), Either::Neither] {
        same(values::same_either(&either), either)?;
    }
    Ok(())
}

fn flags_and_characters() -> Outcome {
    for bits in 0..8 {
        let colours = Colours::from_bits_retain(bits);
        same(values::same_flags(colours), colours)?;
    }
    for c in ['\0', 'a', '\u{d7ff}', '\u{e000}', '\u{10ffff}'] {
        same(values::same_char(c), c)?;
    }
    Ok(())
}

fn more_parameters_than_fit() -> Outcome {
    same(values::sum(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, "seventeen letters"), 136 + 17)
}

fn text_of_all_lengths() -> Outcome {
    // Every length of a code point at every distance from the end, and the first and last code point of each length.
    let points =
        ['a', '\u{7f}', '\u{80}', '\u{7ff}', '\u{800}', '\u{d7ff}', '\u{e000}', '\u{ffff}', '\u{10000}', '\u{10ffff}'];
    for c in points {
        for length in 0..20 {
            let text = format!("{}{c}{}", "x".repeat(length), "y".repeat(20 - length));
            same(values::same_either(&Either::Text(text.clone())), Either::Text(text))?;
        }
    }
    Ok(())
}

fn printing() -> Outcome {
    print!("one, ");
    shouting::say("two");
    Ok(())
}

/// The keeper has a shouter of its own, and asks only that.
fn what_is_instantiated_twice() -> Outcome {
    let before = shouting::asked();
    files::write("/loud", "loud")?;
    fs::remove_file("/loud")?;
    same(shouting::asked(), before)?;
    shouting::loud("quiet");
    same(shouting::asked(), before + 1)
}
