"""How large a site may become: the settings for it, and what is limited whatever they are."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.errors import OutputError
from recsys.schema import Build

MAX_LISTED = 5_000
"""Items on a page that lists or draws them, the most rated: half a megabyte of text. Every item has a page."""


@dataclass(frozen=True)
class Limits:
    """The settings in ``build.json``; one that is not there has its default."""

    user_pages: int = 10_000
    """Up to so many users each has a page; with more, one page shows any of them."""
    max_files: int = 100_000
    max_megabytes: int = 1_000


def limits_of(build: Build) -> Limits:
    """The settings of a build."""
    known = Limits.__dataclass_fields__
    return Limits(**{name: value for name, value in build.config.items() if name in known})


def check_page_count(n_users: int, n_items: int, limits: Limits) -> None:
    """Refuse at the start what :func:`recsys.site.output.size.check_size` would refuse at the end.

    Raises:
        OutputError: there would be more pages of items and users than the settings allow.
    """
    pages = n_items + (n_users if n_users <= limits.user_pages else 0)
    if pages > limits.max_files:
        raise OutputError(
            f"{n_items:,} items and {n_users:,} users would have {pages:,} pages of their own; expected "
            f"{limits.max_files:,} files at most: lower user_pages or raise max_files in the file given with "
            "--config"
        )
