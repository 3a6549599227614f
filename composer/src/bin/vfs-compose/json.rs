//! What `--json` prints: the schema in docs/json.md.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use vfs_compose::options::written;
use vfs_compose::{
    AbsoluteLinks, Beneath, Form, ImageReport, Inspection, Limits, Mount, Remarks, Report, Settings, Vfs,
};
use vfs_image::{FileKind, Image, Inode, Summary, Walk, WalkEntry};

use crate::report::{Failure, is_verbose};

/// The version of the schema. It grows when a name is removed or changes its meaning, not when one is added.
const SCHEMA: u32 = 1;

/// Returns an object as text.
pub fn text(value: &Value) -> String {
    format!("{value:#}\n")
}

/// Returns an object of this schema, with the members of `rest`.
pub fn object(rest: Value) -> Value {
    let mut members = Map::from_iter([("schema".into(), SCHEMA.into())]);
    if let Value::Object(rest) = rest {
        members.extend(rest);
    }
    Value::Object(members)
}

/// Returns an object of this schema about a file, with the members of `rest`.
pub fn about(file: &str, rest: Value) -> Value {
    let mut object = object(rest);
    object["file"] = file.into();
    object
}

/// A writer that also makes the digest of a part of what it writes, and can keep that part.
pub struct Digesting<'o> {
    out: &'o mut dyn Write,
    hash: Sha256,
    part: Range<u64>,
    /// How many bytes were written.
    position: u64,
    kept: Option<Vec<u8>>,
}

impl<'o> Digesting<'o> {
    /// Makes a writer for the digest of everything.
    pub fn all(out: &'o mut dyn Write) -> Self {
        Self { out, hash: Sha256::new(), part: 0..u64::MAX, position: 0, kept: None }
    }

    /// Makes a writer for an image at these positions. Its files are listed if more than usual is to be printed.
    pub fn image(out: &'o mut dyn Write, part: Range<u64>) -> Self {
        Self { part, kept: is_verbose().then(Vec::new), ..Self::all(out) }
    }

    /// Returns the digest.
    pub fn finish(self) -> String {
        written_digest(self.hash)
    }

    /// Returns what is printed of the image that was written.
    ///
    /// # Errors
    /// The image cannot be read.
    pub fn finish_image(self) -> Result<Written, Failure> {
        let entries = self.kept.as_deref().map(entries).transpose()?;
        Ok(Written { digest: written_digest(self.hash), entries })
    }
}

impl Write for Digesting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        let within = |position: u64| {
            let offset = position.clamp(self.position, self.position + written as u64) - self.position;
            usize::try_from(offset).unwrap_or(written)
        };
        let of_part = &bytes[within(self.part.start)..within(self.part.end)];
        self.hash.update(of_part);
        self.kept.iter_mut().for_each(|kept| kept.extend_from_slice(of_part));
        self.position += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Returns the digest of bytes.
pub fn digest(bytes: &[u8]) -> String {
    written_digest(Sha256::new().chain_update(bytes))
}

fn written_digest(hash: Sha256) -> String {
    let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

/// What is known of an image by writing it.
pub struct Written {
    digest: String,
    /// Its files, if they are to be listed.
    entries: Option<Value>,
}

/// Describes a finished composition by its report, its digest, and its image.
pub fn of_report(file: &str, report: &Report, digest: &str, written: Written) -> Value {
    let Report { form, not_linked, size, app, vfs, image, imports, exports, remarks, .. } = report;
    let rest = json!({
        "size": size,
        "digest": digest,
        "imports": imports,
        "exports": exports,
        "app": (*app > 0).then(|| json!({ "size": app })),
        "vfs": {
            "form": (*app > 0).then_some(form),
            "needs": if *app > 0 { needs(*form) } else { &[] },
            "not-linked": not_linked,
            "size": vfs,
            "image": of_image(image, written),
        },
    });
    with_remarks(about(file, rest), remarks)
}

/// Describes a component that was made of a module.
pub fn of_adapted(file: &str, inspection: &Inspection<'_>, size: usize, module: usize, digest: &str) -> Value {
    let Inspection { imports, exports, .. } = inspection;
    let rest = json!({
        "size": size,
        "digest": digest,
        "imports": imports,
        "exports": exports,
        "app": { "size": module },
    });
    about(file, rest)
}

/// Adds warnings and notes.
pub fn with_remarks(mut value: Value, remarks: &Remarks) -> Value {
    (value["warnings"], value["notes"]) = (json!(remarks.warnings), json!(remarks.notes));
    value
}

/// Counts what is in an image.
pub fn of_image(image: &ImageReport, written: Written) -> Value {
    let ImageReport { bytes, files, directories, symlinks, .. } = image;
    let Written { digest, entries } = written;
    let counts = json!({
        "size": bytes,
        "digest": digest,
        "files": files,
        "directories": directories,
        "symlinks": symlinks,
    });
    with_entries(counts, entries)
}

/// Counts what is in an image that was read, and lists it if more than usual is to be printed.
///
/// # Errors
/// The image cannot be read.
pub fn of_summary(image: &[u8], summary: &Summary) -> Result<Value, Failure> {
    let counts = json!({
        "size": image.len(),
        "digest": digest(image),
        "files": summary.files,
        "directories": summary.directories,
        "symlinks": summary.symlinks,
        "content-bytes": summary.content_bytes,
    });
    Ok(with_entries(counts, is_verbose().then(|| entries(image)).transpose()?))
}

fn with_entries(mut image: Value, entries: Option<Value>) -> Value {
    entries.into_iter().for_each(|entries| image["entries"] = entries);
    image
}

/// Lists all files of an image.
fn entries(image: &[u8]) -> Result<Value, Failure> {
    let image = Image::new(image).map_err(Failure::of_image)?;
    let below_root = Walk::new(&image, image.root()).filter(|entry| !matches!(entry, Ok(entry) if entry.depth == 0));
    let entries = below_root.map(|entry| {
        let WalkEntry { path, inode, .. } = entry.map_err(Failure::of_image)?;
        let target = (inode.kind == FileKind::SymbolicLink).then(|| image.link_target(&inode)).transpose();
        let target = target.map_err(Failure::of_image)?;
        Ok(of_entry(&String::from_utf8_lossy(&path), &inode, target))
    });
    entries.collect()
}

/// Describes a component.
///
/// # Errors
/// Its image cannot be read.
pub fn of_inspection(
    file: &str,
    bytes: &[u8],
    inspection: &Inspection<'_>,
    summary: Option<&Summary>,
) -> Result<Value, Failure> {
    let vfs = inspection.vfs.as_ref().zip(summary).map(|(vfs, summary)| of_vfs(vfs, summary)).transpose()?;
    let rest = json!({
        "size": bytes.len(),
        "digest": digest(bytes),
        "imports": inspection.imports,
        "exports": inspection.exports,
        "added-imports": inspection.added_imports.iter().cloned().collect::<BTreeMap<_, _>>(),
        "exit-codes": vfs_compose::exit_code(bytes),
        "vfs": vfs,
    });
    Ok(about(file, rest))
}

fn of_vfs(vfs: &Vfs<'_>, summary: &Summary) -> Result<Value, Failure> {
    let Settings { preopens, mounts, environment, arguments, read_only, absolute_links, limits, .. } = &vfs.settings;
    let preopens = preopens.iter().map(|(guest, name)| json!({ "guest": guest, "name": name }));
    let mounts = mounts.iter().map(|Mount { name, guest, access, optional, beneath }| {
        let union = *beneath == Beneath::United;
        json!({ "name": name, "guest": guest, "access": access.word(), "optional": optional, "union": union })
    });
    let environment = environment.iter().map(|(name, value)| json!({ "name": name, "value": value }));
    Ok(json!({
        "form": vfs.form,
        "needs": vfs.form.map_or(&[][..], needs),
        "not-linked": vfs.not_linked,
        "size": vfs.size,
        "code": vfs.code,
        "left-out": { "functions": vfs.left_out, "code": vfs.saved },
        "preopens": preopens.collect::<Vec<_>>(),
        "host-dirs": mounts.collect::<Vec<_>>(),
        "environment": environment.collect::<Vec<_>>(),
        "arguments": arguments,
        "read-only": read_only,
        "absolute-links": if *absolute_links { AbsoluteLinks::Root } else { AbsoluteLinks::Refuse },
        "policy": vfs.policy.iter().map(|(key, value)| (key, policy(key, value))).collect::<BTreeMap<_, _>>(),
        "limits": of_limits(*limits),
        "image": of_summary(vfs.image, summary)?,
    }))
}

fn of_limits(limits: Limits) -> Value {
    json!({
        "bytes": Some(limits.max_bytes).filter(|most| *most != u64::MAX),
        "nodes": Some(limits.max_nodes).filter(|most| *most != u32::MAX),
        "open": limits.max_open,
    })
}

/// Returns what an engine needs beside components.
pub fn needs(form: Form) -> &'static [&'static str] {
    match form {
        Form::Linked => &["multi-memory"],
        Form::Plugged => &[],
    }
}

/// Returns a policy line; the keys of `config` become an array.
fn policy(key: &str, value: &str) -> Value {
    match serde_json::from_str::<Vec<String>>(value) {
        Ok(keys) if key == "config" => json!(keys),
        _ => json!(value),
    }
}

/// Describes a file of an image.
pub fn of_entry(path: &str, inode: &Inode, target: Option<&[u8]>) -> Value {
    let kind = match inode.kind {
        FileKind::RegularFile => "file",
        FileKind::Directory => "directory",
        FileKind::SymbolicLink => "symlink",
        FileKind::CharacterDevice => "character-device",
        FileKind::BlockDevice => "block-device",
        FileKind::Fifo => "fifo",
        FileKind::Socket => "socket",
    };
    json!({
        "path": path,
        "kind": kind,
        "mode": format!("{:04o}", inode.mode),
        "links": inode.links,
        "size": inode.size,
        "modified": written(inode.modified),
        "target": target.map(String::from_utf8_lossy),
    })
}
