# `just` lists the recipes.

# What recipes choose: other packages would give dependencies other features, and the engine would be built again.
everything := "--release --workspace --exclude vfs-component"

_default:
    @just --list --unsorted

# What a fresh machine lacks: the toolchain's targets, Node packages, a Python environment, wac, erofs-utils
setup:
    bash tests/setup.sh

# A real directory and a real app become one component, which runs without any host directory
demo: _targets
    bash tests/demo/demo.sh

# Minutes that the build of `just demo` takes from nothing, and how many of them are the engine's
demo-times: _targets
    python3 tests/demo/times.py

# A first look, without `setup`: native tests, golden cases on the embedded engine; `just quick composer` adds its tests
quick *AND: _targets
    bash tests/quick.sh {{AND}}

# A golden case in all its forms on the embedded engine, e.g. `just case posix/rename`
case NAME: _targets
    @ls tests/cases/{{NAME}} >/dev/null
    TESTS=case cargo test {{everything}} --test runner -- {{NAME}}

# Tests of all crates whose name contains a word, e.g. `just test-only rename`; those that need `setup` if that was done
test-only WORD: _targets
    TESTS=${TESTS-$([ -x target/tools/bin/wac ] || echo quick)} cargo test {{everything}} --tests -- {{WORD}}

# What must pass before a change lands: of each suite a part that shows what it is there for
test: setup
    PLANS=${PLANS-3000} cargo test {{everything}}

# All tests: every program, host, form and plan, and the native tests once more with the checks of a debug build
test-all: setup
    TESTS=all cargo test {{everything}}
    cargo test -p vfs-image -p vfs-core -p vfs-descriptors -p vfs-preview1-volume -p vfs-plan -p vfs-hostile

# CPU and wall time of suites and of the slowest tests, run one after another; `just test-times core/ laws` for some
test-times *WORDS: setup
    PLANS=${PLANS-3000} python3 tests/times.py {{WORDS}}

# Plans against Linux and hostile images with new seeds, for as long as is said, in seconds
fuzz SECONDS="600": _targets
    bash tests/fuzz/run.sh {{SECONDS}}

# Accept what the golden cases print now, and write docs/compatibility.md and docs/conformance.md
bless: setup
    BLESS=1 TESTS=case cargo test {{everything}} --test runner
    BLESS=1 TESTS=all cargo test {{everything}} --test corpus -- --exact table
    BLESS=1 TESTS=all cargo test {{everything}} --test conformance -- --exact table

# All programs of the corpus, those that others built among them, on all hosts and in all forms
programs *WORDS: setup
    TESTS=all cargo test {{everything}} --test corpus -- {{WORDS}}

# Speed and size against the host directory; `just bench read` for one kind of measurement
bench *ARGS: setup
    cargo build {{everything}} --bin bench
    target/release/bench {{ARGS}}

# Formatting, lints and documentation, as CI checks them
lint: _targets
    python3 tests/one-build.py
    cargo fmt --all --check
    cargo clippy {{everything}} --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps {{everything}}
    cargo clippy --release -p vfs-component --target wasm32-unknown-unknown -- -D warnings
    cargo clippy --release -p vfs-component --features end --target wasm32-unknown-unknown -- -D warnings
    cargo clippy --release -p vfs-component --features late --target wasm32-unknown-unknown -- -D warnings
    cargo clippy --release -p vfs-component --features mounts --target wasm32-unknown-unknown -- -D warnings
    cargo clippy --release -p vfs-component --features end,mounts --target wasm32-unknown-unknown -- -D warnings
    cargo clippy --release -p vfs-component --features mounts3 --target wasm32-unknown-unknown -- -D warnings
    cargo clippy --release -p vfs-component --features end,mounts3 --target wasm32-unknown-unknown -- -D warnings
    cargo clippy --release -p vfs-preview1-over-wasi --target wasm32-unknown-unknown -- -D warnings
    cargo clippy --release -p vfs-component --features preview1 --target wasm32-unknown-unknown -- -D warnings
    cargo clippy --release -p vfs-component --features end,preview1 --target wasm32-unknown-unknown -- -D warnings
    cargo clippy --release -p vfs-component --features end,preview1,absolute-links --target wasm32-unknown-unknown -- -D warnings
    cargo clippy --release -p vfs-preview1-volume --target wasm32-unknown-unknown -- -D warnings
    cargo clippy --release -p vfs-image --target wasm32-unknown-unknown --no-default-features --features alloc -- -D warnings

_targets:
    bash tests/targets.sh
