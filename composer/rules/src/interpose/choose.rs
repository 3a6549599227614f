//! Which of the app's imports are denied, and by which line of the policy.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use wit_parser::{InterfaceId, Resolve, TypeDefKind, WorldItem, WorldKey};

use super::Rules;
use super::hostless::is_hostless;
use super::imports::{Imports, id_of};
use super::mentions::{functions, owners};
use super::pattern::{self, Reach};
use crate::error::DenyError;
use crate::policy::answers::Answers;
use vfs_compose_wasi::InterfaceName;
use vfs_compose_wasi::Wasi;

const IO: &str = "wasi:io/";

/// The imports that the interposed component exports, each with the policy line that denies it.
pub(super) type Fronted = IndexMap<WorldKey, String>;

/// Names of the imports that no host may be asked for.
pub(super) type Withheld = BTreeSet<String>;

pub(super) struct Chosen {
    pub(super) fronted: Fronted,
    pub(super) sealed_imports: Withheld,
    pub(super) left: Vec<Left>,
}

/// An import that a denial of its package leaves to the host, because the host calls an export of the app with its
/// resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The name of the import.
    pub interface: String,
    /// The app's export.
    pub export: String,
    /// The policy line that denies the package.
    pub because: String,
}

/// Applies the rules to imports.
///
/// An interface that uses a resource of a denied interface is denied too, because no such resource could ever be
/// obtained. Likewise, an exception from `deny-all` includes the interfaces whose resources it uses.
///
/// # Errors
/// - [`DenyError::Unknown`], [`DenyError::Version`]: a pattern matches nothing, or only another version.
/// - [`DenyError::Exported`]: the host passes resources of a denied interface to an export of the app.
/// - [`DenyError::Resource`]: a denied import is a resource outside of any interface, which no component can replace.
pub(super) fn choose(
    rules: &Rules,
    wasi: &Wasi,
    answers: &Answers,
    imports: &Imports<'_>,
) -> Result<Chosen, DenyError> {
    let names = imports.names();
    for pattern in rules.denials.iter().map(|denial| &denial.interfaces).chain(&rules.kept) {
        pattern::require_known(pattern, names.iter().map(String::as_str))?;
    }
    let (resolve, items) = (&*imports.resolve, imports.items());
    let exported = exported(imports);
    let kept = kept(rules, imports);
    let is_kept = |item: &WorldItem| id_of(item).is_some_and(|id| kept.contains(&id));
    let mut denied: IndexMap<WorldKey, &str> = IndexMap::new();
    let mut left = Vec::new();
    for (key, item) in items {
        let name = resolve.name_world_key(key);
        let found = because(rules, &name).filter(|(_, reach)| reach.is_some() || !is_kept(item));
        let Some((because, reach)) = found else { continue };
        if let WorldItem::Type { id, .. } = item {
            if matches!(resolve.types[*id].kind, TypeDefKind::Resource) {
                return Err(DenyError::Resource { name, because: because.to_owned() });
            }
            continue;
        }
        if let Some(export) = id_of(item).and_then(|id| exported.get(&id)) {
            let (because, export) = (because.to_owned(), export.clone());
            if reach == Some(Reach::Package) {
                left.push(Left { interface: name, export, because });
                continue;
            }
            return Err(DenyError::Exported { interface: name, export, because });
        }
        denied.insert(key.clone(), because);
    }
    let is_left_to_vfs = |key: &WorldKey, item: &WorldItem| is_left_to_vfs(wasi, answers, resolve, key, item);
    // An interface comes after those that it uses, so one pass also finds uses through another interface.
    for (key, item) in items {
        if denied.contains_key(key) || is_left_to_vfs(key, item) {
            continue;
        }
        let owners = owners(resolve, item);
        let mut without = denied.iter().filter(|(other, _)| {
            items
                .get(*other)
                .is_some_and(|item| !is_left_to_vfs(other, item) && id_of(item).is_some_and(|id| owners.contains(&id)))
        });
        let Some(because) = without.next().map(|(_, because)| *because) else { continue };
        if let Some(export) = id_of(item).and_then(|id| exported.get(&id)) {
            let interface = resolve.name_world_key(key);
            return Err(DenyError::Exported { interface, export: export.clone(), because: because.to_owned() });
        }
        denied.insert(key.clone(), because);
    }
    let mut sealed_imports: Withheld = denied.keys().map(|key| resolve.name_world_key(key)).collect();
    if speaks_of_io(imports, &denied) {
        sealed_imports.retain(|name| !name.starts_with(IO));
    }
    let fronted = items.iter().filter_map(|(key, item)| {
        let because = denied.get(key)?;
        (!is_left_to_vfs(key, item)).then(|| (key.clone(), (*because).to_owned()))
    });
    Ok(Chosen { fronted: fronted.collect(), sealed_imports, left })
}

/// Returns the policy line that denies an import, and the reach of its pattern; the reach is `None` for `deny-all`.
fn because<'r>(rules: &'r Rules, name: &str) -> Option<(&'r str, Option<Reach>)> {
    let named = rules.denials.iter().filter_map(|denial| {
        let reach = pattern::reach(&denial.interfaces, name)?;
        Some((denial.because.as_str(), Some(reach)))
    });
    let found = named.min_by_key(|(_, reach)| *reach == Some(Reach::Package));
    let is_kept = || rules.kept.iter().any(|kept| pattern::reach(kept, name).is_some());
    found.or_else(|| rules.all.as_deref().filter(|_| !is_kept()).map(|because| (because, None)))
}

/// Returns the interfaces that the exceptions from `deny-all` use. Streams and pollables are left out: the vfs provides
/// them, and those of the host come with the interfaces that return them.
fn kept(rules: &Rules, imports: &Imports<'_>) -> BTreeSet<InterfaceId> {
    let (resolve, items) = (&*imports.resolve, imports.items());
    let is_kept = |key: &WorldKey| {
        let name = resolve.name_world_key(key);
        rules.kept.iter().any(|kept| pattern::reach(kept, &name).is_some())
    };
    let mut todo: Vec<_> = items.iter().filter(|(key, _)| is_kept(key)).map(|(_, item)| item).collect();
    let mut kept = BTreeSet::new();
    while let Some(item) = todo.pop() {
        let used = owners(resolve, item).into_iter().filter(|id| !is_io(resolve, *id));
        let new: Vec<_> = used.filter(|id| kept.insert(*id)).collect();
        todo.extend(items.values().filter(|item| id_of(item).is_some_and(|id| new.contains(&id))));
    }
    kept
}

/// Returns whether the vfs serves an import without a host. This includes imports with nothing but names of types.
fn is_left_to_vfs(wasi: &Wasi, answers: &Answers, resolve: &Resolve, key: &WorldKey, item: &WorldItem) -> bool {
    let name = InterfaceName::parse(&resolve.name_world_key(key));
    let Some(name) = name.filter(InterfaceName::is_wasi) else { return false };
    let is_served = wasi.serves(&name.path) && answers.serves(&name.path);
    is_served && (is_hostless(name.base(), answers) || functions(resolve, item).is_empty())
}

/// Returns the interfaces whose resources the app's exports mention, each with one such export.
fn exported(imports: &Imports<'_>) -> BTreeMap<InterfaceId, String> {
    let mut exported = BTreeMap::new();
    for (key, item) in imports.exports() {
        for owner in owners(&imports.resolve, item) {
            if Some(owner) != id_of(item) {
                exported.entry(owner).or_insert_with(|| imports.resolve.name_world_key(key));
            }
        }
    }
    exported
}

/// Returns whether streams or pollables of the host still reach the app, through imports that are not denied or through
/// exports.
fn speaks_of_io(imports: &Imports<'_>, denied: &IndexMap<WorldKey, &str>) -> bool {
    let resolve = &*imports.resolve;
    let asked = imports.items().iter().filter(|(key, item)| {
        let name = resolve.name_world_key(key);
        let is_virtual = name.starts_with(IO) || name.starts_with(vfs_compose_wasi::FILESYSTEM);
        !denied.contains_key(*key) && !is_virtual && !functions(resolve, item).is_empty()
    });
    asked.chain(imports.exports()).any(|(_, item)| owners(resolve, item).into_iter().any(|id| is_io(resolve, id)))
}

fn is_io(resolve: &Resolve, id: InterfaceId) -> bool {
    resolve.id_of(id).is_some_and(|name| name.starts_with(IO))
}
