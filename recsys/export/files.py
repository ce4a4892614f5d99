"""The exported files written and read back: JSON, or for pages opened from disk JSON inside a script."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from itertools import chain
from operator import attrgetter, itemgetter
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from recsys.errors import OutputError
from recsys.export.garbage import no_garbage_collection
from recsys.export.json_schema import json_schema
from recsys.export.script import json_in, script_of
from recsys.schema import (
    SCHEMA,
    Artefacts,
    Build,
    DeepTower,
    ItemEmbeddings,
    Items,
    LossHistory,
    MapReplay,
    Metrics,
    Recommendations,
    ShownLists,
)
from recsys.writing import writing

FILES: dict[str, Any] = {
    "build": Build,
    "loss_history": LossHistory,
    "item_embeddings": ItemEmbeddings,
    "recommendations": Recommendations,
    "metrics": Metrics,
    "items": Items,
    "map_replay": MapReplay,
    "deep_tower": DeepTower,
    "shown_lists": ShownLists,
}
"""The type of each exported file, by its field of :class:`~recsys.schema.Artefacts`."""
_T = TypeVar("_T")


class _Stamp(Struct):
    """The field that tells how to read the rest of a file."""

    schema: int


def write_artefacts(artefacts: Artefacts, folder: Path) -> list[str]:
    """Write every file, and its JSON Schema beside it, into ``folder``, which is made if only its parent is there.

    Returns:
        The names of all these files.

    Raises:
        OutputError: a number is not finite, and JSON has no such numbers; or the disk refuses.
    """
    with writing(folder.name):
        folder.mkdir(exist_ok=True)
    values = [getattr(artefacts, field) for field in FILES]
    return [name for value in values if value is not None for name in write_artefact(value, folder)]


def write_artefact(value: Struct, folder: Path) -> list[str]:
    """Write one file and its JSON Schema; returns their names.

    Raises:
        OutputError: a number is not finite, and JSON has no such numbers; or the disk refuses.
    """
    kind: Any = type(value)
    _refuse_infinite(kind.FILE, value)
    schema = json_schema(kind)
    contents = {
        kind.FILE: _written(kind.FILE, msgspec.json.encode(value)),
        Path(kind.FILE).with_suffix(".schema.json").name: schema + b"\n",
    }
    for name, content in contents.items():
        with writing(f"{folder.name}/{name}"):
            (folder / name).write_bytes(content)
    return list(contents)


def read_artefacts(folder: Path) -> Artefacts:
    """Read what :func:`write_artefacts` wrote.

    Raises:
        OutputError: a file is absent, does not parse, or was written by another schema.
    """
    paths = {field: folder / kind.FILE for field, kind in FILES.items()}
    absent = absent_files(_read(paths["build"], Build))
    with no_garbage_collection():
        return Artefacts(**{field: _read(path, FILES[field]) for field, path in paths.items() if field not in absent})


def absent_files(build: Build) -> set[str]:
    """The fields of the files that an export does not have, by its settings."""
    is_absent = {"deep_tower": "deep" not in build.models, "shown_lists": not build.config.get("discovery")}
    return {field for field, absent in is_absent.items() if absent}


def _written(name: str, text: bytes) -> bytes:
    """A file's content: the JSON itself, or a script around it."""
    return script_of(Path(name).stem, text.decode()).encode() if name.endswith(".js") else text + b"\n"


def _read(path: Path, kind: type[_T]) -> _T:
    try:
        return read_artefact(path, kind)
    except FileNotFoundError:
        raise OutputError(f"{path}: not found; build the site once without --render-only") from None
    except OutputError as problem:
        raise OutputError(f"{path}: {problem}; build the site again without --render-only") from None


def read_artefact(path: Path, kind: type[_T]) -> _T:
    """Read one exported file.

    Raises:
        OutputError: it does not parse, is not of this type, or was written by another schema; the text is the reason.
        FileNotFoundError: it is absent.
    """
    try:
        content = path.read_bytes()
        if path.suffix == ".js":
            content = json_in(content.decode()).encode()
        schema = msgspec.json.decode(content, type=_Stamp).schema
        if schema != SCHEMA:
            raise OutputError(f"written in schema {schema}, this version reads {SCHEMA}")
        return msgspec.json.decode(content, type=kind)
    except RecursionError:
        raise OutputError("its JSON is nested too deep") from None
    except (msgspec.DecodeError, ValueError) as problem:
        raise OutputError(str(problem)) from None


def _refuse_infinite(name: str, value: Struct) -> None:
    """The encoder would write NaN as null, which says "unknown" where it should say "broken"."""
    if _are_finite([value], type(value)):
        return
    problem = _find_infinite(value)
    if problem is not None:
        path, number = problem
        raise OutputError(f"{name}: {path.lstrip('.')} is {number}; expected a finite number")


def _find_infinite(value: Any) -> tuple[str, float] | None:
    """Where there is a number that is not finite, such as ``.users.7.rated``, and the number."""
    if isinstance(value, Struct):
        for field in _number_fields(type(value)):
            problem = _find_infinite(getattr(value, field))
            if problem is not None:
                return f".{field}{problem[0]}", problem[1]
    elif isinstance(value, list | tuple):
        for element in value:
            if (problem := _find_infinite(element)) is not None:
                return problem
    elif isinstance(value, dict):
        for key, element in value.items():
            problem = _find_infinite(element)
            if problem is not None:
                return f".{key}{problem[0]}", problem[1]
    elif isinstance(value, float) and not math.isfinite(value):
        return "", value
    return None


def _are_finite(values: Sequence[Any], annotation: Any) -> bool:
    """Whether all numbers in some values of one type are finite.

    Level by level, all values of a level at once: to go into each of a million rows takes ten times as long. Which
    number is not finite is looked for afterwards, where one is.
    """
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    arguments = [argument for argument in get_args(annotation) if argument is not NoneType]
    if not _may_hold_float(annotation):
        return True
    if get_origin(annotation) in (Union, UnionType) and len(arguments) == 1:
        return _are_finite([value for value in values if value is not None], arguments[0])
    if annotation is float:
        return all(map(math.isfinite, values))
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        fields = [field for field in msgspec.structs.fields(annotation) if _may_hold_float(field.type)]
        return all(_are_finite(list(map(attrgetter(field.name), values)), field.type) for field in fields)
    kind = get_origin(annotation)
    if kind is dict:
        return _are_finite(list(chain.from_iterable(map(dict.values, values))), arguments[1])
    if kind is list or (kind is tuple and arguments[1:] == [Ellipsis]):
        return _are_finite(list(chain.from_iterable(values)), arguments[0])
    if kind is tuple:
        return all(
            _are_finite(list(map(itemgetter(place), values)), argument) for place, argument in enumerate(arguments)
        )
    return all(_find_infinite(value) is None for value in values)


@functools.cache
def _number_fields(kind: type[Struct]) -> tuple[str, ...]:
    """The fields of a type that may hold a float: there is nothing to look for in others."""
    fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
    return tuple(name for name, annotation in fields.items() if _may_hold_float(annotation))


def _may_hold_float(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return bool(_number_fields(annotation))
    arguments = get_args(annotation)
    return any(map(_may_hold_float, arguments)) if arguments else annotation in (float, Any, Union)
