"""The figure of where the films lie: layers that ``map/plot.js`` fills, colours and picks from.

A row of the source ``films`` is a film; its two layers show the rows that their filters name, so that films that
move, are hidden or change colour are one change of columns. What is marked has small sources of its own: BokehJS
measures every text of a source, and would do so for all titles. Must not know of files or templates, nor of any film.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recsys.site.charts.bokeh_json import chart
from recsys.site.charts.training import plain_figure
from recsys.site.context import Chart

if TYPE_CHECKING:
    from bokeh.models import CDSView, ColumnDataSource
    from bokeh.plotting import figure as Figure  # noqa: N812  (a class by another name)

MAP_HEIGHT = 580
COLUMNS = ("x", "y", "size", "fill", "alpha", "title", "year", "genres")


def map_chart() -> Chart:
    """Every film as a point, with the left-out ones as a shade below, and rings and a name above."""
    from bokeh.models import BoxZoomTool, HoverTool, Range1d

    ranges = {axis: Range1d(start=-1, end=1) for axis in ("x_range", "y_range")}  # to be fitted in equal units
    plot = plain_figure(MAP_HEIGHT, name="map", tools="pan,wheel_zoom", toolbar_location="above", **ranges)
    films, ringed, picked = (_source(name) for name in ("films", "ringed", "picked"))
    _layer(plot, films, "ghosts", view=_some(), size=4, fill_alpha=0.12, line_alpha=0.0)
    look = {"size": "size", "fill_color": "fill"}
    points = _layer(plot, films, "points", view=_some(), **look, fill_alpha="alpha", line_alpha=0.0)
    rings = _layer(plot, ringed, "rings", **look, fill_alpha=1.0, line_width=1.5)
    pick = _layer(plot, picked, "pick", **look, fill_alpha=1.0, line_width=3)
    _text(plot, picked, "title", name="name")
    _visitor(plot)
    # @{title} without a format is put in as text by BokehJS, never as markup.
    shown = [("", "@{title}"), ("", "@{year}"), ("", "@{genres}")]
    hover = HoverTool(renderers=[pick, rings, points], tooltips=shown)
    if "limit" in HoverTool.properties():  # newer than the oldest Bokeh we run on
        hover.limit = 1
    plot.add_tools(BoxZoomTool(match_aspect=True), "reset", hover)
    plot.outline_line_alpha = 0.0  # BokehJS would draw it along the last path of the paint before, too
    plot.axis.visible = False  # numbers along principal components say little; the table has them
    return chart("map", plot, MAP_HEIGHT)


def _source(name: str) -> ColumnDataSource:
    from bokeh.models import ColumnDataSource

    return ColumnDataSource({column: [] for column in COLUMNS}, name=name)


def _some() -> CDSView:
    """Of the rows of a source those that a script will name."""
    from bokeh.models import CDSView, IndexFilter

    return CDSView(filter=IndexFilter(indices=[]))


def _layer(plot: Figure, source: ColumnDataSource, name: str, **look: Any) -> Any:
    points = plot.scatter("x", "y", source=source, name=name, **look)
    points.selection_glyph = points.nonselection_glyph = None
    return points


def _text(plot: Figure, source: ColumnDataSource, text: Any, **more: Any) -> None:
    """A name beside a point."""
    look: dict[str, Any] = {"text_font_size": "13px", "text_font_style": "bold", "text_baseline": "middle"}
    look |= {"background_fill_alpha": 0.85, "padding": 4, "border_radius": 5}
    plot.text("x", "y", text, source=source, **look, **more)


def _visitor(plot: Figure) -> None:
    """Where the Rate page puts its visitor, should the address say so."""
    from bokeh.core.properties import value
    from bokeh.models import ColumnDataSource

    visitor = ColumnDataSource({"x": [], "y": []}, name="visitor")
    _layer(plot, visitor, "you", marker="star", size=24, line_width=1.5)
    _text(plot, visitor, value("You"), name="your-name", x_offset=14)
