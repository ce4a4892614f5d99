"""The JSON Schema beside an exported file, which follows from its class and the docstrings in it."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache

import msgspec


def json_schema(kind: type[msgspec.Struct]) -> bytes:
    """The schema of a class as formatted JSON, the same where Python runs without docstrings (``-OO``)."""
    if sys.flags.optimize > 1:
        _restore_docstrings(kind.__module__)
    return msgspec.json.format(msgspec.json.encode(msgspec.json.schema(kind)))


@cache
def _restore_docstrings(module: str) -> None:
    for definition in ast.parse(inspect.getsource(sys.modules[module])).body:
        if isinstance(definition, ast.ClassDef):
            getattr(sys.modules[module], definition.name).__doc__ = ast.get_docstring(definition)
