"""Runs a preview1 module on wasmtime's own preview1, with a directory as `/`.

    python preview1.py MODULE DIRECTORY ARGUMENTS...
"""

import sys

import wasmtime


def main(module: str, directory: str, *arguments: str) -> None:
    engine = wasmtime.Engine()
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    store = wasmtime.Store(engine)
    config = wasmtime.WasiConfig()
    config.argv = ["guest", *arguments]
    config.inherit_stdout()
    config.inherit_stderr()
    config.preopen_dir(directory, "/")
    store.set_wasi(config)
    instance = linker.instantiate(store, wasmtime.Module.from_file(engine, module))
    try:
        instance.exports(store)["_start"](store)
    except wasmtime.ExitTrap as ended:
        sys.exit(ended.code)


main(*sys.argv[1:])
