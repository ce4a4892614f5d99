from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.data.dataset import Dataset
from recsys.errors import ConfigError, DataError
from recsys.recommend.lists import best_rated, recommend, similar_items

Row = tuple[int, ...]


class Table:
    """A scorer that looks its scores up."""

    def __init__(self, scores: Any) -> None:
        self.table = np.array(scores, np.float32)

    def scores(self, users: Any = None) -> np.ndarray:
        return self.table if users is None else self.table[users]


def log(rows: list[Row], n_users: int, n_items: int) -> Dataset:
    """Rows of (user, item, rating) or (user, item, rating, timestamp), in which ids are indices."""
    return Dataset.from_frames(
        pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"][: len(rows[0])]),
        items=pd.DataFrame({"item": range(n_items), "title": "x"}),
        users=pd.DataFrame({"user": range(n_users)}),
    )


def test_every_user_gets_their_best_unseen_films_with_hidden_ones_marked():
    train = log([(0, 3, 1), (1, 0, 5)], 3, 4)
    test = log([(0, 2, 1), (2, 0, 5), (1, 3, 2)], 3, 4)
    found = recommend(Table([[1, 2, 3, 4]] * 3), train, test, k=2)
    assert found.items.tolist() == [[2, 1], [3, 2], [3, 2]]
    assert found.scores.tolist() == [[3, 2], [4, 3], [4, 3]]
    assert found.held_out.tolist() == [[True, False], [True, False], [False, False]]


def test_a_user_with_few_unseen_films_gets_a_shorter_list_and_no_hit_in_its_empty_places():
    train = log([(1, 0, 1), (1, 1, 1), (0, 0, 1)], 2, 3)
    # Item -1 of user 1 would be film 2 of user 0, if places were counted wrongly.
    test = log([(0, 2, 1)], 2, 3)
    found = recommend(Table([[1, 2, 3]] * 2), train, test, k=2)
    assert found.items.tolist() == [[2, 1], [2, -1]]
    assert found.scores.tolist() == [[3, 2], [3, -np.inf]]
    assert found.held_out.tolist() == [[True, False], [False, False]]


def test_with_nothing_hidden_nothing_is_marked():
    found = recommend(Table([[1, 2]]), log([(0, 0, 1)], 1, 2), None, k=2)
    assert found.items.tolist() == [[1, -1]]
    assert found.held_out.tolist() == [[False, False]]


def test_impossible_lists_are_refused():
    train = log([(0, 0, 1)], 1, 2)
    with pytest.raises(ConfigError, match="k is 3; expected a whole number from 1 to 2"):
        recommend(Table([[1, 2]]), train, None, k=3)
    with pytest.raises(DataError, match="not all finite"):
        recommend(Table([[1, np.nan]]), train, None, k=1)


logs = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, 9)),
    st.tuples(st.integers(1, 3), st.integers(-2, 2)),
    min_size=1,
    max_size=40,
)


@settings(deadline=None, max_examples=100)
@given(logs, st.integers(1, 12), st.booleans(), st.randoms(use_true_random=False))
def test_the_best_rated_are_those_of_sorting_by_rating_then_newest_then_film(ratings, n, timed, random):
    rows = [(user, item, *(fact if timed else fact[:1])) for (user, item), fact in ratings.items()]
    random.shuffle(rows)
    train = log(rows, 4, 10)
    found = best_rated(train, n)
    assert len(found) == 4
    for user in range(4):
        own = [row[1:] for row in rows if row[0] == user]
        own.sort(key=lambda row: (-row[1], -row[2] if timed else 0, row[0]))
        assert train.item[found[user]].tolist() == [row[0] for row in own[:n]]
        assert set(train.user[found[user]].tolist()) <= {user}


def literal_neighbours(vectors: list[list[int]], k: int) -> list[list[tuple[int, float]]]:
    """Each vector's k most similar others by cosine, equals by index; integers, so that ties are exact."""
    found = []
    for one, a in enumerate(vectors):
        row = []
        for other, b in enumerate(vectors):
            if other != one:
                dot, size = sum(x * y for x, y in zip(a, b, strict=True)), math.hypot(*a) * math.hypot(*b)
                row.append((other, dot / size if size else 0.0))
        found.append(sorted(row, key=lambda pair: (-round(pair[1], 9), pair[0]))[:k])
    return found


@pytest.mark.parametrize(("n", "k"), [(7, 3), (7, 6), (30, 5)])
def test_similar_films_are_the_nearest_by_cosine(n, k):
    vectors = np.random.default_rng(n).normal(size=(n, 4)).round(3)
    items, similarity = similar_items(vectors.astype(np.float32), k)
    assert (items.dtype, similarity.dtype) == (np.int32, np.float32)
    expected = literal_neighbours(vectors.tolist(), k)
    assert items.tolist() == [[item for item, _ in row] for row in expected]
    np.testing.assert_allclose(similarity, [[value for _, value in row] for row in expected], atol=1e-6)


exact = st.sampled_from([(0, 0), (3, 0), (0, 2), (-1, 0), (0, -5), (4, 0)])


@settings(deadline=None, max_examples=50)
@given(st.lists(exact, min_size=2, max_size=8), st.data())
def test_equally_similar_films_are_in_catalogue_order(vectors, data):
    k = data.draw(st.integers(1, len(vectors) - 1))
    items, _ = similar_items(np.array(vectors, np.float32), k)
    expected = literal_neighbours(vectors, k)
    assert items.tolist() == [[item for item, _ in row] for row in expected]


def test_a_film_is_never_its_own_neighbour_nor_named_twice():
    items, similarity = similar_items(np.ones((5, 3), np.float32), 10)
    for film, row in enumerate(items.tolist()):
        assert row == [other for other in range(5) if other != film] + [-1] * 6
    assert np.isneginf(similarity[:, 4:]).all()
    assert similarity[:, :4].max() <= 1


def test_a_film_alone_has_no_neighbours():
    items, similarity = similar_items(np.ones((1, 2), np.float32), 3)
    assert items.tolist() == [[-1, -1, -1]]
    assert np.isneginf(similarity).all()


def test_the_length_of_a_vector_does_not_matter():
    vectors = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    stretched = vectors * np.float32([[1], [100], [0.01], [7], [2], [5]])
    assert similar_items(vectors, 5)[0].tolist() == similar_items(stretched, 5)[0].tolist()


def test_neighbours_do_not_depend_on_the_blocks():
    # 1100 films in a circle, a block and a bit: the nearest are the two beside.
    angle = np.arange(1100) * (2 * np.pi / 1100)
    items, _ = similar_items(np.column_stack([np.cos(angle), np.sin(angle)]).astype(np.float32), 2)
    for film in (0, 1, 1023, 1024, 1099):
        assert set(items[film].tolist()) <= {(film + step) % 1100 for step in (-2, -1, 1, 2)}
