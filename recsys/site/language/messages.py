"""A text of the interface with its plural forms, as a page and a script show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recsys.errors import OutputError
from recsys.site.language.file import StringsFile
from recsys.site.language.plurals import PluralRule
from recsys.site.language.vocabulary import Vocabulary

Text = str | dict[str, str]
"""A text, or its plural forms by CLDR category."""


@dataclass(frozen=True)
class Message:
    """A text of the file with the words of the site filled in."""

    html: Text
    """For ``str.format``, of which parameters have to be escaped."""
    plain: Text
    """The same as text."""
    parameters: frozenset[str]
    in_words: frozenset[str]
    has_markup: bool


def make_messages(file: StringsFile, vocabulary: Vocabulary, plurals: PluralRule) -> dict[str, Message]:
    """All texts of a file, by key.

    Raises:
        OutputError: a text is not one, or lacks a plural form of the language.
    """
    messages = {}
    for key, value in file.texts.items():
        text = vocabulary.variant(value)
        if "." not in key or not _is_text(text, plurals):
            expected = f"a text, plural forms ({', '.join(plurals.categories)}), or variants with one for any"
            raise OutputError(f"{file.path}: {key} is {value!r:.100}; expected {expected}, in a table")
        messages[key] = _make_message(key, text, vocabulary)
    return messages


def _is_text(text: Any, plurals: PluralRule) -> bool:
    if isinstance(text, dict):
        return set(text) == set(plurals.categories) and all(isinstance(form, str) for form in text.values())
    return isinstance(text, str)


def _make_message(key: str, text: str | Mapping[str, str], vocabulary: Vocabulary) -> Message:
    if isinstance(text, str):
        filled = vocabulary.fill(key, text)
        return Message(filled.html, filled.plain, filled.parameters, filled.in_words, _has_markup(text))
    forms = {category: vocabulary.fill(key, form) for category, form in text.items()}
    return Message(
        html={category: form.html for category, form in forms.items()},
        plain={category: form.plain for category, form in forms.items()},
        parameters=frozenset({"n"}).union(*(form.parameters for form in forms.values())),
        in_words=frozenset[str]().union(*(form.in_words for form in forms.values())),
        has_markup=any(map(_has_markup, text.values())),
    )


def _has_markup(text: str) -> bool:
    return "<" in text or "&" in text
