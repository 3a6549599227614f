//! What can go wrong while an image is written.

use alloc::string::String;

/// Why an image could not be written. What was written until then is of no use. `R` is the error of contents, `W` that of
/// the output. A path for which there is no memory is empty.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError<R, W> {
    /// A file's contents could not be opened.
    #[error("cannot open `{path}`")]
    Open {
        /// The file's path in the image.
        path: String,
        /// What the opener said.
        source: R,
    },
    /// A file's contents could not be read.
    #[error("cannot read `{path}`")]
    Read {
        /// The file's path in the image.
        path: String,
        /// What the reader said.
        source: R,
    },
    /// A file ended before the length in the tree.
    #[error("`{path}` became shorter while it was read: {found} bytes instead of {expected}")]
    Shorter {
        /// The file's path in the image.
        path: String,
        /// The length in the tree.
        expected: u64,
        /// How much there was.
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
    /// The output does not take the image.
    #[error("cannot write the image")]
    Write {
        /// What the output said.
        source: W,
    },
    /// There is no memory for the contents that wait to be written.
    #[error("there is no memory to write the image")]
    OutOfMemory,
}
