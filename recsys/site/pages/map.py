"""What the map of films shows. Knows no template and writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recsys.errors import OutputError
from recsys.export.encoding import encode_array, padded
from recsys.schema import Artefacts, Embedding, Item
from recsys.site.catalogue import Catalogue, models_of
from recsys.site.charts.bokeh_json import script_json
from recsys.site.charts.map import map_chart
from recsys.site.context import Model, Page, Site
from recsys.site.pages.films import listed_items
from recsys.site.pages.map_contexts import MapAxis, MapContext, MapGenre, MapRow, ProjectorFiles


def map_context(
    site: Site, page: Page, artefacts: Artefacts, catalogue: Catalogue, bokeh: str, data: Path
) -> MapContext:
    """The map of films in every model that has one.

    Args:
        site: what every page says about the site.
        page: what it says about itself.
        artefacts: the exported JSON.
        catalogue: names and addresses.
        bokeh: where BokehJS lies.
        data: the folder of exported files.
    """
    found = artefacts.item_embeddings.models
    items = artefacts.items.items
    drawn = listed_items(artefacts)
    models = tuple(model for model in models_of(artefacts) if model.name in found)
    embeddings = [in_order(found[model.name], items, model) for model in models]
    genres = Counter(genre for _, item in drawn for genre in item.genres).most_common()
    years = [item.year for _, item in drawn if item.year is not None]
    return MapContext(
        site=site,
        page=page,
        bokeh=bokeh,
        chart=map_chart() if models and items else None,
        facts=script_json(map_facts(artefacts, models)),
        axes=tuple(
            MapAxis(model, embedding.explained_variance, embedding.dim)
            for model, embedding in zip(models, embeddings, strict=True)
        ),
        rows=tuple(
            MapRow(catalogue.film(item.id), tuple(embedding.projection[row] for embedding in embeddings))
            for row, item in drawn
        ),
        n_films=len(items),
        genres=tuple(MapGenre(*genre) for genre in genres),
        years=(min(years), max(years)) if years else None,
        replay=any(model.name in artefacts.map_replay.models for model in models),
        projector=tuple(_projector_files(models, data)),
    )


def map_facts(artefacts: Artefacts, models: Sequence[Model]) -> dict[str, Any]:
    """What the scripts of the map know besides the table of places, which has titles and links, row by row.

    Columns follow the films: ``ids``, ``ratings``, ``years`` (null: unknown), ``of`` (a film's genres, as places in
    ``genres``, most common first). ``positions`` has the x and the y of each film by model name, ``losses`` the
    curves of a model as columns of epochs, training and validation loss.
    """
    rows = [row for row, _ in listed_items(artefacts)]
    items = [artefacts.items.items[row] for row in rows]
    genres = [name for name, _ in Counter(genre for item in items for genre in item.genres).most_common()]
    place = {name: n for n, name in enumerate(genres)}
    names = [model.name for model in models]
    found = artefacts.item_embeddings.models
    return {
        "genres": genres,
        "ids": [item.id for item in items],
        "ratings": [item.n_ratings for item in items],
        "years": [item.year for item in items],
        "of": [[place[genre] for genre in item.genres] for item in items],
        "positions": {name: _columns([found[name].projection[row] for row in rows]) for name in names},
        "losses": {name: _losses(artefacts, name) for name in names},
    }


def similar_facts(artefacts: Artefacts) -> dict[str, Any]:
    """The neighbours of every film on the map, as far as they are there too.

    ``models`` has, by name, two encoded arrays (films, ``n_neighbours``), most similar first: ``rows`` (uint16), the
    number of films standing for no neighbour, and ``cosines`` (int8) in hundredths.
    """
    items = [item for _, item in listed_items(artefacts)]
    rows = {item.id: row for row, item in enumerate(items)}
    neighbours = {
        model.name: [[one for one in item.similar.get(model.name, ()) if one.item in rows] for item in items]
        for model in models_of(artefacts)
    }
    width = max((len(similar) for by_item in neighbours.values() for similar in by_item), default=0)
    file = "data-similar.js"
    return {
        "n_neighbours": width,
        "models": {
            name: {
                "rows": encode_array(
                    padded([[rows[one.item] for one in similar] for similar in by_item], width, len(items)),
                    "uint16",
                    file,
                ),
                "cosines": encode_array(
                    padded([[round(100 * one.similarity) for one in similar] for similar in by_item], width, 0),
                    "int8",
                    file,
                ),
            }
            for name, by_item in neighbours.items()
        },
    }


def _columns(points: Sequence[tuple[float, float]]) -> list[list[float]]:
    return [[round(point[axis], 4) for point in points] for axis in (0, 1)]


def _losses(artefacts: Artefacts, name: str) -> list[list[float | None]]:
    records = artefacts.loss_history.models.get(name, [])
    losses = ((record.epoch, record.train_loss, record.validation_loss) for record in records)
    return [[None if value is None else round(value, 4) for value in row] for row in losses]


def _projector_files(models: Sequence[Model], data: Path) -> list[ProjectorFiles]:
    names = [(model, f"vectors_{model.name}.tsv") for model in models if (data / "metadata.tsv").is_file()]
    return [ProjectorFiles(model, f"data/{name}") for model, name in names if (data / name).is_file()]


def in_order(embedding: Embedding, items: list[Item], model: Model) -> Embedding:
    """The embedding itself, once it is sure that its rows are the films of ``items``, in their order."""
    if embedding.item_ids != [item.id for item in items] or len(embedding.projection) != len(items):
        raise OutputError(
            f"item_embeddings.json lists other films for {model.name} than items.json, or in another order; "
            "build the site again without --render-only"
        )
    return embedding
