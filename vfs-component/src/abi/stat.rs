//! `descriptor-stat` of `wasi:filesystem`.

use vfs_core::Stat;

use super::{Datetime, Opt};

/// `descriptor-stat`. `T` is the kind of a node in one version of WASI.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct DescriptorStat<T> {
    pub kind: T,
    pub link_count: u64,
    pub size: u64,
    pub accessed: Opt<Datetime>,
    pub modified: Opt<Datetime>,
    pub changed: Opt<Datetime>,
}

#[cfg(target_arch = "wasm32")]
const _: () = {
    assert!(core::mem::offset_of!(DescriptorStat<u8>, accessed) == 24);
    assert!(core::mem::offset_of!(DescriptorStat<super::DescriptorType>, accessed) == 32);
};

impl<T> DescriptorStat<T> {
    pub fn new(kind: T, stat: Stat) -> Self {
        Self {
            kind,
            link_count: stat.links,
            size: stat.size,
            accessed: Opt::Some(stat.accessed.into()),
            modified: Opt::Some(stat.modified.into()),
            changed: Opt::Some(stat.changed.into()),
        }
    }
}
