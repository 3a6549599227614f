//! What the code of the functions calls.

use std::collections::{BTreeMap, BTreeSet};

pub(super) use vfs_abi::names::wrapped::{FINISH, LEND, REFUSE, RELEASE};
use wasm_encoder::ValType;

use super::{INTRINSICS, Intrinsic, Own, VFS};
use crate::Assembly;

/// An index that is not known yet.
const UNKNOWN: u32 = u32::MAX;

/// Indices of what is called. Before they are known, it is seen what is needed.
#[derive(Default)]
pub(super) struct Callees {
    pub(super) needed: BTreeSet<Wanted>,
    pub(super) intrinsics: BTreeMap<Intrinsic, u32>,
    functions: BTreeMap<String, u32>,
    /// For each request, the host's function.
    pub(super) host: Vec<u32>,
    /// For each request, what says that it cannot be used.
    pub(super) refusals: Vec<Option<u32>>,
    /// The request at hand.
    pub(super) number: usize,
}

/// Something that is called.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wanted {
    Intrinsic(Intrinsic),
    Function(String),
}

/// The vfs's allocator.
pub(super) const REALLOC: &str = "cabi_realloc";

impl Callees {
    pub(super) fn intrinsic(&mut self, intrinsic: Intrinsic) -> u32 {
        self.needed.insert(Wanted::Intrinsic(intrinsic));
        self.intrinsics.get(&intrinsic).copied().unwrap_or(UNKNOWN)
    }

    pub(super) fn function(&mut self, name: &str) -> u32 {
        self.needed.insert(Wanted::Function(name.to_owned()));
        self.known(name)
    }

    /// The index of a function of the vfs's that has been imported.
    pub(super) fn known(&self, name: &str) -> u32 {
        self.functions.get(name).copied().unwrap_or(UNKNOWN)
    }

    /// The host's function of the request at hand.
    pub(super) fn of_host(&self) -> u32 {
        self.host.get(self.number).copied().unwrap_or(UNKNOWN)
    }

    /// What says that the request at hand cannot be used.
    pub(super) fn refusal(&self) -> u32 {
        self.refusals.get(self.number).copied().flatten().unwrap_or(UNKNOWN)
    }

    /// Imports what is needed.
    pub(super) fn import(&mut self, assembly: &mut Assembly, own: &Own, needed: &BTreeSet<Wanted>) {
        for wanted in needed {
            match wanted {
                Wanted::Intrinsic(intrinsic) => {
                    let results: &[ValType] = match intrinsic {
                        Intrinsic::New(_) | Intrinsic::Rep(_) => &[ValType::I32],
                        Intrinsic::Drop(_) => &[],
                    };
                    let index = assembly.import(INTRINSICS, &intrinsic.name(), &[ValType::I32], results);
                    self.intrinsics.insert(*intrinsic, index);
                }
                Wanted::Function(name) => {
                    let (params, results) = core_type_of(name, own);
                    self.functions.insert(name.clone(), assembly.import(VFS, name, &params, &results));
                }
            }
        }
    }
}

/// The core type of a function of the vfs's.
fn core_type_of(name: &str, own: &Own) -> (Vec<ValType>, Vec<ValType>) {
    match name {
        REALLOC => (vec![ValType::I32; 4], vec![ValType::I32]),
        REFUSE => (vec![ValType::I32; 2], Vec::new()),
        FINISH => (Vec::new(), Vec::new()),
        _ => {
            debug_assert!(name == LEND || name == RELEASE || own.values().any(|adopt| adopt == name));
            (vec![ValType::I32], vec![ValType::I32])
        }
    }
}
