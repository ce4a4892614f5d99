"""What each template is given: one frozen dataclass a template, and the small parts they share.

A template may use these names and no others, and a test holds both ways: nothing missing, nothing unused. Must not
know where the values come from.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from recsys.schema import DatasetSummary, EpochRecord, Protocol


@dataclass(frozen=True)
class NavLink:
    """One entry of the navigation."""

    label: str
    address: str


@dataclass(frozen=True)
class Site:
    """What every page says about the site."""

    csp: Markup
    """Ours, so its quotes may stand as they are."""
    dataset: str
    synthetic: bool
    version: str
    nav: tuple[NavLink, ...]
    url: str
    """Its address on the web, ending in a slash; empty where none is configured."""


@dataclass(frozen=True)
class Page:
    """What every page says about itself."""

    address: str
    title: str
    description: str
    section: str
    """The address in the navigation that this page belongs to; its own, mostly."""
    root: str
    """The way from the page to the top of the site: empty, or ``../``."""


@dataclass(frozen=True)
class Context:
    """What every template is given."""

    site: Site
    page: Page


@dataclass(frozen=True)
class Film:
    """A film as pages name it; ``href`` is relative to the top of the site."""

    title: str
    year: int | None
    href: str


@dataclass(frozen=True)
class User:
    """A user as pages name them; ``href`` is relative to the top of the site."""

    id: str
    href: str


@dataclass(frozen=True)
class Model:
    """A model, baselines included, by its short and its plain name."""

    name: str
    label: str


@dataclass(frozen=True)
class Chart:
    """A Bokeh figure as JSON that may stand inside a ``script`` element."""

    name: str
    json: Markup
    height: int
    """In pixels: the page keeps the place free, so nothing jumps."""


@dataclass(frozen=True)
class Bar:
    """A mean with its interval, and the same three as percentages of the widest bar."""

    model: Model
    mean: float
    low: float
    high: float
    width: float
    left: float
    span: float
    lift: float | None
    """Share by which the mean lies above popularity's; None for popularity itself, or without it."""


@dataclass(frozen=True)
class Cell:
    """One figure of a table of results, with its interval where it has one."""

    mean: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class HomeContext(Context):
    """``index.html``."""

    dataset: DatasetSummary
    k: int
    n_evaluated: int
    bars: tuple[Bar, ...]
    gains: bool
    models: tuple[Model, ...]
    first_users: tuple[User, ...]
    answers: bool
    """Whether a visitor's ratings are answered too."""


@dataclass(frozen=True)
class FilmRow:
    """One film in the index."""

    film: Film
    genres: str
    n_ratings: int
    mean_rating: float | None


@dataclass(frozen=True)
class FilmsContext(Context):
    """``films.html``."""

    rows: tuple[FilmRow, ...]
    """The most rated."""
    n_films: int
    """All, listed or not."""


@dataclass(frozen=True)
class Curve:
    """How one model was trained."""

    model: Model
    best_epoch: int
    dim: int
    n_parameters: int
    chart: Chart | None
    records: tuple[EpochRecord, ...]


@dataclass(frozen=True)
class TrainingContext(Context):
    """``training.html``."""

    bokeh: str
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class AboutContext(Context):
    """``about.html``."""

    dataset: DatasetSummary
    models: tuple[Model, ...]
    protocol: Protocol
    measured: bool
    k: int
    max_named: int
    """Rated films of one user that the site names at most."""
    answers: bool
    """Whether a visitor's ratings are answered."""
    settings: tuple[tuple[str, str], ...]
    command: str


@dataclass(frozen=True)
class NotFoundContext(Context):
    """``404.html``, which is served at any depth and so carries its style inside."""

    css: Markup
    home: str
