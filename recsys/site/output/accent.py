"""The accent colour of a site: as near to the chosen one as can be read, in both themes, and the CSS that sets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MIN_CONTRAST = 4.5
"""Between text and what it is on, as WCAG 2 asks for at level AA."""
LIGHT_GROUNDS = ("#fbfaf7", "#ffffff", "#f3f0ea")
DARK_GROUNDS = ("#121015", "#1a171e", "#221e27")
"""What text is on in each theme: --bg, --surface and --sunken of the style sheet."""
_BLACK, _WHITE, _BOARD_TEXT = "#000000", "#ffffff", "#d9c3bd"
_STEPS = 100


@dataclass(frozen=True)
class Accent:
    """One colour in both themes, as ``#rrggbb``."""

    light: str
    dark: str
    light_soft: str
    """A background for text in the colour."""
    dark_soft: str
    board: str
    """The background of the front page's board, dark in both themes."""
    board_accent: str
    """The colour on it."""


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` as WCAG 2 defines it, 0 to 1."""
    channels = [value / 255 for value in _channels(colour)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(colour: str, other: str) -> float:
    """Contrast ratio of two colours as WCAG 2 defines it, 1 to 21."""
    low, high = sorted((luminance(colour), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(colour: str, other: str, share: float) -> str:
    """The colour with a share of another in it, channel by channel."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def make_accent(colour: str) -> Accent:
    """The colour itself where text in it can be read, else with as little black or white in it as will do."""
    light = _nearest(colour, _BLACK, LIGHT_GROUNDS, 0.9)
    dark = _nearest(colour, _WHITE, DARK_GROUNDS, 0.8)
    board = mix(_nearest(light, _BLACK, (_BOARD_TEXT,), 0), _BLACK, 0.3)
    return Accent(
        light=light,
        dark=dark,
        light_soft=mix(light, LIGHT_GROUNDS[0], 0.9),
        dark_soft=mix(dark, DARK_GROUNDS[0], 0.8),
        board=board,
        board_accent=_nearest(dark, _WHITE, (board,), 0),
    )


def accent_css(colour: str | None) -> str:
    """CSS to append to the style sheet; empty for None, the colour of the style sheet itself."""
    if colour is None:
        return ""
    accent = make_accent(colour)
    stops = f"{accent.board} 0%, {mix(accent.board, _BLACK, 0.45)} 55%, {mix(accent.board, _BLACK, 0.65)} 100%"
    on_board = accent.board_accent
    return f"""
/* The accent colour of the settings */
@media not print {{
  :root {{
    --accent: light-dark({accent.light}, {accent.dark});
    --accent-soft: light-dark({accent.light_soft}, {accent.dark_soft});
  }}
  .board {{ --accent: {on_board}; background: radial-gradient(120% 140% at 50% 0%, {stops}); }}
  .board .button.primary {{ background: {on_board}; border-color: {on_board}; color: {DARK_GROUNDS[0]}; }}
  .board .button.primary:hover {{ background: {mix(on_board, _WHITE, 0.3)}; color: {DARK_GROUNDS[0]}; }}
}}
"""


def _nearest(colour: str, end: str, grounds: Sequence[str], soft: float) -> str:
    """The first colour on the way to ``end`` that can be read.

    Args:
        colour: where the way begins.
        end: black or white.
        grounds: the colours it must be read on.
        soft: share of the first of these in a ground of the colour itself that it must be read on too; 0 for none.
    """
    for step in range(_STEPS):
        candidate = mix(colour, end, step / _STEPS)
        others = (*grounds, mix(candidate, grounds[0], soft)) if soft else grounds
        if all(contrast(candidate, other) >= MIN_CONTRAST for other in others):
            return candidate
    return end


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))
