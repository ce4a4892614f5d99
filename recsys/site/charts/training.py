"""The curves of training: the losses, and validation nDCG with what decides after which epoch a model is served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recsys.schema import EpochRecord
from recsys.site.charts.bokeh_json import chart
from recsys.site.charts.figures import DATA, bare, plain_figure
from recsys.site.context import Chart, Model
from recsys.site.language.strings import Strings

if TYPE_CHECKING:
    from bokeh.models import ColumnDataSource
    from bokeh.plotting import figure as Figure  # noqa: N812  (a class by another name)

LOSS_HEIGHT, NDCG_HEIGHT = 270, 240
_AXIS_WIDTH = 72
"""Pixels left of the curves, the same in both figures, so that an epoch is in one place in both."""
_MARGIN = 0.08
"""Free space above and below a curve, as a share of its height."""


@dataclass(frozen=True)
class Choice:
    """By which the number of epochs was chosen: the best of the validation nDCGs, and what counts as equal to it."""

    epoch: int
    """The epoch of the best."""
    ndcg: float
    error: float
    """Its standard error."""
    low: float
    """The best less its standard error."""


def loss_chart(model: Model, records: Sequence[EpochRecord], chosen: int, strings: Strings) -> Chart | None:
    """The training loss of one model and, where it was measured, its validation loss.

    Args:
        model: whose losses they are.
        records: one for each of its epochs.
        chosen: the epoch after which the model is served.
        strings: the texts of the interface.

    Returns:
        None where no epoch was recorded.
    """
    if not records:
        return None
    from bokeh.models import ColumnDataSource

    columns: dict[str, Any] = {
        "epoch": [record.epoch for record in records],
        "train_loss": [record.train_loss for record in records],
    }
    if any(record.validation_loss is not None for record in records):
        columns["validation_loss"] = [_nan_for_none(record.validation_loss) for record in records]
    source = ColumnDataSource(columns, name=DATA)
    plot = _epoch_figure(LOSS_HEIGHT, len(records), chosen, strings)
    plot.yaxis.axis_label = strings.text("training.axis_loss")
    tooltips = [(strings.text("training.axis_epoch"), "@epoch")]
    line = _line(plot, source, "train_loss", "--train")
    tooltips.append((strings.text("training.axis_train_loss"), "@train_loss{0.0000}"))
    if "validation_loss" in columns:
        line = _line(plot, source, "validation_loss", "--validation")
        tooltips.append((strings.text("training.axis_validation_loss"), "@validation_loss{0.0000}"))
    _hover(plot, line, tooltips)
    return chart(f"{model.name}-loss", plot, LOSS_HEIGHT)


def ndcg_chart(
    model: Model, records: Sequence[EpochRecord], chosen: int, choice: Choice | None, strings: Strings
) -> Chart | None:
    """The validation nDCG of one model, and how far below the best of it counts as equally good.

    Args:
        model: whose nDCG it is.
        records: one for each of its epochs.
        chosen: the epoch after which the model is served.
        choice: how that was chosen; None where it is not known.
        strings: the texts of the interface.

    Returns:
        None where it was not measured.
    """
    measured = [record.validation_ndcg for record in records if record.validation_ndcg is not None]
    if not measured:
        return None
    from bokeh.models import ColumnDataSource

    columns: dict[str, Any] = {
        "epoch": [record.epoch for record in records],
        "validation_ndcg": [_nan_for_none(record.validation_ndcg) for record in records],
    }
    if choice is not None:
        columns["standard_error"] = [_nan_for_none(record.validation_ndcg_error) for record in records]
        measured.append(choice.low)
    margin = _MARGIN * (max(measured) - min(measured)) or _MARGIN
    heights = (min(measured) - margin, max(measured) + margin)
    plot = _epoch_figure(NDCG_HEIGHT, len(records), chosen, strings, y_range=heights)
    plot.yaxis.axis_label = "nDCG@10"
    colour = f"--m-{model.name}"
    if choice is not None:
        band = bare(plot.hstrip(y0=choice.low, y1=choice.ndcg, fill_alpha=0.16, line_alpha=0.0, level="underlay"))
        ends = bare(plot.hspan(y=[choice.low, choice.ndcg], line_alpha=0.5, level="underlay"))
        best = bare(plot.scatter([choice.epoch], [choice.ndcg], size=14, fill_alpha=0.0, line_width=2))
        band.tags = ends.tags = best.tags = [colour]
    line = _line(plot, ColumnDataSource(columns, name=DATA), "validation_ndcg", colour)
    epoch, ndcg = strings.text("training.axis_epoch"), strings.text("training.axis_validation_ndcg")
    _hover(plot, line, [(epoch, "@epoch"), (ndcg, "@validation_ndcg{0.0000}")])
    return chart(f"{model.name}-ndcg", plot, NDCG_HEIGHT)


def _epoch_figure(height: int, n_epochs: int, chosen: int, strings: Strings, **options: Any) -> Figure:
    from bokeh.models import BasicTicker
    from bokeh.models.annotations import Span

    margin = 0.5 + 0.01 * n_epochs
    plot = plain_figure(
        height, x_range=(1 - margin, n_epochs + margin), min_border_left=_AXIS_WIDTH, min_border_right=16, **options
    )
    plot.xaxis.ticker = BasicTicker(mantissas=[1, 2, 5], min_interval=1)  # epochs are whole numbers
    plot.xaxis.axis_label = strings.text("training.axis_epoch")
    plot.add_layout(
        Span(location=chosen, dimension="height", line_dash="dashed", line_width=1.5, tags=["--gold"])
    )
    return plot


def _line(plot: Figure, source: ColumnDataSource, column: str, colour: str) -> Any:
    # Dots as well: a model that stopped after one epoch has no line to see.
    dots = bare(plot.scatter("epoch", column, source=source, size=4, line_alpha=0.0))
    line = bare(plot.line("epoch", column, source=source, line_width=2))
    dots.tags = line.tags = [colour]
    return line


def _hover(plot: Figure, line: Any, tooltips: list[tuple[str, str]]) -> None:
    from bokeh.models import HoverTool

    plot.add_tools(HoverTool(renderers=[line], tooltips=tooltips, mode="vline"))


def _nan_for_none(value: float | None) -> float:
    return float("nan") if value is None else value  # BokehJS leaves a gap in the line
