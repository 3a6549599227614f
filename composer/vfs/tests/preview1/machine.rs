//! A vfs, a bridge, a program, and a host that does as it is told.

use std::collections::{BTreeSet, VecDeque};

use vfs_abi::names::program;
use vfs_abi::settings::Settings;
use vfs_compose_rules::policy::Policy;
use vfs_compose_rules::policy::answers::Answers;
use vfs_compose_vfs::guest::{Guest, Needs};
use vfs_compose_vfs::link::bridge::{VFS, bridge};
use vfs_compose_vfs::specialize::{Embedding, HostFunction, TABLE, inside, preview1};
use vfs_compose_wasi::Wasi;
use vfs_preview1_abi::signature::{MODULE, SIGNATURES};
use wasmtime::{
    Caller, Config, Engine, Func, FuncType, Instance, Linker, Memory, Module, OptLevel, Ref, Store, TypedFunc, Val,
    ValType,
};

/// The preopen.
pub const ROOT: i32 = 3;
/// Where a test puts what it passes, and finds what it gets.
pub const RESULT: u32 = 64;
pub const VECTOR: u32 = 1024;
pub const PATH: u32 = 0x2000;
pub const DATA: u32 = 0x8000;

pub const CREATE: i32 = 1;
pub const DIRECTORY: i32 = 2;
pub const READ: i64 = 2;
pub const WRITE: i64 = 64;

pub const FAULT: i32 = 21;
pub const IO: i32 = 29;

/// A program that only has a memory, of two pages.
pub const MEMORY_ONLY: &str = r#"(module (memory (export "memory") 2))"#;

/// Names of the handles that the host gives.
const STREAMS: [(&str, &str, u32); 3] =
    [("wasi:cli/stdin", "get-stdin", 1), ("wasi:cli/stdout", "get-stdout", 2), ("wasi:cli/stderr", "get-stderr", 3)];
/// The handle of the host's error.
const ERROR: u32 = 9;
/// Added to the handle of a stream, for its pollable.
const POLLABLE: u32 = 100;
const TIMER: u32 = 200;

/// `cabi_realloc` of the vfs.
type Realloc = TypedFunc<(u32, u32, u32, u32), u32>;

/// What the host has, and what was asked of it.
#[derive(Default)]
pub struct Host {
    /// What comes in, piece by piece. An empty queue is the end.
    pub stdin: VecDeque<Vec<u8>>,
    /// What went out, piece by piece, each with the handle of its stream.
    pub out: Vec<(u32, Vec<u8>)>,
    /// After how many pieces the streams take no more: they are closed then, or fail.
    pub taken: Option<usize>,
    pub is_closed: bool,
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
    pub monotonic: u64,
    /// Which pollables are ready.
    pub ready: BTreeSet<u32>,
    /// The calls, each as `function` or `function:argument`; not those of the wall clock.
    pub calls: Vec<String>,
    /// What the host gives for `exit-with-code`; `None` if it does not have it.
    pub code: Option<u32>,
    pub vfs: Option<(Memory, Realloc)>,
    /// Called by `exit`.
    pub entered: Option<TypedFunc<(), i32>>,
    /// What that returned.
    pub reentry: Option<i32>,
}

/// How the machine is made.
pub struct Plan {
    pub policy: Policy,
    pub settings: Settings,
    pub program: String,
    pub needs: Needs,
    /// The functions of the vfs beside those of preview1.
    pub beside: Vec<&'static str>,
    /// The functions of the host that the result does not import.
    pub without: Vec<&'static str>,
    pub host: Host,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            settings: Settings::default(),
            program: MEMORY_ONLY.into(),
            needs: Needs { preview1: true, ..Needs::default() },
            beside: Vec::new(),
            without: Vec::new(),
            host: Host::default(),
        }
    }
}

pub struct Machine {
    pub store: Store<Host>,
    pub vfs: Instance,
    pub program: Instance,
    pub memory: Option<Memory>,
}

/// The encoded module, and the functions that it calls.
pub fn tailored(plan: &Plan, exports: &BTreeSet<String>) -> (Vec<u8>, Vec<HostFunction>) {
    let wasi = Wasi::new().unwrap();
    let mut settings = plan.settings.clone();
    plan.policy.settle(&mut settings);
    if settings.preopens.is_empty() {
        settings.preopens.push(("/".into(), "/".into()));
    }
    let answers = Answers::new(&plan.policy, &settings);
    let guest = Guest::choose(plan.needs).unwrap();
    let embedding = Embedding { guest, settings: settings.encode(), image_size: 0, answers };
    let slots = |path: &str, name: &str| {
        // As the linked form has it, for a program without WIT: nothing of 0.3.
        u32::from(!path.contains("@0.3") && !plan.without.contains(&name))
    };
    let made = inside(&wasi, exports, slots, &embedding).unwrap();
    (made.module, made.imports)
}

/// All functions of preview1.
pub fn all() -> BTreeSet<String> {
    SIGNATURES.iter().map(|signature| preview1::export(signature.name)).collect()
}

impl Machine {
    pub fn new(plan: Plan) -> Self {
        let mut exports = all();
        exports.extend(plan.beside.iter().map(|name| (*name).to_owned()));
        let (module, imports) = tailored(&plan, &exports);
        let mut config = Config::new();
        config.cranelift_opt_level(OptLevel::None);
        let engine = Engine::new(&config).unwrap();
        let mut store = Store::new(&engine, plan.host);
        let module = Module::new(&engine, module).unwrap();
        assert_eq!(module.imports().count(), 0);
        let vfs = Instance::new(&mut store, &module, &[]).unwrap();
        // The program's imports are the vfs's functions.
        let mut linker = Linker::new(&engine);
        for signature in SIGNATURES {
            let function = vfs.get_func(&mut store, &preview1::export(signature.name)).unwrap();
            linker.define(&store, MODULE, signature.name, function).unwrap();
        }
        let of_program = Module::new(&engine, wat::parse_str(&plan.program).unwrap()).unwrap();
        let of_program = linker.instantiate(&mut store, &of_program).unwrap();
        let memory = of_program.get_memory(&mut store, program::MEMORY);
        let vfs_memory = vfs.get_memory(&mut store, program::MEMORY).unwrap();
        let between = Module::new(&engine, bridge(memory.is_some())).unwrap();
        let mut linker = Linker::new(&engine);
        linker.define(&store, VFS, program::MEMORY, vfs_memory).unwrap();
        if let Some(memory) = memory {
            linker.define(&store, program::MODULE, program::MEMORY, memory).unwrap();
        }
        let between = linker.instantiate(&mut store, &between).unwrap();
        let table = vfs.get_table(&mut store, TABLE).unwrap();
        for import in imports {
            assert_eq!(import.slots, 1, "{import:?}");
            let function = if import.path == program::MODULE {
                between.get_func(&mut store, &import.name).unwrap()
            } else {
                of_host(&mut store, &import)
            };
            table.set(&mut store, import.slot.into(), Ref::Func(Some(function))).unwrap();
        }
        let realloc = vfs.get_typed_func(&mut store, "cabi_realloc").unwrap();
        let entered = vfs.get_typed_func(&mut store, &preview1::export("sched_yield")).unwrap();
        store.data_mut().vfs = Some((vfs_memory, realloc));
        store.data_mut().entered = Some(entered);
        Self { store, vfs, program: of_program, memory }
    }

    /// Calls a function of the vfs, and returns its result, if it returns.
    pub fn try_call(&mut self, name: &str, arguments: &[Val]) -> wasmtime::Result<Vec<Val>> {
        let function = self.vfs.get_func(&mut self.store, name).unwrap_or_else(|| panic!("there is no {name}"));
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        function.call(&mut self.store, arguments, &mut results)?;
        Ok(results)
    }

    /// Calls a function of preview1, and returns its error number.
    pub fn call(&mut self, name: &str, arguments: &[Val]) -> i32 {
        self.try_call(&preview1::export(name), arguments).unwrap()[0].unwrap_i32()
    }

    pub fn put(&mut self, address: u32, bytes: &[u8]) {
        self.memory.unwrap().write(&mut self.store, address as usize, bytes).unwrap();
    }

    pub fn get(&self, address: u32, length: usize) -> Vec<u8> {
        self.memory.unwrap().data(&self.store)[address as usize..][..length].to_vec()
    }

    pub fn all(&self) -> Vec<u8> {
        self.memory.unwrap().data(&self.store).to_vec()
    }

    pub fn u32(&self, address: u32) -> u32 {
        u32::from_le_bytes(self.get(address, 4).try_into().unwrap())
    }

    pub fn u64(&self, address: u32) -> u64 {
        u64::from_le_bytes(self.get(address, 8).try_into().unwrap())
    }

    /// Opens a file for reading and writing.
    pub fn open(&mut self, path: &str, flags: i32) -> Result<i32, i32> {
        self.put(PATH, path.as_bytes());
        let rights = if flags & DIRECTORY == 0 { READ | WRITE } else { 0 };
        let arguments = [i(ROOT), i(1), i(PATH as i32), i(path.len() as i32), i(flags), l(rights), l(0), i(0)];
        let arguments = [&arguments[..], &[i(RESULT as i32)]].concat();
        match self.call("path_open", &arguments) {
            0 => Ok(self.u32(RESULT) as i32),
            errno => Err(errno),
        }
    }

    /// Reads or writes, with one buffer at [`DATA`], and returns the number of bytes.
    pub fn transfer(&mut self, name: &str, fd: i32, length: u32) -> Result<u32, i32> {
        self.put(VECTOR, &[DATA.to_le_bytes(), length.to_le_bytes()].concat());
        match self.call(name, &[i(fd), i(VECTOR as i32), i(1), i(RESULT as i32)]) {
            0 => Ok(self.u32(RESULT)),
            errno => Err(errno),
        }
    }

    pub fn write(&mut self, fd: i32, bytes: &[u8]) -> Result<u32, i32> {
        self.put(DATA, bytes);
        self.transfer("fd_write", fd, bytes.len() as u32)
    }

    pub fn read(&mut self, fd: i32, length: u32) -> Result<Vec<u8>, i32> {
        self.transfer("fd_read", fd, length).map(|count| self.get(DATA, count as usize))
    }

    /// Texts that a function has copied out.
    pub fn texts(&mut self, sizes: &str, get: &str) -> Vec<String> {
        assert_eq!(self.call(sizes, &[i(RESULT as i32), i(RESULT as i32 + 4)]), 0);
        let (count, length) = (self.u32(RESULT), self.u32(RESULT + 4));
        assert_eq!(self.call(get, &[i(VECTOR as i32), i(DATA as i32)]), 0);
        let all = String::from_utf8(self.get(DATA, length as usize)).unwrap();
        let texts: Vec<_> = all.split_terminator('\0').map(str::to_owned).collect();
        assert_eq!(texts.len(), count as usize);
        texts
    }
}

pub fn i(number: i32) -> Val {
    Val::I32(number)
}

pub fn l(number: i64) -> Val {
    Val::I64(number)
}

/// Makes the function of the host behind an import.
fn of_host(store: &mut Store<Host>, import: &HostFunction) -> Func {
    let types = |types: &[wasm_encoder::ValType]| -> Vec<ValType> {
        let types = types.iter().map(|ty| match ty {
            wasm_encoder::ValType::I32 => ValType::I32,
            wasm_encoder::ValType::I64 => ValType::I64,
            other => panic!("{other:?}"),
        });
        types.collect()
    };
    let ty = FuncType::new(store.engine(), types(&import.params), types(&import.results));
    let (path, name) = (import.path.clone(), import.name.clone());
    let is_long = import.results.contains(&wasm_encoder::ValType::I64);
    Func::new(store, ty, move |mut caller: Caller<'_, Host>, arguments, results| {
        let arguments: Vec<u64> = arguments.iter().map(number).collect();
        let result = Call { caller: &mut caller, arguments: &arguments }.answer(&path, &name)?;
        if let Some(place) = results.first_mut() {
            *place = if is_long { Val::I64(result.cast_signed()) } else { Val::I32(result as i32) };
        }
        Ok(())
    })
}

fn number(value: &Val) -> u64 {
    match value {
        Val::I64(number) => number.cast_unsigned(),
        other => other.unwrap_i32().cast_unsigned().into(),
    }
}

struct Call<'c, 'h> {
    caller: &'c mut Caller<'h, Host>,
    arguments: &'c [u64],
}

impl Call<'_, '_> {
    fn answer(&mut self, path: &str, name: &str) -> wasmtime::Result<u64> {
        let first = self.arguments.first().copied().unwrap_or_default();
        // Every change of a file asks for the time.
        if path != "wasi:clocks/wall-clock" {
            self.caller.data_mut().calls.push(match self.arguments {
                [] => name.to_owned(),
                _ => format!("{name}:{first}"),
            });
        }
        if let Some((.., handle)) = STREAMS.iter().find(|(of, function, _)| (*of, *function) == (path, name)) {
            return Ok((*handle).into());
        }
        match name {
            _ if name.starts_with("[resource-drop]") => {}
            "[method]input-stream.blocking-read" => {
                let most = self.arguments[1] as usize;
                match self.caller.data_mut().stdin.pop_front() {
                    Some(mut bytes) => {
                        if bytes.len() > most {
                            let rest = bytes.split_off(most);
                            self.caller.data_mut().stdin.push_front(rest);
                        }
                        let list = self.list(&bytes, 1, bytes.len())?;
                        self.store(2, &[&[0; 4][..], &list].concat());
                    }
                    None => self.fail(2, true),
                }
            }
            "[method]output-stream.blocking-write-and-flush" => {
                let (place, length) = (self.arguments[1] as usize, self.arguments[2] as usize);
                let (memory, _) = self.vfs();
                let bytes = memory.data(&self.caller)[place..][..length].to_vec();
                let host = self.caller.data_mut();
                if host.taken.is_some_and(|most| host.out.len() >= most) {
                    self.fail(3, self.caller.data().is_closed);
                } else {
                    host.out.push((first as u32, bytes));
                    self.store(3, &[0]);
                }
            }
            "[method]input-stream.subscribe" | "[method]output-stream.subscribe" => {
                return Ok(first + u64::from(POLLABLE));
            }
            "subscribe-duration" => return Ok(TIMER.into()),
            "[method]pollable.ready" => return Ok(self.caller.data().ready.contains(&(first as u32)).into()),
            "poll" => {
                let (place, length) = (self.arguments[0] as usize, self.arguments[1] as usize);
                let (memory, _) = self.vfs();
                let handles = memory.data(&self.caller)[place..][..4 * length].to_vec();
                let handles = handles.chunks(4).map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap()));
                let ready = &self.caller.data().ready;
                let indexes = handles.zip(0_u32..).filter(|(handle, _)| ready.contains(handle)).map(|(_, index)| index);
                let indexes: Vec<u8> = indexes.flat_map(u32::to_le_bytes).collect();
                assert!(!indexes.is_empty(), "the host would wait for ever");
                let list = self.list(&indexes, 4, indexes.len() / 4)?;
                self.store(2, &list);
            }
            "now" if path == "wasi:clocks/wall-clock" => {
                self.store(0, &[&12_u64.to_le_bytes()[..], &34_u32.to_le_bytes()].concat());
            }
            "resolution" if path == "wasi:clocks/wall-clock" => {
                self.store(0, &[&0_u64.to_le_bytes()[..], &1000_u32.to_le_bytes()].concat());
            }
            "now" => return Ok(self.caller.data().monotonic),
            "resolution" => return Ok(7),
            "get-arguments" => {
                let arguments = self.caller.data().arguments.clone();
                let lists: wasmtime::Result<Vec<_>> =
                    arguments.iter().map(|one| self.list(one.as_bytes(), 1, one.len())).collect();
                let list = self.list(&lists?.concat(), 4, arguments.len())?;
                self.store(0, &list);
            }
            "get-environment" => {
                let environment = self.caller.data().environment.clone();
                let texts = environment.iter().flat_map(|(name, value)| [name, value]);
                let lists: wasmtime::Result<Vec<_>> =
                    texts.map(|one| self.list(one.as_bytes(), 1, one.len())).collect();
                let list = self.list(&lists?.concat(), 4, environment.len())?;
                self.store(0, &list);
            }
            "get-random-bytes" => {
                let bytes: Vec<u8> = (0..first).map(|place| (place as u8).wrapping_mul(7)).collect();
                let list = self.list(&bytes, 1, bytes.len())?;
                self.store(1, &list);
            }
            "get-terminal-stdout" => self.store(0, &[1, 0, 0, 0, 5, 0, 0, 0]),
            "get-terminal-stdin" | "get-terminal-stderr" => self.store(0, &[0; 8]),
            "exit" | "exit-with-code" => {
                self.caller.data_mut().code = Some(first as u32);
                let enter = self.caller.data().entered.clone().unwrap();
                // Nothing is borrowed, so the module may be entered.
                let reentry = enter.call(&mut *self.caller, ())?;
                self.caller.data_mut().reentry = Some(reentry);
                return Err(wasmtime::Error::msg(format!("{name}({first})")));
            }
            _ => panic!("nobody has told the host about {path}#{name}"),
        }
        Ok(0)
    }

    fn vfs(&self) -> (Memory, Realloc) {
        self.caller.data().vfs.clone().unwrap()
    }

    /// Copies bytes to the vfs, and returns the list that they are.
    fn list(&mut self, bytes: &[u8], align: u32, count: usize) -> wasmtime::Result<Vec<u8>> {
        let (memory, realloc) = self.vfs();
        let place = match bytes.len() {
            0 => align,
            length => realloc.call(&mut *self.caller, (0, 0, align, length as u32))?,
        };
        memory.write(&mut *self.caller, place as usize, bytes).unwrap();
        Ok([place.to_le_bytes(), (count as u32).to_le_bytes()].concat())
    }

    /// Stores a result at the address in an argument.
    fn store(&mut self, argument: usize, bytes: &[u8]) {
        let (memory, _) = self.vfs();
        memory.write(&mut *self.caller, self.arguments[argument] as usize, bytes).unwrap();
    }

    /// Stores that a stream is closed, or has failed.
    fn fail(&mut self, argument: usize, is_closed: bool) {
        self.store(argument, &[&[1, 0, 0, 0, is_closed.into(), 0, 0, 0][..], &ERROR.to_le_bytes()].concat());
    }
}
