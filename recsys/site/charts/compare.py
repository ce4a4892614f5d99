"""The charts of the page that compares: models as dots with their intervals, shared items as bars.

Drawn as in :mod:`recsys.site.charts.training`; colours come from the style sheet by a tag.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recsys.schema import Interval
from recsys.site.charts.bokeh_json import chart
from recsys.site.charts.training import plain_figure
from recsys.site.context import Chart, Model
from recsys.site.strings import Strings

if TYPE_CHECKING:
    from bokeh.plotting import figure as Figure  # noqa: N812  (a class by another name)

ROW_HEIGHT, AXIS_HEIGHT, GROUP_HEIGHT, OVERLAP_HEIGHT, TRADEOFF_HEIGHT = 34, 66, 340, 260, 300
_MARGIN = 1.06
"""The axis ends this much above the largest value."""
_SPREAD = 0.7
"""Share of a group's width that its dots take."""
_SHIFT = 0.07
"""Share of the way to the next stage by which the dots of two curves are apart, so that intervals do not overlap."""


@dataclass(frozen=True)
class Series:
    """One model's values, one for each group, drawn as dots with their intervals."""

    model: Model
    values: tuple[Interval | float, ...]
    hollow: bool = False
    """A variant of another model, in its colour: hollow dots, a dashed line."""


@dataclass(frozen=True)
class Tradeoff:
    """One model's curve from its own lists, at discovery 0, to lists of less popular items."""

    model: Model
    amounts: tuple[float, ...]
    """Values of ``discovery``, ascending; what follows has a value for each."""
    gains: tuple[float, ...]
    ndcg: tuple[float, ...]


def leaderboard(series: Sequence[Series], k: int) -> Chart | None:
    """Models below each other, the first on top, each a dot with its interval; None without any."""
    if not series:
        return None
    height = AXIS_HEIGHT + ROW_HEIGHT * len(series)
    names = [row.model.label for row in series]
    end = _MARGIN * max(_ends(row.values[0])[1] for row in series) or 1.0
    plot = plain_figure(height, tools="", toolbar_location=None, y_range=names[::-1], x_range=(0, end))
    plot.ygrid.visible = False
    plot.xaxis.axis_label = f"nDCG@{k}"
    for row in series:
        _draw(plot, row, names, [row.model.label], upright=False)
    return chart("leaderboard", plot, height)


def dots_by_group(
    name: str,
    groups: Sequence[str],
    series: Sequence[Series],
    label: str,
    reference: Sequence[float] | None = None,
) -> Chart | None:
    """Groups side by side, each with one dot per model, in the order of ``series``.

    Args:
        name: of the chart on its page.
        groups: their names, from left to right.
        series: the models.
        label: what the height of a dot means.
        reference: a height in each group, drawn as a line across it.

    Returns:
        None without a model.
    """
    if not series:
        return None
    highest = max([_ends(value)[1] for row in series for value in row.values] + list(reference or []))
    plot = _group_figure(groups, (0, _MARGIN * highest or 1.0), label)
    if reference is not None:
        lefts, rights = ([group + half for group in range(len(groups))] for half in (-0.42, 0.42))
        line = plot.segment(lefts, reference, rights, reference, line_width=2)
        line.glyph.line_dash = "dashed"
        line.tags = ["--gold"]
    step = _SPREAD / max(1, len(series) - 1)
    for number, row in enumerate(series):
        offset = -_SPREAD / 2 + number * step if len(series) > 1 else 0.0  # a model alone is in the middle
        _draw(plot, row, groups, [round(group + offset, 4) for group in range(len(groups))], upright=True)
    return chart(name, plot, GROUP_HEIGHT)


def curves(name: str, stages: Sequence[str], series: Sequence[Series], label: str, axis: str) -> Chart | None:
    """One line per model through stages from left to right, its dots beside those of the others.

    Args:
        name: of the chart on its page.
        stages: their names, from left to right.
        series: the models, one value per stage.
        label: what the height of a dot means.
        axis: what the stages are.

    Returns:
        None without a model.
    """
    if not series:
        return None
    low = min(_ends(value)[0] for row in series for value in row.values)
    high = max(_ends(value)[1] for row in series for value in row.values)
    margin = 0.08 * (high - low) or 0.1
    plot = _group_figure(stages, (max(0.0, low - margin), high + margin), label)
    plot.xaxis.axis_label = axis
    for number, row in enumerate(series):
        shift = _SHIFT * (number - (len(series) - 1) / 2)  # the curves lie symmetrically around each stage
        positions = [round(stage + shift, 4) for stage in range(len(stages))]
        line = plot.line(positions, [_mean(value) for value in row.values], line_width=2, line_alpha=0.8)
        line.glyph.line_dash = "dashed" if row.hollow else "solid"
        line.tags = [f"--m-{row.model.name}"]
        _draw(plot, row, stages, positions, upright=True)
    return chart(name, plot, GROUP_HEIGHT)


def overlap_chart(overlap: Sequence[int], strings: Strings) -> Chart | None:
    """Users by the number of items that their two lists share, as bars; None without any user."""
    if not any(overlap):
        return None
    from bokeh.models import BasicTicker, ColumnDataSource, HoverTool

    ranges = {"x_range": (-0.6, len(overlap) - 0.4), "y_range": (0, _MARGIN * max(overlap))}
    plot = plain_figure(OVERLAP_HEIGHT, tools="", toolbar_location=None, **ranges)
    plot.xgrid.visible = False
    plot.xaxis.ticker = BasicTicker(mantissas=[1, 2, 5], min_interval=1, desired_num_ticks=len(overlap))
    plot.yaxis.ticker = BasicTicker(mantissas=[1, 2, 5], min_interval=1)  # there is no half a user
    users = strings.text("compare.axis_users")
    plot.xaxis.axis_label, plot.yaxis.axis_label = strings.text("compare.axis_in_both"), users
    source = ColumnDataSource({"shared": list(range(len(overlap))), "users": list(overlap)})
    bars = plot.vbar("shared", top="users", source=source, width=0.84)
    bars.tags = ["--gold"]
    tooltips = [(strings.text("compare.hover_in_both"), "@shared"), (users, "@users")]
    plot.add_tools(HoverTool(renderers=[bars], tooltips=tooltips))
    return chart("overlap", plot, OVERLAP_HEIGHT)


def tradeoff_chart(
    name: str, curves: Sequence[Tradeoff], gain: str, accuracy: str, strings: Strings
) -> Chart | None:
    """Accuracy upwards against what is gained to the right, a curve for each model, its start the largest dot.

    Args:
        name: of the chart on its page.
        curves: one for each model.
        gain: what is gained, in words.
        accuracy: what it costs, in words.
        strings: the texts of the interface.

    Returns:
        None without a model.
    """
    if not curves:
        return None
    from bokeh.models import ColumnDataSource, HoverTool

    plot = plain_figure(TRADEOFF_HEIGHT, tools="", toolbar_location=None)
    plot.xaxis.axis_label, plot.yaxis.axis_label = gain, accuracy
    all_dots: list[Any] = []
    for curve in curves:
        sizes = [14 if amount == 0 else 8 for amount in curve.amounts]
        columns: dict[str, Any] = {"amount": list(curve.amounts), "gain": list(curve.gains), "ndcg": list(curve.ndcg)}
        source = ColumnDataSource(columns | {"size": sizes, "model": [curve.model.label] * len(sizes)})
        line = plot.line("gain", "ndcg", source=source, line_width=2, line_alpha=0.8)
        dots = plot.scatter("gain", "ndcg", source=source, size="size")
        line.tags = dots.tags = [f"--m-{curve.model.name}"]
        all_dots.append(dots)
    amount = (strings.text("compare.discovery_amount"), "@amount{0.0}")
    tooltips = [("", "@model"), amount, (gain, "@gain{0.000}"), (accuracy, "@ndcg{0.0000}")]
    plot.add_tools(HoverTool(renderers=all_dots, tooltips=tooltips))
    return chart(name, plot, TRADEOFF_HEIGHT)


def _group_figure(groups: Sequence[str], heights: tuple[float, float], label: str) -> Figure:
    """Groups side by side, between two heights."""
    from bokeh.models import FixedTicker

    ranges = {"x_range": (-0.5, len(groups) - 0.5), "y_range": heights}
    plot = plain_figure(GROUP_HEIGHT, tools="", toolbar_location=None, **ranges)
    plot.xaxis.ticker = FixedTicker(ticks=list(range(len(groups))))
    plot.xaxis.major_label_overrides = dict(enumerate(groups))
    plot.xgrid.visible = False
    plot.yaxis.axis_label = label
    return plot


def _draw(
    plot: Figure, series: Series, groups: Sequence[str], positions: Sequence[float] | Sequence[str], upright: bool
) -> None:
    """A model's intervals and, over them, its dots."""
    from bokeh.models import ColumnDataSource, HoverTool

    columns: dict[str, Any] = {
        "place": list(positions),
        "group": list(groups)[: len(positions)],
        "value": [_mean(value) for value in series.values],
        "low": [_ends(value)[0] for value in series.values],
        "high": [_ends(value)[1] for value in series.values],
        "model": [series.model.label] * len(positions),
    }
    source = ColumnDataSource(columns)
    ends = ("place", "low", "place", "high") if upright else ("low", "place", "high", "place")
    interval = plot.segment(*ends, source=source, line_width=2.5, line_alpha=0.55, line_cap="round")
    dots = plot.scatter(*(("place", "value") if upright else ("value", "place")), source=source, size=10)
    if series.hollow:
        dots.glyph.update(fill_alpha=0.0, line_width=2)
    interval.tags = dots.tags = [f"--m-{series.model.name}"]
    has_interval = isinstance(series.values[0], Interval)
    value = "@value{0.0000} (@low{0.0000}–@high{0.0000})" if has_interval else "@value{0.0}"
    tooltips = [("", "@model"), *([("", "@group")] if upright else []), ("", value)]
    plot.add_tools(HoverTool(renderers=[dots], tooltips=tooltips))


def _mean(value: Interval | float) -> float:
    return value.mean if isinstance(value, Interval) else value


def _ends(value: Interval | float) -> tuple[float, float]:
    """Where the interval begins and ends; a value without one is both."""
    return (value.low, value.high) if isinstance(value, Interval) else (value, value)
