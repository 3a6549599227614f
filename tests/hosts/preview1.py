"""Runs a preview1 module on the preview1 of the engine in PyPI's wasmtime, with a directory as `/`.

    python preview1.py MODULE DIRECTORY ENVIRONMENT NAME [ARGUMENT...]

ENVIRONMENT is a JSON object: Python adds variables to the process's own. What is compiled is kept in the user's cache.
"""

import json
import sys

from wasmtime import Config, Engine, ExitTrap, Linker, Module, Store, Trap, WasiConfig, WasmtimeError


def main(module: str, directory: str, environment: str, arguments: list[str]) -> int:
    config = Config()
    config.cache = True
    engine = Engine(config)
    linker = Linker(engine)
    linker.define_wasi()
    wasi = WasiConfig()
    wasi.argv = arguments
    wasi.env = list(json.loads(environment).items())
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    wasi.preopen_dir(directory, "/")
    store = Store(engine)
    store.set_wasi(wasi)
    instance = linker.instantiate(store, Module.from_file(engine, module))
    try:
        instance.exports(store)["_start"](store)
        return 0
    except ExitTrap as exit:
        return exit.code
    except (Trap, WasmtimeError) as trap:
        print(trap, file=sys.stderr)
        return 134


if __name__ == "__main__":
    code = main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
    sys.stdout.flush()
    sys.exit(code)
