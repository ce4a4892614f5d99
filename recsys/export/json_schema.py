"""The JSON Schema beside an exported file, which follows from its class and the docstrings in it."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache

import msgspec


def json_schema(kind: type[msgspec.Struct]) -> bytes:
    """The schema of a class as formatted JSON, the same with every Python and msgspec, and with -OO."""
    _set_docstrings(kind.__module__)
    return msgspec.json.format(msgspec.json.encode(msgspec.json.schema(kind)))


@cache
def _set_docstrings(module: str) -> None:
    """Give the classes of a module their docstrings as they are written, without the indentation of the source.

    Python before 3.13 leaves it there, and so does msgspec before 0.20; ``-OO`` removes docstrings altogether.
    """
    for definition in ast.parse(inspect.getsource(sys.modules[module])).body:
        if isinstance(definition, ast.ClassDef):
            getattr(sys.modules[module], definition.name).__doc__ = ast.get_docstring(definition)
