from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.evaluation.bootstrap import bootstrap_intervals
from recsys.evaluation.overlap import PERSISTENCE, agreement, list_overlap


def overlap_of(first: list[int], second: list[int], p: float = PERSISTENCE) -> tuple[int, float, float]:
    """Shared items, Jaccard index and rank-biased overlap of one user's lists."""
    overlap = list_overlap(np.array([first], np.int32), np.array([second], np.int32), p)
    return int(overlap.shared[0]), float(overlap.jaccard[0]), float(overlap.rbo[0])


def literal_rbo(first: list[int], second: list[int], p: float) -> float:
    """Depth by depth, with sets."""
    shared = [len({*first[:depth]} & {*second[:depth]}) for depth in range(1, len(first) + 1)]
    weighted = sum(x / depth * p**depth for depth, x in enumerate(shared, start=1))
    return shared[-1] / len(first) * p ** len(first) + (1 - p) / p * weighted


def test_equal_lists_agree_wholly_and_lists_without_a_common_item_not_at_all():
    assert overlap_of([3, 1, 2], [3, 1, 2]) == pytest.approx((3, 1, 1))
    assert overlap_of([3, 1, 2], [0, 4, 5]) == (0, 0, 0)


def test_three_ranks_worked_by_hand():
    # In both up to depth 1, 2, 3: none, item 1, items 1 and 2. With p = 1/2, (1 - p) / p is 1, so
    # 2/3 (1/8) + 1/2 (1/4) + 2/3 (1/8) = 1/12 + 1/8 + 1/12 = 7/24.
    assert overlap_of([0, 1, 2], [1, 2, 3], 0.5) == pytest.approx((2, 2 / 4, 7 / 24))


def test_the_same_items_in_another_order():
    # X: 0, 2. 2/2 (1/4) + 0 + 2/2 (1/4) = 1/2.
    assert overlap_of([0, 1], [1, 0], 0.5) == pytest.approx((2, 1, 0.5))


def test_agreement_at_the_top_counts_more():
    assert overlap_of([9, 1, 2], [9, 3, 4])[2] > overlap_of([1, 2, 9], [3, 4, 9])[2]


def test_shorter_lists_are_compared_at_their_own_length():
    assert overlap_of([4, 7, -1, -1], [4, 7, -1, -1]) == pytest.approx((2, 1, 1))
    assert overlap_of([0, 1, -1], [1, 0, -1], 0.5) == pytest.approx((2, 1, 0.5))


def test_users_without_a_list_are_left_out_and_users_are_not_mixed():
    first, second = np.array([[0, 1], [-1, -1], [2, 3]], np.int32), np.array([[2, 3], [-1, -1], [3, 2]], np.int32)
    overlap = list_overlap(first, second)
    assert overlap.shared.tolist() == [0, 2]
    assert overlap.jaccard.tolist() == [0, 1]
    assert len(overlap.rbo) == 2


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 7), st.integers(1, 5), st.sampled_from([0.1, 0.5, 0.9]), st.randoms(use_true_random=False))
def test_figures_of_many_users_equal_those_computed_from_sets_one_by_one(k, n, p, random):
    lengths = [random.randint(1, k) for _ in range(n)]
    lists = [[random.sample(range(k + 3), length) for length in lengths] for _ in range(2)]
    first, second = (np.array([row + [-1] * (k - len(row)) for row in rows], np.int32) for rows in lists)
    overlap = list_overlap(first, second, p)
    for user, (a, b) in enumerate(zip(*lists, strict=True)):
        assert overlap.shared[user] == len({*a} & {*b})
        assert overlap.jaccard[user] == pytest.approx(len({*a} & {*b}) / len({*a} | {*b}))
        assert overlap.rbo[user] == pytest.approx(literal_rbo(a, b, p))
        assert 0 <= overlap.rbo[user] <= 1 + 1e-12


def test_agreement_counts_users_by_shared_items_and_has_intervals_over_users():
    first = np.array([[0, 1], [2, 3], [4, 5], [-1, -1]], np.int32)
    second = np.array([[1, 0], [2, 4], [5, 4], [-1, -1]], np.int32)
    summary, overlap = agreement(("base", "deep"), first, second), list_overlap(first, second)
    assert (summary.models, summary.n_users, summary.overlap) == (("base", "deep"), 3, [0, 1, 2])
    intervals = bootstrap_intervals({"jaccard": overlap.jaccard, "rbo": overlap.rbo})
    assert (summary.jaccard, summary.rbo) == (intervals["jaccard"], intervals["rbo"])
    assert summary.rbo_p == PERSISTENCE


def test_without_any_list_there_is_no_agreement():
    empty = np.full((2, 3), -1, np.int32)
    assert agreement(("base", "deep"), empty, empty) is None
