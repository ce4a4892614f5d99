"""The map as a small picture, for pages that need no chart: the points alone, on a transparent background.

Pillow is imported only when a picture is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from math import log1p
from typing import TYPE_CHECKING

from recsys.site.images.square import Point, square_around

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH = 720
"""In pixels: twice its size on pages, for screens with two physical pixels per CSS pixel."""

RGB = tuple[int, int, int]

_LAYERS = 4  # points of different layers add up where they overlap, those of one layer do not
_OPACITY = 140
_SHADES = 16  # steps from transparent to opaque: few colours make a small file
_OVERSAMPLING = 2  # drawn larger, then shrunk, which smooths the edges


def between(light: str, dark: str) -> RGB:
    """The colour halfway between two shades ``#rrggbb``: it can be seen on light and on dark backgrounds."""
    red, green, blue = ((int(light[i : i + 2], 16) + int(dark[i : i + 2], 16)) // 2 for i in (1, 3, 5))
    return red, green, blue


def map_picture(points: Sequence[Point], n_ratings: Sequence[int], colour: RGB) -> bytes:
    """A square PNG of the map; :func:`recsys.site.images.square.square_around` says where an item lies in it.

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
    """The opacity of each pixel of the map, 0 to 255.

    Args:
        points: where each item lies.
        n_ratings: how often each was rated.
        width: of the picture, in pixels.
        scale: the size of the points, relative to the usual one at that width.
    """
    from PIL import Image, ImageChops, ImageDraw

    square, side = square_around(points), width * _OVERSAMPLING
    mask = Image.new("L", (side, side))
    for layer in range(_LAYERS):
        layer_mask = Image.new("L", (side, side))
        draw = ImageDraw.Draw(layer_mask)
        for point, n in list(zip(points, n_ratings, strict=True))[layer::_LAYERS]:
            x, y = (side * percent / 100 for percent in square.to_percent(point))
            radius = scale * side * (3 + log1p(n)) / 1160
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_OPACITY)
        mask = ImageChops.screen(mask, layer_mask)
    return mask.resize((width, width), Image.Resampling.BOX)


def png(picture: Image, **options: object) -> bytes:
    """The picture as a PNG file, without metadata such as the time."""
    out = BytesIO()
    picture.save(out, "PNG", optimize=True, **options)
    return out.getvalue()
