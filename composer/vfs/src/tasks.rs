//! What is put into an app of WASI 0.3 before it is plugged.
//!
//! ```text
//! start     each of its exports starts the vfs's pump before anything else, so that no stream is asked for before it is there
//! direct    its calls of what is done at once become plain ones, for which no engine has to make a task
//! inside    both in a component inside the app
//! shape     parameters and results as they lie in memory
//! ```
//!
//! Both are small core modules beside the app's own, which stay as they are.

mod direct;
mod inside;
mod shape;
mod start;

use bumpalo::Bump;
use wit_parser::{Function, WorldItem};

use crate::guest::Guest;
use crate::tailor::PumpStart;
use vfs_compose_ir::{Component, Definition, Item, Malformed};
use vfs_compose_wasi::App;
use vfs_compose_wasi::Wasi;

/// An app that is ready to be plugged.
pub struct Ready {
    /// The app's component, with the added core modules.
    pub component: Vec<u8>,
    /// What is left to start the pump.
    pub pump: PumpStart,
}

/// Puts both into the app, if it has streams of the vfs.
///
/// # Errors
/// - [`Malformed`]: the app cannot be taken apart.
pub fn ready(wasi: &Wasi, app: &App, guest: &Guest) -> Result<Ready, Malformed> {
    let as_it_is = || Ready { component: app.component.clone(), pump: PumpStart::FirstOpen };
    if !crate::tailor::has_streams(wasi, &app.served) {
        return Ok(as_it_is());
    }
    let mut component = Component::read(&app.component)?;
    let names = Bump::new();
    let exports = exports(app);
    let is_vfs = |name: &str| app.served.keys().any(|served| served.to_string() == name);
    if !put_in(&Place { wasi, app, guest }, &mut component, &names, &exports, &is_vfs)? {
        return Ok(as_it_is());
    }
    let emitted = component.emit(is_root)?;
    Ok(Ready { component: emitted.bytes, pump: PumpStart::BeforeTheApp })
}

/// What all of this is about.
struct Place<'a> {
    wasi: &'a Wasi,
    app: &'a App,
    guest: &'a Guest,
}

/// Puts both into the component that lifts these exports, however deep it is. `is_vfs` says of an import whether it is the vfs's.
fn put_in<'a>(
    place: &Place<'_>,
    component: &mut Component<'a>,
    names: &'a Bump,
    exports: &[(String, &Function)],
    is_vfs: &dyn Fn(&str) -> bool,
) -> Result<bool, Malformed> {
    let Place { wasi, app, guest } = place;
    if !start::put_in(component, names, app, exports) {
        return inside::put_in(place, component, names, exports, is_vfs);
    }
    // A plain call of what is asynchronous may not be made where nothing asynchronous may happen.
    if guest.answers_at_once() && exports.iter().all(|(_, function)| function.kind.is_async()) {
        direct::put_in(wasi, component, names, app, is_vfs);
    }
    Ok(true)
}

/// The app's exported functions, with the names of the exports.
fn exports(app: &App) -> Vec<(String, &Function)> {
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

/// What the component is there for: its exports, what is done when it is instantiated, what others know of it.
fn is_root(definition: &Definition<'_>) -> bool {
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
