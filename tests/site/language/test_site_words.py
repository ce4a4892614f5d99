"""The words of a site follow from its data."""

from __future__ import annotations

import msgspec
import pytest

from recsys.schema import Label, Noun, Presentation, RatingsSummary
from recsys.site.language.site_words import title_of
from tests.site.language.sites import texts_of_site
from tests.site.tiny import tiny


@pytest.mark.parametrize(("title", "name", "shown"), [
    (None, "book_ratings", "Book ratings"),
    (None, "movietweetings", "Movietweetings"),
    (None, "ratings-2024__final", "Ratings 2024 final"),
    (None, "MovieLens 100K", "MovieLens 100K"),
    (None, "my MOVIES_1", "my MOVIES_1"),
    (None, "LastFM-1k", "LastFM-1k"),
    (None, "--", "--"),
    ("book_ratings", "u", "book_ratings"),
])  # fmt: skip
def test_a_data_set_without_a_title_is_called_by_its_file_as_people_write_it(title, name, shown):
    build = tiny().build
    presentation = msgspec.structs.replace(build.presentation, title=title)
    dataset = msgspec.structs.replace(build.dataset, name=name)
    assert title_of(msgspec.structs.replace(build, presentation=presentation, dataset=dataset)) == shown


def test_a_site_has_the_words_of_its_data():
    counts = RatingsSummary(kind="counts", low=1, high=9, description="hours")
    games = Presentation(item=Noun("game", "games", "play", "played"))
    words = texts_of_site(ratings=counts, presentation=games).word
    assert [words(name) for name in ("an_item", "rated", "ratings", "hit")] == [
        *("a game", "played", "interactions", "played later"),
    ]
    articles = Presentation(item=Noun("article", "articles", "read", "read"), genre=Label("tag", "tags"))
    words = texts_of_site(presentation=articles).word
    assert [words(name) for name in ("an_item", "rated", "Ratings", "Genres")] == [
        *("an article", "rated", "Ratings", "Tags"),
    ]
