"""What must not change, over the whole path from ratings to exported files, when ratings are written differently.

No expected figure is needed for these: a build is compared with that of the same log in other words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

import recsys
from recsys import pipeline
from recsys.schema import Artefacts
from tests.requirements import MOVIELENS, needs_movielens, real_log
from tests.synthetic import sparse_log

CONFIG = recsys.BuildConfig(train=recsys.TrainConfig(dim=8, epochs=3))
N_USERS, N_ITEMS = 40, 30
Json = dict[str, Any]


@cache
def ratings_frame() -> pd.DataFrame:
    """Two tastes, stars, and times of which no two of a user are equal; its lines are in no order."""
    rng = np.random.default_rng(4)
    rows = []
    for user in range(N_USERS):
        liked = rng.permutation(np.arange(user % 2, N_ITEMS - 2, 2))[: rng.integers(6, 12)]
        others = rng.permutation(N_ITEMS - 2)[:3]
        for time, item in enumerate(dict.fromkeys(rng.permutation([*liked, *others]).tolist())):
            rows.append((user, item, int(rng.integers(3, 6) if item % 2 == user % 2 else rng.integers(1, 4)), time))
    frame = pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"])
    return frame.sample(frac=1, random_state=0, ignore_index=True)


def items_frame() -> pd.DataFrame:
    item = np.arange(N_ITEMS)
    genres = np.where(item % 2, "Noir|Drama", "Farce")
    return pd.DataFrame({"item": item, "title": [f"Title {i}" for i in item], "year": 1960 + item, "genres": genres})


def users_frame() -> pd.DataFrame:
    user = np.arange(N_USERS)
    return pd.DataFrame({"user": user, "age": 20 + 3 * user % 50, "city": np.where(user % 3, "Ulm", "Jena")})


def exported(
    ratings: pd.DataFrame, items: pd.DataFrame | None = None, users: pd.DataFrame | None = None
) -> Artefacts:
    items = items_frame() if items is None else items
    users = users_frame() if users is None else users
    dataset = recsys.Dataset.from_frames(ratings, items, users, name="log")
    return pipeline.compute(dataset, CONFIG, pipeline.SILENT, recsys.NoCache())


@cache
def expected() -> Artefacts:
    return exported(ratings_frame())


def shuffled(frame: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    return frame.sample(frac=1, random_state=seed, ignore_index=True)


def without_ratings(artefacts: Artefacts) -> Json:
    """Everything exported that does not tell ratings, nor what is computed of them alone."""
    content: Json = msgspec.to_builtins(artefacts)
    content["build"]["dataset"].pop("sha256")
    content["build"]["dataset"].pop("ratings")
    content["items"].pop("bins")
    content["items"].pop("overall_mean")
    for item in content["items"]["items"]:
        item.pop("mean_rating")
    for user in content["recommendations"]["users"].values():
        user["rated"] = [row["item"] for row in user["rated"]]
    return content


def lists(artefacts: Artefacts, name: str, item: Callable[[str], str] = str) -> dict[str, list[str]]:
    """By user, the items that a model or baseline recommends."""
    return {
        user: [item(str(row.item)) for row in {**entry.models, **entry.baselines}[name]]
        for user, entry in artefacts.recommendations.users.items()
    }


def accuracy(artefacts: Artefacts, name: str) -> dict[str, float]:
    return {metric: interval.mean for metric, interval in artefacts.metrics.models[name].accuracy.items()}


def test_the_order_of_lines_in_any_table_changes_nothing_at_all():
    again = exported(shuffled(ratings_frame()), shuffled(items_frame()), shuffled(users_frame()))
    assert again == expected()


def test_held_out_ratings_change_what_is_measured_and_nothing_that_is_learned():
    ratings, rng = ratings_frame().sort_values(["user", "timestamp"], ignore_index=True), np.random.default_rng(0)
    position, length = (ratings.groupby("user")["item"].transform(how) for how in ("cumcount", "size"))
    for user, held_out in ratings[position >= length * 4 // 5].groupby("user"):
        unrated = np.setdiff1d(np.arange(N_ITEMS), ratings["item"][ratings["user"] == user])
        ratings.loc[held_out.index, "item"] = rng.permutation(unrated)[: len(held_out)]
    again = exported(ratings)
    for name, before in expected().metrics.models.items():
        assert again.metrics.models[name].accuracy != before.accuracy
        assert again.metrics.models[name].trials == before.trials
        assert lists(again, name) == lists(expected(), name)
    assert again.loss_history == expected().loss_history
    assert again.item_embeddings == expected().item_embeddings
    # Starters are chosen among the items that are well known in the whole log.
    towers = [msgspec.structs.replace(build.deep_tower, starters=[]) for build in (again, expected())]
    assert towers[0] == towers[1]


@pytest.mark.parametrize("change", [shuffled, lambda frame: frame.assign(rating=frame["rating"] * 2 + 7)])
def test_order_of_lines_and_unit_of_stars_change_nothing_about_cosine_towers(change):
    log = sparse_log()
    frame = pd.DataFrame({"user": log.user, "item": log.item, "rating": log.rating, "timestamp": log.timestamp})
    models = [
        recsys.fit(recsys.Dataset.from_frames(ratings), "deep", recsys.TrainConfig(dim=8, epochs=2))
        for ratings in (frame, change(frame))
    ]
    assert all("cosine" in model.towers.members for model in models)
    first, second = ((model.user_vectors, model.item_vectors, model.item_bias) for model in models)
    assert [part.tobytes() for part in first] == [part.tobytes() for part in second]


@pytest.mark.parametrize("change", [
    lambda times: times + 1_000_000_000,
    lambda times: times - 1000,
    lambda times: times * 86_400_000,
    lambda times: times**3,
    lambda times: pd.to_datetime(times * 3600, unit="s"),
])  # fmt: skip
def test_only_the_order_of_times_counts(change):
    moved = ratings_frame().assign(timestamp=change(ratings_frame()["timestamp"]))
    again, before = msgspec.to_builtins(exported(moved)), msgspec.to_builtins(expected())
    for content in (again, before):
        content["build"]["dataset"].pop("sha256")
    assert again == before


def test_times_that_are_all_equal_count_as_none():
    constant = exported(ratings_frame().assign(timestamp=7))
    absent = exported(ratings_frame().drop(columns="timestamp"))
    assert constant.metrics == absent.metrics
    assert constant.recommendations == absent.recommendations


@pytest.mark.parametrize("change", [
    lambda ratings: ratings * 2, lambda ratings: ratings / 2, lambda ratings: ratings * 16 - 48
])  # fmt: skip
def test_where_a_scale_of_stars_begins_and_what_a_star_is_called_change_nothing(change):
    again = exported(ratings_frame().assign(rating=change(ratings_frame()["rating"])))
    assert without_ratings(again) == without_ratings(expected())


def plays(ratings: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    return ratings.assign(rating=np.ceil(rng.lognormal(3, 1.5, len(ratings))))


def test_hours_and_quarters_of_an_hour_are_the_same():
    hours = plays(ratings_frame())
    quarters = hours.assign(rating=hours["rating"] * 4)
    before, again = exported(hours), exported(quarters)
    assert before.build.dataset.ratings is not None
    assert before.build.dataset.ratings.kind == "counts"
    left, right = without_ratings(before), without_ratings(again)
    for content in (left, right):
        for item in content["items"]["items"]:
            item.pop("histogram")  # its ends are rounded to whole numbers
    assert left == right


@cache
def with_first_rating(rating: float) -> Artefacts:
    """A build in which the first rating is another."""
    ratings = ratings_frame().astype({"rating": float})
    ratings.loc[ratings.index[0], "rating"] = rating
    return exported(ratings)


@pytest.mark.parametrize(("absurd", "nearest"), [(1e6, 5.0), (-1e6, 1.0), (60.0, 5.0)])
def test_an_absurd_rating_changes_no_list(absurd, nearest):
    before, again = with_first_rating(nearest), with_first_rating(absurd)
    for name in before.metrics.models:
        assert lists(again, name) == lists(before, name)
    assert again.metrics == before.metrics


def in_order(number: Any) -> str:
    """Another name for a user or item, in the same order as the numbers."""
    return f"id {int(number):04d}"


def test_other_ids_in_the_same_order_change_nothing_but_the_ids():
    ratings, items, users = ratings_frame(), items_frame(), users_frame()
    again = exported(
        ratings.assign(user=ratings["user"].map(in_order), item=ratings["item"].map(in_order)),
        items.assign(item=items["item"].map(in_order)),
        users.assign(user=users["user"].map(in_order)),
    )
    assert again.metrics.models == expected().metrics.models
    assert again.item_embeddings.models["deep"].vectors == expected().item_embeddings.models["deep"].vectors
    for name in expected().metrics.models:
        renamed = {in_order(user): row for user, row in lists(expected(), name, in_order).items()}
        assert lists(again, name) == renamed


def renamed(seed: int) -> tuple[Artefacts, dict[str, str], dict[str, str]]:
    """A build with all ids drawn anew, which puts them in another order; and the old ids by the new ones."""
    rng = np.random.default_rng(seed)
    user_ids, item_ids = rng.permutation(1000)[:N_USERS], rng.permutation(1000)[:N_ITEMS]
    ratings, items, users = ratings_frame(), items_frame(), users_frame()
    artefacts = exported(
        ratings.assign(user=user_ids[ratings["user"]], item=item_ids[ratings["item"]]),
        items.assign(item=item_ids[items["item"]]),
        users.assign(user=user_ids[users["user"]]),
    )
    old_users = {str(new): str(old) for old, new in enumerate(user_ids)}
    return artefacts, old_users, {str(new): str(old) for old, new in enumerate(item_ids)}


@pytest.mark.parametrize("seed", range(2))
def test_other_ids_in_another_order_leave_split_and_closed_forms_as_they_are(seed):
    again, old_users, old_items = renamed(seed)
    before = expected().recommendations.users
    for user, entry in again.recommendations.users.items():
        assert entry.n_hidden == before[old_users[user]].n_hidden
        assert {old_items[row.item] for row in entry.rated} == {row.item for row in before[old_users[user]].rated}
    for name in ("item_knn", "ease"):
        assert accuracy(again, name) == pytest.approx(accuracy(expected(), name), abs=0.02)
    trains = {old_items[item.id]: item.n_train for item in again.items.items}
    assert trains == {item.id: item.n_train for item in expected().items.items}
    for name in expected().metrics.models:  # what is trained starts at random, and ties are cut by the order of ids
        assert accuracy(again, name)["ndcg"] == pytest.approx(accuracy(expected(), name)["ndcg"], abs=0.1)


@pytest.mark.parametrize("new_id", [-1, N_ITEMS])  # sorted before all others, and after them
def test_an_item_that_nobody_rated_changes_no_closed_form(new_id):
    more = pd.concat([items_frame(), pd.DataFrame({"item": [new_id], "title": ["Unseen"], "year": [1999]})])
    again = exported(ratings_frame(), more)
    for name in ("popularity", "item_knn", "ease"):
        assert accuracy(again, name) == pytest.approx(accuracy(expected(), name))
        assert lists(again, name) == lists(expected(), name)
    coverage, before = (build.metrics.models["ease"].beyond["coverage"].mean for build in (again, expected()))
    assert coverage == pytest.approx(before * N_ITEMS / (N_ITEMS + 1))
    for name in ("base", "deep"):
        assert accuracy(again, name)["ndcg"] == pytest.approx(accuracy(expected(), name)["ndcg"], abs=0.1)


def test_every_user_twice_leaves_the_popular_items_as_they_are():
    ratings, users = ratings_frame(), users_frame()
    twice = exported(
        pd.concat([ratings, ratings.assign(user=ratings["user"] + N_USERS)]),
        users=pd.concat([users, users.assign(user=users["user"] + N_USERS)]),
    )
    assert accuracy(twice, "popularity") == pytest.approx(accuracy(expected(), "popularity"))
    popular = lists(expected(), "popularity")
    assert lists(twice, "popularity") == popular | {str(int(user) + N_USERS): row for user, row in popular.items()}


def some_movielens() -> pd.DataFrame:
    """The ratings of every third user: training on those of all takes three times as long."""
    ratings = pd.read_csv(f"{MOVIELENS}/u.data", sep="\t", names=["user", "item", "rating", "timestamp"])
    return ratings[ratings["user"] % 3 == 1].reset_index(drop=True)


@needs_movielens
def test_on_movielens_one_mad_rating_costs_less_than_one_percent_and_renaming_less_than_four():
    ratings = some_movielens()
    mad = ratings.copy()
    mad.loc[77, "rating"] = 1_000_000
    alone = deep_ndcg(ratings)
    assert deep_ndcg(mad) == pytest.approx(alone, rel=0.01)
    figures = [alone]
    for seed in range(2):
        rng = np.random.default_rng(seed)
        users, items = rng.permutation(10_000), rng.permutation(10_000)
        figures.append(deep_ndcg(ratings.assign(user=users[ratings["user"]], item=items[ratings["item"]])))
    assert max(figures) / min(figures) < 1.04


@needs_movielens
def test_on_movielens_play_counts_give_deep_nearly_its_figure_on_ones():
    ratings = some_movielens()
    counts = np.ceil(np.random.default_rng(0).lognormal(5.5, 1.6, len(ratings)))
    assert deep_ndcg(ratings.assign(rating=counts)) > 0.97 * deep_ndcg(ratings.assign(rating=1))


def deep_ndcg(ratings: pd.DataFrame) -> float:
    parts = recsys.split(recsys.Dataset.from_frames(ratings))
    assert parts.test is not None
    return recsys.evaluate(recsys.fit(parts.train, "deep"), parts.train, parts.test).mean["ndcg"]


def test_on_steam_hours_of_play_give_deep_nearly_its_figure_on_ones():
    hours = pd.read_csv(real_log("steam") / "game_play.dat", sep="\t", names=["user", "item", "rating"], skiprows=1)
    hours = hours.drop_duplicates(["user", "item"])
    users = np.random.default_rng(0).permutation(hours["user"].unique())
    hours = hours[hours["user"].isin(users[: len(users) // 8])]  # with all of them it takes a minute
    assert deep_ndcg(hours) > 0.97 * deep_ndcg(hours.assign(rating=1)) > 0.25
