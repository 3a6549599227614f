#!/usr/bin/env bash
# `just demo`: a real directory and a real app become one component, which runs without any host directory.
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { (cd "$1" && find . -type f | sort | xargs cksum); }

bash tests/demo/build.sh
cargo build --quiet --release --locked --manifest-path tests/demo/Cargo.toml --target wasm32-wasip2 --target-dir target/demo
export PATH="$PWD/target/release:$PATH"
home=$PWD/tests/demo/home
cd target/demo
cp wasm32-wasip2/release/diary.wasm .

say "1. A directory on this machine, and an app that wants files:"
before=$(show "$home")
(cd "$home" && ls -l . letters && cat diary.txt)

say "2. \$ vfs-compose diary.wasm --image home -o out.wasm"
vfs-compose diary.wasm --image "$home" -o out.wasm
ls -l diary.wasm out.wasm

say "3. out.wasm runs with no host directory. It appends, renames, links and creates, and sees what it did:"
vfs-compose run out.wasm -- "Tuesday: gave it to an app."

say "4. The next run starts from the image again; Tuesday is gone:"
vfs-compose run out.wasm -- "Wednesday: what was yesterday?"

say "5. \$ vfs-compose run diary.wasm --host-dir home::/,cow"
echo "The directory itself in the tree, as it is when the program runs; changes stay in memory:"
vfs-compose run diary.wasm --host-dir "$home::/,cow" -- "Thursday: nothing was packed."

say "6. The directory on this machine is as it was:"
cat "$home/diary.txt"
[ "$before" = "$(show "$home")" ]
