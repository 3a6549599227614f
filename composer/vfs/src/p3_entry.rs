//! Adds core modules to an app of WASI 0.3 before it is plugged. The app's own modules stay unchanged.
//!
//! ```text
//! start     exports start the vfs's pump before they run, so that it is there when the app asks for a stream
//! direct    calls of functions that finish before they return become synchronous; engines make no task for those
//! inside    does both in a component inside the app
//! shape     the layout of parameters and results in memory
//! ```

mod direct;
mod inside;
mod shape;
pub(crate) mod start;

use bumpalo::Bump;
use wit_parser::{Function, WorldItem};

use crate::guest::Guest;
use crate::specialize::PumpStart;
use vfs_compose_ir::{Component, Definition, Item, Malformed};
use vfs_compose_wasi::App;
use vfs_compose_wasi::Wasi;

/// An app that can be plugged.
pub struct Ready {
    /// The app's component. If the app uses streams of the vfs, it contains the added core modules.
    pub component: Vec<u8>,
    /// What starts the pump.
    pub pump: PumpStart,
}

/// Adds the modules to the app, if it uses streams of the vfs.
///
/// # Errors
/// - [`Malformed`]: the app cannot be parsed.
pub fn ready(wasi: &Wasi, app: &App, guest: &Guest) -> Result<Ready, Malformed> {
    let as_it_is = || Ready { component: app.component.clone(), pump: PumpStart::FirstOpen };
    if !crate::specialize::has_streams(wasi, &app.virtual_imports) {
        return Ok(as_it_is());
    }
    let mut component = Component::read(&app.component)?;
    let names = Bump::new();
    let exports = exports(app);
    let is_vfs = |name: &str| app.virtual_imports.keys().any(|served| served.to_string() == name);
    if !put_in(&Inputs { wasi, app, guest }, &mut component, &names, &exports, &is_vfs)? {
        return Ok(as_it_is());
    }
    let emitted = component.emit(is_root)?;
    Ok(Ready { component: emitted.component.bytes, pump: PumpStart::BeforeTheApp })
}

/// The inputs that all steps share.
struct Inputs<'a> {
    wasi: &'a Wasi,
    app: &'a App,
    guest: &'a Guest,
}

/// Adds the modules to the component that lifts these exports, at any depth of nesting. `is_vfs` returns whether an
/// import is provided by the vfs.
fn put_in<'a>(
    inputs: &Inputs<'_>,
    component: &mut Component<'a>,
    names: &'a Bump,
    exports: &[(String, &Function)],
    is_vfs: &dyn Fn(&str) -> bool,
) -> Result<bool, Malformed> {
    let Inputs { wasi, app, guest } = inputs;
    // A synchronous call of an asynchronous function traps in a task that must not block, so every export must be
    // asynchronous.
    let may_block = exports.iter().all(|(_, function)| function.kind.is_async());
    if !start::put_in(component, names, app, exports, guest.starts_late() && may_block) {
        return inside::put_in(inputs, component, names, exports, is_vfs);
    }
    if guest.answers_at_once() && may_block {
        direct::put_in(wasi, component, names, app, is_vfs);
    }
    Ok(true)
}

/// Returns the app's exported functions, each with the name of its export.
pub(crate) fn exports(app: &App) -> Vec<(String, &Function)> {
    let (resolve, world) = (&app.resolve, &app.resolve.worlds[app.world]);
    let mut all = Vec::new();
    for (key, item) in &world.exports {
        let export = resolve.name_world_key(key);
        match item {
            WorldItem::Function(function) => all.push((export, function)),
            WorldItem::Interface { id, .. } => {
                all.extend(resolve.interfaces[*id].functions.values().map(|function| (export.clone(), function)));
            }
            WorldItem::Type { .. } => {}
        }
    }
    all
}

/// Returns whether a definition stays even if nothing refers to it: exports, imports, custom sections, and what runs at
/// instantiation.
pub(crate) fn is_root(definition: &Definition<'_>) -> bool {
    matches!(
        definition.item,
        Item::Export(_)
            | Item::Start(_)
            | Item::Import(_)
            | Item::CoreInstance(_)
            | Item::Instance(_)
            | Item::Custom { .. }
    )
}
