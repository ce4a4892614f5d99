"""Convert a column of times, in any form, to whole numbers of a single unit."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.column_contents import MAX_EPOCH, MIN_EPOCH
from recsys.data.columns import cell_types, is_number, parse_numbers, plain, refuse_missing, refuse_where, to_int64
from recsys.data.dates import parse_dates
from recsys.errors import DataError

_ISO = r"\s*\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?\s*(?:Z|[+-]\d\d(?::?\d\d)?)?\s*"
_ISO_ZONE = r".*\d\d:\d\d.*(?:Z|[+-]\d\d(?::?\d\d)?)\s*"
_EXPECTED = "expected whole numbers, datetimes, or text such as '2005-04-02 23:53:47'"
_NO_TIME = f"is not a time; {_EXPECTED}, all of one kind"
_MAX_BAD = 0.5
"""If at most this share of the cells is not a number, these are bad numbers, and not dates."""
_UNITS = {"seconds": 1.0, "milliseconds": 1e3, "microseconds": 1e6, "nanoseconds": 1e9}
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def timestamps(
    column: pd.Series[Any], per_second: int = 1, counts: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Times (n,) as whole numbers: numbers are not changed, datetimes are counted from 1970 in UTC.

    Datetimes are counted in the coarsest of seconds, milliseconds, microseconds and nanoseconds that holds them all,
    so that the same times are the same numbers however they are stored. Numbers with fractions are seconds; datetimes
    without a time zone are UTC.

    Args:
        column: times.
        per_second: the least number of units in a second for fractions and datetimes: 1, 10**3, 10**6 or 10**9.
        counts: (n,), how many rows have each of the times; None for one row each.

    Raises:
        DataError: a value is missing, is not a time, or does not fit into 64 bits; or only some have a time zone.
    """
    refuse_missing("timestamp", column, "; leave the column out if times are not known")
    values = plain(column)
    kind = values.dtype.kind
    if kind == "i":
        return np.array(values, np.int64)
    if kind == "u":
        return np.array(to_int64("timestamp", values))
    if kind == "f":
        return _from_floats(column, values.to_numpy(np.float64), per_second)
    if kind == "M":
        return _from_datetimes(values.to_numpy(), per_second)
    if kind != "O":
        raise DataError(f"timestamp {column.iloc[0]} is of type {column.dtype}; {_EXPECTED}")
    return _from_objects(column, values, counts)


def units_per_second(column: pd.Series[Any]) -> int:
    """Units per second of the coarsest unit that holds all times of a column of floats or datetimes, all known."""
    values = plain(column)
    if values.dtype.kind == "M":
        return _coarsest(values.to_numpy(), 1)[1]
    return _units_of_floats(values.to_numpy(np.float64)) if values.dtype.kind == "f" else 1


def iso_times(texts: pd.Series[Any]) -> tuple[NDArray[np.datetime64], bool] | None:
    """Texts as datetimes in UTC, and whether they have time zones; None if not all texts are ISO datetimes."""
    if not all(issubclass(type_, str) for type_ in cell_types(texts)) or not texts.str.fullmatch(_ISO).all():
        return None
    has_zone = texts.str.fullmatch(_ISO_ZONE).to_numpy(bool)
    times = pd.to_datetime(texts.str.strip(), format="ISO8601", utc=True, errors="coerce")
    if not len(texts) or times.isna().any() or (has_zone.any() and not has_zone.all()):
        return None
    return np.asarray(times.dt.tz_convert(None)), bool(has_zone[0])


def unit_of_times(times: NDArray[np.int64]) -> tuple[str, float] | None:
    """The unit of times since 1970 (n,) and its number per second; None if they are not plausible in any unit."""
    return unit_of_time(float(np.median(times)))


def unit_of_time(middle: float) -> tuple[str, float] | None:
    """The same for times with this median."""
    for unit, per_second in _UNITS.items():
        if MIN_EPOCH * per_second / 10 <= middle <= MAX_EPOCH * per_second:
            return unit, per_second
    return None


def unreadable_times(column: pd.Series[Any], counts: NDArray[np.int64] | None = None) -> NDArray[np.bool_]:
    """Which cells of a column without blanks are not times, (n,), depending on what most are: numbers or dates.

    Args:
        column: times.
        counts: (n,), how many rows have each of the cells; None for one row each.
    """
    values = plain(column)
    if values.dtype.kind != "O" or not all(issubclass(type_, str) for type_ in cell_types(values)):
        return np.zeros(len(values), bool)
    codes, texts = pd.factorize(values)
    is_number = np.isfinite(parse_numbers(pd.Series(texts, dtype=object))[0])
    if np.average(is_number[codes], weights=counts) > 0.5:
        return ~is_number[codes]
    is_date = np.array([time is not None for time in parse_dates(list(texts))], bool)
    return ~is_date[codes]


def _from_objects(
    column: pd.Series[Any], values: pd.Series[Any], counts: NDArray[np.int64] | None
) -> NDArray[np.int64]:
    types = cell_types(values)
    if all(issubclass(type_, (dt.date, np.datetime64)) for type_ in types):  # a datetime is a date to Python
        return _from_datetimes(_datetimes(column, values))
    if all(issubclass(type_, str) for type_ in types) and values.str.fullmatch(_ISO).all():
        return _from_datetimes(_parse_iso(column, values))
    floats, is_bad = parse_numbers(values)
    if np.average(is_bad, weights=counts) > _MAX_BAD and all(issubclass(type_, str) for type_ in types):
        return _from_datetimes(_parse_written(column, values))
    is_boolean = [isinstance(value, (bool, np.bool_)) for value in values]
    is_bad |= np.array(is_boolean, bool)
    refuse_where("timestamp", column, is_bad, _NO_TIME)
    if all(is_number(type_) or issubclass(type_, str) for type_ in types):
        exact = _exact_integers(values)
        if exact is not None:
            return exact
    return _from_floats(column, floats)


def _exact_integers(values: pd.Series[Any]) -> NDArray[np.int64] | None:
    """Whole numbers, even if floats cannot hold them; None if one is not a whole number, or is too large."""
    try:
        integers = [int(value) if isinstance(value, str) or value == int(value) else None for value in values]
        return np.array(integers, np.int64)
    except (ValueError, OverflowError, TypeError):
        return None


def _from_floats(column: pd.Series[Any], values: NDArray[np.float64], min_per_second: int = 1) -> NDArray[np.int64]:
    refuse_where("timestamp", column, ~(np.abs(values) < 2.0**63), "is not a whole number of 64 bits")
    per_second = max(min_per_second, _units_of_floats(values))
    if per_second == 1:
        return values.astype(np.int64)
    scaled = np.round(values * float(per_second))
    refuse_where("timestamp", column, ~(np.abs(scaled) < 2.0**63), "does not fit 64 bits in microseconds")
    return scaled.astype(np.int64)


def _units_of_floats(values: NDArray[np.float64]) -> int:
    if np.array_equal(values, np.floor(values)):
        return 1
    # A float that holds present-day seconds is precise to microseconds.
    return 10**3 if np.array_equal(values, np.round(values, 3)) else 10**6


def _datetimes(column: pd.Series[Any], values: pd.Series[Any]) -> NDArray[np.datetime64]:
    """Dates and datetimes of Python, numpy and pandas as datetimes in UTC."""
    has_zone = np.array([getattr(value, "tzinfo", None) is not None for value in values], bool)
    _refuse_mixed_zones(column, has_zone)
    try:
        return np.asarray(pd.to_datetime(values, utc=True).dt.tz_convert(None))
    except (ValueError, OverflowError):  # before pandas 3 it holds years from 1677 to 2262 only
        pass
    try:
        return np.array([_without_zone(value) for value in values], "datetime64[us]")
    except (ValueError, OverflowError) as error:
        raise DataError(f"the timestamps cannot be converted: {error}; {_EXPECTED}") from None


def _without_zone(value: Any) -> Any:
    """A date or datetime in UTC; without a zone, it is not changed."""
    return value.astimezone(dt.UTC).replace(tzinfo=None) if getattr(value, "tzinfo", None) else value


def _parse_iso(column: pd.Series[Any], values: pd.Series[Any]) -> NDArray[np.datetime64]:
    _refuse_mixed_zones(column, values.str.fullmatch(_ISO_ZONE).to_numpy(bool))
    texts = values.str.strip()
    times = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")
    if not times.isna().any():
        return np.asarray(times.dt.tz_convert(None))
    parsed = [_parse_date(text) for text in texts]  # before pandas 3 it holds years from 1677 to 2262 only
    refuse_where("timestamp", column, np.array([time is None for time in parsed]), "is not a calendar date")
    return _datetimes(column, pd.Series(parsed, dtype=object))


def _parse_written(column: pd.Series[Any], values: pd.Series[Any]) -> NDArray[np.datetime64]:
    """Datetimes from dates that are not in ISO form, such as "31.12.2019" and "Jan 3, 2020"."""
    codes, texts = pd.factorize(values)
    parsed = parse_dates(list(texts))
    refuse_where("timestamp", column, np.array([time is None for time in parsed])[codes], _NO_TIME)
    return np.array(parsed, "datetime64[us]")[codes]


def _parse_date(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def _refuse_mixed_zones(column: pd.Series[Any], has_zone: NDArray[np.bool_]) -> None:
    if has_zone.any() and not has_zone.all():
        row = int((has_zone != has_zone[0]).argmax())
        raise DataError(
            f"timestamp {column.iloc[row]} in row {row} has {'a' if has_zone[row] else 'no'} time zone, unlike "
            f"{column.iloc[0]} in row 0; give all a time zone, or none"
        )


def _from_datetimes(times: NDArray[np.datetime64], min_per_second: int = 1) -> NDArray[np.int64]:
    """Numbers since 1970, in the coarsest unit that holds them all and is at least as fine as asked for."""
    values, per_second = _coarsest(times, min_per_second)
    return values * (min_per_second // per_second) if per_second < min_per_second else values


def _coarsest(times: NDArray[np.datetime64], min_per_second: int) -> tuple[NDArray[np.int64], int]:
    """Numbers in the coarsest unit that holds all times, but not coarser than asked for, and units per second."""
    per_second = _PER_SECOND[np.datetime_data(times.dtype)[0]]
    values = times.astype(np.int64)
    while per_second > min_per_second and not (values % 1000).any():
        values //= 1000
        per_second //= 1000
    return values, per_second
