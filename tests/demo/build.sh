#!/usr/bin/env bash
# Builds `vfs-compose` for `just demo`, from the repository's root.
set -euo pipefail

# With the tests' package, so that dependencies have the features that `just test` wants too, and are built once.
exec cargo build --release --locked -p vfs-compose -p vfs-tests --bin vfs-compose "$@"
