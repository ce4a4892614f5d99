"""The texts about each setting, from the code: for ``--init``, and for the reference in ``docs/``."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from itertools import pairwise
from typing import Any

from recsys.config.checked import Checked
from recsys.models.registry import MODELS
from recsys.site.pages.wanted import OPTIONAL_PAGES


def explanations(kind: type[Checked]) -> dict[str, str]:
    """The text below each setting of a class, by name."""
    texts = {}
    body = _definition(kind).body
    for statement, following in pairwise(body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            assert isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            texts[statement.target.id] = str(following.value.value)
    return texts


def summary(kind: type[Checked]) -> str:
    """The first paragraph of the docstring of a class."""
    return (ast.get_docstring(_definition(kind)) or "").split("\n\n")[0]


def choices(name: str) -> list[str]:
    """The names that a setting may list; empty for a setting of another kind."""
    return {"models": list(MODELS), "pages": list(OPTIONAL_PAGES)}.get(name, [])


def toml_value(value: Any) -> str:
    """A setting as TOML; None, for which TOML has no value, as an empty text."""
    if value is None:
        return '""'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, int | float):
        return repr(value)
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _definition(kind: type[Checked]) -> ast.ClassDef:
    """A class as it is written: its docstrings are there also where Python runs without them (``-OO``)."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)
    return definition
