import base64

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.schema import RatedItem, RatingsSummary, Recommendations, UserLists
from recsys.site.pages import ten_best as module
from recsys.site.pages.ten_best import stars_of, ten_best
from tests.site.markup import script_value
from tests.site.tiny import FILM_IDS, deep_tower, render_pages, site_data, tiny


def facts_of(artefacts, **tower):
    changed = msgspec.structs.replace(deep_tower(), **tower)
    return ten_best(site_data(msgspec.structs.replace(artefacts, deep_tower=changed)))


def summary(kind: str, low: float, high: float) -> RatingsSummary:
    return RatingsSummary(kind=kind, low=low, high=high, description="")


def read(facts) -> list[list[tuple[int, int]]]:
    """Pairs of row and stars by user."""
    shape = (len(facts["users"]), facts["n_best"])
    rows, stars = (
        np.frombuffer(base64.b64decode(facts[name]), dtype).reshape(shape).tolist()
        for name, dtype in (("rows", "<u2"), ("stars", "u1"))
    )
    pairs = [list(zip(*both, strict=True)) for both in zip(rows, stars, strict=True)]
    return [[(row, value) for row, value in user if row != 0xFFFF] for user in pairs]


def with_users(rated):
    """Artefacts with a user for each list of pairs of film id and rating."""
    users = {
        f"u{n}": UserLists(n_train=1, n_hidden=0, rated=[RatedItem(*pair) for pair in pairs], models={}, baselines={})
        for n, pairs in enumerate(rated)
    }
    return msgspec.structs.replace(tiny(), recommendations=Recommendations(k=2, users=users))


def test_users_with_rated_items_in_the_tower_have_rows_and_stars():
    facts = facts_of(tiny())
    assert facts["users"] == [0, 2]  # the user between them rated nothing
    assert read(facts) == [[(0, 5), (4, 4)]] * 2  # 4.5 and 4 of a scale from 1 to 4.5


def test_rows_are_those_of_the_tower_and_other_items_are_left_out():
    artefacts = with_users([[("4", 4.5), ("1", 1.0), ("5", 2.0)], [("5", 4.5)], [("__proto__", 3.0)]])
    facts = facts_of(artefacts, item_ids=["__proto__", "4", "1"])
    assert facts["users"] == [0, 2]
    assert read(facts) == [[(1, 5), (2, 1)], [(0, 3)]]


def test_of_too_many_users_evenly_spaced_ones_are_taken(monkeypatch):
    monkeypatch.setattr(module, "MAX_USERS", 4)
    facts = facts_of(with_users([[(FILM_IDS[n % 5], 4.5)] for n in range(10)]))
    assert facts["users"] == [0, 2, 5, 7]
    assert [pairs[0][0] for pairs in read(facts)] == [0, 2, 0, 2]


def test_without_users_the_arrays_are_empty():
    assert facts_of(with_users([])) == {"users": [], "n_best": 0, "rows": "", "stars": ""}


@pytest.mark.parametrize(
    ("ends", "pairs"),
    [
        ((1, 5), {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}),
        ((0.5, 5), {0.5: 1, 1: 1, 2: 2, 2.5: 3, 4: 4, 4.5: 5, 5: 5}),
        ((1, 10), {1: 1, 3: 2, 5: 3, 7: 4, 9: 5, 10: 5}),
        ((0, 1), {0: 1, 1: 5}),
        ((1, 1), {1: 5}),
    ],
)
def test_stars_of_other_scales(ends, pairs):
    assert {rating: stars_of(rating, summary("scale", *ends)) for rating in pairs} == pairs


@pytest.mark.parametrize("kind", ["counts", "equal"])
def test_any_count_is_a_like(kind):
    assert [stars_of(plays, summary(kind, 1, 10_000)) for plays in (1, 10, 10**6)] == [5, 5, 5]


def test_without_a_scale_each_rating_is_the_highest():
    assert stars_of(3.0, None) == 5


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_any_rating_has_one_to_five_stars_and_a_higher_one_no_fewer(rating, other, end):
    scale = summary("scale", min(other, end), max(other, end))
    assert 1 <= stars_of(rating, scale) <= stars_of(max(rating, other), scale) <= 5


def test_it_is_written_for_the_scripts_where_there_is_a_tower(tmp_path):
    name = "assets/data-top-rated.js"
    assert script_value(render_pages(tiny(), tmp_path / "with", "rate", "users") / name) == facts_of(tiny())
    assert not (render_pages(tiny(("base",)), tmp_path / "without", "rate", "users") / name).exists()
