"""How a site stands on the web: its address, the map that search engines read, and what they may read.

All of it needs absolute addresses, so without a configured one there is only ``robots.txt``. Must not know what a
page shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote
from xml.sax.saxutils import escape

from recsys.site.output.writer import Writer

_MOST = 50_000
"""Addresses in one sitemap at most: the limit of https://www.sitemaps.org/protocol.html."""
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_UNQUOTED = ":/?#[]@!$&'()*+,;=%~"


def root_of(site_url: object) -> str:
    """The address of a site as all others are made of it: it ends in a slash and holds nothing that breaks a line.

    Args:
        site_url: the setting, as it was written into ``build.json``.

    Returns:
        An empty text where none is configured.
    """
    if not isinstance(site_url, str) or not site_url.startswith(("https://", "http://")):
        return ""
    return quote(site_url, safe=_UNQUOTED).rstrip("/") + "/"


def absolute(address: str, root: str) -> str:
    """A page's one address on the web; that of the front page is the site's own."""
    return root if address == "index.html" else root + address


def write_standing(root: str, addresses: Sequence[str], writer: Writer) -> None:
    """Write ``robots.txt`` and, where the address of the site is known, ``sitemap.xml``.

    Crawlers ask for ``robots.txt`` at the top of a host only; below one, as on a project page, it is not looked at.

    Args:
        root: the site's address, from :func:`root_of`.
        addresses: the pages to be found.
        writer: where to.
    """
    lines = ["User-agent: *", "Allow: /"]
    if root:
        lines.append(f"Sitemap: {root}sitemap.xml")
        for name, text in _sitemaps(root, addresses):
            writer.text(name, text)
    writer.text("robots.txt", "".join(f"{line}\n" for line in lines))


def _sitemaps(root: str, addresses: Sequence[str]) -> Iterator[tuple[str, str]]:
    """``sitemap.xml`` with all pages; where they are too many for one, the list of those that have them."""
    if len(addresses) <= _MOST:
        yield "sitemap.xml", _xml("urlset", "url", [absolute(address, root) for address in addresses])
        return
    names: list[str] = []
    for start in range(0, len(addresses), _MOST):
        names.append(f"sitemap-{len(names) + 1}.xml")
        part = addresses[start : start + _MOST]
        yield names[-1], _xml("urlset", "url", [absolute(address, root) for address in part])
    yield "sitemap.xml", _xml("sitemapindex", "sitemap", [root + name for name in names])


def _xml(outer: str, inner: str, locations: Sequence[str]) -> str:
    rows = "".join(f"<{inner}><loc>{escape(location)}</loc></{inner}>\n" for location in locations)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{outer} {_SPACE}>\n{rows}</{outer}>\n'
