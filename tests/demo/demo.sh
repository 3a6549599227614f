#!/usr/bin/env bash
# `just demo`: a real directory and a real app become one component, which runs without any host directory.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
place=target/demo
app=target/guests/wasm32-wasip2/release/diary.wasm

cargo build --quiet --locked --release --manifest-path tests/guests/Cargo.toml -p diary --target wasm32-wasip2 --target-dir target/guests
cargo build --release -p vfs-compose
compose=target/release/vfs-compose

rm -rf "$place"
mkdir -p "$place/home"
printf 'Monday: wrote a filesystem.\n' >"$place/home/diary.txt"
before=$(cat "$place/home/diary.txt")

say "1. A directory on this machine"
ls -l "$place/home"
cat "$place/home/diary.txt"

say "2. vfs-compose diary.wasm --image home -o diary-with-home.wasm"
"$compose" "$app" --image "$place/home" -o "$place/diary-with-home.wasm"
ls -l "$place/diary-with-home.wasm"

say "3. It runs anywhere, with no host directory: it writes, renames and reads back inside itself"
"$compose" run "$place/diary-with-home.wasm" -- "Tuesday: gave it to an app."

say "4. A second run starts from the image again: the writes are gone"
"$compose" run "$place/diary-with-home.wasm" -- "Wednesday: nobody remembers Tuesday."

say "5. And the directory on this machine is as it was"
cat "$place/home/diary.txt"
[ "$before" = "$(cat "$place/home/diary.txt")" ]
