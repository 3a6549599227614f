#!/usr/bin/env bash
# `just quick`: unit tests of all crates, the native suites, and golden cases. No suite is built that needs more than cargo.
set -euo pipefail
cd "$(dirname "$0")/.."

# All packages are chosen, so that dependencies have the features that they have in `just test`; then the targets by name.
targets=(--lib --bins --test runner)
for path in vfs-component/*/tests/*.rs vfs-component/*/tests/*/main.rs tests/hostile/tests/*.rs composer/tests/*.rs; do
    if ! command -v mkfs.erofs >/dev/null && grep -qE 'support::(mkfs|fsck|dump|erofs_utils)|erofs_utils\(' "$path"; then
        echo "without erofs-utils: not $path" >&2
        continue
    fi
    name=${path%/main.rs}
    targets+=(--test "$(basename "$name" .rs)")
done
TESTS=quick PLANS=${PLANS-1000} exec cargo test --release --workspace --exclude vfs-component "${targets[@]}"
