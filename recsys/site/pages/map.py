"""The map of items: where they lie in every model and layout, and what its scripts look up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from recsys.export.encoding import encode_array, encode_bits, padded
from recsys.schema import Artefacts, Embedding, Item, MapReplay, SimilarItem
from recsys.site.charts.bokeh_json import script_json
from recsys.site.charts.map import map_chart
from recsys.site.context import Chart, Context, ItemLink, Model, PageHead
from recsys.site.language.strings import Strings
from recsys.site.output.projector import projected_models, projector_link, vectors_file
from recsys.site.output.script_data import exported_stamp
from recsys.site.outside import checked_patterns, has_title
from recsys.site.pages.items import listed_items
from recsys.site.pages.page import Page, SiteData

POSITION_BITS = 12
"""Bits of a coordinate in the page: each of 4,096 steps over the whole map is less than half a pixel."""
NEIGHBOURS, PROJECTION = "neighbours", "projection"
"""The layouts, as scripts and addresses name them."""

Point = tuple[float, float]


@dataclass(frozen=True)
class MapView:
    """One model in one layout, for the text below the map."""

    model: Model
    layout: str
    embedding: Embedding
    trusted: float | None
    """Trustworthiness of the layout; None where it was not measured."""


@dataclass(frozen=True)
class MapRow:
    """Where one item lies in what the map opens with."""

    item: ItemLink
    point: Point


@dataclass(frozen=True)
class ProjectorFile:
    """The vectors of a model for the TensorFlow Embedding Projector."""

    model: Model
    vectors: str


@dataclass(frozen=True)
class MapContext(Context):
    """``map.html``."""

    bokeh: str
    chart: Chart | None
    facts: Markup
    """JSON for the scripts of the map; :func:`map_facts` documents it."""
    models: tuple[Model, ...]
    """Those that have a map; it opens with the last."""
    layouts: tuple[str, ...]
    """It opens with the first."""
    views: tuple[MapView, ...]
    """Every model in every layout; first what the map opens with."""
    rows: tuple[MapRow, ...]
    """The items that are drawn, the most rated."""
    n_items: int
    """All, drawn or not."""
    genres: tuple[tuple[str, int], ...]
    """Each with its number of items, most common first."""
    years: tuple[int, int] | None
    """The oldest and the newest item's; None where no year is known."""
    replay: bool
    """Whether the training of any model was recorded."""
    replay_stamp: str
    """The stamp of the exported recording; the page refuses a file with another."""
    projector: tuple[ProjectorFile, ...]
    projector_link: str
    """The projector with these files loaded; empty where the site's address on the web is not known."""


def map_context(data: SiteData, page: PageHead) -> MapContext:
    """The map in every model that has one.

    Raises:
        OutputError: an embedding does not follow the items.
    """
    catalogue, artefacts = data.catalogue, data.artefacts
    items = listed_items(artefacts)
    embeddings = catalogue.embeddings()
    positions = {model: layouts_of(embedding, items) for model, embedding in embeddings.items()}
    layouts = _common_layouts(positions.values())
    views = [
        MapView(model, layout, embeddings[model], _trusted(embeddings[model], layout))
        for model in reversed(embeddings)
        for layout in layouts
    ]
    years = [item.year for _, item in items if item.year is not None]
    genres = tuple(count_genres(data.artefacts))
    details = [column for column, known in (("year", years), ("genres", genres)) if known]
    points = positions[views[0].model][views[0].layout] if views else []
    return MapContext(
        site=data.site,
        page=page,
        bokeh=data.bokeh,
        chart=map_chart(data.strings, details) if embeddings and items else None,
        facts=script_json(map_facts(data)),
        models=tuple(embeddings),
        layouts=layouts,
        views=tuple(views),
        rows=tuple(
            MapRow(catalogue.item(item.id), point) for (_, item), point in zip(items, points, strict=bool(views))
        ),
        n_items=len(artefacts.items.items),
        genres=genres,
        years=(min(years), max(years)) if years else None,
        replay=any(model.name in artefacts.map_replay.models for model in embeddings),
        replay_stamp=exported_stamp(data.data_folder / MapReplay.FILE),
        projector=tuple(
            ProjectorFile(model, f"data/{vectors_file(model)}")
            for model in projected_models(catalogue, data.data_folder)
        ),
        projector_link=projector_link(data.site.url) if data.site.url else "",
    )


def layouts_of(embedding: Embedding, items: Sequence[tuple[int, Item]]) -> dict[str, list[Point]]:
    """Where the items on the map lie, by layout: by neighbours only where all of them were laid out."""
    laid_out = embedding.neighbour_layout or [None] * len(embedding.projection)
    points = [point for row, _ in items if (point := laid_out[row]) is not None]
    by_neighbours = {NEIGHBOURS: points} if items and len(points) == len(items) else {}
    return by_neighbours | {PROJECTION: [embedding.projection[row] for row, _ in items]}


def _common_layouts(positions: Iterable[dict[str, list[Point]]]) -> tuple[str, ...]:
    """The layouts that every model has."""
    names = [tuple(layouts) for layouts in positions]
    return min(names, key=len, default=())


def _trusted(embedding: Embedding, layout: str) -> float | None:
    measured = embedding.trustworthiness
    if measured is None:
        return None
    return measured.neighbour_layout if layout == NEIGHBOURS else measured.projection


def map_facts(data: SiteData) -> dict[str, Any]:
    """What the scripts of the map know besides the table of coordinates, which has titles and links, row by row.

    Columns follow the items: ``ids``, ``ratings``, ``years`` (null: unknown), ``of`` (an item's genres, as positions
    in ``genres``, most common first). ``positions`` has, by model name and layout, where the items lie, as
    :func:`encode_points` writes it. ``losses`` has the curves of a model as columns of epochs, training and
    validation loss, ``regions`` the x, the y and the name of each region of the layout by neighbours, by model name.
    ``links`` are the patterns of addresses outside the site, by label; ``linkTitles``, where one of them needs it, is
    a column with the title of each item, null where it has none. ``partial`` says whether other items are not on the
    map.
    """
    listed = listed_items(data.artefacts)
    items = [item for _, item in listed]
    genres = [name for name, _ in count_genres(data.artefacts)]
    genre_position = {name: position for position, name in enumerate(genres)}
    embeddings = data.catalogue.embeddings()
    positions = {model.name: layouts_of(embedding, listed) for model, embedding in embeddings.items()}
    layouts = _common_layouts(positions.values())
    links = checked_patterns(data.artefacts.build.presentation.links)
    titles = [item.title if has_title(item) else None for item in items]
    return {
        "genres": genres,
        "ids": [item.id for item in items],
        "ratings": [item.n_ratings for item in items],
        "years": [item.year for item in items],
        "of": [[genre_position[genre] for genre in item.genres] for item in items],
        "layouts": list(layouts),
        "positions": {
            name: {layout: encode_points(by_layout[layout]) for layout in layouts}
            for name, by_layout in positions.items()
        },
        "regions": {model.name: _regions(data.strings, embedding) for model, embedding in embeddings.items()},
        "partial": len(items) < len(data.artefacts.items.items),
        "links": dict(links),
        "linkTitles": titles if any("{title}" in pattern for pattern in links.values()) else None,
        "losses": {model.name: _losses(data, model.name) for model in embeddings},
    }


def _regions(strings: Strings, embedding: Embedding) -> list[tuple[float, float, str]]:
    named = []
    for region in embedding.regions:
        decades = [strings.text("map.decade", decade=str(year)) for year in region.decades]
        named.append((region.x, region.y, " · ".join([*region.genres, *decades])))
    return named


def encode_points(points: Sequence[Point]) -> dict[str, Any]:
    """``points`` has the x and the y of each in turn, in ``bits`` bits each, from ``low`` to ``high`` of its axis."""
    if not points:
        return {"bits": POSITION_BITS, "low": [0, 0], "high": [0, 0], "points": ""}
    coordinates = np.array(points)
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    steps = np.round((coordinates - low) / np.where(high > low, high - low, 1) * (2**POSITION_BITS - 1))
    return {
        "bits": POSITION_BITS,
        "low": low.round(4).tolist(),
        "high": high.round(4).tolist(),
        "points": encode_bits(steps.astype(np.int64), POSITION_BITS),
    }


def count_genres(artefacts: Artefacts) -> list[tuple[str, int]]:
    """Each genre with its number of items on the map, most common first."""
    return Counter(genre for _, item in listed_items(artefacts) for genre in item.genres).most_common()


def _losses(data: SiteData, name: str) -> list[list[float | None]]:
    records = data.artefacts.loss_history.models.get(name, [])
    losses = ((record.epoch, record.train_loss, record.validation_loss) for record in records)
    return [[None if value is None else round(value, 4) for value in row] for row in losses]


def similar_facts(data: SiteData) -> dict[str, Any]:
    """The neighbours of every item on the map, as far as they are on it too.

    ``models`` has, by name, two encoded arrays (items, ``n_neighbours``), most similar first: ``rows``, in ``bits``
    bits each, where the number of items stands for no neighbour, and ``similarities`` (int8) in hundredths.
    """
    items = [item for _, item in listed_items(data.artefacts)]
    rows = {item.id: row for row, item in enumerate(items)}
    neighbours = {
        model.name: [
            [similar for similar in item.similar.get(model.name, ()) if similar.item in rows] for item in items
        ]
        for model in data.catalogue.models
    }
    n_neighbours = max((len(similar) for by_item in neighbours.values() for similar in by_item), default=0)
    return {
        "n_neighbours": n_neighbours,
        "bits": max(1, len(rows).bit_length()),
        "models": {name: _encode(by_item, rows, n_neighbours) for name, by_item in neighbours.items()},
    }


def _encode(neighbours: list[list[SimilarItem]], rows: dict[str, int], n_neighbours: int) -> dict[str, str]:
    row_lists = [[rows[neighbour.item] for neighbour in similar] for similar in neighbours]
    similarities = [[round(100 * neighbour.similarity) for neighbour in similar] for similar in neighbours]
    return {
        "rows": encode_bits(padded(row_lists, n_neighbours, len(rows)), max(1, len(rows).bit_length())),
        "similarities": encode_array(padded(similarities, n_neighbours, 0), "int8", "data-similar.js"),
    }


PAGE = Page(
    address="map.html",
    title="map.title",
    nav="map.nav",
    template="map.html",
    context=map_context,
    description="map.description",
    scripts={"similar": similar_facts},
)
