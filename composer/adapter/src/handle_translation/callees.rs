//! The functions that the code of an adapter calls.

use std::collections::{BTreeMap, BTreeSet};

pub(super) use vfs_abi::names::wrapped::{FINISH, LEND, REFUSE, RELEASE};
use wasm_encoder::ValType;

use super::{INTRINSICS, Intrinsic, Own, VFS};
use crate::Assembly;

/// The index of a function that is not imported yet.
const UNKNOWN: u32 = u32::MAX;

/// Indices of the functions that code calls. A first pass, in which they are unknown, collects which of them are
/// needed.
#[derive(Default)]
pub(super) struct Callees {
    pub(super) needed: BTreeSet<Wanted>,
    pub(super) intrinsics: BTreeMap<Intrinsic, u32>,
    functions: BTreeMap<String, u32>,
    /// The index of the host's function, for each request.
    pub(super) host: Vec<u32>,
    /// The index of the function that reports an unusable handle, for each request.
    pub(super) refusals: Vec<Option<u32>>,
    /// The request whose code is being generated.
    pub(super) number: usize,
}

/// A function that code calls.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wanted {
    Intrinsic(Intrinsic),
    Function(String),
}

/// The allocator of the vfs.
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

    /// Returns the index of an imported function of the vfs.
    pub(super) fn known(&self, name: &str) -> u32 {
        self.functions.get(name).copied().unwrap_or(UNKNOWN)
    }

    /// Returns the index of the host's function for the current request.
    pub(super) fn of_host(&self) -> u32 {
        self.host.get(self.number).copied().unwrap_or(UNKNOWN)
    }

    /// Returns the index of the function that reports an unusable handle in the current request.
    pub(super) fn refusal(&self) -> u32 {
        self.refusals.get(self.number).copied().flatten().unwrap_or(UNKNOWN)
    }

    /// Imports the needed functions.
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

/// Returns the core type of a function of the vfs.
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
