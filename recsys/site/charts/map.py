"""The figure of the map: empty layers that ``map/plot.js`` fills, colours and picks from.

A row of the source ``items`` is an item; its two layers show the rows that their filters name, so that moving, hiding
or colouring items is one change of columns. Marked and named items have small sources of their own: BokehJS measures
every text of a source, and would do so for all titles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from recsys.site.charts.bokeh_json import chart
from recsys.site.charts.figures import bare, plain_figure
from recsys.site.context import Chart
from recsys.site.language.strings import Strings

if TYPE_CHECKING:
    from bokeh.models import CDSView, ColumnDataSource
    from bokeh.plotting import figure as Figure  # noqa: N812  (a class by another name)

MAP_HEIGHT = 580
DENSITY_ALPHA = 0.05
"""Opacity of the area within a contour; the areas of inner contours lie on those of outer ones."""
COLUMNS = ("x", "y", "size", "fill", "alpha", "title", "label", "year", "genres")


def map_chart(strings: Strings, details: Sequence[str] = ("year", "genres")) -> Chart:
    """Every item as a point, above where they lie dense and the filtered-out ones, below rings and names.

    Args:
        strings: the texts of the interface.
        details: the columns that a pointer over an item shows below its title: those that the data has.
    """
    from bokeh.models import BoxSelectTool, BoxZoomTool, ColumnDataSource, HoverTool, LassoSelectTool, Range1d

    # The script fits the ranges, in equal units.
    ranges = {axis: Range1d(start=-1, end=1) for axis in ("x_range", "y_range")}
    plot = plain_figure(MAP_HEIGHT, name="map", tools="pan,wheel_zoom", toolbar_location="above", **ranges)
    items, ringed, picked = (
        ColumnDataSource({column: [] for column in COLUMNS}, name=name) for name in ("items", "ringed", "picked")
    )
    density = ColumnDataSource({"xs": [], "ys": []}, name="density-source")
    bare(plot.patches("xs", "ys", source=density, name="density", fill_alpha=DENSITY_ALPHA, line_alpha=0.0))
    _layer(plot, items, "ghosts", view=_empty_view(), size=4, fill_alpha=0.12, line_alpha=0.0)
    style = {"size": "size", "fill_color": "fill"}
    points = _layer(plot, items, "points", view=_empty_view(), **style, fill_alpha="alpha", line_alpha=0.0)
    rings = _layer(plot, ringed, "rings", **style, fill_alpha=1.0, line_width=1.5)
    pick = _layer(plot, picked, "pick", **style, fill_alpha=1.0, line_width=3)
    _names(plot)
    _text(plot, picked, "label", name="name")
    _add_visitor(plot, strings.text("map.you"))
    # BokehJS inserts @{title} without a format as text, never as markup.
    tooltips = [("", f"@{{{column}}}") for column in ("title", *details)]
    hover = HoverTool(renderers=[pick, rings, points], tooltips=tooltips, visible=False)  # no button to turn it off
    if "limit" in HoverTool.properties():  # absent in the oldest Bokeh that we support
        hover.limit = 1
    select = (tool(renderers=[points], continuous=False) for tool in (LassoSelectTool, BoxSelectTool))
    plot.add_tools(BoxZoomTool(match_aspect=True), *select, "reset", hover)
    plot.outline_line_alpha = 0.0  # else BokehJS also draws it along the last path of the previous paint
    # Coordinates mean little, and so do lines at some of them; the table has them.
    plot.axis.visible = plot.grid.visible = False
    return chart("map", plot, MAP_HEIGHT)


def _empty_view() -> CDSView:
    """A view of no rows yet; a script names them."""
    from bokeh.models import CDSView, IndexFilter

    return CDSView(filter=IndexFilter(indices=[]))


def _layer(plot: Figure, source: ColumnDataSource, name: str, **style: Any) -> Any:
    return bare(plot.scatter("x", "y", source=source, name=name, **style))


def _text(plot: Figure, source: ColumnDataSource, text: Any, **options: Any) -> None:
    """A label beside a point."""
    style: dict[str, Any] = {"text_font_size": "13px", "text_font_style": "bold", "text_baseline": "middle"}
    style |= {"background_fill_alpha": 0.85, "padding": 4, "border_radius": 5}
    bare(plot.text("x", "y", text, source=source, **style, **options))


def _names(plot: Figure) -> None:
    """Names of regions and items: the script chooses those that fit, and on which side of its point each stands."""
    columns = ("x", "y", "text", "align", "dx", "dy")
    item_style = {"x_offset": "dx", "y_offset": "dy", "text_align": "align", "text_font_size": "12px"}
    region_style = {"text_align": "center", "text_font_size": "14px", "text_font_style": "bold"}
    _outlined_text(plot, "region-names", columns[:3], region_style)
    _outlined_text(plot, "names", columns, item_style)


def _outlined_text(plot: Figure, name: str, columns: Sequence[str], style: dict[str, Any]) -> None:
    """Texts that can be read over points.

    BokehJS draws the outline of a text over it, so the outline is a text of its own below.
    """
    from bokeh.models import ColumnDataSource, Text

    source = ColumnDataSource({column: [] for column in columns}, name=f"{name}-source")
    outline: dict[str, Any] = {"text_outline_width": 3} if "text_outline_width" in Text.properties() else {}
    outline |= {"text_outline_color": "white", "name": f"{name}-outlines"}
    for options in (outline, {"name": name}):
        bare(plot.text("x", "y", "text", source=source, text_baseline="middle", **style, **options))


def _add_visitor(plot: Figure, label: str) -> None:
    """The position of a visitor of the Rate page, which the address of the map may carry."""
    from bokeh.core.properties import value
    from bokeh.models import ColumnDataSource

    visitor = ColumnDataSource({"x": [], "y": []}, name="visitor")
    _layer(plot, visitor, "you", marker="star", size=24, line_width=1.5)
    _text(plot, visitor, value(label), name="your-name", x_offset=14)
