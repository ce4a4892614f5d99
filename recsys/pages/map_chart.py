"""The figure of where the films lie.

Colours are not chosen here: a model's tag names the CSS variable it is painted with, and ``charts.js`` does so in the
visitor's theme. Must not know of files or templates.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p
from typing import TYPE_CHECKING, Any

from recsys.artefacts import Embedding, Item
from recsys.pages.charts import plain_figure
from recsys.pages.contexts import Chart, Model
from recsys.pages.figures import chart

if TYPE_CHECKING:
    from bokeh.models import ColumnDataSource
    from bokeh.plotting import figure as Figure  # noqa: N812  (a class by another name)

MAP_HEIGHT = 580
_TOOLS = "pan,wheel_zoom,box_zoom,reset"


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
        MAP_HEIGHT, tools=_TOOLS, toolbar_location="above", min_border_left=64, match_aspect=True, **ranges
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
