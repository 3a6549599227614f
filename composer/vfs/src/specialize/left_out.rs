//! Reports what tailoring removed.

use std::collections::BTreeSet;

use wasmparser::{BinaryReaderError, ExternalKind, Parser, Payload};

use vfs_preview1_abi::signature::MODULE;

use super::module::AS_TASK;
use crate::guest::{Guest, Needs, PLAIN};

/// What a tailored vfs lacks of the whole one.
pub struct LeftOut {
    /// The functions, each as `interface#function` without version.
    pub functions: Vec<String>,
    /// Those that it has.
    pub kept: BTreeSet<String>,
    /// Bytes of code.
    pub code: u64,
}

/// Compares the module of a vfs with the whole module that this composer contains for such needs, and for a program of
/// preview1 if it has functions of that.
///
/// # Errors
/// The module cannot be parsed.
pub fn left_out(module: &[u8], needs: Needs) -> Result<LeftOut, BinaryReaderError> {
    let has = Part::of(module)?;
    let preview1 = has.functions.iter().any(|name| is_of_preview1(name));
    let mounts_by_0_3 = needs.mounts && has.has_tasks;
    let whole = Guest::choose(Needs { preview1, mounts_by_0_3, ..needs }).unwrap_or(&PLAIN);
    let mut whole = Part::of(whole.module)?;
    // A variant may have them for other programs.
    whole.functions.retain(|name| preview1 || !is_of_preview1(name));
    Ok(LeftOut {
        functions: whole.functions.difference(&has.functions).cloned().collect(),
        kept: has.functions,
        code: whole.code.saturating_sub(has.code),
    })
}

/// The compared contents of a vfs module.
#[derive(Default)]
struct Part {
    /// The exported functions of WASI.
    functions: BTreeSet<String>,
    /// Whether asynchronous functions are tasks, beside that which may become the pump.
    has_tasks: bool,
    /// Bytes of code.
    code: u64,
}

impl Part {
    fn of(module: &[u8]) -> Result<Self, BinaryReaderError> {
        let mut part = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::CodeSectionStart { size, .. } => part.code = u64::from(size),
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        part.has_tasks |= is_task(export.name);
                        part.functions
                            .extend((export.kind == ExternalKind::Func).then(|| function(export.name)).flatten());
                    }
                }
                _ => {}
            }
        }
        Ok(part)
    }
}

/// Returns whether an export is a function of the filesystem that is lifted as a task.
fn is_task(export: &str) -> bool {
    let function =
        export.strip_prefix(AS_TASK).and_then(|name| name.strip_prefix("wasi:filesystem/types@")?.split_once('#'));
    function.is_some_and(|(_, function)| function != "[method]descriptor.open-at")
}

/// Returns the function of WASI that an export implements.
fn function(export: &str) -> Option<String> {
    let (interface, function) = export.strip_prefix(AS_TASK).unwrap_or(export).split_once('#')?;
    let path = interface.split_once('@').map_or(interface, |(path, _)| path);
    let is_of_wasi = (path.starts_with("wasi:") || path == MODULE) && !function.starts_with("[dtor]");
    is_of_wasi.then(|| format!("{path}#{function}"))
}

fn is_of_preview1(name: &str) -> bool {
    name.strip_prefix(MODULE).is_some_and(|rest| rest.starts_with('#'))
}
