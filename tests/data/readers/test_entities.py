"""Rows that were split at the semicolon of an entity are joined; texts that end in one are left alone."""

from __future__ import annotations

import pandas as pd
import pytest

from recsys.data.readers.entities import join_split_entities

COLUMNS = ["id", "title", "author", "year", "publisher"]
SOUND = [[n, f"Book {n}", "Ann Other", str(1990 + n), "Norton &amp"] for n in range(20)]


def joined(rows: list[list[object]]) -> tuple[list[list[object]], int]:
    frame = pd.DataFrame([*SOUND, *rows], columns=COLUMNS).astype({"title": object, "author": object, "year": object})
    result, n_joined = join_split_entities(frame, "id")
    assert result["id"].tolist() == frame["id"].tolist()
    return result.iloc[len(SOUND) :].to_numpy(object).tolist(), n_joined


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([30, "Angels &amp", "Demons", "Dan Brown", "2001"], [30, "Angels &amp; Demons", "Dan Brown", 2001, ""]),
        ([30, "Caf&#233", "Noir", "A. B.", "1999"], [30, "Caf&#233; Noir", "A. B.", 1999, ""]),
        ([30, "Book", "Ann &amp", "Bob", "2001"], [30, "Book", "Ann &amp; Bob", 2001, ""]),
    ],
)
def test_a_split_row_is_joined_where_its_cells_are_a_column_too_far(row, expected):
    assert joined([row]) == ([expected], 1)


@pytest.mark.parametrize("title", ["Angels &amp", "AT&T", "Angels & Demons", "Angels &amp; Demons", "R&B"])
def test_a_row_whose_cells_are_where_they_belong_is_left_alone(title):
    row = [30, title, "Dan Brown", "2001", "Norton"]
    frame = pd.DataFrame([*SOUND, row], columns=COLUMNS)
    result, n_joined = join_split_entities(frame, "id")
    assert (n_joined, result.to_numpy(object).tolist()) == (0, frame.to_numpy(object).tolist())
