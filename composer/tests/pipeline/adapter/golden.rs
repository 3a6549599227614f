//! Adapters as text. `tests/adapters/README.md` explains the cases.

use std::fs;
use std::path::{Path, PathBuf};

use super::wit;
use vfs_compose_adapter::AdapterError;

#[test]
fn glue_of_each_folder_is_as_written() {
    are_as_written("tests/adapters", "glue.wat", wit::glue);
}

/// Makes a module of each `interface.wit` in a folder's folders, and compares its text with a file beside that.
pub(super) fn are_as_written(folder: &str, file: &str, make: fn(&str) -> Result<Vec<u8>, AdapterError>) {
    let bless = std::env::var_os("BLESS").is_some();
    let failures: Vec<_> = folders(folder).iter().filter_map(|folder| check(folder, file, make, bless).err()).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn folders(of: &str) -> Vec<PathBuf> {
    let all = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(of)).unwrap();
    let mut all: Vec<_> = all.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    all.sort();
    all
}

fn check(
    folder: &Path,
    file: &str,
    make: fn(&str) -> Result<Vec<u8>, AdapterError>,
    bless: bool,
) -> Result<(), String> {
    let failed = |what: String| format!("{}: {what}", folder.display());
    let text = fs::read_to_string(folder.join("interface.wit")).map_err(|error| failed(error.to_string()))?;
    let module = make(&text).map_err(|error| failed(error.to_string()))?;
    let printed = print(&module).map_err(failed)?;
    wit::validate(&module).map_err(|error| failed(format!("{error}\n{printed}")))?;
    let file = folder.join(file);
    if bless {
        return fs::write(file, printed).map_err(|error| failed(error.to_string()));
    }
    let expected = fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    if printed == expected { Ok(()) } else { Err(failed(format!("the glue is now\n{printed}"))) }
}

fn print(module: &[u8]) -> Result<String, String> {
    let mut printed = String::new();
    wasmprinter::Config::new()
        .fold_instructions(true)
        .print(module, &mut wasmprinter::PrintFmtWrite(&mut printed))
        .map_err(|error| error.to_string())?;
    Ok(printed)
}
