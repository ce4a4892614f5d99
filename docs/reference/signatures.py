"""How a function is called, as it is written in the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from docs.reference.markdown import fenced

_LINE = 100
"""Characters of a signature on one line."""


def signature(name: str, function: ast.FunctionDef) -> str:
    """How a function is called, on one line if it fits."""
    parts = list(_parameters(function.args))
    returns = "" if function.returns is None or function.name == "__init__" else f" -> {_code(function.returns)}"
    line = f"{name}({', '.join(parts)}){returns}"
    if len(line) > _LINE:
        line = "\n".join([f"{name}(", *(f"    {part}," for part in parts), f"){returns}"])
    return fenced("python", line)


def _parameters(arguments: ast.arguments) -> Iterator[str]:
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults)) + [*arguments.defaults]
    for position, (argument, default) in enumerate(zip(positional, defaults, strict=True)):
        if position > 0 or argument.arg not in ("self", "cls"):
            yield _parameter(argument, default)
    if arguments.kwonlyargs:
        yield "*" if arguments.vararg is None else f"*{arguments.vararg.arg}"
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _parameter(argument, default)


def _parameter(argument: ast.arg, default: ast.expr | None) -> str:
    annotation = "" if argument.annotation is None else f": {_code(argument.annotation)}"
    if default is None:
        return f"{argument.arg}{annotation}"
    return f"{argument.arg}{annotation}{' = ' if annotation else '='}{_code(default)}"


def _code(node: ast.expr) -> str:
    """An expression, with the quotes that our code has."""
    return ast.unparse(node).replace("'", '"')
