"""The user whom the front page shows: chosen by what the data says of them, and typical of all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import pytest

from recsys.schema import (
    Artefacts,
    BaselineRecommendation,
    Interval,
    Item,
    Items,
    RatedItem,
    RatingsSummary,
    Recommendation,
    Recommendations,
    UserLists,
)
from recsys.site.pages.example_user import ExampleUser, example_user
from tests.site.tiny import site_data, tiny, with_ratings

ITEMS = "abcdefghijkl"
STARS = RatingsSummary(kind="scale", low=1, high=5, step=1, description="")


def user(
    best: Iterable[str],
    listed: Sequence[str | None],
    watched: str = "",
    *,
    rating: float = 5,
    why: str = "",
    popular: str = "",
    n_hidden: int = 1,
) -> UserLists:
    """One who rated ``best`` and is recommended ``listed``, each because of all of ``why``."""
    rows = [
        Recommendation(item, 1.0, item is not None and item in watched, [(reason, 0.5) for reason in why])
        for item in listed
    ]
    return UserLists(
        n_train=3,
        n_hidden=n_hidden,
        rated=[RatedItem(item, rating) for item in best],
        models={"deep": rows},
        baselines={"popularity": [BaselineRecommendation(item, False) for item in popular]},
    )


def site(users: dict[str, UserLists], genres: dict[str, list[str]] | None = None, **counts: int) -> Artefacts:
    """The artefacts of a site of these users, whose items have ten ratings, or as many as ``counts`` says."""
    base = tiny(("deep",))
    items = [
        Item(
            id=id_,
            title=id_.upper(),
            year=None,
            genres=(genres or {}).get(id_, []),
            n_ratings=10,
            n_train=counts.get(id_, 10),
            mean_rating=None,
            similar={},
        )
        for id_ in ITEMS
    ]
    build = msgspec.structs.replace(
        base.build, dataset=msgspec.structs.replace(base.build.dataset, ratings=STARS)
    )
    return msgspec.structs.replace(
        base,
        build=build,
        items=Items(items=items),
        recommendations=Recommendations(k=4, users=users),
        deep_tower=None,
    )


def example(artefacts: Artefacts) -> ExampleUser:
    chosen = example_user(site_data(artefacts))
    assert chosen is not None
    return chosen


def chosen(*users: UserLists, **counts: int) -> int:
    """Which of the users is chosen, whatever their order and ids."""
    ids = [f"u{n}" for n in range(len(users))]
    forward = example(site(dict(zip(ids, users, strict=True)), **counts))
    backward = example(site(dict(zip(ids[::-1], users, strict=True)), **counts))
    turned = example(site(dict(zip(ids, users[::-1], strict=True)), **counts))
    numbers = {ids.index(forward.user.id), len(ids) - 1 - ids.index(backward.user.id)}
    numbers.add(len(ids) - 1 - ids.index(turned.user.id))
    [number] = numbers
    return number


def titles(example: ExampleUser) -> tuple[str, str]:
    return "".join(item.title for item in example.liked), "".join(row.item.title for row in example.recommended)


def test_three_liked_items_and_the_first_three_of_the_list_are_shown_with_what_was_watched():
    shown = example(site({"u": user("abcd", "efgh", watched="fgh")}, b=30, c=20, d=15))
    assert titles(shown) == ("BCD", "EFG")
    assert [row.is_hit for row in shown.recommended] == [False, True, True]
    assert (shown.n_hits, shown.n_listed, shown.mean_hits) == (3, 4, 3.0)
    assert shown.model.name == "deep"


def test_liked_items_that_are_reasons_come_before_better_known_ones():
    shown = example(site({"u": user("abcd", "efgh", why="a")}, b=30, c=20, d=15))
    assert titles(shown)[0] == "ABC"


def test_the_number_of_hits_is_the_nearest_to_the_mean_of_all_users():
    typical = user("abc", "efgh", watched="ef")
    lucky, unlucky = user("abc", "efgh", watched="efgh"), user("abc", "efgh", n_hidden=1)
    assert chosen(lucky, typical, unlucky) == 1
    assert example(site({"a": lucky, "b": typical, "c": unlucky})).mean_hits == 2


def test_users_of_whom_nothing_is_hidden_do_not_count_in_the_mean():
    shown = example(site({"a": user("abc", "efgh", watched="ef"), "b": user("abc", "efgh", n_hidden=0)}))
    assert shown.mean_hits == 2


def test_hits_among_the_first_three_come_before_a_typical_number_of_them():
    late = user("abc", "efgh", watched="h")
    none = user("abc", "efgh")
    assert chosen(none, none, late, user("abc", "efgh", watched="efgh")) == 3


def test_a_list_that_follows_from_the_liked_items_is_preferred():
    assert chosen(user("abc", "efgh", "ef"), user("abc", "efgh", "ef", why="abc")) == 1


def test_a_list_that_popularity_would_not_give_is_preferred():
    assert chosen(user("abc", "efgh", "ef", popular="efg"), user("abc", "efgh", "ef", popular="ij")) == 1


def test_a_list_of_the_genres_of_the_liked_items_is_preferred():
    genres = {item: ["Musical" if item in "ijk" else "Western"] for item in ITEMS}
    shown = example(site({"1": user("abc", "ijkh", "ij"), "2": user("abc", "efgh", "ef")}, genres))
    assert titles(shown)[1] == "EFG"


def test_well_known_items_are_preferred():
    assert chosen(user("abc", "efgh", "ef"), user("abc", "efih", "ef"), i=9, g=8) == 1


def test_a_user_who_rated_nothing_highly_is_no_example_of_what_was_liked():
    assert example_user(site_data(site({"u": user("abc", "efgh", rating=3)}))) is None
    assert chosen(user("abc", "efgh", "ef", rating=3), user("abc", "efgh")) == 1


def test_a_list_with_a_withheld_item_among_its_first_is_not_shown():
    assert example_user(site_data(site({"u": user("abc", [None, "e", "f"])}))) is None
    assert titles(example(site({"u": user("abc", ["e", "f", "g", None])})))[1] == "EFG"


def test_of_short_lists_as_much_is_shown_as_there_is_and_longer_ones_are_preferred():
    assert titles(example(site({"u": user("a", "e")}))) == ("A", "E")
    assert chosen(user("a", "efg", "ef"), user("abc", "efgh")) == 1


@pytest.mark.parametrize("lists", [user("", "efg"), user("abc", "")])
def test_without_anything_liked_or_recommended_there_is_no_example(lists):
    assert example_user(site_data(site({"u": lists}))) is None


def test_where_nothing_was_hidden_nothing_is_said_of_hits():
    shown = example(site({"u": user("abc", "efgh", n_hidden=0)}))
    assert shown.mean_hits is None


def test_there_is_none_where_the_settings_want_no_users_or_there_are_none():
    artefacts = site({"u": user("abc", "efgh")})
    presentation = msgspec.structs.replace(artefacts.build.presentation, pages=["rate"])
    build = msgspec.structs.replace(artefacts.build, presentation=presentation)
    assert example_user(site_data(msgspec.structs.replace(artefacts, build=build))) is None
    assert example_user(site_data(site({}))) is None


def test_ratings_that_do_not_say_what_is_liked_all_count():
    artefacts = site({"u": user("abc", "efgh", rating=2)})
    counts = RatingsSummary(kind="counts", low=1, high=500, description="")
    assert titles(example(with_ratings(artefacts, counts)))[0] == "ABC"


def test_the_model_is_the_one_whose_lists_are_best():
    artefacts = tiny()
    assert example(artefacts).model.name == "deep"  # equal: the later
    rows = artefacts.metrics.models
    better = msgspec.structs.replace(rows["base"], accuracy={**rows["base"].accuracy, "ndcg": Interval(0.9, 0.8, 1)})
    metrics = msgspec.structs.replace(artefacts.metrics, models={**rows, "base": better})
    assert example(msgspec.structs.replace(artefacts, metrics=metrics)).model.name == "base"
