"""What all figures of the site have in common.

Colours are not chosen here: the tag of a renderer, or the column :data:`VARIABLE` of its source, names CSS variables
with its colours, and ``shared/charts.js`` puts in those of the visitor's theme.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bokeh.plotting import figure as Figure  # noqa: N812  (a class by another name)

DATA = "data"
"""Name of a source whose columns a visitor can download, under their names; not those that begin with _."""
VARIABLE, COLOUR = "_variable", "_colour"
"""Columns: the CSS variable with the colour of each row, and that colour, which is put in when the chart is drawn."""


def plain_figure(height: int, **options: Any) -> Figure:
    """A figure that leaves dragging and scrolling to the page, so that one can scroll past it on a phone."""
    from bokeh.plotting import figure

    options = {"tools": "", "toolbar_location": None, "min_border": 8, **options}
    plot = figure(height=height, sizing_mode="stretch_width", **options)
    plot.toolbar.active_drag = None
    plot.toolbar.active_scroll = None
    plot.toolbar.logo = None
    plot.axis.minor_tick_line_color = None
    # Transparent: a white background would leave its edge behind when it is repainted.
    plot.background_fill_color = plot.border_fill_color = None
    return plot


def bare(renderer: Any) -> Any:
    """A renderer that always looks the same: without glyphs of what is selected, not selected or muted."""
    renderer.selection_glyph = renderer.nonselection_glyph = renderer.muted_glyph = None
    return renderer
