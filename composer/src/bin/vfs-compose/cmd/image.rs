//! `vfs-compose image`: works on an image, as a file or inside a component.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use serde_json::json;
use vfs_compose::Remarks;
use vfs_compose::options::{Files, written};
use vfs_image::{FileKind, Image as Reader, Inode, Timestamp, Walk, find};

use crate::args::Image;
use crate::input;
use crate::json::{self, Digesting};
use crate::output::{Target, progress};
use crate::plan::Plan;
use crate::report::{Failure, contents, count, is_quiet, listed, print, size, tell};

pub fn run(args: &Image) -> Result<ExitCode, Failure> {
    match args {
        Image::Build { sources, files, output, json } => {
            let mut files = Files::clone(files);
            files.image.splice(0..0, sources.iter().cloned());
            build(&mut files, output, *json)?;
        }
        Image::Ls { file, path, long, recursive, json } => {
            let listing = match (long, json) {
                (_, true) => Listing::Json,
                (true, false) => Listing::Long,
                (false, false) => Listing::Names,
            };
            ls(file, path, listing, *recursive)?;
        }
        Image::Cat { file, paths, json } => return cat(file, paths, *json),
        Image::Extract { to, .. } if to.as_os_str() == "-" => {
            let failure = Failure::usage("`image extract` writes a directory, and `-` is standard output".into());
            return Err(failure.hint("a directory of that name is `./-`; `vfs-compose image cat` prints files"));
        }
        Image::Extract { file, to, from, json } => extract(file, to, from, *json)?,
        Image::Verify { file, json } => verify(file, *json)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn build(files: &mut Files, output: &Path, is_json: bool) -> Result<(), Failure> {
    if files.image.is_empty() && files.file.is_empty() {
        return Err(Failure::usage("no source given: name a directory, an image or a component".into()));
    }
    let target = Target::new(output)?;
    target.check_apart(&input::of_files(files))?;
    let plan = Plan::of_image(files)?;
    let packed = target.exclude_from(plan.composer.clone()).on_progress(progress()).pack()?;
    let report = packed.report();
    if is_json {
        let written = target.fill(|out| {
            let mut out = Digesting::image(out, 0..report.bytes);
            packed.write_to(&mut out)?;
            out.finish_image()
        })?;
        let report = json::about(&target.name(), json!({ "image": json::of_image(report, written) }));
        return super::print_beside(&target, &json::with_remarks(report, packed.remarks()));
    }
    tell(packed.remarks());
    target.fill(|out| Ok(packed.write_to(out)?))?;
    if !is_quiet() {
        print(&format!("{}: {}\n", target.name(), contents(report)));
    }
    Ok(())
}

/// What is shown of each file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Listing {
    Names,
    Long,
    Json,
}

fn ls(file: &Path, path: &str, listing: Listing, recursive: bool) -> Result<(), Failure> {
    let bytes = read(file)?;
    let image = image_of(file, &bytes)?;
    let start = found(&image, path)?;
    let mut entries = Vec::new();
    for entry in Walk::new(&image, start.nid) {
        let entry = entry.map_err(|error| unreadable(file, error))?;
        let is_listed = match entry.depth {
            0 => start.kind != FileKind::Directory,
            1 => true,
            _ => recursive,
        };
        if is_listed {
            let name = if entry.depth == 0 { path.as_bytes().to_owned() } else { entry.path };
            let target = match entry.inode.kind {
                FileKind::SymbolicLink => {
                    Some(image.link_target(&entry.inode).map_err(|error| unreadable(file, error))?)
                }
                _ => None,
            };
            entries.push((name, entry.inode, target));
        }
    }
    if listing == Listing::Json {
        let entries: Vec<_> = entries
            .iter()
            .map(|(name, inode, target)| json::of_entry(&String::from_utf8_lossy(name), inode, *target))
            .collect();
        return super::print(&json::text(&json::about(&input::name(file), json!({ "entries": entries }))));
    }
    let width = |number: fn(&Inode) -> u64| {
        entries.iter().map(|(_, inode, _)| number(inode).to_string().len()).max().unwrap_or_default()
    };
    let (links, sizes) = (width(|inode| inode.links.into()), width(|inode| inode.size));
    let mut out = BufWriter::new(io::stdout().lock());
    for (name, inode, target) in &entries {
        let name = listed(name);
        let written = if listing == Listing::Long {
            let target = target.map(|target| format!(" -> {}", listed(target))).unwrap_or_default();
            let (kind, time) = (permissions(inode), minute(inode.modified));
            writeln!(out, "{kind} {:>links$} {:>sizes$} {time} {name}{target}", inode.links, inode.size)
        } else {
            writeln!(out, "{name}")
        };
        written.map_err(Failure::of_report)?;
    }
    out.flush().map_err(Failure::of_report)
}

/// Formats kind and permissions as ls(1) does.
fn permissions(inode: &Inode) -> String {
    let kind = match inode.kind {
        FileKind::RegularFile => '-',
        FileKind::Directory => 'd',
        FileKind::SymbolicLink => 'l',
        FileKind::CharacterDevice => 'c',
        FileKind::BlockDevice => 'b',
        FileKind::Fifo => 'p',
        FileKind::Socket => 's',
    };
    let mut text = String::from(kind);
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = inode.mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (inode.mode & special != 0, bits & 1 != 0) {
            (false, false) => '-',
            (false, true) => 'x',
            (true, true) => letter,
            (true, false) => letter.to_ascii_uppercase(),
        });
    }
    text
}

/// Formats a time to the minute, in UTC.
fn minute(time: Timestamp) -> String {
    let time = written(time);
    time.get(..16).unwrap_or(&time).replace('T', " ")
}

/// Prints files. One that cannot be printed does not keep the others from it, as in cat(1).
fn cat(file: &Path, paths: &[String], is_json: bool) -> Result<ExitCode, Failure> {
    let bytes = read(file)?;
    let image = image_of(file, &bytes)?;
    let mut out = io::stdout().lock();
    let mut entries = Vec::new();
    let mut code = ExitCode::SUCCESS;
    for path in paths {
        let inode = match regular_file(&image, path) {
            Ok(inode) => inode,
            Err(failure) => {
                failure.print();
                code = failure.exit.into();
                continue;
            }
        };
        let mut contents = image.contents(&inode);
        if is_json {
            let mut out = Digesting::all(&mut out);
            io::copy(&mut contents, &mut out).map_err(printing)?;
            let mut entry = json::of_entry(path, &inode, None);
            entry["digest"] = out.finish().into();
            entries.push(entry);
        } else {
            io::copy(&mut contents, &mut out).map_err(printing)?;
        }
    }
    out.flush().map_err(printing)?;
    if is_json {
        let report = json::about(&input::name(file), json!({ "entries": entries }));
        super::print_beside(&Target::Stdout, &report)?;
    }
    Ok(code)
}

fn regular_file(image: &Reader<'_>, path: &str) -> Result<Inode, Failure> {
    let inode = found(image, path)?;
    match inode.kind {
        FileKind::RegularFile => Ok(inode),
        _ => Err(Failure::new(format!("`{path}` in the image is not a regular file"))),
    }
}

fn extract(file: &Path, to: &Path, from: &str, is_json: bool) -> Result<(), Failure> {
    let bytes = read(file)?;
    let image = image_of(file, &bytes)?;
    let start = found(&image, from)?;
    let done = vfs_image::extract(&image, start.nid, to, |_| {})
        .map_err(|error| Failure::new(format!("cannot extract to `{}`", to.display())).caused_by(error))?;
    let mut remarks = Remarks::default();
    for skipped in done.skipped {
        remarks.warn("special-file", format!("skipped `{}`, which is a special file", skipped.path));
    }
    if is_json {
        let rest = json!({ "to": to.display().to_string() });
        return super::print(&json::text(&json::with_remarks(json::about(&input::name(file), rest), &remarks)));
    }
    tell(&remarks);
    Ok(())
}

fn verify(file: &Path, is_json: bool) -> Result<(), Failure> {
    let bytes = read(file)?;
    let image = part(file, &bytes)?;
    let summary = vfs_image::validate(image).map_err(|error| unreadable(file, error))?;
    if is_json {
        let rest = json!({ "image": json::of_summary(image, &summary)? });
        return super::print(&json::text(&json::about(&input::name(file), rest)));
    }
    super::print(&format!(
        "sound: {}, {}, {}, {} of contents\n",
        count(summary.files, "file", "files"),
        count(summary.directories, "directory", "directories"),
        count(summary.symlinks, "symbolic link", "symbolic links"),
        size(summary.content_bytes)
    ))
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    input::bytes(file)
}

/// Returns the image in a file: the whole file, or a part of a component.
fn part<'a>(file: &Path, bytes: &'a [u8]) -> Result<&'a [u8], Failure> {
    let name = input::name(file);
    if bytes.is_empty() {
        return Err(Failure::new(format!("`{name}` is empty: it is no image")));
    }
    if !bytes.starts_with(b"\0asm") {
        return Ok(bytes);
    }
    let inspection = vfs_compose::inspect(bytes)
        .map_err(|error| Failure::new(format!("cannot read `{name}`")).because_of(Failure::of_file(error)))?;
    Ok(inspection.vfs.ok_or_else(|| Failure::new(format!("there is no image inside `{name}`")))?.image)
}

fn image_of<'a>(file: &Path, bytes: &'a [u8]) -> Result<Reader<'a>, Failure> {
    let image = part(file, bytes)?;
    let reader = Reader::new(image).map_err(|error| unreadable(file, error))?;
    vfs_image::check_superblock(image).map_err(|error| unreadable(file, error))?;
    Ok(reader)
}

fn found(image: &Reader<'_>, path: &str) -> Result<Inode, Failure> {
    find(image, path.as_bytes()).map_err(|error| Failure::new(error.to_string()))
}

fn unreadable(file: &Path, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Failure {
    Failure::new(format!("cannot read the image in `{}`", input::name(file))).caused_by(error)
}

fn printing(error: io::Error) -> Failure {
    Failure::new("cannot write to standard output").caused_by(error)
}
