//! A vfs has what its app calls, and no more.

use super::apps;
use vfs_compose::{Composer, FormChoice, inspect};

const WORLD: &str = "import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3;
    import wasi:io/streams@0.2.3; export wasi:cli/run@0.2.3;";

/// An app that looks at files and reads them.
fn reader() -> Vec<u8> {
    let module = r#"(module
      (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func (param i32)))
      (import "wasi:filesystem/types@0.2.3" "[method]descriptor.stat-at" (func (param i32 i32 i32 i32 i32)))
      (import "wasi:filesystem/types@0.2.3" "[method]descriptor.open-at" (func (param i32 i32 i32 i32 i32 i32 i32)))
      (import "wasi:filesystem/types@0.2.3" "[method]descriptor.read-via-stream" (func (param i32 i64 i32)))
      (import "wasi:io/streams@0.2.3" "[method]input-stream.blocking-read" (func (param i32 i64 i32)))
      (memory (export "memory") 1)
      (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "wasi:cli/run@0.2.3#run") (result i32) i32.const 0))"#;
    apps::written(&["0.2.3"], WORLD, module)
}

/// Functions that the vfs lacks, and bytes of its code.
fn vfs(app: &[u8], form: FormChoice) -> (Vec<String>, u64, u64) {
    let composed = Composer::new(app.to_vec()).form(form).compose().unwrap().to_bytes().unwrap();
    let vfs = inspect(&composed).unwrap().vfs.unwrap();
    (vfs.left_out, vfs.code, vfs.saved)
}

#[test]
fn an_app_that_never_writes_has_no_write_half() {
    for form in [FormChoice::Plugged, FormChoice::Linked] {
        let (left_out, code, saved) = vfs(&reader(), form);
        for function in [
            "write",
            "write-via-stream",
            "append-via-stream",
            "set-size",
            "set-times",
            "set-times-at",
            "create-directory-at",
            "remove-directory-at",
            "unlink-file-at",
            "rename-at",
            "link-at",
            "symlink-at",
        ] {
            let name = format!("wasi:filesystem/types#[method]descriptor.{function}");
            assert!(left_out.contains(&name), "{form:?}: {name} is not in {left_out:?}");
        }
        for function in ["open-at", "stat-at", "read-via-stream"] {
            let name = format!("wasi:filesystem/types#[method]descriptor.{function}");
            assert!(!left_out.contains(&name), "{form:?}: {name} is in {left_out:?}");
        }
        let (left_out, all, saved_of_all) = vfs(&apps::command("0.2.3"), form);
        assert!(!left_out.iter().any(|name| name.starts_with("wasi:filesystem/")), "{form:?}: {left_out:?}");
        assert!(3 * code < 2 * all && saved > saved_of_all, "{form:?}: {code} of {all} bytes, {saved} saved");
    }
}
