import json

from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from recsys.schema import EpochRecord
from recsys.site.charts.bokeh_json import chart, renumbered, script_json
from recsys.site.charts.training import Choice, loss_chart, ndcg_chart
from recsys.site.context import Model
from tests.site.tiny import HOSTILE, STRINGS, TITLES, history

BASE = Model("base", "Base")


def curves():
    return loss_chart(BASE, history(), 1, STRINGS)


def columns(chart):
    """The columns of the first data source that a chart holds."""
    return all_columns(chart)[0]


def all_columns(chart):
    """The columns of each data source that a chart holds."""
    return [dict(source["data"]["entries"]) for source in models_of(chart, "ColumnDataSource")]


def models_of(chart, name):
    """The attributes of all models of a type that a chart defines."""
    models = []

    def walk(value):
        if isinstance(value, dict):
            if value.get("name") == name and value.get("type") == "object":
                models.append(value["attributes"])
            value = list(value.values())
        if isinstance(value, list):
            for part in value:
                walk(part)

    walk(json.loads(chart.json))
    return models


def test_equal_figures_give_equal_json():
    assert curves().json == curves().json


def test_ids_count_from_one_in_order_of_appearance():
    item = {"root_id": "p900", "doc": {"roots": [{"type": "object", "id": "p900", "a": {"id": "p7"}}]}}
    assert renumbered(item) == {
        "root_id": "p1",
        "doc": {"roots": [{"type": "object", "id": "p1", "a": {"id": "p2"}}]},
    }
    assert list(renumbered(item)) == ["root_id", "doc"]


def test_a_title_that_looks_like_an_id_is_kept():
    plot = figure()
    plot.scatter("x", "x", source=ColumnDataSource({"x": [0] * 5, "title": list(TITLES)}))
    assert columns(chart("items", plot, 100))["title"] == list(TITLES)


def test_chart_json_cannot_end_its_script_element():
    assert "<" not in curves().json
    assert json.loads(script_json({"title": HOSTILE})) == {"title": HOSTILE}


def test_the_chart_of_losses_holds_every_epoch_and_leaves_gaps_where_nothing_was_measured():
    data = columns(curves())
    assert data["train_loss"] == [2.0, 1.5]
    assert data["validation_loss"][0] == 2.1
    assert data["validation_loss"][1] == {"type": "number", "value": "nan"}


def test_without_validation_there_is_only_the_training_loss():
    records = [EpochRecord(epoch=1, train_loss=2.0, validation_loss=None, validation_ndcg=None)]
    assert list(columns(loss_chart(BASE, records, 1, STRINGS))) == ["epoch", "train_loss"]
    assert ndcg_chart(BASE, records, 1, None, STRINGS) is None


def test_the_band_reaches_from_the_best_down_by_its_standard_error_and_is_inside_the_chart():
    chart = ndcg_chart(BASE, history(), 2, Choice(epoch=1, ndcg=0.1, error=0.04, low=0.06), STRINGS)
    (band,) = models_of(chart, "HStrip")
    assert [band[end]["value"] for end in ("y0", "y1")] == [0.06, 0.1]
    (span,) = models_of(chart, "Span")
    assert span["location"] == 2
    heights = [value for value in models_of(chart, "Range1d") if value["end"] < 1]
    assert [(value["start"] < 0.06, value["end"] > 0.1) for value in heights] == [(True, True)]


def test_without_a_standard_error_there_is_no_band():
    assert models_of(ndcg_chart(BASE, history(), 1, None, STRINGS), "HStrip") == []


def test_nothing_to_draw_is_no_chart():
    assert loss_chart(BASE, [], 1, STRINGS) is None
    assert ndcg_chart(BASE, [], 1, None, STRINGS) is None


def test_bokeh_leaves_no_trace_in_a_plain_figure_of_the_same_process():
    figure()  # takes ids from the same counter
    assert curves().json == curves().json
