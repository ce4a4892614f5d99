"""A Bokeh figure as JSON that is the same in every build."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from recsys.site.context import Chart

if TYPE_CHECKING:
    from bokeh.model import Model


def chart(name: str, figure: Model, height: int) -> Chart:
    """A figure as a page embeds it.

    Args:
        name: its name on the page, unique there.
        figure: a figure or a layout of figures.
        height: pixels it needs, toolbar and axes included.
    """
    from bokeh.embed import json_item

    return Chart(name=name, json=script_json(renumbered(json_item(figure))), height=height)


def script_json(value: Any) -> Markup:
    """JSON that cannot end the ``script`` element it is in, whatever its strings contain."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def renumbered(item: Any) -> Any:
    """The same item with the ids of its models counted from p1, in order of appearance.

    Bokeh counts ids through the life of a process, so that equal figures would differ. Only ids of models are
    replaced, so an item titled "p1001" keeps its title; insertion order is kept, since BokehJS requires a model's
    definition before any reference to it.
    """
    ids: dict[str, str] = {}
    content = _walk({key: value for key, value in item.items() if key != "root_id"}, ids)
    root = ids[item["root_id"]]
    return {key: root if key == "root_id" else content[key] for key in item}


def _walk(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, list):
        # Columns of a data source are long and plain, so their numbers and titles are skipped here.
        return [_walk(part, ids) if isinstance(part, dict | list) else part for part in value]
    if not isinstance(value, dict):
        return value
    # An object that defines a model has a type, one that refers to it has an id alone. Data never looks like either,
    # because Bokeh writes a dict of data as a list of entries.
    is_model = isinstance(value.get("id"), str) and (value.get("type") == "object" or len(value) == 1)
    return {
        key: ids.setdefault(part, f"p{len(ids) + 1}") if is_model and key == "id" else _walk(part, ids)
        for key, part in value.items()
    }
