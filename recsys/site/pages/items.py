"""The index of items, and which of them a page can list or draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from recsys.schema import Artefacts, Item
from recsys.site.context import Context, ItemLink, PageHead
from recsys.site.output.limits import MAX_LISTED
from recsys.site.pages.page import Page, SiteData


@dataclass(frozen=True)
class ItemRow:
    """One item in the index."""

    link: ItemLink
    item: Item


@dataclass(frozen=True)
class ItemsContext(Context):
    """``items.html``."""

    rows: tuple[ItemRow, ...]
    """The most rated."""
    n_items: int
    """All, listed or not."""


def items_context(data: SiteData, page: PageHead) -> ItemsContext:
    """The index of items, most rated first: that is where most visitors know one; no more than can be read."""
    items = most_rated_first(data.artefacts)
    rows = tuple(ItemRow(data.catalogue.item(item.id), item) for item in items[:MAX_LISTED])
    return ItemsContext(data.site, page, rows, len(items))


def most_rated_first(artefacts: Artefacts) -> list[Item]:
    """The items in the order of their index; equals keep the order of the catalogue."""
    items = artefacts.items.items
    return [items[row] for row in _by_ratings(items)]


def listed_items(artefacts: Artefacts) -> list[tuple[int, Item]]:
    """The items that the index lists and the map draws, each with its row in the catalogue, in catalogue order."""
    items = artefacts.items.items
    return [(row, items[row]) for row in sorted(_by_ratings(items)[:MAX_LISTED])]


def _by_ratings(items: Sequence[Item]) -> list[int]:
    return sorted(range(len(items)), key=lambda row: -items[row].n_ratings)


def item_addresses(data: SiteData) -> list[list[Any]]:
    """Each item's title, year and slug, for the search."""
    catalogue = data.catalogue
    return [
        [item.title, item.year, slug]
        for item, slug in zip(catalogue.items.values(), catalogue.item_slugs.values(), strict=True)
    ]


PAGE = Page(
    address="items.html",
    title="items.title",
    nav="items.nav",
    template="items.html",
    context=items_context,
    description="items.description",
    scripts={"items": item_addresses},
)
