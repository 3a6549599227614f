//! The command line: exit codes, messages and files that are left, in both forms.

/// Each of these functions is a test in either form.
macro_rules! in_both_forms {
    ($($(#[$attribute:meta])* $test:ident)*) => {$(
        $(#[$attribute])*
        mod $test {
            #[test]
            fn plugged() {
                super::$test(&crate::here::Here::new("plugged"));
            }

            #[test]
            fn linked() {
                super::$test(&crate::here::Here::new("linked"));
            }
        }
    )*};
}

mod absolute_links;
mod asked;
mod compose;
mod here;
mod hints;
mod images;
mod inputs;
mod inspect;
mod json;
mod manifest;
mod mounts;
#[cfg(unix)]
mod output;
mod policy;
mod programs;
mod remarks;
mod remarks_of_sources;
mod run;
mod run_composed;
mod run_directories;
mod run_ends;
mod run_gets;
#[cfg(unix)]
mod serve;
mod words;
mod world;

use here::Here;

#[test]
fn help_teaches_by_example_and_completions_are_written() {
    let here = Here::new("plugged"); // Nothing is composed.
    assert!(here.text(&["--help"]).contains("vfs-compose app.wasm --image ./files -o out.wasm"));
    assert!(here.text(&["completions", "bash"]).contains("vfs-compose"));
}
