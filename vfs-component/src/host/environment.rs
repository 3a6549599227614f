//! `wasi:cli/environment` of the host, at the app's version.

use crate::abi::{List, Opt};

mod version_2 {
    use crate::abi::{List, Opt};

    #[link(wasm_import_module = "wasi:cli/environment")]
    unsafe extern "C" {
        #[link_name = "get-environment"]
        pub safe fn get_environment(result: &mut List);
        #[link_name = "get-arguments"]
        pub safe fn get_arguments(result: &mut List);
        #[link_name = "initial-cwd"]
        pub safe fn get_initial_cwd(result: &mut Opt<List>);
    }
}

mod version_3 {
    use crate::abi::{List, Opt};

    #[link(wasm_import_module = "wasi:cli/environment@0.3")]
    unsafe extern "C" {
        #[link_name = "get-environment"]
        pub safe fn get_environment(result: &mut List);
        #[link_name = "get-arguments"]
        pub safe fn get_arguments(result: &mut List);
        #[link_name = "get-initial-cwd"]
        pub safe fn get_initial_cwd(result: &mut Opt<List>);
    }
}

/// Returns pairs of strings.
pub fn environment() -> List {
    let mut result = List::EMPTY;
    version_2::get_environment(&mut result);
    if result.length == 0 {
        version_3::get_environment(&mut result);
    }
    result
}

/// Returns strings.
pub fn arguments() -> List {
    let mut result = List::EMPTY;
    version_2::get_arguments(&mut result);
    if result.length == 0 {
        version_3::get_arguments(&mut result);
    }
    result
}

pub fn initial_cwd() -> Opt<List> {
    let mut result = Opt::None;
    version_2::get_initial_cwd(&mut result);
    if let Opt::None = result {
        version_3::get_initial_cwd(&mut result);
    }
    result
}
