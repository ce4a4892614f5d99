"""The page about the site: what it says of the method holds for the data at hand."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import msgspec
import pytest

from recsys.models import linear
from recsys.schema import Artefacts, Item, Noun, WorkedScore
from recsys.site.context import PageHead
from recsys.site.pages.about import about_context
from tests.site.tiny import render_html, site_data, tiny


def text_of(artefacts: Artefacts, folder, *others: str) -> str:
    """The page, in a site with some other pages."""
    return (render_html(artefacts, folder, "about", *others) / "about.html").read_text("utf-8")


def with_items(change: Callable[[Item], Item]) -> Artefacts:
    artefacts = tiny()
    items = msgspec.structs.replace(artefacts.items, items=[change(item) for item in artefacts.items.items])
    return msgspec.structs.replace(artefacts, items=items)


@pytest.mark.parametrize(("changes", "sentence"), [
    ({}, "own vector and, where they are known, its genres and its year. Its user tower"),
    ({"year": None}, "own vector and, where they are known, its genres. Its user tower"),
    ({"genres": []}, "own vector and, where it is known, its year. Its user tower"),
    ({"year": None, "genres": []}, "own vector. Its user tower"),
])  # fmt: skip
def test_the_item_tower_reads_what_the_data_has(tmp_path, changes, sentence):
    artefacts = with_items(lambda item: msgspec.structs.replace(item, **changes))
    assert sentence in text_of(artefacts, tmp_path)


def test_times_are_spoken_of_where_there_are_times(tmp_path):
    artefacts = tiny()
    assert "with films rated at about the same time counting as closer" in text_of(artefacts, tmp_path / "times")
    protocol = msgspec.structs.replace(artefacts.metrics.protocol, split="random", seed=0)
    metrics = msgspec.structs.replace(artefacts.metrics, protocol=protocol)
    without_times = msgspec.structs.replace(artefacts, metrics=metrics)
    assert "at about the same time" not in text_of(without_times, tmp_path / "none")


def test_reasons_are_explained_unless_they_are_hidden(tmp_path):
    shown = tiny()
    build = msgspec.structs.replace(shown.build, config={**shown.build.config, "hide_rated": True})
    assert '"#why"' in text_of(shown, tmp_path / "shown")
    assert '"#why"' not in text_of(msgspec.structs.replace(shown, build=build), tmp_path / "hidden")


@pytest.mark.parametrize("hide_rated", [False, True])
def test_where_no_rated_item_may_be_named_none_is_said_to_be(tmp_path, hide_rated):
    artefacts = tiny()
    settings = {**artefacts.build.config, "named_items": "none", "hide_rated": hide_rated}
    unnamed = msgspec.structs.replace(
        artefacts,
        build=msgspec.structs.replace(artefacts.build, config=settings),
        recommendations=msgspec.structs.replace(artefacts.recommendations, max_named=0),
    )
    text = text_of(unnamed, tmp_path)
    assert "None of the films a user has rated is named, neither as a hit nor as a reason." in text
    assert "at most 0" not in text.lower()


@pytest.mark.parametrize("name", ["base", "deep"])
def test_reasons_are_explained_for_the_models_of_the_site_alone(tmp_path, name):
    why = text_of(tiny((name,)), tmp_path).partition('id="why"')[2].partition("<h2")[0]
    assert ["Base has no history" in why, "Each film that deep" in why] == [name == "base", name == "deep"]


def about(n_items: int) -> tuple[int, int]:
    artefacts = tiny()
    first = artefacts.items.items[0]
    items = [*artefacts.items.items, *(msgspec.structs.replace(first, id=f"x{n}", n_train=1) for n in range(n_items))]
    artefacts = msgspec.structs.replace(artefacts, items=msgspec.structs.replace(artefacts.items, items=items))
    context = about_context(site_data(artefacts), PageHead("about.html", "About", "", "about.html", ""))
    return context.n_rated, context.n_head


def test_a_large_catalogue_is_one_of_which_ease_is_not_of_all_items(tmp_path):
    assert "EASE is computed for" not in text_of(tiny(), tmp_path)
    n_rated, n_head = about(0)
    assert n_rated < n_head == linear.HEAD
    assert about(n_head) == (n_rated + n_head, n_head)


EASE, FACTORISED = "EASE, cut to its leading directions", "factorised by"


@pytest.mark.parametrize(("unobserved", "start"), [(0.0, EASE), (0.2, FACTORISED)])
def test_where_deep_starts_is_what_it_was_trained_with(tmp_path, unobserved, start):
    artefacts = tiny()
    deep = artefacts.build.models["deep"]
    deep = msgspec.structs.replace(deep, settings={**deep.settings, "unobserved": unobserved})
    build = msgspec.structs.replace(artefacts.build, models={**artefacts.build.models, "deep": deep})
    text = text_of(msgspec.structs.replace(artefacts, build=build), tmp_path)
    assert {sentence for sentence in (EASE, FACTORISED) if sentence in text} == {start}


def test_a_computed_setting_is_shown_without_what_rounding_added(tmp_path):
    artefacts = tiny()
    deep = msgspec.structs.replace(artefacts.build.models["deep"], settings={"learning_rate": 0.00022000000000000003})
    build = msgspec.structs.replace(artefacts.build, models={**artefacts.build.models, "deep": deep})
    text = text_of(msgspec.structs.replace(artefacts, build=build), tmp_path)
    assert re.search(r"deep\.learning_rate\W.{0,40}\D0\.00022\b", text, re.DOTALL)
    assert "0.000220" not in text


def test_settings_are_shown_as_a_person_writes_them(tmp_path):
    artefacts = tiny()
    settings = {"negatives": 10000, "layers": ["base", 4096], "shuffle": True}
    deep = msgspec.structs.replace(artefacts.build.models["deep"], settings=settings)
    build = msgspec.structs.replace(artefacts.build, models={"deep": deep})
    data = site_data(msgspec.structs.replace(artefacts, build=build))
    shown = dict(about_context(data, PageHead("about.html", "About", "", "about.html", "")).settings)
    assert [shown[f"deep.{name}"] for name in settings] == ["10,000", "base, 4,096", "yes"]


SHAPES = {
    "base": {"base.user.table": [3, 2], "base.item.table": [5, 2], "base.bias.table": [5, 1]},
    "deep": {
        "deep.pool.table": [5, 2],
        "deep.item.table": [5, 2],
        "deep.user_mlp.inner.weight": [2, 4],
        "deep.user_mlp.outer.weight": [4, 2],
        "deep.item_mlp.inner.weight": [5, 4],
        "deep.item_mlp.outer.weight": [4, 2],
    },
}
WORKED = WorkedScore(
    user="constructor",
    item="1",
    user_numbers=[0.5, -1.5],
    item_numbers=[2.0, 0.5],
    products=[1.0, -0.75],
    rest=0.3125,
    bias=0.125,
    score=0.6875,
)


def with_shapes(n_towers: int = 1) -> Artefacts:
    artefacts = tiny()
    models = {
        name: msgspec.structs.replace(summary, shapes=SHAPES[name], n_towers=n_towers)
        for name, summary in artefacts.build.models.items()
    }
    return msgspec.structs.replace(artefacts, build=msgspec.structs.replace(artefacts.build, models=models))


def with_worked(**scores: WorkedScore) -> Artefacts:
    artefacts = tiny()
    recommendations = msgspec.structs.replace(artefacts.recommendations, worked_scores=scores)
    return msgspec.structs.replace(artefacts, recommendations=recommendations)


def test_the_towers_are_drawn_in_the_shapes_of_the_build_with_the_same_in_words(tmp_path):
    base, deep = re.findall(r'<svg [^>]*aria-label="([^"]*)">(.*?)</svg>', text_of(with_shapes(), tmp_path), re.S)
    for alternative, content in (base, deep):
        for text in re.findall(r"<text[^>]*>(.*?)</text>", content):
            assert text in alternative
    assert "vectors of users, 3 × 2; user vector, 2 numbers;" in base[0]
    assert "vectors of films, 5 × 2; film vector, 2 numbers;" in base[0]
    assert "the user’s films, weights of 5; sum of their vectors, 5 × 2; neural network, 2 → 4 → 2;" in deep[0]
    assert "vectors of films, 5 × 2; neural network, 2 + 3 → 4 → 2; film vector" in deep[0]


@pytest.mark.parametrize(("n_towers", "is_said"), [(1, False), (2, True)])
def test_other_towers_are_mentioned_where_there_are_some(tmp_path, n_towers, is_said):
    assert ("another pair of towers, which" in text_of(with_shapes(n_towers), tmp_path)) == is_said


def test_a_site_without_shapes_or_scores_has_neither(tmp_path):
    text = text_of(tiny(), tmp_path)
    assert "<svg" not in text
    assert 'id="score"' not in text


def test_a_score_is_worked_through_in_numbers_that_add_up(tmp_path):
    text = text_of(with_worked(base=msgspec.structs.replace(WORKED, score=9.0), deep=WORKED), tmp_path, "users")
    (table,) = re.findall(r'<table class="worked">.*?</table>', text, re.S)
    rows = [
        [float(number.replace("−", "-")) for number in re.findall(r'<td class="num">([^<]*)<', row)]
        for row in table.split("<tr>")[2:]
    ]
    assert [row[-1] for row in rows] == [1.0, -0.75, 0.3125, 0.125, 0.6875]
    assert all(user * item == product for user, item, product in rows[:2])
    assert sum(row[-1] for row in rows[:-1]) == rows[-1][-1]
    assert "user <a href=\"users/constructor.html\"><bdi>constructor</bdi></a>, Deep gives" in text
    assert "<script>alert" not in text


def test_the_score_of_another_model_is_shown_where_the_last_has_none(tmp_path):
    assert "Base gives the highest score" in text_of(with_worked(base=WORKED), tmp_path, "users")


def test_no_user_is_mentioned_on_a_site_without_pages_of_users(tmp_path):
    assert 'id="score"' not in text_of(with_worked(deep=WORKED), tmp_path)


def with_noun(noun: Noun) -> Artefacts:
    artefacts = with_shapes()
    build = artefacts.build
    presentation = msgspec.structs.replace(build.presentation, item=noun)
    return msgspec.structs.replace(artefacts, build=msgspec.structs.replace(build, presentation=presentation))


@pytest.mark.parametrize("noun", ["x" * 40, "piece & part of a very long description"])
def test_a_long_noun_is_wrapped_within_the_boxes_of_the_towers(tmp_path, noun):
    text = text_of(with_noun(Noun(one=noun, many=f"{noun[:-1]}s")), tmp_path)
    pictures = re.findall(r"<svg [^>]*>(.*?)</svg>", text, re.S)
    assert len(pictures) == 2
    for attributes, line in re.findall(r"<text([^>]*)>(.*?)</text>", "".join(pictures)):
        n_fit = 51 if 'x="170"' in attributes else 27
        assert len(html.unescape(line)) <= n_fit
    assert any('class="small"' in picture for picture in pictures)
