"""Twins, items of one title and year, count as one item.

A list names one of them at most, and none if the user rated one in training; it is a hit if the user rated any of
them in the held-out part.
"""

from __future__ import annotations

import itertools
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
from recsys.evaluation.report import hits
from recsys.recommend.liked import liked_hits
from recsys.recommend.lists import Lists, recommend
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


def test_the_best_of_unrated_twins_is_listed_and_the_first_of_equal_ones():
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
    with pytest.raises(ConfigError, match="every held-out item that would count is one that its user has under"):
        recsys.evaluate(TableScorer([[1, 2]]), train, test, k=1)


def test_a_hidden_rating_that_cannot_be_listed_ranks_behind_all_that_can():
    titles = ["Amy", "Fargo", "Amy", "Heat", "Ran", "Ran"]
    train = with_titles(log_of([(0, 0)], 1, 6), titles)
    test = with_titles(log_of([(0, 1), (0, 2), (0, 4), (0, 5)], 1, 6), titles)
    # Listed are 5 (6), 1 (5), 3 (1): item 2 has a twin in training; for item 4 its twin 5 is listed.
    assert hidden_ranks(TableScorer([[9, 5, 8, 1, 4, 6]]), train, test).tolist() == [2, 4, 1, 1]


def test_a_listed_twin_of_a_hidden_item_is_a_hit_and_others_are_not():
    titles = ["Amy", "Fargo", "Amy", "Heat"]
    train = with_titles(log_of([(0, 1), (1, 0), (2, 3)], 3, 4), titles)
    test = with_titles(log_of([(0, 2), (1, 1), (2, 0), (2, 2)], 3, 4), titles)
    lists = np.array([[0, 3], [1, 3], [2, 1]])  # item 0 is the other Amy
    assert hits(lists, np.arange(3), test).tolist() == [[True, False], [True, False], [True, False]]
    assert hits(np.array([[-1, 3]]), np.array([0]), test).tolist() == [[False, False]]
    report = recsys.evaluate(TableScorer([[9, 0, 5, 3], [5, 4, 5, 3], [1, 2, 9, 8]]), train, test, k=2)
    assert report.items.tolist() == lists.tolist()
    assert report.per_user["ndcg"].tolist() == report.per_user["recall"].tolist() == [1, 1, 1]
    assert hidden_ranks(TableScorer([[9, 0, 5, 3], [5, 4, 5, 3], [1, 2, 9, 8]]), train, test).tolist() == [1, 1, 1, 1]


def test_a_listed_twin_is_relevant_where_the_highest_hidden_rating_of_the_film_is_high_enough():
    titles = ["Amy", "Amy", "Amy", "Heat"]
    train = with_titles(log_of([(0, 3), (1, 3)], 2, 4), titles)
    test = with_titles(log_of([(0, 1, 5.0), (0, 2, 2.0), (1, 1, 2.0)], 2, 4), titles)
    report = recsys.evaluate(TableScorer([[9, 1, 1, 1]] * 2), train, test, k=1, relevant_from=4)
    assert report.users.tolist() == [0]
    assert report.per_user["recall"].tolist() == [1]


def test_a_hit_is_liked_where_the_highest_hidden_rating_among_its_twins_reaches_the_users_mean():
    titles = ["Amy", "Amy", "Amy", "Heat", "Ran"]
    rows = [(0, 3, 4.0), (0, 1, 5.0), (0, 2, 1.0), (1, 3, 4.0), (1, 1, 2.0), (2, 4, 3.0), (2, 3, 5.0)]
    data = with_titles(log_of(rows, 3, 5), titles)
    test = data.subset(np.array([False, True, True, False, True, False, True]))
    items = np.array([[0, 4], [0, -1], [3, 0]], np.int32)
    lists = Lists(items, np.zeros((3, 2), np.float32), hits(items, np.arange(3), test))
    assert liked_hits(lists, data, test).tolist() == [[True, None], [False, None], [True, None]]


def test_the_test_part_need_not_know_which_items_are_twins():
    titles = ["Amy", "Fargo", "Amy", "Heat"]
    train, test = with_titles(log_of([(0, 1)], 1, 4), titles), log_of([(0, 2)], 1, 4)
    scorer = TableScorer([[9, 0, 5, 3]])
    assert recsys.evaluate(scorer, train, test, k=1).mean["recall"] == 1
    assert recommend(scorer, train, test, 1).held_out.tolist() == [[True]]
    assert hidden_ranks(scorer, train, test).tolist() == [1]


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
            ranked_titles = [titles[item] for item in ranked]
            in_list = titles[item] in ranked_titles
            assert next(ranks) == (ranked_titles.index(titles[item]) if in_list else len(ranked)) + 1
        relevant = {titles[item] for item in hidden[user]} - {titles[item] for item in trained[user]}
        if relevant:
            is_hit = [titles[item] in relevant for item in ranked[:k]] + [False] * (k - len(ranked))
            expected.append(literal_metrics(is_hit, len(relevant)))
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


def coin_doubled(dataset: Dataset, seed: int) -> Dataset:
    """The same log with every item under two ids, of which each rating has one by a coin."""
    n = dataset.n_items
    coin = np.random.default_rng(seed).integers(2, size=dataset.n_ratings)
    return replace(
        dataset,
        item=(dataset.item + n * coin).astype(np.int32),
        item_ids=np.arange(2 * n),
        titles=np.tile(dataset.titles, 2),
        years=np.tile(dataset.years, 2),
        genres=np.tile(dataset.genres, (2, 1)),
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("relevant_from", [None, 4])
def test_ratings_given_to_one_of_two_ids_by_a_coin_change_no_figure(seed, relevant_from):
    rng = np.random.default_rng(seed)
    rows = [(user, item, rng.integers(1, 6)) for user in range(60) for item in rng.permutation(25)[:12].tolist()]
    data = with_titles(log_of(rows, 60, 25), [f"Film {item}" for item in range(25)])
    is_hidden = rng.random(data.n_ratings) < 0.4
    twice = coin_doubled(data, seed)
    scores = rng.random((60, 25))
    single, both = TableScorer(scores), TableScorer(np.tile(scores, 2))
    parts, twice_parts = ((log.subset(~is_hidden), log.subset(is_hidden)) for log in (data, twice))
    plain = recsys.evaluate(single, *parts, k=5, relevant_from=relevant_from)
    report = recsys.evaluate(both, *twice_parts, k=5, relevant_from=relevant_from)
    assert report.accuracy == plain.accuracy
    lists, twice_lists = recommend(single, *parts, 5), recommend(both, *twice_parts, 5)
    np.testing.assert_array_equal(twice_lists.held_out, lists.held_out)
    np.testing.assert_array_equal(
        liked_hits(twice_lists, twice, twice_parts[1]), liked_hits(lists, data, parts[1])
    )
    plain_ranks, ranks = hidden_ranks(single, *parts), hidden_ranks(both, *twice_parts)
    for user, (start, stop) in enumerate(itertools.pairwise(parts[1].matrix.indptr)):
        assert sorted(ranks[start:stop]) == sorted(plain_ranks[start:stop]), user


def test_titles_change_neither_vectors_nor_scores():
    rng = np.random.default_rng(0)
    pairs = [(user, int(item)) for user in range(30) for item in rng.permutation(12)[:6]]
    plain = log_of(pairs, 30, 12)
    twins = with_titles(plain, [str(item // 2) + "!" for item in range(12)])
    config = recsys.TrainConfig(dim=4, epochs=2)
    for first, second in (
        (recsys.fit(plain, "base", config), recsys.fit(twins, "base", config)),
        (recsys.fit(plain, "deep", config), recsys.fit(twins, "deep", config)),
        (recsys.EASE(plain), recsys.EASE(twins)),
    ):
        np.testing.assert_array_equal(first.scores(), second.scores())


def test_new_users_are_measured_by_the_same_rules():
    rng = np.random.default_rng(0)
    pairs = [(user, item) for user in range(40) for item in rng.permutation(10)[:8].tolist()]
    # Every second item is the other's twin; whoever gave one of a pair cannot be recommended the other.
    ratings = with_titles(log_of(pairs, 40, 10), [str(item // 2) + "!" for item in range(10)])
    [report] = evaluate_cold_start(
        ratings, {"popularity": UntunedColdStart(lambda train, _: recsys.Popularity(train))}, k=5, seed=0
    )
    assert "without twins" in report.protocol and "twins that are both held out count once" in report.protocol
    # With five given, what is left is one title or none; a list of all titles finds it.
    assert report.models["popularity"][report.given.index("5")]
    assert all(0 < value <= 1 for values in report.models["popularity"] for value in values)


def test_twins_are_not_both_among_the_nearest_items():
    vectors = np.array([[1, 0], [1, 0.01], [0.9, 0.1], [0.8, 0.2], [0.1, 1]], np.float32)
    train = with_titles(log_of([(0, 0)], 1, 5), ["Amy", "Amy", "Ran", "Ran", "Heat"])
    items, similarity = similar_items(vectors, np.full(5, 9), 4, train.twins)
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


@needs_movielens
@pytest.mark.parametrize(("user_id", "hidden_id", "listed_id"), [(782, 297, 303), (828, 246, 268)])
def test_on_movielens_a_hidden_film_is_a_hit_under_either_of_its_ids(user_id, hidden_id, listed_id):
    data = recsys.load_dataset(MOVIELENS)
    parts = recsys.split(data)
    user = data.user_ids.tolist().index(user_id)
    hidden, listed = (data.item_ids.tolist().index(id_) for id_ in (hidden_id, listed_id))
    assert hidden in parts.test.item[parts.test.user == user]
    assert hits(np.array([[listed, hidden]]), np.array([user]), parts.test).tolist() == [[True, True]]
