"""Convert dates as people and programs write them to times: ``31.12.2019``, ``Jan 3, 2020``, ``03/31/2019 14:05``.

The whole column decides whether the day or the month comes first; if it does not, the column is refused.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from recsys.data.json_tables import json_pattern
from recsys.errors import DataError

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janner janvier janv ene enero gennaio gen",
            "feb february februar fevrier fev fevr febrero febbraio",
            "mar march marz mrz mars marzo",
            "apr april avril avr abr abril aprile",
            "may mai mayo maggio mag",
            "jun june juni juin junio giugno giu",
            "jul july juli juillet juil julio luglio lug",
            "aug august aout ago agosto",
            "sep sept september septembre septiembre settembre set",
            "oct october okt oktober octobre octubre ottobre ott",
            "nov november novembre noviembre",
            "dec december dez dezember decembre dic diciembre dicembre",
        ),
        start=1,
    )
    for name in names.split()
}
_TIME = re.compile(
    r"(?P<hour>\d{1,2})[:h](?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?\s*"
    r"(?P<half>[ap]\.?m\.?)?\s*(?P<zone>(?:UTC|GMT)?[+-]\d\d:?\d\d|(?:UTC|GMT)[+-]\d{1,2}(?::\d\d)?\b|Z\b|UTC|GMT|"
    r"(?:[ECMP][SD]|CE|CES)T\b)?",
    re.IGNORECASE,
)
_ZONES = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "cet": 1, "cest": 2}
"""Hours from UTC of time zones that programs write by name: those of RFC 822, and of Central Europe."""
_COMPACT = re.compile(r"^(\d{8})t(\d\d)(\d\d)(\d\d)")
"""The beginning of a time in ISO's basic form: ``20120101T142125Z``."""
_LOGGED = re.compile(r"^(\d{1,2}/[a-z]{3}/\d{4}):(?=\d\d:\d\d)")
"""The beginning of a time in the log of a web server: ``01/Jan/2012:14:21:25 +0000``."""
_HALF_DAY = re.compile(r"(?P<hour>\d{1,2})\s*(?P<half>[ap]\.?m\.?)", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mie|jue|vie|sab|dom)[a-z]*"
)
_NUMERIC = re.compile(r"(?P<a>\d{1,4})(?P<mark>[-/.\s,]+)(?P<b>\d{1,2})[-/.\s,]+(?P<c>\d{2,4})")
_MONTH_ONLY = re.compile(r"(\d{4})[-/.](\d{1,2})")
_ORDERED = re.compile(r"(\d{4})(\d\d)(\d\d)|(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})")
"""A date whose order of year, month and day is certain."""
_OFFSET = re.compile(r"(?:^|\s)([+-]\d\d:?\d\d|utc|gmt|z)(?=\s|$|\s*\()")
_AFTER_TIME = re.compile(r"\s*\(.*\)$|\s+(?:um|a|at|uhr|o'clock)$")
_FILLERS = ("de", "of", "the", "st", "nd", "rd", "th", "del")
_EXPECTED = "write all dates as 2019-12-31"


@dataclass(frozen=True)
class _Parts:
    """The parts of a date: three numbers in the order in which they are written, or year, month and day."""

    numbers: tuple[int, int, int]
    mark: str
    """What is written between the numbers; "" if these are year, month and day."""
    time: dt.timedelta
    zone: dt.timedelta | None


def parse_dates(texts: Sequence[str]) -> list[dt.datetime | None]:
    """The time of each text, in UTC if it has a zone; None if the text is not a date.

    Raises:
        DataError: it cannot be known whether days or months come first, or both occur.
    """
    parts = [_parts_of(text) for text in texts]
    day_first = _is_day_first(texts, parts)
    return [None if part is None else _compose(part, day_first) for part in parts]


def _parts_of(text: str) -> _Parts | None:
    rest = _LOGGED.sub(r"\1 ", _COMPACT.sub(r"\1 \2:\3:\4", _folded(text)))
    time, zone = dt.timedelta(), None
    match = _TIME.search(rest) or _HALF_DAY.search(rest)
    if match is not None:
        clock = _clock(match.groupdict())
        if clock is None:
            return None
        time, zone = clock
        rest = (rest[: match.start()].rstrip(" t,") + " " + rest[match.end() :]).strip(" ,")
        offset = _OFFSET.search(rest)
        if offset is not None and zone is None:  # "Sun Jan 12 08:30:00 +0000 2020"
            zone = _offset(offset[1])
            rest = (rest[: offset.start()] + " " + rest[offset.end() :]).strip()
        rest = _AFTER_TIME.sub("", rest)
    numbers = _year_month_day(rest)
    if numbers is not None:
        return _Parts(numbers, "", time, zone)
    match = _NUMERIC.fullmatch(rest)
    if match is None:
        return None
    numbers = int(match["a"]), int(match["b"]), _full_year(match["c"])
    return _Parts(numbers, match["mark"].strip() or " ", time, zone)


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _clock(groups: dict[str, str | None]) -> tuple[dt.timedelta, dt.timedelta | None] | None:
    hour, minute, second = (int(groups.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (groups.get("half") or "").replace(".", "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    if hour > 24 or minute > 59 or second > 60:
        return None
    microseconds = int(((groups.get("fraction") or "") + "000000")[:6])
    zone = groups.get("zone")
    time = dt.timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microseconds)
    return time, None if zone is None else _offset(zone)


def _offset(text: str) -> dt.timedelta:
    text = text.lower()
    if text in _ZONES:
        return dt.timedelta(hours=_ZONES[text])
    text = text.removeprefix("utc").removeprefix("gmt").removeprefix("z")
    if not text:
        return dt.timedelta()
    sign = -1 if text[0] == "-" else 1
    hours, _, minutes = text[1:].partition(":") if ":" in text else (text[1:3], "", text[3:])
    return sign * dt.timedelta(hours=int(hours), minutes=int(minutes or 0))


def _year_month_day(text: str) -> tuple[int, int, int] | None:
    """Year, month and day if the text makes clear which is which; None if not, or if it is not a date."""
    text = text.strip()
    match = _MONTH_ONLY.fullmatch(text)
    if match is not None:
        return int(match[1]), int(match[2]), 1
    match = _ORDERED.fullmatch(text)
    if match is not None:
        year, month, day = (int(group) for group in match.groups() if group is not None)
        return year, month, day
    words = re.findall(r"[a-z]+|\d+", text)
    if words and _WEEKDAY.fullmatch(words[0]) and any(word in _MONTHS for word in words[1:]):
        words = words[1:]  # "mar" is Tuesday in French, and March
    words = [word for word in words if word not in _FILLERS]
    months = [word for word in words if word in _MONTHS]
    digits = [word for word in words if word.isdigit()]
    if len(months) != 1 or len(words) - len(digits) != 1 or not 1 <= len(digits) <= 2:
        return None
    month = _MONTHS[months[0]]
    if len(digits) == 1:  # "January 2020"
        return (int(digits[0]), month, 1) if len(digits[0]) == 4 else None
    year, day = (digits[0], digits[1]) if len(digits[0]) == 4 else (digits[1], digits[0])
    return _full_year(year), month, int(day)


def _full_year(digits: str) -> int:
    """The year; two digits stand for a year from 1970 to 2069."""
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < 70 else 1900)


def _is_day_first(texts: Sequence[str], parts: Sequence[_Parts | None]) -> bool:
    """Whether the first number of dates such as 3/4/2019 is the day.

    Raises:
        DataError: no date says so, or dates contradict each other.
    """
    numeric = [(text, part) for text, part in zip(texts, parts, strict=True) if part is not None and part.mark]
    days = [text for text, part in numeric if part.numbers[0] > 12]
    months = [text for text, part in numeric if part.numbers[1] > 12]
    if days and months:
        raise DataError(f"dates {days[0]!r} and {months[0]!r} have day and month in different orders; {_EXPECTED}")
    if days or months:
        return bool(days)
    if all(part.mark == "." for _, part in numeric) or all(p.numbers[0] == p.numbers[1] for _, p in numeric):
        return True  # countries that write points between the numbers write the day first
    if all(part.mark in (" ", ",") for _, part in numeric):
        return False
    example = next(text for text, part in numeric if part.numbers[0] != part.numbers[1])
    raise DataError(
        f"date {example!r} may have the day first or the month, and no other date says which; {_EXPECTED}, or leave "
        "the column out"
    )


def _compose(part: _Parts, day_first: bool) -> dt.datetime | None:
    year, month, day = part.numbers
    if part.mark:
        first, second, year = part.numbers
        day, month = (first, second) if day_first else (second, first)
    try:
        return dt.datetime(year, month, day) + part.time - (part.zone or dt.timedelta())
    except (ValueError, OverflowError):
        return None


def date_tables() -> dict[str, Any]:
    """The names and patterns of this module as JSON."""
    patterns = {
        "time": _TIME, "half_day": _HALF_DAY, "weekday": _WEEKDAY, "numeric": _NUMERIC, "month_only": _MONTH_ONLY,
        "ordered": _ORDERED, "offset": _OFFSET, "after_time": _AFTER_TIME,
        "compact": _COMPACT, "logged": _LOGGED,
    }  # fmt: skip
    return {
        "months": _MONTHS,
        "zones": _ZONES,
        "fillers": list(_FILLERS),
        **{name: json_pattern(pattern) for name, pattern in patterns.items()},
    }
