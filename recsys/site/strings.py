"""The texts of the interface: one TOML file a language in ``templates/strings/``, filled with the words of the site.

A text is plain or limited HTML with parameters, ``"Rate a few {items}"``. It is either written once, or as a table:

- of plural forms, ``{one = "{n} {item}", other = "{n} {items}"}``, chosen by the number ``n``;
- of variants for sites of one kind, ``{counts = "most {did}", any = "rated best"}``: the first key that applies to
  the site, else ``any``; a variant may have plural forms.

Words are parameters that nobody passes: they follow from the site. :func:`words_of` gives the first ones, the table
``[words]`` of the file makes others of them, and ``[nouns.film]`` replaces or adds those of a noun, for a language in
which they cannot be made of the settings. ``{Item}`` is ``{item}`` with a capital letter.

Fluent and ICU can say all of this too, but bring a formatter of their own to the browser; gettext chooses a text by
one number and knows no nouns. Plural rules are gettext's, which Python has, and ``Intl.PluralRules`` in the browser.
"""

from __future__ import annotations

import gettext
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from markupsafe import Markup, escape

from recsys.errors import OutputError
from recsys.schema import Artefacts, Build
from recsys.site.control import control_of
from recsys.site.shown_lists import discovery_of

Text = str | dict[str, str]
"""A text, or its plural forms by CLDR category."""
_USUALLY_NAMED = 30
"""Rated items of a user that a site names unless its settings say otherwise."""
_MANY_ITEMS = 20
"""Items from which on ten are left to recommend to a visitor who has rated a few."""
_ABBREVIATION = re.compile(r"[A-Z]{2,}s?\b|[A-Z]{2,}\d")
_SILENT_H = re.compile(r"hour|heir|honest|honou?r", re.IGNORECASE)
_VOWEL_LETTER_WITH_CONSONANT = re.compile(r"eu|ew|on(e|ce)\b|uni(?![nm])|u[bcfhjkqrst][aeiou]", re.IGNORECASE)
_CATEGORIES = frozenset({"zero", "one", "two", "few", "many", "other"})


@dataclass(frozen=True)
class _Message:
    """A text of the file with the words of the site filled in."""

    html: Text
    """For ``str.format``, of which parameters have to be escaped."""
    plain: Text
    """The same as text."""
    parameters: frozenset[str]
    has_markup: bool


class Strings:
    """The texts of one site, by key: ``strings("map.title")``.

    Attributes:
        language: code of the language, such as ``en``.
        keys: of all texts.
    """

    def __init__(self, path: Path, words: Mapping[str, str], conditions: Iterable[str], noun: str) -> None:
        """Read a file of texts.

        Args:
            path: the file.
            words: what parameters that nobody passes stand for.
            conditions: which variants apply.
            noun: whose table ``[nouns.{noun}]`` replaces words.

        Raises:
            OutputError: the file is missing, or a text in it is not one.
        """
        self._path, self._conditions = path, frozenset(conditions)
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as problem:
            raise OutputError(f"{path}: {problem.strerror}; expected the templates with their texts") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            raise OutputError(f"{path}: {problem}; expected TOML such as title = 'About'") from None
        language = tables.pop("language", {})
        self.language: str = language.get("code", path.stem)
        self._categories: list[str] = language.get("plurals", ["one", "other"])
        self._category: Callable[[int], int] = gettext.c2py(language.get("plural_rule", "n != 1"))
        self._separators = str.maketrans(",.", language.get("thousands", ",") + language.get("decimal", "."))
        self._words = dict(words)
        nouns = tables.pop("nouns", {})
        for name, value in (tables.pop("words", {}) | nouns.get(noun, {})).items():
            self._words[name] = self._word(name, value)
        self._messages = {key: self._message(key, value) for key, value in _flatten(tables)}
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
        values = {name: self._html(value) for name, value in parameters.items()}
        return Markup(self._form(message.html, parameters).format_map(values))

    def text(self, key: str, /, **parameters: Any) -> str:
        """A text as plain text, for what is not HTML: titles, charts, pictures.

        Raises:
            OutputError: there is no such text, or it has other parameters or markup.
        """
        message = self._find(key, parameters)
        if message.has_markup:
            raise OutputError(f"{self._path}: {key} is shown where markup is not; expected a text without")
        text = self._form(message.plain, parameters)
        return text.format_map({name: self._plain(value) for name, value in parameters.items()})

    def for_script(self, keys: Iterable[str]) -> dict[str, Text]:
        """Texts for ``shared/strings.js``, whose parameters are written ``{name}``.

        Raises:
            OutputError: there is no such text, or it has markup, which a script would show as text.
        """
        texts: dict[str, Text] = {}
        for key in sorted(keys):
            message = self._known(key)
            text = message.plain
            if message.has_markup:
                raise OutputError(f"{self._path}: {key} is used by a script; expected a text without markup")
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
        word = _word_named(name, self._words)
        if word is None:
            raise OutputError(f"{self._path}: there is no word {name!r}; add it to the table [words]")
        return word

    def number(self, text: str) -> str:
        """A number that was written with , and . as this language writes it."""
        return text.translate(self._separators)

    def formatted(self, format_number: Callable[..., str]) -> Callable[..., str]:
        """The same function, whose numbers are written as this language writes them."""
        if self.number(",.") == ",.":
            return format_number
        return lambda *arguments, **options: self.number(format_number(*arguments, **options))

    def parameters(self, key: str) -> frozenset[str]:
        """The parameters that a text leaves open."""
        return self._known(key).parameters

    def _known(self, key: str) -> _Message:
        try:
            return self._messages[key]
        except KeyError:
            raise OutputError(f"{self._path}: there is no text {key!r}; add it to the file") from None

    def _find(self, key: str, parameters: Mapping[str, Any]) -> _Message:
        message = self._known(key)
        if parameters.keys() != message.parameters:
            given, expected = (", ".join(sorted(names)) or "none" for names in (parameters, message.parameters))
            raise OutputError(f"{self._path}: {key} has other parameters: given {given}; expected {expected}")
        return message

    def _form(self, text: Text, parameters: Mapping[str, Any]) -> str:
        return text if isinstance(text, str) else text[self._categories[self._category(abs(parameters["n"]))]]

    def _html(self, value: Any) -> str:
        return self.number(f"{value:,}") if type(value) is int else str(escape(value))

    def _plain(self, value: Any) -> str:
        return self.number(f"{value:,}") if type(value) is int else str(value)

    def _word(self, name: str, value: Any) -> str:
        text = self._variant(name, value)
        if not isinstance(text, str):
            raise OutputError(f"{self._path}: words.{name} is {value!r}; expected a text")
        return text.format_map(_Words(self._words, self._path, f"words.{name}"))

    def _variant(self, key: str, value: Any) -> Any:
        """The variant of a text that applies to the site."""
        if not isinstance(value, dict) or "any" not in value:
            return value
        return next((text for name, text in value.items() if name in self._conditions), value["any"])

    def _message(self, key: str, value: Any) -> _Message:
        text = self._variant(key, value)
        is_plural = isinstance(text, dict)
        forms = text if isinstance(text, dict) else {"other": text}
        lacks_form = is_plural and set(forms) != set(self._categories)
        if "." not in key or lacks_form or not all(isinstance(form, str) for form in forms.values()):
            expected = f"a text, plural forms ({', '.join(self._categories)}), or variants with one for any"
            raise OutputError(f"{self._path}: {key} is {value!r:.100}; expected {expected}, in a table")
        html: dict[str, str] = {}
        plain: dict[str, str] = {}
        parameters = frozenset({"n"} if is_plural else ())
        for name, form in forms.items():
            html[name], plain[name], names = self._fill(key, form)
            parameters |= names
        has_markup = any("<" in form or "&" in form for form in forms.values())
        if not is_plural:
            return _Message(html["other"], plain["other"], parameters, has_markup)
        return _Message(html, plain, parameters, has_markup)

    def _fill(self, key: str, text: str) -> tuple[str, str, frozenset[str]]:
        """A text with its words filled in, as HTML and as plain text, and the parameters that it leaves open."""
        html, plain, names = [], [], set()
        try:
            pieces = list(Formatter().parse(text))
        except ValueError as problem:
            raise OutputError(f"{self._path}: {key}: {problem}; expected parameters such as {{n}}") from None
        for literal, name, spec, conversion in pieces:
            html.append(_double_braces(literal))
            plain.append(_double_braces(literal))
            if name is None:
                continue
            if not name.isidentifier() or spec or conversion:
                raise OutputError(f"{self._path}: {key}: {{{name}}} is no parameter; expected such as {{n}}")
            word = _word_named(name, self._words)
            if word is None:
                names.add(name)
            html.append(f"{{{name}}}" if word is None else _double_braces(str(escape(word))))
            plain.append(f"{{{name}}}" if word is None else _double_braces(word))
        return "".join(html), "".join(plain), frozenset(names)


def site_strings(templates: Path, artefacts: Artefacts) -> Strings:
    """The texts of a site in the language of its presentation.

    Raises:
        OutputError: there is no file for this language, or a text in it is not one.
    """
    presentation = artefacts.build.presentation
    path = templates / "strings" / f"{presentation.language}.toml"
    return Strings(path, words_of(artefacts), conditions_of(artefacts), presentation.item.one)


def title_of(build: Build) -> str:
    """What pages call the data set: its title, or else its name, which may be that of a file: ``book_ratings``."""
    name = build.dataset.name
    if build.presentation.title or any(character.isspace() or character.isupper() for character in name):
        return build.presentation.title or name
    words = re.sub(r"[\s_.-]+", " ", name).strip()
    return words[:1].upper() + words[1:] if words else name


def words_of(artefacts: Artefacts) -> dict[str, str]:
    """What parameters stand for that nobody passes, before ``[words]`` makes others of them.

    ``item`` and ``items``, what users ``do`` with them and ``did``; ``genre`` and ``genres``, as the data calls them;
    ``value``, what a rating counts; ``dataset``, its name; ``discovery``, by how much lists are re-ranked.
    """
    presentation = artefacts.build.presentation
    noun = presentation.item
    return {
        "item": noun.one,
        "items": noun.many,
        "do": noun.do,
        "did": noun.did,
        "genre": presentation.genre.one,
        "genres": presentation.genre.many,
        "value": presentation.rating_name or "count",
        "discovery": f"{discovery_of(artefacts):g}",
        "dataset": title_of(artefacts.build),
        **noun.forms,
    }


def conditions_of(artefacts: Artefacts) -> frozenset[str]:
    """What holds for a site, of what variants of texts may ask for.

    ``scale``, ``counts`` or ``equal``: what its ratings are; ``likes``: visitors like an item or not; ``temporal``:
    the newest ratings were held out from training; ``genres``, ``years``: any item has one; ``vowel``: the noun is
    pronounced with a vowel first; ``few_items``: soon the Rate page has fewer than ten left to recommend;
    ``discovery``: the lists on pages are re-ranked by it; ``hash_users``, ``hide_rated``: these settings of privacy;
    ``name_all``, ``name_none``: all rated items of a user may be named, or none; ``rated_withheld``: so few that the
    ten best of some users are not.
    """
    build, items = artefacts.build, artefacts.items.items
    settings, n_named = build.config, artefacts.recommendations.max_named
    names_all = settings.get("named_items") == "all"
    holds = {
        build.dataset.ratings.kind if build.dataset.ratings else "scale": True,
        "likes": control_of(build.dataset.ratings) == "likes",
        "temporal": artefacts.metrics.protocol.split == "temporal",
        "genres": any(item.genres for item in items),
        "years": any(item.year is not None for item in items),
        "vowel": _begins_with_vowel(build.presentation.item.one),
        "few_items": artefacts.deep_tower is not None and len(artefacts.deep_tower.item_ids) < _MANY_ITEMS,
        "discovery": artefacts.shown_lists is not None,
        "hash_users": settings.get("hash_users") is True,
        "hide_rated": settings.get("hide_rated") is True,
        "name_all": names_all,
        "name_none": n_named == 0,
        "rated_withheld": settings.get("hide_rated") is True or (n_named < _USUALLY_NAMED and not names_all),
    }
    return frozenset(name for name, is_true in holds.items() if is_true)


def _begins_with_vowel(noun: str) -> bool:
    """Whether a noun is pronounced with a vowel first: an hour, a unicorn, an LP."""
    if _ABBREVIATION.match(noun):
        return noun[0] in "AEFHILMNORSX"
    is_silent, is_consonant = _SILENT_H.match(noun), _VOWEL_LETTER_WITH_CONSONANT.match(noun)
    return bool(is_silent) or (noun[:1].lower() in set("aeiou") and not is_consonant)


class _Words(dict[str, str]):
    """Words for ``str.format_map``, with those that begin with a capital letter."""

    def __init__(self, words: Mapping[str, str], path: Path, key: str) -> None:
        super().__init__(words)
        self._path, self._key = path, key

    def __missing__(self, name: str) -> str:
        word = _word_named(name, self)
        if word is None:
            raise OutputError(f"{self._path}: {self._key}: there is no word {{{name}}} before it")
        return word


def _word_named(name: str, words: Mapping[str, str]) -> str | None:
    """A word, or with a capital letter that of the same name without; None where there is none."""
    if name in words:
        return words[name]
    word = words.get(name[:1].lower() + name[1:])
    return None if word is None else word[:1].upper() + word[1:]


def _flatten(tables: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Texts by key: ``[map]`` with ``title = "Map"`` is ``("map.title", "Map")``."""
    for name, value in tables.items():
        if isinstance(value, dict) and "any" not in value and not value.keys() <= _CATEGORIES:
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _double_braces(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _single_braces(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")
