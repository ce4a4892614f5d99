"""How many rows of a log are no ratings or lack something, and the sentences that say so."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from recsys.data.input_table import MAX_REASONS
from recsys.data.odd_values import OddCells, join_odd_cells
from recsys.data.roles import Roles


@dataclass
class RowCounts:
    """Numbers of rows of a log, or of a part of one.

    Attributes:
        n_blank: rows without a rating.
        n_unrated: rows with the number that means "not rated".
        unrated: that number; None if no number means that.
        n_timeless: rows without a time.
        n_skipped: rows that cannot be read.
        reasons: why, with file and line, for the first :data:`~recsys.data.input_table.MAX_REASONS` of these.
        odd_cells: implausible values, which are used anyway.
    """

    n_blank: int = 0
    n_unrated: int = 0
    unrated: float | None = None
    n_timeless: int = 0
    n_skipped: int = 0
    reasons: list[str] = field(default_factory=list)
    odd_cells: list[OddCells] = field(default_factory=list)

    def plus(self, other: RowCounts) -> RowCounts:
        """The sum for two parts of one log."""
        return RowCounts(
            self.n_blank + other.n_blank,
            self.n_unrated + other.n_unrated,
            other.unrated if self.unrated is None else self.unrated,
            self.n_timeless + other.n_timeless,
            self.n_skipped + other.n_skipped,
            [*self.reasons, *other.reasons][:MAX_REASONS],
            join_odd_cells([*self.odd_cells, *other.odd_cells]),
        )

    def notes(self, roles: Roles, log: pd.DataFrame) -> list[str]:
        """Sentences about these rows for the report.

        Args:
            roles: the roles of the columns of the log as it was read.
            log: the cleaned log, without columns that are all blank.
        """
        notes = []
        if "rating" in log:
            if self.n_blank:
                notes.append(rows_are(self.n_blank, "without a rating", "left out"))
            if self.unrated is not None:
                what = "left out: it seems to mean unrated"
                notes.append(rows_are(self.n_unrated, f"with the rating {self.unrated:g}", what))
        elif self.n_blank:
            notes.append(f"column {roles['rating']!r} is blank: every row counts 1")
        if "timestamp" in log:
            if self.n_timeless:
                notes.append(rows_are(self.n_timeless, "without a time", "counted as the oldest"))
        elif "timestamp" in roles:
            notes.append(f"column {roles['timestamp']!r} is blank: there are no times")
        if self.n_skipped:
            such = "; ".join(self.reasons)
            notes.append(f"{rows_are(self.n_skipped, 'that cannot be read', 'skipped')}, such as {such}")
        return notes


def rows_are(n: int, which: str, what: str) -> str:
    """A sentence about some rows: "2 rows without a rating are left out"."""
    return f"1 row {which} is {what}" if n == 1 else f"{n:,} rows {which} are {what}"
