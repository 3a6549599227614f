//! Types for which no adapter can be generated, and the errors for them.

use super::wit::{glue, glue_of_group};
use vfs_compose_adapter::{Encoding, Group};

fn reason(items: &str) -> String {
    glue(&format!("package test:virtual; interface api {{ {items} }}")).unwrap_err().to_string()
}

#[test]
fn types_that_are_not_carried_are_named() {
    for (parameter, what) in [
        ("stream<u8>", "a stream"),
        ("future<u8>", "a future"),
        ("list<tuple<u8, option<stream<u8>>>>", "a stream"),
        ("list<u8, 4>", "a list of fixed length"),
        ("map<string, u8>", "a map"),
        ("error-context", "an error context"),
    ] {
        let words = format!("`test:virtual/api#f` has {what} in its signature, which linking does not support");
        assert_eq!(reason(&format!("f: func(p: {parameter});")), words);
        assert_eq!(reason(&format!("f: func() -> {parameter};")), words);
    }
}

#[test]
fn asynchronous_functions_are_refused() {
    assert_eq!(
        reason("f: async func();"),
        "`test:virtual/api#f` is asynchronous, and linking supports only synchronous calls"
    );
}

#[test]
fn what_a_lowering_lacks_is_named() {
    let of = |function: &str, has_memory| {
        let text = format!("package test:virtual; interface api {{ {function} }}");
        glue_of_group(&text, Group { has_memory, has_realloc: false, encoding: Encoding::Utf8 })
            .unwrap_err()
            .to_string()
    };
    let without = |what| format!("`test:virtual/api#f` is lowered without {what}");
    assert_eq!(of("f: func(path: string);", false), without("a memory"));
    assert_eq!(of("f: func() -> option<u8>;", false), without("a memory"));
    assert_eq!(of("f: func() -> string;", true), without("a realloc"));
}
