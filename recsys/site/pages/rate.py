"""What the Rate page shows, and what its scripts look up. Knows no template and writes nothing."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import Any

from recsys.errors import OutputError
from recsys.schema import Artefacts, DeepTower
from recsys.site.catalogue import Catalogue
from recsys.site.context import Page, Site
from recsys.site.pages.rate_contexts import RateContext, Starter
from recsys.site.pages.square import square_around

_FIRST = 12


def rate_context(site: Site, page: Page, artefacts: Artefacts, catalogue: Catalogue) -> RateContext:
    """The page where a visitor rates films; without a deep tower it says what it would be."""
    tower = artefacts.deep_tower
    return RateContext(
        site=site,
        page=page,
        starters=_starters(tower, catalogue) if tower else (),
        n_first=_FIRST,
        n_films=len(tower.item_ids) if tower else 0,
        n_items=len(artefacts.items.items),
    )


def rate_facts(tower: DeepTower, artefacts: Artefacts, catalogue: Catalogue) -> dict[str, Any]:
    """What the scripts know of the films besides ``data-films.js``; columns follow the rows of the tower.

    ``films`` has the place of each in ``data-films.js``, ``of`` its genres, as places in ``genres``, which has the
    most common first. ``square`` is the piece of the map that ``map-deep.png`` shows: the x and the y of its centre,
    and half its width.

    Raises:
        OutputError: the tower has a film that items.json has not.
    """
    for id_ in tower.item_ids:
        catalogue.film(id_)
    place = {id_: n for n, id_ in enumerate(catalogue.films)}
    of = [catalogue.genres[id_] for id_ in tower.item_ids]
    genres = [name for name, _ in Counter(chain.from_iterable(of)).most_common()]
    number = {name: n for n, name in enumerate(genres)}
    deep = artefacts.item_embeddings.models.get("deep")
    square = square_around(deep.projection if deep else [])
    return {
        "films": [place[id_] for id_ in tower.item_ids],
        "genres": genres,
        "of": [[number[name] for name in names] for names in of],
        "square": [round(value, 4) for value in (square.x, square.y, square.half)],
    }


def _starters(tower: DeepTower, catalogue: Catalogue) -> tuple[Starter, ...]:
    n = len(tower.item_ids)
    for row in tower.starters:
        if not 0 <= row < n:
            raise OutputError(
                f"{tower.FILE} begins with film {row} of {n}; build the site again without --render-only"
            )
    ids = [tower.item_ids[row] for row in tower.starters]
    return tuple(Starter(id_, catalogue.film(id_), tuple(catalogue.genres[id_])) for id_ in ids)
