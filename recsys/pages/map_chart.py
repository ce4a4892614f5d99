"""The figure of where the films lie: layers that ``map-plot.js`` fills, colours and picks from.

One data source with a row a film carries everything; each layer shows the rows that its filter names. So points that
move, are hidden or change colour are one change of columns. Must not know of files or templates, nor of any film.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recsys.pages.charts import plain_figure
from recsys.pages.contexts import Chart
from recsys.pages.figures import chart

if TYPE_CHECKING:
    from bokeh.models import ColumnDataSource
    from bokeh.plotting import figure as Figure  # noqa: N812  (a class by another name)

MAP_HEIGHT = 580
COLUMNS = ("x", "y", "size", "fill", "alpha", "title", "year", "genres")


def map_chart() -> Chart:
    """Every film as a point, with the left-out ones as a shade below, and rings and a name above."""
    from bokeh.models import BoxZoomTool, ColumnDataSource, HoverTool, Range1d

    source = ColumnDataSource({column: [] for column in COLUMNS}, name="films")
    ranges = {axis: Range1d(start=-1, end=1) for axis in ("x_range", "y_range")}  # to be fitted in equal units
    plot = plain_figure(MAP_HEIGHT, name="map", tools="pan,wheel_zoom", toolbar_location="above", **ranges)
    _layer(plot, source, "ghosts", size=4, fill_alpha=0.12, line_alpha=0.0)
    films = _layer(plot, source, "points", size="size", fill_color="fill", fill_alpha="alpha", line_alpha=0.0)
    rings = _layer(plot, source, "rings", size="size", fill_color="fill", fill_alpha=1.0, line_width=1.5)
    pick = _layer(plot, source, "pick", size=17, fill_color="fill", fill_alpha=1.0, line_width=3)
    _name(plot, source)
    # @{title} without a format is put in as text by BokehJS, never as markup.
    shown = [("", "@{title}"), ("", "@{year}"), ("", "@{genres}")]
    hover = HoverTool(renderers=[films, rings, pick], tooltips=shown)
    if "limit" in HoverTool.properties():  # newer than the oldest Bokeh we run on
        hover.limit = 1
    plot.add_tools(BoxZoomTool(match_aspect=True), "reset", hover)
    plot.outline_line_alpha = 0.0  # BokehJS would draw it along the last path of the paint before, too
    plot.axis.visible = False  # numbers along principal components say little; the table has them
    return chart("map", plot, MAP_HEIGHT)


def _layer(plot: Figure, source: ColumnDataSource, name: str, **look: Any) -> Any:
    from bokeh.models import CDSView, IndexFilter

    view = CDSView(filter=IndexFilter(indices=[]))
    points = plot.scatter("x", "y", source=source, view=view, name=name, **look)
    points.selection_glyph = points.nonselection_glyph = None
    return points


def _name(plot: Figure, source: ColumnDataSource) -> None:
    """The title of the picked film, beside its point."""
    from bokeh.models import CDSView, IndexFilter

    look: dict[str, Any] = {"text_font_size": "13px", "text_font_style": "bold", "text_baseline": "middle"}
    look |= {"background_fill_alpha": 0.85, "padding": 4, "border_radius": 5}
    view = CDSView(filter=IndexFilter(indices=[]))
    plot.text("x", "y", "title", source=source, view=view, name="name", **look)
