"""Runs a command component on the wasmtime of PyPI's package, which is newer than the one in the tests.

    python wasmtime50.py APP.wasm ENVIRONMENT DIRECTORIES NAME [ARGUMENT...]

ENVIRONMENT is a JSON object: Python adds variables to the process's own. DIRECTORIES is a JSON list of pairs: a path,
and the name under which the directory is given. What is compiled is kept in the user's cache.
"""

import json
import os
import sys

from wasmtime import Config, Engine, ExitTrap, Store, Trap, WasiConfig, WasmtimeError, component


def main(path: str, environment: str, directories: str, arguments: list[str]) -> int:
    config = Config()
    config.cache = True
    engine = Engine(config)
    linker = component.Linker(engine)
    linker.add_wasip2()
    linker.add_wasi_http()
    wasi = WasiConfig()
    wasi.argv = arguments
    wasi.env = list(json.loads(environment).items())
    for directory, name in json.loads(directories):
        wasi.preopen_dir(directory, name)
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    store = Store(engine)
    store.set_wasi(wasi)
    store.set_wasi_http()
    compiled = component.Component.from_file(engine, path)
    # It may end while it is instantiated.
    try:
        return run(store, linker.instantiate(store, compiled))
    except ExitTrap as exit:
        return exit.code
    except (Trap, WasmtimeError) as trap:
        print(trap, file=sys.stderr)
        return 134


def run(store: Store, app: component.Instance) -> int:
    for minor in range(13):
        interface = app.get_export_index(store, f"wasi:cli/run@0.2.{minor}")
        if interface is not None:
            break
    else:
        print("the component exports no `wasi:cli/run`", file=sys.stderr)
        return 2
    function = app.get_func(store, app.get_export_index(store, "run", interface))
    return 0 if function(store).tag == "ok" else 1


if __name__ == "__main__":
    code = main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
    sys.stdout.flush()
    os._exit(code)
