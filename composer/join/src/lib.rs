//! Joins components, such as the vfs, with an app whose imports they provide. The `wac-graph` library does the work.

#![forbid(unsafe_code)]

mod error;

use std::collections::BTreeSet;

use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};

pub use error::ComposeError;

/// Joins an app with components in front of it, the outermost first. The nearest component in front that exports an
/// interface under the name of an import provides that import, and other imports stay with the host. The result has
/// `exports` of the app. `what` names the components in errors.
///
/// # Errors
/// - [`ComposeError`]: a component is not valid, or does not fit another one.
pub fn join(
    what: &'static str,
    front: Vec<Vec<u8>>,
    app: Vec<u8>,
    exports: &[String],
) -> Result<Vec<u8>, ComposeError> {
    let mut graph = CompositionGraph::new();
    let mut packages: Vec<PackageId> = Vec::new();
    for (what, bytes) in front.into_iter().map(|bytes| (what, bytes)).chain([("app", app)]) {
        // The result does not contain the name of a package.
        let package = Package::from_bytes(&packages.len().to_string(), None, bytes, graph.types_mut())
            .map_err(|source| ComposeError::Package { what, source: source.into() })?;
        let registered = graph.register_package(package);
        packages.push(registered.map_err(|source| ComposeError::Package { what, source: source.into() })?);
    }
    let instances: Vec<NodeId> = packages.iter().map(|package| graph.instantiate(*package)).collect();
    for (user, instance) in instances.iter().enumerate() {
        let mut wanted: BTreeSet<String> = graph.types()[graph[packages[user]].ty()].imports.keys().cloned().collect();
        for provider in (0..user).rev() {
            let exported: Vec<String> = graph.types()[graph[packages[provider]].ty()].exports.keys().cloned().collect();
            for interface in exported.into_iter().filter(|name| wanted.remove(name)) {
                let failed = |source| ComposeError::Argument { what, interface: interface.clone(), source };
                let export = graph
                    .alias_instance_export(instances[provider], &interface)
                    .map_err(|source| failed(source.into()))?;
                graph
                    .set_instantiation_argument(*instance, &interface, export)
                    .map_err(|source| failed(source.into()))?;
            }
        }
    }
    for name in exports {
        let failed = |source| ComposeError::Export { name: name.clone(), source };
        let app = instances[instances.len() - 1];
        let export = graph.alias_instance_export(app, name).map_err(|source| failed(source.into()))?;
        graph.export(export, name).map_err(|source| failed(source.into()))?;
    }
    // The composer validates the result later, when it checks the laws.
    let options = EncodeOptions { validate: false, ..EncodeOptions::default() };
    graph.encode(options).map_err(|source| ComposeError::Encode { source: source.into() })
}
