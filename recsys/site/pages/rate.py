"""The page where a visitor rates items and gets recommendations, and what its scripts look up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import Any

from msgspec import UNSET

from recsys.schema import DeepTower
from recsys.site.context import Context, PageHead
from recsys.site.control import Control, control_of
from recsys.site.images.square import Point, square_around
from recsys.site.output.script_data import exported_stamp
from recsys.site.pages.map import encode_points
from recsys.site.pages.page import Page, SiteData
from recsys.site.pages.starters import Starter, starters_of
from recsys.site.pages.ten_best import ten_best
from recsys.site.shown_lists import discovery_of

_N_FIRST = 12
_SOURCES = {
    "film": ("Letterboxd", "IMDb", "Netflix"),
    "movie": ("Letterboxd", "IMDb", "Netflix"),
    "book": ("Goodreads", "The StoryGraph"),
    "buch": ("Goodreads", "The StoryGraph"),
}
"""By what items are called: whose exports the page reads."""


@dataclass(frozen=True)
class RateContext(Context):
    """``rate.html``."""

    starters: tuple[Starter, ...]
    """Best to begin with first; none where the deep model was not built."""
    n_first: int
    """How many of them are shown at first."""
    k: int
    """Recommendations in the lists of users; visitors get as many at first."""
    n_rateable: int
    """Items that can be rated and recommended here."""
    n_items: int
    """Items in the whole catalogue."""
    overlap: float | None
    """Of ten recommendations, how many rounding leaves as they are; None where numbers are not rounded."""
    control: Control
    sources: tuple[str, ...]
    """Whose exports of ratings are worth a mention, by what items are called."""
    discovery: float
    """Where the slider begins: 0 for the tower's own list, 1 for the least popular."""
    tower_stamp: str
    """The stamp of the exported tower; the page refuses a file with another."""


def rate_context(data: SiteData, page: PageHead) -> RateContext:
    """The page; without a deep tower it says what it would be.

    Raises:
        OutputError: the tower names a starter that it does not have.
    """
    tower = data.artefacts.deep_tower
    return RateContext(
        site=data.site,
        page=page,
        starters=starters_of(tower, data.catalogue),
        n_first=_N_FIRST,
        k=data.artefacts.recommendations.k,
        n_rateable=len(tower.item_ids) if tower else 0,
        n_items=len(data.artefacts.items.items),
        overlap=round(tower.overlap, 1) if tower and tower.overlap is not UNSET else None,
        control=control_of(data.artefacts.build.dataset.ratings),
        sources=_SOURCES.get(data.artefacts.build.presentation.item.one.casefold(), ()),
        discovery=discovery_of(data.artefacts),
        tower_stamp=exported_stamp(data.data_folder / DeepTower.FILE),
    )


def rate_facts(data: SiteData) -> dict[str, Any] | None:
    """What the scripts know of the items besides ``data-items.js``; columns follow the rows of the tower.

    ``items`` has the position of each in ``data-items.js``, ``of`` its genres, as positions in ``genres``, which has
    the most common first, ``counts`` its ratings in the training part. ``places`` is where the items lie on the map
    that ``map-deep.png`` shows, of which ``square`` is the x and the y of the centre, and half the width; it is
    absent where an item has no place. ``twins``, absent where there are none, has groups of rows of one item.

    Returns:
        None where there is no tower.

    Raises:
        OutputError: the tower has an item that items.json has not.
    """
    tower, catalogue = data.artefacts.deep_tower, data.catalogue
    if tower is None:
        return None
    for id_ in tower.item_ids:
        catalogue.item(id_)  # raises where there is none
    n_train = {item.id: item.n_train for item in data.artefacts.items.items}
    item_position = {id_: position for position, id_ in enumerate(catalogue.items)}
    genres_of_items = [catalogue.genres[id_] for id_ in tower.item_ids]
    genres = [name for name, _ in Counter(chain.from_iterable(genres_of_items)).most_common()]
    genre_position = {name: position for position, name in enumerate(genres)}
    positions = dict(zip(catalogue.items, _positions(data), strict=False))
    places = [positions.get(id_) for id_ in tower.item_ids]
    placed = [point for point in places if point is not None]
    square = square_around([point for point in positions.values() if point is not None])
    row_of = {id_: row for row, id_ in enumerate(tower.item_ids)}
    groups = [sorted(row_of[id_] for id_ in group if id_ in row_of) for group in data.artefacts.items.twins]
    twins = [rows for rows in groups if len(rows) > 1]
    return {
        "items": [item_position[id_] for id_ in tower.item_ids],
        "genres": genres,
        "of": [[genre_position[name] for name in names] for names in genres_of_items],
        "counts": [n_train[id_] for id_ in tower.item_ids],
        "square": [round(value, 4) for value in (square.x, square.y, square.half)],
        **({"places": encode_points(placed)} if len(placed) == len(places) else {}),
        **({"twins": twins} if twins else {}),
    }


def _positions(data: SiteData) -> list[Point | None]:
    """Where each item lies on the map of the model that answers visitors; empty without one."""
    deep = next((model for model in data.catalogue.models if model.name == "deep"), None)
    return data.catalogue.positions(deep) if deep else []


def rating_facts(data: SiteData) -> dict[str, Any] | None:
    """What scripts need to rate items on any page: the name of the data, and ids that are not their own slugs.

    Returns:
        None where visitors cannot rate items.
    """
    if not data.site.rates:
        return None
    slugs = data.catalogue.item_slugs
    return {"dataset": data.site.dataset, "ids": [[slug, id_] for id_, slug in slugs.items() if slug != id_]}


PAGE = Page(
    address="rate.html",
    title="rate.title",
    nav="rate.nav",
    template="rate.html",
    context=rate_context,
    description="rate.description",
    scripts={"rate": rate_facts, "rating": rating_facts, "top-rated": ten_best},
)
