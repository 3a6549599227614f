//! Denies imports of an app, or replaces their values: generates components to stand between the app and its host.
//!
//! All components are generated before any is joined with the app, from one look at its imports. Joined once, they and
//! the app are again an app, so both forms take it as they take any app. Denying what the vfs provides without a host
//! needs no component: it is enough that the vfs does not ask the host either.
//!
//! From the app to the host, the order is: the gates for http and the values of `wasi:config`, which do not use each
//! other, and last the component that denies. So denials also hold for what a gate asks of the host.
//!
//! ```text
//! imports    what the app and the components in front of it so far import
//! pattern    the patterns that name what is denied
//! alone      interfaces that the vfs provides without a host
//! choose     which imports of the app are denied, and by which policy line
//! mentions   whose resources appear in the signatures of an interface
//! world      the world of the interposed component
//! inline     copies of exported value types for the imports that use them
//! answer     what each denied function returns
//! module     the core module of the interposed component
//! ending     ends the app if a function's type cannot express the denial
//! drop_arguments     drops the handles that a denied call passes
//! gate       http requests to listed authorities only
//! config     values of wasi:config
//! template   fills in the text format that `gate` and `config` are written in
//! versions   rejects policies for versions that they cannot be applied to
//! wit        constructors for worlds, functions and types
//! ```

mod answer;
mod choose;
mod config;
mod drop_arguments;
mod ending;
mod gate;
mod hostless;
mod imports;
mod inline;
mod mentions;
mod module;
mod pattern;
mod template;
mod versions;
mod wit;
mod world;

use std::collections::{BTreeSet, HashMap};

use wit_parser::{Resolve, WorldId};

use crate::error::DenyError;
use crate::policy::answers::Answers;
use choose::Chosen;
pub use choose::Left;
use imports::Imports;
use vfs_compose_wasi::App;
use vfs_compose_wasi::Wasi;

/// The policy lines of the rules that have no [`Denial`].
const HTTP: &str = "--http allow:";
const CONFIG: &str = "--config";

/// A rule that takes interfaces away from the app, with the policy line that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// A package (`wasi:sockets`), an interface (`wasi:random/random`, with or without a version), or the name of an
    /// import.
    pub interfaces: String,
    /// The policy line to show in error messages, such as `--random deny`.
    pub because: String,
}

impl Denial {
    /// Creates a denial from a pattern and a policy line.
    #[must_use]
    pub fn new(interfaces: impl Into<String>, because: impl Into<String>) -> Self {
        Self { interfaces: interfaces.into(), because: because.into() }
    }
}

/// All rules about what an app may use of its host.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The denied packages, interfaces and imports.
    pub denials: Vec<Denial>,
    /// Denies everything, for the reason given by this policy line.
    pub all: Option<String>,
    /// Exceptions from [`Rules::all`], as patterns like those of [`Denial::interfaces`].
    pub kept: Vec<String>,
    /// The only authorities that http requests may go to; `None` allows all.
    pub http: Option<Vec<String>>,
    /// The values of `wasi:config`; `None` leaves them to the host.
    pub config: Option<config::Values>,
}

impl Rules {
    /// Returns the policy lines as (key, text) pairs, as in a manifest. `allow` appears only with `deny-all`. Of config
    /// values only the keys are listed, as a JSON array because they may be any text.
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

/// What the rules need in front of an app.
pub struct Interposed {
    /// The components, the outermost first. Each provides imports of the app or of the components after it.
    pub components: Vec<Vec<u8>>,
    /// The names of imports that the result must not import from the host.
    pub sealed_imports: BTreeSet<String>,
    /// What denials of whole packages leave to the host.
    pub left: Vec<Left>,
}

/// Generates the components that the rules need between the app and its host.
///
/// # Errors
/// - [`DenyError`]: a rule cannot be applied, or values cannot be set.
pub fn interpose(rules: &Rules, wasi: &Wasi, answers: &Answers, app: &App) -> Result<Interposed, DenyError> {
    let mut imports = Imports::of(app);
    let mut components = Vec::new();
    if let Some(authorities) = &rules.http {
        components.extend(gate::components(authorities, &mut imports)?);
    }
    if let Some(values) = &rules.config {
        components.extend(config::components(values, &mut imports)?);
    }
    let Chosen { fronted, sealed_imports, left } = choose::choose(rules, wasi, answers, &imports)?;
    versions::check(rules, answers, &imports, &sealed_imports)?;
    if !fronted.is_empty() {
        components.push(component(wasi, answers, imports, &fronted, &sealed_imports)?);
    }
    components.reverse();
    Ok(Interposed { components, sealed_imports, left })
}

/// Returns what the rules say of a vfs alone, in front of which there is nothing.
///
/// # Errors
/// - [`DenyError::Alone`]: a rule needs a component in front of the app.
/// - As [`interpose`].
pub fn without_components(rules: &Rules, wasi: &Wasi, answers: &Answers, app: &App) -> Result<Interposed, DenyError> {
    let gated = app.imports.iter().filter(|name| rules.http.is_some() && gate::is_handler(name));
    let configured = app.imports.iter().filter(|name| rules.config.is_some() && config::is_store(name));
    let replaced = gated.map(|name| (name, HTTP)).chain(configured.map(|name| (name, CONFIG)));
    if let Some((interface, because)) = replaced.into_iter().next() {
        return Err(DenyError::Alone { interface: interface.clone(), because: because.into() });
    }
    let imports = Imports::of(app);
    let Chosen { fronted, sealed_imports, left } = choose::choose(rules, wasi, answers, &imports)?;
    versions::check(rules, answers, &imports, &sealed_imports)?;
    match fronted.first() {
        None => Ok(Interposed { components: Vec::new(), sealed_imports, left }),
        Some((key, because)) => {
            Err(DenyError::Alone { interface: app.resolve.name_world_key(key), because: because.clone() })
        }
    }
}

/// Checks that there are no rules. A vfs for any app cannot have any, because rules are applied by components in front
/// of one app. Nor can a vfs for one app (`--for`) deny what it does not provide, so only composing helps.
///
/// # Errors
/// - [`DenyError::AnyApp`]: there is a rule.
pub fn require_none(rules: &Rules) -> Result<(), DenyError> {
    let http = rules.http.as_ref().map(|_| HTTP);
    let config = rules.config.as_ref().map(|_| CONFIG);
    let denial = rules.denials.first().map(|denial| denial.because.as_str());
    match denial.or(rules.all.as_deref()).or(http).or(config) {
        None => Ok(()),
        Some(because) => Err(DenyError::AnyApp { because: because.to_owned() }),
    }
}

/// Generates the component that exports the denied imports.
fn component(
    wasi: &Wasi,
    answers: &Answers,
    imports: Imports<'_>,
    fronted: &choose::Fronted,
    sealed_imports: &choose::Withheld,
) -> Result<Vec<u8>, DenyError> {
    let mut front = world::build(wasi, answers, imports, fronted, sealed_imports);
    let module = module::module(&front);
    inline::inline(&mut front.resolve, front.world);
    encode(module, &front.resolve, front.world)
}

/// Encodes a core module that implements a world as a component.
fn encode(module: Vec<u8>, resolve: &Resolve, world: WorldId) -> Result<Vec<u8>, DenyError> {
    vfs_compose_wit::encode(module, resolve, world, HashMap::new()).map_err(|source| DenyError::Front { source })
}
