"""Settings of presentation: what a site looks like and says, which may change without training."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, TypedDict

from msgspec import Meta

from recsys.config.checked import Checked, expected, shortened
from recsys.errors import ConfigError
from recsys.text import printable

_Word = Annotated[str, Meta(min_length=1, max_length=40)]
_Title = Annotated[str, Meta(min_length=1, max_length=200, description="a text of 1 to 200 characters")]
_Description = Annotated[str, Meta(min_length=1, max_length=1000, description="a text of 1 to 1000 characters")]
_Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}\Z", description="a colour as #rrggbb, such as #2563b8")]
_Address = Annotated[
    str,
    Meta(
        pattern=r"^https?://[^\s/{}\"'<>\\?#@]+(/[^\s{}\"'<>\\]*)?\Z",
        max_length=2000,
        description="an address such as https://github.com/you/films",
    ),
]
_LINK = re.compile(
    r"https?://[^\s/{}\"'<>\\?#@]+[/?#](?=.*\{(?:id|title)\})(?:[^\s{}\"'<>\\]|\{(?:id|title|year)\})*"
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class NounForms(TypedDict, total=False):
    """The forms of a noun, by the names that :class:`recsys.schema.Noun` gives them."""

    one: _Word
    many: _Word
    do: _Word
    did: _Word
    forms: dict[str, _Word]


@dataclass(frozen=True, kw_only=True)
class PresentationConfig(Checked):
    """What a site looks like and says.

    Raises:
        ConfigError: a value is outside its range.
    """

    title: _Title | None = None
    """Title of the site, such as "Our book club"; by default the name of the data set."""
    description: _Description | None = None
    """What the site is about, in a sentence or two, for its front page and for search engines."""
    noun: Annotated[
        _Word | Annotated[Sequence[_Word], Meta(min_length=1, max_length=4)] | NounForms | None,
        Meta(
            description='a noun such as "book", or its forms, such as { one = "zine", many = "zines", do = "read", '
            'did = "read" }'
        ),
    ] = None
    """What an item is called, such as "book"; by default what the data suggests. Without its forms, a noun that is
    not known has a regular plural, and users "choose" it; with
    { one = "zine", many = "zines", do = "read", did = "read" }, pages ask "what should you read next?". Where
    the pages are in German, so are the forms: those of "Brettspiel" follow from those of "Spiel", and a noun that is
    not known needs its plural."""
    language: Annotated[
        str, Meta(pattern=r"^[a-zA-Z0-9-]{1,35}\Z", description="the name of a language, such as en")
    ] = "en"
    """Language of the pages: "en" for English, "de" for German, or the name of another file of texts."""
    accent: _Colour | None = None
    """Colour of links and buttons, such as "#2563b8". It is darkened or lightened where text in it would be hard to
    read."""
    logo: Annotated[str | None, Meta(description="the path of a picture: SVG, PNG, JPEG or WebP")] = None
    """A picture shown next to the title: the path of an SVG, PNG, JPEG or WebP file of at most 200 kB."""
    pages: (
        Annotated[tuple[Annotated[str, Meta(min_length=1)], ...], Meta(description="a list of pages, each once")]
        | None
    ) = None
    """The pages to make; by default all. The front page and a page for each item are always made."""
    repository: _Address | None = None
    """Address of the site's source, such as "https://github.com/you/films"; every page links to it at the bottom."""
    links: Annotated[
        Mapping[str, str],
        Meta(
            description="a table [links] of addresses that contain {id} or {title}, such as IMDb = "
            '"https://www.imdb.com/title/tt{id}/"'
        ),
    ] = field(default_factory=dict)
    """Links from an item to other sites: a label, and an address in which {id}, {title} and {year} stand for those of
    the item. With {title}, the address can be that of a search."""

    def __post_init__(self) -> None:
        """Check every value, refuse links without an item in them, and make every text one printable line."""
        super().__post_init__()
        for name in ("title", "description"):
            text = getattr(self, name)
            if text is not None:
                line = _one_line(text)
                if not line:
                    raise ConfigError(f"{name} is {shortened(text)}; expected {expected(type(self), name)}")
                object.__setattr__(self, name, line)
        if self.pages is not None and len(set(self.pages)) < len(self.pages):
            raise ConfigError(f"pages is {list(self.pages)}; expected a list of pages, each once")
        links = {}
        for label, pattern in self.links.items():
            name = _one_line(label)
            if not name or len(name) > 40:
                raise ConfigError(f"links has the label {shortened(label)}; expected 1 to 40 characters")
            if not _LINK.fullmatch(pattern) or len(pattern) > 2000:
                raise ConfigError(
                    f"links.{name} is {shortened(pattern)}; expected an address with https:// and {{id}} or "
                    "{title} in it, such as https://www.imdb.com/title/tt{id}/"
                )
            links[name] = pattern
        object.__setattr__(self, "links", links)


def _one_line(text: str) -> str:
    """The text on one line, without control characters."""
    return printable(" ".join(_CONTROLS.sub(" ", text).split()))
