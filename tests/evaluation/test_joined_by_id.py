"""Models and data are joined by id: the order of ids and their type change nothing, other ids are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import recsys
from recsys.data.alignment import align, align_test
from recsys.data.dataset import Dataset
from recsys.errors import DataError
from recsys.evaluation.hidden_ranks import hidden_ranks
from recsys.recommend.explain import explain
from recsys.recommend.lists import recommend
from tests.requirements import MOVIELENS, needs_movielens
from tests.small_logs import TableScorer, log_of

N_USERS, N_ITEMS = 40, 30
QUICK = recsys.TrainConfig(dim=4, epochs=2)
SCORERS: dict[str, Callable[[Dataset], Any]] = {
    "base": lambda train: recsys.fit(train, "base", QUICK),
    "deep": lambda train: recsys.fit(train, "deep", QUICK),
    "popularity": recsys.Popularity,
    "item k-NN": recsys.ItemKNN,
    "EASE": recsys.EASE,
    "ALS": lambda train: recsys.ALS(train, dim=4),
}


def frames() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Ratings, items and users of 40 users x 8 ratings over 30 items, ids from 1: as text they sort otherwise."""
    rng = np.random.default_rng(0)
    rows = [
        (user, int(item) + 1, int(rng.integers(1, 6)), time)
        for user in range(1, N_USERS + 1)
        for time, item in enumerate(rng.permutation(N_ITEMS)[:8])
    ]
    items = pd.DataFrame({"item": range(1, N_ITEMS + 1)})
    items["title"], items["genres"] = "Film " + items["item"].astype(str), np.where(items["item"] % 2, "Odd", "Even")
    users = pd.DataFrame({"user": range(1, N_USERS + 1), "age": rng.integers(10, 70, N_USERS)})
    return pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"]), items, users


def as_text(frame: pd.DataFrame, write: Callable[[Any], str] = str) -> pd.DataFrame:
    return frame.assign(**{name: frame[name].map(write) for name in ("user", "item") if name in frame})


@pytest.fixture(scope="module")
def numbered() -> Dataset:
    return Dataset.from_frames(*frames())


@pytest.fixture(scope="module")
def texts() -> Dataset:
    """The same log with its ids as text: 1, 10, 11, ... in place of 1, 2, 3."""
    return Dataset.from_frames(*(as_text(frame) for frame in frames()))


@pytest.fixture(scope="module")
def parts(numbered) -> recsys.Split:
    return recsys.split(numbered)


@pytest.fixture(scope="module")
def text_parts(texts) -> recsys.Split:
    return recsys.split(texts)


@pytest.fixture(scope="module")
def scorers(parts) -> dict[str, Any]:
    return {name: scorer(parts.train) for name, scorer in SCORERS.items()}


def shuffled(dataset: Dataset, seed: int = 3) -> Dataset:
    """The same ratings with users and items in another order."""
    rng = np.random.default_rng(seed)
    user_ids, item_ids = rng.permutation(dataset.user_ids), rng.permutation(dataset.item_ids)
    return align(dataset, user_ids, item_ids, owner="a test", data="the data")


def with_item_ids(dataset: Dataset, change: Callable[[list[Any]], list[Any]]) -> Dataset:
    """The same data set with one item id changed."""
    return replace(dataset, item_ids=np.array(change(dataset.item_ids.tolist())))


def with_one_more_item(dataset: Dataset) -> Dataset:
    return replace(
        dataset,
        item_ids=np.r_[dataset.item_ids, 99],
        titles=np.append(dataset.titles, "Late"),
        years=np.r_[dataset.years, np.nan],
        genres=np.r_[dataset.genres, dataset.genres[:1]],
    )


def test_data_put_in_another_order_is_the_same_data(numbered):
    other = shuffled(numbered)
    assert other.item_ids.tolist() != numbered.item_ids.tolist()
    back = align(other, numbered.user_ids, numbered.item_ids, owner="a test", data="the data")
    assert back.sha256 == numbered.sha256
    assert align(numbered, numbered.user_ids, numbered.item_ids, owner="a test", data="the data") is numbered


@pytest.mark.parametrize("name", SCORERS)
@pytest.mark.parametrize("change", ["text", "shuffled"])
def test_ids_in_another_order_or_as_text_change_no_figure_and_no_list(scorers, parts, text_parts, name, change):
    scorer = scorers[name]
    train, test = (
        (text_parts.train, text_parts.test)
        if change == "text"
        else (shuffled(parts.train), shuffled(parts.test, seed=4))
    )
    expected, report = (recsys.evaluate(scorer, *pair, k=5) for pair in ((parts.train, parts.test), (train, test)))
    assert report.mean == expected.mean
    assert report.users.tolist() == expected.users.tolist()
    assert report.beyond == expected.beyond
    for actual, wanted in zip(
        recsys.top_k(scorer, k=5, exclude=train), recsys.top_k(scorer, k=5, exclude=parts.train), strict=True
    ):
        np.testing.assert_array_equal(actual, wanted)
    lists, expected_lists = recommend(scorer, train, test, 5), recommend(scorer, parts.train, parts.test, 5)
    np.testing.assert_array_equal(lists.held_out, expected_lists.held_out)
    by_pair, expected_by_pair = (
        dict(zip(pairs_by_id(data), hidden_ranks(scorer, past, data).tolist(), strict=True))
        for past, data in ((train, test), (parts.train, parts.test))
    )
    assert by_pair == expected_by_pair


def pairs_by_id(dataset: Dataset) -> list[tuple[str, str]]:
    """Written ids of user and item of each entry of the matrix."""
    entries = dataset.matrix.tocoo()
    return list(
        zip(dataset.user_ids[entries.row].astype(str), dataset.item_ids[entries.col].astype(str), strict=True)
    )


@pytest.mark.parametrize("name", SCORERS)
def test_new_names_in_the_same_order_change_nothing_but_the_names(scorers, parts, name):
    renamed = recsys.split(Dataset.from_frames(*(as_text(frame, "{:03}".format) for frame in frames())))
    scorer = SCORERS[name](renamed.train)
    assert scorer.item_ids[:2].tolist() == ["001", "002"]
    np.testing.assert_array_equal(scorer.scores(), scorers[name].scores())
    reports = [recsys.evaluate(*pair, k=5) for pair in (
        (scorer, renamed.train, renamed.test), (scorers[name], parts.train, parts.test)
    )]  # fmt: skip
    assert reports[0].accuracy == reports[1].accuracy
    with pytest.raises(DataError, match=r"the model has no user '1' .*; expected"):
        recsys.evaluate(scorer, parts.train, parts.test, k=5)


@pytest.mark.parametrize("name", ["base", "deep"])
def test_reasons_are_those_of_the_same_ids(scorers, parts, text_parts, name):
    lists = recommend(scorers[name], parts.train, None, 5)
    expected, reasons = (explain(scorers[name], train, lists) for train in (parts.train, text_parts.train))
    np.testing.assert_array_equal(reasons.items, expected.items)
    np.testing.assert_array_equal(reasons.strengths, expected.strengths)


@pytest.mark.parametrize("name", ["base", "deep"])
def test_a_loaded_model_knows_its_users_and_items(scorers, parts, text_parts, name, tmp_path):
    scorers[name].save(tmp_path / "numbers")
    loaded = recsys.load_fitted(tmp_path / "numbers")
    assert loaded.item_ids.dtype == loaded.user_ids.dtype == np.int64
    assert loaded.item_ids.tolist() == list(range(1, N_ITEMS + 1))
    report = recsys.evaluate(loaded, text_parts.train, text_parts.test, k=5)
    assert report.mean == recsys.evaluate(scorers[name], parts.train, parts.test, k=5).mean
    odd = ["007", "7", "é", "\ud800", '"', *map(str, range(100, 100 + N_ITEMS - 5))]
    replace(scorers[name], item_ids=np.array(odd, object)).save(tmp_path / "texts")
    assert recsys.load_fitted(tmp_path / "texts").item_ids.tolist() == odd


@pytest.mark.parametrize("name", SCORERS)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (with_one_more_item, "the model has no item '99'; expected the users and items the model was fitted to"),
        (lambda data: with_item_ids(data, lambda ids: [99, *ids[1:]]), "no item '99', and the .* has no item '1'"),
        (lambda data: with_item_ids(data, lambda ids: [*ids[:-1], 99]), "no item '99', and the .* has no item '30'"),
        (lambda data: with_item_ids(data, lambda ids: [f"0{id_}" for id_ in ids]), r"'01' \(nor 29 others\)"),
    ],
)
def test_data_of_other_items_is_refused_by_name(scorers, parts, name, change, message):
    other = change(parts.train)
    for use in (
        lambda: recsys.top_k(scorers[name], k=5, exclude=other),
        lambda: recsys.evaluate(scorers[name], other, parts.test, k=5),
        lambda: recommend(scorers[name], other, None, 5),
        lambda: hidden_ranks(scorers[name], other, parts.test),
    ):
        with pytest.raises(DataError, match=message):
            use()
    if isinstance(scorers[name], recsys.Fitted):
        lists = recommend(scorers[name], parts.train, None, 5)
        with pytest.raises(DataError, match=message):
            explain(scorers[name], other, lists)


def test_data_that_lacks_an_item_or_a_user_of_the_model_is_refused(numbered):
    scorer = recsys.Popularity(with_one_more_item(numbered))
    with pytest.raises(DataError, match="the data has no item '99'; expected"):
        recsys.top_k(scorer, k=5, exclude=numbered)
    ratings, items, users = frames()
    fewer = Dataset.from_frames(ratings[ratings["user"] > 1], items, users[1:])
    with pytest.raises(DataError, match="the data has no user '1'; expected"):
        recsys.top_k(recsys.Popularity(numbered), k=5, exclude=fewer)


def test_own_parts_with_different_catalogues_are_joined_where_the_training_part_has_all(numbered):
    ratings, items, users = frames()
    later = ratings.groupby("user")["timestamp"].rank() > 6
    train = Dataset.from_frames(ratings[~later], items, users)
    hidden = as_text(ratings[later & (ratings["user"] % 3 == 0)])
    few = Dataset.from_frames(hidden, as_text(items.iloc[hidden["item"].astype(int).unique() - 1]))
    assert (few.n_users, few.n_items) < (train.n_users, train.n_items)
    complete = Dataset.from_frames(ratings[later & (ratings["user"] % 3 == 0)], items, users)
    scorer = recsys.ItemKNN(train)
    report = recsys.evaluate(scorer, train, few, k=5)
    assert report.mean == recsys.evaluate(scorer, train, complete, k=5).mean
    assert report.users.tolist() == [user - 1 for user in range(1, N_USERS + 1) if user % 3 == 0]
    for data, message in (
        (Dataset.from_frames(hidden.assign(item="x" + hidden["item"])), r"has no item 'x\d+' \(nor \d+ others\)"),
        (Dataset.from_frames(hidden.assign(user="x" + hidden["user"])), r"has no user 'x\d+' \(nor \d+ others\)"),
    ):
        with pytest.raises(DataError, match=f"the training part {message}; .*subset"):
            recsys.evaluate(scorer, train, data, k=5)
    assert align_test(few, train).n_items == train.n_items


def test_a_new_user_can_be_given_by_item_ids(scorers):
    deep = scorers["deep"]
    expected = deep.fold_in([6, 0, 19], [5, 1, 3])
    for item_ids in ([7, 1, 20], ["7", "1", "20"], np.array([7, 1, 20]), pd.Series([7.0, 1.0, 20.0]), ("7", 1, 20)):
        np.testing.assert_array_equal(deep.fold_in(item_ids=item_ids, ratings=[5, 1, 3]), expected)
    np.testing.assert_array_equal(deep.fold_in(item_ids=[]), deep.fold_in([]))


@pytest.mark.parametrize(
    ("item_ids", "message"),
    [
        ([1, 99], "the model has no item '99'; expected ids such as '1'"),
        (["007"], "no item '007'"),
        ([1.5], "no item '1.5'"),
        ([0], "no item '0'"),
        ([None], "hold None; expected an id"),
        ([float("nan")], "hold nan; expected an id"),
        ([7, "7"], "item '7' is given 2 times"),
        ("12", "item ids are '12'; expected a list"),
        (12, "item ids are 12; expected a list"),
    ],
)
def test_item_ids_that_the_model_does_not_know_are_refused(scorers, item_ids, message):
    with pytest.raises(DataError, match=message):
        scorers["deep"].fold_in(item_ids=item_ids)


def test_a_new_user_is_given_either_by_indices_or_by_ids(scorers):
    for arguments in ({}, {"items": [1], "item_ids": [1]}):
        with pytest.raises(DataError, match="either items, which are indices, or item_ids"):
            scorers["deep"].fold_in(**arguments)


def test_histories_of_another_catalogue_are_refused(scorers, parts):
    with pytest.raises(DataError, match="the ratings have 29 columns; expected 30, one for each item"):
        scorers["deep"].fold_in_all(parts.train.matrix[:, :29])


def test_a_scorer_without_ids_is_compared_by_size():
    train, test = log_of([(0, 0), (1, 1)], 2, 3), log_of([(0, 1), (1, 0)], 2, 3)
    scorer = TableScorer([[1, 2, 3], [3, 2, 1]])
    assert recsys.evaluate(scorer, train, test, k=1).mean["recall"] == 0.5
    assert recsys.evaluate(scorer, train, test, k=2).mean["recall"] == 1
    with pytest.raises(DataError, match="TableScorer scores 3 items and the data has 4"):
        recsys.top_k(scorer, k=1, exclude=log_of([(0, 0)], 2, 4))
    with pytest.raises(DataError, match="user indices go up to 2"):
        recsys.top_k(scorer, k=1, exclude=log_of([(2, 0)], 3, 3))


def test_repeated_ids_cannot_be_joined(numbered):
    twice = with_item_ids(numbered, lambda ids: [ids[1], *ids[1:]])
    with pytest.raises(DataError, match="the data has item ids that occur twice"):
        recsys.top_k(recsys.Popularity(numbered), k=1, exclude=twice)


@needs_movielens
def test_on_movielens_a_training_part_in_numbers_and_a_test_part_in_text_are_one_log():
    columns = ["user", "item", "rating", "timestamp"]
    log = pd.read_csv(f"{MOVIELENS}/u.data", sep="\t", names=columns)
    items = pd.DataFrame({"item": range(1, 1683), "title": "x"})
    newest = log.groupby("user")["timestamp"].rank(method="first", pct=True) > 0.8
    train = Dataset.from_frames(log[~newest], items)
    numbers, texts = Dataset.from_frames(log[newest], items), Dataset.from_frames(as_text(log[newest]))
    knn = recsys.ItemKNN(train)
    expected = recsys.evaluate(knn, train, numbers).mean["ndcg"]
    assert expected > 0.1
    assert recsys.evaluate(knn, train, texts).mean["ndcg"] == expected
