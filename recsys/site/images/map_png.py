"""The map as a picture, for where a chart would weigh too much: the points alone, see-through between them.

Pillow draws, and is loaded only when a picture is made. Must not know of files or pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from math import log1p
from typing import TYPE_CHECKING

from recsys.site.pages.square import Point, square_around

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH = 720
"""In pixels: twice what pages give it, for screens that show two in the place of one."""

RGB = tuple[int, int, int]

_LAYERS = 4  # where points of different layers overlap, the picture is denser
_OPACITY = 140
_SHADES = 16  # steps from clear to solid: a palette of so few makes a small file
_FINER = 2  # drawn larger, then shrunk: that smooths the edges


def between(light: str, dark: str) -> RGB:
    """The colour halfway between two shades ``#rrggbb``: it can be seen on light and on dark backgrounds."""
    red, green, blue = ((int(light[i : i + 2], 16) + int(dark[i : i + 2], 16)) // 2 for i in (1, 3, 5))
    return red, green, blue


def map_picture(points: Sequence[Point], n_ratings: Sequence[int], colour: RGB) -> bytes:
    """A square PNG of the map; :func:`recsys.site.pages.square.square_around` tells where a film lies in it.

    Args:
        points: where each item lies.
        n_ratings: how often each was rated: a larger point has more.
        colour: red, green, blue, each 0 to 255.
    """
    from PIL import Image

    mask = points_mask(points, n_ratings, WIDTH)
    picture = Image.frombytes("P", mask.size, mask.point([shade * _SHADES // 256 for shade in range(256)]).tobytes())
    picture.putpalette(colour * _SHADES)
    clear = bytes(round(step * 255 / (_SHADES - 1)) for step in range(_SHADES))
    return png(picture, transparency=clear, bits=4)


def points_mask(points: Sequence[Point], n_ratings: Sequence[int], width: int, scale: float = 1.0) -> Image:
    """How solid each pixel of the map is, 0 to 255.

    Args:
        points: where each film lies.
        n_ratings: how often each was rated.
        width: of the picture, in pixels.
        scale: by how much larger the points are drawn than is usual at that width.
    """
    from PIL import Image, ImageChops, ImageDraw

    square, side = square_around(points), width * _FINER
    whole = Image.new("L", (side, side))
    for layer in range(_LAYERS):
        part = Image.new("L", (side, side))
        draw = ImageDraw.Draw(part)
        for point, n in list(zip(points, n_ratings, strict=True))[layer::_LAYERS]:
            x, y = (side * part / 100 for part in square.to_percent(point))
            radius = scale * side * (3 + log1p(n)) / 1160
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_OPACITY)
        whole = ImageChops.screen(whole, part)
    return whole.resize((width, width), Image.Resampling.BOX)


def png(picture: Image, **options: object) -> bytes:
    """The picture as a file; nothing in it tells when or where it was made."""
    out = BytesIO()
    picture.save(out, "PNG", optimize=True, **options)
    return out.getvalue()
