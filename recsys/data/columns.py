"""Convert columns of any dtype to ids, numbers, years and titles, or raise an error that names the row and its value.

All functions begin with :func:`plain`, so that the result depends on the values of a column and not on its dtype.
"""

from __future__ import annotations

import logging
import re
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.errors import DataError


class RowError(DataError):
    """A cell that cannot be used. A caller that knows the file makes the message more precise with :meth:`located`.

    Attributes:
        row: counted from 0.
        before, after: the parts of the message around the row.
    """

    def __init__(self, before: str, row: int, after: str) -> None:
        """Make the message for a table without a file."""
        super().__init__(f"{before} in row {row} {after}")
        self.before, self.row, self.after = before, row, after

    def __reduce__(self) -> tuple[Any, ...]:
        """The class and arguments from which pickle makes the error in another process."""
        return type(self), (self.before, self.row, self.after)

    def located(self, location: str) -> DataError:
        """The same error with a location such as "ratings.csv:12" instead of the row."""
        return DataError(f"{location}: {self.before} {self.after}")


class MissingCellError(RowError):
    """A missing cell: ``before`` is what it should hold, ``after`` what was expected."""

    def __init__(self, before: str, row: int, after: str) -> None:
        """Make the message for a table without a file."""
        super().__init__(before, row, after)
        self.args = (f"row {row} has no {before}; {after}",)

    def located(self, location: str) -> DataError:
        """The same error with a location such as "ratings.csv:12" instead of the row."""
        return DataError(f"{location}: no {self.before}; {self.after}")


MAX_YEAR = 9999
"""Numbers above this, or below its negative, are not years."""

_ISO_MONTH = re.compile(r"(\d{4})-\d\d(?:-\d\d.*)?")
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?")
logger = logging.getLogger(__name__)


def plain(column: pd.Series[Any]) -> pd.Series[Any]:
    """The same values in one of numpy's dtypes: numbers, booleans, durations, datetimes in UTC, or objects.

    A missing value becomes NaN in numbers, and None, NaN, NA or NaT in objects.
    """
    if isinstance(column.dtype, np.dtype):
        return column if column.dtype.isnative else column.astype(column.dtype.newbyteorder("="))
    try:
        return _converted(column)
    except (NotImplementedError, TypeError, ValueError):  # an Arrow type that pandas cannot convert as a whole
        return pd.Series(list(column), dtype=object)


def _converted(column: pd.Series[Any]) -> pd.Series[Any]:
    dtype: Any = column.dtype
    if isinstance(dtype, pd.SparseDtype):
        return plain(pd.Series(np.asarray(column)))
    if isinstance(dtype, pd.PeriodDtype):
        return plain(column.dt.to_timestamp())
    if isinstance(dtype, pd.CategoricalDtype):
        return column.astype(object)
    kind = getattr(dtype, "kind", "O")
    if kind == "M":
        has_zone = isinstance(dtype, pd.DatetimeTZDtype) or "tz=" in str(dtype)  # the latter is Arrow's
        column = column.dt.tz_convert(None) if has_zone else column
        return column.astype(getattr(column.dtype, "numpy_dtype", column.dtype))
    if kind in "iufb" and not column.isna().any():
        return column.astype(dtype.numpy_dtype)
    if kind in "iuf":
        return pd.Series(column.to_numpy(np.float64, na_value=np.nan))
    return column.astype(object)


def cell_types(values: pd.Series[Any]) -> set[type]:
    """The types in a column of objects, without those of missing values."""
    return set(map(type, values[values.notna().to_numpy()]))


def is_number(type_: type) -> bool:
    """Whether a cell of this type is a real number; a boolean counts as 0 or 1."""
    return issubclass(type_, (Integral, float, np.floating, np.bool_, Decimal, Fraction))


def ids(name: str, column: pd.Series[Any]) -> pd.Series[Any]:
    """Ids as signed whole numbers of any width, or as objects that are all text; text is not changed.

    Whole numbers may be floats (20.0) or objects of any type. If a column has both numbers and text, the numbers
    become text too.

    Raises:
        DataError: an id is missing, neither a whole number nor text, too large for 64 bits, a float too large to be
            exact, or text that cannot be written to a file.
    """
    label = f"{name} id"
    refuse_missing(label, column)
    values = plain(column)
    kind = values.dtype.kind
    if kind == "i":
        return values
    if kind == "u":
        return to_int64(label, values)
    if kind == "f":
        floats = values.to_numpy()
        limit = _max_exact(values.dtype)
        refuse_where(label, column, np.abs(floats) > limit, _INEXACT)  # infinite ones too
        refuse_where(label, column, floats != np.floor(floats), _FRACTION)
        return values.astype("int64")
    if kind != "O":
        raise DataError(f"{label} {column.iloc[0]} is of type {column.dtype}; {_EXPECTED_IDS}")
    return _object_ids(label, values)


_EXPECTED_IDS = "expected ids of whole numbers, or of text"
_FRACTION = f"is not a whole number; {_EXPECTED_IDS}"
_INEXACT = "is a float so large that neighbouring ids are no longer distinct; read the ids as whole numbers or text"


def _object_ids(label: str, values: pd.Series[Any]) -> pd.Series[Any]:
    types = cell_types(values)
    bad = {type_ for type_ in types if not (issubclass(type_, str) or is_number(type_)) or _is_boolean(type_)}
    if bad:
        value = next(value for value in values if type(value) in bad)
        raise DataError(
            f"{label} {value!r} is of type {type(value).__name__}; {_EXPECTED_IDS}"
        )
    if not any(issubclass(type_, str) for type_ in types):
        numbers = {value: _whole(label, value) for value in values.unique()}
        too_large = [number for number in numbers.values() if not -(2**63) <= number < 2**63]
        if too_large:
            raise DataError(f"{label} {too_large[0]} is not a whole number of 64 bits; read the ids as text")
        return values.map(numbers).astype("int64")
    if types != {str}:
        texts = {value: value if isinstance(value, str) else str(_whole(label, value)) for value in values.unique()}
        values = pd.Series([str(texts[value]) for value in values], dtype=object)
    refuse_surrogates(label, values.unique())
    return values


def _is_boolean(type_: type) -> bool:
    return issubclass(type_, (bool, np.bool_))


def _whole(label: str, value: Any) -> int:
    """A number as an integer.

    Raises:
        DataError: it is not a whole number, or a float too large to be exact.
    """
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, (float, np.floating)) and abs(float(value)) > _max_exact(np.dtype(type(value))):
        raise DataError(f"{label} {_shown(value)} {_INEXACT}")
    try:
        number: int | None = int(value)
    except (OverflowError, ValueError):  # of an infinite Decimal
        number = None
    if number is None or number != value:
        raise DataError(f"{label} {_shown(value)} {_FRACTION}")
    return number


def _max_exact(dtype: Any) -> float:
    """The number up to which floats of this dtype hold every whole number (2**53 in 64 bits), within int64."""
    return float(2 ** min(np.finfo(dtype).nmant + 1, 62))


def numbers(name: str, column: pd.Series[Any]) -> NDArray[np.float64]:
    """Numbers (n,), with NaN for missing values; True is 1, and text such as "4.5" is converted.

    Raises:
        DataError: a value is not a number.
    """
    values, is_bad = parse_numbers(column)
    what = "is a date; expected a number" if plain(column).dtype.kind == "M" else "is not a number"
    refuse_where(name, column, is_bad, what)
    return values


def parse_numbers(column: pd.Series[Any]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Numbers, NaN if missing or not a number; and which values are not numbers; both (n,)."""
    values = plain(column)
    if values.dtype.kind in "iufb":
        return values.to_numpy(np.float64), np.zeros(len(values), bool)
    is_known = values.notna().to_numpy()
    result = np.full(len(values), np.nan)
    if values.dtype.kind == "O":
        is_text = np.array([isinstance(value, str) for value in values], bool)
        result[is_text] = pd.to_numeric(values[is_text], errors="coerce").to_numpy(np.float64)
        is_numeric = np.array([is_number(type(value)) for value in values], bool) & is_known
        result[is_numeric] = list(map(_to_float, values[is_numeric]))
    return result, is_known & np.isnan(result)


def _to_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer of more than 1,024 bits
        return float("inf") if value > 0 else float("-inf")


def whole_years(column: pd.Series[Any]) -> NDArray[np.float64]:
    """Years (n,), with NaN for missing ones; a date becomes its year.

    Since years may be missing, a value that is not a year is left out with a warning; and 0, which means "unknown" in
    many tables and is not in the calendar, without one.
    """
    values = plain(column)
    if values.dtype.kind == "M":
        return np.asarray(values.dt.year, np.float64)
    if values.dtype.kind in "Ob":
        values = pd.Series([_year_of_cell(value) for value in values], dtype=object)
    years, is_bad = parse_numbers(values)
    is_bad |= ~np.isnan(years) & ((years != np.round(years)) | (np.abs(years) > MAX_YEAR))
    if is_bad.any():
        row = int(is_bad.argmax())
        logger.warning(
            "year %s in row %d is not a whole number of at most four digits; %s left out",
            _shown(column.iloc[row]),
            row,
            "it is" if is_bad.sum() == 1 else f"{is_bad.sum():,} such years are",
        )
    return np.where(is_bad | (years == 0), np.nan, years)


def _year_of_cell(value: Any) -> Any:
    """The year of a date, or of text that begins like one; "" for what only Python calls a number: True, "1e3"."""
    if isinstance(value, str):
        match = _ISO_MONTH.fullmatch(value.strip())
        return int(match[1]) if match else value if _DECIMAL.fullmatch(value.strip()) else ""
    return "" if _is_boolean(type(value)) else getattr(value, "year", value)


def titles(column: pd.Series[Any]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Titles as text (n,), numbers too; and which are neither missing nor blank (n,).

    Raises:
        DataError: a title is neither text nor a number, or cannot be written to a file.
    """
    values = plain(column).astype(object)
    is_known = values.notna().to_numpy()
    is_odd = [known and not (isinstance(value, str) or is_number(type(value)))
              for value, known in zip(values, is_known, strict=True)]  # fmt: skip
    refuse_where("title", values, np.array(is_odd, bool), "is not text; expected text")
    texts = np.array([as_text(value) if known else "" for value, known in zip(values, is_known, strict=True)], object)
    refuse_surrogates("title", texts)
    return texts, is_known & np.array([bool(text.strip()) for text in texts], bool)


def as_text(value: Any) -> str:
    """A cell as text: a whole number without a point, anything else as Python writes it."""
    is_fraction = isinstance(value, (float, np.floating, Decimal, Fraction))
    is_whole = is_fraction and np.isfinite(float(value)) and value == int(value)
    return str(int(value)) if is_whole else str(value)


def refuse_surrogates(name: str, texts: NDArray[Any]) -> None:
    """Refuse text with half of a surrogate pair, which UTF-8 cannot encode and a wrong decoding produces.

    Raises:
        DataError: a text has one.
    """
    try:
        "\n".join(texts).encode()
    except UnicodeEncodeError:
        bad = next(text for text in texts if any("\ud800" <= character <= "\udfff" for character in text))
        raise DataError(
            f"{name} {bad!r} holds half of a surrogate pair, which no file can hold; decode the source as UTF-8"
        ) from None


def to_int64(name: str, column: pd.Series[Any]) -> pd.Series[Any]:
    """Unsigned whole numbers as int64.

    Raises:
        DataError: one is too large.
    """
    refuse_where(name, column, np.asarray(column, np.uint64) > 2**63 - 1, "is not a whole number of 64 bits")
    return column.astype("int64")


def refuse_missing(name: str, column: pd.Series[Any], remedy: str = "") -> None:
    """Refuse a column with a missing value.

    Raises:
        DataError: a value is missing; the message names the first row without one.
    """
    missing = np.flatnonzero(column.isna())
    if len(missing):
        raise MissingCellError(name, int(missing[0]), f"expected one in every row{remedy}")


def refuse_where(name: str, column: pd.Series[Any], mask: NDArray[np.bool_], problem: str) -> None:
    """Refuse a column where ``mask`` (n,) is true.

    Raises:
        DataError: the mask is true somewhere; the message names the first value and its row.
    """
    rows = np.flatnonzero(mask)
    if len(rows):
        raise RowError(f"{name} {_shown(column.iloc[rows[0]])}", int(rows[0]), problem)


def _shown(value: object) -> str:
    if isinstance(value, np.floating):
        value = float(value)  # 16777218.0, where numpy writes 1.6777218e+07
    return repr(value) if isinstance(value, str) else str(value)
