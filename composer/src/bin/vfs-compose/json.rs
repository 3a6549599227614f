//! What `--json` prints: the schema in docs/json.md.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use vfs_compose::options::written;
use vfs_compose::{Form, ImageReport, Inspection, Limits, Remarks, Report, Settings, Vfs};
use vfs_image::{FileKind, Inode, Summary, printable};

/// The version of the schema. It grows when a name is removed or changes its meaning, not when one is added.
const SCHEMA: u32 = 1;

/// Returns an object as text.
pub fn text(value: &Value) -> String {
    format!("{value:#}\n")
}

/// Returns an object of this schema about a file, with the members of `rest`.
pub fn about(file: &str, rest: Value) -> Value {
    let mut members = Map::from_iter([("schema".into(), SCHEMA.into()), ("file".into(), file.into())]);
    if let Value::Object(rest) = rest {
        members.extend(rest);
    }
    Value::Object(members)
}

/// A writer that also makes the digest of a part of what it writes.
pub struct Digesting<'o> {
    out: &'o mut dyn Write,
    hash: Sha256,
    part: Range<u64>,
    /// How many bytes were written.
    position: u64,
}

impl<'o> Digesting<'o> {
    /// Makes a writer for the digest of everything.
    pub fn all(out: &'o mut dyn Write) -> Self {
        Self::part(out, 0..u64::MAX)
    }

    /// Makes a writer for the digest of the bytes at these positions.
    pub fn part(out: &'o mut dyn Write, part: Range<u64>) -> Self {
        Self { out, hash: Sha256::new(), part, position: 0 }
    }

    /// Returns the digest.
    pub fn finish(self) -> String {
        written_digest(self.hash)
    }
}

impl Write for Digesting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        let within = |position: u64| {
            let offset = position.clamp(self.position, self.position + written as u64) - self.position;
            usize::try_from(offset).unwrap_or(written)
        };
        self.hash.update(&bytes[within(self.part.start)..within(self.part.end)]);
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

/// The digests of what was written.
pub struct Digests {
    pub whole: String,
    pub image: String,
}

/// Describes a finished composition.
pub fn of_report(file: &str, report: &Report, digests: &Digests) -> Value {
    let Report { form, not_linked, size, app, vfs, image, imports, exports, remarks, .. } = report;
    let rest = json!({
        "size": size,
        "digest": digests.whole,
        "imports": imports,
        "exports": exports,
        "app": (*app > 0).then(|| json!({ "size": app })),
        "vfs": {
            "form": (*app > 0).then_some(form),
            "needs": if *app > 0 { needs(*form) } else { &[] },
            "not-linked": not_linked,
            "size": vfs,
            "image": of_image(image, &digests.image),
        },
    });
    with_remarks(about(file, rest), remarks)
}

/// Adds warnings and notes.
pub fn with_remarks(mut value: Value, remarks: &Remarks) -> Value {
    (value["warnings"], value["notes"]) = (json!(remarks.warnings), json!(remarks.notes));
    value
}

/// Counts what is in an image.
pub fn of_image(image: &ImageReport, digest: &str) -> Value {
    let ImageReport { bytes, files, directories, symlinks, .. } = image;
    json!({ "size": bytes, "digest": digest, "files": files, "directories": directories, "symlinks": symlinks })
}

/// Counts what is in an image that was read.
pub fn of_summary(image: &[u8], summary: &Summary) -> Value {
    json!({
        "size": image.len(),
        "digest": digest(image),
        "files": summary.files,
        "directories": summary.directories,
        "symlinks": summary.symlinks,
        "content-bytes": summary.content_bytes,
    })
}

/// Describes a component.
pub fn of_inspection(file: &str, bytes: &[u8], inspection: &Inspection<'_>, summary: Option<&Summary>) -> Value {
    let vfs = inspection.vfs.as_ref().zip(summary).map(|(vfs, summary)| of_vfs(vfs, summary));
    let rest = json!({
        "size": bytes.len(),
        "digest": digest(bytes),
        "imports": inspection.imports,
        "exports": inspection.exports,
        "vfs": vfs,
    });
    about(file, rest)
}

fn of_vfs(vfs: &Vfs<'_>, summary: &Summary) -> Value {
    let Settings { preopens, environment, arguments, read_only, limits, .. } = &vfs.settings;
    let preopens = preopens.iter().map(|(guest, name)| json!({ "guest": guest, "name": name }));
    let environment = environment.iter().map(|(name, value)| json!({ "name": name, "value": value }));
    json!({
        "form": vfs.form,
        "needs": needs(vfs.form),
        "not-linked": vfs.not_linked,
        "size": vfs.size,
        "code": vfs.code,
        "left-out": { "functions": vfs.left_out, "code": vfs.saved },
        "preopens": preopens.collect::<Vec<_>>(),
        "environment": environment.collect::<Vec<_>>(),
        "arguments": arguments,
        "read-only": read_only,
        "policy": vfs.policy.iter().map(|(key, value)| (key, policy(key, value))).collect::<BTreeMap<_, _>>(),
        "limits": of_limits(*limits),
        "image": of_summary(vfs.image, summary),
    })
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
        "target": target.map(printable),
    })
}
