//! `vfs-compose inspect`: shows what is inside a component or an image.

use std::borrow::Cow;
use std::fmt::Write;
use std::process::ExitCode;

use serde_json::json;
use vfs_compose::{Beneath, ExitCode as ExitCodes, Form, Inspection, Mount, Vfs};
use vfs_image::{FileKind, Image, Nid, Summary, Walk, WalkEntry, printable};

use crate::args::Inspect;
use crate::report::{Failure, count, is_verbose, listed, size};
use crate::{input, json};

pub fn run(args: &Inspect) -> Result<ExitCode, Failure> {
    let bytes = input::program(&args.file)?;
    let name = input::name(&args.file);
    let within = |error: Failure| Failure::new(format!("cannot inspect `{name}`")).because_of(error);
    let text = if bytes.starts_with(b"\0asm") || Image::new(&bytes).is_err() {
        let inspection = vfs_compose::inspect(&bytes).map_err(|error| within(Failure::of_file(error)))?;
        let summary = inspection.vfs.as_ref().map(|vfs| validated(vfs.image)).transpose().map_err(within)?;
        if args.json {
            json::text(&json::of_inspection(&name, &bytes, &inspection, summary.as_ref()).map_err(within)?)
        } else {
            let shown = Shown { depth: args.depth, verbose: is_verbose() };
            shown.component(&name, &bytes, &inspection, summary.as_ref()).map_err(within)?
        }
    } else {
        let summary = validated(&bytes).map_err(within)?;
        if args.json {
            let image = json::of_summary(&bytes, &summary).map_err(within)?;
            json::text(&json::about(&name, json!({ "image": image })))
        } else {
            let mut text = format!("{name}: ");
            Shown { depth: args.depth, verbose: is_verbose() }
                .image(&mut text, &bytes, &summary, &[])
                .map_err(within)?;
            text
        }
    };
    super::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// How much is shown.
struct Shown {
    depth: usize,
    verbose: bool,
}

impl Shown {
    fn component(
        &self,
        name: &str,
        bytes: &[u8],
        inspection: &Inspection<'_>,
        summary: Option<&Summary>,
    ) -> Result<String, Failure> {
        let mut text = format!("{name}: {}", size(bytes.len() as u64));
        let vfs = inspection.vfs.as_ref();
        match vfs.map(|vfs| vfs.form) {
            Some(Some(Form::Linked)) => text.push_str(", linked (needs multi-memory)\n"),
            Some(Some(Form::Plugged)) => text.push_str(", plugged\n"),
            Some(None) => text.push_str(", a vfs alone\n"),
            None => text.push_str(", no vfs inside\n"),
        }
        if let Some((vfs, summary)) = vfs.zip(summary) {
            text.push_str("\nfiles: ");
            self.image(&mut text, vfs.image, summary, &vfs.settings.mounts)?;
        }
        let flag = |name: &String| inspection.added_imports.iter().find(|(import, _)| import == name);
        let imports = inspection.imports.iter().map(|name| match flag(name) {
            Some((_, flag)) => format!("{name}  ({})", self::shown(flag)),
            None => name.clone(),
        });
        list(&mut text, "imports", &imports.collect::<Vec<_>>());
        list(&mut text, "exports", &inspection.exports);
        match vfs_compose::exit_code(bytes) {
            Some(ExitCodes::Full) => text.push_str("\nexit codes: all\n"),
            Some(ExitCodes::Bool) => text.push_str("\nexit codes: 0 and 1 (all with `--exit-code full`)\n"),
            None => {}
        }
        if let Some(vfs) = vfs {
            settings(&mut text, vfs);
            if self.verbose {
                details(&mut text, vfs);
            }
        }
        Ok(text)
    }

    /// Counts the files of an image, and lists directories, with the total sizes of their contents, and what of the host
    /// is there.
    fn image(
        &self,
        text: &mut String,
        bytes: &[u8],
        summary: &Summary,
        mounts: &[Mount<String>],
    ) -> Result<(), Failure> {
        let image = Image::new(bytes).map_err(Failure::of_image)?;
        _ = writeln!(
            text,
            "{} with {}, {}, {}; an image of {}",
            count(summary.files, "file", "files"),
            size(summary.content_bytes),
            count(summary.directories, "directory", "directories"),
            count(summary.symlinks, "symbolic link", "symbolic links"),
            size(bytes.len() as u64),
        );
        tree(text, &image, self.depth, mounts)
    }
}

fn list(text: &mut String, title: &str, names: &[String]) {
    _ = writeln!(text, "\n{title}:{}", if names.is_empty() { " none" } else { "" });
    for name in names {
        _ = writeln!(text, "  {name}");
    }
}

/// Shows limits, rules and what else the app gets.
fn settings(text: &mut String, vfs: &Vfs<'_>) {
    let settings = &vfs.settings;
    text.push_str("\nsettings:\n");
    if let Some(reason) = &vfs.not_linked {
        _ = writeln!(text, "  not linked: {}", shown(reason));
    }
    let limits = settings.limits;
    let bytes = if limits.max_bytes == u64::MAX { "none".into() } else { size(limits.max_bytes) };
    let nodes = if limits.max_nodes == u32::MAX { "none".into() } else { limits.max_nodes.to_string() };
    _ = writeln!(text, "  limits: bytes {bytes}, nodes {nodes}, open files {}", limits.max_open);
    if settings.read_only {
        text.push_str("  read-only\n");
    }
    if settings.absolute_links {
        text.push_str("  absolute-links root\n");
    }
    for (guest, name) in &settings.preopens {
        let name = if guest == name { String::new() } else { format!(" as {name}") };
        _ = writeln!(text, "  preopen {}", shown(&format!("{guest}{name}")));
    }
    for mount in &settings.mounts {
        _ = writeln!(text, "  host-dir {} -> {}{}", shown(&mount.name), shown(&mount.guest), options(mount));
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
}

/// The options of a directory of the host, each after a comma.
fn options(Mount { access, optional, beneath, .. }: &Mount<String>) -> String {
    let optional = if *optional { ", optional" } else { "" };
    let union = if *beneath == Beneath::United { ", union" } else { "" };
    format!(", {}{optional}{union}", access.word())
}

/// Shows the sizes of the vfs, and the functions left out of it, grouped by interface.
fn details(text: &mut String, vfs: &Vfs<'_>) {
    _ = writeln!(text, "\nvfs: {} ({} of code)", size(vfs.size), size(vfs.code));
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

/// Escapes text from the component so that it stays on one line.
fn shown(text: &str) -> Cow<'_, str> {
    printable(text.as_bytes())
}

/// Lists directories down to `depth`, with the total sizes of their contents. What of the host is at a directory comes
/// after its name.
fn tree(text: &mut String, image: &Image<'_>, depth: usize, mounts: &[Mount<String>]) -> Result<(), Failure> {
    let mut lines: Vec<(WalkEntry, u64)> = Vec::new();
    // Line numbers of the directories that contain the current entry.
    let mut open: Vec<usize> = Vec::new();
    for entry in Walk::new(image, Nid(image.root().0)) {
        let entry = entry.map_err(Failure::of_image)?;
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
        let name = listed(entry.name());
        let line = match entry.inode.kind {
            FileKind::Directory => {
                let is_here = |mount: &&Mount<String>| mount.guest.trim_matches('/').as_bytes() == entry.path;
                let here = mounts.iter().filter(is_here);
                let here = here.map(|mount| format!("  <- {}{}", shown(&mount.name), options(mount)));
                format!("{name}/{}", here.collect::<String>())
            }
            FileKind::SymbolicLink => {
                format!("{name} -> {}", listed(image.link_target(&entry.inode).map_err(Failure::of_image)?))
            }
            _ => name,
        };
        _ = writeln!(text, "  {:>10}  {indent}{line}", size(bytes));
    }
    Ok(())
}

fn validated(image: &[u8]) -> Result<Summary, Failure> {
    vfs_image::validate(image).map_err(Failure::of_image)
}
