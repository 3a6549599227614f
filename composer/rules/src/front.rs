//! What an app may not ask of the host: a component in front of it answers instead.
//!
//! `front + app` is an app like any other, so both forms take it as it is. What the vfs has without a host needs no front: there it is
//! enough that the vfs asks no host either.
//!
//! ```text
//! pattern    what is denied, as people say it
//! alone      what the vfs has without a host
//! choose     which of the app's imports are denied, and by what
//! mentions   whose resources an interface speaks of
//! world      the world of the component in front
//! inline     types that its imports use of what it exports
//! answer     what each of its functions says
//! module     its core module
//! ending     how a function says what its types have no words for
//! let_go     handles that come with a denied call
//! gate       http to some authorities alone
//! config     values of wasi:config
//! template   what those two are written in
//! versions   what a policy speaks of, at versions that it cannot be kept for
//! wit        worlds, functions and types, made by hand
//! ```

mod alone;
mod answer;
mod choose;
mod config;
mod ending;
mod gate;
mod inline;
mod let_go;
mod mentions;
mod module;
mod pattern;
mod template;
mod versions;
mod wit;
mod world;

use std::collections::BTreeSet;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, WorldId};

use crate::error::{Cause, DenyError, InterposeError};
use crate::policy::answers::Answers;
use choose::Chosen;
use vfs_compose_join as compose;
use vfs_compose_wasi::App;
use vfs_compose_wasi::Wasi;

/// Interfaces that the app gets no access to, and the line of the policy that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// A package (`wasi:sockets`), an interface (`wasi:random/random`, with a version or without), or the name of an import.
    pub interfaces: String,
    /// What is shown to whoever asks why: `--random deny`.
    pub because: String,
}

impl Denial {
    /// Puts both together.
    #[must_use]
    pub fn new(interfaces: impl Into<String>, because: impl Into<String>) -> Self {
        Self { interfaces: interfaces.into(), because: because.into() }
    }
}

/// Everything that is said about what an app may not do.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The denied packages, interfaces and imports.
    pub denials: Vec<Denial>,
    /// Everything is denied, and why.
    pub all: Option<String>,
    /// What [`Rules::all`] does not speak of, in the patterns of [`Denial::interfaces`].
    pub kept: Vec<String>,
    /// The authorities that http requests may go to, if not all.
    pub http: Option<Vec<String>>,
    /// What `wasi:config` has, if that is not the host's.
    pub config: Option<config::Values>,
}

impl Rules {
    /// By key and text, as in a manifest. What is kept is said only where it is kept from something, and of values their keys, which
    /// may be any text: as an array of JSON.
    pub fn lines(&self) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        let mut line = |key: &str, values: Vec<&str>| {
            if !values.is_empty() {
                lines.push((key.to_owned(), values.join(",")));
            }
        };
        line("deny", self.denials.iter().map(|denial| denial.interfaces.as_str()).collect());
        if self.all.is_some() {
            line("deny-all", vec!["true"]);
            line("allow", self.kept.iter().map(String::as_str).collect());
        }
        if let Some(authorities) = &self.http {
            line("http", vec![&format!("allow:{}", authorities.join(","))]);
        }
        match &self.config {
            Some(values) if values.is_empty() => line("config", vec!["none"]),
            Some(values) => line("config", vec![&serde_json::json!(values.keys().collect::<Vec<_>>()).to_string()]),
            None => {}
        }
        lines
    }
}

/// The app with what the rules put in front of it.
///
/// # Errors
/// - [`DenyError`]: a rule cannot be kept, or values cannot be given.
/// - [`InterposeError::App`], [`InterposeError::Compose`]: the two cannot be joined.
pub fn apply(rules: &Rules, wasi: &Wasi, answers: &Answers, mut app: App) -> Result<App, InterposeError> {
    if let Some(authorities) = &rules.http {
        app = gate::apply(authorities, wasi, answers, app)?;
    }
    if let Some(values) = &rules.config {
        app = config::apply(values, wasi, answers, app)?;
    }
    let Chosen { fronted, withheld } = choose::choose(rules, wasi, answers, &app)?;
    versions::check(rules, answers, &app, &withheld)?;
    if !fronted.is_empty() {
        let front = component(wasi, answers, &app, &fronted, &withheld)?;
        app = App::read(wasi, compose::compose(front, &app)?, &|path| answers.serves(path))?;
    }
    app.withheld = withheld;
    Ok(app)
}

/// Names of imports that no host may be asked for by a vfs alone.
///
/// # Errors
/// - [`DenyError::Alone`]: something must stand in front of the app, be it for http or for values.
/// - As [`apply`].
pub fn withheld(rules: &Rules, wasi: &Wasi, answers: &Answers, app: &App) -> Result<BTreeSet<String>, DenyError> {
    let gated = gate::handlers(app).filter(|_| rules.http.is_some());
    let configured = config::stores(app).filter(|_| rules.config.is_some());
    if let Some(interface) = gated.chain(configured).next() {
        return Err(DenyError::Alone { interface: interface.clone() });
    }
    let Chosen { fronted, withheld } = choose::choose(rules, wasi, answers, app)?;
    versions::check(rules, answers, app, &withheld)?;
    match fronted.first() {
        None => Ok(withheld),
        Some((key, _)) => Err(DenyError::Alone { interface: app.resolve.name_world_key(key) }),
    }
}

/// For any app there can be no rules: they are kept by what stands in front of one app.
///
/// # Errors
/// - [`DenyError::AnyApp`]: there is one.
pub fn require_none(rules: &Rules) -> Result<(), DenyError> {
    let http = rules.http.as_ref().map(|_| "http to some hosts alone");
    let config = rules.config.as_ref().map(|_| "values of wasi:config");
    let denial = rules.denials.first().map(|denial| denial.because.as_str());
    // Of http and values a vfs for one app alone knows no more.
    let denied = denial.or(rules.all.as_deref()).map(|because| (because, "compose the app, or name it with `--for`"));
    match denied.or(http.or(config).map(|because| (because, "compose the app"))) {
        None => Ok(()),
        Some((because, way_out)) => Err(DenyError::AnyApp { because: because.to_owned(), way_out }),
    }
}

/// A component that exports what is denied.
fn component(
    wasi: &Wasi,
    answers: &Answers,
    app: &App,
    fronted: &choose::Fronted,
    withheld: &choose::Withheld,
) -> Result<Vec<u8>, DenyError> {
    let mut front = world::build(wasi, answers, app, fronted, withheld);
    let module = module::module(&front);
    inline::inline(&mut front.resolve, front.world);
    encode(module, &front.resolve, front.world)
}

/// A core module of a world, as a component.
fn encode(mut module: Vec<u8>, resolve: &Resolve, world: WorldId) -> Result<Vec<u8>, DenyError> {
    let failed = |source: Cause| DenyError::Front { source };
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8)
        .map_err(|source| failed(source.into()))?;
    ComponentEncoder::default()
        .merge_imports_based_on_semver(false)
        .module(&module)
        .and_then(|encoder| encoder.encode())
        .map_err(|source| failed(source.into()))
}
