"""What the search of every page looks up besides the pages, items and users themselves."""

from __future__ import annotations

from typing import Any

from recsys.site.pages import map
from recsys.site.pages.page import SiteData


def search_facts(data: SiteData) -> dict[str, Any]:
    """Numbers of ratings by item, and the genres.

    ``ratings`` follows ``data-items.js``. ``genres`` has the name of each and its number of items; it is empty on a
    site without a map, to which these results link.
    """
    has_map = map.PAGE.address in data.site.pages
    return {
        "genres": map.count_genres(data.artefacts) if has_map else [],
        "ratings": [item.n_ratings for item in data.artefacts.items.items],
    }
