#!/usr/bin/env python3
"""Builds what `just demo` builds, from nothing, and prints the minutes that it takes and how many of them are the engine's.

    python3 tests/demo/times.py

The build has a target directory of its own, which is emptied first. As `RUSTC_WRAPPER`, this program notes the CPU time of
each compiler. CPU time hardly depends on what else the machine does; wall time does.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

ENGINE = ["wasmtime", "wasmtime-wasi", "wasmtime-wasi-http"]
BUILD = ["bash", "tests/demo/build.sh"]
TARGET = "target/demo-times"
NOTES = "DEMO_TIMES_NOTES"
SHOWN = 12


def cpu(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


def wrap(command: list[str]) -> int:
    """Runs a compiler and notes its CPU seconds."""
    # The compiler inherits all file descriptors: by some of them, cargo limits how many threads work.
    _, status, used = os.wait4(os.posix_spawnp(command[0], command, os.environ), 0)
    package = f"{os.environ.get('CARGO_PKG_NAME')} {os.environ.get('CARGO_PKG_VERSION')}"
    with open(os.environ[NOTES], "a", encoding="utf-8") as notes:
        notes.write(f"{package}\t{cpu(used)}\n")
    return os.waitstatus_to_exitcode(status)


def engine() -> set[str]:
    """Name and version of all that the engine is built from."""
    packages = [word for name in ENGINE for word in ("-p", name)]
    command = ["cargo", "tree", "--locked", "-e", "normal,build", "--prefix", "none", "--format", "{p}", *packages]
    lines = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()
    return {" ".join(line.split()[:2]).replace(" v", " ") for line in lines if line}


def main() -> int:
    shutil.rmtree(TARGET, ignore_errors=True)
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as notes:
        environment = {**os.environ, "RUSTC_WRAPPER": os.path.abspath(__file__), NOTES: notes.name}
        began = time.monotonic()
        subprocess.run([*BUILD, "--target-dir", TARGET], check=True, env=environment)
        wall = time.monotonic() - began
        compilers = [line.rstrip("\n").split("\t") for line in notes]
    total = cpu(resource.getrusage(resource.RUSAGE_CHILDREN))
    shutil.rmtree(TARGET)

    packages: dict[str, float] = {}
    for package, seconds in compilers:
        packages[package] = packages.get(package, 0.0) + float(seconds)
    of_engine = engine()
    compiled = sum(packages.values())
    parts = {
        "the engine": sum(seconds for package, seconds in packages.items() if package in of_engine),
        "all other crates": sum(seconds for package, seconds in packages.items() if package not in of_engine),
        "build scripts (the vfs for wasm; C of zstd and ring), cargo": total - compiled,
    }
    print(f"\n{wall / 60:.1f} minutes on {os.cpu_count()} cores; minutes of CPU time:")
    for part, seconds in {**parts, "all": total}.items():
        print(f"{seconds / 60:7.1f}  {part}")
    print("\nCPU seconds of the largest packages (* is the engine's):")
    for package, seconds in sorted(packages.items(), key=lambda item: -item[1])[:SHOWN]:
        print(f"{seconds:7.0f}  {package}{' *' if package in of_engine else ''}")
    return 0


if __name__ == "__main__":
    sys.exit(wrap(sys.argv[1:]) if NOTES in os.environ else main())
