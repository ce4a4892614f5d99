"""The loss curves of the towers, and what all figures of the site have in common.

Colours are not chosen here: the tag of a glyph names the CSS variable with its colour, and ``shared/charts.js``
applies the one of the visitor's theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from recsys.schema import EpochRecord
from recsys.site.charts.bokeh_json import chart
from recsys.site.context import Chart, Model
from recsys.site.strings import Strings

if TYPE_CHECKING:
    from bokeh.models import ColumnDataSource
    from bokeh.plotting import figure as Figure  # noqa: N812  (a class by another name)

LOSS_HEIGHT, NDCG_HEIGHT = 270, 200


def training_chart(
    model: Model, records: Sequence[EpochRecord], best_epoch: int, strings: Strings
) -> Chart | None:
    """The curves of one model: both losses, and below them nDCG where it was measured.

    Returns:
        None where no epoch was recorded.
    """
    if not records:
        return None
    from bokeh.layouts import column
    from bokeh.models import ColumnDataSource

    source = ColumnDataSource(
        {
            "epoch": [record.epoch for record in records],
            "train_loss": [record.train_loss for record in records],
            "validation_loss": [_nan_for_none(record.validation_loss) for record in records],
            "validation_ndcg": [_nan_for_none(record.validation_ndcg) for record in records],
        }
    )
    figures = [_loss_figure(source, records, best_epoch, strings)]
    height = LOSS_HEIGHT
    if any(record.validation_ndcg is not None for record in records):
        figures.append(_ndcg_figure(source, model, figures[0].x_range, best_epoch, strings))
        height += NDCG_HEIGHT
    return chart(f"training-{model.name}", column(*figures, sizing_mode="stretch_width"), height)


def _loss_figure(
    source: ColumnDataSource, records: Sequence[EpochRecord], best_epoch: int, strings: Strings
) -> Figure:
    plot = _epoch_figure(LOSS_HEIGHT, strings.text("training.axis_loss"), best_epoch)
    train_loss, validation_loss = (
        strings.text("training.axis_train_loss"), strings.text("training.axis_validation_loss")
    )
    lines = [_line(plot, source, "train_loss", "--train", train_loss)]
    if any(record.validation_loss is not None for record in records):
        lines.append(_line(plot, source, "validation_loss", "--validation", validation_loss))
    _legend_above(plot)
    tooltips = [(strings.text("training.axis_epoch"), "@epoch"), (train_loss, "@train_loss{0.0000}")]
    if len(lines) > 1:
        tooltips.append((validation_loss, "@validation_loss{0.0000}"))
    _hover(plot, lines[-1], tooltips)
    return plot


def _ndcg_figure(
    source: ColumnDataSource, model: Model, x_range: Any, best_epoch: int, strings: Strings
) -> Figure:
    epoch, validation_ndcg = strings.text("training.axis_epoch"), strings.text("training.axis_validation_ndcg")
    plot = _epoch_figure(NDCG_HEIGHT, "nDCG", best_epoch, x_range=x_range)
    line = _line(plot, source, "validation_ndcg", f"--m-{model.name}", validation_ndcg)
    _legend_above(plot)
    plot.xaxis.axis_label = epoch
    _hover(plot, line, [(epoch, "@epoch"), (validation_ndcg, "@validation_ndcg{0.0000}")])
    return plot


def _epoch_figure(height: int, label: str, best_epoch: int, **options: Any) -> Figure:
    from bokeh.models import BasicTicker
    from bokeh.models.annotations import Span

    plot = plain_figure(height, tools="", toolbar_location=None, **options)
    plot.xaxis.ticker = BasicTicker(mantissas=[1, 2, 5], min_interval=1)  # epochs are whole numbers
    plot.yaxis.axis_label = label
    best = Span(location=best_epoch, dimension="height", line_dash="dashed", line_width=1.5, tags=["--gold"])
    plot.add_layout(best)
    return plot


def _line(plot: Figure, source: ColumnDataSource, column: str, colour: str, label: str) -> Any:
    # Dots as well: a model that stopped after one epoch has no line to see.
    dots = plot.scatter("epoch", column, source=source, size=4, line_alpha=0.0, legend_label=label)
    line = plot.line("epoch", column, source=source, line_width=2, legend_label=label)
    dots.tags = line.tags = [colour]
    return line


def _legend_above(plot: Figure) -> None:
    """Outside the plot, because inside it would hide the curves on a phone."""
    legend = plot.legend[0]
    legend.orientation = "horizontal"
    legend.update(margin=2, padding=2)
    plot.center.remove(legend)
    plot.add_layout(legend, "above")


def _hover(plot: Figure, line: Any, tooltips: list[tuple[str, str]]) -> None:
    from bokeh.models import HoverTool

    plot.add_tools(HoverTool(renderers=[line], tooltips=tooltips, mode="vline"))


def plain_figure(height: int, **options: Any) -> Figure:
    """A figure that leaves dragging and scrolling to the page, so that one can scroll past it on a phone."""
    from bokeh.plotting import figure

    plot = figure(height=height, sizing_mode="stretch_width", **{"min_border": 8, **options})
    plot.toolbar.active_drag = None
    plot.toolbar.active_scroll = None
    plot.toolbar.logo = None
    plot.axis.minor_tick_line_color = None
    # Transparent: a white background would leave its edge behind when it is repainted.
    plot.background_fill_color = plot.border_fill_color = None
    return plot


def _nan_for_none(value: float | None) -> float:
    return float("nan") if value is None else value  # BokehJS leaves a gap in the line
