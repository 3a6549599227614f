//! What `wac plug` made of an app, and what it left open without a word.

use anyhow::{Context, Result};
use wasmparser::{ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentTypeRef, Parser, Payload};

/// The imports of the app that the host is asked for, and not a plug. The app is instantiated last.
///
/// # Errors
/// It is no component, or it instantiates none.
pub fn left_open(composed: &[u8]) -> Result<Vec<String>> {
    // For each instance of the outer component, whether it comes from the host.
    let mut of_host = Vec::new();
    let mut last = None;
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(composed) {
        let payload = payload?;
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            _ if depth > 0 => {}
            Payload::ComponentImportSection(imports) => {
                for import in imports {
                    of_host.extend(matches!(import?.ty, ComponentTypeRef::Instance(_)).then_some(true));
                }
            }
            Payload::ComponentAliasSection(aliases) => {
                for alias in aliases {
                    let kind = match alias? {
                        ComponentAlias::InstanceExport { kind, .. } => Some(kind),
                        _ => None,
                    };
                    of_host.extend((kind == Some(ComponentExternalKind::Instance)).then_some(false));
                }
            }
            Payload::ComponentExportSection(exports) => {
                for export in exports {
                    of_host.extend((export?.kind == ComponentExternalKind::Instance).then_some(false));
                }
            }
            Payload::ComponentInstanceSection(instances) => {
                for instance in instances {
                    of_host.push(false);
                    if let ComponentInstance::Instantiate { args, .. } = instance? {
                        last = Some((args, of_host.clone()));
                    }
                }
            }
            _ => {}
        }
    }
    let (args, of_host) = last.context("a composition without instances")?;
    let open = args.iter().filter(|arg| {
        arg.kind == ComponentExternalKind::Instance && of_host.get(arg.index as usize).copied().unwrap_or(false)
    });
    Ok(open.map(|arg| arg.name.to_owned()).collect())
}
