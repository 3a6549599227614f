//! One preopened directory that may be changed, no standard input, no terminals.

mod clocks;
mod descriptors;
mod fd_readdir;
mod files;
mod path_open;
mod paths;
pub mod poll_oneoff;
mod times;
