"""The playground: both towers learn in the visitor's browser, on the sample or on a file of the visitor's own.

It needs nothing of the site's own data or models, so that every site has it.
"""

from __future__ import annotations

from recsys.site.context import Context, PageHead
from recsys.site.pages.page import Page, SiteData


def playground_context(data: SiteData, page: PageHead) -> Context:
    """Nothing but what every page is given."""
    return Context(data.site, page)


PAGE = Page(
    address="playground.html",
    title="playground.title",
    nav="playground.nav",
    template="playground.html",
    context=playground_context,
    description="playground.description",
)
