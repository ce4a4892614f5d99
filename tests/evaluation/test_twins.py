"""Of twins, items of one title and year, a list names one at most, and none if the user rated one in training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recsys
from recsys.data.dataset import Dataset
from recsys.errors import ConfigError
from recsys.evaluation.candidates import protocol
from recsys.evaluation.cold_start import UntunedColdStart, evaluate_cold_start
from recsys.evaluation.hidden_ranks import hidden_ranks
from recsys.evaluation.relevance import relevant_counts, relevant_ratings
from recsys.recommend.lists import recommend
from recsys.recommend.similar import similar_items
from tests.evaluation.test_metrics import literal_metrics
from tests.requirements import MOVIELENS, needs_movielens
from tests.small_logs import TableScorer, log_of, pairs_of


def with_titles(dataset: Dataset, titles: list[str]) -> Dataset:
    """The same log, in which items of one title are twins."""
    assert len(titles) == dataset.n_items
    return replace(dataset, titles=np.array(titles, object), years=np.full(dataset.n_items, 1997.0))


def test_a_twin_of_a_rated_item_is_not_listed():
    train = with_titles(log_of([(0, 0), (1, 3)], 2, 4), ["Amy", "Fargo", "Amy", "Heat"])
    items, scores = recsys.top_k(TableScorer([[1, 2, 9, 3], [4, 3, 2, 1]]), k=4, exclude=train)
    assert items.tolist() == [[3, 1, -1, -1], [0, 1, -1, -1]]
    assert scores[0].tolist() == [3, 2, -np.inf, -np.inf]


def test_of_unrated_twins_the_best_is_listed_and_of_equal_ones_the_first():
    train = with_titles(log_of([(0, 3), (1, 3), (2, 3)], 3, 4), ["Amy", "Amy", "Amy", "Heat"])
    items, _ = recsys.top_k(TableScorer([[1, 3, 2, 9], [5, 5, 5, 9], [1, 3, 3, 9]]), k=3, exclude=train)
    assert items.tolist() == [[1, -1, -1], [0, -1, -1], [1, -1, -1]]


def test_without_excluded_ratings_nothing_is_known_of_titles():
    assert recsys.top_k(TableScorer([[1, 2, 3]]), k=3)[0].tolist() == [[2, 1, 0]]


def test_a_hidden_twin_of_an_item_rated_in_training_counts_for_no_row():
    titles = ["Amy", "Fargo", "Amy", "Heat"]
    train, test = log_of([(0, 0), (1, 0), (2, 3)], 3, 4), log_of([(0, 2), (0, 1), (1, 2), (2, 0), (2, 2)], 3, 4)
    train, test = with_titles(train, titles), with_titles(test, titles)
    relevant = relevant_ratings(train, test)
    assert list(zip(relevant.user.tolist(), relevant.item.tolist(), strict=True)) == [(0, 1), (2, 0), (2, 2)]
    # User 1 has nothing left to find; user 2 has two hidden twins, of which a list can name one.
    assert relevant_counts(train, relevant).tolist() == [1, 0, 1]
    report = recsys.evaluate(TableScorer([[4, 2, 3, 1]] * 3), train, test, k=2)
    assert report.users.tolist() == [0, 2]
    assert report.items.tolist() == [[1, 3], [0, 1]]
    assert report.per_user["recall"].tolist() == [1, 1]
    assert report.per_user["ndcg"].tolist() == [1, 1]


def test_where_every_hidden_rating_is_of_a_twin_nothing_can_be_measured():
    titles = ["Amy", "Amy"]
    train, test = with_titles(log_of([(0, 0)], 1, 2), titles), with_titles(log_of([(0, 1)], 1, 2), titles)
    with pytest.raises(ConfigError, match="every hidden rating that would count is of an item that its user rated"):
        recsys.evaluate(TableScorer([[1, 2]]), train, test, k=1)


def test_a_hidden_rating_that_cannot_be_listed_ranks_behind_all_that_can():
    titles = ["Amy", "Fargo", "Amy", "Heat", "Ran", "Ran"]
    train = with_titles(log_of([(0, 0)], 1, 6), titles)
    test = with_titles(log_of([(0, 1), (0, 2), (0, 4), (0, 5)], 1, 6), titles)
    # Listed are 5 (6), 1 (5), 3 (1): item 2 has a twin in training, item 4 one that scores higher.
    assert hidden_ranks(TableScorer([[9, 5, 8, 1, 4, 6]]), train, test).tolist() == [2, 4, 4, 1]


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 5),
    st.lists(st.sampled_from("abcd"), min_size=3, max_size=9),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_lists_ranks_and_figures_are_those_of_choosing_item_by_item(n_users, titles, n_scores, random):
    n_items = len(titles)
    part = [[random.choice(["train", "test", ""]) for _ in titles] for _ in range(n_users)]
    part[0][:2] = ["train", "test"]
    titles = ["x", "y", *titles[2:]]  # user 0 has something to be measured by
    trained, hidden = (
        [{item for item in range(n_items) if row[item] == name} for row in part] for name in ("train", "test")
    )
    train, test = (with_titles(log_of(pairs_of(pairs), n_users, n_items), titles) for pairs in (trained, hidden))
    scores = [[random.randrange(n_scores) for _ in titles] for _ in range(n_users)]
    k = random.randint(1, n_items)
    items, _ = recsys.top_k(TableScorer(scores), k=k, exclude=train)
    report = recsys.evaluate(TableScorer(scores), train, test, k=k)
    ranks = iter(hidden_ranks(TableScorer(scores), train, test).tolist())
    expected = []
    for user in range(n_users):
        seen = {titles[item] for item in trained[user]}
        ranked = []
        for item in sorted(range(n_items), key=lambda item: (-scores[user][item], item)):
            if titles[item] not in seen:
                ranked.append(item)
                seen.add(titles[item])
        assert [item for item in items[user] if item >= 0] == ranked[:k]
        for item in sorted(hidden[user]):
            assert next(ranks) == (ranked.index(item) + 1 if item in ranked else len(ranked) + 1)
        relevant = {item for item in hidden[user] if titles[item] not in {titles[i] for i in trained[user]}}
        if relevant:
            found = [item in relevant for item in ranked[:k]] + [False] * (k - len(ranked))
            expected.append(literal_metrics(found, len({titles[item] for item in relevant})))
    for name, values in report.per_user.items():
        np.testing.assert_allclose(values, [metrics[name] for metrics in expected], rtol=1e-12)
    assert next(ranks, None) is None


def doubled(dataset: Dataset) -> Dataset:
    """The same log with every item under two ids, both of which are rated by whoever rated the item."""
    n, both = dataset.n_items, np.tile(np.arange(dataset.n_ratings), 2)
    return replace(
        dataset,
        user=dataset.user[both],
        item=np.r_[dataset.item, dataset.item + n].astype(np.int32),
        rating=dataset.rating[both],
        item_ids=np.arange(2 * n),
        titles=np.tile(dataset.titles, 2),
        years=np.tile(dataset.years, 2),
        genres=np.tile(dataset.genres, (2, 1)),
    )


@pytest.mark.parametrize("k", [1, 3, 8])
def test_a_catalogue_with_every_item_under_two_ids_gives_the_same_lists_and_figures(k):
    rng = np.random.default_rng(0)
    pairs = [(user, item) for user in range(30) for item in rng.permutation(12)[:8].tolist()]
    titles = [f"Film {item}" for item in range(12)]
    train, test = (with_titles(log_of(part, 30, 12), titles) for part in (pairs[::2], pairs[1::2]))
    plain = recsys.evaluate(recsys.Popularity(train), train, test, k)
    twice = recsys.evaluate(recsys.Popularity(doubled(train)), doubled(train), doubled(test), k)
    assert twice.items.tolist() == plain.items.tolist()
    assert twice.accuracy == plain.accuracy


def test_titles_change_neither_vectors_nor_scores():
    rng = np.random.default_rng(0)
    pairs = [(user, int(item)) for user in range(30) for item in rng.permutation(12)[:6]]
    plain = log_of(pairs, 30, 12)
    twins = with_titles(plain, [str(item // 2) + "!" for item in range(12)])
    config = recsys.TrainConfig(dim=4, epochs=2)
    for first, second in (
        (recsys.fit(plain, "base", config), recsys.fit(twins, "base", config)),
        (recsys.EASE(plain), recsys.EASE(twins)),
    ):
        np.testing.assert_array_equal(first.scores(), second.scores())


def test_new_users_are_measured_by_the_same_rules():
    rng = np.random.default_rng(0)
    pairs = [(user, item) for user in range(40) for item in rng.permutation(10)[:8].tolist()]
    # Every second item is the other's twin; whoever gave one of a pair cannot be recommended the other.
    ratings = with_titles(log_of(pairs, 40, 10), [str(item // 2) + "!" for item in range(10)])
    report = evaluate_cold_start(
        ratings, {"popularity": UntunedColdStart(lambda train, _: recsys.Popularity(train))}, k=5, seed=0
    )
    assert "without twins" in report.protocol and "twins that are both hidden count once" in report.protocol
    # With five given, what is left is one title or none; a list of all titles finds it.
    assert report.models["popularity"][report.given.index("5")]
    assert all(0 < value <= 1 for values in report.models["popularity"] for value in values)


def test_a_twin_is_nobodys_nearest_beside_its_twin():
    vectors = np.array([[1, 0], [1, 0.01], [0.9, 0.1], [0.8, 0.2], [0, 1]], np.float32)
    train = with_titles(log_of([(0, 0)], 1, 5), ["Amy", "Amy", "Ran", "Ran", "Heat"])
    items, similarity = similar_items(vectors, 4, train.twins)
    assert items.tolist() == [
        [2, 4, -1, -1], [2, 4, -1, -1], [1, 4, -1, -1], [1, 4, -1, -1], [3, 1, -1, -1]
    ]  # fmt: skip
    assert np.isneginf(similarity[:, 2:]).all()


def test_the_protocol_speaks_of_twins_where_there_are_some():
    plain = log_of([(0, 0)], 1, 2)
    assert protocol(plain.twins) == "the whole catalogue without the user's training items"
    assert "of items with the same title and year" in protocol(with_titles(plain, ["Amy", "Amy"]).twins)


@needs_movielens
def test_on_movielens_nobody_is_recommended_chasing_amy_twice_or_after_rating_it():
    data = recsys.load_dataset(MOVIELENS)
    parts = recsys.split(data)
    user = data.user_ids.tolist().index(78)
    amy = [data.item_ids.tolist().index(id_) for id_ in (246, 268)]
    first = data.twins.first
    for scorer in (recsys.Popularity(parts.train), recsys.EASE(parts.train)):
        lists = recommend(scorer, parts.train, parts.test, 10)
        for row, rated in zip(lists.items, np.split(parts.train.matrix.indices, parts.train.matrix.indptr[1:-1]),
                              strict=True):  # fmt: skip
            listed = first[row[row >= 0]]
            assert len(set(listed.tolist())) == len(listed)
            assert not set(listed.tolist()) & set(first[rated].tolist())
        assert len(set(lists.items[user].tolist()) & set(amy)) <= 1
    relevant = relevant_ratings(parts.train, parts.test)
    assert 0 < parts.test.n_ratings - relevant.n_ratings < 1000
