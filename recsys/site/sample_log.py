"""The committed sample as a data script: the log that the playground opens with, on every site.

The sample is part of the package, as a template is, and its users are invented. It is the only log that a site
publishes; that of the site itself is not even here to be read.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.decimals import shortest_decimals
from recsys.data.load import load_dataset
from recsys.data.names import SAMPLE
from recsys.export.encoding import encode_array, encode_bits, ids
from recsys.site.pages.page import SiteData

FILE = "assets/data-sample-log.js"


def sample_log(data: SiteData) -> dict[str, Any]:
    """What ``assets/data-sample-log.js`` holds, the same on every site: see :func:`encode_log`."""
    return encode_log()


@cache
def encode_log() -> dict[str, Any]:
    """The sample's ratings, by user and within each from the oldest to the newest.

    ``counts`` has the number of ratings of each user. ``item``, ``rating`` and ``time`` have for each rating a number
    of ``bits`` bits: the position in ``items``, that in ``values``, and that of its time among all different times,
    which keeps their order and which are equal. ``items`` has the id, title, year and genres of each, the genres as
    positions in ``genres``.
    """
    dataset = load_dataset(SAMPLE)
    assert dataset.timestamp is not None
    order = np.lexsort((dataset.timestamp, dataset.user))
    values, rating = np.unique(shortest_decimals(dataset.rating), return_inverse=True)
    times, time = np.unique(dataset.timestamp, return_inverse=True)
    sizes = {"item": dataset.n_items, "rating": len(values), "time": len(times)}
    bits = {name: max(1, (size - 1).bit_length()) for name, size in sizes.items()}
    columns: dict[str, NDArray[Any]] = {"item": dataset.item, "rating": rating, "time": time}
    facts = zip(ids(dataset.item_ids), dataset.titles, dataset.years, dataset.genres, strict=True)
    return {
        "name": dataset.name,
        "users": ids(dataset.user_ids),
        "items": [
            [id_, title, None if np.isnan(year) else int(year), np.flatnonzero(flags).tolist()]
            for id_, title, year, flags in facts
        ],
        "genres": list(dataset.genre_names),
        "values": values.tolist(),
        "counts": encode_array(dataset.user_counts, "uint16", FILE),
        "bits": bits,
        **{name: encode_bits(column[order], bits[name]) for name, column in columns.items()},
    }
