"""Check that the ids in a table of items or users are written in the same way as those in the ratings."""

from __future__ import annotations

import logging
import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.ids import comparable_ids, quoted_id
from recsys.errors import DataError

MIN_SHARE = 0.1
"""Tables belong together if they share at least this part of the ids of the one that has fewer."""

_DIGITS = re.compile(r"0*([0-9]+)")
logger = logging.getLogger(__name__)


def check_ids_match(name: str, rated: NDArray[Any], listed: NDArray[Any]) -> None:
    """Warn if hardly any of the rated ids is in the table, which suggests that the ids are written differently.

    Args:
        name: "item" or "user".
        rated: (n,), the ids of the ratings, each once: int64, or str objects.
        listed: (m,), the ids of the table, each once, of the same kind.

    Raises:
        DataError: the ids of the ratings or of the table have lost their leading zeros.
    """
    if not len(listed):
        return
    refuse_lost_zeros(name, rated, listed)
    is_listed = _is_in(rated, listed)
    n_matches = int(is_listed.sum())
    if n_matches < MIN_SHARE * min(len(rated), len(listed)):
        logger.warning(
            "%s of the %s rated %ss %s among the %s of the %ss table: %s is rated and not in the table, %s is in the "
            "table and not rated; are the ids written in the same way?",
            f"{n_matches:,}" if n_matches else "none", f"{len(rated):,}", name, "are" if n_matches > 1 else "is",
            f"{len(listed):,}", name,
            quoted_id(rated[~is_listed][0]), quoted_id(listed[~_is_in(listed, rated)][0]),
        )  # fmt: skip


def refuse_lost_zeros(name: str, rated: NDArray[Any], listed: NDArray[Any]) -> None:
    """Refuse ids that lost their leading zeros, such as 120735 if the other table has "0120735".

    Args:
        name: "item" or "user".
        rated: (n,), the ids of the ratings, each once.
        listed: (m,), the ids of the table, each once.

    Raises:
        DataError: most rated ids that are not in the table would be in it without leading zeros, and only one of the
            two has ids with leading zeros.
    """
    rated, listed = comparable_ids(rated, listed)
    if rated.dtype != object or _have_zeros(rated) == _have_zeros(listed):
        return
    missing = rated[~_is_in(rated, listed)]
    by_number = {_without_zeros(id_): id_ for id_ in listed[~_is_in(listed, rated)] if _DIGITS.fullmatch(id_)}
    pairs = [(id_, by_number[_without_zeros(id_)]) for id_ in missing if _without_zeros(id_) in by_number]
    if len(pairs) > len(missing) / 2:
        table = f"{name}s table" if _have_zeros(rated) else "ratings"
        noun = name if len(pairs) == 1 else f"{name}s"
        raise DataError(
            f"the {name} ids of the {table} have lost their leading zeros: {pairs[0][0]!r} is rated, and the table "
            f"has {pairs[0][1]!r} ({len(pairs):,} such {noun}); write them alike in both: a spreadsheet keeps zeros "
            f"in a column of text, pandas with read_csv(..., dtype={{{name!r}: str}})"
        )


def _is_in(ids: NDArray[Any], others: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray(pd.Series(ids, dtype=ids.dtype).isin(others))


def _have_zeros(ids: NDArray[Any]) -> bool:
    """Whether one of the ids is a number with a leading zero, such as "007"."""
    return any(len(id_) > 1 and id_[0] == "0" and _DIGITS.fullmatch(id_) for id_ in ids)


def _without_zeros(text: str) -> str:
    return _DIGITS.sub(r"\1", text) if _DIGITS.fullmatch(text) else text
