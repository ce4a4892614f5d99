"""The pages of the site. A new page is one module with a ``PAGE``, one template, and one line here."""

from __future__ import annotations

from recsys.schema import Artefacts
from recsys.site.context import NavLink
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
    rate,
    training,
    user,
    users,
)
from recsys.site.pages.page import Page, PageFamily

PAGES: dict[str, Page | PageFamily] = {
    "home": home.PAGE,
    "rate": rate.PAGE,
    "users": users.PAGE,
    "any_user": any_user.PAGE,
    "items": items.PAGE,
    "map": map.PAGE,
    "training": training.PAGE,
    "compare": compare.PAGE,
    "data": data.PAGE,
    "about": about.PAGE,
    "not_found": not_found.PAGE,
    "user": user.FAMILY,
    "user_shards": any_user.SHARDS,
    "item": item.FAMILY,
}
"""By name, in the order of the navigation; families of pages come last."""

OPTIONAL_PAGES = ("rate", "users", "items", "map", "training", "compare", "data", "about")
"""Pages that a site may do without, in the order of the navigation. With ``users`` go the pages of single users."""


def navigation(artefacts: Artefacts) -> tuple[NavLink, ...]:
    """A link to each page of this site that has a label."""
    pages = (page for page in PAGES.values() if isinstance(page, Page) and page.applies(artefacts))
    return tuple(NavLink(page.nav, page.address) for page in pages if page.nav is not None)
