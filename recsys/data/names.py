"""Names that can be given instead of a path: the sample, and the data sets to download."""

from __future__ import annotations

from recsys.data.download import REMOTES

SAMPLE = "sample"
NAMES = (SAMPLE, *REMOTES)
