//! What a descriptor or a node is: type, flags, size, times, identity.

use vfs_core::Stat;

use super::{Answer, answer, answer_unit, descriptor_type, follow, new_timestamp};
use crate::abi::{self, Datetime, Opt, Pair, Unit};
use crate::state::call_value;

/// `descriptor-stat`.
#[derive(Clone, Copy)]
#[repr(C)]
struct DescriptorStat {
    kind: u8,
    link_count: u64,
    size: u64,
    accessed: Opt<Datetime>,
    modified: Opt<Datetime>,
    changed: Opt<Datetime>,
}

const _: () =
    assert!(size_of::<Answer<DescriptorStat>>() == 104 && core::mem::offset_of!(DescriptorStat, accessed) == 24);

impl From<Stat> for DescriptorStat {
    fn from(stat: Stat) -> Self {
        Self {
            kind: descriptor_type(stat.kind),
            link_count: stat.links,
            size: stat.size,
            accessed: Opt::Some(stat.accessed.into()),
            modified: Opt::Some(stat.modified.into()),
            changed: Opt::Some(stat.changed.into()),
        }
    }
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.get-flags")]
extern "C" fn get_flags(descriptor: u32) -> *const Answer<u8> {
    answer(|state| Ok(state.fs.flags(state.handles.descriptor(descriptor)).bits()))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.get-type")]
extern "C" fn get_type(descriptor: u32) -> *const Answer<u8> {
    answer(|state| Ok(descriptor_type(state.fs.kind(state.handles.descriptor(descriptor)))))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.stat")]
extern "C" fn stat(descriptor: u32) -> *const Answer<DescriptorStat> {
    answer(|state| state.fs.stat(state.handles.descriptor(descriptor)).map(Into::into))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.stat-at")]
extern "C" fn stat_at(
    descriptor: u32,
    path_flags: u32,
    path: *const u8,
    path_length: usize,
) -> *const Answer<DescriptorStat> {
    answer(|state| {
        let path = abi::string(path, path_length);
        state.fs.stat_at(state.handles.descriptor(descriptor), path, follow(path_flags)).map(Into::into)
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.set-times")]
extern "C" fn set_times(
    descriptor: u32,
    accessed: u32,
    accessed_seconds: u64,
    accessed_nanoseconds: u32,
    modified: u32,
    modified_seconds: u64,
    modified_nanoseconds: u32,
) -> *const Answer<Unit> {
    answer_unit(|state| {
        state.fs.set_times(
            state.handles.descriptor(descriptor),
            new_timestamp(accessed, accessed_seconds, accessed_nanoseconds),
            new_timestamp(modified, modified_seconds, modified_nanoseconds),
        )
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.set-times-at")]
extern "C" fn set_times_at(
    descriptor: u32,
    path_flags: u32,
    path: *const u8,
    path_length: usize,
    accessed: u32,
    accessed_seconds: u64,
    accessed_nanoseconds: u32,
    modified: u32,
    modified_seconds: u64,
    modified_nanoseconds: u32,
) -> *const Answer<Unit> {
    answer_unit(|state| {
        state.fs.set_times_at(
            state.handles.descriptor(descriptor),
            abi::string(path, path_length),
            follow(path_flags),
            new_timestamp(accessed, accessed_seconds, accessed_nanoseconds),
            new_timestamp(modified, modified_seconds, modified_nanoseconds),
        )
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.is-same-object")]
extern "C" fn is_same_object(descriptor: u32, other: u32) -> bool {
    call_value(|state| {
        let (one, other) = state.handles.two_descriptors(descriptor, other);
        state.fs.is_same(one, other)
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.metadata-hash")]
extern "C" fn metadata_hash(descriptor: u32) -> *const Answer<Pair<u64, u64>> {
    answer(|state| {
        state.fs.metadata_hash(state.handles.descriptor(descriptor)).map(|(lower, upper)| Pair(lower, upper))
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.metadata-hash-at")]
extern "C" fn metadata_hash_at(
    descriptor: u32,
    path_flags: u32,
    path: *const u8,
    path_length: usize,
) -> *const Answer<Pair<u64, u64>> {
    answer(|state| {
        let path = abi::string(path, path_length);
        state
            .fs
            .metadata_hash_at(state.handles.descriptor(descriptor), path, follow(path_flags))
            .map(|(lower, upper)| Pair(lower, upper))
    })
}
