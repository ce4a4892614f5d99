"""The artefacts of a whole site, made by hand: 3 users, 5 items, and hostile titles.

What follows from a registry is built from it, so that a new metric or model does not change this file.
"""

from __future__ import annotations

import base64
import struct
from pathlib import Path

import msgspec

from recsys.baselines.registry import BASELINES
from recsys.evaluation.metrics import METRICS, accuracy_metrics, list_metrics
from recsys.export.files import write_artefacts
from recsys.models.registry import MODELS as MODEL_SPECS
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
    NewUsers,
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
    Trial,
    Trustworthiness,
    UserDifference,
    UserGroup,
    UserLists,
)
from recsys.site.catalogue import Catalogue
from recsys.site.language.strings import site_strings
from recsys.site.output.parallel import Renderer
from recsys.site.pages.page import SiteData
from recsys.site.pages.registry import absent_addresses, pages_of
from recsys.site.render import render_site
from recsys.site.rendering import make_site
from recsys.site.shown_lists import with_shown_lists

TEMPLATES = Path(__file__).parents[2] / "templates"
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \"quoted\" & 'single' {{ 7 * 7 }} \u2028"
TITLES = (HOSTILE, "__proto__", "Cléo de 5 à 7", "مدينة الرياح 🎬", "p1001")
USER_IDS = ("1", "Ünal/../<b>", "constructor")
FILM_IDS = ("1", "f/2", "__proto__", "4", "5")
MODELS = ("base", "deep")
FILM = Noun("film", "films", "watch", "watched")


def legend() -> dict[str, LegendEntry]:
    entries = {
        name: LegendEntry(label=spec.label, light=spec.colour[0], dark=spec.colour[1])
        for name, spec in {**MODEL_SPECS, **BASELINES}.items()
    }
    return {**entries, "deep_liked": msgspec.structs.replace(entries["deep"], label="Deep, without ratings")}


def interval(mean: float) -> Interval:
    return Interval(mean, mean * 0.9, mean * 1.1)


def model_metrics(ndcg: float) -> ModelMetrics:
    return ModelMetrics(
        accuracy=dict.fromkeys(accuracy_metrics(), interval(0.1)) | {"ndcg": interval(ndcg)},
        beyond=dict.fromkeys(list_metrics(), Mean(0.75)) | {"coverage": Mean(0.5), "novelty": Mean(2.0)},
        by_activity=[interval(ndcg), interval(2 * ndcg)],
        recommended_popularity=[30.0, 40.0],
        settings={"l2": 300.0},
        trials=[Trial({"l2": 300.0}, 0.2), Trial({"l2": 100.0}, 0.1)],
    )


def groups() -> Groups:
    return Groups(
        activity=[UserGroup("few", 1, 4, 1), UserGroup("many", 5, 1200, 1)],
        taste=[TasteGroup("niche", 2.5, 9.75, 1, 7.25), TasteGroup("mainstream", 20, 20, 1, 20.5)],
    )


def comparisons(models: tuple[str, ...]) -> list[Comparison]:
    """Deep is ahead of popularity and level with base."""
    against = {"base": (Interval(0.01, -0.01, 0.03), 0.25), "popularity": (Interval(0.1, 0.05, 0.15), 0.0001)}
    return [
        Comparison("deep", name, difference, p, 1, 1, 0)
        for name, (difference, p) in against.items()
        if "deep" in models and name in (*models, "popularity")
    ]


def items() -> Items:
    years = (1999, None, 1962, 2001, None)
    return Items(
        items=[
            Item(
                id=id_,
                title=title,
                year=year,
                genres=["Drama", "<i>Sci-Fi</i>"] if year else [],
                n_ratings=row,
                n_train=row,
                mean_rating=3.5 if row else None,
                similar={"base": [SimilarItem("4", 0.5)], "deep": [SimilarItem("__proto__", 0.25)]},
                histogram=[0, 1, row] if row else None,
            )
            for row, (id_, title, year) in enumerate(zip(FILM_IDS, TITLES, years, strict=True))
        ],
        bins=[RatingBin(1, 1), RatingBin(2, 3), RatingBin(4.5, 4.5)],
    )


def users(models: tuple[str, ...]) -> dict[str, UserLists]:
    lists = {
        "base": [Recommendation("f/2", 2.5, True, [("1", 0.75)]), Recommendation("__proto__", 1.25, False)],
        "deep": [
            Recommendation("__proto__", -0.5, False, [("1", 0.25)], 1),
            Recommendation("4", -0.75, False),
        ],
    }
    full = UserLists(
        n_train=2,
        n_hidden=1,
        rated=[RatedItem("1", 4.5), RatedItem("5", 4.0)],
        baselines={"popularity": [BaselineRecommendation("f/2", True), BaselineRecommendation(None, True)]},
        hidden_ranks={name: HiddenRanks([1, 0, 0, 0], 2.0) for name in models},
        genres=[1.0, 0.5],
        models={name: lists[name] for name in models},
    )
    empty = UserLists(n_train=0, n_hidden=0, rated=[], baselines={}, models={name: [] for name in models})
    return dict(zip(USER_IDS, (full, empty, full), strict=True))


def embedding() -> Embedding:
    points = [(0.0, 0.0), (1.0, 0.5), (-1.0, 0.25), (0.5, -0.5), (-0.25, 1.0)]
    return Embedding(
        dim=2,
        item_ids=list(FILM_IDS),
        vectors=[list(point) for point in points],
        bias=[0.0] * 5,
        projection=points,
        explained_variance=(0.6, 0.4),
        neighbour_layout=[(y, x) for x, y in points],
        trustworthiness=Trustworthiness(k=2, projection=0.61, neighbour_layout=0.87),
    )


def history() -> list[EpochRecord]:
    return [
        EpochRecord(epoch=1, train_loss=2.0, validation_loss=2.1, validation_ndcg=0.1),
        EpochRecord(epoch=2, train_loss=1.5, validation_loss=None, validation_ndcg=None),
    ]


def agreement() -> Agreement:
    return Agreement(models=MODELS, n_users=2, overlap=[0, 2, 0], jaccard=interval(0.3), rbo=interval(0.4), rbo_p=0.9)


def replay() -> Replay:
    """Two frames: all films in the middle, then each where the served model has it."""
    last = [(round((x + 1) / 2 * 65535), round((y + 1) / 2 * 65535)) for x, y in embedding().projection]
    frames = [[(32768, 32768)] * 5, last]
    encoded = [base64.b64encode(struct.pack("<10H", *(part for pair in frame for part in pair))) for frame in frames]
    return Replay(epochs=[1, 2], low=(-1, -1), high=(1, 1), frames=[frame.decode() for frame in encoded])


def half_floats(*values: float) -> str:
    return base64.b64encode(struct.pack(f"<{len(values)}e", *values)).decode()


def deep_tower() -> DeepTower:
    """A tower whose hidden layer adds nothing: a user vector is the sum over the rated and the average items, divided
    by the root of their number; that root is 0.75 without rated items, 1.25 with one."""
    vectors = half_floats(*(value for point in embedding().projection for value in point))
    return DeepTower(
        dim=2,
        hidden=1,
        refined_dim=2,
        scales=(1.0, 0.0),
        n_items=5,
        item_ids=list(FILM_IDS),
        star_weights=[-0.1, 0.45, 0.67782, 0.85263, 1.0],
        half_star_weights=[-0.1, -0.1, 0.28891, 0.45, 0.5736, 0.67782, 0.76963, 0.85263, 0.92896, 1.0],
        starters=[1, 0, 4],
        pool=vectors,
        average=half_floats(0, 1),
        average_items=0.5625,
        inner_weight=half_floats(0, 0),
        inner_bias=half_floats(0),
        outer_weight=half_floats(0, 0),
        outer_bias=half_floats(0, 0),
        items=vectors,
        item_bias=half_floats(0, 0, 0, 0, 0.5),
        map=TowerMap(centre=[0.0, 0.0], axes=[[1.0, 0.0], [0.0, 1.0]], user_scale=0.5),
    )


def new_users() -> NewUsers:
    return NewUsers(
        protocol="some are <b>new</b>",
        share=0.1,
        draws=2,
        given=["3", "half"],
        n_users=[20, 18],
        models={
            "deep": [[0.5, 0.6], [0.7, 0.8]],
            "deep_liked": [[0.5, 0.5], [0.7, 0.7]],
            "ease": [[0.4, 0.5], [0.75, 0.75]],
            "popularity": [[0.3, 0.3], [0.2, 0.2]],
        },
        chosen={"ease": [[300, 1000], [300, 300]]},
    )


def discovery(models: tuple[str, ...]) -> DiscoveryCurves:
    """The models lose half of their accuracy."""
    points = [
        DiscoveryPoint(discovery=amount, ndcg=0.2 - 0.1 * amount, novelty=2 + amount, coverage=0.25 + 0.25 * amount)
        for amount in (0.0, 0.5, 1.0)
    ]
    return DiscoveryCurves(n_users=2, candidates=5, models=dict.fromkeys(models, points))


def protocol(not_measured: str | None = None) -> Protocol:
    return Protocol(
        split="temporal",
        holdout=0.2,
        split_rule="the newest",
        seed=None,
        n_evaluated=2,
        n_not_evaluated=1,
        relevant="all",
        candidates="unseen",
        ties="lower index",
        metrics={name: metric.formula for name, metric in METRICS.items()},
        labels={name: metric.label for name, metric in METRICS.items()},
        bootstrap=Bootstrap(resamples=100, seed=0, confidence=0.95, method="percentiles"),
        not_measured=not_measured,
    )


def tiny(models: tuple[str, ...] = MODELS, *, measured: bool = True, synthetic: bool = False) -> Artefacts:
    """The artefacts; ``measured=False`` is what ``--holdout 0`` exports."""
    both = measured and len(models) > 1
    rows = {"popularity": model_metrics(0.1), **{name: model_metrics(0.2) for name in models}}
    return Artefacts(
        build=Build(
            generator=Generator("marquee", "0.1.0"),
            dataset=DatasetSummary(
                name="Tiny & <b>Co</b>",
                synthetic=synthetic,
                n_users=3,
                n_items=5,
                n_ratings=6,
                sha256="0" * 64,
                licence=None,
                ratings=RatingsSummary(kind="scale", low=1, high=4.5, description="a scale from 1 to 4.5"),
            ),
            config={"models": list(models), "dim": 2, "site_url": None, "seed": 0},
            models={
                name: ModelSummary(
                    best_epoch=1, dim=2, n_parameters=16, description=HOSTILE, reasons=MODEL_SPECS[name].reasons
                )
                for name in models
            },
            legend=legend(),
            presentation=Presentation(item=FILM),
        ),
        loss_history=LossHistory(models={name: history() for name in models}),
        item_embeddings=ItemEmbeddings(models={name: embedding() for name in models}),
        recommendations=Recommendations(
            k=2, users=users(models), rank_ends=[10, 50, 200], genres=["Drama", "<i>Sci-Fi</i>"]
        ),
        metrics=Metrics(
            protocol=protocol(None if measured else "holdout is 0, so nothing is held out from training"),
            k=2,
            models=rows if measured else {},
            groups=groups() if measured else None,
            comparisons=comparisons(models) if measured else [],
            skipped={"ease": "too large <b>here</b>"} if measured else {},
            agreement=agreement() if len(models) > 1 else None,
            most_helped=[UserDifference("1", {"base": 0.25, "deep": 0.75})] if both else [],
            least_helped=[UserDifference("constructor", {"base": 0.75, "deep": 0.5})] if both else [],
            new_users=new_users() if measured and "deep" in models else None,
            discovery=discovery(models) if measured else None,
        ),
        items=items(),
        map_replay=MapReplay(item_ids=list(FILM_IDS), models={name: replay() for name in models}),
        deep_tower=deep_tower() if "deep" in models else None,
    )


def discovered(amount: float = 0.25) -> Artefacts:
    """The artefacts of a site whose pages show one other list for everyone, of item 5 alone."""
    full = tiny()
    lists = {name: [Recommendation("5", 0.125, False)] for name in MODELS}
    return msgspec.structs.replace(
        full,
        build=msgspec.structs.replace(full.build, config={**full.build.config, "discovery": amount}),
        shown_lists=ShownLists(discovery=amount, users=dict.fromkeys(USER_IDS, ShownUser(lists))),
    )


def nothing() -> Artefacts:
    """No item, no user, no model: the smallest that parses."""
    full = tiny((), measured=False)
    return msgspec.structs.replace(
        full,
        items=Items(items=[]),
        recommendations=Recommendations(k=2, users={}),
        map_replay=MapReplay(item_ids=[], models={}),
    )


def render(artefacts: Artefacts, out: Path) -> Path:
    """Export and render, as a build does."""
    out.mkdir(parents=True, exist_ok=True)
    write_artefacts(artefacts, out / "data")
    render_site(artefacts, TEMPLATES, out)
    return out


def with_ratings(artefacts: Artefacts, ratings: RatingsSummary) -> Artefacts:
    """The same, of a data set whose ratings are these."""
    dataset = msgspec.structs.replace(artefacts.build.dataset, ratings=ratings)
    return msgspec.structs.replace(artefacts, build=msgspec.structs.replace(artefacts.build, dataset=dataset))


def render_pages(artefacts: Artefacts, out: Path, *names: str) -> Path:
    """Export and render, of the optional pages these alone: those with charts take most of the time."""
    return render(with_pages(artefacts, *names), out)


def render_html(artefacts: Artefacts, out: Path, *names: str) -> Path:
    """Of what ``render_pages`` writes, the exported files and the pages: what pages load takes most of the time."""
    artefacts = with_pages(artefacts, *names)
    out.mkdir(parents=True, exist_ok=True)
    write_artefacts(artefacts, out / "data")
    shown = with_shown_lists(artefacts)
    data = site_data(shown, out)
    renderer = Renderer(TEMPLATES, out, data.strings, absent_addresses(shown))
    for entry in pages_of(shown).values():
        for job in entry.jobs(data):
            renderer.write(job)
    return out


def with_pages(artefacts: Artefacts, *names: str) -> Artefacts:
    """The same, of a site that has of the optional pages these alone."""
    presentation = msgspec.structs.replace(artefacts.build.presentation, pages=list(names))
    build = msgspec.structs.replace(artefacts.build, presentation=presentation)
    return msgspec.structs.replace(artefacts, build=build)


class _Addresses(dict[str, str]):
    """An address for whatever a page loads."""

    def __missing__(self, name: str) -> str:
        return f"assets/{name}?v=00000000"


def site_data(artefacts: Artefacts, folder: Path = Path("absent")) -> SiteData:
    """What pages are computed from, with exported files in ``folder / "data"``."""
    strings = site_strings(TEMPLATES, artefacts)
    site = make_site(artefacts, assets=_Addresses(), stamp="0" * 8, strings=strings)
    return SiteData(site, artefacts, Catalogue(artefacts, strings), "bokeh.js", folder / "data", TEMPLATES, strings)


STRINGS = site_strings(TEMPLATES, tiny())
"""The texts of the tiny site."""
