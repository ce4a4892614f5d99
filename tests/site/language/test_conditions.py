"""Variants of texts follow from what holds for a site: its ratings, its noun, its size and its privacy."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from recsys.schema import Noun, Presentation, RatingsSummary
from tests.site.language.sites import texts_of_site
from tests.site.tiny import tiny


@pytest.mark.parametrize(
    "phrase",
    ["an hour", "a unicorn", "a user", "an unopened box", "an umbrella", "a UFO", "an LP", "an MP3"],
)
def test_the_article_of_a_noun_follows_its_sound(phrase):
    noun = phrase.partition(" ")[2]
    item = Noun(noun, f"{noun}s", "choose", "chosen")
    assert texts_of_site(presentation=Presentation(item=item)).word("an_item") == phrase


def test_visitors_of_a_site_without_a_scale_answer():
    likes = texts_of_site(ratings=RatingsSummary(kind="equal", low=1, high=1, description=""))
    assert (likes.text("rate.yourRatings"), likes.text("rate.ratings", n=1)) == ("Your answers", "1 answer")
    assert likes.text("rate.ratingOf", title="Momo") == "Your answer on Momo"
    stars = texts_of_site()
    assert (stars.text("rate.yourRatings"), stars.text("rate.ratings", n=1)) == ("Your ratings", "1 rating")


@pytest.mark.parametrize("kind", ["scale", "equal"])
def test_ten_recommendations_are_promised_where_there_are_as_many(kind):
    artefacts, ratings = tiny(), RatingsSummary(kind=kind, low=1, high=5, description="")
    keys = ("rate.page.ledeLikes", "rate.waitingForLikes") if kind == "equal" else ("rate.page.lede", "rate.waiting")
    for n_items in (8, 100):
        tower = replace(artefacts.deep_tower, item_ids=[str(item) for item in range(n_items)])
        texts = texts_of_site(replace(artefacts, deep_tower=tower), ratings)
        assert [bool(re.search(r"\bten\b", texts.text(key))) for key in keys] == [n_items == 100] * 2


def test_what_is_said_to_be_published_follows_the_settings_of_privacy():
    published = texts_of_site()("about.privacy_user")
    assert "the id as the source wrote it, up to ten films rated highest" in published
    hidden = texts_of_site(settings={"hide_rated": True, "hash_users": True})("about.privacy_user")
    assert "a keyed hash of their id, the lists, whether" in hidden
    named = texts_of_site(settings={"named_items": "all"})("about.privacy_named", max_named=90)
    assert "at most 90 films of a user" in named
