//! Prints what `wasi:config` has for each argument; `--all` is everything, and `--earlier` everything by the interface's earlier name.

use std::{env, fs};

mod today {
    wit_bindgen::generate!({
        inline: "
            package wasi:config@0.2.0-rc.1;
            interface store {
                variant error { upstream(string), io(string) }
                get: func(key: string) -> result<option<string>, error>;
                get-all: func() -> result<list<tuple<string, string>>, error>;
            }
            world app { import store; }",
    });
}

mod earlier {
    wit_bindgen::generate!({
        inline: "
            package wasi:config@0.2.0-draft;
            interface runtime {
                variant config-error { upstream(string), io(string) }
                get: func(key: string) -> result<option<string>, config-error>;
                get-all: func() -> result<list<tuple<string, string>>, config-error>;
            }
            world app { import runtime; }",
    });
}

use earlier::wasi::config::runtime;
use today::wasi::config::store;

fn main() {
    println!("a file: {:?}", fs::read_to_string("/greeting.txt"));
    for key in env::args().skip(1) {
        match key.as_str() {
            "--all" => println!("all: {:?}", store::get_all()),
            "--earlier" => println!("earlier: {:?}", runtime::get_all()),
            key => println!("{key:?}: {:?}, {:?}", store::get(key), runtime::get(key)),
        }
    }
}
