"""How good the lists are for new users, on the page that compares."""

from __future__ import annotations

import html
import re

import msgspec

from recsys.schema import Artefacts, Interval, Metrics
from recsys.site.charts.compare import Series, curves
from recsys.site.context import Model
from recsys.site.pages.cold_start import ColdStartView, cold_start_view
from tests.site.charts.test_charts import all_columns
from tests.site.tiny import STRINGS, new_users, render_html, site_data, tiny

DEEP, VARIANT = Model("deep", "Deep"), Model("deep_liked", "Deep, without ratings")


def view_of(metrics: Metrics) -> ColdStartView | None:
    return cold_start_view(metrics.new_users, "new_users", metrics.k, site_data(tiny()).catalogue, STRINGS)


def metrics(**changes) -> Metrics:
    """Those of the tiny artefacts with other values under ``new_users``."""
    return msgspec.structs.replace(tiny().metrics, new_users=msgspec.structs.replace(new_users(), **changes))


def text_of(artefacts: Artefacts, folder) -> str:
    return (render_html(artefacts, folder, "compare") / "compare.html").read_text("utf-8")


def with_metrics(changed: Metrics) -> Artefacts:
    return msgspec.structs.replace(tiny(), metrics=changed)


def test_a_figure_is_the_mean_of_the_draws_with_the_lowest_and_the_highest():
    view = view_of(metrics())
    assert [row.model.name for row in view.measured.rows] == ["deep", "deep_liked", "ease", "popularity"]
    first, last = view.measured.rows[2].values
    assert (first, last) == (Interval(0.45, 0.4, 0.5), Interval(0.75, 0.75, 0.75))
    assert [(head.name, head.span, head.n_users) for head in view.measured.heads] == [
        ("3", "films", 20), ("half", "of their films", 18)
    ]  # fmt: skip


def test_the_score_of_deep_is_also_given_as_a_share_of_that_of_ease():
    assert view_of(metrics()).shares == (("3", 0.55 / 0.45), ("half", 1.0))
    hopeless = {**new_users().models, "ease": [[0.0, 0.0], [0.75, 0.75]]}
    assert view_of(metrics(models=hopeless)).shares == (("half", 1.0),)


def test_the_page_shows_chart_table_penalties_and_protocol_and_escapes_what_came_from_outside(tmp_path):
    page = text_of(tiny(), tmp_path)
    assert "some are <b>new</b>" not in page
    text = html.unescape(page)
    section = text[text.index('id="new-users"') :].split("</section>")[0]
    assert 'data-chart="new_users"' in section
    for words in ("Deep, without ratings", "0.450<small", "0.400–0.500", "122.2% with 3 given", "300, 1,000",
                  "some are <b>new</b>.", "In each of two draws 10% of the users", "18 users"):  # fmt: skip
        assert words in section, words


def test_without_ease_nothing_is_compared_with_it_and_the_reason_is_shown(tmp_path):
    models = {name: rows for name, rows in new_users().models.items() if name != "ease"}
    without_ease = metrics(models=models, chosen={}, skipped={"ease": "too <i>large</i>"})
    page = text_of(with_metrics(without_ease), tmp_path)
    assert "share of EASE" not in page and "EASE’s l2" not in page
    assert "<strong>EASE</strong> was not computed: too &lt;i&gt;large&lt;/i&gt;." in page


def test_where_it_was_not_measured_the_page_says_how_to(tmp_path):
    full = tiny()
    page = text_of(with_metrics(msgspec.structs.replace(full.metrics, new_users=None)), tmp_path)
    assert 'data-chart="new_users"' not in page
    assert page.count("Not measured in this build: <code>marquee --evaluate-new-users</code>") == 1
    assert view_of(metrics(given=[], n_users=[], models={}, chosen={})) is None


def test_what_new_users_rated_first_has_a_chart_and_a_table_of_its_own_where_there_are_times(tmp_path):
    models = {"deep": [[0.25, 0.35], [0.1, 0.2]], "ease": [[0.2, 0.2], [0.3, 0.3]]}
    in_time = msgspec.structs.replace(new_users(), models=models)
    page = text_of(with_metrics(msgspec.structs.replace(metrics(), new_users_in_time=in_time)), tmp_path / "with")
    section = html.unescape(page[page.index('id="new-users"') :].split("</section>")[0])
    assert re.findall(r'data-chart="(new_users\w*)"', section) == ["new_users", "new_users_in_time"]
    for words in ("The first films in time", "0.300<small", "150.0% with 3 given", "In time: likewise"):
        assert words in section, words
    without = text_of(tiny(), tmp_path / "without")
    assert "The first films in time" not in without and "In time: likewise" not in without


def test_the_section_is_shown_also_where_nothing_was_held_out(tmp_path):
    full = tiny(("deep",), measured=False)
    only_new_users = msgspec.structs.replace(full.metrics, new_users=new_users())
    page = text_of(msgspec.structs.replace(full, metrics=only_new_users), tmp_path)
    assert "No metrics were measured" in page
    assert re.findall(r'data-chart="(\w+)"', page) == ["new_users"]
    assert "charts.js" in page


def test_each_model_has_a_line_and_a_variant_is_dashed_and_hollow():
    series = [
        Series(DEEP, (Interval(0.5, 0.4, 0.6), Interval(0.7, 0.6, 0.8))),
        Series(VARIANT, (Interval(0.4, 0.3, 0.5), Interval(0.6, 0.5, 0.7)), hollow=True),
    ]
    chart = curves("x", ["3", "half"], series, "height", "films")
    dots = all_columns(chart)[-1]
    position = dots["_position"]
    assert [round(position[2 + stage] - position[stage], 6) for stage in (0, 1)] == [0.07, 0.07]
    assert chart.json.count('"line_dash":[6]') == 1
    assert dots["_fill"] == [1, 1, 0, 0]
    assert dots["_variable"] == ["--m-deep"] * 2 + ["--m-deep_liked"] * 2
    assert chart.json.count('"tags":["--m-deep"]') == chart.json.count('"tags":["--m-deep_liked"]') == 1
    assert curves("x", ["3"], [], "height", "films") is None


def test_models_that_are_all_level_can_be_drawn():
    assert curves("x", ["3"], [Series(DEEP, (Interval(0.0, 0.0, 0.0),))], "height", "films") is not None
