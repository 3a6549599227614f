//! `wasi:cli/environment` of the host.

use crate::abi::{List, Opt};

#[link(wasm_import_module = "wasi:cli/environment")]
unsafe extern "C" {
    #[link_name = "get-environment"]
    safe fn get_environment(result: &mut List);
    #[link_name = "get-arguments"]
    safe fn get_arguments(result: &mut List);
    #[link_name = "initial-cwd"]
    safe fn get_initial_cwd(result: &mut Opt<List>);
}

/// Pairs of strings.
pub fn environment() -> List {
    let mut result = List::EMPTY;
    get_environment(&mut result);
    result
}

/// Strings.
pub fn arguments() -> List {
    let mut result = List::EMPTY;
    get_arguments(&mut result);
    result
}

pub fn initial_cwd() -> Opt<List> {
    let mut result = Opt::None;
    get_initial_cwd(&mut result);
    result
}
