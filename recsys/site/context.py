"""What every template is given, and the small types that pages share.

The context of each template is a frozen dataclass in the module of its page. A test checks that a template uses just
the names of its context: nothing missing, nothing unused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from recsys.schema import ReasonKind


@dataclass(frozen=True)
class NavLink:
    """One entry of the navigation."""

    label: str
    address: str


@dataclass(frozen=True)
class Site:
    """What every page says about the site."""

    csp: Markup
    """Content Security Policy; our own text, so its quotes are not escaped."""
    brand: str
    """Title of the site in its head and in the titles of windows; the program's name where the settings give none."""
    logo: str
    """Address of the picture beside it, relative to the top of the site; empty for none."""
    description: str
    """What the settings say of the site; empty for nothing."""
    pages: frozenset[str]
    """Addresses of the pages at the top of the site."""
    dataset: str
    """What the site is about: its title, or the name of the data set."""
    synthetic: bool
    version: str
    nav: tuple[NavLink, ...]
    url: str
    """Its address on the web, ending in a slash; empty where none is configured."""
    repository: str
    """Address of its source; empty where none is configured."""
    assets: Mapping[str, str]
    """The address of everything that pages load, by name: relative to the top, with a hash of the content."""
    stamp: str
    """Names the build: a page and the data that its scripts load have the same one."""
    has_values: bool
    """Whether ratings say more than that there is one."""
    has_genres: bool
    """Whether any item has a genre."""
    has_years: bool
    """Whether the year of any item is known."""
    rates: str
    """How visitors rate items, a name of :mod:`recsys.site.control`; empty where they cannot."""


@dataclass(frozen=True)
class PageHead:
    """What every page says about itself."""

    address: str
    title: str
    description: str
    section: str
    """The address in the navigation that this page belongs to; mostly its own."""
    root: str
    """The path from the page to the top of the site: empty, or ``../``."""


@dataclass(frozen=True)
class Context:
    """What every template is given."""

    site: Site
    page: PageHead


@dataclass(frozen=True)
class ItemLink:
    """A link to an item; ``href`` is relative to the top of the site."""

    title: str
    year: int | None
    href: str


@dataclass(frozen=True)
class UserLink:
    """A link to a user; ``href`` is relative to the top of the site."""

    id: str
    href: str


@dataclass(frozen=True)
class Model:
    """A model or baseline: its name in the exported data, and its label on pages."""

    name: str
    label: str
    reasons: ReasonKind | None = None
    """What the reasons for its recommendations are; None for a baseline, which gives none."""


@dataclass(frozen=True)
class Chart:
    """A Bokeh figure as JSON that may stand inside a ``script`` element."""

    name: str
    json: Markup
    height: int
    """In pixels: the page reserves the space, so that nothing moves when the chart appears."""
