//! Composes an app with the files of a tar archive, without unpacking it.
//!
//! ```console
//! $ cargo run --example archive -- app.wasm files.tar out.wasm
//! ```

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read};
use std::path::Path;

use tar::{Archive, EntryType};
use vfs_compose::{Composer, Entry, Files, Timestamp};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    let [app, archive, out] = &args[..] else { return Err("usage: archive APP FILES.tar OUT".into()) };
    let files = files(BufReader::new(File::open(archive)?))?;
    let composed = Composer::new(fs::read(app)?).files(files).compose()?;
    composed.write_to(&mut BufWriter::new(File::create(out)?))?;
    Ok(())
}

/// Reads all entries of an archive. Their modes and times are kept, their owners are not.
pub fn files(archive: impl Read) -> Result<Files, Box<dyn Error>> {
    let mut files = Files::new();
    for entry in Archive::new(archive).entries()? {
        let mut entry = entry?;
        let path = text(&entry.path()?)?;
        let target = entry.link_name()?.map(|target| text(&target)).transpose()?.unwrap_or_default();
        let (kind, mode, seconds) = (entry.header().entry_type(), entry.header().mode()?, entry.header().mtime()?);
        let new = match kind {
            EntryType::Directory => Entry::directory(),
            EntryType::Symlink => Entry::symlink(target),
            EntryType::Link => Entry::hard_link(target),
            kind if kind.is_file() => Entry::read(&mut entry)?,
            // Says something of the whole archive.
            EntryType::XGlobalHeader => continue,
            kind => return Err(format!("`{path}` cannot be put into an image: it is {kind:?}").into()),
        };
        files.add(path, new.mode(mode).modified(Timestamp { seconds, nanoseconds: 0 }))?;
    }
    Ok(files)
}

fn text(path: &Path) -> Result<String, String> {
    path.to_str().map(str::to_owned).ok_or_else(|| format!("{path:?} is not UTF-8, as WASI requires"))
}
