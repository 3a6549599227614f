//! A directory to compose in, and commands in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Imports the preopens and nothing else, and exports an instance of nothing.
pub const APP: &str = r#"(component
  (import "wasi:filesystem/types@0.2.3" (instance $types (export "descriptor" (type (sub resource)))))
  (alias export $types "descriptor" (type $descriptor))
  (import "wasi:filesystem/preopens@0.2.3" (instance
    (alias outer 1 $descriptor (type $outer))
    (export "descriptor" (type $descriptor (eq $outer)))
    (type $own (own $descriptor))
    (type $entry (tuple $own string))
    (type $entries (list $entry))
    (export "get-directories" (func (result $entries)))))
  (instance $nothing)
  (export "nothing" (instance $nothing)))"#;

/// A component whose `run` returns a result, 0 for `ok`, with these imports, which it never calls.
pub fn run_component(imports: &str, result: i32) -> String {
    format!(
        r#"(component {imports}
          (core module $program (func (export "run") (result i32) i32.const {result}))
          (core instance $program (instantiate $program))
          (func $run (result (result)) (canon lift (core func $program "run")))
          (instance $exports (export "run" (func $run)))
          (export "wasi:cli/run@0.2.3" (instance $exports)))"#
    )
}

/// A directory with `app.wasm` and `files/hello.txt`, and the form in which it is composed there.
pub struct Here {
    pub directory: TempDir,
    pub form: &'static str,
}

impl Here {
    pub fn new(form: &'static str) -> Self {
        let here = Self { directory: tempfile::tempdir().unwrap(), form };
        fs::write(here.path("app.wasm"), wat::parse_str(APP).unwrap()).unwrap();
        fs::create_dir(here.path("files")).unwrap();
        fs::write(here.path("files/hello.txt"), "hello\n").unwrap();
        here
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// With `--form` where something is composed.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vfs-compose"));
        command.args(args.first());
        if args.first().is_some_and(|first| ["run", "serve"].contains(first) || first.ends_with(".wasm")) {
            command.args(["--form", self.form]);
        }
        command.args(args.iter().skip(1));
        command.current_dir(self.directory.path()).env("SOURCE_DATE_EPOCH", "1700000000").stdin(Stdio::null());
        command
    }

    /// The command of somebody who may not read and write everything, as the superuser may.
    #[cfg(unix)]
    pub fn restricted_command(&self, args: &[&str]) -> Command {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        use std::os::unix::process::CommandExt;
        const NOBODY: u32 = 65_534;
        let command = self.command(args);
        if fs::metadata(self.directory.path()).unwrap().uid() != 0 {
            return command;
        }
        let program = self.path("vfs-compose");
        if !program.exists() {
            // A process of its own: what another thread starts meanwhile would have this file open for writing.
            let copied = Command::new("cp").arg(command.get_program()).arg(&program).status().unwrap();
            assert!(copied.success());
            fs::set_permissions(self.directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        }
        let mut restricted = Command::new(program);
        restricted.args(command.get_args()).current_dir(self.directory.path()).stdin(Stdio::null());
        restricted.uid(NOBODY).gid(NOBODY);
        restricted
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Standard output of a command that ends well.
    pub fn ok(&self, args: &[&str]) -> Vec<u8> {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    pub fn text(&self, args: &[&str]) -> String {
        String::from_utf8(self.ok(args)).unwrap()
    }

    /// Exit code and standard error of a command that does not, and that left nothing behind.
    pub fn fails(&self, args: &[&str]) -> (i32, String) {
        let before = names(self.directory.path());
        let output = self.run(args);
        assert_eq!(names(self.directory.path()), before, "{args:?} left something");
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }

    /// Writes a manifest in a directory of its own, with files beside it.
    pub fn write_manifest(&self, text: &str) {
        fs::create_dir_all(self.path("project/tree")).unwrap();
        fs::write(self.path("project/tree/file.txt"), "of the manifest\n").unwrap();
        fs::write(self.path("project/vfs.toml"), text).unwrap();
    }

    /// What `inspect` says of the policy of `made.wasm`.
    pub fn policy(&self) -> serde_json::Value {
        let json: serde_json::Value = serde_json::from_slice(&self.ok(&["inspect", "made.wasm", "--json"])).unwrap();
        json["vfs"]["policy"].clone()
    }
}

/// Names in a directory, sorted.
pub fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
