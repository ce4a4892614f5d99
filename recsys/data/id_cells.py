"""Blank cells, and cells of ids, whose meaning depends on all distinct cells of their column."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.columns import plain
from recsys.data.rating_values import BLANK
from recsys.text import without_controls

BLANK_IDS = frozenset(["", "\\n", "null", "nan", "n/a", "#n/a"])
"""Texts that mean a missing id, in lower case."""
WHOLE_FLOAT = re.compile(r"-?(?:0|[1-9]\d*)\.0+")


def clean_ids(column: pd.Series[Any]) -> pd.Series[Any]:
    """Ids without control characters, and without the ".0" that programs append to numbers if some are missing."""
    values = plain(column)
    if values.dtype.kind != "O":
        return values
    codes, unique = pd.factorize(values, use_na_sentinel=True)
    known = [value for value in unique if not (isinstance(value, str) and not value.strip())]
    if known and all(isinstance(value, str) and WHOLE_FLOAT.fullmatch(value) for value in known):
        cleaned = [str(value).partition(".")[0] for value in unique]
    else:
        cleaned = [without_controls(value) if isinstance(value, str) else value for value in unique]
        if all(new is old or new == old for new, old in zip(cleaned, unique, strict=True)):
            return values
    texts = np.array([*cleaned, None], object)
    return pd.Series(texts[codes], dtype=object)


def is_blank_id(column: pd.Series[Any]) -> NDArray[np.bool_]:
    """Which ids are missing, (n,): blank cells, and texts that databases and spreadsheets write for these."""
    values = plain(column)
    if values.dtype.kind != "O":
        return is_blank(values)
    known = [str(value).strip() for value in pd.unique(values.dropna())]
    others = [text for text in known if text.casefold() not in BLANK]
    are_numbers = bool(others) and all(text.isdigit() for text in others)
    return is_blank(values, BLANK if are_numbers else BLANK_IDS)  # elsewhere "none" may be a name


def is_blank(column: pd.Series[Any], marks: Collection[str] = ("",)) -> NDArray[np.bool_]:
    """Which cells are missing or one of some texts (in lower case, without spaces around them): (n,)."""
    values = plain(column)
    missing = values.isna().to_numpy()
    if values.dtype.kind != "O":
        return np.asarray(missing)
    codes, unique = pd.factorize(values, use_na_sentinel=True)
    is_mark = [isinstance(value, str) and value.strip().casefold() in marks for value in unique]
    blank = np.array([*is_mark, True], bool)
    return np.asarray(missing | blank[codes])
