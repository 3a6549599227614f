//! Mounts of the kernel, which nobody else sees.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};

const NONE: Option<&Path> = None;

/// Does something on a thread whose mounts are its own.
///
/// # Errors
/// `PermissionDenied`: this process may not mount.
pub fn within<T: Send>(act: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let act = || {
        unshare(CloneFlags::CLONE_NEWNS).map_err(told)?;
        // What is mounted on this thread stays there.
        mount(NONE, "/", NONE, MsFlags::MS_REC | MsFlags::MS_PRIVATE, NONE).map_err(told)?;
        act()
    };
    thread::scope(|scope| scope.spawn(act).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn told(errno: Errno) -> io::Error {
    if errno == Errno::EPERM { io::ErrorKind::PermissionDenied.into() } else { errno.into() }
}

/// A mount, until it is dropped: its root, because the directories above it may be moved.
pub struct Mounted(File);

impl Mounted {
    /// Mounts the kernel's overlay filesystem.
    ///
    /// # Errors
    /// Linux's own.
    pub fn overlay(lower: &Path, upper: &Path, work: &Path, at: &Path) -> Result<Self> {
        let [lower, upper, work] = [lower, upper, work].map(Path::display);
        let options = format!("lowerdir={lower},upperdir={upper},workdir={work},redirect_dir=on,index=on");
        mount(Some("overlay"), at, Some("overlay"), MsFlags::empty(), Some(OsStr::new(&options)))
            .context("overlayfs cannot be mounted")?;
        Ok(Self(File::open(at)?))
    }

    /// Mounts a directory at another one, too.
    ///
    /// # Errors
    /// Linux's own.
    pub fn bind(directory: &Path, at: &Path) -> Result<Self> {
        mount(Some(directory), at, NONE, MsFlags::MS_BIND, NONE).context("a directory cannot be mounted")?;
        Ok(Self(File::open(at)?))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let root = format!("/proc/self/fd/{}", self.0.as_raw_fd());
        // Its root is open, at least. It may have gone with the mount that it is in; if it stays, nobody can remove it.
        let _ = umount2(root.as_str(), MntFlags::MNT_DETACH);
    }
}
