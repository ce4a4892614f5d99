"""Jinja2 as every page wants it, and how pages write numbers. Knows no page."""

from __future__ import annotations

import html
import unicodedata
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from recsys.errors import OutputError
from recsys.site.context import Film
from recsys.site.output.sitemap import absolute

_UNKNOWN = "–"
_TURNS = frozenset({"R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI", "PDF", "PDI"})
_REMEMBERED = 1 << 16  # films are named over and over: each is escaped once
_METRICS = {"ndcg": "nDCG", "map": "MAP", "mrr": "MRR", "rbo": "RBO", "p": "p"}


def make_environment(templates: Path) -> Environment:
    """All text escaped, and an unknown name is an error.

    Raises:
        OutputError: there is no such folder.
    """
    if not templates.is_dir():
        raise OutputError(f"{templates}: no such folder; expected the templates of the site")
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    filters = (absolute, beside, count, fixed, isolated, link, metric, p_value, percent, plain, signed, size)
    environment.filters |= {one.__name__: one for one in filters}
    return environment


def beside(href: str) -> str:
    """An address as a page in the same folder writes it."""
    return href.rpartition("/")[2]


def count(value: int) -> str:
    """A whole number: 100,000."""
    return f"{value:,}"


def fixed(value: float | None, digits: int = 2) -> str:
    """A number with fixed decimals, so that a column lines up; 0 without a sign; a dash where it is unknown."""
    return _UNKNOWN if value is None else f"{value:z.{digits}f}".replace("-", "−")


@lru_cache(_REMEMBERED)
def isolated(text: str) -> Markup:
    """Text that keeps its direction to itself: inside ``bdi``, unless all of it runs from left to right anyway.

    Quotes stay as they are, so it may stand between tags only, never inside one.
    """
    escaped = html.escape(text, quote=False)
    if text.isascii() or _TURNS.isdisjoint(map(unicodedata.bidirectional, text)):
        return Markup(escaped)
    return Markup(f"<bdi>{escaped}</bdi>")


@lru_cache(_REMEMBERED)
def link(film: Film, root: str) -> Markup:
    """A film as its linked title and its year, in few bytes: its address needs no quotes.

    Args:
        film: which.
        root: the way from the page to the top of the site.
    """
    year = "" if film.year is None else f" {film.year}"
    return Markup(f"<a href={root}{film.href}>{isolated(film.title)}</a>{year}")


def signed(value: float, digits: int = 2) -> str:
    """A difference: +0.010, −0.010, and 0.000 without a sign."""
    text = f"{value:+.{digits}f}".replace("-", "−")
    return text if text.strip("+−0.") else text[1:]


def p_value(p: float) -> str:
    """A probability to three decimals, and no claim beyond them."""
    return "<\u202f0.001" if p < 0.001 else f"{p:.3f}"


def metric(name: str) -> str:
    """A metric as people write it: nDCG, MAP, By activity."""
    return _METRICS.get(name) or (name[:1].upper() + name[1:]).replace("_", " ")


def percent(value: float, digits: int = 0) -> str:
    """A share as a percentage."""
    return f"{100 * value:.{digits}f}\u00a0%".replace("-", "−")


def plain(value: float | None) -> str:
    """A number as short as it is: 4, 4.5; a dash where it is unknown."""
    return _UNKNOWN if value is None else f"{value:g}"


def size(n_bytes: int) -> str:
    """A file's size: 812 B, 4.2 kB, 1.3 MB."""
    if n_bytes < 1000:
        return f"{n_bytes} B"
    return f"{n_bytes / 1e3:.1f} kB" if n_bytes < 1e6 else f"{n_bytes / 1e6:.1f} MB"
