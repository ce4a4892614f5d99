"""What pages load besides their own text: style, scripts, BokehJS, pictures of the map, small data for scripts.

A page opened from disk may not fetch; it may load a classic script, so data for scripts is one. Must not know what a
page shows.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from recsys.errors import OutputError
from recsys.export.script import script_of
from recsys.schema import Artefacts
from recsys.site.catalogue import Catalogue, models_of
from recsys.site.images.map_png import COLOURS, map_picture
from recsys.site.images.social_card import social_card
from recsys.site.output.jinja import count
from recsys.site.output.scripts import join_modules
from recsys.site.output.writer import Writer, building
from recsys.site.pages.any_user import shelf
from recsys.site.pages.map import in_order, similar_facts
from recsys.site.pages.rate import rate_facts
from recsys.site.pages.ten_best import ten_best


def write_assets(templates: Path, writer: Writer) -> None:
    """Copy the files of ``templates/assets``, and join those of each folder in it.

    A folder's style sheets become ``{folder}.css``, in the order of their names, and its ``main.js`` with what that
    imports becomes ``{folder}.js``. A folder without ``main.js`` has modules that others import.
    """
    for path in sorted((templates / "assets").iterdir()):
        if path.is_file():
            writer.bytes(f"assets/{path.name}", path.read_bytes())
            continue
        styles = sorted(path.glob("*.css"))
        if styles:
            writer.bytes(f"assets/{path.name}.css", b"".join(style.read_bytes() for style in styles))
        if (path / "main.js").is_file():
            writer.text(f"assets/{path.name}.js", join_modules(path / "main.js"))


def write_bokeh(writer: Writer) -> str:
    """Copy BokehJS, beside its licence.

    Returns:
        Its address: the version stands in it, so that a browser never takes an old one for the new.
    """
    import bokeh
    from bokeh.util.paths import static_path

    address = f"assets/bokeh-{bokeh.__version__}.min.js"
    try:
        code = (Path(static_path()) / "js" / "bokeh.min.js").read_bytes()
        licence = (Path(bokeh.__file__).parent / "LICENSE.txt").read_bytes()
    except OSError as problem:
        raise OutputError(f"{problem.filename}: not found; install bokeh again, with its static files") from None
    writer.bytes(address, code)
    writer.bytes(f"assets/bokeh-{bokeh.__version__}.LICENSE.txt", licence)
    return address


def write_pictures(artefacts: Artefacts, writer: Writer) -> None:
    """Draw the map of each model, ``assets/map-{name}.png``, and the social card from that of the best."""
    items = artefacts.items.items
    n_ratings = [item.n_ratings for item in items]
    found = artefacts.item_embeddings.models
    maps = {}
    for model in models_of(artefacts):
        if model.name not in found:
            continue
        address = f"assets/map-{model.name}.png"
        with building(address):
            maps[model.name] = points = in_order(found[model.name], items, model).projection
            writer.bytes(address, map_picture(points, n_ratings, COLOURS[model.name]))
    data = artefacts.build.dataset
    facts = f"{count(data.n_users)} users · {count(data.n_items)} films · {count(data.n_ratings)} ratings"
    best = list(maps.values())[-1] if maps else []
    writer.bytes("assets/card.png", social_card(data.name, facts, best, n_ratings if maps else []))


def write_script_data(catalogue: Catalogue, writer: Writer) -> None:
    """Write what the random-user button and the search look things up in: of very many users, where to look."""
    listed = [[id_, slug] for id_, slug in catalogue.user_slugs.items()]
    users = shelf(catalogue.users).index() if catalogue.one_user_page else listed
    slugs = catalogue.film_slugs.values()
    films = [[film.title, film.year, slug] for film, slug in zip(catalogue.films.values(), slugs, strict=True)]
    writer.text("assets/data-users.js", script_data("users", users))
    writer.text("assets/data-films.js", script_data("films", films))


def write_map_data(artefacts: Artefacts, writer: Writer) -> None:
    """Write what the map loads when a film is picked: its neighbours."""
    writer.text("assets/data-similar.js", script_data("similar", similar_facts(artefacts)))


def write_rate_data(artefacts: Artefacts, catalogue: Catalogue, writer: Writer) -> None:
    """Write what the Rate page knows of films and users; nothing where there is no tower."""
    if artefacts.deep_tower is None:
        return
    with building("assets/data-rate.js"):
        facts = rate_facts(artefacts.deep_tower, artefacts, catalogue)
        writer.text("assets/data-rate.js", script_data("rate", facts))
    with building("assets/data-top-rated.js"):
        ratings = ten_best(artefacts.deep_tower, artefacts)
        if catalogue.one_user_page:
            all_ = list(catalogue.users)
            ratings["ids"] = [all_[place] for place in ratings["users"]]
        writer.text("assets/data-top-rated.js", script_data("top-rated", ratings))


def script_data(name: str, value: Any) -> str:
    """A classic script that leaves ``value`` under its name in ``marquee.data``."""
    return script_of(name, json.dumps(value, ensure_ascii=False, separators=(",", ":")))
