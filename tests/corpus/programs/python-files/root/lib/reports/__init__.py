"""A package that lies in the image: it is found through `sys.path` when the program runs."""

from .digest import digest

__all__ = ["digest", "report"]


def report(tree):
    """One line for each file of `tree`, a list of pairs of path and bytes."""
    return [f"{digest(data)[:12]} {len(data):6} {path}" for path, data in sorted(tree)]
