"""Tables of items and users whose ids are not those of the ratings are noticed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from recsys.data.dataset import Dataset
from recsys.data.load import read_path as read_dataset
from recsys.errors import DataError
from tests.data.readers.test_movielens import write

MOVIES = [120735, 2844, 13442, 99348, 1375666]
PADDED = [f"{number:07}" for number in MOVIES]


def ratings(items: list[Any], users: list[Any] | None = None) -> pd.DataFrame:
    users = users or [1] * len(items)
    return pd.DataFrame({"user": pd.Series(users), "item": pd.Series(items), "rating": 3.0})


def table(name: str, ids: list[Any]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(ids), "title": [f"title {id_}" for id_ in ids]})


@pytest.mark.parametrize("n", [4, 5])  # the fifth id has seven digits, so it is the same in both
@pytest.mark.parametrize("kind", [int, str])
def test_ratings_that_lost_the_zeros_of_their_items_are_refused(n, kind):
    with pytest.raises(DataError) as error:
        Dataset.from_frames(ratings(list(map(kind, MOVIES[:n]))), table("item", PADDED[:n]))
    assert str(error.value) == (
        "the item ids of the ratings have lost their leading zeros: '120735' is rated, and the table has '0120735' "
        "(4 such items); write them alike in both: a spreadsheet keeps zeros in a column of text, pandas with "
        "read_csv(..., dtype={'item': str})"
    )


@pytest.mark.parametrize("n", [4, 5])
def test_a_table_that_lost_the_zeros_is_refused(n):
    with pytest.raises(DataError, match="item ids of the items table have lost their leading zeros: '0120735' is"):
        Dataset.from_frames(ratings(PADDED[:n]), table("item", MOVIES[:n]))
    with pytest.raises(DataError, match="user ids of the users table have lost their leading zeros"):
        Dataset.from_frames(ratings([1] * n, PADDED[:n]), users=table("user", MOVIES[:n]))


def test_tables_without_a_common_id_are_reported_with_an_example_of_each(caplog):
    rated, listed = [f"tt{n}" for n in range(20)], [f"m{n}" for n in range(30)]
    Dataset.from_frames(ratings(rated), table("item", listed), table("user", ["anna b"]))
    assert (
        "none of the 20 rated items is among the 30 of the items table: tt0 is rated and not in the table, m0 is in "
        "the table and not rated; are the ids written in the same way?"
    ) in caplog.text
    assert "none of the 1 rated users is among the 1 of the users table: 1 is rated and" in caplog.text
    assert "'anna b' is in the table and not rated" in caplog.text


def test_a_few_common_ids_are_reported_too(caplog):
    Dataset.from_frames(ratings(list(range(100))), table("item", list(range(98, 198))))
    assert "2 of the 100 rated items are among the 100 of the items table: 0 is rated" in caplog.text


@pytest.mark.parametrize(
    ("rated", "listed"),
    [
        (range(100), range(3)),  # a table of a few items
        (range(3), range(100)),  # a table of many unrated items
        (range(100), range(80, 180)),
        (["7", "8", "a"], ["007", "7", "a"]),
        (["007", "7"], ["007"]),
        (["007", "b"], ["0007", "b"]),
    ],
)
def test_a_table_may_lack_items_and_have_others(caplog, rated, listed):
    Dataset.from_frames(ratings(list(rated)), table("item", list(listed)))
    assert not caplog.text


def test_users_whose_ids_lost_their_zeros_are_left_out_of_files(tmp_path, caplog):
    files = {
        "ratings.dat": "007::1::5::1\n12::1::4::2\n",
        "movies.dat": "1::Bond (1962)::Crime\n",
        "users.dat": "7::F::1::10::48067\n12::M::56::16::70072\n",
    }
    dataset = read_dataset(write(tmp_path / "m", files))
    assert dataset.user_features.shape[1] == 0
    assert "the user ids of the users table have lost their leading zeros" in caplog.text
