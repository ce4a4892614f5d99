"""Similar items compared with a literal loop, and what support does to them on data with known answers."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recsys
from recsys.recommend import similar
from recsys.recommend.similar import similar_items
from tests.requirements import needs_movielens


def literal_neighbours(vectors: list[list[float]], counts: list[int], k: int) -> list[list[tuple[int, float]]]:
    """Each vector's k most similar others, equals by index, with cosines shrunk by 5 ratings; none up to 0."""
    neighbours = []
    for item, a in enumerate(vectors):
        row = []
        for other, b in enumerate(vectors):
            dot, size = sum(x * y for x, y in zip(a, b, strict=True)), math.hypot(*a) * math.hypot(*b)
            support = min(counts[item], counts[other])
            if other != item and dot > 0 and support > 0:
                row.append((other, dot / size * support / (support + 5)))
        neighbours.append(sorted(row, key=lambda pair: (-round(pair[1], 9), pair[0]))[:k])
    return neighbours


def listed(vectors, counts, k, twins=None) -> list[list[int]]:
    """The neighbours of every item, without the padding."""
    items, _ = similar_items(np.array(vectors, np.float32), np.array(counts), k, twins)
    return [[item for item in row if item >= 0] for row in items.tolist()]


@pytest.mark.parametrize(("n", "k"), [(7, 3), (7, 6), (30, 5)])
def test_similar_items_are_those_of_a_literal_loop(n, k):
    rng = np.random.default_rng(n)
    vectors, counts = rng.normal(size=(n, 4)).round(3), rng.integers(0, 12, n)
    items, similarity = similar_items(vectors.astype(np.float32), counts, k)
    assert (items.dtype, similarity.dtype) == (np.int32, np.float32)
    expected = literal_neighbours(vectors.tolist(), counts.tolist(), k)
    assert [[item for item in row if item >= 0] for row in items.tolist()] == [
        [item for item, _ in row] for row in expected
    ]
    for values, row in zip(similarity.tolist(), expected, strict=True):
        assert values[: len(row)] == pytest.approx([value for _, value in row], abs=1e-6)
        assert values[len(row) :] == [-math.inf] * (k - len(row))


exact = st.sampled_from([(0, 0), (3, 0), (0, 2), (-1, 0), (0, -5), (4, 0)])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(exact, st.sampled_from([0, 3, 9])), min_size=2, max_size=8), st.data())
def test_equally_similar_items_are_in_index_order(rows, data):
    vectors, counts = [vector for vector, _ in rows], [count for _, count in rows]
    k = data.draw(st.integers(1, len(rows) - 1))
    expected = literal_neighbours(vectors, counts, k)
    assert listed(vectors, counts, k) == [[item for item, _ in row] for row in expected]


def test_an_item_is_never_its_own_neighbour_nor_listed_twice():
    items, similarity = similar_items(np.ones((5, 3), np.float32), np.full(5, 10**9), 10)
    for item, row in enumerate(items.tolist()):
        assert row == [other for other in range(5) if other != item] + [-1] * 6
    assert np.isneginf(similarity[:, 4:]).all()
    assert similarity[:, :4].max() <= 1


def test_a_single_item_has_no_neighbours():
    items, similarity = similar_items(np.ones((1, 2), np.float32), np.array([5]), 3)
    assert items.tolist() == [[-1, -1, -1]]
    assert np.isneginf(similarity).all()


def test_the_length_of_a_vector_does_not_matter():
    vectors, counts = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32), np.arange(1, 7)
    stretched = vectors * np.float32([[1], [100], [0.01], [7], [2], [5]])
    assert listed(vectors, counts, 5) == listed(stretched, counts, 5)


def test_neighbours_do_not_depend_on_the_block_size(monkeypatch):
    rng = np.random.default_rng(1)
    vectors, counts = rng.integers(-3, 4, (50, 3)), rng.integers(0, 9, 50)
    expected = listed(vectors, counts, 6)
    monkeypatch.setattr(similar, "SIMILARITY_BLOCK", 7)
    assert listed(vectors, counts, 6) == expected


def test_items_in_another_order_have_the_same_neighbours():
    rng = np.random.default_rng(2)
    vectors, counts, order = rng.normal(size=(40, 5)), rng.integers(0, 20, 40), rng.permutation(40)
    neighbours = listed(vectors, counts, 8)
    reordered = listed(vectors[order], counts[order], 8)
    assert [[int(order[other]) for other in row] for row in reordered] == [neighbours[item] for item in order]


def test_the_smaller_of_two_counts_says_how_much_of_a_cosine_remains():
    def similarity(first: int, second: int) -> float:
        return float(similar_items(np.ones((2, 1), np.float32), np.array([first, second]), 1)[1][0, 0])

    assert similarity(5, 5) == similarity(5, 1000) == similarity(1000, 5) == 0.5
    assert similarity(1, 50) == pytest.approx(1 / 6)
    assert similarity(495, 495) == pytest.approx(0.99)


def test_items_that_nobody_rated_or_that_point_elsewhere_are_not_similar():
    #                same direction, no rating, at right angles, opposite
    vectors = [(1, 0), (2, 0), (1, 0), (0, 1), (-1, 0)]
    assert listed(vectors, [5, 5, 0, 5, 5], 4) == [[1], [0], [], [], []]


def test_a_well_supported_item_does_not_list_what_four_users_rated():
    # Twenty items of four ratings, with nearly its own direction, and ten of a hundred at a cosine of 0.6.
    rare, popular = [(1.0, 0.01 * n, 0.0) for n in range(20)], [(0.6, 0.0, 0.8)] * 10
    neighbours = listed([(1, 0, 0), *rare, *popular], [100] + [4] * 20 + [100] * 10, 10)
    assert neighbours[0] == list(range(21, 31))


def test_beyond_its_own_number_of_ratings_the_popularity_of_others_makes_no_difference():
    rng = np.random.default_rng(3)
    vectors, counts = rng.normal(size=(60, 6)), rng.integers(1, 4, 60)
    more = counts.copy()
    more[counts == 3] = 10_000
    neighbours, with_more = listed(vectors, counts, 10), listed(vectors, more, 10)
    rare = np.flatnonzero(counts < 3)
    assert len(rare) > 30
    assert [neighbours[item] for item in rare] == [with_more[item] for item in rare]


def test_a_twin_takes_no_place_among_the_neighbours():
    twins = recsys.data.twins.find_twins(
        np.array(["Ran", "Heat", "Heat", "Amy"], object), np.full(4, 1995.0), np.arange(4)
    )
    vectors = [(1, 0), (1, 0.1), (1, 0.2), (1, 0.5)]
    assert listed(vectors, [9, 1, 9, 9], 3, twins) == [[2, 3], [0, 3], [0, 3], [2, 0]]


@needs_movielens
@pytest.mark.parametrize("model", ["base", "deep"])
def test_on_movielens_no_film_with_100_ratings_lists_one_with_fewer_than_5(movielens, model):
    items = json.loads((movielens / "data" / "items.json").read_text("utf-8"))["items"]
    n_train = {item["id"]: item["n_train"] for item in items}
    similar = {item["id"]: [row["item"] for row in item["similar"].get(model, [])] for item in items}
    supported = [id_ for id_, n_ratings in n_train.items() if n_ratings >= 100]
    assert len(supported) > 200
    assert min(n_train[other] for id_ in supported for other in similar[id_]) >= 5
    assert {len(similar[id_]) for id_ in n_train if n_train[id_]} == {10}  # and all that anybody rated have ten
