//! A tree that may only be looked at: `--read-only` here, a directory granted for reading on the host. WASI's text: what would change
//! anything "shall fail with `error-code::read-only` if they would otherwise succeed". The host may say `not-permitted` instead.

mod changes;
mod looks;
