"""The map of items: their projections in every model, and what its scripts look up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from recsys.export.encoding import encode_array, padded
from recsys.schema import Artefacts, Embedding, MapReplay, SimilarItem
from recsys.site.charts.bokeh_json import script_json
from recsys.site.charts.map import map_chart
from recsys.site.context import Chart, Context, ItemLink, Model, PageHead
from recsys.site.output.script_data import exported_stamp
from recsys.site.outside import checked_patterns
from recsys.site.pages.items import listed_items
from recsys.site.pages.page import Page, SiteData


@dataclass(frozen=True)
class MapAxes:
    """One model's projection, for the text below the map."""

    model: Model
    embedding: Embedding


@dataclass(frozen=True)
class MapRow:
    """Where one item lies; ``points`` follow the axes."""

    item: ItemLink
    points: tuple[tuple[float, float], ...]


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
    axes: tuple[MapAxes, ...]
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
    """Of the exported recording; the page refuses another."""
    projector: tuple[ProjectorFile, ...]


def map_context(data: SiteData, page: PageHead) -> MapContext:
    """The map in every model that has one.

    Raises:
        OutputError: an embedding does not follow the items.
    """
    catalogue, artefacts = data.catalogue, data.artefacts
    items = listed_items(artefacts)
    embeddings = catalogue.embeddings()
    years = [item.year for _, item in items if item.year is not None]
    genres = tuple(count_genres(data.artefacts))
    details = [column for column, known in (("year", years), ("genres", genres)) if known]
    files = {model: f"vectors_{model.name}.tsv" for model in embeddings}
    has_metadata = (data.data_folder / "metadata.tsv").is_file()
    return MapContext(
        site=data.site,
        page=page,
        bokeh=data.bokeh,
        chart=map_chart(data.strings, details) if embeddings and items else None,
        facts=script_json(map_facts(data)),
        axes=tuple(MapAxes(model, embedding) for model, embedding in embeddings.items()),
        rows=tuple(
            MapRow(catalogue.item(item.id), tuple(embedding.projection[row] for embedding in embeddings.values()))
            for row, item in items
        ),
        n_items=len(artefacts.items.items),
        genres=genres,
        years=(min(years), max(years)) if years else None,
        replay=any(model.name in artefacts.map_replay.models for model in embeddings),
        replay_stamp=exported_stamp(data.data_folder / MapReplay.FILE),
        projector=tuple(
            ProjectorFile(model, f"data/{name}")
            for model, name in files.items()
            if has_metadata and (data.data_folder / name).is_file()
        ),
    )


def map_facts(data: SiteData) -> dict[str, Any]:
    """What the scripts of the map know besides the table of coordinates, which has titles and links, row by row.

    Columns follow the items: ``ids``, ``ratings``, ``years`` (null: unknown), ``of`` (an item's genres, as positions
    in ``genres``, most common first). ``positions`` has the x and the y of each item by model name, ``losses``
    the curves of a model as columns of epochs, training and validation loss. ``links`` are the patterns of addresses
    elsewhere, by label; ``partial`` says whether other items are not on the map.
    """
    rows = [row for row, _ in listed_items(data.artefacts)]
    items = [data.artefacts.items.items[row] for row in rows]
    genres = [name for name, _ in count_genres(data.artefacts)]
    genre_position = {name: position for position, name in enumerate(genres)}
    embeddings = data.catalogue.embeddings()
    return {
        "genres": genres,
        "ids": [item.id for item in items],
        "ratings": [item.n_ratings for item in items],
        "years": [item.year for item in items],
        "of": [[genre_position[genre] for genre in item.genres] for item in items],
        "positions": {
            model.name: [[round(embedding.projection[row][axis], 4) for row in rows] for axis in (0, 1)]
            for model, embedding in embeddings.items()
        },
        "partial": len(rows) < len(data.artefacts.items.items),
        "links": dict(checked_patterns(data.artefacts.build.presentation.links)),
        "losses": {model.name: _losses(data, model.name) for model in embeddings},
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

    ``models`` has, by name, two encoded arrays (items, ``n_neighbours``), most similar first: ``rows`` (uint16), in
    which the number of items stands for no neighbour, and ``similarities`` (int8) in hundredths.
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
        "models": {name: _encode(by_item, rows, n_neighbours) for name, by_item in neighbours.items()},
    }


def _encode(neighbours: list[list[SimilarItem]], rows: dict[str, int], n_neighbours: int) -> dict[str, str]:
    row_lists = [[rows[neighbour.item] for neighbour in similar] for similar in neighbours]
    similarities = [[round(100 * neighbour.similarity) for neighbour in similar] for similar in neighbours]
    return {
        "rows": encode_array(padded(row_lists, n_neighbours, len(rows)), "uint16", "data-similar.js"),
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
