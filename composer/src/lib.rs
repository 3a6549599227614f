//! Puts a WebAssembly app and its files into one component.
//!
//! The app sees a writable, copy-on-write filesystem in the component's own memory. The result imports nothing that the
//! app does not import, and no filesystem of the host.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # std::fs::write(directory.path().join("hello.txt"), "hello")?;
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
//! let composed = vfs_compose::Composer::new(app).image(directory.path()).env("LANG", "C").compose()?;
//! assert_eq!(composed.report().image.files, 1);
//!
//! let mut component = Vec::new();
//! composed.write_to(&mut component)?;
//! assert!(!composed.report().imports.iter().any(|name| name.starts_with("wasi:filesystem/")));
//! # Ok(())
//! # }
//! ```
//!
//! # The pipeline
//!
//! In [`Composer::compose`], data flows through these steps from top to bottom. Each is a module, of this crate or of
//! one below `composer/`:
//!
//! ```text
//! app       reads the app and its imports                 a component, or a preview1 module with vfs-preview1
//! front     interposes components before the app          they deny calls or replace values
//! source    reads directories and images                  names, attributes, sources of contents
//! tree      merges all sources into one tree              collisions are errors here
//! image     lays the tree out as an EROFS image           every offset and the size, no contents yet
//! tailor    reduces the vfs to what this app needs        module -> edited module -> component
//! wrap      wraps interfaces that share its resources     host functions and adapters (plugged form)
//! embed     reserves space for settings and image         new pages of the vfs's memory
//! link      puts the vfs into the app's component         adapters in place of lowered imports (linked form)
//! join      puts the vfs in front of the app              wac-graph (plugged form)
//! check     checks the laws on the result                 validator, imports, exports
//! write     copies the image into its reserved space      from the files to the output
//! ```
#![forbid(unsafe_code)]

mod composed;
mod composer;
pub mod error;
mod inspect;
pub mod manifest;
mod report;

pub use composed::{Composed, PackedImage};
pub use composer::{Composer, FormChoice};
pub use error::Error;
pub use inspect::{Inspection, Vfs, inspect};
pub use report::Report;
pub use vfs_abi::Limits;
pub use vfs_abi::settings::{Settings, Stdio};
pub use vfs_compose_pack::{Form, ImageReport};
pub use vfs_compose_rules::{Denial, Inherited, Policy, PolicyError};
pub use vfs_compose_vfs::wrap::Extra;
pub use vfs_compose_wasi::InterfaceName;
pub use vfs_image::Timestamp;
