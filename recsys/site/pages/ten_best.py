"""The ten best films of users, encoded for the scripts of the Rate page: what its visitors are compared with.

A user's own vector stays unpublished, for films that nobody is to see could be read out of it; the ten best are on
the user's page anyway. Knows no template and writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recsys.export.encoding import encode_array, padded
from recsys.schema import Artefacts, DeepTower, RatingBin

MOST_USERS = 2_000
_NONE = 0xFFFF
_STARS = 5


def ten_best(tower: DeepTower, artefacts: Artefacts) -> dict[str, Any]:
    """The best-rated films of users, as rows of the tower.

    ``users`` has the place of each in ``data-users.js``: all who have a film in the tower, or :data:`MOST_USERS` of
    these, evenly spaced. ``rows`` (uint16) and ``stars`` (uint8) are encoded arrays (users, ``n_best``); row 65535
    stands for no film.
    """
    rows = {id_: row for row, id_ in enumerate(tower.item_ids[:_NONE])}
    bins = artefacts.items.bins
    found = [
        (place, [(rows[one.item], stars_of(one.rating, bins)) for one in user.rated if one.item in rows])
        for place, user in enumerate(artefacts.recommendations.users.values())
    ]
    all_ = [(place, films) for place, films in found if films]
    n = min(len(all_), MOST_USERS)
    some = [all_[k * len(all_) // n] for k in range(n)]
    n_best = max((len(films) for _, films in some), default=0)
    rows_of = [[row for row, _ in films] for _, films in some]
    stars = [[value for _, value in films] for _, films in some]
    file = "data-top-rated.js"
    return {
        "users": [place for place, _ in some],
        "n_best": n_best,
        "rows": encode_array(padded(rows_of, n_best, _NONE), "uint16", file),
        "stars": encode_array(padded(stars, n_best, 0), "uint8", file),
    }


def stars_of(rating: float, bins: Sequence[RatingBin]) -> int:
    """The whole star nearest to a rating, between the lowest and the highest of the data; halves go up.

    Where all ratings are the same, as in a log of clicks, each is the highest.
    """
    low, high = (bins[0].low, bins[-1].high) if bins else (rating, rating)
    share = 1.0 if low == high else min(max((rating - low) / (high - low), 0.0), 1.0)
    return int(1 + (_STARS - 1) * share + 0.5)
