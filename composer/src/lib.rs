//! Puts a WebAssembly app and its files into one component.
//!
//! The app sees a writable, copy-on-write filesystem in the component's own memory. The result imports nothing that the
//! app does not import, and no filesystem of the host, unless it shall have directories of that
//! ([`Composer::host_dir`]).
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use vfs_compose::{Composer, Entry, Files};
//!
//! # let app = wat::parse_str(r#"(component
//! #   (import "wasi:filesystem/types@0.2.3" (instance $types (export "descriptor" (type (sub resource)))))
//! #   (alias export $types "descriptor" (type $descriptor))
//! #   (import "wasi:filesystem/preopens@0.2.3" (instance
//! #     (alias outer 1 $descriptor (type $outer))
//! #     (export "descriptor" (type $descriptor (eq $outer)))
//! #     (type $own (own $descriptor))
//! #     (type $entry (tuple $own string))
//! #     (type $entries (list $entry))
//! #     (export "get-directories" (func (result $entries))))))"#)?;
//! let mut files = Files::new();
//! files.add_file("etc/motd", "hello\n")?;
//! files.add("bin/tool", Entry::file("#!/bin/sh\n").mode(0o755))?;
//! let composed = Composer::new(app).files(files).env("LANG", "C").compose()?;
//! assert_eq!(composed.report().image.files, 2);
//!
//! let mut component = Vec::new();
//! composed.write_to(&mut component)?;
//! assert!(!composed.report().imports.iter().any(|name| name.starts_with("wasi:filesystem/")));
//! # Ok(())
//! # }
//! ```
//!
//! # Sources
//!
//! The tree is merged from any number of sources, each at a place of its own: directories, EROFS images and composed
//! components of this machine ([`Composer::image`]), single files ([`Composer::file_at`]), and [`Files`], which a
//! program puts together from bytes, readers and the entries of archives. No directory is needed.
//!
//! [`Composer::on_progress`] hears how far the work has come, and can stop it. Nothing is written before
//! [`Composed::write_to`], which streams the contents of files from their sources.
//!
//! The examples of the crate compose in memory (`in_memory`), from a tar archive (`archive`), and on request in an http
//! service (`service`).
//!
//! # The pipeline
//!
//! Data flows from the top to the bottom, as in [`Composer::compose`]. The steps are crates of their own; which knows which
//! is in `docs/architecture.md`.
//!
//! ```text
//! wasi      reads the app and what it imports               component, or preview1 module through vfs-preview1
//! rules     puts components before it that deny             what is denied answers so
//! pack      merges directories and images to one tree       names, attributes, where contents come from
//!           and lays it out as an EROFS image               every offset and the size, nothing read yet
//! vfs       fits the vfs to the app                         module -> edited module -> component
//!           links it beside the app's own modules           adapters in the place of lowered imports
//! join      or puts it in front of the app                  wac-graph
//! vfs       checks the laws on the result                   validator, imports, exports
//! pack      writes it, with the image in its place          from the files to the output
//! ```
#![forbid(unsafe_code)]

mod adapt;
mod collect;
mod composed;
mod composer;
mod effects;
pub mod error;
mod inspect;
mod mounts;
pub mod options;
mod pipeline;
mod report;

pub use adapt::adapt;
pub use composed::{Composed, PackedImage};
pub use composer::{AbsoluteLinks, Composer, FormChoice};
pub use error::Error;
pub use inspect::{Asks, Inspection, Vfs, exit_code, inspect};
#[cfg(feature = "run")]
#[doc(hidden)]
pub use mounts::name_by_place;
pub use options::Options;
pub use report::Report;
pub use vfs_abi::Limits;
pub use vfs_abi::settings::{ALL, Beneath, Mount, MountAccess, Settings, Stdio};
pub use vfs_compose_pack::source::files::{Entry, Files};
pub use vfs_compose_pack::source::filter::Filter;
pub use vfs_compose_pack::source::found::TEMPORARY;
pub use vfs_compose_pack::{Form, ImageReport, OnCollision, Progress, Remark, Remarks};
pub use vfs_compose_rules::{Denial, Inherited, Policy, PolicyError};
pub use vfs_compose_vfs::wrap::Extra;
pub use vfs_compose_wasi::InterfaceName;
pub use vfs_image;
pub use vfs_image::Timestamp;
pub use vfs_preview1::{ExitCode, Wit};
