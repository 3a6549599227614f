//! `wasi:clocks/monotonic-clock` of the host.

#[link(wasm_import_module = "wasi:clocks/monotonic-clock")]
unsafe extern "C" {
    pub safe fn now() -> u64;
    pub safe fn resolution() -> u64;
    #[link_name = "subscribe-instant"]
    pub safe fn subscribe_instant(when: u64) -> u32;
    #[link_name = "subscribe-duration"]
    pub safe fn subscribe_duration(when: u64) -> u32;
}
