"""The figures of the site: how the towers learned, and where the films lie.

Colours are not chosen here: a model's tag names the CSS variable it is painted with, and ``charts.js`` does so in the
visitor's theme. Must not know of files or templates.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p
from typing import TYPE_CHECKING, Any

from recsys.artefacts import Embedding, EpochRecord, Item
from recsys.pages.contexts import Chart, Model
from recsys.pages.figures import chart

if TYPE_CHECKING:
    from bokeh.models import ColumnDataSource
    from bokeh.plotting import figure as Figure  # noqa: N812  (a class by another name)

_MAP_TOOLS = "pan,wheel_zoom,box_zoom,reset"
LOSS_HEIGHT, NDCG_HEIGHT, MAP_HEIGHT = 270, 200, 580


def training_chart(model: Model, records: Sequence[EpochRecord], best_epoch: int) -> Chart | None:
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
            "validation_loss": [_number(record.validation_loss) for record in records],
            "validation_ndcg": [_number(record.validation_ndcg) for record in records],
        }
    )
    figures = [_loss_figure(source, records, best_epoch)]
    height = LOSS_HEIGHT
    if any(record.validation_ndcg is not None for record in records):
        figures.append(_ndcg_figure(source, model, figures[0].x_range, best_epoch))
        height += NDCG_HEIGHT
    return chart(f"training-{model.name}", column(*figures, sizing_mode="stretch_width"), height)


def map_chart(
    models: Sequence[Model], embeddings: Sequence[Embedding], items: Sequence[Item], hrefs: Sequence[str]
) -> Chart | None:
    """Every film as a point: one scatter a model, of which a page shows one at a time.

    Args:
        models: whose maps these are.
        embeddings: one a model, rows in the order of ``items``.
        items: the films.
        hrefs: where each film can be read about, relative to the page.

    Returns:
        None without a model or a film.
    """
    if not models or not items:
        return None
    from bokeh.models import ColumnDataSource, DataRange1d, HoverTool, TapTool

    source = ColumnDataSource(_film_columns(items, hrefs), name="films")
    # Equal units on both axes: on a stretched map distances would lie.
    ranges = {axis: DataRange1d(only_visible=True, range_padding=0.05) for axis in ("x_range", "y_range")}
    plot = plain_figure(
        MAP_HEIGHT, tools=_MAP_TOOLS, toolbar_location="above", min_border_left=64, match_aspect=True, **ranges
    )
    renderers = [
        _scatter(plot, source, model, embedding, visible=place == 0)
        for place, (model, embedding) in enumerate(zip(models, embeddings, strict=True))
    ]
    # @{title} without a format is put in as text by BokehJS, never as markup.
    hover = HoverTool(renderers=renderers, tooltips=[("", "@{title}"), ("", "@{year}"), ("", "@{genres}")])
    if "limit" in HoverTool.properties():  # newer than the oldest Bokeh we run on
        hover.limit = 3
    plot.add_tools(hover, TapTool(renderers=renderers))
    plot.xaxis.axis_label, plot.yaxis.axis_label = "first principal component", "second"
    return chart("map", plot, MAP_HEIGHT)


def _film_columns(items: Sequence[Item], hrefs: Sequence[str]) -> dict[str, Any]:
    return {
        "title": [item.title for item in items],
        "year": ["" if item.year is None else str(item.year) for item in items],
        "genres": [", ".join(item.genres) for item in items],
        "ratings": [item.n_ratings for item in items],
        "href": list(hrefs),
        "size": [round(3 + log1p(item.n_ratings), 1) for item in items],
    }


def _scatter(plot: Figure, source: ColumnDataSource, model: Model, embedding: Embedding, visible: bool) -> Any:
    for axis in (0, 1):
        source.add([round(point[axis], 4) for point in embedding.projection], f"{model.name}_{'xy'[axis]}")
    points = plot.scatter(
        f"{model.name}_x",
        f"{model.name}_y",
        size="size",
        source=source,
        name=model.name,
        visible=visible,
        fill_alpha=0.55,
        line_alpha=0.0,
        nonselection_fill_alpha=0.25,
        selection_fill_alpha=1.0,
        selection_line_alpha=1.0,
    )
    points.tags = [f"--{model.name}"]
    return points


def _loss_figure(source: ColumnDataSource, records: Sequence[EpochRecord], best_epoch: int) -> Figure:
    plot = _epoch_figure(LOSS_HEIGHT, "loss", best_epoch)
    lines = [_line(plot, source, "train_loss", "--train", "training loss")]
    if any(record.validation_loss is not None for record in records):
        lines.append(_line(plot, source, "validation_loss", "--validation", "validation loss"))
    _legend_above(plot)
    shown = [("epoch", "@epoch"), ("training loss", "@train_loss{0.0000}")]
    _hover(plot, lines[-1], [*shown, ("validation loss", "@validation_loss{0.0000}")][: 1 + len(lines)])
    return plot


def _ndcg_figure(source: ColumnDataSource, model: Model, x_range: Any, best_epoch: int) -> Figure:
    plot = _epoch_figure(NDCG_HEIGHT, "nDCG", best_epoch, x_range=x_range)
    line = _line(plot, source, "validation_ndcg", f"--{model.name}", "validation nDCG")
    _legend_above(plot)
    plot.xaxis.axis_label = "epoch"
    _hover(plot, line, [("epoch", "@epoch"), ("validation nDCG", "@validation_ndcg{0.0000}")])
    return plot


def _epoch_figure(height: int, label: str, best_epoch: int, **options: Any) -> Figure:
    from bokeh.models import BasicTicker
    from bokeh.models.annotations import Span

    plot = plain_figure(height, tools="", toolbar_location=None, **options)
    plot.xaxis.ticker = BasicTicker(mantissas=[1, 2, 5], min_interval=1)  # there is no half an epoch
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
    """Outside the plot: inside it would hide the curves on a phone."""
    legend = plot.legend[0]
    legend.orientation = "horizontal"
    legend.update(margin=2, padding=2)
    plot.center.remove(legend)
    plot.add_layout(legend, "above")


def _hover(plot: Figure, line: Any, tooltips: list[tuple[str, str]]) -> None:
    from bokeh.models import HoverTool

    plot.add_tools(HoverTool(renderers=[line], tooltips=tooltips, mode="vline"))


def plain_figure(height: int, **options: Any) -> Figure:
    """A figure that leaves dragging and scrolling to the page, else a phone could not get past it."""
    from bokeh.plotting import figure

    plot = figure(height=height, sizing_mode="stretch_width", **{"min_border": 8, **options})
    plot.toolbar.active_drag = None
    plot.toolbar.active_scroll = None
    plot.toolbar.logo = None
    plot.axis.minor_tick_line_color = None
    # The page shows through: a white ground would leave its edge behind when it is repainted.
    plot.background_fill_color = plot.border_fill_color = None
    return plot


def _number(value: float | None) -> float:
    return float("nan") if value is None else value  # a gap in the line
