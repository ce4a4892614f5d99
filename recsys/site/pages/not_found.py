"""The page that a web server shows where there is none."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from recsys.site.context import Context, PageHead
from recsys.site.pages.page import Page, SiteData


@dataclass(frozen=True)
class NotFoundContext(Context):
    """``404.html``, which is served at any depth and therefore contains its style sheet."""

    css: Markup
    home: str


def not_found_context(data: SiteData, page: PageHead) -> NotFoundContext:
    """The page with its style inside."""
    css = (data.templates / "assets" / "style" / "base.css").read_text(encoding="utf-8")
    # At any depth a relative link leads somewhere else: only an absolute one is safe.
    return NotFoundContext(data.site, page, Markup(css.replace("</", "<\\/")), data.site.url or "index.html")


PAGE = Page(
    address="404.html",
    title="Not found",
    nav=None,
    template="404.html",
    context=not_found_context,
    description="There is no such page here.",
    in_sitemap=False,
)
