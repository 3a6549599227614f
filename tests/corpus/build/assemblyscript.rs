//! AssemblyScript programs: core modules over preview1.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Deserialize;
use vfs_tests::paths;

use super::kept::kept;
use super::tool;

/// `[build.assemblyscript]`: a module in the entry's folder `source`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssemblyScript {
    /// The module.
    entry: String,
}

impl AssemblyScript {
    /// The module.
    ///
    /// # Errors
    /// The npm packages of `tests/setup.sh` are not there, or it does not build.
    pub fn build(&self, name: &str, folder: &Path) -> Result<PathBuf> {
        let (source, tools) = (folder.join("source"), paths::tests().join("corpus/javascript"));
        kept(&format!("{name}.wasm"), &format!("{self:?}"), &[&source, &tools], |made| {
            let mut compiler = tool::outside_of_cargo(tool::installed("javascript/node_modules/.bin/asc")?);
            compiler.arg(source.join(&self.entry)).arg("--config");
            // An absolute path it would look for below the folder that it runs in.
            compiler.arg("node_modules/@assemblyscript/wasi-shim/asconfig.json");
            compiler.args(["--path", "node_modules", "--optimize", "--outFile"]).arg(made);
            tool::run(compiler.current_dir(paths::tools().join("javascript")))?;
            Ok(())
        })
    }
}
