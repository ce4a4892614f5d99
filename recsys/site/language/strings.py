"""The texts of one site, by key, for pages, charts and scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from recsys.errors import OutputError
from recsys.schema import Artefacts
from recsys.site.language.conditions import conditions_of
from recsys.site.language.exported import ExportedTexts
from recsys.site.language.file import read_strings_file
from recsys.site.language.messages import Message, Text, make_messages
from recsys.site.language.numbers import NumberFormat
from recsys.site.language.plurals import PluralRule
from recsys.site.language.site_words import words_of
from recsys.site.language.vocabulary import Vocabulary


class Strings:
    """The texts of one site, by key: ``strings("map.title")``.

    Attributes:
        language: code of the language, such as ``en``.
        keys: of all texts.
    """

    def __init__(
        self,
        path: Path,
        words: Mapping[str, str],
        conditions: Iterable[str],
        noun: str,
        forms: Mapping[str, str] | None = None,
    ) -> None:
        """Read a file of texts.

        Args:
            path: the file.
            words: what parameters that nobody passes stand for.
            conditions: which variants apply.
            noun: whose table ``[nouns.{noun}]`` replaces words.
            forms: words of the noun that no table replaces, because the settings of the site give them.

        Raises:
            OutputError: the file is missing, or a text in it is not one.
        """
        file = read_strings_file(path)
        self._path = path
        self.language: str = file.language.get("code", path.stem)
        self._plurals = PluralRule.of_language(file.language)
        self._numbers = NumberFormat(file.language)
        self._lowers_labels: bool = file.language.get("labels_in_sentences", "lower") == "lower"
        self._vocabulary = Vocabulary(file, words, conditions, noun, forms or {})
        translations = file.from_english.get("texts", {})
        self._exported = ExportedTexts(
            {text: self._vocabulary.fill(text, value) for text, value in translations.items()}, self._numbers
        )
        self._messages = make_messages(file, self._vocabulary, self._plurals)
        self.keys = frozenset(self._messages)

    def __call__(self, key: str, /, **parameters: Any) -> Markup:
        """A text as HTML.

        Args:
            key: of the text.
            parameters: what the text leaves open. Numbers are written as people write them, markup is inserted as it
                is, anything else is escaped.

        Raises:
            OutputError: there is no such text, or it has other parameters.
        """
        message = self._find(key, parameters)
        values = {
            name: self._number(message, name, value) if type(value) is int else str(escape(value))
            for name, value in parameters.items()
        }
        return Markup(self._form(message.html, parameters).format_map(values))

    def text(self, key: str, /, **parameters: Any) -> str:
        """A text as plain text, for what is not HTML: titles, charts, pictures.

        Raises:
            OutputError: there is no such text, or it has other parameters or markup.
        """
        message = self._find(key, parameters)
        if message.has_markup:
            raise OutputError(f"{self._path}: {key} is shown where markup is not; expected a text without")
        values = {
            name: self._number(message, name, value) if type(value) is int else str(value)
            for name, value in parameters.items()
        }
        return self._form(message.plain, parameters).format_map(values)

    def for_script(self, keys: Iterable[str]) -> dict[str, Text]:
        """Texts for ``shared/strings.js``, whose parameters are written ``{name}``.

        Raises:
            OutputError: there is no such text, or it has markup, which a script would show as text, or a number in
                words, which scripts do not have.
        """
        texts: dict[str, Text] = {}
        for key in sorted(keys):
            message = self._known(key)
            text = message.plain
            if message.has_markup:
                raise OutputError(f"{self._path}: {key} is used by a script; expected a text without markup")
            if message.in_words:
                raise OutputError(f"{self._path}: {key} is used by a script; expected its numbers in digits")
            if isinstance(text, dict):
                texts[key] = {name: _single_braces(form) for name, form in text.items()}
            else:
                texts[key] = _single_braces(text)
        return texts

    def word(self, name: str) -> str:
        """A word of the site, as text.

        Raises:
            OutputError: there is no such word.
        """
        word = self._vocabulary.word(name)
        if word is None:
            raise OutputError(f"{self._path}: there is no word {name!r}; add it to the table [words]")
        return word

    def number(self, text: str) -> str:
        """A number that was written with , and . and % as this language writes it."""
        return self._numbers.localised(text)

    def exported(self, text: str) -> str:
        """A text that the exported files have in English, in this language; as it is where it is not translated."""
        return self._exported.translate(text)

    def in_sentence(self, label: str) -> str:
        """A label, such as that of a model, as it is written inside a sentence: in English without a capital."""
        return label.lower() if self._lowers_labels else label

    def formatted(self, format_number: Callable[..., str]) -> Callable[..., str]:
        """The same function, whose numbers are written as this language writes them."""
        return self._numbers.formatted(format_number)

    def parameters(self, key: str) -> frozenset[str]:
        """The parameters that a text leaves open."""
        return self._known(key).parameters

    def _known(self, key: str) -> Message:
        try:
            return self._messages[key]
        except KeyError:
            raise OutputError(f"{self._path}: there is no text {key!r}; add it to the file") from None

    def _find(self, key: str, parameters: Mapping[str, Any]) -> Message:
        message = self._known(key)
        if parameters.keys() != message.parameters:
            given, expected = (", ".join(sorted(names)) or "none" for names in (parameters, message.parameters))
            raise OutputError(f"{self._path}: {key} has other parameters: given {given}; expected {expected}")
        return message

    def _form(self, text: Text, parameters: Mapping[str, Any]) -> str:
        return text if isinstance(text, str) else text[self._plurals.category(parameters["n"])]

    def _number(self, message: Message, name: str, value: int) -> str:
        return self._numbers.in_words(value) if name in message.in_words else self._numbers.whole(value)


def site_strings(templates: Path, artefacts: Artefacts) -> Strings:
    """The texts of a site in the language of its presentation.

    Raises:
        OutputError: there is no file for this language, or a text in it is not one.
    """
    presentation = artefacts.build.presentation
    path = templates / "strings" / f"{presentation.language}.toml"
    noun = presentation.item
    return Strings(path, words_of(artefacts), conditions_of(artefacts), noun.one, noun.forms)


def _single_braces(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")
