#!/usr/bin/env bash
# Adds the toolchain and the wasm targets that rust-toolchain.toml names, where rustup has not done so by itself.
set -euo pipefail
cd "$(dirname "$0")/.."

toolchain=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
targets=$(sed -n 's/^targets = \[\(.*\)\]/\1/p' rust-toolchain.toml | tr -d '",')
if ! command -v rustup >/dev/null; then
    echo "tests/targets.sh: rustup is not installed; get it from your system's packages or from rustup's site" >&2
    exit 1
fi
if ! rustup toolchain list | grep -q "^$toolchain"; then
    rustup toolchain install "$toolchain" --profile minimal --component rustfmt --component clippy
fi
installed=$(rustup target list --installed --toolchain "$toolchain")
for target in $targets; do
    grep -qx "$target" <<<"$installed" || rustup target add "$target" --toolchain "$toolchain"
done
