//! One preopened directory that may be changed, no standard input, no terminals.

mod advise;
mod create_directory_at;
mod descriptor;
mod error;
mod input_stream;
mod link_at;
mod metadata_hash;
mod open_at;
mod output_stream;
mod poll;
mod read;
mod read_directory;
mod readlink_at;
mod remove_directory_at;
mod rename_at;
mod set_size;
mod set_times;
mod splice;
mod stat;
mod symlink_at;
mod sync;
mod unlink_file_at;
mod via_stream;
mod write;
