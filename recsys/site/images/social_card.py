"""The social card, the preview of a link to the site: the board of the front page, with the map of the data.

Pillow is imported only when the card is drawn, and its built-in font is used.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice, pairwise
from math import ceil
from typing import TYPE_CHECKING, Any

from recsys.site.images.map_png import png, points_mask
from recsys.site.images.square import Point

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH, HEIGHT = 1200, 630

_VELVET = (((0x6D, 0x1A, 0x33), 0.0), ((0x3A, 0x10, 0x22), 0.55), ((0x22, 0x0A, 0x16), 1.0))  # style/base.css: .board
_LIGHT, _BULB, _LAMP = (0xFF, 0xE3, 0xA1), (0xF2, 0xB6, 0x3A), (0xFF, 0xD2, 0x7A)
_INK, _INK_2 = (0xFD, 0xF3, 0xE2), (0xD9, 0xC3, 0xBD)
_EDGE, _STEP = 40, 32  # px: distance of the bulbs from the edge, and from each other
_LEFT, _COLUMN = 84, 560  # px: left edge and maximum width of the text
_MAP = 540
_FONT_SIZES = (84, 72, 60, 50)  # of the name: the largest with which it needs at most _MAX_LINES
_MAX_LINES = 3


def social_card(name: str, facts: str, points: Sequence[Point], n_ratings: Sequence[int]) -> bytes:
    """A PNG of 1200 x 630.

    Args:
        name: of the data set. Characters that the font lacks are left out.
        facts: one line below it.
        points: where the items lie on the map.
        n_ratings: how often each was rated.
    """
    from PIL import Image

    card = _board().copy()
    if points:
        mask = points_mask(points, n_ratings, _MAP, scale=1.15)
        top_left = (WIDTH - _MAP - 46, (HEIGHT - _MAP) // 2)
        card.paste(Image.new("RGB", mask.size, _BULB), top_left, mask)
    _text(card, name, facts)
    return png(card.quantize(255, dither=Image.Dither.FLOYDSTEINBERG))


@cache
def _board() -> Image:
    """What is the same on every card."""
    card = _velvet()
    _bulbs(card)
    return card


def _velvet() -> Image:
    """A background that darkens with the distance from the middle of the upper edge, as the CSS of ``.board``."""
    from PIL import Image

    reach = (round(1.2 * WIDTH), round(1.4 * HEIGHT))  # radii of the ellipse
    distance = Image.radial_gradient("L").resize((2 * reach[0], 2 * reach[1]), Image.Resampling.BICUBIC)
    distance = distance.crop((reach[0] - WIDTH // 2, reach[1], reach[0] + WIDTH // 2, reach[1] + HEIGHT))
    shades = [_gradient(step / 255) for step in range(256)]
    return Image.merge("RGB", [distance.point([shade[band] for shade in shades]) for band in range(3)])


def _gradient(distance: float) -> tuple[int, ...]:
    """The colour at a distance from 0 to 1, interpolated between the stops of the gradient."""
    for (inner, start), (outer, end) in pairwise(_VELVET):
        if distance <= end:
            share = (distance - start) / (end - start)
            return tuple(round(a + (b - a) * share) for a, b in zip(inner, outer, strict=True))
    return _VELVET[-1][0]


def _bulbs(card: Image) -> None:
    from PIL import Image, ImageDraw, ImageFilter

    oversampling = 3  # drawn larger, then shrunk, which smooths the edges
    glow = Image.new("L", (WIDTH, HEIGHT))
    lamps = Image.new("L", (WIDTH * oversampling, 2 * _EDGE * oversampling))
    rows = (ImageDraw.Draw(glow), ImageDraw.Draw(lamps))
    n = (WIDTH - 2 * _EDGE) // _STEP
    for x in (_EDGE + (WIDTH - 2 * _EDGE) * bulb / n for bulb in range(n + 1)):
        for y in (_EDGE, HEIGHT - _EDGE):
            rows[0].ellipse((x - 8, y - 8, x + 8, y + 8), fill=150)
        rows[1].ellipse([oversampling * edge for edge in (x - 4.5, _EDGE - 4.5, x + 4.5, _EDGE + 4.5)], fill=255)
    card.paste(_BULB, (0, 0), glow.filter(ImageFilter.GaussianBlur(5)))
    small = lamps.resize((WIDTH, 2 * _EDGE), Image.Resampling.BOX)
    for top in (0, HEIGHT - 2 * _EDGE):
        card.paste(_LIGHT, (0, top), small)


def _text(card: Image, name: str, facts: str) -> None:
    from PIL import ImageDraw

    draw = ImageDraw.Draw(card)
    font, lines = _fit(drawable(name))
    leading = round(font.size * 1.12)
    top = (HEIGHT - (62 + leading * len(lines) + 66)) // 2
    draw.text((_LEFT, top), "Marquee", font=_font(34), fill=_LAMP)
    for row, line in enumerate(lines):
        start = (_LEFT - 2, top + 62 + row * leading)
        draw.text(start, line, font=font, fill=_INK, stroke_width=1, stroke_fill=_INK)  # the font has no bold
    fonts = map(_font, range(27, 14, -2))
    small = next((font for font in fonts if font.getlength(facts) <= _COLUMN), _font(14))
    draw.text((_LEFT, top + 62 + leading * len(lines) + 26), facts, font=small, fill=_INK_2)


def _fit(text: str) -> tuple[Any, list[str]]:
    """A font and the lines of the text in it, at most _MAX_LINES; a longer text ends in an ellipsis."""
    for size in _FONT_SIZES:
        font = _font(size)
        lines = list(islice(_wrapped(text, font), _MAX_LINES + 1))
        if len(lines) <= _MAX_LINES:
            return font, lines
    last = lines[_MAX_LINES - 1]
    while font.getlength(last + "…") > _COLUMN:
        last = last[:-1]
    return font, [*lines[: _MAX_LINES - 1], last + "…"]


def _wrapped(text: str, font: Any) -> Iterator[str]:
    """Lines of whole words; a word that is longer than a line is broken."""
    line = ""
    for word in text.split():
        if line and font.getlength(f"{line} {word}") > _COLUMN:
            yield line
            line = ""
        line = f"{line} {word}".strip()
        while font.getlength(line) > _COLUMN:
            lengths = range(1, len(line))  # of beginnings of the line; at least one character, however wide
            fits = max(1, bisect_right(lengths, _COLUMN, key=lambda n: ceil(font.getlength(line[:n]))))
            yield line[:fits]
            line = line[fits:]
    if line:
        yield line


def drawable(text: str) -> str:
    """The text without characters that the font lacks; empty if no letter or digit is left."""
    font = _font(_FONT_SIZES[-1])
    missing = bytes(font.getmask("\U0010ffff"))
    characters = [
        character
        for character in unicodedata.normalize("NFC", text)
        if character == " " or (character.isprintable() and bytes(font.getmask(character)) != missing)
    ]
    drawable = " ".join("".join(characters).split())
    return drawable if any(map(str.isalnum, drawable)) else ""


def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)
