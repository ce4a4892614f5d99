"""Tell from the first lines of a text how it separates and quotes its fields."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from recsys.data.readers.cells import is_plain_number
from recsys.data.readers.delimited import UNIT, Dialect, csv_reader
from recsys.data.readers.header import is_header

SEPARATORS = ("\t", "::", ";", "|", ",")
"""The rarer a separator is in text, the earlier it comes: it is more likely to be meant."""
QUOTED_BY_DEFAULT = (",", ";")
"""Where these separate, a text may be quoted further down though none of the first lines has a quote."""
_N_LINES = 500
_NEVER_IN_TEXT = ("\t", "::")
"""Separators that hardly any text has, which go before others."""
_MIN_SHARE = 0.5
"""Share of rows with as many fields as the header that a separator must have to be preferred because of it."""
_NEAR = 0.95
"""Share of the best regularity with which another separator is as good."""
_DECLARATION = re.compile(r"sep=(.)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Record:
    """The fields of one row, as written but for quotes."""

    line: int
    """Where it begins, from 0."""
    n_lines: int
    values: list[str]


@dataclass(frozen=True)
class _Fit:
    """How well a dialect fits."""

    dialect: Dialect
    n_fields: int
    """That most rows have."""
    share: float
    """Of rows that have so many."""
    is_sound: bool = True
    """All rows can be read."""
    has_header: bool = False
    """The first row names as many columns as the others have fields."""


def declared_separator(line: str) -> str | None:
    """The separator that a spreadsheet declares in the first line, as in ``sep=;``."""
    match = _DECLARATION.fullmatch(line)
    return match[1] if match else None


def is_comment(line: str) -> bool:
    """Whether a line before the first row may be a comment."""
    return line.startswith(("#", "%"))


def find_dialect(lines: Sequence[str]) -> tuple[Dialect, int, float]:
    """How the fields of some lines are written, the number that most of them have, and the share that have it."""
    separator = declared_separator(lines[0]) if lines else None
    lines = [line for line in lines[separator is not None :] if line.strip() and not is_comment(line)][:_N_LINES]
    if not lines:
        return Dialect(separator or ",", quotes=True), 1, 1.0
    fits = [_fit(lines, candidate) for candidate in ([separator] if separator else SEPARATORS)]
    fits = [fit for fit in fits if fit.n_fields > 1] or fits[-1:]
    # A separator that a list in a cell has, such as "1,Alien,Horror|Space", is not in the header.
    fits = [fit for fit in fits if fit.has_header and fit.share >= _MIN_SHARE] or fits
    best = max(fit.share for fit in fits)
    near = [fit for fit in fits if fit.share >= _NEAR * best]
    # More fields go before fewer: the comma of "1;2;4,5" is in every row too, but between the fields of fewer.
    fit = max(near, key=lambda fit: (fit.dialect.separator in _NEVER_IN_TEXT, fit.n_fields))
    if (fit.n_fields < 2 or fit.share < _NEAR) and _is_separated_by_spaces(lines):
        return Dialect(" ", quotes=False), len(lines[-1].split()), 1.0
    return fit.dialect, fit.n_fields, fit.share


def records(lines: Sequence[str], dialect: Dialect) -> Iterator[Record]:
    """The rows of some lines; a line that cannot be read is left out."""
    start = 0
    while start < len(lines):
        reader = csv_reader(islice(lines, start, None), dialect)
        n_read = 0
        try:
            for values in reader:
                yield Record(start + n_read, reader.line_num - n_read, [value.strip() for value in values])
                n_read = reader.line_num
            return
        except csv.Error:
            start += n_read + 1


def _fit(lines: Sequence[str], separator: str) -> _Fit:
    """The better of the dialects with a separator."""
    plain = _measured(lines, Dialect(separator, quotes=False))
    unit = UNIT if len(separator) > 1 else separator
    starts = ('"', f'{unit}"', f'{unit} "')
    texts = lines if unit == separator else [line.replace(separator, unit) for line in lines]
    has_quotes = any(text.startswith('"') or starts[1] in text or starts[2] in text for text in texts)
    if not has_quotes:
        return replace(plain, dialect=Dialect(separator, separator in QUOTED_BY_DEFAULT))
    fits = [_measured(lines, Dialect(separator, quotes=True))]
    if any('\\"' in line for line in lines):
        fits.append(_measured(lines, Dialect(separator, quotes=True, backslashes=True)))
    quoted = max(fits, key=lambda fit: fit.share)
    # In a table of commas a quote is a quote, even where some are not closed; elsewhere it may be an inch.
    is_certain = separator in QUOTED_BY_DEFAULT or quoted.is_sound
    return quoted if quoted.share >= (0.5 if is_certain else 1.0) * plain.share else plain


def _measured(lines: Sequence[str], dialect: Dialect) -> _Fit:
    rows = [record for record in records(lines, dialect) if any(record.values)]
    if not rows:
        return _Fit(dialect, 1, 0.0)
    n_fields, n_regular = Counter(len(row.values) for row in rows).most_common(1)[0]
    n_lines = sum(row.n_lines for row in rows)
    n_unread = len(lines) - n_lines  # those with bad quotes
    swallowed = n_lines - len(rows)  # lines that a quoted text goes on in; many, if a quote is not closed
    share = n_regular / (len(rows) + n_unread + swallowed / 100)
    n_named = len(rows[0].values)  # one less than fields where the numbers of rows have no name
    is_regular = n_named > 1 and n_fields - 1 <= n_named <= n_fields
    has_header = is_regular and is_header(rows[0].values, [row.values for row in rows[1:]])
    return _Fit(dialect, n_fields, share, n_unread == 0, has_header)


def _is_separated_by_spaces(lines: Sequence[str]) -> bool:
    """Whether all lines are as many words, one of them at least a number: prose is not."""
    first, *others = [line.split() for line in lines]
    others = others or [first]
    has_numbers = all(any(map(is_plain_number, row)) for row in others)
    n_words = len(others[0])
    is_regular = {len(row) for row in others} == {n_words} and len(first) in (n_words, n_words - 1)  # R's row numbers
    return is_regular and n_words > 1 and has_numbers
