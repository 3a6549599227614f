//! `run`.

use std::fs;

use crate::here::Here;

in_both_forms! {
    run_passes_the_exit_code_on
    what_is_composed_runs_as_it_is
}

fn run_passes_the_exit_code_on(here: &Here) {
    for result in [0, 1] {
        let app = format!(
            r#"(component
              (core module $program (func (export "run") (result i32) i32.const {result}))
              (core instance $program (instantiate $program))
              (func $run (result (result)) (canon lift (core func $program "run")))
              (instance $exports (export "run" (func $run)))
              (export "wasi:cli/run@0.2.3" (instance $exports)))"#
        );
        fs::write(here.path("program.wasm"), wat::parse_str(app).unwrap()).unwrap();
        let output = here.run(&["run", "program.wasm", "--image", "files", "--allow-unused", "--", "-x"]);
        assert_eq!(output.status.code(), Some(result), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn what_is_composed_runs_as_it_is(here: &Here) {
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    for flags in [&["--random", "seeded:1"][..], &["--deny-all"], &["--env", "A=B"], &["--inherit-env"]] {
        let output = here.run(&[&["run", "made.wasm"][..], flags].concat());
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {message}");
        assert!(message.starts_with("error: `made.wasm` is already composed"), "{message}");
    }
}
