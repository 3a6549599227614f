//! The functions by name, for modules that export them.

/// Calls a macro with the functions that return an error number: once with those that use no descriptor, after the word
/// `plain`, and once with the others, after the word `descriptors`. Each is written as a method of
/// [`Call`](crate::Call) with its parameters: `fd_close(fd: u32);`.
#[macro_export]
macro_rules! for_each_function {
    ($macro:ident) => {
        $macro! { plain:
            args_get(argv: u32, argv_buf: u32);
            args_sizes_get(count: u32, bytes: u32);
            clock_res_get(id: u32, resolution: u32);
            clock_time_get(id: u32, precision: u64, time: u32);
            environ_get(environ: u32, environ_buf: u32);
            environ_sizes_get(count: u32, bytes: u32);
            proc_raise(signal: u32);
            random_get(buf: u32, buf_len: u32);
            sched_yield();
        }
        $macro! { descriptors:
            fd_advise(fd: u32, offset: u64, length: u64, advice: u32);
            fd_allocate(fd: u32, offset: u64, length: u64);
            fd_close(fd: u32);
            fd_datasync(fd: u32);
            fd_fdstat_get(fd: u32, stat: u32);
            fd_fdstat_set_flags(fd: u32, flags: u32);
            fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64);
            fd_filestat_get(fd: u32, stat: u32);
            fd_filestat_set_size(fd: u32, size: u64);
            fd_filestat_set_times(fd: u32, atim: u64, mtim: u64, flags: u32);
            fd_pread(fd: u32, iovs: u32, iovs_len: u32, offset: u64, size: u32);
            fd_prestat_dir_name(fd: u32, path: u32, path_len: u32);
            fd_prestat_get(fd: u32, prestat: u32);
            fd_pwrite(fd: u32, iovs: u32, iovs_len: u32, offset: u64, size: u32);
            fd_read(fd: u32, iovs: u32, iovs_len: u32, size: u32);
            fd_readdir(fd: u32, buf: u32, buf_len: u32, cookie: u64, size: u32);
            fd_renumber(fd: u32, to: u32);
            fd_seek(fd: u32, offset: i64, whence: u32, position: u32);
            fd_sync(fd: u32);
            fd_tell(fd: u32, position: u32);
            fd_write(fd: u32, iovs: u32, iovs_len: u32, size: u32);
            path_create_directory(fd: u32, path: u32, path_len: u32);
            path_filestat_get(fd: u32, flags: u32, path: u32, path_len: u32, stat: u32);
            path_filestat_set_times(fd: u32, flags: u32, path: u32, path_len: u32, atim: u64, mtim: u64, time_flags: u32);
            path_link(fd: u32, flags: u32, old: u32, old_len: u32, new_fd: u32, new: u32, new_len: u32);
            path_open(
                fd: u32,
                lookup_flags: u32,
                path: u32,
                path_len: u32,
                open_flags: u32,
                rights: u64,
                inheriting: u64,
                flags: u32,
                opened: u32
            );
            path_readlink(fd: u32, path: u32, path_len: u32, buf: u32, buf_len: u32, size: u32);
            path_remove_directory(fd: u32, path: u32, path_len: u32);
            path_rename(fd: u32, old: u32, old_len: u32, new_fd: u32, new: u32, new_len: u32);
            path_symlink(target: u32, target_len: u32, fd: u32, path: u32, path_len: u32);
            path_unlink_file(fd: u32, path: u32, path_len: u32);
            poll_oneoff(subscriptions: u32, events: u32, count: u32, size: u32);
            sock_accept(fd: u32, flags: u32, accepted: u32);
            sock_recv(fd: u32, data: u32, data_len: u32, flags: u32, size: u32, out_flags: u32);
            sock_send(fd: u32, data: u32, data_len: u32, flags: u32, size: u32);
            sock_shutdown(fd: u32, how: u32);
        }
    };
}
