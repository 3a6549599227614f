//! Errors of sources, of the image, and of embedding it in the vfs.

use std::path::PathBuf;

/// The unchanged error of a library that this crate uses.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A source of the tree cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// A file or directory cannot be read.
    #[error("cannot read `{}`", .path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
    /// Something else than a file, or than a directory or file.
    #[error("`{}` is {kind}, not {needed}", .path.display())]
    NotASource {
        /// The path as given.
        path: PathBuf,
        /// What it is, with its article.
        kind: &'static str,
        /// What is needed, with its article.
        needed: &'static str,
    },
    /// A file of a source that is no earlier result, where the result is to be written.
    #[error("`{}` is a file of a source, and the output would replace it", .path.display())]
    OutputIsSource {
        /// The file.
        path: PathBuf,
    },
    /// A name or link target that is not UTF-8.
    #[error("`{}` has a name or link target that is not UTF-8, as WASI requires: {name}", .directory.display())]
    NotUtf8 {
        /// The directory of the name, or the symbolic link.
        directory: PathBuf,
        /// The name, quoted.
        name: String,
    },
    /// A file that changed between listing and packing.
    #[error("`{}` changed while it was packed: {detail}", .path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// What changed.
        detail: String,
    },
    /// Two sources with different files at one path, or with a directory and a file.
    #[error("two images collide at `{guest}`: {earlier} has {kind} there, {later} {other}")]
    Collision {
        /// The guest path.
        guest: String,
        /// The earlier source, in words.
        earlier: String,
        /// What it has at the path, in words.
        kind: &'static str,
        /// The later source, in words.
        later: String,
        /// What that has, in words.
        other: &'static str,
        /// How they get room.
        room: Box<Room>,
    },
    /// A path that a source needs as a directory and that is something else.
    #[error("{later} at `{guest}` needs a directory at `{through}`, where {earlier} has a file or symbolic link")]
    Through {
        /// The earlier source, in words.
        earlier: String,
        /// The later source, in words.
        later: String,
        /// The guest path of the later source.
        guest: String,
        /// The part of it that is no directory.
        through: String,
        /// How they get room.
        room: Box<Room>,
    },
    /// A place of a directory of the host that is something else, or has something else on the way.
    #[error("`--host-dir` at `{guest}` needs a directory at `{through}`, where {owner} has {kind}")]
    Point {
        /// The guest path of the directory of the host.
        guest: String,
        /// The part of it that is no directory.
        through: String,
        /// What is there, in words.
        kind: &'static str,
        /// The source that has it, in words.
        owner: String,
        /// How the two get room.
        room: Box<Room>,
    },
    /// A file without a place in the tree.
    #[error("`{}` is a file, not a directory or an EROFS image", .path.display())]
    PlainFile {
        /// The file.
        path: PathBuf,
    },
    /// A file whose place is that of a directory.
    #[error("`{}` is a file, and `{guest}` is the path of a directory", .path.display())]
    FilePlace {
        /// The file.
        path: PathBuf,
        /// The guest path, which ends with a slash.
        guest: String,
    },
    /// An archive, or an image of another format, which is not unpacked.
    #[error("`{}` is {kind}, which is not unpacked", .path.display())]
    Archive {
        /// The file.
        path: PathBuf,
        /// The kind of archive or image, with its article.
        kind: &'static str,
    },
    /// A WebAssembly file that cannot be read to its end, so nobody knows what is inside.
    #[error("`{}` is no whole WebAssembly file: it is truncated or damaged", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The decoder's error.
        #[source]
        source: Cause,
    },
    /// A WebAssembly file without an image inside.
    #[error("`{}` is a WebAssembly file without an image inside", .path.display())]
    NoImage {
        /// The file.
        path: PathBuf,
    },
    /// A pattern that chooses files.
    #[error("a pattern that chooses files is not valid")]
    Pattern {
        /// The pattern and what is wrong with it.
        #[source]
        source: Cause,
    },
    /// A guest path that is relative, or contains `.` or `..`.
    #[error("`{guest}` is not a path in the tree: write an absolute path without `.` or `..`")]
    GuestPath {
        /// The path as given.
        guest: String,
    },
    /// A path of an entry in memory that cannot be one.
    #[error("`{path}` {detail}, so no entry can be there")]
    EntryPath {
        /// The path as given.
        path: String,
        /// What is wrong with it.
        detail: &'static str,
    },
    /// A hard link in memory to something that was not added before.
    #[error("`{path}` is a hard link to `{target}`, which was not added before it")]
    HardLink {
        /// The path of the link.
        path: String,
        /// What it names.
        target: String,
    },
    /// An observer of the progress wanted no more.
    #[error("stopped")]
    Stopped,
    /// An initial directory that does not exist.
    #[error("the initial directory `{guest}` is not a directory of the tree")]
    InitialDirectory {
        /// The path as given.
        guest: String,
    },
    /// A standard stream from or to an unsuitable file.
    #[error("{stream} cannot be the file `{guest}`: {detail}")]
    Stream {
        /// `stdin`, `stdout` or `stderr`.
        stream: &'static str,
        /// The path as given.
        guest: String,
        /// Why the file is unsuitable.
        detail: &'static str,
    },
    /// A preopen of something that is not a directory of the tree.
    #[error("the preopen `{guest}` is not a directory of the tree")]
    Preopen {
        /// The path as given.
        guest: String,
    },
    /// A name or link target that an image cannot hold.
    #[error("`{}` cannot be put into the image", .path.display())]
    Entry {
        /// The file.
        path: PathBuf,
        /// The tree's error.
        #[source]
        source: Cause,
    },
    /// The image reader's error.
    #[error("`{}` is not a usable image", .path.display())]
    Image {
        /// The image file.
        path: PathBuf,
        /// The reader's error.
        #[source]
        source: Cause,
    },
    /// The tree is larger than an image can be.
    #[error("the tree does not fit into an image")]
    Layout {
        /// The writer's error.
        #[source]
        source: Cause,
    },
    /// A file could not be packed.
    #[error("the image could not be packed")]
    Pack {
        /// The writer's error.
        #[source]
        source: Cause,
    },
}

/// How two sources get room that have one path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Room {
    /// Whether one of the two is a file that was named by itself, and not a tree of files.
    pub is_of_file: bool,
    /// A pattern that leaves one of the two out of a directory, if there is one.
    pub exclude: Option<String>,
}

/// The image cannot be embedded in the vfs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// With the image, the vfs module is larger than engines accept.
    #[error(
        "the image has {image} bytes ({}), the vfs module with it {total}, and engines load at most {limit} ({}): {}",
        readable(*.image), readable(*.limit), way_out(largest)
    )]
    TooLarge {
        /// Bytes of the image.
        image: u64,
        /// Bytes of the vfs module with the image.
        total: u64,
        /// The largest size that engines load, in bytes.
        limit: u64,
        /// The largest files, each with its path in the tree and its size; none if the image was not read.
        largest: Vec<(String, u64)>,
    },
    /// The space reserved for the image was not found.
    #[error("the vfs component has no space reserved for the image")]
    NoPlace,
}

fn way_out(largest: &[(String, u64)]) -> String {
    let files = largest.iter().map(|(path, size)| format!("`{path}` ({})", readable(*size)));
    match &files.collect::<Vec<_>>()[..] {
        [] => "use fewer or smaller files".into(),
        files => format!("leave out or shrink files, of which the largest are {}", files.join(", ")),
    }
}

/// Writes a number of bytes in the largest unit that it reaches.
fn readable(bytes: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let unit = units.into_iter().find(|(_, shift)| bytes >> shift > 0);
    unit.map_or_else(
        || format!("{bytes} B"),
        |(unit, shift)| format!("{:.1} {unit}", bytes as f64 / f64::from(1 << shift)),
    )
}

/// The result could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// Writing to the output failed.
    #[error("cannot write the result")]
    Output {
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
    /// The component after a phase, where that was asked for.
    #[error("cannot write the component of a phase to `{}`", .path.display())]
    Stage {
        /// The file.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
    /// Reading a source of the image failed while it was packed.
    #[error(transparent)]
    Source(#[from] TreeError),
}
