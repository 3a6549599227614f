//! Functions that are not carried by their types alone, because handles of both owners meet in one call.

/// How a function's handles decide who is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// All handles are of one owner.
    None,
    /// The vfs has another function for handles of both owners, which gets them as the app gave them. It is called if any handle is
    /// the vfs's.
    Any {
        /// That function.
        linked: &'static str,
    },
    /// The same, for two handles, called if just one is the vfs's.
    Pair {
        /// That function.
        linked: &'static str,
    },
    /// A handle of the host is none of the vfs's business, and the answer is `none`.
    NoneForHost,
}
