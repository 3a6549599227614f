//! Errors while an image is written.

use alloc::string::String;

/// The reason why an image could not be written. What was written before is of no use. `R` is the error of contents,
/// `W` that of the output. Paths are empty if there is no memory for them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError<R, W> {
    /// A file's contents could not be opened.
    #[error("cannot open `{path}`")]
    Open {
        /// The file's path in the image.
        path: String,
        /// The error of `open`.
        source: R,
    },
    /// A file's contents could not be read.
    #[error("cannot read `{path}`")]
    Read {
        /// The file's path in the image.
        path: String,
        /// The error of the read.
        source: R,
    },
    /// A file ended before the length in the tree.
    #[error("`{path}` became shorter while it was read: {found} bytes instead of {expected}")]
    Shorter {
        /// The file's path in the image.
        path: String,
        /// The length in the tree.
        expected: u64,
        /// The file's actual length.
        found: u64,
    },
    /// A file goes on after the length in the tree.
    #[error("`{path}` became longer while it was read: more than {expected} bytes")]
    Longer {
        /// The file's path in the image.
        path: String,
        /// The length in the tree.
        expected: u64,
    },
    /// The output could not be written.
    #[error("cannot write the image")]
    Write {
        /// The error of the output.
        source: W,
    },
    /// There is no memory for the contents that wait to be written.
    #[error("there is no memory to write the image")]
    OutOfMemory,
}
