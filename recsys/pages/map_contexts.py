"""What the template of the map is given. Must not know where the values come from."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.pages.contexts import Chart, Context, Film, Model


@dataclass(frozen=True)
class MapAxis:
    """One model's projection in words."""

    model: Model
    explained: tuple[float, float]
    dim: int


@dataclass(frozen=True)
class MapRow:
    """Where one film lies; ``points`` follow the axes."""

    film: Film
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class MapContext(Context):
    """``map.html``."""

    bokeh: str
    chart: Chart | None
    axes: tuple[MapAxis, ...]
    rows: tuple[MapRow, ...]
