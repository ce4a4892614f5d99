"""The words that a language has for a noun, such as its plural."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recsys.site.language.file import read_strings_file


def knows_plural(path: Path, noun: str) -> bool:
    """Whether a file of texts has the plural of a noun in its language, given the singular.

    Raises:
        OutputError: it is no file of texts.
    """
    return "items" in words_of_noun(read_strings_file(path).nouns, noun, noun)


def words_of_noun(nouns: Mapping[str, Mapping[str, Any]], noun: str, plural: str | None) -> dict[str, Any]:
    """The words that the table ``[nouns]`` has for a noun.

    Args:
        nouns: the table, by nouns in English.
        noun: one of these, or one in the language of the file, which may also be a compound that ends in one: the
            plural of Brettspiel follows from that of Spiel.
        plural: as the settings give it; the same as ``noun`` where they do not.
    """
    if noun in nouns:
        return dict(nouns[noun])
    lower = noun.casefold()
    endings = [entry for entry in nouns.values() if lower.endswith(entry.get("item", "\0").casefold())]
    if not endings:
        return {}
    entry = max(endings, key=lambda entry: len(entry["item"]))
    first, ending = noun[: -len(entry["item"])], noun[-len(entry["item"]) :]
    items = entry["items"] if ending[0].isupper() else entry["items"].lower()
    if not first:
        return dict(entry) if plural == noun else {**entry, "items": plural}
    verb = {"verb": entry["verb"]} if "verb" in entry else {}
    return {**verb, "item": noun, "items": first + items if plural == noun else plural}
