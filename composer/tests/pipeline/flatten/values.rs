//! Values that a part sends: those that are none of their type trap, and bits that do not count are not seen.

use wit_component::StringEncoding;

use super::rig::{command, end, flat, library, plugged};
use crate::apps;
use crate::run::End;
use vfs_compose_adapter::AdapterError;
use vfs_compose_flatten::FlattenError;

/// A call of one function.
struct Call<'a> {
    /// Of the function in WIT.
    signature: &'a str,
    /// The core type as the caller has it, what it has in memory at address 0, and its code, which answers 0 if all is well.
    caller: (&'a str, &'a str, &'a str),
    /// The same of the callee.
    callee: (&'a str, &'a str, &'a str),
}

impl Call<'_> {
    fn end(&self) -> End {
        let types = "enum three { a, b, c } flags two { a, b } variant four { a(u64), b(string), c(f32), d }";
        let flags = |count: u32| (0..count).map(|number| format!("f{number},")).collect::<String>();
        let flags = format!("flags thirty-one {{ {} }} flags thirty-two {{ {} }}", flags(31), flags(32));
        let interface = format!("{types} {flags} f: func{};", self.signature);
        let (ty, data, code) = self.caller;
        let imports = format!(r#"(import "lib" "f" (func $f {ty}))"#);
        let command = command(&interface, &imports, data, code);
        let (ty, data, code) = self.callee;
        let code = format!(r#"(func (export "lib#f") {ty} {code}) (data (i32.const 0) "{data}")"#);
        end(&plugged(command, library(&interface, &code)))
    }
}

/// How a call must end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    Well,
    Badly,
}

fn must(end: Ends, call: &Call<'_>) {
    let how = call.end();
    let ends = match how {
        End::Returned(Ok(())) => Ends::Well,
        End::Trapped(_) => Ends::Badly,
        _ => panic!("{how:?}"),
    };
    assert!(ends == end, "{} {:?} {:?}: {how:?}", call.signature, call.caller, call.callee);
}

/// A call with one core parameter, of which the callee must see another.
fn number<'a>(ty: &'a str, code: &'a str, callee: &'a str) -> Call<'a> {
    Call { signature: ty, caller: ("(param i32)", "", code), callee: ("(param i32)", "", callee) }
}

#[test]
fn numbers() {
    let sent = "(call $f (i32.const 0xfffffe80)) (i32.const 0)";
    for (ty, seen) in [
        ("(x: u8)", "0x80"),
        ("(x: s8)", "-128"),
        ("(x: u16)", "0xfe80"),
        ("(x: s16)", "-384"),
        ("(x: u32)", "0xfffffe80"),
        ("(x: bool)", "1"),
        ("(x: two)", "0"),
        ("(x: thirty-one)", "0x7ffffe80"),
        ("(x: thirty-two)", "0xfffffe80"),
    ] {
        let seen = format!("(if (i32.ne (local.get 0) (i32.const {seen})) (then unreachable))");
        must(Ends::Well, &number(ty, sent, &seen));
        // A wrong expectation fails, so the one above is looked at.
        must(Ends::Badly, &number(ty, sent, &seen.replace("i32.ne", "i32.eq")));
    }
}

#[test]
fn numbers_that_are_no_value() {
    for (ty, good, bad) in [
        ("(x: three)", 2, 3),
        ("(x: char)", 0xd7ff, 0xd800),
        ("(x: char)", 0xe000, 0xdfff),
        ("(x: char)", 0x10_ffff, 0x11_0000),
    ] {
        must(Ends::Well, &number(ty, &format!("(call $f (i32.const {good})) (i32.const 0)"), ""));
        must(Ends::Badly, &number(ty, &format!("(call $f (i32.const {bad})) (i32.const 0)"), ""));
    }
}

const TEXT: [&str; 16] = [
    r"\7f",
    r"\c2\80",
    r"\df\bf",
    r"\e0\a0\80",
    r"\ed\9f\bf",
    r"\ee\80\80",
    r"\ef\bf\bf",
    r"\f0\90\80\80",
    r"\f3\bf\bf\bf",
    r"\f4\8f\bf\bf",
    r"0123456",
    r"01234567",
    r"0123456789abcdef\c3\a4",
    r"\c3\a40123456789abcdef",
    r"0123456\c3\a4",
    "",
];

const NO_TEXT: [&str; 22] = [
    r"\80",
    r"\bf",
    r"\c0\80",
    r"\c1\bf",
    r"\c2",
    r"\c2\c2",
    r"\c2\7f",
    r"\e0\9f\bf",
    r"\ed\a0\80",
    r"\ed\bf\bf",
    r"\ef\bf",
    r"\ef\bfx",
    r"\f0\8f\bf\bf",
    r"\f4\90\80\80",
    r"\f5\80\80\80",
    r"\f8\88\80\80\80",
    r"\ff",
    r"\fe",
    r"0123456789abcdef\80",
    r"0123456\c3",
    r"\c301234567",
    r"\f0\9f\98",
];

/// How many bytes a text of the tests is.
fn bytes(text: &str) -> usize {
    text.len() - 2 * text.matches('\\').count()
}

#[test]
fn text_to_a_part() {
    let send = |text: &str, ends: Ends| {
        let code = format!("(call $f (i32.const 0) (i32.const {})) (i32.const 0)", bytes(text));
        let ty = "(param i32 i32)";
        must(ends, &Call { signature: "(s: string)", caller: (ty, text, &code), callee: (ty, "", "") });
    };
    TEXT.iter().for_each(|text| send(text, Ends::Well));
    NO_TEXT.iter().for_each(|text| send(text, Ends::Badly));
}

#[test]
fn text_from_a_part() {
    let get = |text: &str, ends: Ends| {
        let count = bytes(text);
        let caller = format!("(call $f (i32.const 8)) (i32.ne (i32.load (i32.const 12)) (i32.const {count}))");
        let callee = format!("(i32.store (i32.const 68) (i32.const {count})) (i32.const 64)");
        must(
            ends,
            &Call {
                signature: "() -> string",
                caller: ("(param i32)", "", &caller),
                callee: ("(result i32)", text, &callee),
            },
        );
    };
    [TEXT[9], TEXT[12], TEXT[15]].iter().for_each(|text| get(text, Ends::Well));
    [NO_TEXT[3], NO_TEXT[8], NO_TEXT[18]].iter().for_each(|text| get(text, Ends::Badly));
}

#[test]
fn lists_that_lie_outside() {
    let send = |ty: &str, address: u32, count: u32, ends: Ends| {
        let signature = format!("(l: list<{ty}>)");
        let code = format!("(call $f (i32.const {address}) (i32.const {count})) (i32.const 0)");
        let ty = "(param i32 i32)";
        must(ends, &Call { signature: &signature, caller: (ty, "", &code), callee: (ty, "", "") });
    };
    for (ty, address, count) in [("u8", 65536, 0), ("u8", 65535, 1), ("u64", 65528, 1), ("u64", 57344, 1024)] {
        send(ty, address, count, Ends::Well);
    }
    for (ty, address, count) in [
        ("u8", 65537, 0),
        ("u8", 65535, 2),
        ("u8", 0xffff_fff0, 100),
        ("u8", 0, 0xffff_ffff),
        ("u64", 8, 0x2000_0000),
        ("u64", 65528, 2),
        ("u64", 4, 1),
        ("u16", 1, 1),
        ("u32", 2, 0),
    ] {
        send(ty, address, count, Ends::Badly);
    }
}

#[test]
fn lists_in_lists_that_lie_outside() {
    // One element: a list at an address, of so many.
    let send = |data: &str, ends: Ends| {
        let (ty, code) = ("(param i32 i32)", "(call $f (i32.const 0) (i32.const 1)) (i32.const 0)");
        must(ends, &Call { signature: "(l: list<list<u32>>)", caller: (ty, data, code), callee: (ty, "", "") });
    };
    send(r"\00\00\00\00\02\00\00\00", Ends::Well);
    send(r"\02\00\00\00\02\00\00\00", Ends::Badly);
    send(r"\00\00\01\00\01\00\00\00", Ends::Badly);
    send(r"\00\00\00\00\00\00\00\40", Ends::Badly);
}

#[test]
fn places_for_results_and_results_that_lie_outside() {
    let get = |place: u32, result: u32, ends: Ends| {
        let caller = format!("(call $f (i32.const {place})) (i32.const 0)");
        let callee = format!("(i32.const {result})");
        must(
            ends,
            &Call {
                signature: "() -> tuple<u32, u64>",
                caller: ("(param i32)", "", &caller),
                callee: ("(result i32)", "", &callee),
            },
        );
    };
    get(8, 8, Ends::Well);
    get(65520, 65520, Ends::Well);
    for (place, result) in [(4, 8), (8, 4), (65528, 8), (8, 65528), (0xffff_fff8, 8), (8, 0xffff_fff8)] {
        get(place, result, Ends::Badly);
    }
}

#[test]
fn cases_in_memory_and_as_parameters() {
    let send = |case: u32, ends: Ends| {
        let caller = format!("(call $f (i32.const {case}) (i64.const 7) (i32.const 0)) (i32.const 0)");
        let ty = "(param i32 i64 i32)";
        must(ends, &Call { signature: "(v: four)", caller: (ty, "", &caller), callee: (ty, "", "") });
        let (data, code) = (format!(r"\{case:02x}"), "(call $f (i32.const 0) (i32.const 1)) (i32.const 0)");
        let ty = "(param i32 i32)";
        must(ends, &Call { signature: "(v: list<option<bool>>)", caller: (ty, &data, code), callee: (ty, "", "") });
    };
    [0, 1].iter().for_each(|case| send(*case, Ends::Well));
    [4, 255].iter().for_each(|case| send(*case, Ends::Badly));
}

#[test]
fn a_text_in_a_case_that_shares_its_place() {
    let code = |address: i64| format!("(call $f (i32.const 1) (i64.const {address}) (i32.const 2)) (i32.const 0)");
    let ty = "(param i32 i64 i32)";
    let seen = r#"
      (if (i32.ne (local.get 0) (i32.const 1)) (then unreachable))
      (if (i32.ne (local.get 2) (i32.const 2)) (then unreachable))
      (if (i32.ne (i32.load16_u (i32.wrap_i64 (local.get 1))) (i32.const 0x6968)) (then unreachable))"#;
    let call = |data: &str, address: i64, end: Ends| {
        must(end, &Call { signature: "(v: four)", caller: (ty, data, &code(address)), callee: (ty, "", seen) });
    };
    call("hi", 0, Ends::Well);
    // The upper half does not count.
    call("hi", 0x7_0000_0000, Ends::Well);
    call(r"\ff\ff", 0, Ends::Badly);
    call("hi", 0xffff_fff0, Ends::Badly);
}

#[test]
fn text_in_another_encoding() {
    let interface = "f: func(s: string);";
    let code = r#"(module (memory (export "memory") 1)
      (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "lib#f") (param i32 i32)))"#;
    let world = format!("export lib: interface {{ {interface} }}");
    let library = apps::written_in(StringEncoding::UTF16, &["0.2.3"], &world, code);
    let imports = r#"(import "lib" "f" (func $f (param i32 i32)))"#;
    let app = plugged(command(interface, imports, "", "(call $f (i32.const 0) (i32.const 0)) (i32.const 0)"), library);
    let error = flat(&app).map(|_| ()).unwrap_err();
    assert!(
        matches!(&error, FlattenError::Adapter(AdapterError::Type { function, what }) if function == "lib#f" && what.contains("UTF-8")),
        "{error}"
    );
}
