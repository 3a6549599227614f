//! The table of what is run.

use crate::program::Program::{Coreutils, Database, JavaScript, Python, Ripgrep, Session};
use crate::scenario::Scenario;
use crate::trees::{documents, documents_and_script, empty, for_javascript, for_python, sources};

/// All scenarios.
pub fn all() -> Vec<Scenario> {
    vec![
        // One process each, so each must show by itself what it did.
        Scenario::new("coreutils/cp", Coreutils, "cp -rv /project /copy", documents, "part11.txt").in_any_order(),
        Scenario::new(
            "coreutils/cp-links",
            Coreutils,
            "cp -dv /project/guide /few.txt /archive",
            documents,
            "archive/guide",
        ),
        Scenario::new(
            "coreutils/mv",
            Coreutils,
            "mv -v /words.txt /few.txt /project/docs /archive",
            documents,
            "renamed",
        ),
        Scenario::new(
            "coreutils/ln",
            Coreutils,
            "ln -sv ../words.txt ../few.txt /archive",
            documents,
            "archive/few.txt",
        ),
        Scenario::new("coreutils/rm", Coreutils, "rm -rv /project /empty", documents, "removed").in_any_order(),
        Scenario::new("coreutils/ls", Coreutils, "ls -RFa1 /", documents, "guide@"),
        Scenario::new(
            "coreutils/sort",
            Coreutils,
            "sort -k3,3n -k1,1 -u -S 16K -T /archive /words.txt",
            documents,
            "node",
        ),
        Scenario::new(
            "coreutils/split",
            Coreutils,
            "split --verbose -l 300 /words.txt /archive/part-",
            documents,
            "part-ag",
        ),
        Scenario::new(
            "coreutils/sha256sum",
            Coreutils,
            "sha256sum /large.bin /project/guide /empty",
            documents,
            "large.bin",
        ),
        Scenario::new("coreutils/wc", Coreutils, "wc /words.txt /few.txt /large.bin /empty", documents, "total"),
        Scenario::new("coreutils/tail", Coreutils, "tail -n 5 /words.txt /few.txt", documents, "==> /few.txt <=="),
        // Many commands on one tree.
        Scenario::new("coreutils/session", Session, "/script", documents_and_script, "ls -R1 ."),
        Scenario::new("ripgrep/search", Ripgrep, "--sort path -n fn.*->.*Result /", sources, "core/src/lib.rs"),
        Scenario::new("ripgrep/files", Ripgrep, "--files --hidden --sort path /", sources, ".hidden/secret.rs"),
        Scenario::new("ripgrep/count", Ripgrep, "--sort path -c -i error -g *.rs /", sources, "core/src"),
        Scenario::new(
            "ripgrep/context",
            Ripgrep,
            "--sort path -C 2 --heading -n forbid\\(unsafe_code\\) /",
            sources,
            "forbid",
        ),
        Scenario::new("ripgrep/multiline", Ripgrep, "--sort path -U -l (?s)impl.*for.*\\{.*fn /", sources, ".rs"),
        Scenario::new("sqlite/database", Database, "/data/test.db", empty, "integrity ok"),
        // CPython imports wasi:sockets whatever the program does.
        Scenario::new("python/files", Python, "one two", for_python, "unzipped 12 [] [] []")
            .not_plugged("wasi:sockets/tcp"),
        Scenario::new("javascript/files", JavaScript, "one two", for_javascript, "copy/sources/part11.txt"),
    ]
}
