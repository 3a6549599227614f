//! Which of the app's core functions get another meaning.

use indexmap::IndexMap;
use wasmparser::{CanonicalFunction, CanonicalOption};
use wit_parser::Function;

use super::Unlinkable;
use super::component::{Component, Item};
use super::glue::Owner;
use super::served::{Resource, Served};
use crate::name::InterfaceName;

/// The vfs's functions for handles of both owners.
pub(super) const POLL: &str = "vfs-compose:linked#poll";
pub(super) const SPLICE: &str = "vfs-compose:linked#splice";
pub(super) const BLOCKING_SPLICE: &str = "vfs-compose:linked#blocking-splice";

/// What the app lowered with one memory and one realloc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Group {
    /// Core memory.
    pub(super) memory: Option<u32>,
    /// Core function.
    pub(super) realloc: Option<u32>,
}

/// The calls of each group, by their names.
pub(super) type Plan<'a> = IndexMap<Group, IndexMap<String, Call<'a>>>;

/// A function of the vfs that takes the place of imported ones.
pub(super) struct Call<'a> {
    /// Interface, `#` and function.
    pub(super) name: String,
    pub(super) interface: InterfaceName,
    pub(super) what: What<'a>,
    pub(super) owner: Owner,
    /// The app's core functions for it.
    pub(super) core_functions: Vec<u32>,
}

pub(super) enum What<'a> {
    Function(&'a Function),
    /// The drop of this resource.
    Drop(String),
}

impl Call<'_> {
    /// The vfs's name for it.
    pub(super) fn plain(&self) -> String {
        match &self.what {
            What::Function(function) => format!("{}#{}", self.interface.path, function.name),
            What::Drop(resource) => format!("{}#[dtor]{resource}", self.interface.path),
        }
    }

    /// The vfs's functions that its glue calls: where one call can have handles of both owners, one for that, too.
    pub(super) fn functions(&self) -> Vec<String> {
        let plain = self.plain();
        match plain.as_str() {
            "wasi:io/poll#poll" => vec![POLL.into()],
            "wasi:io/streams#[method]output-stream.splice" => vec![plain, SPLICE.into()],
            "wasi:io/streams#[method]output-stream.blocking-splice" => vec![plain, BLOCKING_SPLICE.into()],
            _ => vec![plain],
        }
    }
}

/// Every served function that the app lowered, and every drop of a served resource.
///
/// # Errors
/// - [`Unlinkable::Encoding`]: a served function is lowered with strings that are not UTF-8.
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
            let Some(owner) = served.owner_of(&imported) else { return Ok(None) };
            let name = imported.to_string();
            let group = group(&name, options)?;
            let what = What::Function(imported.function);
            Ok(Some((group, Call { name, interface: imported.interface, what, owner, core_functions })))
        }
        CanonicalFunction::ResourceDrop { resource } => {
            let Some(Resource { interface, name: resource }) = served.resource(component, *resource) else {
                return Ok(None);
            };
            let Some(owner) = served.owner(&interface.path) else { return Ok(None) };
            let name = format!("{interface}#[resource-drop]{resource}");
            let group = Group { memory: None, realloc: None };
            Ok(Some((group, Call { name, interface, what: What::Drop(resource), owner, core_functions })))
        }
        _ => Ok(None),
    }
}

/// Memory and realloc of a lowered function.
pub(super) fn group(name: &str, options: &[CanonicalOption]) -> Result<Group, Unlinkable> {
    let (mut memory, mut realloc) = (None, None);
    for option in options {
        match option {
            CanonicalOption::UTF8 => {}
            CanonicalOption::Memory(number) => memory = Some(*number),
            CanonicalOption::Realloc(number) => realloc = Some(*number),
            CanonicalOption::UTF16 | CanonicalOption::CompactUTF16 => {
                return Err(Unlinkable::Encoding { function: name.into() });
            }
            _ => return Err(Unlinkable::Async { function: name.into() }),
        }
    }
    Ok(Group { memory, realloc })
}
