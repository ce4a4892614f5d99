from __future__ import annotations

import html
import re

import msgspec
import pytest

from recsys.errors import OutputError
from recsys.schema import Artefacts, Interval, Mean, UserDifference
from recsys.site.charts.compare import Series, dots_by_group, leaderboard, overlap_chart
from recsys.site.context import Model, PageHead
from recsys.site.output.jinja import p_value, signed, term
from recsys.site.pages.compare import CompareContext, compare_context
from tests.site.charts.test_charts import all_columns, columns
from tests.site.tiny import STRINGS, discovered, model_metrics, render_html, site_data, tiny

ALS, BASE, DEEP = Model("als", "ALS"), Model("base", "Base"), Model("deep", "Deep")


def context(artefacts: Artefacts) -> CompareContext:
    return compare_context(site_data(artefacts), PageHead("compare.html", "Compare", "", "compare.html", ""))


def with_metrics(n_evaluated: int = 20, **changes) -> Artefacts:
    """The tiny artefacts with other values in ``metrics.json``, as if measured on enough users to tell."""
    metrics = msgspec.structs.replace(tiny().metrics, **changes)
    protocol = msgspec.structs.replace(metrics.protocol, n_evaluated=n_evaluated)
    return msgspec.structs.replace(tiny(), metrics=msgspec.structs.replace(metrics, protocol=protocol))


def text_of(artefacts: Artefacts, folder) -> str:
    return html.unescape((render_html(artefacts, folder, "compare", "users") / "compare.html").read_text("utf-8"))


def test_rows_are_ranked_by_ndcg_and_equals_keep_their_order():
    models = {"popularity": model_metrics(0.1), "base": model_metrics(0.3), "deep": model_metrics(0.3)}
    rows = context(with_metrics(models=models)).rows
    assert [row.model.name for row in rows] == ["base", "deep", "popularity"]


def test_a_row_has_the_chosen_settings_and_the_number_of_trials():
    row = context(tiny()).rows[0]
    assert (row.settings, len(row.metrics.trials)) == ("l2 300", 2)


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(0.01, 0.2, "ahead"), (-0.2, -0.01, "behind"), (-0.1, 0.1, "level"), (0, 1, "level")]
)
def test_deep_is_ahead_or_behind_if_the_interval_excludes_zero(low, high, verdict):
    first, _ = tiny().metrics.comparisons
    difference = msgspec.structs.replace(first.difference, low=low, high=high)
    changed = with_metrics(comparisons=[msgspec.structs.replace(first, difference=difference)])
    assert context(changed).comparisons[0].verdict == verdict


@pytest.mark.parametrize(("n_evaluated", "verdicts"), [(19, ["few", "few"]), (20, ["level", "ahead"])])
def test_with_fewer_than_twenty_users_no_model_is_called_better(tmp_path, n_evaluated, verdicts):
    artefacts = with_metrics(n_evaluated)
    assert [pair.verdict for pair in context(artefacts).comparisons] == verdicts
    text = text_of(artefacts, tmp_path)
    claimed = [words for words in ("ahead of</span>", "level with</span>", "is called ahead") if words in text]
    assert claimed == ([] if n_evaluated < 20 else ["ahead of</span>", "level with</span>", "is called ahead"])
    assert text.count("too few to tell") == (2 if n_evaluated < 20 else 0)


def test_the_shares_of_a_comparison_are_of_all_users():
    comparison = msgspec.structs.replace(tiny().metrics.comparisons[0], won=5, tied=2, lost=1)
    assert context(with_metrics(comparisons=[comparison])).comparisons[0].shares == (62.5, 25, 12.5)


def test_groups_have_their_spans_and_sizes():
    page = context(tiny())
    assert [(head.name, head.span, head.n_users) for head in page.activity.heads] == [
        ("Few", "1–4", 1), ("Many", "5–1,200", 1)
    ]  # fmt: skip
    assert [(head.span, head.rated) for head in page.taste.heads] == [("2–10", 7.25), ("20", 20.5)]


def test_groups_are_called_the_same_in_chart_and_table():
    page = context(tiny())
    for grouped in (page.activity, page.taste):
        assert set(all_columns(grouped.chart)[-1]["group"]) == {head.name for head in grouped.heads}


def test_the_page_shows_every_part(tmp_path):
    text = text_of(with_metrics(), tmp_path)
    assert re.findall(r'data-chart="(\w+)"', text) == [
        "leaderboard", "new_users", "overlap", "activity", "taste", "discovery_novelty", "discovery_coverage",
    ]  # fmt: skip
    assert text.count("<figure") == text.count("<figcaption") == 7
    for words in ("ahead of", "level with", "<\u202f0.001", "0.250", "+0.0100", "EASE</strong> was not computed"):
        assert words in text, words
    assert "<b>here</b>" not in (tmp_path / "compare.html").read_text("utf-8")


def test_the_numbers_of_discovery_are_in_a_table_too(tmp_path):
    text = text_of(tiny(), tmp_path)
    table = text[text.index('aria-label="nDCG, novelty and coverage by discovery"') :].partition("</table>")[0]
    rows = [re.findall("<td[^>]*>([^<]*)", row) for row in re.findall("<tr><th scope=\"row\">.*", table)]
    assert rows == 2 * [
        ["0.0", "0.200", "2.00", "25.0%"],
        ["0.5", "0.150", "2.50", "37.5%"],
        ["1.0", "0.100", "3.00", "50.0%"],
    ]
    assert "The lists on this site" not in text
    assert "The lists on this site’s pages are those at 0.25" in text_of(discovered(0.25), tmp_path / "discovered")


def test_every_formula_of_the_protocol_is_on_the_page(tmp_path):
    text = text_of(tiny(), tmp_path)
    protocol = tiny().metrics.protocol
    for words in (protocol.split_rule, protocol.relevant, protocol.candidates, protocol.ties,
                  protocol.bootstrap.method, *protocol.metrics.values()):  # fmt: skip
        assert words in text


def test_without_deep_there_are_no_comparisons_and_no_link_to_them(tmp_path):
    text = text_of(tiny(("base",)), tmp_path)
    assert "duels" not in text
    assert 'data-chart="activity"' in text


def test_what_was_not_measured_is_left_out(tmp_path):
    full = tiny()
    models = {
        name: msgspec.structs.replace(
            row, beyond={**row.beyond, "diversity": Mean(None)}, by_activity=[], recommended_popularity=[]
        )
        for name, row in full.metrics.models.items()
    }
    text = text_of(with_metrics(models=models, groups=None), tmp_path)
    assert "data-chart" in text and 'data-chart="activity"' not in text and 'data-chart="taste"' not in text
    assert "Genres are not known here" in text


def test_a_single_group_is_not_shown():
    groups = tiny().metrics.groups
    alone = msgspec.structs.replace(groups, activity=groups.activity[:1], taste=groups.taste[:1])
    page = context(with_metrics(groups=alone))
    assert (page.activity, page.taste) == (None, None)


def test_without_metrics_the_page_says_so_and_loads_no_bokeh(tmp_path):
    text = text_of(tiny(("base",), measured=False), tmp_path)
    assert "No metrics were measured" in text
    assert "bokeh" not in text


def test_lists_can_be_compared_where_nothing_was_measured(tmp_path):
    text = text_of(tiny(measured=False), tmp_path)
    assert "No metrics were measured" in text
    assert re.findall(r'data-chart="(\w+)"', text) == ["overlap"]
    assert "bokeh" in text and "Who gains and loses" not in text


def test_agreement_is_a_histogram_and_two_figures(tmp_path):
    text = text_of(tiny(), tmp_path)
    assert "0.300<small" in text and "0.400<small" in text and "0.360–0.440" in text
    assert '<td class="num">1</td><td class="num">2</td><td class="num">100.0%</td>' in text
    assert "each rank 0.9 times the one above it" in text


def test_without_two_models_there_is_no_section_on_agreement(tmp_path):
    assert context(tiny(("deep",))).agreement is None
    nobody = msgspec.structs.replace(tiny().metrics.agreement, n_users=0, overlap=[0, 0, 0])
    assert context(with_metrics(agreement=nobody)).agreement is None
    assert "two models agree" not in text_of(tiny(("deep",)), tmp_path)


def test_users_who_gain_and_lose_most_are_links_with_both_scores(tmp_path):
    text = text_of(tiny(), tmp_path)
    rows = re.findall(r'<th scope="row"><a href="(users/[^"]+)">.*?</a></th>(.*?)</tr>', text)
    assert [(href, re.findall(r">([^<>]+)</td>", cells)) for href, cells in rows] == [
        ("users/1.html", ["0.250", "0.750", "+0.500"]),
        ("users/constructor.html", ["0.750", "0.500", "−0.250"]),
    ]


def test_a_side_without_users_says_so_and_without_any_users_the_section_is_left_out(tmp_path):
    one_side = text_of(with_metrics(least_helped=[]), tmp_path / "one")
    assert "Deep is behind base for nobody" in one_side and "Deep is ahead of base for nobody" not in one_side
    assert "Who gains and loses" not in text_of(with_metrics(most_helped=[], least_helped=[]), tmp_path / "none")


def test_an_unknown_user_in_the_metrics_is_an_error():
    with pytest.raises(OutputError, match=r"user 'ghost' is mentioned in metrics\.json but not in"):
        context(with_metrics(most_helped=[UserDifference("ghost", {"base": 0.0, "deep": 1.0})]))


def test_optional_fields_of_the_metrics_may_be_absent(tmp_path):
    full = tiny()
    optional = {"groups", "comparisons", "skipped", "agreement", "most_helped", "least_helped"}
    content = {key: value for key, value in msgspec.to_builtins(full.metrics).items() if key not in optional}
    for row in content["models"].values():
        for key in ("by_activity", "recommended_popularity", "settings", "trials"):
            del row[key]
    metrics = msgspec.convert(content, type(full.metrics))
    assert "Leaderboard" in text_of(msgspec.structs.replace(full, metrics=metrics), tmp_path)


def test_the_leaderboard_holds_each_model_with_its_interval_best_on_top():
    series = [Series(ALS, (Interval(0.2, 0.1, 0.3),)), Series(BASE, (Interval(0.1, 0.05, 0.2),))]
    chart = leaderboard(series, 10)
    assert {name: values for name, values in columns(chart).items() if not name.startswith("_")} == {
        "model": ["ALS", "Base"], "ndcg": [0.2, 0.1], "low": [0.1, 0.05], "high": [0.3, 0.2]
    }  # fmt: skip
    assert '"factors":["Base","ALS"]' in chart.json  # from the bottom
    assert chart.height > leaderboard(series[:1], 10).height


def test_dots_of_a_group_are_side_by_side_in_the_order_of_the_models():
    series = [Series(model, (1.0, 2.0)) for model in (ALS, BASE, DEEP)]
    chart = dots_by_group("x", ["few", "many"], series, "height", "height", reference=("theirs", [1.5, 2.5]))
    reference, dots = all_columns(chart)
    assert dots["model"] == ["ALS", "ALS", "Base", "Base", "Deep", "Deep"]
    assert dots["group"] == ["few", "many"] * 3
    assert dots["_position"] == [-0.35, 0.65, 0, 1, 0.35, 1.35]
    assert dots["_variable"] == ["--m-als"] * 2 + ["--m-base"] * 2 + ["--m-deep"] * 2
    assert (reference["model"], reference["height"]) == (["theirs"] * 2, [1.5, 2.5])
    assert "--gold" in chart.json


def test_the_overlap_is_a_bar_for_each_number_of_shared_films():
    chart = overlap_chart([3, 0, 5], STRINGS)
    data = columns(chart)
    assert (data["in_both"], data["users"]) == ([0, 1, 2], [3, 0, 5])
    assert "--gold" in chart.json
    assert overlap_chart([0, 0], STRINGS) is None


def test_a_single_model_is_drawn_in_the_middle_and_no_model_gives_no_chart():
    chart = dots_by_group("x", ["few"], [Series(BASE, (1.0,))], "height", "height")
    assert columns(chart)["_position"] == [0]
    assert dots_by_group("x", ["few"], [], "height", "height") is None
    assert leaderboard([], 10) is None


def test_a_model_that_hits_nothing_can_be_drawn():
    assert leaderboard([Series(BASE, (Interval(0.0, 0.0, 0.0),))], 10) is not None


def test_filters_format_differences_and_p_values():
    assert [signed(value, 3) for value in (0.01, -0.01, 0.0, -0.0001)] == ["+0.010", "−0.010", "0.000", "0.000"]
    assert (p_value(0.00099), p_value(0.25)) == ("<\u202f0.001", "0.250")
    assert [term(name) for name in ("rbo", "by_activity", "p")] == ["RBO", "By activity", "p"]


def test_a_metric_that_the_page_does_not_know_is_shown_with_its_label_and_formula(tmp_path):
    full = tiny()
    protocol = full.metrics.protocol
    protocol = msgspec.structs.replace(
        protocol,
        labels={**protocol.labels, "hit_rate": "Hit rate", "length": "Length"},
        metrics={**protocol.metrics, "hit_rate": "1 if <any> hit", "length": "items in a list"},
    )
    models = dict(full.metrics.models)
    base = models["base"]
    models["base"] = msgspec.structs.replace(
        base,
        accuracy={**base.accuracy, "hit_rate": Interval(0.625, 0.5, 0.75)},
        beyond={**base.beyond, "length": Mean(9.5)},
    )
    text = text_of(with_metrics(protocol=protocol, models=models), tmp_path)
    for expected in ("Hit rate</th>", "0.625<small", "<dd>1 if <any> hit</dd>", "Length</th>", "9.500</td>"):
        assert expected in text, expected
    assert text.count('<td class="num">–</td>') == 2 * (len(models) - 1)


def test_recall_is_explained_by_the_length_of_the_lists_alone(tmp_path):
    assert "A list of 2 can find 2 of them at most" in text_of(tiny(), tmp_path)
