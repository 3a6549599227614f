#!/usr/bin/env bash
# `just quick`: native tests of the image, the core, plans and fuzzers' inputs, and golden cases. `just quick composer`
# adds the composer's own tests: they run in seconds, but take longer to build than all else.
set -euo pipefail
cd "$(dirname "$0")/.."

targets=(--lib --test runner)
for path in vfs-component/*/tests/*.rs vfs-component/*/tests/*/main.rs tests/hostile/tests/*.rs; do
    if ! command -v mkfs.erofs >/dev/null && grep -qE 'support::(mkfs|fsck|dump|erofs_utils)|erofs_utils\(' "$path"
    then
        echo "without erofs-utils: not $path" >&2
        continue
    fi
    name=${path%/main.rs}
    targets+=(--test "$(basename "$name" .rs)")
done
if [ "${1-}" = composer ]; then
    targets+=(--bins --test cli --test pipeline)
else
    # The tests of the others give it the features that it has in `just test`: nothing is built twice.
    targets+=(--exclude vfs-compose)
fi
TESTS=quick PLANS=${PLANS-1000} exec cargo test --release --workspace --exclude vfs-component "${targets[@]}"
