//! Preview1's functions, with all numbers as they cross.

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    pub fn clock_res_get(clock: u32, resolution: *mut u64) -> u32;
    pub fn clock_time_get(clock: u32, precision: u64, time: *mut u64) -> u32;
    pub fn fd_advise(fd: u32, offset: u64, length: u64, advice: u32) -> u32;
    pub fn fd_allocate(fd: u32, offset: u64, length: u64) -> u32;
    pub fn fd_close(fd: u32) -> u32;
    pub fn fd_filestat_get(fd: u32, stat: *mut [u64; 8]) -> u32;
    pub fn fd_filestat_set_size(fd: u32, size: u64) -> u32;
    pub fn fd_filestat_set_times(fd: u32, accessed: u64, modified: u64, flags: u32) -> u32;
    pub fn fd_pread(fd: u32, iovs: *const Part, count: u32, offset: u64, size: *mut u32) -> u32;
    pub fn fd_pwrite(fd: u32, iovs: *const Part, count: u32, offset: u64, size: *mut u32) -> u32;
    pub fn fd_read(fd: u32, iovs: *const Part, count: u32, size: *mut u32) -> u32;
    pub fn fd_readdir(fd: u32, buffer: *mut u8, length: u32, cookie: u64, used: *mut u32) -> u32;
    pub fn fd_renumber(fd: u32, to: u32) -> u32;
    pub fn fd_seek(fd: u32, offset: i64, whence: u32, position: *mut u64) -> u32;
    pub fn fd_tell(fd: u32, position: *mut u64) -> u32;
    pub fn fd_write(fd: u32, iovs: *const Part, count: u32, size: *mut u32) -> u32;
    pub fn path_create_directory(fd: u32, path: *const u8, length: u32) -> u32;
    pub fn path_filestat_set_times(
        fd: u32,
        follow: u32,
        path: *const u8,
        length: u32,
        accessed: u64,
        modified: u64,
        flags: u32,
    ) -> u32;
    pub fn path_open(
        fd: u32,
        follow: u32,
        path: *const u8,
        length: u32,
        open: u32,
        rights: u64,
        inheriting: u64,
        flags: u32,
        opened: *mut u32,
    ) -> u32;
    pub fn path_readlink(fd: u32, path: *const u8, length: u32, buffer: *mut u8, room: u32, used: *mut u32) -> u32;
    pub fn path_symlink(target: *const u8, target_length: u32, fd: u32, path: *const u8, length: u32) -> u32;
    pub fn poll_oneoff(subscriptions: *const [u64; 6], events: *mut [u64; 4], count: u32, ready: *mut u32) -> u32;
    pub fn random_get(buffer: *mut u8, length: u32) -> u32;
}

/// A part of a vector.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Part(pub u32, pub u32);

impl Part {
    pub fn of(bytes: &[u8]) -> Self {
        Self(bytes.as_ptr() as u32, bytes.len() as u32)
    }
}

/// The name of an error number.
pub fn name(errno: u32) -> String {
    let name = match errno {
        0 => "ok",
        8 => "badf",
        21 => "fault",
        22 => "fbig",
        28 => "inval",
        37 => "nametoolong",
        44 => "noent",
        52 => "nosys",
        58 => "notsup",
        61 => "overflow",
        70 => "spipe",
        other => return format!("error {other}"),
    };
    name.to_owned()
}
