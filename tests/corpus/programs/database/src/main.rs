//! SQLite on files: `database PATH` builds a database at PATH with each journal mode that works on files alone, queries it,
//! rolls a transaction back, attaches a second one, vacuums, checks, and opens everything once more.

use rusqlite::{Connection, Result, params};

/// The journal modes that need nothing but files. (WAL needs shared memory.)
const JOURNAL_MODES: [&str; 3] = ["delete", "truncate", "persist"];

const ROWS: u32 = 1_000;

fn main() -> Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "data.db".to_owned());
    println!("sqlite {}", rusqlite::version());
    for mode in JOURNAL_MODES {
        let file = format!("{path}.{mode}");
        println!("journal mode {mode}");
        build(&file, mode)?;
        query(&file)?;
        roll_back(&file)?;
        vacuum(&file)?;
        check(&file)?;
    }
    attach(&path)?;
    read_only(&path)?;
    list(&path);
    Ok(())
}

/// Opens with a small page cache, so that pages go to the file and come back from it.
fn open(file: &str, mode: &str) -> Result<Connection> {
    let db = Connection::open(file)?;
    db.pragma_update(None, "cache_size", 20)?;
    db.pragma_update(None, "temp_store", "file")?;
    let chosen: String = db.query_row(&format!("PRAGMA journal_mode = {mode}"), [], |row| row.get(0))?;
    if chosen != mode {
        println!("  asked for journal mode {mode}, got {chosen}");
    }
    Ok(db)
}

fn build(file: &str, mode: &str) -> Result<()> {
    let mut db = open(file, mode)?;
    db.execute_batch(
        "CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL, weight INTEGER NOT NULL, body BLOB);
         CREATE TABLE change (id INTEGER PRIMARY KEY, word INTEGER NOT NULL REFERENCES word(id) ON DELETE CASCADE, old INTEGER);
         CREATE TRIGGER weight_changed AFTER UPDATE OF weight ON word
             BEGIN INSERT INTO change (word, old) VALUES (old.id, old.weight); END;",
    )?;
    let transaction = db.transaction()?;
    {
        let mut insert = transaction.prepare("INSERT INTO word (text, weight, body) VALUES (?1, ?2, zeroblob(?3))")?;
        for i in 0..ROWS {
            // A multiplicative step visits the values in an order far from sorted.
            let mixed = i.wrapping_mul(2_654_435_761) >> 8;
            insert.execute(params![format!("word-{mixed:08x}"), mixed % 1_000, i % 300])?;
        }
    }
    transaction.commit()?;
    db.execute_batch("CREATE INDEX by_text ON word (text); CREATE INDEX by_weight ON word (weight, text);")?;
    let changed = db.execute("UPDATE word SET weight = weight + 1 WHERE id % 7 = 0", [])?;
    println!("  built, {changed} rows changed");
    Ok(())
}

fn query(file: &str) -> Result<()> {
    let db = Connection::open(file)?;
    let (rows, sum): (u32, i64) =
        db.query_row("SELECT count(*), sum(weight) FROM word", [], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let changes: u32 =
        db.query_row("SELECT count(*) FROM change JOIN word ON word.id = change.word", [], |r| r.get(0))?;
    println!("  {rows} rows, weights {sum}, {changes} changes");
    let mut top = db.prepare("SELECT text, weight FROM word WHERE weight >= 990 ORDER BY weight DESC, text LIMIT 5")?;
    for row in top.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, u32>(1)?)))? {
        let (text, weight) = row?;
        println!("  {text} {weight}");
    }
    // A sort larger than the cache, through temporary files.
    db.pragma_update(None, "cache_size", 5)?;
    let longest: String = db.query_row(
        "SELECT text FROM (SELECT text, body FROM word ORDER BY length(body) DESC, text LIMIT 600) LIMIT 1 OFFSET 599",
        [],
        |r| r.get(0),
    )?;
    println!("  the 600th by size is {longest}");
    Ok(())
}

/// Changes most pages (more than the cache holds, so the journal is played back), then gives the changes up.
fn roll_back(file: &str) -> Result<()> {
    let mut db = Connection::open(file)?;
    db.pragma_update(None, "cache_size", 10)?;
    let before: u64 = db.query_row("SELECT total(weight) FROM word", [], |r| r.get::<_, f64>(0))? as u64;
    let transaction = db.transaction()?;
    transaction.execute("UPDATE word SET weight = weight * 2, body = zeroblob(200)", [])?;
    transaction.execute("DELETE FROM word WHERE id % 2 = 0", [])?;
    transaction.execute_batch("SAVEPOINT inner; DELETE FROM word; ROLLBACK TO inner; RELEASE inner;")?;
    let during: u32 = transaction.query_row("SELECT count(*) FROM word", [], |r| r.get(0))?;
    transaction.rollback()?;
    let after: u64 = db.query_row("SELECT total(weight) FROM word", [], |r| r.get::<_, f64>(0))? as u64;
    println!("  rolled back: {during} rows inside, weights {}", if before == after { "as before" } else { "DIFFER" });
    Ok(())
}

fn vacuum(file: &str) -> Result<()> {
    let db = Connection::open(file)?;
    db.execute("DELETE FROM word WHERE id % 3 = 0", [])?;
    let free: u32 = db.query_row("PRAGMA freelist_count", [], |r| r.get(0))?;
    let size = |file| std::fs::metadata(file).map(|m| m.len()).unwrap_or(0);
    let before = size(file);
    db.execute_batch("VACUUM")?;
    let left: u32 = db.query_row("PRAGMA freelist_count", [], |r| r.get(0))?;
    println!("  vacuumed: {free} free pages, then {left}; {before} bytes, then {}", size(file));
    Ok(())
}

fn check(file: &str) -> Result<()> {
    let db = Connection::open(file)?;
    let integrity: String = db.query_row("PRAGMA integrity_check", [], |r| r.get(0))?;
    let foreign: u32 = db.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |r| r.get(0))?;
    println!("  integrity {integrity}, {foreign} references to rows that are gone");
    Ok(())
}

/// One transaction over two files: SQLite writes a super-journal that names both journals.
fn attach(path: &str) -> Result<()> {
    let mut db = Connection::open(format!("{path}.delete"))?;
    db.execute("ATTACH ?1 AS other", [format!("{path}.truncate")])?;
    let transaction = db.transaction()?;
    let here = transaction.execute("DELETE FROM main.word WHERE weight < 100", [])?;
    let there = transaction.execute(
        "INSERT INTO other.word (text, weight) SELECT text || '+', weight FROM main.word WHERE weight > 900",
        [],
    )?;
    transaction.commit()?;
    let both: u32 =
        db.query_row("SELECT (SELECT count(*) FROM main.word) + (SELECT count(*) FROM other.word)", [], |r| r.get(0))?;
    println!("attached: {here} rows deleted, {there} inserted, {both} in both");
    Ok(())
}

fn read_only(path: &str) -> Result<()> {
    let db = Connection::open_with_flags(format!("{path}.persist"), rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let rows: u32 = db.query_row("SELECT count(*) FROM word", [], |r| r.get(0))?;
    let refused = db.execute("DELETE FROM word", []).is_err();
    println!("read-only: {rows} rows, a change is {}", if refused { "refused" } else { "ACCEPTED" });
    Ok(())
}

/// The files that are left: the databases, and the journal that mode `persist` keeps.
fn list(path: &str) {
    let directory = std::path::Path::new(path).parent().filter(|p| !p.as_os_str().is_empty());
    let entries = std::fs::read_dir(directory.unwrap_or(std::path::Path::new(".")));
    let mut names: Vec<String> = match entries {
        Ok(entries) => entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect(),
        Err(error) => vec![error.to_string()],
    };
    names.sort();
    println!("files: {}", names.join(" "));
}
