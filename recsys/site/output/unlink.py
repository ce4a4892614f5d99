"""Remove the links of a page to pages that its site does without."""

from __future__ import annotations

import re
from collections.abc import Collection

_LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
_HREF = re.compile(r"""\bhref=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_CONTROL = re.compile(r"""\bclass=["']?[^"'>]*\b(?:button|card)\b""")
"""Links that say nothing where they lead nowhere."""


def remove_links(page: str, absent: Collection[str]) -> str:
    """The page with the text of such links in their place; buttons and cards are left out.

    Args:
        page: HTML in which links hold no links, as in any, and attributes no ``>``, as in templates that escape.
        absent: addresses from the top of the site; one that ends in a slash stands for all pages below it.
    """
    if not absent:
        return page

    def replace(link: re.Match[str]) -> str:
        href = _HREF.search(link[1])
        if href is None:
            return link[0]
        address = re.sub(r"^(?:\.\.?/)+", "", re.split("[?#]", href[href.lastindex or 0])[0])
        folder, slash, _ = address.partition("/")
        if address not in absent and folder + slash not in absent:
            return link[0]
        return "" if _CONTROL.search(link[1]) else link[2]

    return _LINK.sub(replace, page)
