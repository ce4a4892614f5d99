"""Bokeh figures, as JSON that is equal from build to build."""
