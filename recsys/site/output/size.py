"""How large a site will be, told before its pages are written, and refused where it is too large.

A few files of each kind are made to measure them, and their mean stands for the others. Knows no page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from recsys.errors import OutputError
from recsys.site.output.limits import Limits
from recsys.site.output.parallel import Job, Renderer

_MEASURED = 24
"""Files of a kind that are made to measure it: some 20 ms of work for pages."""
_MEASURED_SHARDS = 3  # each holds hundreds of users
_TOP_PAGE = 40_000  # bytes; ten pages of a dozen kinds: nothing beside what there are thousands of
_LISTED_FILM = 330  # bytes in the index, on the map and in its facts


@dataclass(frozen=True)
class Size:
    """What a site will take."""

    files: int
    n_bytes: int

    def in_words(self) -> str:
        """Files, and about how many MB."""
        megabytes = self.n_bytes / 1e6
        return f"{self.files:,} files, about {megabytes:,.{0 if megabytes >= 10 else 1}f} MB"


def expected(jobs: Sequence[Job], renderer: Renderer, folder: Path, n_listed: int) -> Size:
    """What the site in a folder will take when all is written.

    Args:
        jobs: all files to come.
        renderer: renders some of them, without writing any.
        folder: holds the data and what pages load, which are written already.
        n_listed: films in the index and on the map.
    """
    there = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    kinds: dict[str, list[Job]] = {}
    for job in jobs:
        kinds.setdefault(job.address.rpartition("/")[0], []).append(job)
    top = kinds.pop("", [])
    to_come = sum(len(of_kind) * _mean(of_kind, renderer) for of_kind in kinds.values())
    fixed = len(top) * _TOP_PAGE + n_listed * _LISTED_FILM
    return Size(len(there) + len(jobs), round(sum(there) + to_come + fixed))


def _mean(jobs: Sequence[Job], renderer: Renderer) -> float:
    """Bytes of one of them, by some that stand at even distances."""
    most = _MEASURED_SHARDS if jobs[0].address.endswith(".js") else _MEASURED
    n = min(len(jobs), most)
    return fmean(len(renderer.render(jobs[(2 * k + 1) * len(jobs) // (2 * n)])) for k in range(n))


def refuse_too_large(size: Size, limits: Limits) -> None:
    """Refuse a site that its builder would not expect, before it fills a disk or a host turns it away.

    Raises:
        OutputError: it is larger than the settings allow.
    """
    most = Size(limits.max_files, limits.max_megabytes * 1_000_000)
    if size.files > most.files or size.n_bytes > most.n_bytes:
        raise OutputError(
            f"the site would have {size.in_words()}; expected {most.files:,} files and {limits.max_megabytes:,} MB "
            "at most, and GitHub Pages takes 1 GB: lower top_k or user_pages, leave a model out with --models, or "
            "raise max_files or max_megabytes in the file given with --config, and build without --render-only"
        )
