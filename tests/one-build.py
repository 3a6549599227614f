"""Fails if `just demo`, `just lint` and `just test` would build a dependency twice, each with other features.

The engine takes minutes to build. One feature more, of something that one of its macros uses, in one of the recipes
would be enough to build it again.
"""

import json
import os
import subprocess
import sys

EVERYTHING = ["--release", "--workspace", "--exclude", "vfs-component"]
RECIPES = {
    "just test": ["test", *EVERYTHING],
    "just demo": ["build", "--release", "-p", "vfs-compose", "-p", "vfs-tests", "--bin", "vfs-compose"],
    "just bench": ["build", *EVERYTHING, "--bin", "bench"],
    "just lint": ["check", *EVERYTHING, "--all-targets"],
}


def dependencies(arguments: list[str]) -> dict[tuple, set[str]]:
    """What is built of each dependency, each way told by all that it is built from."""
    # The toolchain file says which cargo this is, so what is unstable in it does not change.
    command = ["cargo", *arguments, "--locked", "--unit-graph", "-Zunstable-options"]
    environment = {**os.environ, "RUSTC_BOOTSTRAP": "1"}
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment).stdout
    units = json.loads(output)["units"]
    known: dict[int, int] = {}

    def way(index: int) -> int:
        if index not in known:
            unit = units[index]
            own = {key: value for key, value in unit.items() if key != "dependencies"}
            below = sorted((below["extern_crate_name"], way(below["index"])) for below in unit["dependencies"])
            known[index] = hash((json.dumps(own, sort_keys=True), tuple(below)))
        return known[index]

    ways: dict[tuple, set] = {}
    for index, unit in enumerate(units):
        if unit["pkg_id"].startswith("registry+"):
            key = (unit["pkg_id"].rpartition("#")[2], unit["target"]["kind"][0], unit["mode"])
            ways.setdefault(key, set()).add(way(index))
    return ways


def main() -> int:
    (first, one), *others = ((recipe, dependencies(arguments)) for recipe, arguments in RECIPES.items())
    twice = 0
    for recipe, other in others:
        differ = {key[0] for key in one.keys() & other.keys() if not other[key] <= one[key]}
        if differ:
            twice = 1
            print(f"{first} and {recipe} build these twice: {', '.join(sorted(differ))}", file=sys.stderr)
    return twice


if __name__ == "__main__":
    sys.exit(main())
