//! `wasi:cli/exit` of the host.

#[link(wasm_import_module = "wasi:cli/exit")]
unsafe extern "C" {
    /// Ends the program. `status` is 0 for success and 1 for failure.
    pub safe fn exit(status: u32);
    #[link_name = "exit-with-code"]
    pub safe fn exit_with_code(code: u32);
}
