"""pyflakes over the files of `/src`."""

import sys

from pyflakes import api
from wit_world import exports


class Run(exports.Run):
    def run(self) -> None:
        # Directories come in the order of the filesystem.
        files = sorted(api.iterSourceCode(["/src"]))
        warnings = sum(api.checkPath(file) for file in files)
        print(f"{warnings} warnings in {len(files)} files")
        sys.stdout.flush()
