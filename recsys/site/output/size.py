"""Estimate the size of a site before its pages are written, and refuse a site that would be too large.

A few files of each kind are rendered, and their mean size is assumed for the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from recsys.errors import OutputError
from recsys.site.output.limits import MAX_LISTED, Limits
from recsys.site.output.manifest import ENTRY_BYTES
from recsys.site.output.parallel import Job, Renderer

_N_SAMPLES = 24
"""Files of a kind that are rendered to measure it: some 20 ms of work for pages."""
_N_SAMPLE_SHARDS = 3  # each holds hundreds of users
_TOP_PAGE_BYTES = 40_000  # a rough guess is enough: there are ten of these, and thousands of others
_LISTED_ITEM_BYTES = 330  # in the index, on the map and in its facts


@dataclass(frozen=True)
class Size:
    """Files and bytes of a site."""

    files: int
    n_bytes: int

    def in_words(self) -> str:
        """Files, and about how many MB."""
        megabytes = self.n_bytes / 1e6
        return f"{self.files:,} files, about {megabytes:,.{0 if megabytes >= 10 else 1}f} MB"


def estimate_size(jobs: Sequence[Job], renderer: Renderer, folder: Path, n_items: int) -> Size:
    """The size that the site in a folder will have when all is written.

    Args:
        jobs: all files to come.
        renderer: renders some of them, without writing any.
        folder: holds the data and what pages load, which are written already.
        n_items: items of the catalogue; the index and the map grow with them.
    """
    written = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    kinds: dict[str, list[Job]] = {}
    for job in jobs:
        kinds.setdefault(job.address.rpartition("/")[0], []).append(job)
    n_top_pages = len(kinds.pop("", []))
    estimated = sum(len(kind) * _mean_size(kind, renderer) for kind in kinds.values())
    estimated += n_top_pages * _TOP_PAGE_BYTES + min(n_items, MAX_LISTED) * _LISTED_ITEM_BYTES
    n_files = len(written) + len(jobs) + 2  # the manifest and its schema
    return Size(n_files, round(sum(written) + estimated + n_files * ENTRY_BYTES))


def _mean_size(jobs: Sequence[Job], renderer: Renderer) -> float:
    """Mean bytes of one file, from evenly spaced samples."""
    n = min(len(jobs), _N_SAMPLE_SHARDS if jobs[0].address.endswith(".js") else _N_SAMPLES)
    # Sample k is the middle of the k-th of n equal parts.
    return fmean(len(renderer.render(jobs[(2 * k + 1) * len(jobs) // (2 * n)])) for k in range(n))


def check_size(size: Size, limits: Limits) -> None:
    """Refuse a site that would surprise its builder, before it fills a disk or a host rejects it.

    Raises:
        OutputError: it is larger than the settings allow.
    """
    if size.files > limits.max_files or size.n_bytes > limits.max_megabytes * 1_000_000:
        raise OutputError(
            f"the site would have {size.in_words()}; expected {limits.max_files:,} files and "
            f"{limits.max_megabytes:,} MB at most, and GitHub Pages takes 1 GB: lower top_k or user_pages, leave a "
            "model out with --models, or raise max_files or max_megabytes in the file given with --config, and build "
            "without --render-only"
        )
