//! Adapters in an engine, between a vfs, an app and a host that record their calls.

mod handles;
mod host_guard;
mod lists;
mod numbers;
mod results;
mod rig;
mod round_trip;
mod strings;
mod text;
mod values;
