"""Results to artefacts: everything a site is rendered from, put into the types of :mod:`recsys.schema`.

The last module that sees arrays; knows nothing of pages.
"""

from __future__ import annotations

from dataclasses import asdict

import msgspec
import numpy as np

from recsys import schema as out
from recsys.export.deep_tower import deep_tower
from recsys.export.encoding import ids, rounded
from recsys.export.map_replay import replay
from recsys.export.metrics import measured
from recsys.export.recommendations import listed
from recsys.export.results import Results
from recsys.models.fitted import Fitted
from recsys.recommend.lists import similar_items
from recsys.recommend.pca import Projection, principal_components
from recsys.recommend.profiles import rating_histograms
from recsys.schema import GENERATOR, VERSION
from recsys.training.snapshots import moving_films

N_SIMILAR = 10
FEWEST_FOR_MEAN = 3
"""Ratings below which neither mean nor histogram is told: they would give away who rated how."""


def assemble(results: Results) -> out.Artefacts:
    """All artefacts of a build."""
    settings: dict[str, dict[str, float]] = {
        name: {**asdict(fitted.recipe), "epochs": fitted.best_epoch}
        for name, fitted in results.models.items()
    }
    item_ids = ids(results.dataset.item_ids)
    projections = {name: principal_components(fitted.item_vectors) for name, fitted in results.models.items()}
    return out.Artefacts(
        build=_build(results),
        loss_history=out.LossHistory(
            models={
                name: [out.EpochRecord(**asdict(record)) for record in fitted.history]
                for name, fitted in results.models.items()
            }
        ),
        item_embeddings=out.ItemEmbeddings(
            models={
                name: _embedding(fitted, projections[name], item_ids) for name, fitted in results.models.items()
            }
        ),
        recommendations=listed(results),
        metrics=measured(
            results.judged, results.lists, results.split, results.config, settings, results.new_users
        ),
        items=_items(results),
        map_replay=replay(
            results.models, projections, results.recorders, moving_films(results.dataset), item_ids
        ),
        deep_tower=(
            deep_tower(results.models["deep"], results.dataset, projections["deep"])
            if "deep" in results.models
            else None
        ),
    )


def _build(results: Results) -> out.Build:
    dataset = results.dataset
    config = msgspec.to_builtins(results.config)
    train = config.pop("train")
    return out.Build(
        generator=out.Generator(GENERATOR, VERSION),
        dataset=out.DatasetSummary(
            name=dataset.name,
            synthetic=dataset.source.synthetic,
            n_users=dataset.n_users,
            n_items=dataset.n_items,
            n_ratings=dataset.n_ratings,
            sha256=dataset.sha256,
            licence=dataset.source.licence,
            citation=dataset.source.citation,
            url=dataset.source.url,
        ),
        config={**config, "models": list(results.config.models), **train},
        models={
            name: out.ModelSummary(
                best_epoch=fitted.best_epoch,
                dim=fitted.item_vectors.shape[1],
                n_parameters=fitted.n_parameters,
                settings=asdict(fitted.recipe),
            )
            for name, fitted in results.models.items()
        },
    )


def _embedding(fitted: Fitted, projection: Projection, item_ids: list[str]) -> out.Embedding:
    return out.Embedding(
        dim=fitted.item_vectors.shape[1],
        item_ids=item_ids,
        vectors=rounded(fitted.item_vectors),
        bias=rounded(fitted.item_bias),
        projection=[(x, y) for x, y in rounded(projection.points)],
        explained_variance=tuple(rounded(projection.explained_variance)),
    )


def _items(results: Results) -> out.Items:
    dataset = results.dataset
    item_ids, similar = ids(dataset.item_ids), _similar(results)
    total = np.bincount(dataset.item, dataset.rating, dataset.n_items)
    histograms = rating_histograms(dataset)
    bins, told = histograms.counts.tolist(), dataset.item_counts >= FEWEST_FOR_MEAN
    counts, n_train = dataset.item_counts.tolist(), results.split.train.item_counts.tolist()
    return out.Items(
        items=[
            out.Item(
                id=item_ids[item],
                title=dataset.titles[item],
                year=None if np.isnan(dataset.years[item]) else int(dataset.years[item]),
                genres=[dataset.genre_names[genre] for genre in np.flatnonzero(dataset.genres[item])],
                n_ratings=counts[item],
                n_train=n_train[item],
                mean_rating=round(float(total[item]) / counts[item], 4) if told[item] else None,
                similar={name: found[item] for name, found in similar.items()},
                histogram=bins[item] if told[item] else None,
            )
            for item in range(dataset.n_items)
        ],
        bins=[
            out.RatingBin(*ends) for ends in zip(histograms.low.tolist(), histograms.high.tolist(), strict=True)
        ],
    )


def _similar(results: Results) -> dict[str, list[list[out.SimilarItem]]]:
    """By model, the neighbours of every item."""
    item_ids = ids(results.dataset.item_ids)
    found = {}
    for name, fitted in results.models.items():
        items, similarity = similar_items(fitted.item_vectors, N_SIMILAR)
        rows = zip(items.tolist(), similarity.tolist(), strict=True)
        found[name] = [
            [out.SimilarItem(item_ids[item], round(value, 4)) for item, value in zip(*row, strict=True) if item >= 0]
            for row in rows
        ]
    return found
