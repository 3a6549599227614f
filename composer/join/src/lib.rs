//! Joins a component, such as the vfs, with an app whose imports it provides. The `wac-graph` library does the work.

#![forbid(unsafe_code)]

mod error;

use std::collections::BTreeSet;

use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions};

pub use error::ComposeError;
use vfs_compose_wasi::App;

/// Joins the vfs with an app. The vfs provides every import of the app that it exports under the same name; the result
/// has the exports of the app.
pub fn compose(vfs: Vec<u8>, app: &App) -> Result<Vec<u8>, ComposeError> {
    join(vfs, app.component.clone(), &app.exports)
}

/// Joins the vfs with a component made from an app, as [`compose`] does, and exports `exports` of it.
pub fn join(vfs: Vec<u8>, app: Vec<u8>, exports: &[String]) -> Result<Vec<u8>, ComposeError> {
    let mut graph = CompositionGraph::new();
    let mut add = |what: &'static str, bytes: Vec<u8>| {
        let package = Package::from_bytes(what, None, bytes, graph.types_mut())
            .map_err(|source| ComposeError::Package { what, source: source.into() })?;
        graph.register_package(package).map_err(|source| ComposeError::Package { what, source: source.into() })
    };
    let (vfs, app_package) = (add("vfs", vfs)?, add("app", app)?);
    let (vfs_instance, app_instance) = (graph.instantiate(vfs), graph.instantiate(app_package));
    let exported: Vec<String> = graph.types()[graph[vfs].ty()].exports.keys().cloned().collect();
    let wanted: BTreeSet<String> = graph.types()[graph[app_package].ty()].imports.keys().cloned().collect();
    for interface in exported.into_iter().filter(|name| wanted.contains(name)) {
        let failed = |source| ComposeError::Argument { interface: interface.clone(), source };
        let export = graph.alias_instance_export(vfs_instance, &interface).map_err(|source| failed(source.into()))?;
        graph.set_instantiation_argument(app_instance, &interface, export).map_err(|source| failed(source.into()))?;
    }
    for name in exports {
        let failed = |source| ComposeError::Export { name: name.clone(), source };
        let export = graph.alias_instance_export(app_instance, name).map_err(|source| failed(source.into()))?;
        graph.export(export, name).map_err(|source| failed(source.into()))?;
    }
    // The composer validates the result later, when it checks the laws.
    let options = EncodeOptions { validate: false, ..EncodeOptions::default() };
    graph.encode(options).map_err(|source| ComposeError::Encode { source: source.into() })
}
