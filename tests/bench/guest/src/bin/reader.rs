//! An app that only reads: what the vfs adds to it is the least the vfs adds to anything.

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_default();
    println!("{} bytes", std::fs::read(path)?.len());
    Ok(())
}
