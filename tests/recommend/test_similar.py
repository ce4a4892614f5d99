from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.recommend import similar
from recsys.recommend.similar import similar_items


def literal_neighbours(vectors: list[list[int]], k: int) -> list[list[tuple[int, float]]]:
    """Each vector's k most similar others by cosine, equals by index; integers, so that ties are exact."""
    neighbours = []
    for item, a in enumerate(vectors):
        row = []
        for other, b in enumerate(vectors):
            if other != item:
                dot, size = sum(x * y for x, y in zip(a, b, strict=True)), math.hypot(*a) * math.hypot(*b)
                row.append((other, dot / size if size else 0.0))
        neighbours.append(sorted(row, key=lambda pair: (-round(pair[1], 9), pair[0]))[:k])
    return neighbours


@pytest.mark.parametrize(("n", "k"), [(7, 3), (7, 6), (30, 5)])
def test_similar_items_are_the_nearest_by_cosine(n, k):
    vectors = np.random.default_rng(n).normal(size=(n, 4)).round(3)
    items, similarity = similar_items(vectors.astype(np.float32), k)
    assert (items.dtype, similarity.dtype) == (np.int32, np.float32)
    expected = literal_neighbours(vectors.tolist(), k)
    assert items.tolist() == [[item for item, _ in row] for row in expected]
    np.testing.assert_allclose(similarity, [[value for _, value in row] for row in expected], atol=1e-6)


exact = st.sampled_from([(0, 0), (3, 0), (0, 2), (-1, 0), (0, -5), (4, 0)])


@settings(deadline=None, max_examples=50)
@given(st.lists(exact, min_size=2, max_size=8), st.data())
def test_equally_similar_items_are_in_index_order(vectors, data):
    k = data.draw(st.integers(1, len(vectors) - 1))
    items, _ = similar_items(np.array(vectors, np.float32), k)
    expected = literal_neighbours(vectors, k)
    assert items.tolist() == [[item for item, _ in row] for row in expected]


def test_an_item_is_never_its_own_neighbour_nor_listed_twice():
    items, similarity = similar_items(np.ones((5, 3), np.float32), 10)
    for item, row in enumerate(items.tolist()):
        assert row == [other for other in range(5) if other != item] + [-1] * 6
    assert np.isneginf(similarity[:, 4:]).all()
    assert similarity[:, :4].max() <= 1


def test_a_single_item_has_no_neighbours():
    items, similarity = similar_items(np.ones((1, 2), np.float32), 3)
    assert items.tolist() == [[-1, -1, -1]]
    assert np.isneginf(similarity).all()


def test_the_length_of_a_vector_does_not_matter():
    vectors = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    stretched = vectors * np.float32([[1], [100], [0.01], [7], [2], [5]])
    assert similar_items(vectors, 5)[0].tolist() == similar_items(stretched, 5)[0].tolist()


def test_neighbours_do_not_depend_on_the_block_size(monkeypatch):
    vectors = np.random.default_rng(1).integers(-3, 4, (50, 3)).astype(np.float32)
    expected = similar_items(vectors, 6)[0].tolist()
    monkeypatch.setattr(similar, "SIMILARITY_BLOCK", 7)
    assert similar_items(vectors, 6)[0].tolist() == expected
