//! Modules that stand where the app lowered its imports, and move the bytes of a call between the app's memory and the vfs's.
//!
//! An app in a component calls what `canon lower` made of an import. A glue module has functions of the same core types: they look
//! whose handles they are given, copy strings and lists into the vfs's memory, call the vfs, and copy its result to the app, all by
//! what the types say. No other code runs between the app and the vfs.
//!
//! ```text
//! module      imports, and one function for each request
//! function    one function: whose call is it, parameters in, the call, the result out
//! owner       whose handles are these
//! foreign     functions that cannot use the vfs's handles
//! answer      what those say of one
//! params      parameters: check everything, then move everything
//! results     a result, to where the app wants it
//! fix         a value copied byte by byte, put right
//! text        strings that are not in UTF-8
//! bridge      the same between two parts of an app
//! wrap        the same between the app and the host, in a plugged vfs
//! ```

#![forbid(unsafe_code)]

pub mod answer;
pub mod body;
pub mod bridge;
mod error;
mod fix;
pub mod flat;
mod foreign;
mod function;
mod helpers;
pub mod layout;
pub mod memory;
mod owner;
mod params;
mod plan;
mod results;
pub mod scalar;
pub mod special;
mod text;
mod visit;
pub mod wrap;

use indexmap::IndexMap;
use wasm_encoder::{
    CodeSection, DataCountSection, DataSection, EntityType, ExportKind, ExportSection, FunctionSection, GlobalType,
    ImportSection, MemoryType, Module, NameMap, NameSection, TypeSection, ValType,
};
use wit_parser::{Function, Resolve, TypeId};

use answer::Answer;
pub use error::AdapterError;
use function::{Callees, Drops};
pub use layout::Encoding;
use layout::Layout;
use plan::Plan;
use special::Special;
use vfs_abi::names::BUSY;

/// One function of a glue module.
pub struct Request<'a> {
    /// The name of the glue's export, and of the host's function among its imports.
    pub export: String,
    /// The vfs's function: `wasi:io/streams#[method]input-stream.read` or `...#[dtor]input-stream`.
    pub plain: String,
    /// The kind of call that the adapter replaces.
    pub kind: Kind<'a>,
    /// If the vfs's functions for handles of both owners are called at several versions: which of them this is.
    pub version: Option<u32>,
}

/// What a request stands for.
pub enum Kind<'a> {
    /// A lowered function.
    Function {
        /// Its types.
        function: &'a Function,
        /// Whose its handles may be.
        owner: Owner,
        /// Whether handles of both owners may meet in one call of it.
        special: Special,
    },
    /// The drop of a handle.
    Drop {
        /// Whose it may be.
        owner: Owner,
    },
    /// A function of the host's that cannot use the vfs's handles.
    Given {
        /// Its types.
        function: &'a Function,
        /// The resources that it takes for good.
        owned: Vec<Owned>,
        /// What it answers for such a handle, if its types have words for that.
        answer: Option<Answer>,
    },
    /// An exported function of the app's, whose caller cannot use the vfs's handles.
    Returned {
        /// Its types.
        function: &'a Function,
    },
}

/// A resource whose handles a function of the host's takes for good.
#[derive(Clone)]
pub struct Owned {
    /// The resource.
    pub resource: TypeId,
    /// Name of the host's drop of a handle, among the imports from `host`.
    pub host: String,
    /// The vfs's.
    pub vfs: Option<String>,
}

/// Whose the handles of a function may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// All are the vfs's; others trap.
    Virtual,
    /// If none is the vfs's, the host's function is called.
    Mixed,
}

/// What the functions of a group were lowered with.
#[derive(Clone, Copy)]
pub struct Group {
    /// The app's memory can be imported.
    pub has_memory: bool,
    /// The app's realloc can be imported.
    pub has_realloc: bool,
    /// How the app has its strings.
    pub encoding: Encoding,
}

/// What the code of every function of a module needs to know.
struct Context<'a> {
    layout: &'a Layout<'a>,
    functions: Functions,
}

/// Indices of functions that many others call.
#[derive(Clone, Copy, Default)]
struct Functions {
    vfs_realloc: u32,
    app_realloc: u32,
    inside: u32,
    take: u32,
    give: u32,
    text_in: u32,
    text_out: u32,
}

/// What a function of the host's answers in its own words, when it is given a handle of the vfs's, if it has words for that.
/// `errors` is the path of the interface whose resource `error` functions are asked about.
pub fn answer_of(resolve: &Resolve, function: &Function, errors: &str) -> Option<Answer> {
    answer::of(&Layout::new(resolve, Encoding::Utf8), function, errors)
}

/// The vfs's functions for strings that the glue of a function calls, besides the one in whose place it stands.
pub fn text_functions(resolve: &Resolve, function: &Function, encoding: Encoding) -> Vec<&'static str> {
    let Some((text_in, text_out)) = text::functions(encoding) else { return Vec::new() };
    let layout = Layout::new(resolve, encoding);
    // What is unsupported is said by `module`.
    let has = |ty| layout.any(ty, text::is_text).unwrap_or(false);
    let of_params = function.params.iter().any(|param| has(param.ty)).then_some(text_in);
    of_params.into_iter().chain(function.result.is_some_and(has).then_some(text_out)).collect()
}

/// The name, in `refuse`, of what says that a function cannot return the vfs's handles. One that it cannot be given them has the
/// name of the function, which the app may import and export.
pub fn refusal_of_result(function: &str) -> String {
    format!("result of {function}")
}

/// A glue module.
///
/// It imports of `vfs` the global `busy`, which the modules of an app share; `memory` and `cabi_realloc` of `vfs`, `memory` and `realloc` of `app` (each if some function needs it), from `vfs`
/// the plain function of each request (or the one for handles of both owners in its place), and from `host` the function of each
/// mixed request that is given handles. Functions that cannot use the vfs's handles import from `refuse`, by the name of the request,
/// what says so and does not return, where their types have no words for it. Of `shim` it imports the global `version`, to say which
/// of several versions the vfs's functions for handles of both owners are called at.
///
/// # Errors
/// - [`AdapterError::Type`]: a type that cannot be carried.
/// - [`AdapterError::Async`]: an asynchronous function.
/// - [`AdapterError::Lowering`]: a function needs what the group does not have.
pub fn module(resolve: &Resolve, requests: &[Request<'_>], group: Group) -> Result<Vec<u8>, AdapterError> {
    let layout = Layout::new(resolve, group.encoding);
    let plans =
        requests.iter().map(|request| Plan::new(&layout, request, group)).collect::<Result<Vec<_>, AdapterError>>()?;
    let mut assembly = Assembly::default();
    let needs = plan::needs_of_all(&plans);
    assembly.import_global("vfs", BUSY);
    if needs.memory {
        assembly.import_memory("vfs");
        assembly.import_memory("app");
    }
    let mut functions = Functions::default();
    let realloc = [ValType::I32; 4];
    if needs.vfs_realloc {
        functions.vfs_realloc = assembly.import("vfs", "cabi_realloc", &realloc, &realloc[..1]);
    }
    if needs.app_realloc {
        functions.app_realloc = assembly.import("app", "realloc", &realloc, &realloc[..1]);
    }
    if let Some((text_in, text_out)) = text::functions(group.encoding) {
        let mut translator = |name| assembly.import("vfs", name, &realloc[..2], &realloc[..1]);
        functions.text_in = if needs.text_in { translator(text_in) } else { 0 };
        functions.text_out = if needs.text_out { translator(text_out) } else { 0 };
    }
    let callees: Vec<_> = plans.iter().map(|plan| assembly.import_callees(plan)).collect();
    if needs.memory {
        functions.inside = assembly.define("inside", &[ValType::I32, ValType::I64], &[], helpers::inside());
    }
    if needs.vfs_realloc {
        let code = helpers::take(functions.vfs_realloc);
        functions.take = assembly.define("take", &realloc[..3], &realloc[..1], code);
    }
    if needs.app_realloc {
        let code = helpers::give(functions.app_realloc);
        functions.give = assembly.define("give", &realloc[..3], &realloc[..1], code);
    }
    let context = Context { layout: &layout, functions };
    for (plan, callees) in plans.iter().zip(callees) {
        let code = plan.code(&context, &callees)?;
        let index = assembly.define(&plan.export, &plan.params, &plan.results, code);
        assembly.exports.export(&plan.export, ExportKind::Func, index);
    }
    Ok(assembly.finish())
}

/// The sections of a module while they grow. Imports come before definitions.
#[derive(Default)]
struct Assembly {
    types: IndexMap<(Vec<ValType>, Vec<ValType>), ()>,
    imports: ImportSection,
    /// Imported functions by module and name.
    imported: IndexMap<(String, String), u32>,
    functions: FunctionSection,
    exports: ExportSection,
    code: CodeSection,
    memory_names: NameMap,
    names: NameMap,
    memories: u32,
    has_version: bool,
    /// What memory can be filled with.
    texts: Vec<String>,
    count: u32,
}

impl Assembly {
    fn import_memory(&mut self, module: &str) {
        let any = MemoryType { minimum: 0, maximum: None, memory64: false, shared: false, page_size_log2: None };
        self.imports.import(module, "memory", any);
        self.memory_names.append(self.memories, module);
        self.memories += 1;
    }

    /// Imports a function, once.
    fn import(&mut self, module: &str, name: &str, params: &[ValType], results: &[ValType]) -> u32 {
        let key = (module.to_owned(), name.to_owned());
        if let Some(&index) = self.imported.get(&key) {
            return index;
        }
        let ty = self.ty(params, results);
        self.imports.import(module, name, EntityType::Function(ty));
        self.imported.insert(key, self.count);
        self.names.append(self.count, &format!("{module} {name}"));
        self.count += 1;
        self.count - 1
    }

    fn import_callees(&mut self, plan: &Plan) -> Callees {
        let mut of_vfs = |name: &str| self.import("vfs", name, &plan.vfs_params, &plan.vfs_results);
        let plain = plan.plain.as_deref().map(&mut of_vfs);
        let linked = plan.linked.map(&mut of_vfs);
        let host = plan.host.then(|| self.import("host", &plan.export, &plan.params, &plan.results));
        let refuse = plan.refuse.then(|| self.import("refuse", &plan.refusal(), &[], &[]));
        let mut drop = |module: &str, name: &str| self.import(module, name, &[ValType::I32], &[]);
        let owned = plan.owned.iter();
        let drops = owned.map(|owned| Drops {
            resource: owned.resource,
            host: drop("host", &owned.host),
            vfs: owned.vfs.as_deref().map(|name| drop("vfs", name)),
        });
        let drops = drops.collect();
        let version = plan.version.map(|version| (self.import_version(), version));
        Callees { plain, linked, host, refuse, drops, version }
    }

    /// A line of text, as a segment to fill memory with.
    fn text(&mut self, text: &str) -> u32 {
        self.texts.push(format!("{text}\n"));
        self.texts.len() as u32 - 1
    }

    /// The global that says which version is called.
    fn import_version(&mut self) -> u32 {
        if !std::mem::replace(&mut self.has_version, true) {
            self.import_global("shim", "version");
        }
        // After `busy`.
        1
    }

    fn import_global(&mut self, module: &str, name: &str) {
        self.imports.import(module, name, GlobalType { val_type: ValType::I32, mutable: true, shared: false });
    }

    fn define(&mut self, name: &str, params: &[ValType], results: &[ValType], code: wasm_encoder::Function) -> u32 {
        let ty = self.ty(params, results);
        self.functions.function(ty);
        self.code.function(&code);
        self.names.append(self.count, name);
        self.count += 1;
        self.count - 1
    }

    fn ty(&mut self, params: &[ValType], results: &[ValType]) -> u32 {
        self.types.insert_full((params.to_vec(), results.to_vec()), ()).0 as u32
    }

    fn finish(self) -> Vec<u8> {
        let mut types = TypeSection::new();
        for ((params, results), ()) in self.types {
            types.ty().function(params, results);
        }
        let mut names = NameSection::new();
        names.functions(&self.names);
        names.memories(&self.memory_names);
        let mut module = Module::new();
        module.section(&types).section(&self.imports).section(&self.functions).section(&self.exports);
        if !self.texts.is_empty() {
            module.section(&DataCountSection { count: self.texts.len() as u32 });
        }
        module.section(&self.code);
        if !self.texts.is_empty() {
            let mut data = DataSection::new();
            self.texts.into_iter().for_each(|text| {
                data.passive(text.into_bytes());
            });
            module.section(&data);
        }
        module.section(&names);
        module.finish()
    }
}
