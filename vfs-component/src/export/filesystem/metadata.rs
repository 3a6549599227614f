//! Metadata of descriptors and nodes: kind, flags, size, times, identity.

use vfs_core::Stat;

use super::{Answer, Answer3, DONE, descriptor_type, follow, new_timestamp};
use crate::abi::{self, DescriptorStat, DescriptorType, Pair, Unit};
use crate::handle::AppHandles;
use crate::layer::{self, Stop, ended};
use crate::state::{State, answer, answer_value};

type Stat3 = DescriptorStat<DescriptorType>;

/// `metadata-hash-value`.
type Hash = Pair<u64, u64>;

#[cfg(target_arch = "wasm32")]
const _: () = {
    assert!(size_of::<Answer<DescriptorStat<u8>>>() == 104);
    assert!(size_of::<Answer3<DescriptorStat<DescriptorType>>>() == 112);
};

export! {
    "[method]descriptor.get-flags",
    (descriptor: u32) -> u8,
    |state| Ok(state.volume.flags(state.session.handles.descriptor(descriptor)).bits())
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.get-type")]
extern "C" fn get_type(descriptor: u32) -> *const Answer<u8> {
    answer(|state| Ok(descriptor_type(state.volume.kind(state.session.handles.descriptor(descriptor)))))
}

#[unsafe(export_name = "wasi:filesystem/types@0.3#[method]descriptor.get-type")]
extern "C" fn get_type_3(descriptor: u32) -> *const Answer3<DescriptorType> {
    answer(|state| Ok(state.volume.kind(state.session.handles.descriptor(descriptor)).into()))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.stat")]
extern "C" fn stat(descriptor: u32) -> *const Answer<DescriptorStat<u8>> {
    answer(|state| {
        let stat = state.volume.stat(state.session.handles.descriptor(descriptor))?;
        Ok(DescriptorStat::new(descriptor_type(stat.kind), stat))
    })
}

const _: () = {
    super::export_3! { "[method]descriptor.stat", (descriptor: u32) -> Stat3, |state| {
        let stat = state.volume.stat(state.session.handles.descriptor(descriptor))?;
        Ok(DescriptorStat::new(stat.kind.into(), stat))
    } }
};

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.stat-at")]
extern "C" fn stat_at(
    descriptor: u32,
    path_flags: u32,
    path: *const u8,
    path_length: usize,
) -> *const Answer<DescriptorStat<u8>> {
    answer(|state| {
        let stat = stat_of_path(state, descriptor, path_flags, abi::string(path, path_length))?;
        Ok(DescriptorStat::new(descriptor_type(stat.kind), stat))
    })
}

const _: () = {
    super::export_3! {
        "[method]descriptor.stat-at",
        (descriptor: u32, path_flags: u32, path: *const u8, path_length: usize) -> Stat3,
        |state| {
            let stat = stat_of_path(state, descriptor, path_flags, abi::string(path, path_length))?;
            Ok(DescriptorStat::new(stat.kind.into(), stat))
        }
    }
};

fn stat_of_path(state: &mut State, descriptor: u32, path_flags: u32, path: &str) -> Result<Stat, Stop> {
    let State { volume, session, .. } = state;
    layer::stat_at(volume, session.handles.descriptor(descriptor), path, follow(path_flags))
}

export! {
    "[method]descriptor.set-times",
    (
        descriptor: u32,
        accessed: u32,
        accessed_seconds: u64,
        accessed_nanoseconds: u32,
        modified: u32,
        modified_seconds: u64,
        modified_nanoseconds: u32,
    ) -> Unit,
    |state| {
        state.volume.set_times(
            state.session.handles.descriptor(descriptor),
            new_timestamp(accessed, accessed_seconds, accessed_nanoseconds),
            new_timestamp(modified, modified_seconds, modified_nanoseconds),
        ).map(|()| DONE)
    }
}

export! {
    "[method]descriptor.set-times-at",
    (
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
    ) -> Unit,
    |state| {
        state.volume.set_times_at(
            state.session.handles.descriptor(descriptor),
            abi::string(path, path_length),
            follow(path_flags),
            new_timestamp(accessed, accessed_seconds, accessed_nanoseconds),
            new_timestamp(modified, modified_seconds, modified_nanoseconds),
        ).map(|()| DONE)
    }
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.is-same-object")]
extern "C" fn is_same_object(descriptor: u32, other: u32) -> bool {
    answer_value(|state| is_same(state, descriptor, other))
}

#[cfg(not(feature = "tasks"))]
#[unsafe(export_name = "wasi:filesystem/types@0.3#[method]descriptor.is-same-object")]
extern "C" fn is_same_object_3(descriptor: u32, other: u32) -> bool {
    is_same_object(descriptor, other)
}

#[cfg(feature = "tasks")]
mod is_same_object_3 {
    use crate::layer::tasks;

    #[link(wasm_import_module = "[export]wasi:filesystem/types@0.3")]
    unsafe extern "C" {
        #[link_name = "[task-return][method]descriptor.is-same-object"]
        safe fn task_return(is_same: u32);
    }

    #[unsafe(export_name = "[async-lift]wasi:filesystem/types@0.3#[method]descriptor.is-same-object")]
    extern "C" fn is_same_object(descriptor: u32, other: u32) -> u32 {
        let give = |is_same: Result<bool, _>| task_return(is_same.is_ok_and(|is_same| is_same).into());
        tasks::begin(move |state| super::is_same(state, descriptor, other), give, |_| task_return(0), tasks::exit)
    }

    #[unsafe(export_name = "[callback][async-lift]wasi:filesystem/types@0.3#[method]descriptor.is-same-object")]
    extern "C" fn callback(event: u32, waitable: u32, code: u32) -> u32 {
        tasks::callback(event, waitable, code)
    }
}

#[inline(always)]
fn is_same(state: &mut State, descriptor: u32, other: u32) -> Result<bool, Stop> {
    let handles = &state.session.handles;
    match state.volume.is_same(handles.descriptor(descriptor), handles.descriptor(other)) {
        // What cannot be compared is not known to be the same.
        Err(stop) => ended(stop).map(|_| false),
        same => same,
    }
}

export! {
    "[method]descriptor.metadata-hash",
    (descriptor: u32) -> Hash,
    |state| {
        let (lower, upper) = state.volume.metadata_hash(state.session.handles.descriptor(descriptor))?;
        Ok(Pair(lower, upper))
    }
}

export! {
    "[method]descriptor.metadata-hash-at",
    (descriptor: u32, path_flags: u32, path: *const u8, path_length: usize) -> Hash,
    |state| {
        let path = abi::string(path, path_length);
        let State { volume, session, .. } = state;
        layer::metadata_hash_at(volume, session.handles.descriptor(descriptor), path, follow(path_flags))
            .map(|(lower, upper)| Pair(lower, upper))
    }
}
