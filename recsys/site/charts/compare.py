"""The figures of the page that compares: models as dots with their intervals, shared films as bars.

Drawn as in :mod:`recsys.site.charts.training`; colours come from the style sheet by a tag. Must not know of files or
templates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recsys.site.charts.bokeh_json import chart
from recsys.site.charts.training import plain_figure
from recsys.site.context import Chart, Model

if TYPE_CHECKING:
    from bokeh.plotting import figure as Figure  # noqa: N812  (a class by another name)

ROW_HEIGHT, AXIS_HEIGHT, GROUP_HEIGHT, OVERLAP_HEIGHT = 34, 66, 340, 260
_SPREAD = 0.7
"""Share of a group's width that its dots take."""
_BESIDE = 0.07
"""Of the way to the next stage: by so much the dots of two curves stand apart, that their spans can be told."""


@dataclass(frozen=True)
class Dot:
    """A value, and the ends of its interval where it has one."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Series:
    """One model's dots, one a group."""

    model: Model
    dots: tuple[Dot, ...]
    aside: bool = False
    """A second look at another model, in its colour: hollow dots, a dashed line."""


def leaderboard(series: Sequence[Series], k: int) -> Chart | None:
    """Models below each other, the first on top, each a dot with its interval; None without any."""
    if not series:
        return None
    height = AXIS_HEIGHT + ROW_HEIGHT * len(series)
    names = [one.model.label for one in series]
    end = 1.06 * max(one.dots[0].high or one.dots[0].value for one in series) or 1.0
    plot = plain_figure(height, tools="", toolbar_location=None, y_range=names[::-1], x_range=(0, end))
    plot.ygrid.visible = False
    plot.xaxis.axis_label = f"nDCG@{k}"
    for one in series:
        _draw(plot, one, names, [one.model.label], upright=False)
    return chart("leaderboard", plot, height)


def dots_by_group(
    name: str,
    groups: Sequence[str],
    series: Sequence[Series],
    label: str,
    reference: Sequence[float] | None = None,
) -> Chart | None:
    """Groups side by side, in each a dot a model, in the order of ``series``.

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
    end = 1.06 * max([dot.high or dot.value for one in series for dot in one.dots] + list(reference or [])) or 1.0
    plot = _group_figure(groups, (0, end), label)
    if reference is not None:
        ends = [(place - 0.42, place + 0.42) for place in range(len(groups))]
        line = plot.segment([a for a, _ in ends], reference, [b for _, b in ends], reference, line_width=2)
        line.glyph.line_dash = "dashed"
        line.tags = ["--gold"]
    step = _SPREAD / max(1, len(series) - 1)
    for row, one in enumerate(series):
        left = -_SPREAD / 2 + row * step if len(series) > 1 else 0.0
        _draw(plot, one, groups, [round(place + left, 4) for place in range(len(groups))], upright=True)
    return chart(name, plot, GROUP_HEIGHT)


def curves(name: str, stages: Sequence[str], series: Sequence[Series], label: str, axis: str) -> Chart | None:
    """A line a model through stages from left to right, its dots beside those of the others.

    Args:
        name: of the chart on its page.
        stages: their names, from left to right.
        series: the models, a dot a stage.
        label: what the height of a dot means.
        axis: what the stages are.

    Returns:
        None without a model.
    """
    if not series:
        return None
    low = min(dot.value if dot.low is None else dot.low for one in series for dot in one.dots)
    high = max(dot.value if dot.high is None else dot.high for one in series for dot in one.dots)
    margin = 0.08 * (high - low) or 0.1
    plot = _group_figure(stages, (max(0.0, low - margin), high + margin), label)
    plot.xaxis.axis_label = axis
    for row, one in enumerate(series):
        shift = _BESIDE * (row - (len(series) - 1) / 2)
        places = [round(stage + shift, 4) for stage in range(len(stages))]
        line = plot.line(places, [dot.value for dot in one.dots], line_width=2, line_alpha=0.8)
        line.glyph.line_dash = "dashed" if one.aside else "solid"
        line.tags = [f"--{one.model.name}"]
        _draw(plot, one, stages, places, upright=True)
    return chart(name, plot, GROUP_HEIGHT)


def overlap_chart(overlap: Sequence[int]) -> Chart | None:
    """A bar for each number of films that two lists may share, as high as there are users; None without any."""
    if not any(overlap):
        return None
    from bokeh.models import BasicTicker, ColumnDataSource, HoverTool

    ranges = {"x_range": (-0.6, len(overlap) - 0.4), "y_range": (0, 1.06 * max(overlap))}
    plot = plain_figure(OVERLAP_HEIGHT, tools="", toolbar_location=None, **ranges)
    plot.xgrid.visible = False
    plot.xaxis.ticker = BasicTicker(mantissas=[1, 2, 5], min_interval=1, desired_num_ticks=len(overlap))
    plot.yaxis.ticker = BasicTicker(mantissas=[1, 2, 5], min_interval=1)  # there is no half a user
    plot.xaxis.axis_label, plot.yaxis.axis_label = "films in both lists", "users"
    source = ColumnDataSource({"shared": list(range(len(overlap))), "users": list(overlap)})
    bars = plot.vbar("shared", top="users", source=source, width=0.84)
    bars.tags = ["--gold"]
    plot.add_tools(HoverTool(renderers=[bars], tooltips=[("films in both", "@shared"), ("users", "@users")]))
    return chart("overlap", plot, OVERLAP_HEIGHT)


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
    plot: Figure, series: Series, groups: Sequence[str], places: Sequence[float] | Sequence[str], upright: bool
) -> None:
    """A model's intervals and, over them, its dots."""
    from bokeh.models import ColumnDataSource, HoverTool

    columns: dict[str, Any] = {
        "place": list(places),
        "group": list(groups)[: len(places)],
        "value": [dot.value for dot in series.dots],
        "low": [dot.value if dot.low is None else dot.low for dot in series.dots],
        "high": [dot.value if dot.high is None else dot.high for dot in series.dots],
        "model": [series.model.label] * len(places),
    }
    source = ColumnDataSource(columns)
    ends = ("place", "low", "place", "high") if upright else ("low", "place", "high", "place")
    interval = plot.segment(*ends, source=source, line_width=2.5, line_alpha=0.55, line_cap="round")
    dots = plot.scatter(*(("place", "value") if upright else ("value", "place")), source=source, size=10)
    if series.aside:
        dots.glyph.update(fill_alpha=0.0, line_width=2)
    interval.tags = dots.tags = [f"--{series.model.name}"]
    shown = [("", "@model"), *([("", "@group")] if upright else []), ("", _shown(series.dots[0]))]
    plot.add_tools(HoverTool(renderers=[dots], tooltips=shown))


def _shown(dot: Dot) -> str:
    return "@value{0.0}" if dot.low is None else "@value{0.0000} (@low{0.0000}–@high{0.0000})"
