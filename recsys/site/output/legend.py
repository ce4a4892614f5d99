"""The part of the style sheet that follows from the legend: the colours of models and baselines.

``--m-{name}`` is the colour of a model in the visitor's theme; ``--model`` is that of the model whose class
``m-{name}`` an element has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from recsys.errors import OutputError
from recsys.schema import LegendEntry
from recsys.site.language.strings import Strings

_NAME = re.compile(r"[a-z0-9_]+")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

_BAR_HEIGHT, _BAR_STEP = 3, 5  # px; of the bars in the table of genres


def legend_css(legend: Mapping[str, LegendEntry], models: Iterable[str]) -> str:
    """CSS to append to the style sheet.

    Args:
        legend: every model and baseline.
        models: the models that were built, which also have a map and bars in the table of genres.

    Raises:
        OutputError: a model is missing, or a name or colour is not one and could be any other piece of CSS.
    """
    for name, entry in legend.items():
        if not _NAME.fullmatch(name):
            raise OutputError(f"build.json: legend has {name!r}; expected a name of a-z, 0-9 and _")
        for colour in (entry.light, entry.dark):
            if not _COLOUR.fullmatch(colour):
                raise OutputError(f"build.json: legend.{name} has the colour {colour!r}; expected #rrggbb")
    names = list(models)
    if missing := [name for name in names if name not in legend]:
        raise OutputError(f"build.json: legend lacks {', '.join(missing)}; build again without --render-only")
    return "\n".join(
        [
            "\n/* From the legend: colours of models and baselines, maps and genre bars of models */",
            ":root {",
            *(f"  --m-{name}: light-dark({entry.light}, {entry.dark});" for name, entry in legend.items()),
            "}",
            *(f".m-{name} {{ --model: var(--m-{name}); }}" for name in legend),
            *(f':is(.spots .m-{name}, .map-plot.m-{name}) {{ --map: url("map-{name}.png"); }}' for name in names),
            _genre_bars(names),
            "",
        ]
    )


def words_css(strings: Strings) -> str:
    """The words that the style sheet puts in front of reasons, so that thousands of pages need not repeat them."""
    words = {"near": strings.text("user.near"), "because": strings.text("user.because")}
    quoted = {name: json.dumps(f"{word} ", ensure_ascii=False) for name, word in words.items()}
    return ":root { " + " ".join(f"--{name}: {word};" for name, word in quoted.items()) + " }\n"


def _genre_bars(names: list[str]) -> str:
    """A broad bar for what the user rated, and over it a thin bar for each model, one above the other."""
    n = len(names)
    broad_height = _BAR_STEP * n + 2
    bars = [
        _bar(f"m-{name}", f"p-{name}", bottom=_BAR_STEP * (n - row) + 2, height=_BAR_HEIGHT)
        for row, name in enumerate(names)
    ]
    bars.append(_bar("rated", "r", bottom=_BAR_STEP, height=broad_height))
    padding = broad_height + 2 * _BAR_STEP
    return f".genres tbody th {{ padding-bottom: {padding}px; background: {', '.join(bars)}; }}"


def _bar(colour: str, percentage: str, bottom: int, height: int) -> str:
    width = f"calc(var(--{percentage}, 0) / var(--m) * 100%)"  # --m: the percentage at which a bar is full
    return f"linear-gradient(var(--{colour}) 0 0) 0 calc(100% - {bottom}px) / {width} {height}px no-repeat"
