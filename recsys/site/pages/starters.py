"""The items that visitors are asked to rate first."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.errors import OutputError
from recsys.schema import DeepTower
from recsys.site.catalogue import Catalogue
from recsys.site.context import ItemLink


@dataclass(frozen=True)
class Starter:
    """An item to begin with; visitors' ratings are stored under its ``id``."""

    id: str
    item: ItemLink
    genres: tuple[str, ...]


def starters_of(tower: DeepTower | None, catalogue: Catalogue) -> tuple[Starter, ...]:
    """Best to begin with first; none where there is no tower.

    Raises:
        OutputError: the tower names a starter that it does not have.
    """
    if tower is None:
        return ()
    n = len(tower.item_ids)
    for row in tower.starters:
        if not 0 <= row < n:
            raise OutputError(
                f"{tower.FILE} begins with item {row} of {n}; build the site again without --render-only"
            )
    ids = [tower.item_ids[row] for row in tower.starters]
    return tuple(Starter(id_, catalogue.item(id_), tuple(catalogue.genres[id_])) for id_ in ids)
