//! Everything around the adapters: two memories, and functions that record their arguments.

use wasmtime::{Caller, Engine, ExternType, Global, Instance, Linker, Memory, MemoryType, Module, Store, Val, ValType};

use super::super::wit;

/// The vfs's handles have it.
pub(super) const TAG: u64 = 1 << 30;
/// Where the vfs puts results that are no core values.
pub(super) const RESULT: u32 = 1024;
/// Where the vfs's memory is handed out from.
pub(super) const VFS_HEAP: u32 = 0x8000;
/// Where the app's memory is handed out from.
pub(super) const APP_HEAP: u32 = 0x9000;
/// Bytes of the app's memory.
pub(super) const SIZE: u32 = 1 << 16;

/// What a rig writes down.
#[derive(Default)]
pub(super) struct Log {
    /// Module and name of functions, and their arguments as unsigned numbers.
    pub(super) calls: Vec<(String, Vec<u64>)>,
    /// What the functions answer; `None`: their first argument.
    pub(super) answer: Option<u64>,
    /// Added to each address of the app's realloc.
    pub(super) app_skew: u32,
    vfs_next: u32,
    app_next: u32,
}

/// Instantiated adapters.
pub(super) struct Rig {
    pub(super) store: Store<Log>,
    app: Memory,
    vfs: Memory,
    glue: Instance,
}

impl Rig {
    /// Instantiates the adapters for a package of WIT; see [`wit::glue`].
    pub(super) fn new(text: &str) -> Self {
        Self::with_pages(text, 1)
    }

    /// The same, with so many pages of the app's memory.
    pub(super) fn with_pages(text: &str, pages: u32) -> Self {
        let glue = wit::glue(text).unwrap();
        let mut config = wasmtime::Config::new();
        config.wasm_multi_memory(true);
        let engine = Engine::new(&config).unwrap();
        let module = Module::new(&engine, glue).unwrap();
        let log = Log { answer: Some(RESULT.into()), vfs_next: VFS_HEAP, app_next: APP_HEAP, ..Log::default() };
        let mut store = Store::new(&engine, log);
        let [vfs, app] = [16, pages].map(|pages| Memory::new(&mut store, MemoryType::new(pages, Some(pages))).unwrap());
        let mut linker = Linker::new(&engine);
        for import in module.imports() {
            let name = format!("{} {}", import.module(), import.name());
            match import.ty() {
                ExternType::Memory(_) => {
                    let memory = if import.module() == "vfs" { vfs } else { app };
                    linker.define(&store, import.module(), "memory", memory).unwrap();
                }
                ExternType::Func(ty) => {
                    let of_64_bits = ty.results().any(|result| matches!(result, ValType::I64));
                    let answer = move |mut caller: Caller<'_, Log>, args: &[Val], results: &mut [Val]| {
                        let args: Vec<_> = args.iter().map(number).collect();
                        let log = caller.data_mut();
                        let answer = log.answer(&name, &args);
                        log.calls.push((name.clone(), args));
                        for result in results {
                            *result = if of_64_bits { Val::I64(answer.cast_signed()) } else { Val::I32(answer as i32) };
                        }
                        Ok(())
                    };
                    linker.func_new(import.module(), import.name(), ty, answer).unwrap();
                }
                ExternType::Global(ty) => {
                    let global = Global::new(&mut store, ty, Val::I32(0)).unwrap();
                    linker.define(&store, import.module(), import.name(), global).unwrap();
                }
                other => panic!("{other:?}"),
            }
        }
        let glue = linker.instantiate(&mut store, &module).unwrap();
        Self { store, app, vfs, glue }
    }

    /// Calls an adapter. Returns `None` if it traps.
    pub(super) fn call(&mut self, name: &str, args: &[u64]) -> Option<Vec<u64>> {
        let function = self.glue.get_func(&mut self.store, name).unwrap();
        let ty = function.ty(&self.store);
        let args: Vec<_> = ty.params().zip(args).map(|(ty, number)| value(&ty, *number)).collect();
        let mut results: Vec<_> = ty.results().map(|ty| value(&ty, 0)).collect();
        match function.call(&mut self.store, &args, &mut results) {
            Ok(()) => Some(results.iter().map(number).collect()),
            Err(error) => {
                assert!(error.is::<wasmtime::Trap>(), "{error:?}");
                None
            }
        }
    }

    /// Fails unless a call traps with nothing done in the vfs.
    pub(super) fn traps_untouched(&mut self, name: &str, args: &[u64]) {
        let (before, next) = (self.vfs.data(&self.store).to_vec(), self.store.data().vfs_next);
        self.store.data_mut().calls.clear();
        assert_eq!(self.call(name, args), None, "{name} {args:x?}");
        assert_eq!(self.store.data().calls, [], "{name} {args:x?}");
        assert_eq!(self.store.data().vfs_next, next);
        assert!(self.vfs.data(&self.store) == before);
    }

    /// Takes what was called since the last time.
    pub(super) fn calls(&mut self) -> Vec<(String, Vec<u64>)> {
        std::mem::take(&mut self.store.data_mut().calls)
    }

    /// Takes what was called since the last time, which is one function, without any asking for memory.
    pub(super) fn call_made(&mut self) -> (String, Vec<u64>) {
        let mut calls = self.calls();
        calls.retain(|(name, _)| !name.ends_with("realloc"));
        assert_eq!(calls.len(), 1, "{calls:?}");
        calls.remove(0)
    }

    pub(super) fn put_in_app(&mut self, at: u32, bytes: impl AsRef<[u8]>) {
        self.app.write(&mut self.store, at as usize, bytes.as_ref()).unwrap();
    }

    pub(super) fn put_in_vfs(&mut self, at: u32, bytes: impl AsRef<[u8]>) {
        self.vfs.write(&mut self.store, at as usize, bytes.as_ref()).unwrap();
    }

    pub(super) fn app_bytes(&self, at: u32, size: u32) -> &[u8] {
        &self.app.data(&self.store)[at as usize..][..size as usize]
    }

    pub(super) fn vfs_bytes(&self, at: u32, size: u32) -> &[u8] {
        &self.vfs.data(&self.store)[at as usize..][..size as usize]
    }

    /// A 32-bit number in the app's memory.
    pub(super) fn app_word(&self, at: u32) -> u32 {
        u32::from_le_bytes(self.app_bytes(at, 4).try_into().unwrap())
    }

    /// A 32-bit number in the vfs's memory.
    pub(super) fn vfs_word(&self, at: u32) -> u32 {
        u32::from_le_bytes(self.vfs_bytes(at, 4).try_into().unwrap())
    }

    /// The bytes that an address and a length in the app's memory stand for.
    pub(super) fn app_list(&self, at: u32) -> &[u8] {
        self.app_bytes(self.app_word(at), self.app_word(at + 4))
    }

    /// The bytes that an address and a length in the vfs's memory stand for.
    pub(super) fn vfs_list(&self, at: u32) -> &[u8] {
        self.vfs_bytes(self.vfs_word(at), self.vfs_word(at + 4))
    }
}

impl Log {
    fn answer(&mut self, name: &str, args: &[u64]) -> u64 {
        let (next, skew) = match name {
            "vfs cabi_realloc" => (&mut self.vfs_next, 0),
            "app realloc" => (&mut self.app_next, self.app_skew),
            _ => return self.answer.unwrap_or_else(|| args[0]),
        };
        let [0, 0, align, size] = args else { panic!("{args:?}") };
        let at = next.next_multiple_of(*align as u32) + skew;
        *next = at + *size as u32;
        at.into()
    }
}

/// Numbers of 32 bits one after the other, as in memory.
pub(super) fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A call as it is written down.
pub(super) fn made(name: &str, args: &[u64]) -> (String, Vec<u64>) {
    (name.to_owned(), args.to_vec())
}

fn number(value: &Val) -> u64 {
    match value {
        Val::I32(number) => number.cast_unsigned().into(),
        Val::I64(number) => number.cast_unsigned(),
        Val::F32(bits) => u64::from(*bits),
        Val::F64(bits) => *bits,
        other => panic!("{other:?}"),
    }
}

fn value(ty: &ValType, number: u64) -> Val {
    match ty {
        ValType::I32 => Val::I32(number as i32),
        ValType::I64 => Val::I64(number.cast_signed()),
        ValType::F32 => Val::F32(number as u32),
        ValType::F64 => Val::F64(number),
        other => panic!("{other:?}"),
    }
}
