# `just` lists the recipes.

_default:
    @just --list --unsorted

# What a fresh machine lacks: the toolchain's targets, Node packages, a Python environment, wac, erofs-utils
setup:
    bash tests/setup.sh

# A real directory and a real app become one component, which runs without any host directory
demo: _targets
    bash tests/demo/demo.sh

# All tests
test: setup
    cargo test -p vfs-image -p vfs-core -p vfs-plan -p vfs-hostile
    # Documentation first: the other tests call cargo themselves, and it then rebuilds what those link with.
    cargo test --release -p vfs-preview1 -p vfs-compose -p vfs-tests --doc
    cargo test --release -p vfs-preview1 -p vfs-compose -p vfs-tests --tests

# Tests whose name contains a word, e.g. `just test-only rename`
test-only WORD: setup
    cargo test --release -p vfs-compose -p vfs-tests -- {{WORD}}

# Plans against Linux and hostile images with new seeds, for as long as is said, in seconds
fuzz SECONDS="600": _targets
    bash tests/fuzz/run.sh {{SECONDS}}

# Accept what the golden cases print now, and write docs/compatibility.md and docs/conformance.md
bless: setup
    BLESS=1 cargo test --release -p vfs-tests --test runner
    BLESS=1 cargo test --release -p vfs-tests --test corpus -- --exact table
    BLESS=1 cargo test --release -p vfs-tests --test conformance -- --exact table

# Speed and size against the host directory; `just bench read` for one kind of measurement
bench *ARGS: setup
    cargo run --release -p vfs-tests --bin bench -- {{ARGS}}

# Formatting and lints, as CI checks them
lint: _targets
    cargo fmt --all --check
    cargo clippy --release --workspace --exclude vfs-component --all-targets -- -D warnings
    cargo clippy --release -p vfs-component --target wasm32-unknown-unknown -- -D warnings
    cargo clippy --release -p vfs-image --target wasm32-unknown-unknown --no-default-features --features alloc -- -D warnings

_targets:
    bash tests/targets.sh
