//! `vfs-compose image`: works on an image, as a file or inside a component.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use vfs_compose::Composer;
use vfs_image::{FileKind, Image as Reader, Inode, Walk, find, printable};

use crate::args::Image;
use crate::output::{Target, progress};
use crate::plan;
use crate::report::{Failure, count, size};

pub fn run(args: &Image) -> Result<ExitCode, Failure> {
    match args {
        Image::Build { sources, strict, output, quiet } => build(sources, *strict, output, *quiet)?,
        Image::Ls { file, path, long, recursive } => ls(file, path, *long, *recursive)?,
        Image::Cat { file, paths } => cat(file, paths)?,
        Image::Extract { file, to, from } => extract(file, to, from)?,
        Image::Verify { file } => verify(file)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn build(sources: &[String], strict: bool, output: &Path, quiet: bool) -> Result<(), Failure> {
    let target = Target::new(output)?;
    let composer = plan::dated(plan::images(Composer::for_any_app(), sources).strict(strict))?;
    let packed = target.exclude_from(composer).pack()?;
    super::tell(packed.remarks(), quiet);
    let report = packed.report();
    target.fill(|mut out| Ok(packed.write_with(&mut out, progress(report.bytes, quiet))?))?;
    if !quiet {
        eprintln!("{}: {}", target.name(), size(report.bytes));
    }
    Ok(())
}

fn ls(file: &Path, path: &str, long: bool, recursive: bool) -> Result<(), Failure> {
    let bytes = read(file)?;
    let image = image_of(file, &bytes)?;
    let start = found(&image, path)?;
    let mut out = BufWriter::new(io::stdout().lock());
    for entry in Walk::new(&image, start.nid) {
        let entry = entry.map_err(|error| damaged(file, error))?;
        let is_listed = match entry.depth {
            0 => start.kind != FileKind::Directory,
            1 => true,
            _ => recursive,
        };
        if !is_listed {
            continue;
        }
        let name = if entry.depth == 0 { path.into() } else { printable(&entry.path) };
        let line = if long {
            let target = match entry.inode.kind {
                FileKind::SymbolicLink => {
                    let target = image.link_target(&entry.inode).map_err(|error| damaged(file, error))?;
                    format!(" -> {}", printable(target))
                }
                _ => String::new(),
            };
            format!("{} {name}{target}", attributes(&entry.inode))
        } else {
            name.into_owned()
        };
        writeln!(out, "{line}").map_err(printing)?;
    }
    out.flush().map_err(printing)
}

/// Formats kind, octal mode, links, size, and time in seconds since 1970.
fn attributes(inode: &Inode) -> String {
    let kind = match inode.kind {
        FileKind::RegularFile => '-',
        FileKind::Directory => 'd',
        FileKind::SymbolicLink => 'l',
        FileKind::CharacterDevice => 'c',
        FileKind::BlockDevice => 'b',
        FileKind::Fifo => 'p',
        FileKind::Socket => 's',
    };
    let time = format!("{}.{:09}", inode.modified.seconds, inode.modified.nanoseconds);
    format!("{kind}{:04o} {:>3} {:>12} {time:>20}", inode.mode, inode.links, inode.size)
}

fn cat(file: &Path, paths: &[String]) -> Result<(), Failure> {
    let bytes = read(file)?;
    let image = image_of(file, &bytes)?;
    let mut out = io::stdout().lock();
    for path in paths {
        let inode = found(&image, path)?;
        if inode.kind != FileKind::RegularFile {
            return Err(Failure::new(format!("`{path}` in the image is not a regular file")));
        }
        io::copy(&mut image.contents(&inode), &mut out).map_err(printing)?;
    }
    out.flush().map_err(printing)
}

fn extract(file: &Path, to: &Path, from: &str) -> Result<(), Failure> {
    let bytes = read(file)?;
    let image = image_of(file, &bytes)?;
    let start = found(&image, from)?;
    let done = vfs_image::extract(&image, start.nid, to, |_| {})
        .map_err(|error| Failure::new(format!("cannot extract to `{}`", to.display())).caused_by(error))?;
    for skipped in done.skipped {
        eprintln!("warning: skipped `{}`, which is a special file", skipped.path);
    }
    Ok(())
}

fn verify(file: &Path) -> Result<(), Failure> {
    let bytes = read(file)?;
    let image = part(file, &bytes)?;
    let summary = vfs_image::validate(image).map_err(|error| damaged(file, error))?;
    super::print(&format!(
        "sound: {}, {}, {}, {} of contents\n",
        count(summary.files, "file", "files"),
        count(summary.directories, "directory", "directories"),
        count(summary.symlinks, "symbolic link", "symbolic links"),
        size(summary.content_bytes)
    ))
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| Failure::io("cannot read", file, error))
}

/// Returns the image in a file: the whole file, or a part of a component.
fn part<'a>(file: &Path, bytes: &'a [u8]) -> Result<&'a [u8], Failure> {
    if !bytes.starts_with(b"\0asm") {
        return Ok(bytes);
    }
    let vfs = vfs_compose::inspect(bytes)?.vfs;
    Ok(vfs.ok_or_else(|| Failure::new(format!("there is no image inside `{}`", file.display())))?.image)
}

fn image_of<'a>(file: &Path, bytes: &'a [u8]) -> Result<Reader<'a>, Failure> {
    Reader::new(part(file, bytes)?).map_err(|error| damaged(file, error))
}

fn found(image: &Reader<'_>, path: &str) -> Result<Inode, Failure> {
    find(image, path.as_bytes()).map_err(|error| Failure::new(format!("no `{path}` in the image")).caused_by(error))
}

fn damaged(file: &Path, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Failure {
    Failure::new(format!("the image in `{}` is damaged", file.display())).caused_by(error)
}

fn printing(error: io::Error) -> Failure {
    Failure::new("cannot write to standard output").caused_by(error)
}
