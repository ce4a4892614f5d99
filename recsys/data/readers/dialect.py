"""Decide from the first lines of a text how its fields are separated and quoted."""

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
"""The rarer a separator is in texts, the earlier it comes, since it is more likely to be a separator."""
QUOTED_BY_DEFAULT = (",", ";")
"""With these separators, later texts may be quoted even if no quote is in the first lines."""
_N_LINES = 500
_NEVER_IN_TEXT = ("\t", "::")
"""Separators that are hardly ever in texts, and so take precedence."""
_MIN_SHARE = 0.5
"""A header with names of columns counts in favour of a separator if at least this share of the rows is regular."""
_NEAR = 0.95
"""A separator is as good as the best if the share of its regular rows is at least so many times the best."""
_DECLARATION = re.compile(r"sep=(.)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Record:
    """The fields of a row without quotes around them."""

    line: int
    """The line on which it begins, from 0."""
    n_lines: int
    values: list[str]


@dataclass(frozen=True)
class _Fit:
    """How well a dialect fits the first lines."""

    dialect: Dialect
    n_fields: int
    """The number of fields that most rows have."""
    share: float
    """The share of the rows that have so many."""
    is_sound: bool = True
    """Whether all rows can be read."""
    has_header: bool = False
    """Whether the first row has names for as many columns as the others have fields."""


def declared_separator(line: str) -> str | None:
    """The separator that a spreadsheet declares in the first line, as in ``sep=;``; None if it does not."""
    match = _DECLARATION.fullmatch(line)
    return match[1] if match else None


def is_comment(line: str) -> bool:
    """Whether a line before the first row may be a comment."""
    return line.startswith(("#", "%"))


def find_dialect(lines: Sequence[str]) -> tuple[Dialect, int, float]:
    """The dialect of some lines, the number of fields that most rows have, and the share of the rows that have it."""
    separator = declared_separator(lines[0]) if lines else None
    lines = [line for line in lines[separator is not None :] if line.strip() and not is_comment(line)][:_N_LINES]
    if not lines:
        return Dialect(separator or ",", quotes=True), 1, 1.0
    fits = [_fit(lines, candidate) for candidate in ([separator] if separator else SEPARATORS)]
    fits = [fit for fit in fits if fit.n_fields > 1] or fits[-1:]
    # A separator of lists in cells, such as "1,Alien,Horror|Space", is not in the header.
    fits = [fit for fit in fits if fit.has_header and fit.share >= _MIN_SHARE] or fits
    best = max(fit.share for fit in fits)
    near = [fit for fit in fits if fit.share >= _NEAR * best]
    # More fields are better: a decimal comma as in "1;2;4,5" may be in every row, but makes fewer fields.
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
    # With commas or semicolons, quotes are quotes even if some are not closed; else they may be inches.
    is_certain = separator in QUOTED_BY_DEFAULT or quoted.is_sound
    return quoted if quoted.share >= (0.5 if is_certain else 1.0) * plain.share else plain


def _measured(lines: Sequence[str], dialect: Dialect) -> _Fit:
    rows = [record for record in records(lines, dialect) if any(record.values)]
    if not rows:
        return _Fit(dialect, 1, 0.0)
    n_fields, n_regular = Counter(len(row.values) for row in rows).most_common(1)[0]
    n_lines = sum(row.n_lines for row in rows)
    n_unread = len(lines) - n_lines  # lines with bad quotes
    swallowed = n_lines - len(rows)  # further lines of quoted texts; many if a quote is not closed
    share = n_regular / (len(rows) + n_unread + swallowed / 100)
    n_named = len(rows[0].values)  # one less than fields if the column of row numbers has no name
    is_regular = n_named > 1 and n_fields - 1 <= n_named <= n_fields
    has_header = is_regular and is_header(rows[0].values, [row.values for row in rows[1:]])
    return _Fit(dialect, n_fields, share, n_unread == 0, has_header)


def _is_separated_by_spaces(lines: Sequence[str]) -> bool:
    """Whether all lines have the same number of words, and at least one number, unlike prose."""
    first, *others = [line.split() for line in lines]
    others = others or [first]
    has_numbers = all(any(map(is_plain_number, row)) for row in others)
    n_words = len(others[0])
    is_regular = {len(row) for row in others} == {n_words} and len(first) in (n_words, n_words - 1)  # R's row numbers
    return is_regular and n_words > 1 and has_numbers
