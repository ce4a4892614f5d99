"""The page that a web server shows where there is none."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from recsys.site.context import Context, PageHead
from recsys.site.output.accent import accent_css
from recsys.site.pages.page import Page, SiteData

_CLIMBS = tuple("../" * depth for depth in range(10))


@dataclass(frozen=True)
class NotFoundContext(Context):
    """``404.html``, which is served at any depth and therefore contains its style sheet."""

    css: Markup
    climbs: tuple[str, ...]
    """The ways from the page to the top of the site, one for each depth at which it may be shown."""


def not_found_context(data: SiteData, page: PageHead) -> NotFoundContext:
    """The page with its style inside."""
    css = accent_css(data.artefacts.build.presentation.accent)
    css = (data.templates / "assets" / "style" / "base.css").read_text(encoding="utf-8") + css
    # At any depth a relative link leads somewhere else. Without an address a script finds the way, see assets/lost/.
    return NotFoundContext(data.site, page, Markup(css.replace("</", "<\\/")), _CLIMBS)


PAGE = Page(
    address="404.html",
    title="not_found.title",
    nav=None,
    template="404.html",
    context=not_found_context,
    description="not_found.description",
    in_sitemap=False,
)
