//! Which of the app's core functions get another meaning.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use semver::Version;
use wasmparser::CanonicalFunction;
use wit_parser::Function;

use super::Unlinkable;
use super::served::{Resource, Served};
use super::{special, taken};
use vfs_compose_adapter::answer::Answer;
use vfs_compose_adapter::special::Special;
use vfs_compose_adapter::{self as glue, Encoding, Owned, Owner};
use vfs_compose_flatten::{Group, group};
use vfs_compose_ir::{Component, Item};
use vfs_compose_wasi::ERRORS;
use vfs_compose_wasi::InterfaceName;

/// The calls of each group, by their names.
pub(super) type Plan<'a> = IndexMap<Group, IndexMap<String, Call<'a>>>;

/// A function of the glue that takes the place of imported ones.
pub(super) struct Call<'a> {
    /// Interface, `#` and function.
    pub(super) name: String,
    pub(super) what: What<'a>,
    pub(super) owner: Owner,
    /// The app's core functions for it.
    pub(super) core_functions: Vec<u32>,
}

pub(super) enum What<'a> {
    /// A function that the vfs has.
    Function(InterfaceName, &'a Function),
    /// The drop of a resource that the vfs has: its function for that.
    Drop(String),
    /// A function of the host's that may be given a resource of the vfs's.
    Given {
        function: &'a Function,
        /// What it answers then, if its types have words for that.
        answer: Option<Answer>,
        /// Then, what it takes for good.
        owned: Vec<Owned>,
    },
}

impl Call<'_> {
    /// The version at which the app imports it, if it is a function that the vfs has.
    pub(super) fn version(&self) -> Option<&Version> {
        match &self.what {
            What::Function(interface, _) => Some(&interface.version),
            What::Drop(_) | What::Given { .. } => None,
        }
    }

    /// The vfs's name for it; empty if it has nothing of the kind.
    pub(super) fn plain(&self) -> String {
        match &self.what {
            What::Function(interface, function) => format!("{}#{}", interface.path, function.name),
            What::Drop(dtor) => dtor.clone(),
            What::Given { .. } => String::new(),
        }
    }

    /// The vfs's functions that its glue calls: where one call can have handles of both owners, one for that, too.
    pub(super) fn functions(&self) -> Vec<String> {
        if let What::Given { owned, .. } = &self.what {
            return owned.iter().filter_map(|owned| owned.vfs.clone()).collect();
        }
        let plain = self.plain();
        if self.owner == Owner::Virtual {
            return vec![plain];
        }
        match special::of(&plain) {
            Special::None | Special::NoneForHost => vec![plain],
            Special::Any { linked } => vec![linked.into()],
            Special::Pair { linked } => vec![plain, linked.into()],
        }
    }
}

/// Every served function that the app lowered, and every drop of a served resource.
///
/// # Errors
/// - [`Unlinkable::Async`]: a served function is lowered as an asynchronous one.
pub(super) fn plan<'a>(served: &Served<'a>, component: &Component<'_>) -> Result<Plan<'a>, Unlinkable> {
    let mut plan = Plan::new();
    for definition in component.definitions() {
        let (Item::Canonical(function), Some(id)) = (&definition.item, definition.id) else { continue };
        let Some((group, call)) = call(served, component, function)? else { continue };
        let calls = plan.entry(group).or_default();
        calls.entry(call.name.clone()).or_insert(call).core_functions.push(id.number);
    }
    Ok(plan)
}

/// What a canonical function is to the vfs.
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
                Some((owner, interface)) => (owner, What::Function(interface, function)),
                None if served.may_be_given(function) => {
                    let answer = glue::answer_of(served.resolve(), function, ERRORS);
                    let owned = if answer.is_some() { taken::owned(served, function) } else { Vec::new() };
                    (Owner::Mixed, What::Given { function, owned, answer })
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
            Ok(Some((group, Call { name: resource.drop(), what: What::Drop(dtor), owner, core_functions })))
        }
        _ => Ok(None),
    }
}

/// Names of the drops that the glue of these calls needs of the host, and the resources.
pub(super) fn dropped(served: &Served<'_>, calls: &[Call<'_>]) -> BTreeMap<String, Resource> {
    let owned = calls.iter().flat_map(|call| match &call.what {
        What::Given { owned, .. } => owned.as_slice(),
        _ => &[],
    });
    owned.filter_map(|owned| Some((owned.host.clone(), served.home(owned.resource)?))).collect()
}
