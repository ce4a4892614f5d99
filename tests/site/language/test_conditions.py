"""Variants of texts follow from what holds for a site: its ratings, its noun, its size and its privacy."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from recsys.schema import Artefacts, EpochRecord, LossHistory, Noun, Presentation, RatingsSummary
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
def test_the_rate_page_promises_no_number_of_recommendations(kind):
    texts = texts_of_site(ratings=RatingsSummary(kind=kind, low=1, high=5, description=""))
    promises = ("rate.page.lede", "rate.page.ledeLikes", "rate.waiting", "rate.waitingForLikes")
    assert [key for key in promises if re.search(r"\b(ten|five|\d+)\b", texts.text(key))] == []


def test_what_is_said_to_be_published_follows_the_settings_of_privacy():
    published = texts_of_site()("about.privacy_user")
    assert "the id as the source wrote it, up to ten films rated highest" in published
    hidden = texts_of_site(settings={"hide_rated": True, "hash_users": True})("about.privacy_user")
    assert "a keyed hash of their id, the lists, whether" in hidden
    named = texts_of_site(settings={"named_items": "all"})("about.privacy_named", max_named=90)
    assert "for each user 90 at most" in named


@pytest.mark.parametrize(("max_named", "beginning"), [
    (2, "At most 2 of the films a user"), (3, "All of these are named, for each user 3 at most"),
])  # fmt: skip
def test_all_is_said_to_be_named_where_nobody_rated_more_than_may_be(max_named, beginning):
    artefacts = tiny()  # whose users have 3 ratings at most
    recommendations = replace(artefacts.recommendations, max_named=max_named)
    texts = texts_of_site(replace(artefacts, recommendations=recommendations))
    assert texts("about.privacy_named", max_named=max_named).startswith(beginning)


def test_where_rated_items_are_hidden_neither_they_nor_reasons_are_promised():
    texts = texts_of_site(settings={"hide_rated": True})
    assert texts("about.privacy_named", max_named=9).startswith("Of the films a user has rated, hits alone are named")
    assert texts("home.card_user_text", n=3).endswith("each model recommends, and what they went on to watch.")
    assert texts("data.recommendations_json") == "Every user’s lists: what each model recommends."
    assert (texts("users.filter_by"), texts("about.why_deep"), texts("about.why_base")) == ("user id", "", "")


def test_without_metrics_nothing_is_said_of_ratings_set_aside():
    texts = texts_of_site(tiny(measured=False))
    assert texts("about.lede", n=2).startswith("Marquee reads a log of ratings, trains two models, and writes")
    published = texts("about.privacy_user")
    assert "films behind these, and what can be counted without naming films: genres and the number" in published
    assert texts("home.card_user_text", n=3).endswith("recommends and why.")


@pytest.mark.parametrize(("models", "text"), [
    (("base", "deep"), "How far the models agree, and why it was not measured how good they are."),
    (("deep",), "Why it was not measured how good the lists are."),
])  # fmt: skip
def test_without_metrics_the_comparison_promises_how_far_models_agree_where_there_are_two(models, text):
    assert texts_of_site(tiny(models, measured=False))("home.card_compare_text") == text


def unvalidated(models: tuple[str, ...] = ("base", "deep")) -> Artefacts:
    """Of a log in which too few users have a rating to set aside for validation."""
    artefacts = tiny(models)
    records = [EpochRecord(epoch=1, train_loss=2.0, validation_loss=None, validation_ndcg=None)]
    return replace(artefacts, loss_history=LossHistory(models=dict.fromkeys(models, records)))


def test_without_validation_nothing_is_said_to_be_chosen_by_it():
    texts = texts_of_site(unvalidated())
    keys = ("about.stop", "about.deep_learns", "training.lede", "home.card_training_text")
    assert [key for key in keys if re.search("chose|best to stop|is set aside", texts(key))] == []
    assert "every epoch is run, and the last one is served" in texts("about.stop")
    assert "trained on all ratings and for every epoch" in texts("training.lede")
    assert "a part of the training ratings is set aside" in texts_of_site()("about.stop").lower()


@pytest.mark.parametrize(("key", "parameters", "phrase"), [
    ("home.card_user_text", {"n": 9}, "what they went on to eat."),
    ("about.deep_factorised", {}, "who has eaten what"),
    ("item.too_few", {}, "what somebody has eaten."),
])  # fmt: skip
def test_what_users_did_is_said_in_grammatical_english_where_the_participle_is_irregular(key, parameters, phrase):
    equal = RatingsSummary(kind="equal", low=1, high=1, description="")
    dishes = Presentation(item=Noun("dish", "dishes", "eat", "eaten"))
    assert phrase in texts_of_site(ratings=equal, presentation=dishes)(key, **parameters)


@pytest.mark.parametrize(("key", "others", "text"), [
    ("home.people", {}, "1 person"),
    ("home.lead_none", {"people": "1 person"}, "Here is 1 rating by 1 person."),
    ("home.card_user_text", {}, "What they liked, what"),
    ("home.card_items_text", {}, "1, and who it is recommended to."),
    ("home.figures", {"k": 9, "chosen": "x", "confidence": "95%"}, "There is 1 user to judge by"),
    ("home.outcome", {"n_hits": 0, "mean": 1}, "They went on to watch 0 of 1 recommended,"),
    ("site.users", {}, "1 user"),
    ("site.items", {}, "1 film"),
    ("site.ratings", {}, "1 rating"),
    ("about.of_items", {}, "of 1 film"),
    ("about.by_users", {}, "by 1 user"),
    ("items.lede", {}, "1 film, with a page:"),
    ("compare.protocol_users", {"n_evaluated": 4}, "1 without a relevant held-out film is left out"),
    ("map.trusted", {"trusted": "1.00"}, "the nearest film on a map is also the nearest"),
    ("map.table", {}, "The coordinates as a table"),
])  # fmt: skip
def test_a_single_user_or_item_is_spoken_of_in_the_singular(key, others, text):
    assert text in texts_of_site()(key, n=1, **others)
