//! `wasi:cli/{stdin,stdout,stderr}` of the host.

mod stdin {
    #[link(wasm_import_module = "wasi:cli/stdin")]
    unsafe extern "C" {
        #[link_name = "get-stdin"]
        pub safe fn get_stdin() -> u32;
    }
}

mod stdout {
    #[link(wasm_import_module = "wasi:cli/stdout")]
    unsafe extern "C" {
        #[link_name = "get-stdout"]
        pub safe fn get_stdout() -> u32;
    }
}

mod stderr {
    #[link(wasm_import_module = "wasi:cli/stderr")]
    unsafe extern "C" {
        #[link_name = "get-stderr"]
        pub safe fn get_stderr() -> u32;
    }
}

pub use stderr::get_stderr;
pub use stdin::get_stdin;
pub use stdout::get_stdout;
