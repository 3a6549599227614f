//! Reads of mounted files in the linked form: the host puts the bytes into the app's memory itself.
//!
//! Behind each adapter for a read stands one that asks the vfs whether the host has the bytes
//! ([`vfs_compose_adapter::direct_read`]).

use bumpalo::Bump;
use indexmap::IndexMap;
use wasmparser::{CanonicalFunction, CanonicalOption, ComponentAlias, Export, ExternalKind};

use super::plan::{Call, LinkPlan};
use super::vfs::Vfs;
use vfs_abi::names::direct::{ADVANCE, DESCRIPTOR, STREAM};
use vfs_compose_adapter::direct_read::{self, ReadOf, names as direct};
use vfs_compose_flatten::Group;
use vfs_compose_ir::{Component, Item, Space, alias, bundle, instantiate};

/// Returns what a call reads, if it reads a file.
fn read_of(call: &Call<'_>) -> Option<ReadOf> {
    match call.plain().as_str() {
        "wasi:filesystem/types#[method]descriptor.read" => Some(ReadOf::Descriptor),
        "wasi:io/streams#[method]input-stream.read" | "wasi:io/streams#[method]input-stream.blocking-read" => {
            Some(ReadOf::Stream)
        }
        _ => None,
    }
}

/// Returns the functions of the vfs that direct reads call.
pub(super) fn functions(plan: &LinkPlan<'_>) -> impl Iterator<Item = String> {
    let reads = plan.values().flat_map(IndexMap::values).any(|call| read_of(call).is_some());
    [DESCRIPTOR, STREAM, ADVANCE].into_iter().filter(move |_| reads).map(str::to_owned)
}

/// Puts direct reads between the app and the adapters of one group, whose core instance is `plain`. `read` is the host's
/// `descriptor.read`.
pub(super) fn add<'a>(
    component: &mut Component<'a>,
    names: &'a Bump,
    (vfs, read): (&Vfs, u32),
    group: &Group,
    plain: u32,
    calls: &[Call<'_>],
) {
    let (Some(memory), Some(realloc)) = (group.memory, group.realloc) else { return };
    let reads: Vec<_> = calls.iter().filter_map(|call| Some((call, read_of(call)?))).collect();
    if reads.is_empty() {
        return;
    }
    let memory_of_app = Export { name: "memory", kind: ExternalKind::Memory, index: memory };
    let realloc_of_app = Export { name: direct::REALLOC, kind: ExternalKind::Func, index: realloc };
    let of_app = bundle(component, vec![memory_of_app, realloc_of_app]);
    let lender = component.add(Item::CoreModule(direct_read::lender().into()));
    let lender = instantiate(component, lender, vec![("vfs", vfs.instance), ("app", of_app)]);
    let lent = alias(component, ExternalKind::Func, lender, direct::REALLOC);
    let options = [CanonicalOption::UTF8, CanonicalOption::Memory(memory), CanonicalOption::Realloc(lent)];
    let lowered = CanonicalFunction::Lower { func_index: read, options: options.into() };
    let index = component.add(Item::Canonical(lowered));
    let of_host = bundle(component, vec![Export { name: direct::READ, kind: ExternalKind::Func, index }]);
    let named: Vec<_> = reads.iter().map(|(call, of)| (call.name.as_str(), *of)).collect();
    let module = component.add(Item::CoreModule(direct_read::module(&named).into()));
    let arguments = vec![
        ("vfs", vfs.instance),
        ("app", of_app),
        (direct::LENDER, lender),
        (direct::HOST, of_host),
        (direct::PLAIN, plain),
    ];
    let instance_index = instantiate(component, module, arguments);
    for (call, _) in reads {
        let name = names.alloc_str(&call.name);
        for &number in &call.core_functions {
            let kind = ExternalKind::Func;
            let instead = Item::Alias(ComponentAlias::CoreInstanceExport { kind, instance_index, name });
            component.replace(Space::CoreFunction, number, instead);
        }
    }
}
