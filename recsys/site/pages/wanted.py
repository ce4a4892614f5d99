"""Which pages the settings want: some, or all that there are."""

from __future__ import annotations

from recsys.schema import Artefacts

OPTIONAL_PAGES = ("rate", "users", "items", "map", "training", "playground", "compare", "data", "about")
"""Pages that a site may do without, in the order of the navigation."""
_BELONGS_TO = {"any_user": "users", "user": "users", "user_shards": "users"}
"""Pages that a site has only together with another one."""


def is_wanted(name: str, artefacts: Artefacts) -> bool:
    """Whether the settings want a page, by its name."""
    wanted, name = artefacts.build.presentation.pages, _BELONGS_TO.get(name, name)
    return wanted is None or name in wanted or name not in OPTIONAL_PAGES
