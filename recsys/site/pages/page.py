"""What a page of the site is: its address, its title, its template and the function that fills it.

A module of this package defines one with ``PAGE = Page(...)`` (or ``PageFamily(...)`` for one file per user or item),
and :mod:`recsys.site.pages.registry` lists it. Must not import any page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from recsys.schema import Artefacts
from recsys.site.catalogue import Catalogue
from recsys.site.context import Context, PageHead, Site
from recsys.site.language.strings import Strings
from recsys.site.output.parallel import Job, page_job


@dataclass(frozen=True)
class SiteData:
    """What the pages of one site are computed from."""

    site: Site
    artefacts: Artefacts
    catalogue: Catalogue
    bokeh: str
    """Address of BokehJS, relative to the top of the site."""
    data_folder: Path
    """The exported files, for pages that link to them."""
    templates: Path
    strings: Strings
    """The texts of the interface; templates have them as ``t``."""


def on_every_site(artefacts: Artefacts) -> bool:
    """For pages that do not depend on what was built."""
    return True


@dataclass(frozen=True)
class Page:
    """One page at the top of the site.

    Attributes:
        address: its file name, such as ``map.html``.
        title: of the document, as the key of a text.
        nav: the key of its label in the navigation; None for a page that is not in it.
        template: the file in the folder of templates.
        context: computes what the template is given.
        description: for search engines and shared links, as the key of a text.
        applies: whether a site has this page.
        scripts: data that the page's scripts load. ``{"rate": f}`` writes ``assets/data-rate.js`` with what ``f``
            returns, or nothing where it returns None.
        in_sitemap: whether search engines should find the page.
    """

    address: str
    title: str
    nav: str | None
    template: str
    context: Callable[[SiteData, PageHead], Context]
    description: str
    applies: Callable[[Artefacts], bool] = on_every_site
    scripts: Mapping[str, Callable[[SiteData], Any]] = field(default_factory=dict)
    in_sitemap: bool = True

    def jobs(self, data: SiteData) -> Iterator[Job]:
        """The one file to write."""
        head = PageHead(
            address=self.address,
            title=data.strings.text(self.title),
            description=data.strings.text(self.description),
            section=self.address,
            root="",
        )
        yield page_job(self.address, self.template, partial(self.context, data, head))


@dataclass(frozen=True)
class PageFamily:
    """Many files of one kind, such as a page for each user.

    Attributes:
        jobs: the files to write.
        applies: whether a site has these files.
    """

    jobs: Callable[[SiteData], Iterator[Job]]
    applies: Callable[[Artefacts], bool] = on_every_site
