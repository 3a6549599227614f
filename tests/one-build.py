"""Fails if `just demo`, `just lint` and `just test` would build a dependency twice, each with other features, or if the
tests add features to the engine of `vfs-compose run`.

The engine takes minutes to build. One feature more, of something that one of its macros uses, in one of the recipes
would be enough to build it again.
"""

import json
import os
import re
import subprocess
import sys

EVERYTHING = ["--release", "--workspace", "--exclude", "vfs-component"]
RECIPES = {
    "just test": ["test", *EVERYTHING],
    "just demo": ["build", "--release", "-p", "vfs-compose", "-p", "vfs-tests", "--bin", "vfs-compose"],
    "just bench": ["build", *EVERYTHING, "--bin", "bench"],
    "just lint": ["check", *EVERYTHING, "--all-targets"],
}
# What a user builds, without the tests.
COMMAND = ["build", "--release", "-p", "vfs-compose", "--bin", "vfs-compose"]
ENGINE = re.compile(r"(wasmtime|cranelift)\b")


def units_of(arguments: list[str]) -> list[dict]:
    """What cargo would build."""
    # The toolchain file says which cargo this is, so what is unstable in it does not change.
    command = ["cargo", *arguments, "--locked", "--unit-graph", "-Zunstable-options"]
    environment = {**os.environ, "RUSTC_BOOTSTRAP": "1"}
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment).stdout
    return json.loads(output)["units"]


def dependencies(units: list[dict]) -> dict[tuple, set[str]]:
    """What is built of each dependency, each way told by all that it is built from."""
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
            key = (package(unit), unit["target"]["kind"][0], unit["mode"])
            ways.setdefault(key, set()).add(way(index))
    return ways


def package(unit: dict) -> str:
    return unit["pkg_id"].rpartition("#")[2]


def features_of_engine(units: list[dict]) -> dict[str, set[str]]:
    """The features of each package of the engine."""
    features: dict[str, set[str]] = {}
    for unit in units:
        if ENGINE.match(package(unit)):
            features.setdefault(package(unit), set()).update(unit["features"])
    return features


def main() -> int:
    units = {recipe: units_of(arguments) for recipe, arguments in RECIPES.items()}
    (first, one), *others = ((recipe, dependencies(of_recipe)) for recipe, of_recipe in units.items())
    twice = 0
    for recipe, other in others:
        differ = {key[0] for key in one.keys() & other.keys() if not other[key] <= one[key]}
        if differ:
            twice = 1
            print(f"{first} and {recipe} build these twice: {', '.join(sorted(differ))}", file=sys.stderr)
    ours, theirs = features_of_engine(units_of(COMMAND)), features_of_engine(units[first])
    added = {name: features - ours.get(name, set()) for name, features in theirs.items()}
    for name, features in sorted(added.items()):
        if features or name not in ours:
            twice = 1
            print(f"{first} adds {', '.join(sorted(features)) or 'this'} to {name}", file=sys.stderr)
    return twice


if __name__ == "__main__":
    sys.exit(main())
