//! Functions that may be passed virtual and host handles in one call.

/// The effect of mixed handles on the choice of the function to call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum MixedDispatch {
    /// Handles are never mixed.
    None,
    /// If any handle is virtual, the adapter calls another function of the vfs, which gets all handles unchanged.
    Any {
        /// The name of that function.
        linked: &'static str,
    },
    /// If exactly one of two handles is virtual, the adapter calls another function of the vfs, which gets both
    /// unchanged.
    Pair {
        /// The name of that function.
        linked: &'static str,
    },
    /// The adapter returns `none` for a host handle, without a call.
    NoneForHost,
}
