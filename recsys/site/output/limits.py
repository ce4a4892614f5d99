"""How large a site may become: the settings that say so, and what is bounded whatever they say."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.errors import OutputError
from recsys.schema import Build

MOST_LISTED = 5_000
"""Films on a page that lists or draws them, the most rated: half a megabyte of text. Every film has its own page."""


@dataclass(frozen=True)
class Limits:
    """What ``build.json`` says of it; a setting that an older build did not know has its default."""

    user_pages: int = 10_000
    """Users up to which each has a page; above, one page shows any of them."""
    max_files: int = 100_000
    max_megabytes: int = 1_000


def limits_of(build: Build) -> Limits:
    """The settings of a build."""
    known = Limits.__dataclass_fields__
    return Limits(**{name: value for name, value in build.config.items() if name in known})


def refuse_too_many(n_users: int, n_items: int, limits: Limits) -> None:
    """Refuse at once what would be refused as too large when all else is done: every film has a page of its own.

    Raises:
        OutputError: these are more than the settings allow.
    """
    pages = n_items + (n_users if n_users <= limits.user_pages else 0)
    if pages > limits.max_files:
        raise OutputError(
            f"{n_items:,} films and {n_users:,} users would have {pages:,} pages of their own; expected "
            f"{limits.max_files:,} files at most: lower user_pages or raise max_files in the file given with "
            "--config"
        )
