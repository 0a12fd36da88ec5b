"""Families: one file per member, found by looking into a package; the YAML word is the file's name."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

__all__ = ["load_family"]


@cache
def load_family(package: str, base: type) -> dict[str, Any]:
    """Every final subclass of ``base`` defined in a module of ``package``, keyed by module name.

    A module must define exactly one; members do not import one another.
    """
    found: dict[str, Any] = {}
    parent = importlib.import_module(package)
    for info in sorted(pkgutil.iter_modules(parent.__path__), key=lambda m: m.name):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package}.{info.name}")
        members = [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, base) and value.__module__ == module.__name__
        ]
        if len(members) != 1:
            raise TypeError(f"{module.__name__} must define exactly one {base.__name__}, found {len(members)}")
        found[info.name] = members[0]
    return found
