"""Pages as a browser would find them, and whether what they point at is there."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from recsys.export.script import json_in


class Page(HTMLParser):
    """What a page holds, as a browser would find it."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.loads, self.tags, self.csp, self.inline = [], [], [], [], [], []
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        if tag in ("script", "img", "iframe") and "src" in attributes:
            self.loads.append(attributes["src"])
        if "data-bokeh" in attributes:  # a script that loads it later
            self.loads.append(attributes["data-bokeh"])
        if tag == "link":
            self.loads.append(attributes["href"])
        if tag == "script" and "src" not in attributes and attributes.get("type") != "application/json":
            self.inline.append(attrs)
        self.inline += [name for name in attributes if name.startswith("on")]
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.csp.append(attributes["content"])


def pages(folder: Path) -> dict[str, Page]:
    """Every page of a site by its address."""
    return {path.relative_to(folder).as_posix(): Page(path) for path in sorted(folder.rglob("*.html"))}


def broken(folder: Path, pages: dict[str, Page]) -> list[tuple[str, str]]:
    """The links and loads that lead nowhere, or out of the site by a way that is not a whole address.

    Returns:
        ``(page, target)`` for each; empty for a sound site.
    """
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    ids = {address: set(page.ids) for address, page in pages.items()}
    return [
        (address, target)
        for address, page in pages.items()
        for targets, may_leave in ((page.links, True), (page.loads, False))
        for target in targets
        if not _resolves(address, target, files, ids, may_leave)
    ]


def _resolves(address: str, target: str, files: set[str], ids: dict[str, set[str]], may_leave: bool) -> bool:
    parts = urlsplit(target)
    if address == "404.html" and parts.path.endswith("../assets/lost.js"):
        return True  # of several ways to the top of the site, one for each depth at which the page may be shown
    if parts.scheme == "data" or (parts.scheme and may_leave):
        return True  # an icon that is its own text; a citation
    if parts.scheme or parts.netloc or target.startswith("/"):
        return False
    inside = _join(address, unquote(parts.path)) if parts.path else address
    if inside not in files:
        return False
    if "any-user-facts" in ids.get(inside, ()):
        return True  # a user, whom the script of this page shows
    if "=" in parts.fragment:
        return inside == "map.html"  # a view of it, which its script restores
    return not parts.fragment or unquote(parts.fragment) in ids.get(inside, ())


def _join(address: str, path: str) -> str:
    """Where a relative path leads to; one that leaves the site keeps its dots."""
    parts = address.split("/")[:-1]
    for step in path.split("/"):
        if step == ".." and parts:
            parts.pop()
        elif step != ".":
            parts.append(step)
    return "/".join(parts)


def script_value(path: Path) -> Any:
    """The value that a data script sets."""
    return json.loads(json_in(path.read_text("utf-8")))
