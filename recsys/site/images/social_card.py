"""The social card: what a link to the site looks like where it is shared. The front page's board, with the real map.

Pillow draws, with the font that it brings along, and is loaded only when the card is made. Must not know of files.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from recsys.site.images.map_png import png, points_mask
from recsys.site.pages.square import Point

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH, HEIGHT = 1200, 630

_VELVET = (((0x6D, 0x1A, 0x33), 0.0), ((0x3A, 0x10, 0x22), 0.55), ((0x22, 0x0A, 0x16), 1.0))  # style/base.css: .board
_LIGHT, _BULB, _LAMP = (0xFF, 0xE3, 0xA1), (0xF2, 0xB6, 0x3A), (0xFF, 0xD2, 0x7A)
_INK, _INK_2 = (0xFD, 0xF3, 0xE2), (0xD9, 0xC3, 0xBD)
_EDGE, _STEP = 40, 32  # of the bulbs: from the edge, from each other
_LEFT, _COLUMN = 84, 560  # the text: where it begins, how wide it may be
_MAP = 540
_SIZES = (84, 72, 60, 50)  # of the name: the largest that needs at most three lines
_LINES = 3


def social_card(name: str, facts: str, points: Sequence[Point], n_ratings: Sequence[int]) -> bytes:
    """A PNG of 1200 x 630.

    Args:
        name: of the data set. What the font has no letter for is left out.
        facts: one line below it.
        points: where the films lie on the map.
        n_ratings: how often each was rated.
    """
    from PIL import Image

    card = _velvet()
    _bulbs(card)
    if points:
        mask = points_mask(points, n_ratings, _MAP, scale=1.15)
        place = (WIDTH - _MAP - 46, (HEIGHT - _MAP) // 2)
        card.paste(Image.new("RGB", mask.size, _BULB), place, mask)
    _text(card, name, facts)
    return png(card.quantize(255, dither=Image.Dither.FLOYDSTEINBERG))


def _velvet() -> Image:
    """An ellipse of light from the middle of the upper edge, 120 % of the width by 140 % of the height."""
    from PIL import Image

    reach = (round(1.2 * WIDTH), round(1.4 * HEIGHT))
    distance = Image.radial_gradient("L").resize((2 * reach[0], 2 * reach[1]), Image.Resampling.BICUBIC)
    distance = distance.crop((reach[0] - WIDTH // 2, reach[1], reach[0] + WIDTH // 2, reach[1] + HEIGHT))
    shades = [_between(step / 255) for step in range(256)]
    return Image.merge("RGB", [distance.point([shade[band] for shade in shades]) for band in range(3)])


def _between(share: float) -> tuple[int, ...]:
    for (one, start), (two, end) in pairwise(_VELVET):
        if share <= end:
            part = (share - start) / (end - start)
            return tuple(round(a + (b - a) * part) for a, b in zip(one, two, strict=True))
    return _VELVET[-1][0]


def _bulbs(card: Image) -> None:
    from PIL import Image, ImageDraw, ImageFilter

    finer = 3
    glow = Image.new("L", (WIDTH, HEIGHT))
    lamps = Image.new("L", (WIDTH * finer, 2 * _EDGE * finer))
    rows = (ImageDraw.Draw(glow), ImageDraw.Draw(lamps))
    n = (WIDTH - 2 * _EDGE) // _STEP
    for x in (_EDGE + (WIDTH - 2 * _EDGE) * place / n for place in range(n + 1)):
        for y in (_EDGE, HEIGHT - _EDGE):
            rows[0].ellipse((x - 8, y - 8, x + 8, y + 8), fill=150)
        rows[1].ellipse([finer * edge for edge in (x - 4.5, _EDGE - 4.5, x + 4.5, _EDGE + 4.5)], fill=255)
    card.paste(_BULB, (0, 0), glow.filter(ImageFilter.GaussianBlur(5)))
    small = lamps.resize((WIDTH, 2 * _EDGE), Image.Resampling.BOX)
    for top in (0, HEIGHT - 2 * _EDGE):
        card.paste(_LIGHT, (0, top), small)


def _text(card: Image, name: str, facts: str) -> None:
    from PIL import ImageDraw

    draw = ImageDraw.Draw(card)
    font, lines = _fitted(_drawable(name) or "Films")
    leading = round(font.size * 1.12)
    top = (HEIGHT - (62 + leading * len(lines) + 66)) // 2
    draw.text((_LEFT, top), "Marquee", font=_font(34), fill=_LAMP)
    for row, line in enumerate(lines):
        place = (_LEFT - 2, top + 62 + row * leading)
        draw.text(place, line, font=font, fill=_INK, stroke_width=1, stroke_fill=_INK)  # the font has no bold
    small = next((found for found in map(_font, range(27, 14, -2)) if found.getlength(facts) <= _COLUMN), _font(14))
    draw.text((_LEFT, top + 62 + leading * len(lines) + 26), facts, font=small, fill=_INK_2)


def _fitted(text: str) -> tuple[Any, list[str]]:
    for size in _SIZES:
        font = _font(size)
        lines = list(_wrapped(text, font))
        if len(lines) <= _LINES:
            return font, lines
    last = lines[_LINES - 1]
    while font.getlength(last + "…") > _COLUMN:
        last = last[:-1]
    return font, [*lines[: _LINES - 1], last + "…"]


def _wrapped(text: str, font: Any) -> Iterator[str]:
    """Lines of whole words; a word longer than a line is broken where it must be."""
    line = ""
    for word in text.split():
        if line and font.getlength(f"{line} {word}") > _COLUMN:
            yield line
            line = ""
        line = f"{line} {word}".strip()
        while font.getlength(line) > _COLUMN:
            fits = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or font.getlength(line[:n]) <= _COLUMN)
            yield line[:fits]
            line = line[fits:]
    if line:
        yield line


def _drawable(text: str) -> str:
    """The text without what the font has no picture for; empty without a letter left."""
    font = _font(_SIZES[-1])
    missing = bytes(font.getmask("\U0010ffff"))
    kept = [
        letter
        for letter in unicodedata.normalize("NFC", text)
        if letter == " " or (letter.isprintable() and bytes(font.getmask(letter)) != missing)
    ]
    found = " ".join("".join(kept).split())
    return found if any(letter.isalnum() for letter in found) else ""


def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)
