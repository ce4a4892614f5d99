"""The baselines, one file each. A new one is a new file and one line here."""

from __future__ import annotations

from recsys.baselines import als, ease, item_knn, popularity
from recsys.baselines.protocol import BaselineSpec

BASELINES: dict[str, BaselineSpec] = {
    "popularity": popularity.BASELINE,
    "item_knn": item_knn.BASELINE,
    "ease": ease.BASELINE,
    "als": als.BASELINE,
}
"""The baselines by the name of their row in ``metrics.json``, in the order of display."""
