//! Handles that the app has not: the call traps, and has changed nothing.

use wit_parser::Type;
use wit_parser::abi::{FlatTypes, WasmType};

use super::{APP, Kind, Linked, POLLABLES, RESULT, ROOM, Started, VFS};

/// The vfs's.
const MARK: u64 = 1 << 30;
/// Where the vfs's data begins. Its stack and the first part of its heap lie before.
const DATA: usize = 258 << 10;

impl Started<'_> {
    /// What the app has of other kinds, numbers near what it has of this one, and one of it that is dropped.
    fn foreign(&mut self, kind: &str) -> Vec<u64> {
        let own = self.handles.iter().find(|(one, _)| *one == kind).unwrap().1;
        let others = self.handles.iter().filter(|(one, _)| *one != kind).map(|(_, handle)| *handle);
        let near = [MARK, MARK | 77, MARK | 0x3fff_ffff, own + (99 << 20), own | 0xf_ffff];
        let mut all: Vec<_> = others.chain(near).collect();
        assert!(self.call(&format!("[resource-drop]{kind}"), &[own]).is_some());
        all.push(own);
        all
    }

    /// How many core parameters a type takes.
    fn places(&self, ty: Type) -> usize {
        let mut storage = [WasmType::I32; 16];
        let mut flat = FlatTypes::new(&mut storage);
        self.linked.resolve.push_flat(&ty, &mut flat);
        flat.to_vec().len()
    }

    /// Calls a function that must trap, and looks at the tree then.
    fn assert_traps(&mut self, name: &str, args: &[u64]) {
        let memory = self.runner.memory(VFS);
        let before = memory.data(&self.runner.store).to_vec();
        assert_eq!(self.call(name, args), None, "{name} {args:x?}");
        self.give_back(&before);
        self.assert_whole();
    }

    /// A trap leaves the state of the vfs lent, and no engine enters a component again after one. Here the state is given back.
    fn give_back(&mut self, before: &[u8]) {
        let memory = self.runner.memory(VFS);
        let words = memory.data(&self.runner.store).chunks(4).zip(before.chunks(4)).enumerate();
        let lent = words.filter(|(_, (now, before))| *before == [0; 4] && *now == [0xff; 4]).map(|(word, _)| word * 4);
        let lent: Vec<_> = lent.filter(|at| *at >= DATA).collect();
        assert!(lent.len() <= 1, "{lent:?}");
        for at in lent {
            memory.write(&mut self.runner.store, at, &[0; 4]).unwrap();
        }
    }
}

#[test]
fn wrong_handles_trap_and_have_changed_nothing() {
    let linked = Linked::new();
    let mut called = 0;
    for (name, function) in &linked.functions {
        for (place, param) in function.params.iter().enumerate() {
            let mut started = linked.start();
            let Kind::Handle(kind) = started.kind(param.ty) else { continue };
            let slot: usize = function.params[..place].iter().map(|param| started.places(param.ty)).sum();
            let mut args = started.arguments(function);
            for wrong in started.foreign(&kind) {
                args[slot] = wrong;
                started.assert_traps(name, &args);
                called += 1;
            }
        }
    }
    assert!(called > 400, "{called}");
}

#[test]
fn wrong_handles_in_a_poll_trap() {
    let linked = Linked::new();
    let mut started = linked.start();
    let good = started.handles.iter().find(|(kind, _)| *kind == "pollable").unwrap().1;
    let stream = started.handles.iter().find(|(kind, _)| *kind == "input-stream").unwrap().1;
    let stale = started.call("wasi:io/streams#[method]input-stream.subscribe", &[stream]).unwrap()[0];
    assert!(started.call("[resource-drop]pollable", &[stale]).is_some());
    for wrong in [stale, stream, MARK] {
        let list = [good as u32, wrong as u32].map(u32::to_le_bytes).concat();
        started.runner.memory(APP).write(&mut started.runner.store, POLLABLES as usize, &list).unwrap();
        started.assert_traps("wasi:io/poll#poll", &[POLLABLES, 2, RESULT]);
    }
}

#[test]
fn wrong_drops_trap_and_have_changed_nothing() {
    let linked = Linked::new();
    for kind in ["descriptor", "directory-entry-stream", "input-stream", "output-stream", "pollable", "error"] {
        let mut started = linked.start();
        for wrong in started.foreign(kind) {
            started.assert_traps(&format!("[resource-drop]{kind}"), &[wrong]);
        }
    }
}

#[test]
fn text_that_is_not_utf8_traps_and_has_changed_nothing() {
    let linked = Linked::new();
    let mut called = 0;
    for (name, function) in &linked.functions {
        for (place, param) in function.params.iter().enumerate() {
            let mut started = linked.start();
            let Kind::String = started.kind(param.ty) else { continue };
            let slot: usize = function.params[..place].iter().map(|param| started.places(param.ty)).sum();
            let mut args = started.arguments(function);
            // A byte that never is; a first byte without its second; a surrogate; a longer form than need be; beyond the last.
            let texts: [&[u8]; 5] = [b"\xff", b"new\xc3", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80"];
            for text in texts {
                let memory = started.runner.memory(APP);
                memory.write(&mut started.runner.store, ROOM as usize, text).unwrap();
                args[slot..slot + 2].copy_from_slice(&[ROOM, text.len() as u64]);
                started.assert_traps(name, &args);
                called += 1;
            }
        }
    }
    assert!(called > 50, "{called}");
}
