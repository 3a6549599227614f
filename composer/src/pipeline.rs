//! The pipeline: what [`Composer`] wants, phase by phase.
//!
//! ```text
//! read        the app as a component, and what it imports
//! interpose   components before it that deny, or answer instead of the host, joined with it
//! collect     the sources as one image, and the settings
//! link        the vfs beside the app's own modules
//! plug        or the vfs in front of the app: specialize, wrap, join
//! check       the laws, on the result
//! ```

use std::borrow::Cow;

use vfs_compose_ir::Encoded;
use vfs_compose_join::join;
use vfs_compose_pack::embed::{self, Description};
use vfs_compose_pack::image::Packed;
use vfs_compose_pack::{Form, Remarks};
use vfs_compose_rules::Rules;
use vfs_compose_rules::interpose::{self, Interposed};
use vfs_compose_rules::policy::answers::Answers;
use vfs_compose_vfs::guest::Guest;
use vfs_compose_vfs::specialize::{self, Grants, PumpStart, VfsSpec};
use vfs_compose_vfs::wrap::{self, OfAnyApp, Wrapping};
use vfs_compose_vfs::{AddedImports, check, end, has_mounts_by_0_3, link, p3_entry};
use vfs_compose_wasi::{App, END, InterfaceUse, Track, Wasi, is_in_version};

use crate::collect::{self, Collected};
use crate::composed::Composed;
use crate::error::{AppError, CheckError, Error, MountError, Unlinkable, WriteError};
use crate::inspect::is_vfs_alone;
use crate::{Composer, FormChoice, InterfaceName, adapt, effects, mounts};

/// Makes one component of an app and its files.
///
/// # Errors
/// One of [`Error`] for each phase that can fail.
pub(crate) fn compose(composer: &Composer, app: &[u8]) -> Result<Composed, Error> {
    let wasi = Wasi::new()?;
    let answers = collect::answers(composer);
    let bytes = app;
    let app = read(composer, &wasi, &answers, bytes)?;
    if !composer.allow_unused && !app.has_filesystem() {
        return Err(AppError::NoFilesystem { what: "wasi:filesystem/types" }.into());
    }
    let mut remarks = Remarks::default();
    tell_no_exports(composer, bytes, &app, &mut remarks)?;
    effects::tell(composer, &app, &mut remarks);
    mounts::tell_of_app(composer, &app, &mut remarks);
    let composer = &*with_mounts_of_use(composer, Some(&app))?;
    let mut rules = composer.rules.clone();
    let app = if collect::needs(composer).end {
        with_end(composer, &wasi, &answers, app, &mut rules, &mut remarks)?
    } else {
        app
    };
    emit(composer, "1-app", &app.component)?;
    let app = interpose(composer, &rules, &wasi, &answers, app, &mut remarks)?;
    emit(composer, "2-interposed", &app.component)?;
    Ok(put_together(composer, &wasi, &app)?.with_remarks(remarks))
}

/// Checks the directories of the host, and by which WASI the vfs has them, or leaves them out for an app without a
/// filesystem, with all that needs a variant of the vfs.
///
/// # Errors
/// [`MountError`]: they cannot be there.
fn with_mounts_of_use<'c>(composer: &'c Composer, app: Option<&App>) -> Result<Cow<'c, Composer>, MountError> {
    if app.is_none_or(App::has_filesystem) {
        mounts::check(composer)?;
        if composer.settings.mounts.is_empty() || !app.is_some_and(has_mounts_by_0_3) {
            return Ok(Cow::Borrowed(composer));
        }
        let mut by_0_3 = composer.clone();
        by_0_3.needs.mounts_by_0_3 = true;
        return Ok(Cow::Owned(by_0_3));
    }
    let mut without = composer.clone();
    without.settings.mounts.clear();
    without.settings.absolute_links = false;
    Ok(Cow::Owned(without))
}

/// Joins an app and its vfs in the form that was chosen.
fn put_together(composer: &Composer, wasi: &Wasi, app: &App) -> Result<Composed, Error> {
    match (composer.form, unlinkable(app)) {
        (FormChoice::Plugged, _) => {
            let plugged = plug(composer, wasi, app, None, None);
            return plugged.map_err(|error| unless_linked(composer, wasi, app, error));
        }
        (FormChoice::Auto, Some(reason)) => return plug(composer, wasi, app, None, Some(reason.to_string())),
        (FormChoice::Auto, None) | (FormChoice::Linked, _) => {}
    }
    let collected = collect::collect(composer, app.has_filesystem())?;
    match link(composer, wasi, app, &collected) {
        Ok(component) => {
            let composed = Composed::new(component, collected.image, collected.remarks)?;
            Ok(composed.with_app(app.component.len() as u64).with_form(Form::Linked, None))
        }
        Err(Error::Link(reason)) => {
            match plug(composer, wasi, app, Some(collected), Some(reason.to_string())) {
                Ok(plugged) if composer.form == FormChoice::Auto => Ok(plugged),
                // It was tried to know what to advise.
                Ok(_) => Err(Error::Link(reason)),
                Err(plugged) => Err(Error::Neither { linked: reason, plugged: Box::new(plugged) }),
            }
        }
        Err(error) => Err(error),
    }
}

/// Returns why an app is not linked, if that is known without trying.
fn unlinkable(app: &App) -> Option<Unlinkable> {
    Some(Unlinkable::Streams { interface: app.of_0_3()?.to_string() })
}

/// Returns the error of plugging with what is left to try: the linked form, unless that fails too.
fn unless_linked(composer: &Composer, wasi: &Wasi, app: &App, error: Error) -> Error {
    let Error::App(reason @ AppError::NotPluggable { .. }) = error else { return error };
    let linked = collect::collect(composer, app.has_filesystem()).and_then(|all| link(composer, wasi, app, &all));
    match linked {
        Ok(_) => Error::Plug(reason.into()),
        Err(Error::Link(linked)) => Error::Neither { linked, plugged: Box::new(Error::App(reason)) },
        Err(error) => error,
    }
}

/// Makes the vfs alone, for the app or for any app.
///
/// # Errors
/// As [`compose`].
pub(crate) fn vfs_alone(composer: &Composer) -> Result<Composed, Error> {
    let wasi = Wasi::new()?;
    let answers = collect::answers(composer);
    let mut told = Remarks::default();
    let app = match &composer.app {
        Some(app) => {
            let mut app = read(composer, &wasi, &answers, app)?;
            let ruled = interpose::without_components(&composer.rules, &wasi, &answers, &app)?;
            effects::tell_of_left(&ruled.left, &mut told);
            app.sealed_imports = ruled.sealed_imports;
            Some(app)
        }
        None => {
            interpose::require_none(&composer.rules)?;
            None
        }
    };
    if let (Some(app), Some(bytes)) = (&app, &composer.app) {
        tell_no_plug(composer, bytes, app, &mut told)?;
        effects::tell(composer, app, &mut told);
    } else {
        mounts::tell(composer, &mut told);
        for (flag, is_set) in [("--exit-code", composer.exit_code.is_some()), ("--wit", composer.wit.is_some())] {
            if is_set {
                let message = format!("`{flag}` has no effect: it is for a preview1 module, which `--for` names");
                told.warn("no-effect", message);
            }
        }
    }
    let composer = &*with_mounts_of_use(composer, app.as_ref())?;
    let Vfs { component, image, remarks } = make_vfs(composer, &wasi, app.as_ref(), None, PumpStart::FirstOpen, None)?;
    Ok(Composed::new(component, image, remarks)?.with_remarks(told))
}

/// Tells what keeps an app from being plugged into a vfs of its own, or the vfs from being of use.
///
/// # Errors
/// [`AppError::NothingServed`]: the app imports nothing that a vfs has.
fn tell_no_plug(composer: &Composer, bytes: &[u8], app: &App, remarks: &mut Remarks) -> Result<(), AppError> {
    if app.virtual_imports.is_empty() {
        return Err(AppError::NothingServed);
    }
    if wasmparser::Parser::is_core_wasm(bytes) {
        let flags = if composer.wit.is_some() { " --wit WIT" } else { "" };
        let message = format!(
            "the app is a core module, which `wac plug` refuses: `vfs-compose adapt APP{flags}` makes a component of it, \
             and `vfs-compose APP{flags}` composes both"
        );
        remarks.warn("core-module", message);
    }
    if !app.has_filesystem() {
        let message = "the app imports no filesystem (`wasi:filesystem/types`), so it never sees the files of this vfs";
        remarks.warn("no-filesystem", message);
    }
    Ok(())
}

/// Reads the app.
///
/// # Errors
/// - [`AppError`], [`Error::World`]: it cannot be read, or made a component.
/// - [`Error::VfsAlone`], [`Error::ComposedBefore`]: it is a vfs, or has one inside.
fn read(composer: &Composer, wasi: &Wasi, answers: &Answers, bytes: &[u8]) -> Result<App, Error> {
    let exit_code = composer.exit_code.unwrap_or(composer.default_exit_code);
    let component = adapt::component_of(wasi, bytes, exit_code, composer.wit.as_ref())?;
    let app = App::read(wasi, component, &answers.virtualized(wasi))?;
    if embed::find(&app.component).is_ok_and(|found| found.is_some()) {
        return Err(if is_vfs_alone(&app.exports) { Error::VfsAlone } else { Error::ComposedBefore });
    }
    Ok(app)
}

/// Tells of a result that exports nothing, and which exports a preview1 module loses: without component types, a
/// component cannot export them.
///
/// # Errors
/// [`Error::NoExports`]: none is left, and that is not allowed.
fn tell_no_exports(composer: &Composer, bytes: &[u8], app: &App, remarks: &mut Remarks) -> Result<(), Error> {
    if !app.exports.is_empty() {
        return Ok(());
    }
    let is_module = wasmparser::Parser::is_core_wasm(bytes);
    let lost = if is_module { adapt::exported_functions(bytes).unwrap_or_default() } else { Vec::new() };
    if lost.is_empty() {
        remarks
            .warn("no-exports", "the result exports nothing, as the app does: there is nothing that a host could run");
        return Ok(());
    }
    if !composer.allow_no_exports {
        return Err(Error::NoExports { lost });
    }
    let message = format!(
        "the result exports nothing: a component cannot export {}, for want of component types",
        lost.join(", ")
    );
    remarks.warn("no-exports", message);
    Ok(())
}

/// Makes the app tell at its end what it has written, if it can write.
fn with_end(
    composer: &Composer,
    wasi: &Wasi,
    answers: &Answers,
    app: App,
    rules: &mut Rules,
    remarks: &mut Remarks,
) -> Result<App, Error> {
    if !app.has_filesystem() || composer.settings.read_only || !end::has_run(&app) {
        return Ok(app);
    }
    let ending = end::put_in(&app).map_err(|source| AppError::Invalid { source: source.into() })?;
    let Some(component) = ending else {
        remarks.note(
            "not-counted",
            "the files that it writes are not counted: its `run` belongs to a component inside the app",
        );
        return Ok(app);
    };
    // Whatever is denied: these two say nothing to the app.
    rules.kept.extend([END, end::HOST_END].map(str::to_owned));
    let mut virtualized = answers.virtualized(wasi);
    virtualized.insert(END);
    Ok(App::read(wasi, component, &virtualized)?)
}

/// Puts the components that the rules need in front of the app. The result is an app like any other.
fn interpose(
    composer: &Composer,
    rules: &Rules,
    wasi: &Wasi,
    answers: &Answers,
    mut app: App,
    remarks: &mut Remarks,
) -> Result<App, Error> {
    let Interposed { components, sealed_imports, left } = interpose::interpose(rules, wasi, answers, &app)?;
    effects::tell_of_left(&left, remarks);
    if !components.is_empty() {
        let joined = join("interposed component", components, app.component, &app.exports)?;
        let mut virtualized = answers.virtualized(wasi);
        virtualized.extend(collect::needs(composer).end.then_some(END));
        app = App::read(wasi, joined, &virtualized)?;
    }
    app.sealed_imports = sealed_imports;
    Ok(app)
}

/// Returns what the flags add to the imports of the app, or of any app.
fn added(composer: &Composer, app: Option<&App>) -> AddedImports {
    let added = AddedImports::default();
    if composer.settings.mounts.is_empty() { added } else { added.with_mounts(app) }
}

/// Puts the vfs into the app's own component, and checks the result.
fn link(composer: &Composer, wasi: &Wasi, app: &App, collected: &Collected) -> Result<Encoded, Error> {
    let Collected { image, embedding, .. } = collected;
    if let Some(reason) = unlinkable(app) {
        return Err(reason.into());
    }
    let added = added(composer, Some(app));
    let mut linked = link::link(wasi, app, embedding)?;
    embed::checked_size(image, linked.component.bytes.len() as u64)?;
    let mut description = Description { form: Form::Linked, module: linked.module, ..linked.place.describe(embedding) };
    description.policy.extend(composer.rules.lines());
    description.added = added.among(&linked.component.edge.imports);
    embed::describe(&mut linked.component.bytes, description);
    emit(composer, "3-linked", &linked.component.bytes)?;
    check::check_linked(&linked.component, app, &added).map_err(Unlinkable::Wrong)?;
    Ok(linked.component)
}

/// Puts a vfs of its own in front of the app. `not_linked` is why linking failed, if it was tried.
fn plug(
    composer: &Composer,
    wasi: &Wasi,
    app: &App,
    collected: Option<Collected>,
    not_linked: Option<String>,
) -> Result<Composed, Error> {
    let ready = p3_entry::ready(wasi, app, Guest::choose(collect::needs(composer))?)
        .map_err(|source| AppError::Invalid { source: source.into() })?;
    let Vfs { component: vfs, image, remarks } =
        make_vfs(composer, wasi, Some(app), collected, ready.pump, not_linked.clone())?;
    emit(composer, "3-vfs", &vfs.bytes)?;
    let composed = encoded(join("vfs", vec![vfs.bytes], ready.component, &app.exports)?)?;
    emit(composer, "4-plugged", &composed.bytes)?;
    check::check(&composed, app, &added(composer, Some(app)), &vfs.edge.imports)?;
    let composed = Composed::new(composed, image, remarks)?.with_form(Form::Plugged, not_linked);
    Ok(composed.with_app(app.component.len() as u64))
}

/// A vfs as a component of its own, before its image.
struct Vfs {
    component: Encoded,
    image: Packed,
    remarks: Remarks,
}

/// Makes the vfs for an app, or for any: specialized, with the interfaces that share its resources.
fn make_vfs(
    composer: &Composer,
    wasi: &Wasi,
    app: Option<&App>,
    collected: Option<Collected>,
    pump: PumpStart,
    not_linked: Option<String>,
) -> Result<Vfs, Error> {
    let wrapped = app.map(wrap::interfaces).transpose()?.unwrap_or_default();
    let collected = match collected {
        Some(collected) => collected,
        None => collect::collect(composer, app.is_none_or(App::has_filesystem))?,
    };
    let Collected { image, embedding, mut remarks } = collected;
    let added = added(composer, app);
    let mut order = order(wasi, app, &added, &embedding.answers, pump);
    if order.pump == PumpStart::FirstOpen && specialize::has_streams(wasi, &order.exports) {
        remarks.warn("first-open", FIRST_OPEN);
    }
    let grants = order.grants.clone();
    let version = |path: &str| grants.version(path).unwrap_or_else(|| wasi.version(path)).clone();
    let of_any_app = match app {
        None if !composer.extras.is_empty() => Some(OfAnyApp::new(wasi, &composer.extras)?),
        _ => None,
    };
    let of_app = app.filter(|_| !wrapped.is_empty()).map(|app| Wrapping::of_app(app, &wrapped, &version));
    let wrapping = of_app.or(of_any_app.as_ref().map(|any| any.wrapping(&version)));
    if let Some(wrapping) = &wrapping {
        order.wrapped = specialize::Wrapped { functions: wrapping.functions()?, made: wrapping.made() };
    }
    let mut vfs = specialize::tailor(wasi, order, &embedding)?;
    let mut module = 0;
    if let Some(wrapping) = &wrapping {
        let wrapped = wrap::wrap(wrapping, &vfs.component)?;
        (vfs.component, module) = (wrapped.component, wrapped.module);
    }
    embed::checked_size(&image, vfs.component.len() as u64)?;
    let Encoded { bytes, edge } = encoded(vfs.component)?;
    let mut description = Description { not_linked, module, ..vfs.place.describe(&embedding) };
    description.policy.extend(composer.rules.lines());
    description.added = added.among(&edge.imports);
    let is_new = |name: &&String| app.is_some_and(|app| !app.imports.contains(*name)) && added.flag(name).is_none();
    if let Some(interface) = edge.imports.iter().find(is_new) {
        return Err(CheckError::NewImport { interface: interface.clone() }.into());
    }
    let mut component = Encoded { bytes, edge };
    embed::describe(&mut component.bytes, description);
    Ok(Vfs { component, image, remarks })
}

/// Reads the imports and exports of a component, once for all later steps.
fn encoded(component: Vec<u8>) -> Result<Encoded, CheckError> {
    Encoded::read(component).map_err(|source| CheckError::Invalid { reason: source.to_string() })
}

/// Writes the component as it is after a phase, if that is wanted.
fn emit(composer: &Composer, stage: &str, component: &[u8]) -> Result<(), WriteError> {
    let Some(directory) = &composer.stages else { return Ok(()) };
    let path = directory.join(format!("{stage}.wasm"));
    let written = std::fs::create_dir_all(directory).and_then(|()| std::fs::write(&path, component));
    written.map_err(|source| WriteError::Stage { path, source })
}

/// What is lost where nothing in front of the app starts what feeds the streams of WASI 0.3.
const FIRST_OPEN: &str = "a stream of WASI 0.3 that the app asks for before its first `open-at` (a listing of a preopen, a standard \
    stream that is a file) waits until there is one: nothing in front of the app starts what feeds streams";

/// What the vfs shall be for an app, or for any.
fn order(wasi: &Wasi, app: Option<&App>, added: &AddedImports, answers: &Answers, pump: PumpStart) -> VfsSpec {
    let wrapped = specialize::Wrapped::default();
    if let Some(app) = app {
        let exports = specialize::with_pump(wasi, app.virtual_imports.clone());
        return VfsSpec { exports, grants: Grants::of_app(wasi, &app.granted(), added), pump, wrapped };
    }
    let served = wasi.served(Track::V0_2).filter(|path| answers.serves(path));
    let exports = served.filter_map(|path| {
        let version = wasi.version(path);
        let functions = wasi.interface(path)?.functions.values();
        let functions = functions
            .filter(|function| is_in_version(&function.stability, version))
            .map(|function| function.name.clone());
        let demand = InterfaceUse { functions: functions.collect(), ..InterfaceUse::default() };
        Some((InterfaceName::new(path, version.clone()), demand))
    });
    VfsSpec { exports: exports.collect(), grants: Grants::of_any_app(wasi, added), pump, wrapped }
}
