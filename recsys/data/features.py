"""Encode the extra columns of a table of users or items as features: numbers, dates, categories and lists."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.categories import category_flags, split_texts, texts_of_cells
from recsys.data.column_names import is_id_name, says_something, word_set, words_of
from recsys.data.columns import cell_types, is_number, parse_numbers, plain, refuse_surrogates
from recsys.data.outliers import standardised
from recsys.data.times import timestamps
from recsys.errors import DataError

MAX_FEATURES = 500
"""The maximum number of features of a table; columns that would exceed it are left out."""
MAX_CELLS = 100_000_000
"""The maximum number of features times that of users or items: 400 MB."""

_ISO_DATE = re.compile(r"\s*\d{4}-\d\d-\d\d(?:[T ].*)?")
_TEXT_LENGTH, _TEXT_WORDS = 100, 10
"""A column is free text if its cells have at least so many characters, or words, on average."""
_IDENTIFYING = word_set(
    "isbn asin ean upc sku url uri link links image img images cover poster thumbnail photo email mail phone tel fax "
    "zip zipcode postal postcode plz ip username login nickname password address street imdb tmdb latitude longitude "
    "lat lon lng"
)
"""Words in the names of columns that identify users or items instead of describing them."""
_PERSONAL = word_set("name names surname firstname lastname vorname nachname birthday birthdate")
_PROSE = word_set("description overview plot summary synopsis abstract biography bio comment comments notes")
_FROM_RATINGS = word_set(
    "rating ratings rated rater raters star stars score scores vote votes voters review reviews reviewers plays "
    "playcount listens scrobbles"
)
"""Words in the names of numbers that may have been computed from the ratings that are held out for the evaluation."""
_AUDIENCE = word_set(
    "overall popularity popular rank ranking likes dislikes listeners views downloads sales owners owned wanting "
    "wishing wishlist favorites favourites members watchers"
)
"""Words in the names of such numbers if they are about items; "likes" or "members" of a user may be anything."""
_AGGREGATES = word_set("average averages avg mean median std dev stddev stdev bayes bayesian weighted count total")
"""A number that only such words name, such as ``Average``, is of ratings if it is about items."""
_GLUED = re.compile(r"^(?:average|avg|mean|num|total)(?=.)")
"""What may stand before a word without a space: "avgrating", "numvotes"."""
_MIN_IDS, _MIN_DIFFERENT = 20, 0.95
"""Whole numbers without a name are ids if there are at least so many, and this share of them is distinct."""
_UNKNOWN = word_set("unknown unbekannt inconnu desconocido n/a na nan none null nil - -- – — ?")
"""Words that mean a missing value among numbers and dates."""
Kind = Literal["users", "items"]
Note = Callable[[str], None]


@dataclass(frozen=True)
class Features:
    """The features of one table.

    Attributes:
        values: float32 (n, m).
        names: of the m features.
        columns: by name, what was done with each column of the table, in words; "left out: ..." if it is not used.
    """

    values: NDArray[np.float32]
    names: tuple[str, ...]
    columns: dict[str, str]


def encode_features(kind: Kind, table: pd.DataFrame, index: NDArray[np.int32], n: int, note: Note) -> Features:
    """The features of all columns of a table.

    Args:
        kind: "users" or "items".
        table: the columns to encode.
        index: (n_rows,), the user or item of each row.
        n: the number of users or items.
        note: called with a sentence about each column that is left out, or of which rare values are merged.

    Raises:
        DataError: a name holds half of a surrogate pair.
    """
    values: list[NDArray[np.float32]] = []
    names: list[str] = []
    columns: dict[str, str] = {}
    limit = min(MAX_FEATURES, max(1, MAX_CELLS // max(n, 1)))
    for position, name in enumerate(map(str, table.columns)):
        encoded, columns[name] = _encode(kind, name, table.iloc[:, position], index, n, note)
        if len(names) + len(encoded) > limit:
            encoded, columns[name] = [], f"left out: with it there would be more than {limit} features"
            note(f"{kind}: column {name!r} is {columns[name]}")
        names += [label for label, _ in encoded]
        values += [column.astype(np.float32) for _, column in encoded]
    refuse_surrogates("the feature", np.array(names, object))
    matrix = np.stack(values, axis=1) if values else np.zeros((n, 0), np.float32)
    return Features(matrix, tuple(names), columns)


def _encode(
    kind: Kind, name: str, column: pd.Series[Any], index: NDArray[np.int32], n: int, note: Note
) -> tuple[list[tuple[str, NDArray[np.float64]]], str]:
    """One column as features: numbers and dates by value, anything else as categories; and what was done with it."""
    is_category = isinstance(column.dtype, pd.CategoricalDtype)  # even if the categories are numbers
    values = _without_blanks(plain(column))
    if not values.notna().any():
        return [], "left out: empty"
    reason = _reason_by_name(kind, name, values)
    measured = None if is_category or reason else measurements(values)
    if measured is not None and _may_be_from_ratings(kind, name):
        reason = "it may have been computed from ratings that are held out to measure the models"
    if reason is None and measured is not None:
        numbers = np.full(n, np.nan)
        numbers[index] = measured[0]
        return _standardised(name, numbers), measured[1]
    lists: list[list[str] | None] = [None] * n
    description = "category"
    if reason is None:
        try:
            texts = texts_of_cells(name, values)
            separated = None if is_category else split_texts(texts)
            reason = None if separated is not None else _reason_by_text(texts)
            description = "lists" if separated is not None else description
            for row, cell in zip(index, texts if separated is None else separated, strict=True):
                lists[row] = cell
        except DataError as error:
            reason = str(error)
    if reason is not None:
        note(f"{kind}: column {name!r} is left out: {reason}")
        return [], f"left out: {reason}"
    encoded, cut = category_flags(name, lists, kind)
    if cut:
        note(f"{kind}: column {name!r} {cut}")
    if not encoded:
        return [], cut.removeprefix("is ") if cut else "left out: empty"
    n_values = len({value for cell in lists for value in cell or ()})
    return encoded, f"{description}, {n_values:,} value{'s' * (n_values != 1)}"


def _without_blanks(values: pd.Series[Any]) -> pd.Series[Any]:
    """The values with None for blank text."""
    if values.dtype.kind != "O":
        return values
    is_blank = np.array([isinstance(value, str) and not value.strip() for value in values], bool)
    return values.mask(is_blank, None) if is_blank.any() else values


def _reason_by_name(kind: Kind, name: str, values: pd.Series[Any]) -> str | None:
    """Why a column is not a feature, judging by its name; None if it may be one."""
    words = set(words_of(name))
    if is_id_name(name) or words & _IDENTIFYING or (kind == "users" and words & _PERSONAL):
        return f"it identifies {kind} rather than describing them"
    if not says_something(name) and _are_nameless_ids(values):
        return f"its whole numbers, all different, seem to identify {kind}"
    is_text = values.dtype.kind == "O" and any(isinstance(value, str) for value in values)
    return "it is free text" if is_text and words & _PROSE else None


def _may_be_from_ratings(kind: Kind, name: str) -> bool:
    """Whether a column of numbers may have been computed from all ratings, judging by its name."""
    words = {_GLUED.sub("", word) for word in words_of(name)}
    if kind == "users":
        return bool(words & _FROM_RATINGS)
    return bool(words & (_FROM_RATINGS | _AUDIENCE)) or (bool(words) and words <= _AGGREGATES)


def _are_nameless_ids(values: pd.Series[Any]) -> bool:
    known = values[values.notna().to_numpy()]
    if len(known) < _MIN_IDS or known.nunique() < _MIN_DIFFERENT * len(known):
        return False
    numbers = parse_numbers(known)[0]
    return bool((np.isfinite(numbers) & (numbers == np.round(numbers))).all())


def _reason_by_text(texts: Sequence[list[str] | None]) -> str | None:
    known = [text for cell in texts if cell is not None for text in cell]
    if not known:
        return None
    n_words = sum(len(text.split()) for text in known) / len(known)
    length = sum(map(len, known)) / len(known)
    return "it is free text" if n_words >= _TEXT_WORDS or length >= _TEXT_LENGTH else None


def measurements(values: pd.Series[Any]) -> tuple[NDArray[np.float64], str] | None:
    """The values of a plain column of numbers, dates or durations, NaN if missing, and which of these they are.

    Numbers may be text; dates may be ISO text. Dates and durations are in seconds. None for any other column.
    """
    if values.dtype.kind == "O":
        types = cell_types(values)
        if types and all(map(is_number, types)):
            return parse_numbers(values)[0], "number"
        if types and all(issubclass(type_, str) for type_ in types):
            return _text_measurements(values)
        try:
            if types and all(issubclass(type_, (dt.date, np.datetime64)) for type_ in types):
                values = pd.to_datetime(values, utc=True).dt.tz_convert(None)
            elif types and all(issubclass(type_, (dt.timedelta, np.timedelta64)) for type_ in types):
                values = pd.to_timedelta(values)
        except (TypeError, ValueError, OverflowError):  # beyond the range of pandas
            return None
    if values.dtype.kind in "iufb":
        return values.to_numpy(np.float64), "number"
    if values.dtype.kind in "mM":
        seconds = values.to_numpy().astype(f"{values.dtype.kind}8[s]").astype(np.float64)
        return np.where(values.isna(), np.nan, seconds), "date" if values.dtype.kind == "M" else "duration"
    return None


def _text_measurements(values: pd.Series[Any]) -> tuple[NDArray[np.float64], str] | None:
    is_known = (values.notna() & ~values.str.strip().str.casefold().isin(_UNKNOWN)).to_numpy(bool)
    if not is_known.any():
        return None
    known = values[is_known].str.strip()
    numbers = pd.to_numeric(known, errors="coerce")
    if numbers.isna().any() and known.str.fullmatch(r"[+-]?\d+(?:,\d+)?").all():
        numbers = pd.to_numeric(known.str.replace(",", "."), errors="coerce")
    kind = "number"
    if numbers.isna().any() and known.str.fullmatch(_ISO_DATE.pattern).all():
        try:
            numbers, kind = pd.Series(timestamps(known)), "date"
        except DataError:
            return None
    if numbers.isna().any() or not np.isfinite(numbers.to_numpy(np.float64)).all():
        return None
    result = np.full(len(values), np.nan)
    result[is_known] = numbers.to_numpy(np.float64)
    return result, kind


def _standardised(name: str, values: NDArray[np.float64]) -> list[tuple[str, NDArray[np.float64]]]:
    """A column of standardised numbers, where missing ones are 0, and then a column that is 1 for these."""
    missing = ~np.isfinite(values)
    known = values[~missing]
    if not len(known):
        return []
    encodable = np.zeros(len(values))
    encodable[~missing] = standardised(known)
    encoded = [(name, encodable)]
    if missing.any():
        encoded.append((f"{name} is missing", missing.astype(float)))
    return encoded
