"""The ten best-rated items of users, encoded for the scripts of the Rate page, which compare visitors with them.

User vectors are not published, because items that nobody is to see could be inferred from them; the ten best are on
the user's page anyway.
"""

from __future__ import annotations

from typing import Any

from recsys.export.encoding import encode_array, padded
from recsys.schema import RatingsSummary
from recsys.site.pages.page import SiteData
from recsys.site.pages.wanted import is_wanted

MAX_USERS = 2_000
_NO_ROW = 0xFFFF
_MAX_STARS = 5


def ten_best(data: SiteData) -> dict[str, Any] | None:
    """The best-rated items of users, as rows of the tower.

    ``users`` has the position of each in the export: all who have an item in the tower, or :data:`MAX_USERS` of
    these, evenly spaced. ``rows`` (uint16) and ``stars`` (uint8) are encoded arrays (users, ``n_best``); row 65535
    stands for no item. ``ids`` names the users where they have no pages; elsewhere ``data-users.js`` has their ids.

    Returns:
        None where there is no tower.
    """
    tower = data.artefacts.deep_tower
    if tower is None:
        return None
    users = data.artefacts.recommendations.users.values() if is_wanted("users", data.artefacts) else ()
    rows = {id_: row for row, id_ in enumerate(tower.item_ids[:_NO_ROW])}
    scale = data.artefacts.build.dataset.ratings
    entries = [
        (position, [(rows[rated.item], stars_of(rated.rating, scale)) for rated in user.rated if rated.item in rows])
        for position, user in enumerate(users)
    ]
    entries = [(position, rated) for position, rated in entries if rated]
    n = min(len(entries), MAX_USERS)
    entries = [entries[k * len(entries) // n] for k in range(n)]
    positions = [position for position, _ in entries]
    n_best = max((len(rated) for _, rated in entries), default=0)
    item_rows = padded([[row for row, _ in rated] for _, rated in entries], n_best, _NO_ROW)
    stars = padded([[stars for _, stars in rated] for _, rated in entries], n_best, 0)
    facts: dict[str, Any] = {
        "users": positions,
        "n_best": n_best,
        "rows": encode_array(item_rows, "uint16", "data-top-rated.js"),
        "stars": encode_array(stars, "uint8", "data-top-rated.js"),
    }
    if not data.catalogue.has_user_pages:
        ids = list(data.catalogue.users)
        facts["ids"] = [ids[position] for position in positions]
    return facts


def stars_of(rating: float, scale: RatingsSummary | None) -> int:
    """The whole star nearest to a rating, between the ends of the data's scale; halves go up.

    Any count is a like, and so is each rating where all are alike, as in a log of clicks: the highest.
    """
    if scale is None or scale.kind != "scale" or scale.low == scale.high:
        return _MAX_STARS
    value = min(max(rating, scale.low), scale.high)
    return int(1 + (_MAX_STARS - 1) * (value - scale.low) / (scale.high - scale.low) + 0.5)
