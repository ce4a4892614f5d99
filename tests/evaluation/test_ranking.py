from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from recsys import TrainConfig, fit, threads
from recsys.baselines.popularity import Popularity
from recsys.baselines.registry import BASELINES
from recsys.data.load import load_dataset
from recsys.errors import ConfigError, DataError
from recsys.evaluation import ranking
from recsys.evaluation.ranking import largest, top_k, user_blocks, visit_scores
from tests.small_logs import TableScorer, log_of


def literal_top_k(scores: list[float], k: int, excluded: set[int]) -> tuple[list[int], list[float]]:
    """Sort all, best first, equals by index; pad with -1 and -inf."""
    ranked = sorted((-score, item) for item, score in enumerate(scores) if item not in excluded)[:k]
    missing = k - len(ranked)
    return [item for _, item in ranked] + [-1] * missing, [-score for score, _ in ranked] + [-np.inf] * missing


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[list[int]], int, list[tuple[int, int]], list[int]]:
    """Scores with many ties, k, pairs to exclude (at least one), and users asked for."""
    n_users, n_items = draw(st.integers(1, 5)), draw(st.integers(1, 12))
    scores = draw(st.lists(st.lists(st.integers(-2, 2), min_size=n_items, max_size=n_items),
                           min_size=n_users, max_size=n_users))  # fmt: skip
    pair = st.tuples(st.integers(0, n_users - 1), st.integers(0, n_items - 1))
    pairs = draw(st.lists(pair, min_size=1, unique=True))
    users = draw(st.lists(st.integers(0, n_users - 1), max_size=8))
    return scores, draw(st.integers(1, n_items)), pairs, users


@settings(deadline=None, max_examples=150)
@given(cases())
def test_the_lists_are_those_of_sorting_everything(case):
    scores, k, pairs, users = case
    exclude = log_of(pairs, len(scores), len(scores[0]))
    items, values = top_k(TableScorer(scores), users, k, exclude)
    assert items.shape == values.shape == (len(users), k)
    for row, user in enumerate(users):
        excluded = {item for other, item in pairs if other == user}
        assert (items[row].tolist(), values[row].tolist()) == literal_top_k(scores[user], k, excluded)


@settings(deadline=None, max_examples=100)
@given(cases())
def test_without_anything_to_exclude_no_item_is_missing(case):
    scores, k, _, _ = case
    items, values = top_k(TableScorer(scores), k=k)
    expected = [literal_top_k(row, k, set()) for row in scores]
    assert items.tolist() == [row for row, _ in expected]
    assert values.tolist() == [row for _, row in expected]
    assert items.min() >= 0


def test_items_and_scores_have_the_types_of_the_contract():
    items, scores = top_k(TableScorer([[1, 2]], np.float64), k=1)
    assert (items.dtype, scores.dtype) == (np.int32, np.float32)


def test_equal_scores_are_in_index_order_also_at_the_last_rank():
    items, _ = top_k(TableScorer([[1, 0, 1, 0, 1, 0, 1, 5]]), k=3)
    assert items.tolist() == [[7, 0, 2]]
    items, _ = top_k(TableScorer([np.zeros(1000)]), k=3)
    assert items.tolist() == [[0, 1, 2]]


def test_minus_zero_ties_with_zero():
    items, _ = top_k(TableScorer([[-0.0, 0.0, -0.0, 0.0]]), k=3)
    assert items.tolist() == [[0, 1, 2]]


def test_k_of_one_and_k_of_all_items():
    table = TableScorer([[1, 3, 2], [3, 2, 1]])
    assert top_k(table, k=1)[0].tolist() == [[1], [0]]
    assert top_k(table, k=3)[0].tolist() == [[1, 2, 0], [0, 1, 2]]


@pytest.mark.parametrize("k", [0, -1, 4, 10**9, 10**12, 10**20])
def test_a_k_that_no_list_can_have_is_refused_by_value(k):
    with pytest.raises(ConfigError, match=f"k is {k}; expected a whole number from 1 to 3"):
        top_k(TableScorer([[1, 3, 2]] * 4), k=k)


def test_a_user_who_has_seen_everything_gets_no_item():
    exclude = log_of([(0, 0), (0, 1), (0, 2), (1, 1)], 2, 3)
    items, scores = top_k(TableScorer([[1, 2, 3], [1, 2, 3]]), k=3, exclude=exclude)
    assert items.tolist() == [[-1, -1, -1], [2, 0, -1]]
    assert scores.tolist() == [[-np.inf] * 3, [3, 1, -np.inf]]


def test_users_come_in_the_order_asked_for_and_as_often():
    table = TableScorer([[0, 1], [1, 0]])
    assert top_k(table, [1, 0, 1, 1], k=1)[0].tolist() == [[0], [1], [0], [0]]


def test_no_users_give_no_lists():
    items, scores = top_k(TableScorer([[0, 1]]), np.array([], int), k=2)
    assert items.shape == scores.shape == (0, 2)


def test_lists_do_not_depend_on_the_block_size(monkeypatch):
    rng = np.random.default_rng(0)
    table = TableScorer(rng.integers(0, 4, (700, 9)))
    exclude = log_of([(user, int(rng.integers(9))) for user in range(700)], 700, 9)
    monkeypatch.setattr(ranking, "BLOCK_SCORES", 50)
    items, scores = top_k(table, k=4, exclude=exclude)
    assert sum(table.batch_sizes) == 700
    assert max(table.batch_sizes[1:]) == 50 // 9
    for user in range(700):
        excluded = set(exclude.item[exclude.user == user].tolist())
        assert (items[user].tolist(), scores[user].tolist()) == literal_top_k(table.table[user].tolist(), 4, excluded)


def test_one_user_of_many_gets_the_list_they_get_alone():
    rng = np.random.default_rng(1)
    table = TableScorer(rng.normal(size=(300, 40)))
    items, scores = top_k(table, k=7)
    for user in (0, 1, 255, 256, 299):
        alone = top_k(table, [user], k=7)
        assert alone[0].tolist() == items[[user]].tolist()
        assert alone[1].tolist() == scores[[user]].tolist()


def test_ranking_does_not_change_the_scores_of_the_model():
    class Lender(TableScorer):
        """Hands out its own array, not a copy."""

        def scores(self, users: Any = None) -> np.ndarray:
            return self.table

    lender = Lender([[1, 2, 3]])
    assert top_k(lender, k=2, exclude=log_of([(0, 2)], 1, 3))[0].tolist() == [[1, 0]]
    assert lender.table.tolist() == [[1, 2, 3]]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_not_finite_is_refused_with_the_name_of_the_model(value):
    with pytest.raises(DataError, match="the scores of TableScorer are not all finite"):
        top_k(TableScorer([[1, 2], [1, value]]), k=1)


@pytest.mark.parametrize("row", [0, 1, 4])
def test_a_score_that_is_not_finite_is_refused_in_whatever_block_it_is(monkeypatch, row):
    monkeypatch.setattr(ranking, "BLOCK_SCORES", 2)
    scores = np.zeros((5, 2))
    scores[row, 1] = np.nan
    with pytest.raises(DataError, match="the scores of TableScorer are not all finite"):
        top_k(TableScorer(scores), k=1)


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_one_score_that_is_not_finite_is_refused_wherever_it_is(data):
    n_users, n_items = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 100))
    scores = np.zeros((n_users, n_items), data.draw(st.sampled_from([np.float32, np.float64])))
    user, item = data.draw(st.integers(0, n_users - 1)), data.draw(st.integers(0, n_items - 1))
    scores[user, item] = data.draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    exclude = data.draw(st.sampled_from([None, log_of([(user, item)], n_users, n_items)]))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(DataError, match="not all finite"):
        patch.setattr(ranking, "BLOCK_SCORES", data.draw(st.sampled_from([1, 2 * n_items, 10_000])))
        top_k(TableScorer(scores, scores.dtype.type), k=1, exclude=exclude)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scores_at_the_limits_of_32_bits_are_ranked_like_others(dtype):
    largest_number, smallest = np.finfo(np.float32).max, np.finfo(np.float32).smallest_subnormal
    scores = [[0, -largest_number, largest_number, smallest, -smallest] * 30]
    items, values = top_k(TableScorer(scores, dtype), k=62)
    assert items[0].tolist() == [*range(2, 150, 5), *range(3, 150, 5), 0, 5]
    assert values[0].tolist() == [largest_number] * 30 + [smallest] * 30 + [0, 0]


def test_64_bits_decide_between_scores_that_are_equal_in_32():
    items, scores = top_k(TableScorer([[1, 1 + 1e-12, 1 - 1e-12]], np.float64), k=3)
    assert (items.tolist(), scores.tolist()) == ([[1, 0, 2]], [[1, 1, 1]])


class ThreadSafe(TableScorer):
    """Remembers which threads asked it, too."""

    is_thread_safe = True

    def __init__(self, scores: Any, dtype: type = np.float32) -> None:
        super().__init__(scores, dtype)
        self.threads: set[threading.Thread] = set()

    def scores(self, users: Any = None) -> np.ndarray:
        self.threads.add(threading.current_thread())
        return super().scores(users)


@settings(deadline=None, max_examples=50)
@given(cases(), st.integers(1, 4), st.integers(1, 30))
def test_lists_do_not_depend_on_the_number_of_cores(case, n_cores, block_scores):
    scores, k, pairs, users = case
    exclude = log_of(pairs, len(scores), len(scores[0]))
    expected = top_k(TableScorer(scores), users, k, exclude)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "BLOCK_SCORES", block_scores)
        patch.setattr(threads, "n_cores", lambda: n_cores)
        lists = top_k(ThreadSafe(scores), users, k, exclude)
    assert [part.tolist() for part in lists] == [part.tolist() for part in expected]


@pytest.mark.parametrize("is_thread_safe", [True, False])
def test_only_a_model_that_allows_it_is_asked_by_other_threads(monkeypatch, is_thread_safe):
    monkeypatch.setattr(ranking, "BLOCK_SCORES", 1)
    monkeypatch.setattr(threads, "n_cores", lambda: 2)
    table = ThreadSafe(np.zeros((20, 3)))
    table.is_thread_safe = is_thread_safe
    top_k(table, k=1)
    others = table.threads - {threading.current_thread()}
    assert bool(others) == is_thread_safe


@pytest.mark.parametrize("name", ["base", "deep", "popularity", "item_knn", "ease", "als"])
def test_lists_of_our_models_are_the_same_bytes_with_any_number_of_cores_and_blas_threads(monkeypatch, name):
    dataset = load_dataset("sample")
    scorer = BASELINES[name].factory(dataset) if name in BASELINES else fit(dataset, name, TrainConfig(epochs=1))
    monkeypatch.setattr(ranking, "BLOCK_SCORES", 50 * dataset.n_items)
    lists = []
    for n_cores, blas_threads in ((1, 1), (1, 2), (3, 2)):
        monkeypatch.setattr(threads, "n_cores", lambda n_cores=n_cores: n_cores)
        with threadpool_limits(blas_threads, "blas"):
            items, scores = top_k(scorer, k=10, exclude=dataset)
        lists.append((items.tobytes(), scores.tobytes()))
    assert len(set(lists)) == 1


def test_a_model_that_allows_threads_is_refused_by_the_same_sentence(monkeypatch):
    monkeypatch.setattr(ranking, "BLOCK_SCORES", 2)
    monkeypatch.setattr(threads, "n_cores", lambda: 2)
    with pytest.raises(DataError, match="the scores of ThreadSafe are not all finite"):
        top_k(ThreadSafe(np.diag([0.0, np.nan, 0])), k=1)


@pytest.mark.parametrize("users", [[-1], [0, 2]])
@pytest.mark.parametrize("excluding", [True, False])
def test_an_index_that_is_not_that_of_a_user_is_refused(users, excluding):
    exclude = log_of([(0, 0)], 2, 2) if excluding else None
    with pytest.raises(DataError, match="user indices"):
        top_k(TableScorer([[1, 2], [1, 2]]), users, k=1, exclude=exclude)


def test_an_index_beyond_the_users_of_a_baseline_is_refused():
    with pytest.raises(DataError, match="user indices are 2 to 2; expected 0 to 1"):
        top_k(Popularity(log_of([(0, 0), (1, 1)], 2, 3)), [2], k=1)


def test_blocks_hold_every_user_once_and_in_order(monkeypatch):
    monkeypatch.setattr(ranking, "BLOCK_SCORES", 10)
    table = TableScorer(np.arange(600).reshape(300, 2))
    users, blocks, again = np.arange(300)[::-1], [], []
    visits = [lambda rows, scores: blocks.append((users[rows], scores)), lambda rows, scores: again.append(scores)]
    visit_scores(table, users, visits)
    assert np.concatenate([of_block for of_block, _ in blocks]).tolist() == list(range(299, -1, -1))
    assert np.concatenate([scores for _, scores in blocks]).tolist() == table.table[::-1].tolist()
    assert all(first is second for (_, first), second in zip(blocks, again, strict=True))


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 500), st.integers(1, 40), st.integers(1, 1000))
def test_blocks_are_equally_long_and_within_the_limit(n_users, n_items, block_scores):
    users = np.arange(n_users)[::-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "BLOCK_SCORES", block_scores)
        blocks = [block.tolist() for block in user_blocks(users, n_items)]
    assert [user for block in blocks for user in block] == users.tolist()
    assert len({len(block) for block in blocks[:-1]}) <= 1
    assert all(0 < len(block) <= len(blocks[0]) <= max(1, block_scores // n_items) for block in blocks)


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_minus_infinity_counts_as_absent(data):
    m = data.draw(st.integers(1, 8))
    value = st.sampled_from([-np.inf, -1.0, 0.0, 1.0])
    rows = data.draw(st.lists(st.lists(value, min_size=m, max_size=m), min_size=1, max_size=4))
    k = data.draw(st.integers(1, m))
    columns, values = largest(np.array(rows), k)
    for row, scores in enumerate(rows):
        absent = {column for column, score in enumerate(scores) if score == -np.inf}
        assert (columns[row].tolist(), values[row].tolist()) == literal_top_k(scores, k, absent)


@given(st.integers(1, 5), st.integers(1, 1500), st.integers(1, 12), st.integers(0, 2**32))
@settings(deadline=None, max_examples=200)
def test_the_largest_are_those_of_a_stable_sort_whatever_the_width(n_rows, n_columns, k, seed):
    rng, k = np.random.default_rng(seed), min(k, n_columns)
    scores = rng.integers(0, rng.integers(1, 50), (n_rows, n_columns)).astype(np.float32)  # ties are the rule
    scores[rng.random(scores.shape) < rng.random()] = -np.inf  # and so is what is excluded
    columns, values = largest(scores.copy(), k)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    expected = np.take_along_axis(scores, order, axis=1)
    assert values.tolist() == expected.tolist()
    assert columns.tolist() == np.where(np.isneginf(expected), -1, order).tolist()
