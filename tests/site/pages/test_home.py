"""The front page says what the site is, shows an example, and lets visitors rate items, as far as there is any."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from recsys.schema import Artefacts
from recsys.site.context import PageHead
from recsys.site.pages.home import HomeContext, home_context
from recsys.site.pages.wanted import OPTIONAL_PAGES
from tests.site.markup import Page
from tests.site.tiny import deep_tower, nothing, render_html, site_data, tiny, with_pages

HEAD = PageHead("index.html", "title", "description", "index.html", "")


def context(artefacts: Artefacts) -> HomeContext:
    return home_context(site_data(artefacts), HEAD)


def home(artefacts: Artefacts, folder: Path, *pages: str) -> Page:
    return Page(render_html(artefacts, folder, *pages) / "index.html")


def with_starters(*rows: int) -> Artefacts:
    return msgspec.structs.replace(tiny(), deep_tower=msgspec.structs.replace(deep_tower(), starters=list(rows)))


def without_rated() -> Artefacts:
    """As the setting hide_rated exports it."""
    base = tiny()
    users = {
        id_: msgspec.structs.replace(user, rated=[]) for id_, user in base.recommendations.users.items()
    }
    return msgspec.structs.replace(base, recommendations=msgspec.structs.replace(base.recommendations, users=users))


def test_the_sections_are_in_the_order_in_which_a_visitor_needs_them(tmp_path):
    page = home(tiny(), tmp_path, "rate", "users", "compare")
    headings = ["example", "try-heading", "for-you", "how-good", "begin"]
    assert [id_ for id_ in page.ids if id_ in headings] == headings


def test_one_button_stands_out_and_leads_to_the_items_to_rate(tmp_path):
    page = home(tiny(), tmp_path, "rate", "users")
    assert page.text.count("button primary") == 1
    assert re.search(r'class="button primary" href="#try">Rate a few films<', page.text)
    assert "try" in page.ids


def test_six_items_at_most_are_to_be_rated(tmp_path):
    assert [starter.id for starter in context(with_starters(1, 0)).starters] == ["f/2", "1"]
    assert len(context(with_starters(0, 1, 2, 3, 4, 0, 1)).starters) == 6
    assert len(re.findall("data-item=", home(with_starters(4, 2), tmp_path, "rate").text)) == 2


def test_the_script_is_loaded_where_there_is_something_to_rate(tmp_path):
    loads = [load.partition("?")[0] for load in home(tiny(), tmp_path, "rate").loads]
    assert {"assets/home.js", "assets/rating.css", "assets/home.css"} <= {*loads}
    assert "assets/rate.js" not in loads


@pytest.mark.parametrize("artefacts", [tiny(("base",)), with_pages(tiny(), "users"), with_starters()], ids=str)
def test_without_an_answer_nothing_is_to_be_rated_and_the_button_leads_to_a_user(artefacts, tmp_path):
    page = Page(render_html(artefacts, tmp_path, "users") / "index.html")
    assert "data-try" not in page.text
    assert re.search(r'class="button primary" href="users.html" data-random', page.text)
    assert [load for load in page.loads if "home.js" in load] == []
    assert "See what" in page.text


def test_the_example_shows_what_was_liked_and_recommended_with_a_link_to_the_user(tmp_path):
    page = home(tiny(), tmp_path, "users")
    example = page.text[page.text.index('class="example"') : page.text.index("</section>")]
    links = re.findall(r"href=\"?([^\" >]+)", example)
    assert links[:3] == ["users/1.html", "items/1.html", "items/5.html"]
    assert len(links) == 5
    assert "items/4.html" in links
    assert "Of the 2 recommended, they went on to watch 0" in example


def test_a_hit_of_the_example_is_marked(tmp_path):
    example = home(tiny(("base",)), tmp_path, "users").text
    assert example.count("<b>watched later</b>") == 1
    assert "they went on to watch 1, measured on ratings the network never saw. The average is 1.0." in example


@pytest.mark.parametrize(
    "artefacts",
    [without_rated(), nothing(), with_pages(tiny(), "rate")],
    ids=["nothing liked", "nothing at all", "no users"],
)
def test_without_an_example_the_page_does_without(artefacts, tmp_path):
    assert context(artefacts).example is None
    page = Page(render_html(artefacts, tmp_path, *(artefacts.build.presentation.pages or ())) / "index.html")
    assert "example" not in page.text
    assert "What should you" in page.text


def test_where_nothing_was_hidden_the_example_is_not_judged(tmp_path):
    base = tiny(measured=False)
    users = {
        id_: msgspec.structs.replace(user, n_hidden=0) for id_, user in base.recommendations.users.items()
    }
    artefacts = msgspec.structs.replace(
        base, recommendations=msgspec.structs.replace(base.recommendations, users=users)
    )
    page = home(artefacts, tmp_path, "users", "rate")
    assert 'class="example"' in page.text
    assert "The average is" not in page.text


def test_all_but_popularity_are_compared_with_it():
    lifts = {bar.model.name: bar.lift for bar in context(tiny()).bars}
    assert lifts == {"base": pytest.approx(1), "deep": pytest.approx(1), "popularity": None}
    base = tiny()
    rows = {**base.metrics.models, "ease": base.metrics.models["popularity"]}
    artefacts = msgspec.structs.replace(base, metrics=msgspec.structs.replace(base.metrics, models=rows))
    assert {bar.model.name: bar.lift for bar in context(artefacts).bars}["ease"] == pytest.approx(0)


def test_a_gain_that_rounds_to_nothing_has_no_sign(tmp_path):
    base = tiny()
    popularity = base.metrics.models["popularity"]
    accuracy = popularity.accuracy["ndcg"]
    slightly_better = msgspec.structs.replace(accuracy, mean=accuracy.mean * 1.004)
    row = msgspec.structs.replace(popularity, accuracy={**popularity.accuracy, "ndcg": slightly_better})
    metrics = msgspec.structs.replace(base.metrics, models={**base.metrics.models, "ease": row})
    page = home(msgspec.structs.replace(base, metrics=metrics), tmp_path)
    assert '<span class="lift less">0%</span>' in page.text


def test_without_popularity_there_are_no_gains():
    base = tiny()
    rows = {name: row for name, row in base.metrics.models.items() if name != "popularity"}
    shown = context(msgspec.structs.replace(base, metrics=msgspec.structs.replace(base.metrics, models=rows)))
    assert [bar.lift for bar in shown.bars] == [None, None]
    assert not shown.gains


def test_every_page_is_within_reach(tmp_path):
    page = home(tiny(), tmp_path, *OPTIONAL_PAGES)
    main = page.text[page.text.index("<main") :]
    for name in OPTIONAL_PAGES:
        assert f'class="card" href="{name}.html"' in main, name


@pytest.mark.parametrize(
    ("split", "relevant_from", "clause"),
    [
        ("temporal", None, "the films its user went on to rate"),
        ("random", None, "the films its user has also rated"),
        ("temporal", 4.0, "the films its user went on to rate 4 or higher"),
        ("random", 4.0, "the films its user has also rated 4 or higher"),
    ],
)
def test_of_ratings_that_were_held_out_at_random_no_page_says_that_they_came_later(
    tmp_path, split, relevant_from, clause
):
    artefacts = tiny()
    protocol = msgspec.structs.replace(artefacts.metrics.protocol, split=split, relevant_from=relevant_from)
    metrics = msgspec.structs.replace(artefacts.metrics, protocol=protocol)
    folder = render_html(msgspec.structs.replace(artefacts, metrics=metrics), tmp_path, "compare")
    for name in ("index", "compare"):
        text = (folder / f"{name}.html").read_text("utf-8")
        assert f"begins with exactly {clause}." in text
        assert ("went on to" in text) is (split == "temporal")
