#!/bin/sh
# Installs what the tests need and this machine lacks. Everything goes below target/tools and adapters, except Rust targets and,
# for root on Debian, the packages named at the end. Running it again does nothing.
set -eu
cd "$(dirname "$0")/.."

tools=target/tools
mkdir -p "$tools"

missing() {
    echo "tests/setup.sh: $1" >&2
    exit 1
}

# Rust: the toolchain file names the targets.
command -v cargo >/dev/null || missing "no cargo: install Rust from https://rustup.rs"
bash tests/targets.sh

# Programs of the distribution. python3-venv is asked for only where Python's own is broken, as on Debian.
packages=""
command -v fsck.erofs >/dev/null || packages="$packages erofs-utils"
command -v python3 >/dev/null || packages="$packages python3 python3-venv"
if command -v python3 >/dev/null && ! python3 -c 'import ensurepip' 2>/dev/null; then packages="$packages python3-venv"; fi
command -v node >/dev/null || packages="$packages nodejs"
command -v npm >/dev/null || packages="$packages npm"
[ -e "${CHROMIUM:-/usr/bin/chromium}" ] || packages="$packages chromium"
if [ -n "$packages" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        # shellcheck disable=SC2086 # a list of names
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $packages
    else
        missing "install these packages:$packages"
    fi
fi
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || missing "Node $major is too old: the tests need 20 or later"

# npm, at the versions of the lock files: jco and its shim where they are used, and what makes components of JavaScript.
javascript=tests/corpus/javascript
mkdir -p "$tools/javascript"
cp "$javascript/package.json" "$javascript/package-lock.json" "$javascript/.npmrc" "$tools/javascript"
for folder in adapters "$tools/javascript"; do
    if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/installed.json"; then
        (cd "$folder" && npm ci --no-fund --no-audit --loglevel=error)
        cp "$folder/package-lock.json" "$folder/node_modules/installed.json"
    fi
done

# pip: the C compiler, an engine, and what makes components of Python.
if ! cmp -s tests/requirements.txt "$tools/python/requirements.txt"; then
    rm -rf "$tools/python"
    python3 -m venv "$tools/python"
    "$tools/python/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r tests/requirements.txt
    cp tests/requirements.txt "$tools/python/requirements.txt"
fi

# wac, the tool that any user of components has. It comes last: where it is, the rest is too. It is optimised where it goes
# over the bytes of components; optimising all of it takes twice as long.
if [ "$("$tools/bin/wac" --version 2>/dev/null)" != "wac-cli 0.12.0" ]; then
    set -- --config profile.release.opt-level=0
    for crate in hashbrown indexmap wac-graph wac-types wasm-encoder wasmparser; do
        set -- "$@" --config "profile.release.package.$crate.opt-level=2"
    done
    cargo install wac-cli --version 0.12.0 --locked --no-default-features --root "$tools" "$@"
fi
