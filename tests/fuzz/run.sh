#!/usr/bin/env bash
# Fuzzes for a number of seconds: a third of it plans against Linux, the rest libFuzzer's targets. Any failure stops it, and says what
# to run again.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=$1
tools=target/tools
version=0.13.1

if [ "$("$tools/bin/cargo-fuzz" --version 2>/dev/null)" != "cargo-fuzz $version" ]; then
    cargo install cargo-fuzz --version $version --locked --root "$tools"
fi

DURATION=$((seconds / 3)) cargo test --release -p vfs-core --test differential -- --ignored --nocapture without_end

targets=$("$tools/bin/cargo-fuzz" fuzz list --fuzz-dir tests/fuzz)
# libFuzzer takes 0 as no limit.
each=$((seconds * 2 / 3 / $(wc -w <<<"$targets") + 1))
for target in $targets; do
    # What is found new stays out of the repository.
    found=target/fuzz/corpus/$target
    mkdir -p "$found"
    echo "fuzzing $target for $each s"
    "$tools/bin/cargo-fuzz" fuzz run -s none --fuzz-dir tests/fuzz --target-dir target/fuzz "$target" \
        "$found" "tests/fuzz/corpus/$target" -- \
        -max_total_time=$each -max_len=1500 -timeout=30 -rss_limit_mb=2048 -print_final_stats=1
done
