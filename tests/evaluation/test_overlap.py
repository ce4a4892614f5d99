from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.evaluation.overlap import PERSISTENCE, agree


def of(first: list[int], second: list[int], p: float = PERSISTENCE) -> tuple[int, float, float]:
    found = agree(np.array([first], np.int32), np.array([second], np.int32), p)
    return int(found.overlap[0]), float(found.jaccard[0]), float(found.rbo[0])


def test_equal_lists_agree_wholly_and_lists_without_a_common_film_not_at_all():
    assert of([3, 1, 2], [3, 1, 2]) == pytest.approx((3, 1, 1))
    assert of([3, 1, 2], [0, 4, 5]) == (0, 0, 0)


def test_three_places_worked_by_hand():
    # In both as of depth 1, 2, 3: none, film 1, films 1 and 2. With p = 1/2, (1 - p) / p is 1, so
    # 2/3 (1/8) + 1/2 (1/4) + 2/3 (1/8) = 1/12 + 1/8 + 1/12 = 7/24.
    assert of([0, 1, 2], [1, 2, 3], 0.5) == pytest.approx((2, 2 / 4, 7 / 24))


def test_the_same_films_in_another_order():
    # X: 0, 2. 2/2 (1/4) + 0 + 2/2 (1/4) = 1/2.
    assert of([0, 1], [1, 0], 0.5) == pytest.approx((2, 1, 0.5))


def test_agreement_at_the_top_counts_more():
    assert of([9, 1, 2], [9, 3, 4])[2] > of([1, 2, 9], [3, 4, 9])[2]


def test_shorter_lists_are_compared_at_their_own_length():
    assert of([4, 7, -1, -1], [4, 7, -1, -1]) == pytest.approx((2, 1, 1))
    assert of([0, 1, -1], [1, 0, -1], 0.5) == pytest.approx((2, 1, 0.5))


def test_users_without_a_list_are_left_out_and_users_are_not_mixed():
    first, second = np.array([[0, 1], [-1, -1], [2, 3]], np.int32), np.array([[2, 3], [-1, -1], [3, 2]], np.int32)
    found = agree(first, second)
    assert found.overlap.tolist() == [0, 2]
    assert found.jaccard.tolist() == [0, 1]
    assert len(found.rbo) == 2


def literal_rbo(first: list[int], second: list[int], p: float) -> float:
    shared = [len({*first[:depth]} & {*second[:depth]}) for depth in range(1, len(first) + 1)]
    weighted = sum(x / depth * p**depth for depth, x in enumerate(shared, start=1))
    return shared[-1] / len(first) * p ** len(first) + (1 - p) / p * weighted


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 7), st.integers(1, 5), st.sampled_from([0.1, 0.5, 0.9]), st.randoms(use_true_random=False))
def test_many_users_are_as_each_alone_by_sets(k, n, p, random):
    lengths = [random.randint(1, k) for _ in range(n)]
    lists = [[random.sample(range(k + 3), length) for length in lengths] for _ in range(2)]
    padded = [np.array([one + [-1] * (k - len(one)) for one in each], np.int32) for each in lists]
    found = agree(padded[0], padded[1], p)
    for place, (a, b) in enumerate(zip(*lists, strict=True)):
        assert found.overlap[place] == len({*a} & {*b})
        assert found.jaccard[place] == pytest.approx(len({*a} & {*b}) / len({*a} | {*b}))
        assert found.rbo[place] == pytest.approx(literal_rbo(a, b, p))
        assert 0 <= found.rbo[place] <= 1 + 1e-12
