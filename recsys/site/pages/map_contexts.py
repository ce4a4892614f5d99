"""What the template of the map is given. Must not know where the values come from."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from recsys.site.context import Chart, Context, Film, Model


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
class MapGenre:
    """A genre one can choose, and how many films have it."""

    name: str
    n_films: int


@dataclass(frozen=True)
class ProjectorFiles:
    """What the TensorFlow Embedding Projector loads of a model, besides the metadata that all have in common."""

    model: Model
    vectors: str


@dataclass(frozen=True)
class MapContext(Context):
    """``map.html``."""

    bokeh: str
    chart: Chart | None
    facts: Markup
    """What the scripts of the map know besides the table; :func:`recsys.site.pages.map.map_facts` tells its form."""
    axes: tuple[MapAxis, ...]
    rows: tuple[MapRow, ...]
    """The films that are drawn, the most rated."""
    n_films: int
    """All, drawn or not."""
    genres: tuple[MapGenre, ...]
    """Most common first."""
    years: tuple[int, int] | None
    """The oldest and the newest film's; None where no year is known."""
    replay: bool
    """Whether any model's way to its map was recorded."""
    projector: tuple[ProjectorFiles, ...]
