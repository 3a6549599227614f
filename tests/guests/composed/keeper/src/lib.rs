//! Reads and writes files for other components, and gives back values of all kinds.

use std::cell::RefCell;
use std::fs;
use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicU32, Ordering};

wit_bindgen::generate!({ world: "keeper", path: "../wit" });

use exports::tests::composed::{files, values};
use files::{Entry, Kind, LogBorrow, Problem};
use tests::composed::shouting;

struct Keeper;

/// How many logs are gone.
static CLOSED: AtomicU32 = AtomicU32::new(0);

impl files::Guest for Keeper {
    type Log = Log;

    fn read(path: String) -> Result<Vec<u8>, Problem> {
        fs::read(&path).map_err(|error| problem(&path, &error))
    }

    fn write(path: String, text: String) -> Result<(), Problem> {
        fs::write(&path, shouting::loud(&text)).map_err(|error| problem(&path, &error))
    }

    fn list(path: String) -> Result<Vec<Entry>, Problem> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(&path).map_err(|error| problem(&path, &error))? {
            let entry = entry.map_err(|error| problem(&path, &error))?;
            let metadata = entry.metadata().map_err(|error| problem(&path, &error))?;
            let kind = match metadata.file_type() {
                kind if kind.is_file() => Kind::File,
                kind if kind.is_dir() => Kind::Directory,
                _ => Kind::Other,
            };
            let size = if kind == Kind::File { metadata.len() } else { 0 };
            entries.push(Entry { name: entry.file_name().to_string_lossy().into_owned(), size, kind });
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    fn write_all(files: Vec<(String, Option<String>)>) -> u32 {
        let written = files.iter().filter(|(path, text)| fs::write(path, text.as_deref().unwrap_or("none")).is_ok());
        written.count() as u32
    }
}

/// A file that grows.
struct Log {
    path: String,
    added: RefCell<u32>,
}

impl files::GuestLog for Log {
    fn new(path: String) -> Self {
        Self { path, added: RefCell::new(0) }
    }

    fn add(&self, line: String) {
        let mut file = fs::File::options().append(true).create(true).open(&self.path).expect("a log can be opened");
        writeln!(file, "{line}").expect("a log can be written");
        *self.added.borrow_mut() += 1;
    }

    fn lines(&self) -> Vec<String> {
        fs::read_to_string(&self.path).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    fn count(logs: Vec<LogBorrow<'_>>) -> u32 {
        logs.iter().map(|log| *log.get::<Log>().added.borrow()).sum()
    }

    fn closed() -> u32 {
        CLOSED.load(Ordering::Relaxed)
    }

    fn merge(one: files::Log, other: files::Log) -> files::Log {
        let one = one.into_inner::<Log>();
        for line in other.get::<Log>().lines() {
            one.add(line);
        }
        files::Log::new(one)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // It calls nobody: jco fails where a destructor calls another component.
        CLOSED.fetch_add(1, Ordering::Relaxed);
    }
}

impl values::Guest for Keeper {
    fn same(all: values::All) -> values::All {
        all
    }

    fn same_either(either: values::Either) -> values::Either {
        either
    }

    fn same_flags(colours: values::Colours) -> values::Colours {
        colours
    }

    fn same_char(c: char) -> char {
        c
    }

    fn sum(
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
        f: u64,
        g: u64,
        h: u64,
        i: u64,
        j: u64,
        k: u64,
        l: u64,
        m: u64,
        n: u64,
        o: u64,
        p: u64,
        q: String,
    ) -> u64 {
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q.len() as u64].iter().sum()
    }

    fn nothing() {}
}

fn problem(path: &str, error: &std::io::Error) -> Problem {
    match error.kind() {
        ErrorKind::NotFound => Problem::Missing(path.to_owned()),
        kind => Problem::Other((7, kind.to_string())),
    }
}

export!(Keeper);
