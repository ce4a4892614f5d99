"""For search engines: ``sitemap.xml``, ``robots.txt`` and absolute addresses.

All but ``robots.txt`` needs the address of the site, and is absent where none is configured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote
from xml.sax.saxutils import escape

from recsys.site.output.writer import Writer

_MAX_ADDRESSES = 50_000
"""In one sitemap: the limit of https://www.sitemaps.org/protocol.html."""
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_NOT_QUOTED = ":/?#[]@!$&'()*+,;=%~"


def site_root(site_url: object) -> str:
    """The address of a site, ending in a slash and quoted, to which addresses of pages are appended.

    Args:
        site_url: the setting, as it was written into ``build.json``.

    Returns:
        An empty text where none is configured.
    """
    if not isinstance(site_url, str) or not site_url.startswith(("https://", "http://")):
        return ""
    return quote(site_url, safe=_NOT_QUOTED).rstrip("/") + "/"


def absolute(address: str, root: str) -> str:
    """A page's canonical address on the web; that of the front page is the site's own."""
    return root if address == "index.html" else root + address


def write_sitemap(root: str, addresses: Sequence[str], writer: Writer) -> None:
    """Write ``robots.txt`` and, where the address of the site is known, ``sitemap.xml``.

    Crawlers read ``robots.txt`` at the top of a host only; below it, as on a project page, it has no effect.

    Args:
        root: the site's address, from :func:`site_root`.
        addresses: the pages to list.
        writer: writes the files.
    """
    lines = ["User-agent: *", "Allow: /"]
    if root:
        lines.append(f"Sitemap: {root}sitemap.xml")
        for name, text in _sitemaps(root, addresses):
            writer.text(name, text)
    writer.text("robots.txt", "".join(f"{line}\n" for line in lines))


def _sitemaps(root: str, addresses: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names and content: ``sitemap.xml`` with all pages, or an index and several sitemaps if they are too many."""
    if len(addresses) <= _MAX_ADDRESSES:
        yield "sitemap.xml", _xml("urlset", "url", [absolute(address, root) for address in addresses])
        return
    names: list[str] = []
    for start in range(0, len(addresses), _MAX_ADDRESSES):
        names.append(f"sitemap-{len(names) + 1}.xml")
        part = addresses[start : start + _MAX_ADDRESSES]
        yield names[-1], _xml("urlset", "url", [absolute(address, root) for address in part])
    yield "sitemap.xml", _xml("sitemapindex", "sitemap", [root + name for name in names])


def _xml(outer: str, inner: str, locations: Sequence[str]) -> str:
    rows = "".join(f"<{inner}><loc>{escape(location)}</loc></{inner}>\n" for location in locations)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{outer} {_NAMESPACE}>\n{rows}</{outer}>\n'
