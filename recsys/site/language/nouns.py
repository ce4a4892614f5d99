"""The words that a language has for a noun, such as its plural."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recsys.site.language.file import read_strings_file

_COMPOUNDS = "compounds"
"""Setting of an entry of ``[nouns]`` that is not a word."""


def knows_plural(path: Path, noun: str) -> bool:
    """Whether a file of texts has the plural of a noun in its language, given the singular.

    Raises:
        OutputError: it is no file of texts.
    """
    return "items" in words_of_noun(read_strings_file(path).nouns, noun, noun)


def has_noun(path: Path, noun: str) -> bool:
    """Whether a noun is one of the language of a file of texts, and not spelt the same in English.

    Raises:
        OutputError: it is no file of texts.
    """
    nouns = read_strings_file(path).nouns
    own = {english: entry for english, entry in nouns.items() if entry.get("item", "").casefold() != english}
    return noun not in nouns and bool(words_of_noun(own, noun, noun))


def words_of_noun(nouns: Mapping[str, Mapping[str, Any]], noun: str, plural: str | None) -> dict[str, Any]:
    """The words that the table ``[nouns]`` has for a noun.

    Args:
        nouns: the table, by nouns in English.
        noun: one of these, or one in the language of the file, which may also be a compound that ends in one: the
            plural of Brettspiel follows from that of Spiel. An entry with ``compounds = "none"``, such
            as Ort, ends other words too: Antwort is not a kind of Ort.
        plural: as the settings give it; the same as ``noun`` where they do not.
    """
    words = _table_of_noun(nouns, noun, plural)
    return {name: word for name, word in words.items() if name != _COMPOUNDS}


def _table_of_noun(nouns: Mapping[str, Mapping[str, Any]], noun: str, plural: str | None) -> dict[str, Any]:
    if noun in nouns:
        return dict(nouns[noun])
    endings = [entry for entry in nouns.values() if "item" in entry and _is_or_ends_in(noun, entry)]
    if not endings:
        return {}
    entry = max(endings, key=lambda entry: len(entry["item"]))
    first, ending = noun[: -len(entry["item"])], noun[-len(entry["item"]) :]
    items = entry["items"] if ending[0].isupper() else entry["items"].lower()
    if not first:
        return dict(entry) if plural == noun else {**entry, "items": plural}
    verb = {"verb": entry["verb"]} if "verb" in entry else {}
    return {**verb, "item": noun, "items": first + items if plural == noun else plural}


def _is_or_ends_in(noun: str, entry: Mapping[str, Any]) -> bool:
    lower, item = noun.casefold(), entry["item"].casefold()
    return lower == item or (lower.endswith(item) and entry.get(_COMPOUNDS) != "none")


def with_capital(noun: str) -> str:
    """A noun in small letters with the capital letters of German: Brettspiel, Indie-Spiel, neues Spiel."""
    if noun != noun.lower():
        return noun
    adjectives, space, last = noun.rpartition(" ")
    return adjectives + space + "-".join(part[:1].upper() + part[1:] for part in last.split("-"))
