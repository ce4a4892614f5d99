"""The texts of the interface: one TOML file a language in ``templates/strings/``, filled with the words of the site.

A text is plain or limited HTML with parameters, ``"Rate a few {items}"``. It is either written once, or as a table:

- of plural forms, ``{one = "{n} {item}", other = "{n} {items}"}``, chosen by the number ``n``;
- of variants for sites of one kind, ``{counts = "most {did}", any = "rated best"}``: the first key that applies to
  the site, else ``any``; a variant may have plural forms.

Words are parameters that nobody passes: they follow from the site. :func:`words_of` gives the first ones, in English
where the data suggests them. In another language ``[nouns]`` and ``[from_english]``, by verbs, labels of genres and
names of counts, replace these: ``[nouns.film]`` has the words of sites about films. ``[words]`` makes further ones.
``{Item}`` is ``{item}`` with a capital letter.

What the exported files have in English, such as the protocol and the labels of models, is translated by the table
``[from_english.texts]``, whose keys are these texts; what it lacks, such as the label of a new metric, is shown in
English.

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
_REPLACING = {"verbs": "do", "genres": "genre", "values": "value"}
"""Tables of ``[from_english]`` that replace words, and the word that chooses an entry of each."""
_NUMBER = re.compile(r"-?\d[\d,]*(\.\d+)?%?")


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
        self._path, self._conditions = path, frozenset(conditions)
        tables = _read(path)
        language = tables.pop("language", {})
        self.language: str = language.get("code", path.stem)
        self._categories: list[str] = language.get("plurals", ["one", "other"])
        self._category: Callable[[int], int] = gettext.c2py(language.get("plural_rule", "n != 1"))
        signs = {",": ("thousands", ","), ".": ("decimal", "."), "%": ("percent", "%")}
        self._signs = str.maketrans({sign: language.get(*setting) for sign, setting in signs.items()})
        self._lowers_labels: bool = language.get("labels_in_sentences", "lower") == "lower"
        self._noun_endings: dict[str, list[str]] = language.get("noun_endings", {})
        from_english = tables.pop("from_english", {})
        others = _noun_entry(tables.pop("nouns", {}), noun, words.get("items"))
        self._fill_words(words, forms or {}, others, tables.pop("words", {}), from_english)
        exported = from_english.get("texts", {})
        self._exported = _Exported({text: self._fill(text, value) for text, value in exported.items()})
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
        """A number that was written with , and . and % as this language writes it."""
        return text.translate(self._signs)

    def exported(self, text: str) -> str:
        """A text that the exported files have in English, in this language; as it is where it is not translated.

        What the text has in place of parameters is a number, or another text of the exported files.
        """
        found = self._exported.find(text)
        if found is None:
            return self.number(text) if _NUMBER.fullmatch(text) else text
        translation, values = found
        return translation.format_map({name: self.exported(value) for name, value in values.items()})

    def in_sentence(self, label: str) -> str:
        """A label, such as that of a model, as it is written inside a sentence: in English without a capital."""
        return label.lower() if self._lowers_labels else label

    def formatted(self, format_number: Callable[..., str]) -> Callable[..., str]:
        """The same function, whose numbers are written as this language writes them."""
        if self.number(",.%") == ",.%":
            return format_number
        return lambda *arguments, **options: self.number(format_number(*arguments, **options))

    def parameters(self, key: str) -> frozenset[str]:
        """The parameters that a text leaves open."""
        return self._known(key).parameters

    def _fill_words(
        self,
        words: Mapping[str, str],
        forms: Mapping[str, str],
        of_noun: Mapping[str, Any],
        further: Mapping[str, Any],
        from_english: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Set the words of the site: those given, as the tables of the file replace them and add to them."""
        self._words = dict(words)
        if "discovery" in words:
            self._words["discovery"] = self.number(words["discovery"])
        chosen = {table: words.get(word, "") for table, word in _REPLACING.items()}
        if chosen["verbs"] in from_english.get("verbs", {}):  # else the settings have a verb of their own
            chosen["verbs"] = of_noun.get("verb", chosen["verbs"])
        others: dict[str, Any] = {}
        for table, name in chosen.items():
            others |= from_english.get(table, {}).get(name, {})
        others |= {name: value for name, value in of_noun.items() if name != "verb"}
        replaced = {name: value for name, value in others.items() if name in words}
        self._set_words(replaced, forms)
        plural = self._words.get("items", "")
        self._conditions |= {name for name, ends in self._noun_endings.items() if plural.endswith(tuple(ends))}
        self._set_words({**further, **{name: value for name, value in others.items() if name not in words}}, forms)

    def _set_words(self, values: Mapping[str, Any], forms: Mapping[str, str]) -> None:
        for name, value in values.items():
            if name not in forms:
                self._words[name] = self._word(name, value)

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


class _Exported:
    """Translations of texts, by the text in English; ``{name}`` stands for any part of it."""

    def __init__(self, messages: Mapping[str, tuple[str, str, frozenset[str]]]) -> None:
        self._plain = {text: plain for text, (_, plain, names) in messages.items() if not names}
        longest_first = sorted(messages.items(), key=lambda message: -len(message[0]))
        self._patterns = [(_pattern(text), plain) for text, (_, plain, names) in longest_first if names]

    def find(self, text: str) -> tuple[str, dict[str, str]] | None:
        """The translation for ``str.format`` and what its parameters stand for; None where there is none."""
        if text in self._plain:
            return self._plain[text], {}
        for pattern, translation in self._patterns:
            if match := pattern.fullmatch(text):
                return translation, match.groupdict()
        return None


def _pattern(text: str) -> re.Pattern[str]:
    parts = ((re.escape(literal), name) for literal, name, _, _ in Formatter().parse(text))
    return re.compile("".join(part + (f"(?P<{name}>.*?)" if name else "") for part, name in parts), re.DOTALL)


def _read(path: Path) -> dict[str, Any]:
    """The tables of a file of texts."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise OutputError(f"{path}: {problem.strerror}; expected the templates with their texts") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise OutputError(f"{path}: {problem}; expected TOML such as title = 'About'") from None


def knows_plural(path: Path, noun: str) -> bool:
    """Whether a file of texts has the plural of a noun in its language, given the singular.

    Raises:
        OutputError: it is no file of texts.
    """
    return "items" in _noun_entry(_read(path).get("nouns", {}), noun, noun)


def _noun_entry(nouns: Mapping[str, Mapping[str, Any]], noun: str, plural: str | None) -> dict[str, Any]:
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


def site_strings(templates: Path, artefacts: Artefacts) -> Strings:
    """The texts of a site in the language of its presentation.

    Raises:
        OutputError: there is no file for this language, or a text in it is not one.
    """
    presentation = artefacts.build.presentation
    path = templates / "strings" / f"{presentation.language}.toml"
    noun = presentation.item
    return Strings(path, words_of(artefacts), conditions_of(artefacts), noun.one, noun.forms)


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
