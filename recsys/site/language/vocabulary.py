"""Fill texts with the words of a site, and choose the variants that apply to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from markupsafe import escape

from recsys.errors import OutputError
from recsys.schema import Noun
from recsys.site.language.file import StringsFile
from recsys.site.language.nouns import with_capital, words_of_noun
from recsys.site.language.numbers import NumberFormat

_REPLACING = {"verbs": "do", "genres": "genre", "values": "value"}
"""Tables of ``[from_english]`` that replace words, and the word that chooses an entry of each."""

_USUAL_VERB = Noun().do


@dataclass(frozen=True)
class FilledText:
    """A text whose words are filled in, for ``str.format``."""

    html: str
    """As HTML, of which parameters have to be escaped."""
    plain: str
    """The same as plain text."""
    parameters: frozenset[str]
    """What the text leaves open."""
    in_words: frozenset[str]
    """Those of the parameters that are numbers in words."""


class Vocabulary:
    """The words of a site in its language, and what texts become with them."""

    def __init__(
        self,
        file: StringsFile,
        words: Mapping[str, str],
        conditions: Iterable[str],
        noun: str,
        forms: Mapping[str, str],
    ) -> None:
        """The words of the site: those given, as the tables of the file replace them and add to them.

        Args:
            file: of the language.
            words: what parameters that nobody passes stand for.
            conditions: which variants apply.
            noun: whose table ``[nouns.{noun}]`` replaces words.
            forms: words of the noun that no table replaces, because the settings of the site give them.

        Raises:
            OutputError: a word in the file is not one.
        """
        self._path, self._conditions = file.path, frozenset(conditions)
        self._words = dict(words)
        if "discovery" in words:
            self._words["discovery"] = NumberFormat(file.language).localised(words["discovery"])
        others = _words_from_english(file, words, noun)
        self._set_words({name: value for name, value in others.items() if name in words}, forms)
        if file.language.get("capital_nouns", False):
            self._words |= {name: with_capital(word) for name, word in self._words.items() if name.startswith("item")}
        plural, endings = self._words.get("items", ""), file.language.get("noun_endings", {})
        self._conditions |= {name for name, ends in endings.items() if plural.endswith(tuple(ends))}
        further = {name: value for name, value in others.items() if name not in words}
        self._set_words({**file.words, **further}, forms)

    def word(self, name: str) -> str | None:
        """A word, or with a capital letter that of the same name without; None where there is none."""
        return _word_named(name, self._words)

    def variant(self, value: Any) -> Any:
        """The variant of a text that applies to the site."""
        if not isinstance(value, dict) or "any" not in value:
            return value
        return next((text for name, text in value.items() if name in self._conditions), value["any"])

    def fill(self, key: str, text: str) -> FilledText:
        """A text with its words filled in.

        Raises:
            OutputError: the text has braces that are not around a name; ``key`` says in the message which it is.
        """
        html, plain, names, in_words = [], [], set(), set()
        try:
            pieces = list(Formatter().parse(text))
        except ValueError as problem:
            raise OutputError(f"{self._path}: {key}: {problem}; expected parameters such as {{n}}") from None
        for literal, name, spec, conversion in pieces:
            html.append(_double_braces(literal))
            plain.append(_double_braces(literal))
            if name is None:
                continue
            if not name.isidentifier() or spec not in ("", "words") or conversion:
                raise OutputError(f"{self._path}: {key}: {{{name}}} is no parameter; expected such as {{n}}")
            word = self.word(name)
            if word is None:
                names.add(name)
            if spec:
                in_words.add(name)
            html.append(f"{{{name}}}" if word is None else _double_braces(str(escape(word))))
            plain.append(f"{{{name}}}" if word is None else _double_braces(word))
        return FilledText("".join(html), "".join(plain), frozenset(names), frozenset(in_words))

    def _set_words(self, values: Mapping[str, Any], forms: Mapping[str, str]) -> None:
        for name, value in values.items():
            if name not in forms:
                self._words[name] = self._made_word(name, value)

    def _made_word(self, name: str, value: Any) -> str:
        text = self.variant(value)
        if not isinstance(text, str):
            raise OutputError(f"{self._path}: words.{name} is {value!r}; expected a text")
        filled = self.fill(f"words.{name}", text)
        if filled.parameters:
            missing = min(filled.parameters)
            raise OutputError(f"{self._path}: words.{name}: there is no word {{{missing}}} before it")
        return filled.plain.format()


def _words_from_english(file: StringsFile, words: Mapping[str, str], noun: str) -> dict[str, Any]:
    """What the language says for the noun, the verb, the label of genres and the name of counts of a site."""
    of_noun = words_of_noun(file.nouns, noun, words.get("items"))
    chosen = {table: words.get(word, "") for table, word in _REPLACING.items()}
    if chosen["verbs"] == _USUAL_VERB:  # in English nothing is known of the noun, which may be one of this language
        chosen["verbs"] = of_noun.get("verb", chosen["verbs"])
    others: dict[str, Any] = {}
    for table, name in chosen.items():
        others |= file.from_english.get(table, {}).get(name, {})
    return others | {name: value for name, value in of_noun.items() if name != "verb"}


def _word_named(name: str, words: Mapping[str, str]) -> str | None:
    if name in words:
        return words[name]
    word = words.get(name[:1].lower() + name[1:])
    return None if word is None else word[:1].upper() + word[1:]


def _double_braces(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
