"""The charts of the page that compares: models as dots with their intervals, shared items as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recsys.schema import Interval
from recsys.site.charts.bokeh_json import chart
from recsys.site.charts.figures import COLOUR, DATA, VARIABLE, bare, plain_figure
from recsys.site.context import Chart, Model
from recsys.site.language.strings import Strings

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
    plot = plain_figure(height, y_range=names[::-1], x_range=(0, end))
    plot.ygrid.visible = False
    plot.xaxis.axis_label = f"nDCG@{k}"
    _draw(plot, series, [[name] for name in names], "ndcg")
    return chart("leaderboard", plot, height)


def dots_by_group(
    name: str,
    groups: Sequence[str],
    series: Sequence[Series],
    label: str,
    quantity: str,
    reference: tuple[str, Sequence[float]] | None = None,
) -> Chart | None:
    """Groups side by side, each with one dot per model, in the order of ``series``.

    Args:
        name: of the chart on its page.
        groups: their names, from left to right.
        series: the models.
        label: what the height of a dot means.
        quantity: the same as the name of a column.
        reference: a height in each group, drawn as a line across it, and what it is called.

    Returns:
        None without a model.
    """
    if not series:
        return None
    heights = [_ends(value)[1] for row in series for value in row.values]
    highest = max([*heights, *(reference[1] if reference else ())])
    plot = _group_figure(groups, (0, _MARGIN * highest or 1.0), label)
    if reference is not None:
        _draw_reference(plot, groups, *reference, quantity)
    step = _SPREAD / max(1, len(series) - 1)
    offsets = [-_SPREAD / 2 + number * step if len(series) > 1 else 0.0 for number in range(len(series))]
    positions = [[round(group + offset, 4) for group in range(len(groups))] for offset in offsets]
    _draw(plot, series, positions, quantity, groups)
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
    all_positions = []
    for number, row in enumerate(series):
        shift = _SHIFT * (number - (len(series) - 1) / 2)  # the curves lie symmetrically around each stage
        positions = [round(stage + shift, 4) for stage in range(len(stages))]
        line = bare(plot.line(positions, [_mean(value) for value in row.values], line_width=2, line_alpha=0.8))
        line.glyph.line_dash = "dashed" if row.hollow else "solid"
        line.tags = [f"--m-{row.model.name}"]
        all_positions.append(positions)
    _draw(plot, series, all_positions, "ndcg", stages)
    return chart(name, plot, GROUP_HEIGHT)


def overlap_chart(overlap: Sequence[int], strings: Strings) -> Chart | None:
    """Users by the number of items that their two lists share, as bars; None without any user."""
    if not any(overlap):
        return None
    from bokeh.models import BasicTicker, ColumnDataSource, HoverTool

    ranges = {"x_range": (-0.6, len(overlap) - 0.4), "y_range": (0, _MARGIN * max(overlap))}
    plot = plain_figure(OVERLAP_HEIGHT, **ranges)
    plot.xgrid.visible = False
    plot.xaxis.ticker = BasicTicker(mantissas=[1, 2, 5], min_interval=1, desired_num_ticks=len(overlap))
    plot.yaxis.ticker = BasicTicker(mantissas=[1, 2, 5], min_interval=1)  # there is no half a user
    users = strings.text("compare.axis_users")
    plot.xaxis.axis_label, plot.yaxis.axis_label = strings.text("compare.axis_in_both"), users
    source = ColumnDataSource({"in_both": list(range(len(overlap))), "users": list(overlap)}, name=DATA)
    bars = bare(plot.vbar("in_both", top="users", source=source, width=0.84))
    bars.tags = ["--gold"]
    tooltips = [(strings.text("compare.hover_in_both"), "@in_both"), (users, "@users")]
    plot.add_tools(HoverTool(renderers=[bars], tooltips=tooltips))
    return chart("overlap", plot, OVERLAP_HEIGHT)


def tradeoff_chart(
    name: str, quantity: str, curves: Sequence[Tradeoff], gain: str, accuracy: str, strings: Strings
) -> Chart | None:
    """Accuracy upwards against what is gained to the right, a curve for each model, its start the largest dot.

    Args:
        name: of the chart on its page.
        quantity: what is gained, as the name of a column.
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

    plot = plain_figure(TRADEOFF_HEIGHT)
    plot.xaxis.axis_label, plot.yaxis.axis_label = gain, accuracy
    names = ("model", "discovery", quantity, "ndcg", "_size", VARIABLE)
    columns: dict[str, list[Any]] = {column: [] for column in names}
    for curve in curves:
        line = bare(plot.line(list(curve.gains), list(curve.ndcg), line_width=2, line_alpha=0.8))
        line.tags = [f"--m-{curve.model.name}"]
        columns["model"] += [curve.model.label] * len(curve.amounts)
        columns["discovery"] += curve.amounts
        columns[quantity] += curve.gains
        columns["ndcg"] += curve.ndcg
        columns["_size"] += [14 if amount == 0 else 8 for amount in curve.amounts]
        columns[VARIABLE] += [f"--m-{curve.model.name}"] * len(curve.amounts)
    source = ColumnDataSource({**columns, COLOUR: columns[VARIABLE]}, name=DATA)
    dots = bare(plot.scatter(quantity, "ndcg", source=source, size="_size", color=COLOUR))
    amount = (strings.text("compare.discovery_amount"), "@discovery{0.0}")
    tooltips = [("", "@model"), amount, (gain, f"@{quantity}{{0.000}}"), (accuracy, "@ndcg{0.0000}")]
    plot.add_tools(HoverTool(renderers=[dots], tooltips=tooltips))
    return chart(name, plot, TRADEOFF_HEIGHT)


def _group_figure(groups: Sequence[str], heights: tuple[float, float], label: str) -> Figure:
    """Groups side by side, between two heights."""
    from bokeh.models import FixedTicker

    plot = plain_figure(GROUP_HEIGHT, x_range=(-0.5, len(groups) - 0.5), y_range=heights)
    plot.xaxis.ticker = FixedTicker(ticks=list(range(len(groups))))
    plot.xaxis.major_label_overrides = dict(enumerate(groups))
    plot.xgrid.visible = False
    plot.yaxis.axis_label = label
    return plot


def _draw(
    plot: Figure,
    series: Sequence[Series],
    positions: Sequence[Sequence[float] | Sequence[str]],
    quantity: str,
    groups: Sequence[str] = (),
) -> None:
    """The intervals of all models and, over them, their dots.

    Args:
        plot: what to draw them in.
        series: the models.
        positions: of each model, where its values are.
        quantity: what these are, as the name of a column.
        groups: what each position stands for, from left to right; none: models are below each other.
    """
    from bokeh.models import ColumnDataSource, HoverTool

    has_intervals = isinstance(series[0].values[0], Interval)
    rows = [(row, n) for row in series for n in range(len(row.values))]
    columns: dict[str, Any] = {"model": [row.model.label for row, _ in rows]}
    if groups:
        columns["group"] = [groups[n] for _, n in rows]
    columns[quantity] = [_mean(row.values[n]) for row, n in rows]
    if has_intervals:
        columns["low"] = [_ends(row.values[n])[0] for row, n in rows]
        columns["high"] = [_ends(row.values[n])[1] for row, n in rows]
    columns["_position"] = [position for places in positions for position in places]
    columns[COLOUR] = columns[VARIABLE] = [f"--m-{row.model.name}" for row, _ in rows]
    columns["_fill"] = [0.0 if row.hollow else 1.0 for row, _ in rows]
    source = ColumnDataSource(columns, name=DATA)
    if has_intervals:
        ends = ("_position", "low", "_position", "high") if groups else ("low", "_position", "high", "_position")
        style: dict[str, Any] = {"line_width": 2.5, "line_alpha": 0.55, "line_cap": "round"}
        bare(plot.segment(*ends, source=source, line_color=COLOUR, **style))
    middle = ("_position", quantity) if groups else (quantity, "_position")
    style = {"fill_alpha": "_fill", "line_width": 2, "size": 9}
    dots = bare(plot.scatter(*middle, source=source, color=COLOUR, **style))
    value = f"@{quantity}{{0.0000}} (@low{{0.0000}}–@high{{0.0000}})" if has_intervals else f"@{quantity}{{0.0}}"
    tooltips = [("", "@model"), *([("", "@group")] if groups else []), ("", value)]
    plot.add_tools(HoverTool(renderers=[dots], tooltips=tooltips))


def _draw_reference(
    plot: Figure, groups: Sequence[str], label: str, heights: Sequence[float], quantity: str
) -> None:
    """A dashed line across each group."""
    from bokeh.models import ColumnDataSource

    lefts, rights = ([group + half for group in range(len(groups))] for half in (-0.42, 0.42))
    columns: dict[str, Any] = {"model": [label] * len(groups), "group": list(groups), quantity: list(heights)}
    source = ColumnDataSource({**columns, "_left": lefts, "_right": rights}, name=DATA)
    line = bare(plot.segment("_left", quantity, "_right", quantity, source=source, line_width=2))
    line.glyph.line_dash = "dashed"
    line.tags = ["--gold"]


def _mean(value: Interval | float) -> float:
    return value.mean if isinstance(value, Interval) else value


def _ends(value: Interval | float) -> tuple[float, float]:
    """Where the interval begins and ends; a value without one is both."""
    return (value.low, value.high) if isinstance(value, Interval) else (value, value)
