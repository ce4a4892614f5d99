"""Read a file of texts in ``templates/strings/``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recsys.errors import OutputError
from recsys.site.language.plurals import CATEGORIES


@dataclass(frozen=True)
class StringsFile:
    """The tables of a file of texts, as they are written there.

    Attributes:
        path: the file.
        language: how the language writes numbers, plurals and labels.
        nouns: words of sites about one kind of item, by the noun in English.
        words: further words that texts are filled with, each after those that it is made of.
        from_english: what replaces verbs, labels of genres, names of counts and texts of exported files.
        texts: by key, such as ``map.title``: each a text, plural forms or variants.
    """

    path: Path
    language: Mapping[str, Any]
    nouns: Mapping[str, Mapping[str, Any]]
    words: Mapping[str, Any]
    from_english: Mapping[str, Mapping[str, Any]]
    texts: Mapping[str, Any]


def read_strings_file(path: Path) -> StringsFile:
    """Read a file of texts.

    Raises:
        OutputError: the file is missing, or is not TOML.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise OutputError(f"{path}: {problem.strerror}; expected the templates with their texts") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise OutputError(f"{path}: {problem}; expected TOML such as title = 'About'") from None
    language, nouns, words, from_english = (
        tables.pop(name, {}) for name in ("language", "nouns", "words", "from_english")
    )
    return StringsFile(path, language, nouns, words, from_english, dict(_flatten(tables)))


def _flatten(tables: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Texts by key: ``[map]`` with ``title = "Map"`` is ``("map.title", "Map")``."""
    for name, value in tables.items():
        if isinstance(value, dict) and "any" not in value and not value.keys() <= CATEGORIES:
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
