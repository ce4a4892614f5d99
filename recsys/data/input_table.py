"""The result of a reader: a table from a file, and the roles of its columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from recsys.data.roles import Roles

MAX_REASONS = 10
"""For how many skipped rows the reason is remembered and shown."""


@dataclass(frozen=True)
class InputTable:
    """A table and what is known about it.

    Attributes:
        file: the name of the file, as errors and the report show it.
        description: its format, for the report.
        frame: its rows; columns have the names of the file, and of ratings only those with a role are needed. Cells
            may be text as written, or typed.
        roles: the roles of the columns.
        locate: from the number of a row of ``frame`` to "ratings.csv:12"; None if there is no file.
        notes: what the reader did, such as skipping rows.
        warnings: what may be damaged, such as an end that seems to be cut off.
        left_out: by name, why a column of ratings is not in ``frame``, in words.
        n_rows: the number of rows of the table, if ``frame`` has only some of them.
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
