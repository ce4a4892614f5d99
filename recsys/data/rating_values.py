"""Convert ratings as people and programs write them to numbers: ``4,5``, ``4/5``, ``80%``, ``★★½``, ``like``, ``B+``.

The meaning of a text may depend on all others: whether ``1,234`` is more than a thousand follows from the whole
column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.columns import parse_numbers, plain
from recsys.data.json_tables import json_pattern, json_words
from recsys.errors import DataError

Form = Literal["numbers", "fractions", "percent", "stars", "words", "grades", "events"]

MAX_EVENTS = 12
"""The largest number of distinct words in a column of events."""
BLANK = frozenset(
    (*("", "\\n", "#n/a", "-", "--", "–", "—", "?", "n/a", "n.a.", "na", "nan", "none", "null", "nil"),
     *("unrated", "not rated", "not seen", "not read", "not played", "don't know", "don’t know", "no opinion"),
     *(f"haven{mark}t {deed}{it}" for mark in "'’" for deed in ("seen", "watched", "read", "played", "heard", "tried")
       for it in ("", " it")),
     *("nicht gesehen", "nicht gelesen", "nicht gespielt", "kenne ich nicht", "keine angabe", "k. a.", "k.a."))
)
"""Texts that mean a missing value in tables of ratings, in lower case."""
_OPINIONS: dict[float, tuple[str, ...]] = {
    1.0: (
        *("true", "yes", "y", "ja", "oui", "si", "sí", "wahr", "vrai", "verdadero", "+", "👍", "❤", "♥", "😀"),
        *("like", "liked", "likes", "love", "loved", "up", "thumbs up", "thumb up", "upvote"),
        *("positive", "recommended", "good", "strongly agree", "love it", "loved it"),
    ),
    0.75: ("agree", "like it", "liked it", "rather yes"),
    0.5: (
        *("neutral", "indifferent", "ok", "meh", "😐", "it's ok", "it was ok", "undecided"),
        "neither agree nor disagree",
    ),
    0.25: ("disagree", "dislike it", "disliked it", "didn't like it", "rather no"),
    0.0: (
        *("false", "no", "n", "nein", "non", "falsch", "faux", "falso", "👎", "😞"),
        *("dislike", "disliked", "dislikes", "hate", "hated", "down", "thumbs down", "thumb down", "downvote"),
        *("negative", "not recommended", "bad", "strongly disagree", "hate it", "hated it"),
    ),
}
_WORDS = {word: value for value, words in _OPINIONS.items() for word in words}
_NEGATIVE_EVENTS = frozenset(
    (
        *("skip", "skipped", "hide", "ignore", "abandon", "unlike", "unfollow", "delete", "uninstall"),
        *("remove", "removed", "remove_from_cart", "removefromcart", "return", "returned", "refund"),
        *("cancel", "cancelled"),
    )
)
_MAX_SCALE, _MAX_SCALE_VALUES = 10, 21
"""The highest number, and the number of distinct values, of a scale on which 0 may mean "not rated"."""
_MIN_UNRATED = 0.1
"""If at least this share of the ratings is 0, that may mean "not rated"."""
_NUMBER = r"[-+]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][-+]?\d+)?"
_FRACTION = re.compile(rf"({_NUMBER})\s*(?:/|\b(?:out of|of|von|sur|de)\b)\s*(\d+)(?:\s*(?:stars?|points?))?")
_PERCENT = re.compile(rf"({_NUMBER})\s*(?:%|percent)")
_STARS = re.compile(r"(?:[★⭐*]\ufe0f?)*\s*(?:½|1/2)?\s*☆*")
_LEADING = re.compile(
    rf"(?:[★⭐]\ufe0f?\s*)?(?!0\d)({_NUMBER})(?![\w.,]|\s*[-–:]\s*\d|/\d+/\d)\s*(?:[-–:=(]?\s*[^\d\s].*)?", re.DOTALL
)
"""A number before a text, but not the first of a time such as 1:30:00, a range such as 10-20, or a date."""
_GRADE = re.compile(r"([A-Fa-f])\s?([-+−]?)")
_LETTERS = "FEDCBA"
"""Letter grades from the worst, which is 1, to the best, which is 6: no grade is 0, which may mean "not rated"."""
_GRADE_STEP = 0.3
"""What a plus adds to a grade, and a minus subtracts, as in grade point averages."""
_COMMA_NOT_THOUSANDS = re.compile(r"[-+]?\d*,(?:\d{1,2}|\d{4,})(?:[eE].*)?|[-+]?0,\d+|[-+]?,\d+|[-+]?\d{4,},\d+")
_GROUPED = {mark: re.compile(rf"[-+]?\d{{1,3}}(?:\{mark}\d{{3}})+") for mark in ",."}


@dataclass(frozen=True)
class ParsedRatings:
    """A column of ratings as numbers.

    Attributes:
        values: float64 (n,), NaN where there is no rating.
        is_bad: (n,), which cells are neither a rating nor blank.
        form: how the ratings are written.
        events: the distinct words, sorted, if the ratings are events.
    """

    values: NDArray[np.float64]
    is_bad: NDArray[np.bool_]
    form: Form = "numbers"
    events: tuple[str, ...] = ()


def parse_ratings(column: pd.Series[Any]) -> ParsedRatings:
    """The ratings of a column of any dtype; numbers stay as they are.

    At most :data:`MAX_EVENTS` distinct words that are not opinions, such as view and purchase, are events: each
    counts 1, except for those that undo something, such as remove, which are not ratings.

    Raises:
        DataError: it cannot be known whether commas separate thousands or decimals.
    """
    values = plain(column)
    if values.dtype.kind != "O":
        return ParsedRatings(*parse_numbers(values))
    is_text = np.array([isinstance(value, str) for value in values], bool)
    result, is_bad = parse_numbers(values.mask(is_text, None))
    if not is_text.any():
        return ParsedRatings(result, is_bad)
    codes, unique = pd.factorize(values[is_text])
    texts = [str(value).strip() for value in unique]
    numbers, form, events = _parse_texts(texts)
    is_empty = np.array([text.casefold() in BLANK or (form == "events" and text.casefold() in _NEGATIVE_EVENTS)
                         for text in texts], bool)  # fmt: skip
    result[is_text], is_bad[is_text] = numbers[codes], (np.isnan(numbers) & ~is_empty)[codes]
    return ParsedRatings(result, is_bad, form, events)


def unrated_value(values: NDArray[np.float64]) -> float | None:
    """The number that means "not rated" on a scale, 0 or -1; None if no number does.

    Opinions get rarer towards the low end of a scale. So, below a scale of at least three numbers, a 0 or -1 is not
    an opinion if it is far more frequent than the lowest numbers of the scale; nor is a -1 if it is the only number
    below 1.

    Args:
        values: (n,), all known.
    """
    if not len(values) or values.min() not in (0.0, -1.0) or values.max() > _MAX_SCALE:
        return None
    return unrated_number(*np.unique(values, return_counts=True))


def unrated_number(numbers: NDArray[np.float64], counts: NDArray[np.integer[Any]]) -> float | None:
    """The same for the distinct ratings (m,), ascending, and how often each occurs (m,)."""
    if not len(numbers) or numbers[0] not in (0.0, -1.0) or numbers[-1] > _MAX_SCALE:
        return None
    if not 4 <= len(numbers) <= _MAX_SCALE_VALUES or numbers[1] < 0.5:
        return None
    lowest = float(numbers[0])
    is_frequent = counts[0] > _MIN_UNRATED * counts.sum() and counts[0] > 3 * counts[1:3].max()
    is_apart = lowest == -1.0 and numbers[1] >= 1
    return lowest if is_frequent or is_apart else None


def _parse_texts(texts: Sequence[str]) -> tuple[NDArray[np.float64], Form, tuple[str, ...]]:
    """The numbers of distinct texts (m,), NaN for others; the form in which most are written; the events."""
    known = [text for text in texts if text.casefold() not in BLANK]
    best: tuple[int, dict[str, float], Form] = (0, {}, "numbers")
    readings: tuple[tuple[Form, Any], ...] = (
        ("numbers", _plain_numbers), ("fractions", _fractions), ("percent", _percents), ("stars", _stars),
        ("words", _words), ("grades", _grades), ("numbers", _leading_numbers),
    )  # fmt: skip
    for form, read in readings:
        numbers = read(known)
        if len(numbers) > best[0]:
            best = len(numbers), numbers, form
    n_read, numbers, form = best
    events: tuple[str, ...] = ()
    if n_read < len(known) and _are_events(known, n_read):
        events = tuple(sorted({text.casefold() for text in known}))
        numbers = {text: 1.0 for text in known if text.casefold() not in _NEGATIVE_EVENTS}
        form = "events"
    return np.array([numbers.get(text, np.nan) for text in texts], np.float64), form, events


def _are_events(texts: Sequence[str], n_read: int) -> bool:
    """Whether texts are events: a few words, without numbers or long texts, which would point to an error."""
    return (
        len({text.casefold() for text in texts}) <= MAX_EVENTS
        and not any(re.search(r"\d", text) for text in texts)
        and all(len(text) <= 40 and len(text.split()) <= 4 for text in texts)
        and (n_read == 0 or all(text.casefold() in _WORDS for text in texts) or n_read < len(texts) / 2)
    )


def _plain_numbers(texts: Sequence[str]) -> dict[str, float]:
    """Numbers with a decimal point or, if the column has it, a decimal comma; with or without thousands marks."""
    numeric = [text for text in texts if re.fullmatch(_NUMBER, text)]
    decimal, thousands = _marks(numeric)
    numbers = {}
    for text in numeric:
        plain_text = text.replace(thousands, "").replace(decimal, ".") if thousands else text.replace(decimal, ".")
        try:
            numbers[text] = float(plain_text)
        except ValueError:  # two decimal marks
            continue
    return numbers


def _marks(numeric: Sequence[str]) -> tuple[str, str]:
    """The decimal mark of a column and its thousands mark, "" for none.

    Raises:
        DataError: the column allows both meanings of a comma.
    """
    both = next((text for text in numeric if "," in text and "." in text), None)
    if both is not None:
        return (",", ".") if both.rindex(",") > both.rindex(".") else (".", ",")
    for mark, other in ((",", "."), (".", ",")):
        if any(text.count(mark) > 1 for text in numeric):
            return other, mark
    commas = [text for text in numeric if "," in text]
    if not commas:
        return ".", ""
    if any("." in text for text in numeric):
        return ".", ","
    if any(_COMMA_NOT_THOUSANDS.fullmatch(text) for text in commas):
        return ",", ""
    large = [text for text in numeric if "," not in text and abs(float(text)) >= 1000]
    if large:  # thousands are written without a mark
        return ",", ""
    if all(_GROUPED[","].fullmatch(text) for text in commas) and _are_counts(numeric):
        return ".", ","
    raise DataError(
        f"rating {commas[0]!r} may be {commas[0].replace(',', '.')} or {commas[0].replace(',', '')}, and no other "
        "rating says which; write it without the comma, or with a point"
    )


def _are_counts(numeric: Sequence[str]) -> bool:
    """Whether most numbers have no thousands mark, like counts of which only some have four digits."""
    return sum("," not in text for text in numeric) >= len(numeric) / 2


def _fractions(texts: Sequence[str]) -> dict[str, float]:
    """``4/5``, ``4 out of 5``, as numbers out of the largest denominator in the column."""
    matches = {text: match for text in texts if (match := _FRACTION.fullmatch(text))}
    numerators = _plain_numbers([match[1] for match in matches.values()])
    top = max((int(match[2]) for match in matches.values()), default=0)
    return {
        text: numerators[match[1]] * top / int(match[2])
        for text, match in matches.items() if match[1] in numerators and int(match[2])
    }  # fmt: skip


def _percents(texts: Sequence[str]) -> dict[str, float]:
    return _with_pattern(texts, _PERCENT)


def _leading_numbers(texts: Sequence[str]) -> dict[str, float]:
    """``5 stars``, ``4 - good``: the number at the beginning."""
    return _with_pattern(texts, _LEADING)


def _with_pattern(texts: Sequence[str], pattern: re.Pattern[str]) -> dict[str, float]:
    matches = {text: match[1] for text in texts if (match := pattern.fullmatch(text))}
    numbers = _plain_numbers(sorted(set(matches.values())))
    return {text: numbers[number] for text, number in matches.items() if number in numbers}


def _stars(texts: Sequence[str]) -> dict[str, float]:
    """``★★★½``: filled stars, and a half."""
    stars = [text for text in texts if _STARS.fullmatch(text) and re.search(r"[★⭐*½☆]", text)]
    return {text: len(re.findall(r"[★⭐*]", text)) + 0.5 * bool(re.search(r"½|1/2", text)) for text in stars}


def _words(texts: Sequence[str]) -> dict[str, float]:
    words = {text: re.sub(r"[\s_-]+", " ", text.casefold()).rstrip("\ufe0f") for text in texts}
    return {text: _WORDS[word] for text, word in words.items() if word in _WORDS}


def _grades(texts: Sequence[str]) -> dict[str, float]:
    """``A``, ``B+``: letter grades if all texts are; other words that are single letters are events."""
    matches = [(text, _GRADE.fullmatch(text)) for text in texts]
    grades = {text: match for text, match in matches if match is not None}
    if len(grades) < len(texts):
        return {}
    steps = {"": 0.0, "+": _GRADE_STEP}
    return {text: 1 + _LETTERS.index(match[1].upper()) + steps.get(match[2], -_GRADE_STEP)
            for text, match in grades.items()}  # fmt: skip


def rating_tables() -> dict[str, Any]:
    """The words and patterns of this module as JSON."""
    patterns: dict[str, str | re.Pattern[str]] = {
        "number": _NUMBER, "fraction": _FRACTION, "percent": _PERCENT, "stars": _STARS, "leading": _LEADING,
        "grade": _GRADE,
        "comma_not_thousands": _COMMA_NOT_THOUSANDS, "grouped_by_commas": _GROUPED[","],
    }  # fmt: skip
    return {
        "blank": json_words(BLANK),
        "opinions": _WORDS,
        "negative_events": json_words(_NEGATIVE_EVENTS),
        "letters": _LETTERS,
        "grade_step": _GRADE_STEP,
        "max_events": MAX_EVENTS,
        "max_scale": _MAX_SCALE,
        "max_scale_values": _MAX_SCALE_VALUES,
        "min_unrated": _MIN_UNRATED,
        **{name: json_pattern(pattern) for name, pattern in patterns.items()},
    }
