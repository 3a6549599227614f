//! Core modules: what is kept, renumbered and ordered.

use vfs_compose_ir::Malformed;
use vfs_compose_ir::core_module::{CoreModule, Export, FunctionId, Import};
use wasm_encoder::{
    CodeSection, ConstExpr, ExportKind, ExportSection, FunctionSection, GlobalSection, GlobalType, Instruction,
    MemorySection, MemoryType, Module, RefType, TableSection, TableType, TypeSection, ValType,
};
use wasmparser::Validator;

/// Returns the text of a module that was read, edited and encoded again.
fn edited(text: &str, edit: impl FnOnce(&mut CoreModule<'_>)) -> String {
    let bytes = wat::parse_str(text).unwrap();
    let mut module = CoreModule::read(&bytes).unwrap();
    edit(&mut module);
    let bytes = module.emit().unwrap();
    Validator::new().validate_all(&bytes).unwrap();
    wasmprinter::print_bytes(bytes).unwrap()
}

/// A module with everything that a linker makes.
const ALL: &str = r#"(module
    (import "host" "unused" (func (param i64)))
    (import "host" "f" (func $host (param i32) (result i32)))
    (memory (export "memory") 2 5)
    (table 3 3 funcref)
    (global $stack (mut i32) (i32.const 1024))
    (global $unused (mut i64) (i64.const -7))
    (global (export "__heap_base") i32 (i32.const 4096))
    (elem (i32.const 1) func $called $other)
    (func $nobody (result i64) global.get $unused)
    (func $other (param i32) (result i32) local.get 0)
    (func $called (param i32) (result i32)
        (global.set $stack (i32.sub (global.get $stack) (i32.const 16)))
        (i64.store offset=300 (i32.const 70000) (i64.const -1))
        (block (result i32) (call $host (i32.load offset=8 (local.get 0)))))
    (func (export "a#run") (param i32) (result i32)
        (call_indirect (param i32) (result i32) (local.get 0) (i32.const 1)))
    (data (i32.const 1024) "text")
    (data (i32.const 2048) "more"))"#;

#[test]
fn what_is_used_is_kept_and_all_else_left_out() {
    let expected = r#"(module
  (type (;0;) (func (param i32) (result i32)))
  (import "host" "f" (func (;0;) (type 0)))
  (table (;0;) 3 3 funcref)
  (memory (;0;) 2 5)
  (global (;0;) (mut i32) i32.const 1024)
  (global (;1;) i32 i32.const 4096)
  (export "memory" (memory 0))
  (export "__heap_base" (global 1))
  (export "a#run" (func 2))
  (elem (;0;) (i32.const 1) func 1 3)
  (func (;1;) (type 0) (param i32) (result i32)
    global.get 0
    i32.const 16
    i32.sub
    global.set 0
    i32.const 70000
    i64.const -1
    i64.store offset=300
    block (result i32) ;; label = @1
      local.get 0
      i32.load offset=8
      call 0
    end
  )
  (func (;2;) (type 0) (param i32) (result i32)
    local.get 0
    i32.const 1
    call_indirect (type 0)
  )
  (func (;3;) (type 0) (param i32) (result i32)
    local.get 0
  )
  (data (;0;) (i32.const 1024) "text")
  (data (;1;) (i32.const 2048) "more")
)
"#;
    assert_eq!(edited(ALL, |_| {}), expected);
}

#[test]
fn a_table_that_nobody_uses_keeps_nothing() {
    let text = edited(ALL, |module| module.exports.retain(|export| export.name != "a#run"));
    assert!(!text.contains("(func") && !text.contains("(table") && !text.contains("(elem"), "{text}");
}

#[test]
fn imports_are_renamed_replaced_and_added() {
    let text = edited(ALL, |module| {
        let (id, import) = module.imports().nth(1).map(|(id, import)| (id, import.clone())).unwrap();
        assert_eq!(import, Import { module: "host".into(), name: "f".into() });
        let other = module.add_import(Import { module: "other".into(), name: "g".into() }, id);
        module.replace(id, &[Instruction::LocalGet(0), Instruction::Call(other.0), Instruction::Call(other.0)]);
        module.rename_import(other, Import { module: "renamed".into(), name: "h".into() });
        // It is no import any more.
        module.rename_import(id, Import { module: "no".into(), name: "no".into() });
    });
    assert!(text.contains(r#"(import "renamed" "h" (func (;0;) (type 0)))"#) && !text.contains("host"), "{text}");
    assert!(text.contains("local.get 0\n    call 0\n    call 0"), "{text}");
}

#[test]
fn functions_globals_and_table_entries_are_added() {
    let text = edited(ALL, |module| {
        let global = module.add_variable();
        let (table_index, first) = module.add_table_entries(2);
        assert_eq!((table_index, first), (0, 3));
        let run = module.exports.iter().find(|export| export.name == "a#run").unwrap().index;
        let (type_index, ty) = module.type_of(FunctionId(run));
        assert_eq!((ty.params.len(), ty.results.len()), (1, 1));
        let code = [
            Instruction::I32Const(1),
            Instruction::GlobalSet(global),
            Instruction::LocalGet(0),
            Instruction::I32Const(3),
            Instruction::CallIndirect { type_index, table_index },
        ];
        let added = module.add_like(FunctionId(run), &code);
        module.exports.push(Export { name: "added".into(), kind: ExportKind::Func, index: added.0 });
    });
    assert!(text.contains("(table (;0;) 5 5 funcref)") && text.contains("global.set 2"), "{text}");
}

#[test]
fn calls_become_the_code_that_is_called() {
    let inlined = |text: &str| {
        edited(text, |module| {
            let (host, import) = module.imports().last().map(|(id, import)| (id, import.clone())).unwrap();
            assert_eq!(import.name, "f");
            let (type_index, _) = module.type_of(host);
            let (table_index, slot) = module.add_table_entries(1);
            let call =
                [Instruction::I32Const(slot.cast_signed()), Instruction::CallIndirect { type_index, table_index }];
            module.replace(host, &[&[Instruction::LocalGet(0)], &call[..]].concat());
            module.inline(host, &call).unwrap();
        })
    };
    let text = inlined(ALL);
    assert!(text.contains("i32.load offset=8\n      i32.const 3\n      call_indirect (type 0)\n    end"), "{text}");
    assert!(!text.contains("host") && text.matches("(func (;").count() == 3, "{text}");
    // Local variables in many pieces, several calls in one function, and one that is no call of it.
    let text = inlined(
        r#"(module
            (import "host" "f" (func $f (param i32) (result i32)))
            (memory 1)
            (table 1 funcref)
            (elem (i32.const 0) func $f)
            (func $g (param i32) (result i32) local.get 0)
            (func (export "run") (param i32) (result i32)
                (local i32 i64 i32)
                (local.set 3 (call $f (call $g (local.get 0))))
                (call $f (i32.add (local.get 1) (local.get 3)))))"#,
    );
    let code = "local.get 0\n    call 0\n    i32.const 1\n    call_indirect (type 0)\n    local.set 2\n    \
                local.get 1\n    local.get 2\n    i32.add\n    i32.const 1\n    call_indirect (type 0)\n  )";
    assert!(text.contains(code), "{text}");
    // The table refers to it, so it stays.
    assert!(text.contains("local.get 0\n    i32.const 1\n    call_indirect (type 0)\n  )"), "{text}");
}

/// A linker writes numbers that it fills in later with five bytes.
#[test]
fn numbers_become_as_short_as_they_can_be() {
    let [long, short] = [true, false].map(with_numbers);
    Validator::new().validate_all(&long).unwrap();
    assert!(long.len() > short.len() + 30);
    let [long, short] = [long, short].map(|bytes| CoreModule::read(&bytes).unwrap().emit().unwrap());
    Validator::new().validate_all(&long).unwrap();
    assert_eq!(long, short);
}

/// Returns a module with instructions that name something, by numbers of five bytes or of one.
fn with_numbers(is_long: bool) -> Vec<u8> {
    let mut code = vec![0];
    // i32.const 3, i32.load offset=5, global.set 0, call 1, i32.const 0, call_indirect 0 0
    let instructions: [(u8, &[u8]); 6] =
        [(0x41, &[3]), (0x28, &[2, 5]), (0x24, &[0]), (0x10, &[1]), (0x41, &[0]), (0x11, &[0, 0])];
    for (opcode, operands) in instructions {
        code.push(opcode);
        for operand in operands {
            code.extend(if is_long { vec![operand | 0x80, 0x80, 0x80, 0x80, 0] } else { vec![*operand] });
        }
    }
    code.push(0x0b);
    let (mut types, mut functions, mut tables) = (TypeSection::new(), FunctionSection::new(), TableSection::new());
    types.ty().function([], []);
    functions.function(0).function(0);
    let element_type = RefType::FUNCREF;
    tables.table(TableType { element_type, table64: false, minimum: 1, maximum: None, shared: false });
    let (mut memories, mut globals, mut exports) = (MemorySection::new(), GlobalSection::new(), ExportSection::new());
    memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    globals.global(GlobalType { val_type: ValType::I32, mutable: true, shared: false }, &ConstExpr::i32_const(0));
    exports.export("f", ExportKind::Func, 0);
    let mut codes = CodeSection::new();
    codes.raw(&code).raw(&[0, 0x0b]);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&tables).section(&memories).section(&globals);
    module.section(&exports).section(&codes);
    module.finish()
}

/// The most called functions come first, then each export with what only it calls.
#[test]
fn shared_functions_come_first() {
    let many: String = (0..60).map(|number| format!("(func $f{number} (result i32) i32.const {number})")).collect();
    let calls: String = (0..60).map(|number| format!("(drop (call $f{number}))")).collect();
    let text = format!(
        r#"(module (memory 1)
          (func $own (result i32) i32.const 1000)
          {many}
          (func $deep (result i32) i32.const 2000)
          (func (export "x") (drop (call $own)) (drop (call $deep)))
          (func (export "y") {calls} {calls} (drop (call $deep)) (drop (call $deep))))"#
    );
    let text = edited(&text, |_| {});
    let functions: Vec<_> = text.split("(func (;").skip(1).collect();
    assert!(functions[0].contains("i32.const 2000"), "{}", functions[0]);
    let own = functions.iter().position(|function| function.contains("i32.const 1000\n")).unwrap();
    let export = functions.iter().position(|function| function.contains("drop")).unwrap();
    assert_eq!((export, own), (48, 49));
}

/// Each of them is called often enough to come first, and calls itself and the other.
#[test]
fn functions_that_call_themselves_have_one_place() {
    let text = r#"(module (memory 1)
      (func $a (export "a") call $a call $b)
      (func $b (export "b") call $a call $b))"#;
    assert_eq!(edited(text, |_| {}).matches("(func (;").count(), 2);
}

#[test]
fn what_no_linker_makes_is_refused() {
    for text in [
        r#"(module (import "a" "g" (global i32)))"#,
        "(module (memory 1) (memory 1))",
        "(module (memory i64 1))",
        "(module (func $f) (start $f))",
        r#"(module (memory 1) (data "passive"))"#,
        "(module (func $f) (elem declare func $f))",
        "(module (func $f) (global funcref (ref.func $f)))",
        "(module (tag))",
    ] {
        let bytes = wat::parse_str(text).unwrap();
        assert!(matches!(CoreModule::read(&bytes), Err(Malformed::Part { .. })), "{text}");
    }
    assert!(matches!(CoreModule::read(b"\0asm\x01\0\0\0\x01"), Err(Malformed::Broken { .. })));
}

/// Their numbers would stay what they are while those of the definitions change.
#[test]
fn instructions_that_no_linker_writes_are_refused() {
    for code in [
        "(drop (table.get $t (i32.const 0)))",
        "(drop (table.grow $t (ref.null func) (i32.const 1)))",
        "(table.fill $t (i32.const 0) (ref.null func) (i32.const 1))",
        "(drop (ref.func $f))",
        "(drop (ref.null func))",
        "(try_table)",
    ] {
        let text = format!(
            r#"(module (memory 1) (table $t 1 funcref) (elem (i32.const 0) $f)
                 (func $f (export "f") {code}))"#
        );
        let bytes = wat::parse_str(text).unwrap();
        let refused = CoreModule::read(&bytes).and_then(|mut module| module.emit());
        assert!(matches!(refused, Err(Malformed::Part { .. })), "{code}: {refused:?}");
    }
}
