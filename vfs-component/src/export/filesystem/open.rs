//! Opening and dropping descriptors.

use vfs_core::{DescriptorFlags, OpenFlags};

use super::{Answer, follow, version_2, version_3};
use crate::abi;
use crate::handle::{AppHandles, Handle, Kind};
use crate::layer::{self, Stop};
use crate::state::{State, answer, call_value};

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.open-at")]
extern "C" fn open_at(
    descriptor: u32,
    path_flags: u32,
    path: *const u8,
    path_length: usize,
    open_flags: u32,
    flags: u32,
) -> *const Answer<u32> {
    answer(|state| {
        let path = abi::string(path, path_length);
        let file = open(state, descriptor, path_flags, path, open_flags, flags)?;
        Ok(version_2::resource_new_descriptor(file))
    })
}

const _: () = {
    super::export_3! {
        "[method]descriptor.open-at",
        (descriptor: u32, path_flags: u32, path: *const u8, path_length: usize, open_flags: u32, flags: u32) -> u32,
        |state| {
            let path = abi::string(path, path_length);
            let file = open(state, descriptor, path_flags, path, open_flags, flags)?;
            Ok(version_3::resource_new_descriptor(file))
        },
        then crate::pump::become_pump
    }
};

/// `open-at` for a vfs that nothing in front of the app starts.
#[cfg(not(feature = "tasks"))]
mod as_pump {
    use super::super::version_3;
    use super::open;
    use crate::abi::{self, ErrorCode};
    use crate::layer::operate;
    use crate::pump;
    use crate::state::State;

    /// Opens in a task, which continues as the pump if there is none yet.
    #[unsafe(export_name = "[async-lift]wasi:filesystem/types@0.3#[method]descriptor.open-at")]
    extern "C" fn open_at_as_pump(
        descriptor: u32,
        path_flags: u32,
        path: *const u8,
        path_length: usize,
        open_flags: u32,
        flags: u32,
    ) -> u32 {
        let open = |state: &mut State| {
            let path = abi::string(path, path_length);
            open(state, descriptor, path_flags, path, open_flags, flags)
        };
        let opened = operate(open, |_, opened| opened);
        abi::finish_call();
        match opened {
            Ok(file) => task_return(0, version_3::resource_new_descriptor(file), 0, 0, 0),
            Err(error) => task_return(1, ErrorCode::from(error).number().into(), 0, 0, 0),
        }
        pump::become_pump()
    }

    #[unsafe(export_name = "[callback][async-lift]wasi:filesystem/types@0.3#[method]descriptor.open-at")]
    extern "C" fn open_at_callback(event: u32, end: u32, code: u32) -> u32 {
        pump::callback(event, end, code)
    }

    #[link(wasm_import_module = "[export]wasi:filesystem/types@0.3")]
    unsafe extern "C" {
        /// Returns `result<descriptor, error-code>`, flat: the tag; the handle or the code; whether the code has a
        /// text, and the text.
        #[link_name = "[task-return][method]descriptor.open-at"]
        safe fn task_return(tag: u32, value: u32, has_text: u32, text: usize, text_length: usize);
    }
}

/// Opens the node at a path, and returns the number of its handle.
#[inline(always)]
fn open(
    state: &mut State,
    descriptor: u32,
    path_flags: u32,
    path: &str,
    open_flags: u32,
    flags: u32,
) -> Result<u32, Stop> {
    let State { volume, session, .. } = state;
    session.handles.reserve()?;
    let file = layer::open_at(
        volume,
        session.handles.descriptor(descriptor),
        path,
        follow(path_flags),
        OpenFlags::from_bits(open_flags as u8),
        DescriptorFlags::from_bits(flags as u8),
    )?;
    Ok(session.handles.add(Handle::Descriptor(file)))
}

#[unsafe(export_name = "wasi:filesystem/types#[dtor]descriptor")]
extern "C" fn drop_descriptor(descriptor: u32) {
    call_value(|state| state.session.handles.remove(&mut state.volume, descriptor, Kind::Descriptor));
}

#[unsafe(export_name = "wasi:filesystem/types@0.3#[dtor]descriptor")]
extern "C" fn drop_descriptor_3(descriptor: u32) {
    drop_descriptor(descriptor);
}
