//! Decides which lowered functions of the app are replaced.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use semver::Version;
use wasmparser::CanonicalFunction;
use wit_parser::Function;

use super::Unlinkable;
use super::served::{Resource, Served};
use super::{mixed_dispatch, taken};
use vfs_compose_adapter::answer::Answer;
use vfs_compose_adapter::mixed_dispatch::MixedDispatch;
use vfs_compose_adapter::{self as glue, Encoding, HandleOrigin, Owned};
use vfs_compose_flatten::{Group, group};
use vfs_compose_ir::{Component, Item, Space};
use vfs_compose_wasi::ERRORS;
use vfs_compose_wasi::InterfaceName;

/// The calls of each group, by name.
pub(super) type LinkPlan<'a> = IndexMap<Group, IndexMap<String, Call<'a>>>;

/// A function of an adapter module, which replaces lowered functions of the app.
pub(super) struct Call<'a> {
    /// The names of the interface and the function, separated by `#`.
    pub(super) name: String,
    pub(super) what: LoweredTarget<'a>,
    pub(super) owner: HandleOrigin,
    /// The core functions of the app that it replaces.
    pub(super) core_functions: Vec<u32>,
}

pub(super) enum LoweredTarget<'a> {
    /// A function that the vfs serves.
    Function(InterfaceName, &'a Function),
    /// The drop of a resource that the vfs serves, with the name of its destructor in the vfs.
    Drop(String),
    /// A host function that may be passed a resource of the vfs.
    GuardImport {
        function: &'a Function,
        /// The error that it returns then, if its type can express one.
        answer: Option<Answer>,
        /// The handles that it takes ownership of, which must be dropped then.
        owned: Vec<Owned>,
    },
}

impl Call<'_> {
    /// Returns the version at which the app imports a function that the vfs serves.
    pub(super) fn version(&self) -> Option<&Version> {
        match &self.what {
            LoweredTarget::Function(interface, _) => Some(&interface.version),
            LoweredTarget::Drop(_) | LoweredTarget::GuardImport { .. } => None,
        }
    }

    /// Returns the name of the function in the vfs; empty if the vfs has none.
    pub(super) fn plain(&self) -> String {
        match &self.what {
            LoweredTarget::Function(interface, function) => format!("{}#{}", interface.path, function.name),
            LoweredTarget::Drop(dtor) => dtor.clone(),
            LoweredTarget::GuardImport { .. } => String::new(),
        }
    }

    /// Returns the functions of the vfs that the adapter calls. A call that can mix handles of both owners has a
    /// function of its own.
    pub(super) fn functions(&self) -> Vec<String> {
        if let LoweredTarget::GuardImport { owned, .. } = &self.what {
            return owned.iter().filter_map(|owned| owned.vfs.clone()).collect();
        }
        let plain = self.plain();
        if self.owner == HandleOrigin::Vfs {
            return vec![plain];
        }
        match mixed_dispatch::of(&plain) {
            MixedDispatch::None | MixedDispatch::NoneForHost => vec![plain],
            MixedDispatch::Any { linked } => vec![linked.into()],
            MixedDispatch::Pair { linked } => vec![plain, linked.into()],
        }
    }
}

/// Plans the replacement of every served function that the app lowers, and of every drop of a served resource.
///
/// Those that `is_left` accepts, by their numbers, are left as they are.
///
/// # Errors
/// - [`AdapterError::Async`](vfs_compose_adapter::AdapterError::Async): a served function is lowered asynchronously.
pub(super) fn plan<'a>(
    served: &Served<'a>,
    component: &Component<'_>,
    is_left: impl Fn(u32) -> bool,
) -> Result<LinkPlan<'a>, Unlinkable> {
    let mut plan = LinkPlan::new();
    for definition in component.definitions() {
        let (Item::Canonical(function), Some(id)) = (&definition.item, definition.id) else { continue };
        if id.space == Space::CoreFunction && is_left(id.number) {
            continue;
        }
        let Some((group, call)) = call(served, component, function)? else { continue };
        let calls = plan.entry(group).or_default();
        calls.entry(call.name.clone()).or_insert(call).core_functions.push(id.number);
    }
    Ok(plan)
}

/// Returns the call that replaces a canonical function, if the vfs has a part in it.
fn call<'a>(
    served: &Served<'a>,
    component: &Component<'_>,
    function: &CanonicalFunction,
) -> Result<Option<(Group, Call<'a>)>, Unlinkable> {
    let core_functions = Vec::new();
    match function {
        CanonicalFunction::Lower { func_index, options } => {
            let Some(imported) = served.function(component, *func_index) else { return Ok(None) };
            let (name, function) = (imported.to_string(), imported.function);
            let ours =
                imported.interface.and_then(|interface| Some((served.owner_of(&interface, function)?, interface)));
            let (owner, what) = match ours {
                Some((owner, interface)) => (owner, LoweredTarget::Function(interface, function)),
                None if served.may_be_given(function) => {
                    let answer = glue::answer_of(served.resolve(), function, ERRORS);
                    let owned = if answer.is_some() { taken::owned(served, function) } else { Vec::new() };
                    (HandleOrigin::VfsOrHost, LoweredTarget::GuardImport { function, owned, answer })
                }
                None => return Ok(None),
            };
            Ok(Some((group(&name, options)?, Call { name, what, owner, core_functions })))
        }
        CanonicalFunction::ResourceDrop { resource } => {
            let Some(resource) = served.resource(component, *resource) else { return Ok(None) };
            let Some((owner, dtor)) = served.owner_of_resource(&resource).zip(served.dtor(&resource)) else {
                return Ok(None);
            };
            let group = Group { memory: None, realloc: None, encoding: Encoding::Utf8 };
            Ok(Some((group, Call { name: resource.drop(), what: LoweredTarget::Drop(dtor), owner, core_functions })))
        }
        _ => Ok(None),
    }
}

/// Returns the drops of host resources that the adapters of these calls need, by name.
pub(super) fn dropped(served: &Served<'_>, calls: &[Call<'_>]) -> BTreeMap<String, Resource> {
    let owned = calls.iter().flat_map(|call| match &call.what {
        LoweredTarget::GuardImport { owned, .. } => owned.as_slice(),
        _ => &[],
    });
    owned.filter_map(|owned| Some((owned.host.clone(), served.home(owned.resource)?))).collect()
}
