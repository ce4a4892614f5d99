"""Items of one title and one year are found, and nothing else is taken for twins."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recsys.data.dataset import Dataset
from recsys.data.load import load_dataset
from tests.requirements import MOVIELENS, needs_movielens


def catalogue(*rows: tuple[object, str | None, float | None]) -> Dataset:
    """Items (id, title, year), of which the first is rated."""
    items = pd.DataFrame(rows, columns=["item", "title", "year"])
    return Dataset.from_frames(pd.DataFrame({"user": [1], "item": items["item"][:1], "rating": [3]}), items)


def groups(*rows: tuple[object, str | None, float | None]) -> list[list[object]]:
    data = catalogue(*rows)
    return [data.item_ids[group].tolist() for group in data.twins.groups()]


def test_items_of_one_title_and_year_are_twins_in_groups_of_any_size():
    others = [(item, "Emma", 1996) for item in (2, 5, 6)]
    data = catalogue((1, "M", 1931), (3, "M", 1931), (4, "Emma", 2020), *others)
    assert data.twins.groups() == [[0, 2], [1, 4, 5]]
    assert data.twins.first.tolist() == [0, 1, 0, 3, 1, 1]
    assert data.twins.has_twin.tolist() == [True, True, True, False, True, True]
    assert data.twins.group.tolist() == [0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    "rows",
    [
        [(1, "M", 1931), (2, "M", 1951)],
        [(1, "M", None), (2, "M", None)],
        [(1, "M", 1931), (2, "M", None)],
        [(1, "M", 0), (2, "M", 0)],
        [(1, "M", 1931), (2, "m", 1931)],
        [(1, None, 1931), (2, None, 1931)],
        [(1, "", 1931), (2, " ", 1931)],
        [(1917, None, 2019), (2, "1917", 2019)],  # the id stands for the title that is missing
        [("a", None, 2000), ("b", "a", 2000)],
    ],
)
def test_another_year_another_title_or_an_unknown_one_makes_no_twins(rows):
    assert groups(*rows) == []
    assert not catalogue(*rows).twins


def test_white_space_and_the_spelling_of_letters_in_unicode_make_no_difference():
    assert groups((1, "Am\u00e9lie ", 2001), (2, "Ame\u0301lie", 2001)) == [[1, 2]]
    assert groups((1, "City  Lights", 1931), (2, "City Lights", 1931)) == [[1, 2]]


def test_parts_of_a_data_set_have_its_twins():
    ratings = pd.DataFrame({"user": [1, 1], "item": [1, 2], "rating": [3, 4]})
    items = pd.DataFrame({"item": [1, 2, 3], "title": ["M", "Emma", "M"], "year": [1931, 1996, 1931]})
    data = Dataset.from_frames(ratings, items)
    assert data.subset(np.array([True, False])).twins is data.twins
    assert data.twins.groups() == [[0, 2]]


@needs_movielens
def test_movielens_has_eighteen_pairs():
    data = load_dataset(MOVIELENS)
    pairs = data.twins.groups()
    assert len(pairs) == 18 and {len(pair) for pair in pairs} == {2}
    assert ["Chasing Amy"] * 2 in [data.titles[pair].tolist() for pair in pairs]
    assert [246, 268] in [data.item_ids[pair].tolist() for pair in pairs]
