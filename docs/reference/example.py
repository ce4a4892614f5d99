"""A made-up export of a club of two readers and three books, for excerpts: small, and the same on every machine."""

from __future__ import annotations

import base64
import struct

from recsys.evaluation.metrics import METRICS
from recsys.models.registry import MODELS
from recsys.schema import (
    Agreement,
    Artefacts,
    BaselineRecommendation,
    Bootstrap,
    Build,
    Comparison,
    DatasetSummary,
    DeepTower,
    DiscoveryCurves,
    DiscoveryPoint,
    Embedding,
    EpochRecord,
    Generator,
    Groups,
    HiddenRanks,
    Interval,
    Item,
    ItemEmbeddings,
    Items,
    LegendEntry,
    LossHistory,
    MapReplay,
    Mean,
    Metrics,
    ModelMetrics,
    ModelSummary,
    Noun,
    Presentation,
    Protocol,
    RatedItem,
    RatingBin,
    RatingsSummary,
    Recommendation,
    Recommendations,
    Replay,
    ShownLists,
    ShownUser,
    SimilarItem,
    TasteGroup,
    TowerMap,
    Trustworthiness,
    UserDifference,
    UserGroup,
    UserLists,
    WorkedScore,
)

_NAMES = ("base", "deep")
_BOOKS = ("b1", "b2", "b3")
_POINTS = [(0.5, -0.25), (-0.5, 0.0), (0.25, 0.5)]


def example() -> Artefacts:
    """All exported files of the club; lists and maps are shortened."""
    return Artefacts(
        build=_build(),
        loss_history=LossHistory(models={"base": _history(6.1), "deep": _history(5.9)}),
        item_embeddings=ItemEmbeddings(models=dict.fromkeys(_NAMES, _embedding())),
        recommendations=Recommendations(
            k=2,
            users={"Ada": _ada(), "Ben": _ben()},
            rank_ends=[2, 10, 20],
            genres=["Science fiction", "Classics"],
            worked_scores={"deep": _worked_score()},
        ),
        metrics=_metrics(),
        items=_items(),
        map_replay=MapReplay(item_ids=list(_BOOKS), models=dict.fromkeys(_NAMES, _replay())),
        deep_tower=_deep_tower(),
        shown_lists=ShownLists(
            discovery=0.2, users={"Ada": ShownUser({"deep": [Recommendation("b2", 0.71, False)]})}
        ),
    )


def _build() -> Build:
    return Build(
        generator=Generator("marquee", "1.0.0"),
        dataset=DatasetSummary(
            name="Our book club",
            synthetic=False,
            n_users=40,
            n_items=25,
            n_ratings=480,
            sha256="5f" * 32,
            licence=None,
            ratings=RatingsSummary(kind="scale", low=1, high=5, description="a scale from 1 to 5", step=1),
            item=Noun("book", "books", "read", "read"),
        ),
        config={"holdout": 0.2, "top_k": 2, "discovery": 0.2, "models": list(_NAMES), "seed": 0},
        models={
            name: ModelSummary(
                best_epoch=12,
                dim=2,
                n_parameters=155,
                description=MODELS[name].description,
                reasons=MODELS[name].reasons,
                settings={"learning_rate": 0.01, "l2": 0.1},
                shapes={"items": [25, 2], "users": [40, 2]},
            )
            for name in _NAMES
        },
        legend={
            name: LegendEntry(label=MODELS[name].label, light=MODELS[name].colour[0], dark=MODELS[name].colour[1])
            for name in _NAMES
        },
        presentation=Presentation(title="Our book club", item=Noun("book", "books", "read", "read")),
    )


def _history(loss: float) -> list[EpochRecord]:
    return [
        EpochRecord(
            epoch=1, train_loss=loss, validation_loss=6.2, validation_ndcg=0.21, validation_ndcg_error=0.02
        ),
        EpochRecord(
            epoch=2, train_loss=loss - 1, validation_loss=5.6, validation_ndcg=0.26, validation_ndcg_error=0.02
        ),
    ]


def _embedding() -> Embedding:
    return Embedding(
        dim=2,
        item_ids=list(_BOOKS),
        vectors=[[0.8125, -0.25], [-0.5, 0.125], [0.75, 0.5]],
        bias=[0.25, 0.0, 0.125],
        projection=_POINTS,
        explained_variance=(0.75, 0.25),
        neighbour_layout=[(0.5, 0.25), (-0.75, 0.0), (0.625, 0.25)],
        trustworthiness=Trustworthiness(k=2, projection=0.81, neighbour_layout=0.92),
    )


def _ada() -> UserLists:
    return UserLists(
        n_train=12,
        n_hidden=3,
        n_relevant=3,
        rated=[RatedItem("b1", 5.0), RatedItem("b9", 4.0)],
        models={
            "base": [Recommendation("b2", 1.12, False, [("b9", 0.44)]), Recommendation("b3", 0.93, True, liked=True)],
            "deep": [
                Recommendation("b3", 1.31, True, [("b1", 0.36), ("b9", 0.08)], liked=True),
                Recommendation("b2", 0.71, False),
            ],
        },
        baselines={"popularity": [BaselineRecommendation("b2", False), BaselineRecommendation("b7", True)]},
        hidden_ranks={"base": HiddenRanks([1, 2, 0, 0], 4.0), "deep": HiddenRanks([1, 2, 0, 0], 3.0)},
        genres=[0.75, 0.25],
    )


def _ben() -> UserLists:
    return UserLists(
        n_train=1,
        n_hidden=0,
        rated=[RatedItem("b2", 3.0)],
        models={"base": [Recommendation("b1", 0.64, False)], "deep": [Recommendation("b1", 0.88, False)]},
        baselines={"popularity": [BaselineRecommendation("b1", False)]},
    )


def _worked_score() -> WorkedScore:
    return WorkedScore(
        user="Ada",
        item="b3",
        user_numbers=[1.2],
        item_numbers=[0.75],
        products=[0.9],
        rest=0.285,
        bias=0.125,
        score=1.31,
    )


def _metrics() -> Metrics:
    names = ("ndcg", "coverage")
    return Metrics(
        protocol=Protocol(
            split="temporal",
            holdout=0.2,
            split_rule="of each user's n ratings by time, the first max(1, floor(n (1 - holdout))) are for training",
            seed=0,
            n_evaluated=38,
            n_not_evaluated=2,
            relevant="every held-out rating",
            candidates="all items that the user did not rate in training",
            ties="lower index first",
            metrics={name: METRICS[name].formula for name in names},
            labels={name: METRICS[name].label for name in names},
            bootstrap=Bootstrap(resamples=1000, seed=0, confidence=0.95, method="percentiles"),
        ),
        k=2,
        models={
            "popularity": _row(0.21, 0.16),
            "base": _row(0.29, 0.64),
            "deep": _row(0.33, 0.72),
        },
        groups=Groups(
            activity=[UserGroup("few", 1, 6, 13)],
            taste=[TasteGroup("niche", 2.5, 7.75, 13, 6.25)],
        ),
        comparisons=[Comparison("deep", "base", Interval(0.04, 0.01, 0.07), 0.012, 15, 16, 7)],
        agreement=Agreement(
            models=_NAMES,
            n_users=40,
            overlap=[6, 21, 13],
            jaccard=Interval(0.5, 0.42, 0.58),
            rbo=Interval(0.55, 0.47, 0.63),
            rbo_p=0.9,
        ),
        most_helped=[UserDifference("Ada", {"base": 0.39, "deep": 0.61})],
        least_helped=[UserDifference("Cleo", {"base": 0.61, "deep": 0.39})],
        discovery=DiscoveryCurves(
            n_users=38,
            candidates=25,
            models={"deep": [DiscoveryPoint(discovery=0, ndcg=0.33, novelty=1.7, coverage=0.72)]},
        ),
    )


def _row(ndcg: float, coverage: float) -> ModelMetrics:
    return ModelMetrics(
        accuracy={"ndcg": Interval(ndcg, round(ndcg - 0.05, 2), round(ndcg + 0.05, 2))},
        beyond={"coverage": Mean(coverage)},
        by_activity=[Interval(ndcg, round(ndcg - 0.08, 2), round(ndcg + 0.08, 2))],
        recommended_popularity=[round(20 - 10 * coverage, 1)],
        settings={"l2": 0.1},
    )


def _items() -> Items:
    return Items(
        items=[
            Item(
                id=id_,
                title=title,
                year=year,
                genres=[genre],
                n_ratings=sum(histogram),
                n_train=sum(histogram) - 4,
                mean_rating=mean,
                similar={"base": [SimilarItem(similar, 0.41)], "deep": [SimilarItem(similar, 0.38)]},
                histogram=histogram,
            )
            for id_, title, year, genre, mean, histogram, similar in (
                ("b1", "Dune", 1965, "Science fiction", 4.2, [0, 1, 5, 3, 11], "b3"),
                ("b2", "Emma", 1815, "Classics", 3.6, [1, 2, 6, 6, 5], "b9"),
                ("b3", "Solaris", 1961, "Science fiction", 4.0, [0, 1, 3, 5, 5], "b1"),
            )
        ],
        bins=[RatingBin(value, value) for value in range(1, 6)],
        shrinkage=10,
        overall_mean=3.8,
        mean_shrinkage=5,
    )


def _replay() -> Replay:
    first = [32768] * (2 * len(_POINTS))
    last = [round((value + 1) / 2 * 65535) for point in _POINTS for value in point]
    frames = [_base64(struct.pack(f"<{len(frame)}H", *frame)) for frame in (first, last)]
    return Replay(epochs=[1, 12], low=(-1, -1), high=(1, 1), frames=frames)


def _deep_tower() -> DeepTower:
    vectors = _half_floats(*(value for point in _POINTS for value in point))
    return DeepTower(
        dim=2,
        hidden=1,
        refined_dim=2,
        scales=(1.0, 0.0),
        n_items=25,
        item_ids=list(_BOOKS),
        star_weights=[-0.1, 0.45, 0.68, 0.85, 1.0],
        starters=[0, 2],
        pool=vectors,
        average=_half_floats(0, 1),
        average_items=0.5625,
        inner_weight=_half_floats(0.5, 0),
        inner_bias=_half_floats(0),
        outer_weight=_half_floats(0, 0.25),
        outer_bias=_half_floats(0, 0),
        items=vectors,
        item_bias=_half_floats(0.25, 0, 0.125),
        map=TowerMap(centre=[0.0, 0.0], axes=[[1.0, 0.0], [0.0, 1.0]], user_scale=0.5),
    )


def _half_floats(*values: float) -> str:
    return _base64(struct.pack(f"<{len(values)}e", *values))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
