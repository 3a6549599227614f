"""Runs test suites one test at a time, and lists CPU and wall seconds of each suite and of the slowest tests.

    python3 tests/times.py [--slowest N] [WORD...]     suites whose name contains a word; all, if there is none

It builds what `just test` builds, and `TESTS=quick` or `TESTS=all` means what it means there. What a test starts (engines,
compilers, browsers) counts as the test's. The first test that needs something, a guest or a component, pays for making it.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time

TICK = os.sysconf("SC_CLK_TCK")
BUILD = ["cargo", "test", "--release", "--workspace", "--exclude", "vfs-component", "--tests", "--no-run"]
# "test NAME ... ok", as both harnesses print it.
RESULT = re.compile(r"^test (.+?)\s+(?:- should panic )?\.\.\. (ok|FAILED|ignored)")


def cpu_of(root: int) -> float:
    """CPU seconds of a process, of all below it that live, and of all whose parent has taken note of their end."""
    parents, used = {}, {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(name)] = int(fields[1])
            used[int(name)] = sum(int(field) for field in fields[11:15]) / TICK
    total = 0.0
    for process, seconds in used.items():
        at = process
        while at not in (root, 0, 1):
            at = parents.get(at, 0)
        total += seconds if at == root else 0.0
    return total


def suites(words: list[str]) -> list[tuple[str, str, str]]:
    """Name, program and folder of each suite, after they were built."""
    output = subprocess.run([*BUILD, "--message-format", "json"], stdout=subprocess.PIPE, check=True).stdout
    found = []
    for line in output.splitlines():
        message = json.loads(line)
        if message.get("executable") and message.get("profile", {}).get("test"):
            folder = os.path.dirname(message["manifest_path"])
            package = os.path.basename(folder)
            name = f"{package}/{message['target']['name']}"
            if not words or any(word in name for word in words):
                found.append((name, message["executable"], folder))
    return sorted(found)


def run(name: str, program: str, folder: str) -> tuple[float, float, list, bool]:
    """Wall and CPU seconds of a suite, those of its tests, and whether all passed."""
    environment = {**os.environ, "CARGO_MANIFEST_DIR": folder}
    start = time.monotonic()
    command = [program, "--test-threads=1"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder, env=environment, text=True)
    tests, wall, cpu, ignored = [], start, 0.0, 0
    for line in child.stdout:
        result = RESULT.match(line)
        if result is None:
            if not line.startswith("test ") and line.strip():
                print(line, end="")
            continue
        now, used = time.monotonic(), cpu_of(child.pid)
        if result[2] == "ignored":
            ignored += 1
            continue
        tests.append((max(used - cpu, 0.0), now - wall, f"{name} {result[1]}"))
        wall, cpu = now, max(used, cpu)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    # What a suite leaves running is not waited for; what it was seen to use counts.
    total = max(usage.ru_utime + usage.ru_stime, cpu)
    took = time.monotonic() - start
    print(f"{name}: {len(tests)} tests, {ignored} left out, {total:.1f} s CPU, {took:.1f} s", flush=True)
    return total, took, tests, child.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--slowest", type=int, default=40)
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    all_suites, all_tests, failed = [], [], []
    for name, program, folder in suites(arguments.words):
        cpu, wall, tests, passed = run(name, program, folder)
        all_suites.append((cpu, wall, name))
        all_tests += tests
        if not passed:
            failed.append(name)
    slowest = sorted(all_tests, reverse=True)[: arguments.slowest]
    for title, rows in (("suites", all_suites), ("slowest tests", slowest)):
        print(f"\n{title}\n  CPU s  wall s")
        for cpu, wall, name in sorted(rows, reverse=True):
            print(f"{cpu:7.1f} {wall:7.1f}  {name}")
    print(f"{sum(cpu for cpu, _, _ in all_suites):7.1f} {sum(wall for _, wall, _ in all_suites):7.1f}  all")
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
