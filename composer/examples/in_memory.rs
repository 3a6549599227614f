//! Composes an app with files that never were in a directory.
//!
//! ```console
//! $ cargo run --example in_memory -- app.wasm out.wasm
//! ```

use std::error::Error;
use std::fs::{self, File};
use std::io::BufWriter;

use vfs_compose::{Composed, Composer, Entry, Files};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    let [app, out] = &args[..] else { return Err("usage: in_memory APP OUT".into()) };
    let composed = compose(fs::read(app)?)?;
    // The contents of files go from their sources to the output, a piece at a time.
    composed.write_to(&mut BufWriter::new(File::create(out)?))?;
    let report = composed.report();
    println!("{} bytes, {} files", report.size, report.image.files);
    Ok(())
}

/// Composes an app that reads `/etc/motd`.
pub fn compose(app: Vec<u8>) -> Result<Composed, vfs_compose::Error> {
    let mut files = Files::new();
    files.add_file("etc/motd", "composed in memory\n")?;
    files.add("etc/issue", Entry::symlink("motd"))?;
    // Directories on the way are there without being added; this one has a mode of its own.
    files.add("tmp", Entry::directory().mode(0o1777))?;
    Composer::new(app).files(files).compose()
}
