//! A vfs module from another build is rejected.

use std::collections::BTreeSet;

use vfs_abi::settings;
use wasm_encoder::{CustomSection, RawSection};
use wasmparser::{Parser, Payload};

use super::{Embedding, Grants, InterfaceUses, PumpStart, VfsSpec, Wrapped, inside, module};
use crate::added_imports::AddedImports;
use crate::error::TailorError;
use crate::guest::PLAIN;
use vfs_compose_rules::policy::answers::Answers;
use vfs_compose_wasi::Wasi;

/// Returns the vfs's module with another declared version of settings, or none.
fn declaring(version: Option<&[u8]>) -> Vec<u8> {
    let mut module = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(PLAIN.module) {
        let payload = payload.unwrap();
        match &payload {
            Payload::CustomSection(section) if section.name() == settings::SECTION => {
                assert_eq!(section.data(), settings::VERSION.to_le_bytes());
            }
            _ => {
                if let Some((id, range)) = payload.as_section() {
                    let data = &PLAIN.module[range.start as usize..range.end as usize];
                    module.section(&RawSection { id, data });
                }
            }
        }
    }
    if let Some(data) = version {
        module.section(&CustomSection { name: settings::SECTION.into(), data: data.into() });
    }
    module.finish()
}

fn embedding() -> Embedding {
    Embedding { guest: &PLAIN, settings: Vec::new(), image_size: 0, answers: Answers::default() }
}

/// Returns the errors of plugging and of linking this module.
fn refused(module: &[u8]) -> [String; 2] {
    let wasi = Wasi::new().unwrap();
    let order = VfsSpec {
        exports: InterfaceUses::new(),
        grants: Grants::of_app(&wasi, &InterfaceUses::new(), &AddedImports::default()),
        pump: PumpStart::FirstOpen,
        wrapped: Wrapped::default(),
    };
    let plugged = module::edit(&wasi, module, &order, &embedding()).map(drop).unwrap_err();
    let linked = inside::of_module(&wasi, module, &BTreeSet::new(), |_, _| 0, &embedding()).map(drop).unwrap_err();
    [plugged, linked].map(|error| {
        assert!(matches!(error, TailorError::SettingsVersion { .. }), "{error}");
        error.to_string()
    })
}

#[test]
fn settings_of_another_version_are_refused() {
    let other = settings::VERSION + 1;
    let expected = format!(
        "the vfs module reads settings of version {other}, but this composer writes version {}: build both from the \
         same sources",
        settings::VERSION
    );
    assert_eq!(refused(&declaring(Some(&other.to_le_bytes()))), [expected.clone(), expected]);
}

#[test]
fn settings_of_no_version_are_refused() {
    let expected = format!(
        "the vfs module reads settings of no known version, but this composer writes version {}: build both from the \
         same sources",
        settings::VERSION
    );
    for version in [None, Some(&b""[..]), Some(b"1"), Some(&[1, 0, 0, 0, 0])] {
        assert_eq!(refused(&declaring(version)), [expected.clone(), expected.clone()], "{version:?}");
    }
}

#[test]
fn the_version_is_not_in_what_is_made() {
    let declaring = declaring(Some(&settings::VERSION.to_le_bytes()));
    let made = module::parse(&declaring).unwrap().emit().unwrap();
    let name = settings::SECTION.as_bytes();
    assert!(!made.windows(name.len()).any(|bytes| bytes == name));
}
