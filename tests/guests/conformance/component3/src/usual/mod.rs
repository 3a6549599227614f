//! One preopened directory that may be changed, no standard input, no terminals.

mod advise;
mod append_via_stream;
mod create_directory_at;
mod descriptor;
mod link_at;
mod metadata_hash;
mod open_at;
mod read_directory;
mod read_via_stream;
mod readlink_at;
mod remove_directory_at;
mod rename_at;
mod set_size;
mod set_times;
mod stat;
mod symlink_at;
mod sync;
mod two_versions;
mod unlink_file_at;
mod write_via_stream;
