"""The pages of the site. A new page is one module with a ``PAGE``, one template, and one line here."""

from __future__ import annotations

from recsys.schema import Artefacts
from recsys.site.context import NavLink
from recsys.site.language.strings import Strings
from recsys.site.pages import (
    about,
    any_user,
    compare,
    data,
    home,
    item,
    items,
    map,
    not_found,
    playground,
    rate,
    training,
    user,
    users,
)
from recsys.site.pages.page import Page, PageFamily
from recsys.site.pages.wanted import is_wanted

PAGES: dict[str, Page | PageFamily] = {
    "home": home.PAGE,
    "rate": rate.PAGE,
    "users": users.PAGE,
    "any_user": any_user.PAGE,
    "items": items.PAGE,
    "map": map.PAGE,
    "training": training.PAGE,
    "playground": playground.PAGE,
    "compare": compare.PAGE,
    "data": data.PAGE,
    "about": about.PAGE,
    "not_found": not_found.PAGE,
    "user": user.FAMILY,
    "user_shards": any_user.SHARDS,
    "item": item.FAMILY,
}
"""By name, in the order of the navigation; families of pages come last."""


def pages_of(artefacts: Artefacts) -> dict[str, Page | PageFamily]:
    """The pages that a site has, by name."""
    return {name: entry for name, entry in PAGES.items() if entry.applies(artefacts) and is_wanted(name, artefacts)}


def absent_addresses(artefacts: Artefacts) -> frozenset[str]:
    """Addresses that a site would have if the settings wanted every page; one ends in a slash, for all below it."""
    addresses = {entry.address for entry in PAGES.values() if isinstance(entry, Page)}
    addresses -= {entry.address for entry in pages_of(artefacts).values() if isinstance(entry, Page)}
    return frozenset(addresses if is_wanted("users", artefacts) else {*addresses, "users/"})


def navigation(artefacts: Artefacts, strings: Strings) -> tuple[NavLink, ...]:
    """A link to each page of this site that has a label."""
    pages = (page for page in pages_of(artefacts).values() if isinstance(page, Page))
    return tuple(NavLink(strings.text(page.nav), page.address) for page in pages if page.nav is not None)
