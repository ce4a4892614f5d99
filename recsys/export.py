"""Results to artefacts: everything a site is rendered from, put into the types of :mod:`recsys.artefacts`.

The last module that sees arrays; knows nothing of pages.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from recsys import artefacts as out
from recsys.config import BuildConfig
from recsys.data.dataset import Dataset
from recsys.data.split import Split
from recsys.fitted import Fitted
from recsys.measured import Judged, measured
from recsys.privacy import MOST_NAMED, by_rank, may_be_named
from recsys.projection import principal_components
from recsys.recommend import Lists, best_rated, similar_items
from recsys.version import GENERATOR, VERSION

N_RATED = 10
N_SIMILAR = 10
FEWEST_FOR_MEAN = 3
"""Ratings below which a mean is not told: it would give away who rated how."""


@dataclass(frozen=True, eq=False)
class Results:
    """What a build computed, before it becomes JSON.

    Attributes:
        dataset: all ratings.
        split: their training and hidden parts.
        config: the settings.
        models: trained models by name.
        lists: every user's list, by name of model or baseline.
        judged: how good they are, by the same names.
    """

    dataset: Dataset
    split: Split
    config: BuildConfig
    models: dict[str, Fitted]
    lists: dict[str, Lists]
    judged: Judged = field(default_factory=Judged)


def assemble(results: Results) -> out.Artefacts:
    """All artefacts of a build."""
    settings: dict[str, dict[str, float]] = {
        name: {**asdict(fitted.recipe), "epochs": fitted.best_epoch}
        for name, fitted in results.models.items()
    }
    return out.Artefacts(
        build=_build(results),
        loss_history=out.LossHistory(
            models={
                name: [out.EpochRecord(**asdict(record)) for record in fitted.history]
                for name, fitted in results.models.items()
            }
        ),
        item_embeddings=out.ItemEmbeddings(
            models={name: _embedding(fitted, results.dataset) for name, fitted in results.models.items()}
        ),
        recommendations=_recommendations(results),
        metrics=measured(results.judged, results.split, results.config, settings),
        items=_items(results),
        map_replay=out.MapReplay(item_ids=[], models={}),
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


def _embedding(fitted: Fitted, dataset: Dataset) -> out.Embedding:
    projection = principal_components(fitted.item_vectors)
    return out.Embedding(
        dim=fitted.item_vectors.shape[1],
        item_ids=_ids(dataset.item_ids),
        vectors=_rounded(fitted.item_vectors),
        bias=_rounded(fitted.item_bias),
        projection=[(x, y) for x, y in _rounded(projection.points)],
        explained_variance=tuple(_rounded(projection.explained_variance)),
    )


def _recommendations(results: Results) -> out.Recommendations:
    split = results.split
    item_ids = _ids(results.dataset.item_ids)
    rated = best_rated(split.train, N_RATED)
    hidden = np.zeros(split.train.n_users, int) if split.test is None else split.test.user_counts
    users = {}
    for user, user_id in enumerate(_ids(results.dataset.user_ids)):
        best = [out.RatedItem(item_ids[split.train.item[one]], float(split.train.rating[one])) for one in rated[user]]
        lists = {name: _list(found, user, item_ids) for name, found in results.lists.items()}
        models = {name: found for name, found in lists.items() if name in results.models}
        baselines = {name: found for name, found in lists.items() if name not in results.models}
        named = may_be_named(_hits(models), [one.item for one in best], _hits(baselines))
        users[user_id] = out.UserLists(
            n_train=int(split.train.user_counts[user]),
            n_hidden=int(hidden[user]),
            rated=[one for one in best if one.item in named],
            base=[_told(one, named) for one in models["base"]] if "base" in models else msgspec.UNSET,
            deep=[_told(one, named) for one in models["deep"]] if "deep" in models else msgspec.UNSET,
            baselines={
                name: [out.BaselineRecommendation(_told(one, named).item, one.held_out) for one in found]
                for name, found in baselines.items()
            },
        )
    return out.Recommendations(k=results.config.top_k, users=users, most_named=MOST_NAMED)


def _hits(lists: dict[str, list[out.Recommendation]]) -> list[str]:
    return by_rank([one.item if one.held_out else None for one in found] for found in lists.values())


def _told(one: out.Recommendation, named: frozenset[str]) -> out.Recommendation:
    """The same, without its name where it is a hit that may not be named."""
    return out.Recommendation(None, one.score, True) if one.held_out and one.item not in named else one


def _list(lists: Lists, user: int, item_ids: list[str]) -> list[out.Recommendation]:
    return [
        out.Recommendation(item_ids[item], round(score, 4), held_out)
        for item, score, held_out in zip(
            lists.items[user].tolist(), lists.scores[user].tolist(), lists.held_out[user].tolist(), strict=True
        )
        if item >= 0
    ]


def _items(results: Results) -> out.Items:
    dataset = results.dataset
    ids, similar = _ids(dataset.item_ids), _similar(results)
    total = np.bincount(dataset.item, dataset.rating, dataset.n_items)
    counts, n_train = dataset.item_counts.tolist(), results.split.train.item_counts.tolist()
    return out.Items(
        items=[
            out.Item(
                id=ids[item],
                title=dataset.titles[item],
                year=None if np.isnan(dataset.years[item]) else int(dataset.years[item]),
                genres=[dataset.genre_names[genre] for genre in np.flatnonzero(dataset.genres[item])],
                n_ratings=counts[item],
                n_train=n_train[item],
                mean_rating=round(float(total[item]) / counts[item], 4) if counts[item] >= FEWEST_FOR_MEAN else None,
                similar={name: found[item] for name, found in similar.items()},
            )
            for item in range(dataset.n_items)
        ]
    )


def _similar(results: Results) -> dict[str, list[list[out.SimilarItem]]]:
    """By model, the neighbours of every item."""
    ids = _ids(results.dataset.item_ids)
    found = {}
    for name, fitted in results.models.items():
        items, similarity = similar_items(fitted.item_vectors, N_SIMILAR)
        rows = zip(items.tolist(), similarity.tolist(), strict=True)
        found[name] = [
            [out.SimilarItem(ids[item], round(value, 4)) for item, value in zip(*row, strict=True) if item >= 0]
            for row in rows
        ]
    return found


def _ids(ids: NDArray[Any]) -> list[str]:
    return [str(one) for one in ids.tolist()]


def _rounded(values: NDArray[Any]) -> Any:
    """To 4 decimals, as Python numbers; -0.0 becomes 0.0, which reads better and compresses better."""
    return (np.round(np.asarray(values, np.float64), 4) + 0.0).tolist()
