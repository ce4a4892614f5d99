"""Put results into the types of :mod:`recsys.schema`: everything a site is rendered from.

The last module that sees arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from recsys import schema
from recsys.baselines.protocol import BaselineSpec
from recsys.baselines.registry import BASELINES
from recsys.data.categories import known_categories
from recsys.data.dataset import Dataset
from recsys.data.decimals import shortest_decimals
from recsys.data.rating_scale import rating_step
from recsys.data.twins import Twins
from recsys.export.deep_tower import build_deep_tower
from recsys.export.encoding import ids, rounded
from recsys.export.garbage import no_garbage_collection
from recsys.export.map_replay import build_map_replay
from recsys.export.metrics import build_metrics
from recsys.export.presentation import make_presentation
from recsys.export.recommendations import build_recommendations
from recsys.export.results import Results
from recsys.export.settings import exported_settings
from recsys.models.fitted import Fitted
from recsys.models.protocol import ModelSpec
from recsys.models.registry import MODELS
from recsys.recommend.histograms import rating_histograms
from recsys.recommend.item_map import ItemMap, map_items
from recsys.recommend.pca import Projection
from recsys.recommend.regions import label_regions
from recsys.recommend.similar import SHRINKAGE, similar_items
from recsys.schema import GENERATOR, VERSION
from recsys.tasks import Run, in_turn, run_each_and
from recsys.training.snapshots import tracked_items

N_SIMILAR = 10
MIN_RATINGS_FOR_MEAN = 3
"""Ratings below which neither mean nor histogram is exported: they would reveal who rated how."""
MEAN_SHRINKAGE = 5
"""Average ratings added to an item's own where items are ranked by their mean. By the method of moments the variance
of ratings within items over that between items is 4.1 on MovieLens 100K."""


@no_garbage_collection()
def assemble(results: Results, run: Run = in_turn) -> schema.Artefacts:
    """All exported files of a build, as types.

    Args:
        results: what the build computed.
        run: how the maps and the similar items of the models are computed, of which none depends on another, while
            this process makes the records of users.
    """
    hyperparameters: dict[str, dict[str, int | float]] = {
        name: {**asdict(fitted.hyperparameters), "epochs": fitted.best_epoch}
        for name, fitted in results.models.items()
    }
    item_ids = ids(results.dataset.item_ids)
    geometry, (recommendations, shown_lists) = run_each_and(
        run,
        {name: _geometry_of(fitted, results) for name, fitted in results.models.items()},
        partial(build_recommendations, results),
    )
    maps = {name: of_model.map for name, of_model in geometry.items()}
    projections = {name: item_map.projection for name, item_map in maps.items()}
    deep = results.models.get("deep")
    return schema.Artefacts(
        build=_build(results),
        loss_history=schema.LossHistory(
            models={name: list(fitted.history) for name, fitted in results.models.items()}
        ),
        item_embeddings=schema.ItemEmbeddings(
            models={
                name: _embedding(fitted, maps[name], results.dataset) for name, fitted in results.models.items()
            }
        ),
        recommendations=recommendations,
        metrics=build_metrics(results, hyperparameters),
        items=_items(results, geometry),
        map_replay=build_map_replay(
            results.models, projections, results.frames, tracked_items(results.dataset), item_ids
        ),
        deep_tower=None if deep is None else _deep_tower(deep, results, projections["deep"]),
        shown_lists=shown_lists,
    )


class _Geometry(NamedTuple):
    """What follows from the item vectors of a model: the maps, and the similar items of each with similarities."""

    map: ItemMap
    similar: tuple[NDArray[np.int32], NDArray[np.float32]]


def _geometry_of(fitted: Fitted, results: Results) -> Callable[[], _Geometry]:
    """The function that computes them, from no more than it needs."""
    rng = np.random.default_rng([results.config.train.seed, 5])  # a stream of its own, the same for every model
    train = results.split.train
    return partial(_geometry, fitted.item_vectors, results.dataset.item_counts, train.item_counts, train.twins, rng)


def _geometry(
    vectors: NDArray[np.float32],
    n_ratings: NDArray[np.int64],
    n_train: NDArray[np.int64],
    twins: Twins,
    rng: np.random.Generator,
) -> _Geometry:
    return _Geometry(map_items(vectors, n_ratings, n_train, rng), similar_items(vectors, n_train, N_SIMILAR, twins))


def _deep_tower(deep: Fitted, results: Results, projection: Projection) -> schema.DeepTower:
    rng = np.random.default_rng([results.config.train.seed, 4])  # a stream of its own: others leave it as it is
    return build_deep_tower(deep, results.dataset, projection, rng)


def _build(results: Results) -> schema.Build:
    summary = _summary(results.dataset)
    return schema.Build(
        generator=schema.Generator(GENERATOR, VERSION),
        dataset=summary,
        config=exported_settings(results.config),
        models={name: _model_summary(name, fitted) for name, fitted in results.models.items()},
        legend=_legend(results),
        presentation=make_presentation(results.config.presentation, summary),
    )


def _summary(dataset: Dataset) -> schema.DatasetSummary:
    scale = dataset.rating_scale
    low, high = shortest_decimals(np.array([scale.low, scale.high])).tolist()
    return schema.DatasetSummary(
        name=dataset.name,
        synthetic=dataset.source.synthetic,
        n_users=dataset.n_users,
        n_items=dataset.n_items,
        n_ratings=dataset.n_ratings,
        sha256=dataset.sha256,
        licence=dataset.source.licence,
        citation=dataset.source.citation,
        url=dataset.source.url,
        ratings=schema.RatingsSummary(
            kind=scale.kind,
            low=low,
            high=high,
            description=scale.describe(dataset.rating),
            step=rating_step(scale, dataset.rating),
        ),
        item=dataset.noun,
        genre=dataset.genre_label,
        rating_name=dataset.rating_name,
    )


def _model_summary(name: str, fitted: Fitted) -> schema.ModelSummary:
    return schema.ModelSummary(
        best_epoch=fitted.best_epoch,
        dim=fitted.item_vectors.shape[1],
        n_parameters=fitted.n_parameters,
        n_towers=len(fitted.towers.members),
        description=MODELS[name].description,
        reasons=MODELS[name].reasons,
        settings=asdict(fitted.hyperparameters),
        shapes={array: list(values.value.shape) for array, values in fitted.towers.parameters().items()},
    )


def _legend(results: Results) -> dict[str, schema.LegendEntry]:
    """Label and colours of every row in the files, models first."""
    new_users = {} if results.new_users is None else results.new_users.models
    rows = {*results.lists, *results.evaluation.skipped, *new_users}
    specs: dict[str, ModelSpec | BaselineSpec] = {**MODELS, **BASELINES}
    entries = {
        name: schema.LegendEntry(label=spec.label, light=spec.colour[0], dark=spec.colour[1])
        for name, spec in specs.items()
        if name in rows
    }
    if "deep_liked" in rows:  # the model deep, given less: its colours
        entries["deep_liked"] = msgspec.structs.replace(entries["deep"], label="Deep, without ratings")
    return entries


def _embedding(fitted: Fitted, item_map: ItemMap, dataset: Dataset) -> schema.Embedding:
    projection, item_ids = item_map.projection, ids(dataset.item_ids)
    layout: list[schema.LayoutPoint] = [None] * len(item_ids)
    for item, (x, y) in zip(item_map.laid_out.tolist(), rounded(item_map.neighbour_layout), strict=True):
        layout[item] = (x, y)
    return schema.Embedding(
        dim=fitted.item_vectors.shape[1],
        item_ids=item_ids,
        vectors=rounded(fitted.item_vectors),
        bias=rounded(fitted.item_bias),
        projection=[(x, y) for x, y in rounded(projection.points)],
        explained_variance=tuple(rounded(projection.explained_variance)),
        neighbour_layout=layout,
        trustworthiness=item_map.trustworthiness,
        regions=_regions(item_map, dataset),
    )


def _regions(item_map: ItemMap, dataset: Dataset) -> list[schema.Region]:
    """Named by genres and decades."""
    decade_of_item = dataset.years[item_map.laid_out] // 10 * 10  # not a number where the year is not known
    decades = np.unique(decade_of_item[np.isfinite(decade_of_item)]).astype(int).tolist()
    genres = dataset.genres[item_map.laid_out].astype(bool)
    labels = np.column_stack([genres, *(decade_of_item == decade for decade in decades)])
    n_genres = genres.shape[1]
    return [
        schema.Region(
            x=round(region.x, 4),
            y=round(region.y, 4),
            genres=[dataset.genre_names[label] for label in region.labels if label < n_genres],
            decades=[decades[label - n_genres] for label in region.labels if label >= n_genres],
        )
        for region in label_regions(item_map.neighbour_layout, labels)
    ]


def _items(results: Results, geometry: Mapping[str, _Geometry]) -> schema.Items:
    dataset = results.dataset
    item_ids = ids(dataset.item_ids)
    train = results.split.train
    similar = {name: _similar(of_model, item_ids) for name, of_model in geometry.items()}
    total = np.bincount(dataset.item, shortest_decimals(dataset.rating), dataset.n_items)
    histograms = rating_histograms(dataset)
    bins, has_mean = histograms.counts.tolist(), dataset.item_counts >= MIN_RATINGS_FOR_MEAN
    counts, n_train = dataset.item_counts.tolist(), train.item_counts.tolist()
    return schema.Items(
        items=[
            schema.Item(
                id=item_ids[item],
                title=dataset.titles[item],
                year=None if np.isnan(dataset.years[item]) else int(dataset.years[item]),
                genres=known_categories(dataset.genre_names[genre] for genre in np.flatnonzero(dataset.genres[item])),
                n_ratings=counts[item],
                n_train=n_train[item],
                mean_rating=round(float(total[item]) / counts[item], 4) if has_mean[item] else None,
                similar={name: neighbours[item] for name, neighbours in similar.items()},
                histogram=bins[item] if has_mean[item] else None,
            )
            for item in range(dataset.n_items)
        ],
        bins=[
            schema.RatingBin(low, high)
            for low, high in zip(histograms.low.tolist(), histograms.high.tolist(), strict=True)
        ],
        twins=[[item_ids[item] for item in group] for group in dataset.twins.groups()],
        shrinkage=SHRINKAGE,
        overall_mean=round(float(total.sum()) / max(dataset.n_ratings, 1), 4),
        mean_shrinkage=MEAN_SHRINKAGE,
    )


def _similar(geometry: _Geometry, item_ids: list[str]) -> list[list[schema.SimilarItem]]:
    """The neighbours of every item."""
    items, similarity = geometry.similar
    return [
        [schema.SimilarItem(item_ids[item], round(value, 4)) for item, value in zip(*row, strict=True) if item >= 0]
        for row in zip(items.tolist(), similarity.tolist(), strict=True)
    ]
