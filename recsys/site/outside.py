"""Links from an item to its addresses on other sites, by the patterns of the settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from recsys.errors import OutputError
from recsys.schema import Item

_FACT = re.compile(r"\{(id|title|year)\}")


@dataclass(frozen=True)
class OutsideLink:
    """An address outside the site, and what its link says."""

    label: str
    href: str


def checked_patterns(patterns: Mapping[str, str]) -> Mapping[str, str]:
    """The patterns, if each is one of a web page: a browser would run what begins with ``javascript:``.

    Raises:
        OutputError: one begins otherwise.
    """
    for label, pattern in patterns.items():
        if not pattern.startswith(("https://", "http://")):
            raise OutputError(
                f"build.json: the address of the link {label!r} is {pattern!r}; expected one that begins with "
                "https://, such as https://www.imdb.com/title/tt{id}/"
            )
    return patterns


def outside_links(patterns: Mapping[str, str], item: Item) -> tuple[OutsideLink, ...]:
    """The links of an item, in the order of the settings, with its percent-encoded facts in place of their names.

    An item without a title has no link that needs one; a year that is not known is left out.

    Args:
        patterns: addresses by label, as :func:`checked_patterns` returns them.
        item: has the facts ``{id}``, ``{title}`` and ``{year}``.
    """
    facts = {"id": item.id, "title": item.title, "year": "" if item.year is None else str(item.year)}
    return tuple(
        OutsideLink(label, _FACT.sub(lambda match: quote(facts[match[1]], safe=""), pattern))
        for label, pattern in patterns.items()
        if has_title(item) or "{title}" not in pattern
    )


def has_title(item: Item) -> bool:
    """Whether an item has a title other than its id, which another site could find it by."""
    return bool(item.title.strip()) and item.title != item.id
