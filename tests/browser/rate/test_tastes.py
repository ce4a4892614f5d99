"""On a phone, with the towers of MovieLens 100K: who rates three items of a genre gets more of it."""

import msgspec
import pytest

from tests.browser.conftest import visits
from tests.browser.rate.page import loaded, recommended
from tests.browser.rate.test_discovery import set_slider
from tests.requirements import needs_movielens

HORROR = ("Scream", "The Shining", "A Nightmare on Elm Street")
WESTERNS = ("Unforgiven", "The Good, The Bad and The Ugly", "Butch Cassidy and the Sundance Kid")
LATER_WESTERNS = ("Dances with Wolves", "Tombstone", "Young Guns")
MUSICALS = ("Mary Poppins", "Grease", "The Sound of Music")


@needs_movielens
@pytest.mark.parametrize(
    ("rated", "genres", "n_least"),
    [
        pytest.param(HORROR, {"Horror", "Thriller"}, 8, id="horror"),
        pytest.param(WESTERNS, {"Western"}, 6, id="westerns"),
        pytest.param(LATER_WESTERNS, {"Western"}, 6, id="later westerns"),
        pytest.param(MUSICALS, {"Musical"}, 6, id="musicals"),
    ],
)
def test_five_stars_for_three_films_of_a_genre_bring_more_of_it(movielens, chromium, web, rated, genres, n_least):
    items = msgspec.json.decode((movielens / "data" / "items.json").read_bytes())["items"]
    link = ",".join("5~" + next(item["id"] for item in items if item["title"] == title) for title in rated)
    disk = f"{movielens.as_uri()}/"
    with visits(chromium, disk, web) as visit:
        page = loaded(visit(f"{disk}rate.html#r={link}", 360, has_touch=True, is_mobile=True))
        set_slider(page, 0.5)
        ids = recommended(page)  # an id of MovieLens is its own slug
    listed = [next(item for item in items if item["id"] == id_) for id_ in ids]
    assert len(listed) == 10
    assert sum(bool(genres & set(item["genres"])) for item in listed) >= n_least
