"""One table that was read from a file, with what its columns are: what readers hand over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from recsys.data.roles import Roles

MAX_REASONS = 10
"""Skipped rows whose reasons are remembered and shown."""


@dataclass(frozen=True)
class InputTable:
    """A table and what is known of it.

    Attributes:
        file: as errors and the report name it.
        description: of its format, for the report.
        frame: its rows, with the columns' own names; of ratings only those with a role are needed. Cells may be text
            as written, or typed.
        roles: which column is what.
        locate: from the number of a row of ``frame`` to "ratings.csv:12"; None where there is no file.
        notes: what the reader did to it, such as rows that it skipped.
        warnings: what may be damaged, such as an end that seems to be cut.
        left_out: columns of ratings that are not in ``frame``, and why, in words.
        n_rows: of the table, where ``frame`` has but some of them.
    """

    file: str
    description: str
    frame: pd.DataFrame
    roles: Roles
    locate: Callable[[int], str] | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    n_rows: int | None = None
