"""A base class of settings that checks their values, and descriptions of what they accept."""

from __future__ import annotations

import os
from dataclasses import fields
from datetime import date, time
from typing import Any, get_type_hints

import msgspec
from msgspec import inspect

from recsys.errors import ConfigError

_MAX_SHOWN = 200
"""Characters of a wrong value that a message repeats."""


class Checked:
    """A dataclass whose values must fit its annotations: a wrong type or range is a :class:`ConfigError`.

    A field with ``repr=False`` is a secret, which no message repeats.
    """

    def __post_init__(self) -> None:
        """Check and convert every value, such as a list to a tuple."""
        for name, annotation in _annotations(type(self)).items():
            value = getattr(self, name)
            if isinstance(value, Checked):
                continue
            try:
                object.__setattr__(self, name, msgspec.convert(_plain(value), annotation))
            except (msgspec.ValidationError, RecursionError):
                shown = type_of(value) if _is_secret(type(self), name) else shortened(value)
                raise ConfigError(f"{name} is {shown}; expected {expected(type(self), name)}") from None


def _plain(value: object) -> object:
    """The value; a path as text."""
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _annotations(kind: type[Checked]) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def expected(kind: type[Checked], name: str) -> str:
    """What values a setting takes, in words."""
    return _describe(inspect.type_info(_annotations(kind)[name]))


def shortened(value: object) -> str:
    """A value as a message shows it: as a file of settings has it, where that differs from Python."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | time):  # TOML has both
        return str(value)
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # a whole number of thousands of digits, tables in thousands of tables
        return type_of(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]} ..."


def type_of(value: object) -> str:
    """How a message describes a value that it does not show."""
    return f"a value of the type {type(value).__name__}"


def has_secrets(kind: type[Checked]) -> bool:
    """Whether a class has a setting that no message may repeat."""
    return any(_is_secret(kind, setting.name) for setting in fields(kind))  # type: ignore[arg-type]


def _is_secret(kind: type[Checked], name: str) -> bool:
    annotation = _annotations(kind)[name]
    if isinstance(annotation, type) and issubclass(annotation, Checked):
        return has_secrets(annotation)
    return not next(setting for setting in fields(kind) if setting.name == name).repr  # type: ignore[arg-type]


def _describe(kind: inspect.Type) -> str:
    match kind:
        case inspect.UnionType():
            return _describe(kind.types[0])  # the other is None, for "not set"
        case inspect.Metadata():
            return str((kind.extra_json_schema or {})["description"])
        case inspect.IntType():
            return f"a whole number from {kind.ge} to {kind.le}"
        case inspect.FloatType():
            low = f"from {kind.ge:g}" if kind.gt is None else f"above {kind.gt:g}"
            high = f"to {kind.le:g}" if kind.lt is None else f"to below {kind.lt:g}"
            return f"a number {low} {high}"
        case inspect.BoolType():
            return "true or false"
        case inspect.DataclassType():
            return f"a {kind.cls.__name__}"
        case _:
            raise NotImplementedError(f"a setting of the type {kind}")
