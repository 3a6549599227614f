//! Codes that an app ends with.

use super::run::{End, Running, add_exit};
use super::{FORMS, apps};
use vfs_compose::Composer;
use vfs_compose_join::join;
use vfs_compose_rules::policy::answers::Answers;
use vfs_compose_wasi::App;
use vfs_compose_wasi::Wasi;

const VERSION: &str = "0.2.12";

/// A command that ends with a code.
fn app(code: u8) -> Vec<u8> {
    let world = format!(
        "import wasi:filesystem/preopens@{VERSION}; import wasi:cli/exit@{VERSION}; export wasi:cli/run@{VERSION};"
    );
    let module = format!(
        r#"(module
          (import "wasi:filesystem/preopens@{VERSION}" "get-directories" (func (param i32)))
          (import "wasi:cli/exit@{VERSION}" "exit-with-code" (func $exit (param i32)))
          (memory (export "memory") 1)
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
          (func (export "wasi:cli/run@{VERSION}#run") (result i32) (call $exit (i32.const {code})) (i32.const 0)))"#
    );
    apps::written(&[VERSION], &world, &module)
}

fn end(component: &[u8]) -> End {
    Running::new(component, |linker| add_exit(linker, VERSION)).run().end
}

#[test]
fn a_code_is_passed_on() {
    for form in FORMS {
        let composed = Composer::new(app(7)).times(0).form(form).compose().unwrap().to_bytes().unwrap();
        assert_eq!(end(&composed), End::Exited(7), "{form:?}");
    }
}

#[test]
fn a_vfs_for_any_app_has_the_codes_of_the_oldest_host() {
    let vfs = Composer::for_any_app().times(0).vfs().unwrap().to_bytes().unwrap();
    let wasi = Wasi::new().unwrap();
    for (code, seen) in [(0, 0), (1, 1), (7, 1), (255, 1)] {
        let app = App::read(&wasi, app(code), &Answers::default().virtualized(&wasi)).unwrap();
        let composed = join("vfs", vec![vfs.clone()], app.component, &app.exports).unwrap();
        assert_eq!(end(&composed), End::Exited(seen), "{code}");
    }
}
