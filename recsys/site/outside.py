"""Links from an item to its address elsewhere, by the patterns of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from recsys.errors import OutputError


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


def outside_links(patterns: Mapping[str, str], id_: str) -> tuple[OutsideLink, ...]:
    """The links of an item, in the order of the settings; its id is percent-encoded wherever a pattern has ``{id}``.

    Args:
        patterns: addresses by label, as :func:`checked_patterns` returns them.
        id_: of the item.
    """
    encoded = quote(id_, safe="")
    return tuple(OutsideLink(label, pattern.replace("{id}", encoded)) for label, pattern in patterns.items())
