//! `vfs-compose inspect`: shows what is inside a component.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::ExitCode;

use serde_json::json;
use vfs_compose::{Form, Inspection, Vfs};
use vfs_image::{FileKind, Image, Nid, Summary, Walk, WalkEntry, printable};

use crate::args::Inspect;
use crate::report::{Failure, count, size};

pub fn run(args: &Inspect) -> Result<ExitCode, Failure> {
    let bytes = std::fs::read(&args.file).map_err(|error| Failure::io("cannot read", &args.file, error))?;
    let inspection = vfs_compose::inspect(&bytes)?;
    let text = if args.json { as_json(&inspection, bytes.len())? } else { as_text(args, &inspection, bytes.len())? };
    super::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn as_text(args: &Inspect, inspection: &Inspection<'_>, whole: usize) -> Result<String, Failure> {
    let mut text = format!("{}: {}\n", args.file.display(), size(whole as u64));
    list(&mut text, "imports", &inspection.imports);
    list(&mut text, "exports", &inspection.exports);
    match &inspection.vfs {
        Some(vfs) => describe(&mut text, vfs, args.depth)?,
        None => text.push_str("\nno vfs inside\n"),
    }
    Ok(text)
}

fn list(text: &mut String, title: &str, names: &[String]) {
    _ = writeln!(text, "\n{title}: {}", if names.is_empty() { "none" } else { "" });
    for name in names {
        _ = writeln!(text, "  {name}");
    }
}

fn describe(text: &mut String, vfs: &Vfs<'_>, depth: usize) -> Result<(), Failure> {
    let form = match vfs.form {
        Form::Linked => "linked with",
        Form::Plugged => "plugged in front of",
    };
    _ = writeln!(text, "\nvfs: {} ({} of code), {form} the app", size(vfs.size), size(vfs.code));
    if let Some(reason) = &vfs.not_linked {
        _ = writeln!(text, "  not linked: {}", shown(reason));
    }
    left_out(text, vfs);
    let settings = &vfs.settings;
    let limit = |value: u64, none: u64| if value == none { "none".into() } else { value.to_string() };
    for (guest, name) in &settings.preopens {
        let name = if guest == name { String::new() } else { format!(" as {name}") };
        _ = writeln!(text, "  preopen {}", shown(&format!("{guest}{name}")));
    }
    for (key, value) in &settings.environment {
        _ = writeln!(text, "  env {}", shown(&format!("{key}={value}")));
    }
    for argument in &settings.arguments {
        _ = writeln!(text, "  arg {}", shown(argument));
    }
    for (key, value) in &vfs.policy {
        _ = writeln!(text, "  {}", shown(&format!("{key} {value}")));
    }
    if settings.read_only {
        text.push_str("  read-only\n");
    }
    let limits = settings.limits;
    _ = writeln!(
        text,
        "  limits: bytes {}, nodes {}, open files {}",
        limit(limits.max_bytes, u64::MAX),
        limit(limits.max_nodes.into(), u32::MAX.into()),
        limits.max_open
    );
    let image = Image::new(vfs.image).map_err(damaged)?;
    let summary = validated(vfs.image)?;
    _ = writeln!(
        text,
        "\nimage: {}, {} with {}, {}, {}",
        size(vfs.image.len() as u64),
        count(summary.files, "file", "files"),
        size(summary.content_bytes),
        count(summary.directories, "directory", "directories"),
        count(summary.symlinks, "symbolic link", "symbolic links"),
    );
    tree(text, &image, depth)
}

/// Escapes text from the component so that it stays on one line.
fn shown(text: &str) -> Cow<'_, str> {
    printable(text.as_bytes())
}

/// Returns a policy line as JSON; the keys of `config` become an array.
fn said(key: &str, value: &str) -> serde_json::Value {
    match serde_json::from_str::<Vec<String>>(value) {
        Ok(keys) if key == "config" => json!(keys),
        _ => json!(value),
    }
}

/// Lists functions left out of the vfs, grouped by interface.
fn left_out(text: &mut String, vfs: &Vfs<'_>) {
    let functions = count(vfs.left_out.len() as u64, "function", "functions");
    _ = write!(text, "  left out: {functions}, {} of code", size(vfs.saved));
    let mut before = "";
    for name in &vfs.left_out {
        let (interface, function) = name.split_once('#').unwrap_or((name, ""));
        let start = if interface == before { ", ".into() } else { format!("\n    {interface}: ") };
        _ = write!(text, "{start}{function}");
        before = interface;
    }
    text.push('\n');
}

/// Lists directories down to `depth`, with the total sizes of their contents.
fn tree(text: &mut String, image: &Image<'_>, depth: usize) -> Result<(), Failure> {
    let mut lines: Vec<(WalkEntry, u64)> = Vec::new();
    // Line numbers of the directories that contain the current entry.
    let mut open: Vec<usize> = Vec::new();
    for entry in Walk::new(image, Nid(image.root().0)) {
        let entry = entry.map_err(damaged)?;
        open.truncate(entry.depth);
        let own = if entry.inode.kind == FileKind::RegularFile { entry.inode.size } else { 0 };
        for &line in &open {
            lines[line].1 += own;
        }
        if entry.depth > depth {
            continue;
        }
        if entry.inode.kind == FileKind::Directory {
            open.push(lines.len());
        }
        lines.push((entry, own));
    }
    for (entry, bytes) in lines {
        let indent = "  ".repeat(entry.depth);
        let name = printable(entry.name()).into_owned();
        let line = match entry.inode.kind {
            FileKind::Directory => format!("{name}/"),
            FileKind::SymbolicLink => {
                format!("{name} -> {}", printable(image.link_target(&entry.inode).map_err(damaged)?))
            }
            _ => name,
        };
        _ = writeln!(text, "  {:>10}  {indent}{line}", size(bytes));
    }
    Ok(())
}

fn as_json(inspection: &Inspection<'_>, whole: usize) -> Result<String, Failure> {
    let vfs = match &inspection.vfs {
        None => serde_json::Value::Null,
        Some(vfs) => {
            let settings = &vfs.settings;
            let limits = settings.limits;
            let summary = validated(vfs.image)?;
            json!({
                "form": vfs.form,
                "not-linked": vfs.not_linked,
                "size": vfs.size,
                "code": vfs.code,
                "left-out": { "functions": vfs.left_out, "code": vfs.saved },
                "preopens": settings.preopens.iter().map(|(guest, name)| json!({"guest": guest, "name": name})).collect::<Vec<_>>(),
                "environment": settings.environment,
                "arguments": settings.arguments,
                "read-only": settings.read_only,
                "policy": vfs.policy.iter().map(|(key, value)| (key, said(key, value))).collect::<BTreeMap<_, _>>(),
                "limits": {"bytes": limits.max_bytes, "nodes": limits.max_nodes, "open": limits.max_open},
                "image": {
                    "bytes": vfs.image.len(),
                    "files": summary.files,
                    "directories": summary.directories,
                    "symlinks": summary.symlinks,
                    "content-bytes": summary.content_bytes,
                },
            })
        }
    };
    let all = json!({"size": whole, "imports": inspection.imports, "exports": inspection.exports, "vfs": vfs});
    Ok(format!("{all:#}\n"))
}

fn validated(image: &[u8]) -> Result<Summary, Failure> {
    vfs_image::validate(image).map_err(damaged)
}

fn damaged(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Failure {
    Failure::new("the image inside is damaged").caused_by(error)
}
