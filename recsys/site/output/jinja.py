"""The Jinja2 environment, and the filters with which pages format numbers and links."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import CodeType

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from recsys.errors import OutputError
from recsys.site.context import ItemLink
from recsys.site.language.strings import Strings
from recsys.site.output.sitemap import absolute
from recsys.site.shortening import MAX_TITLE, shortened

_UNKNOWN = "–"
_BIDI = frozenset({"R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI", "PDF", "PDI"})
"""Bidirectional categories that can change the direction of text around them."""
_CACHE_SIZE = 1 << 16  # titles are repeated on many pages: each is escaped once
_TERMS = {"rbo": "RBO", "p": "p"}


class _CompiledTemplates(BytecodeCache):
    """Templates as compiled earlier in this process: to compile them takes as long as to render fifty pages.

    A template that is edited meanwhile is compiled again.
    """

    def __init__(self) -> None:
        self._by_template: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Put the code in the bucket, if the template still has the same source."""
        checksum, code = self._by_template.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember the code in the bucket."""
        assert bucket.code is not None, "it is called with a compiled template"
        self._by_template[bucket.key] = bucket.checksum, bucket.code


_COMPILED = _CompiledTemplates()


def make_environment(templates: Path, strings: Strings) -> Environment:
    """An environment in which all text is escaped, and an unknown name is an error.

    Args:
        templates: their folder.
        strings: the texts of the interface, which every template and macro has as ``t``.

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
        bytecode_cache=_COMPILED,
    )
    filters = (absolute, brief, capital, file_name, isolated, link, term)
    environment.filters |= {function.__name__: function for function in filters}
    environment.filters |= {"exported": strings.exported, "in_sentence": strings.in_sentence}
    numbers: tuple[Callable[..., str], ...] = (count, fixed, p_value, percent, plain, signed, size)
    environment.filters |= {function.__name__: strings.formatted(function) for function in numbers}
    environment.globals["t"] = strings
    return environment


def count(value: int) -> str:
    """A whole number: 100,000."""
    return f"{value:,}"


def file_name(href: str) -> str:
    """The last part of an address, which is how a page in the same folder links to it."""
    return href.rpartition("/")[2]


def fixed(value: float | None, digits: int = 2) -> str:
    """A number with fixed decimals, so that a column lines up; 0 without a sign; a dash where it is unknown."""
    return _UNKNOWN if value is None else f"{value:z.{digits}f}".replace("-", "−")


def capital(text: str) -> str:
    """The text with a capital letter first, and otherwise as it is."""
    return text[:1].upper() + text[1:]


@lru_cache(_CACHE_SIZE)
def brief(text: str) -> str:
    """A label, such as a genre, or the beginning of one that is too long for a list."""
    return shortened(text, MAX_TITLE)


def isolated(text: str) -> Markup:
    """Escaped text whose direction does not affect what is around it: in ``bdi``, unless it is left-to-right anyway.

    Quotes are not escaped, so use it between tags only, never inside one.
    """
    escaped = html.escape(text, quote=False)
    if text.isascii() or _BIDI.isdisjoint(map(unicodedata.bidirectional, text)):
        return Markup(escaped)
    return Markup(f"<bdi>{escaped}</bdi>")


@lru_cache(_CACHE_SIZE)
def link(item: ItemLink, root: str) -> Markup:
    """An item as its linked title and its year, in few bytes: its address needs no quotes.

    Args:
        item: what to link to.
        root: the path from the page to the top of the site.
    """
    year = "" if item.year is None else f" {item.year}"
    return Markup(f"<a href={root}{item.href}>{isolated(item.title)}</a>{year}")


def signed(value: float, digits: int = 2) -> str:
    """A difference: +0.010, −0.010, and 0.000 without a sign."""
    text = f"{value:+.{digits}f}".replace("-", "−")
    return text if text.strip("+−0.") else text[1:]


def p_value(p: float) -> str:
    """A probability to three decimals: 0.012, or below 0.001."""
    return "<\u202f0.001" if p < 0.001 else f"{p:.3f}"


def term(name: str) -> str:
    """A key of the protocol as people write it: RBO, By activity."""
    return _TERMS.get(name) or capital(name).replace("_", " ")


def percent(value: float, digits: int = 0) -> str:
    """A share as a percentage: 38%."""
    return f"{100 * value:z.{digits}f}%".replace("-", "−")


def plain(value: float | None) -> str:
    """A number as short as it is, to nine digits: 4, 4.5; a dash where it is unknown."""
    return _UNKNOWN if value is None else f"{value:.9g}"


def size(n_bytes: int) -> str:
    """A file's size: 812 B, 4.2 kB, 1.3 MB."""
    if n_bytes < 1000:
        return f"{n_bytes} B"
    return f"{n_bytes / 1e3:.1f} kB" if n_bytes < 1e6 else f"{n_bytes / 1e6:.1f} MB"
