"""The stages of a build, each a function that other programs can call too.

    read -> split -> learn -> recommend -> explain -> evaluate -> export   |wall: site/data/*.json|   render

The command calls them, and :func:`build_site` does for a data set that is in memory already. To follow the work, pass
a :class:`Reporter`.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from recsys.baselines.registry import BASELINES
from recsys.cache.models import cached_fit
from recsys.cache.store import Cache, FolderCache, cache_folder
from recsys.checks import check as check  # the command uses both names without a build, for --dry-run
from recsys.checks import check_presentation, report_twins
from recsys.checks import fit_lists as fit_lists
from recsys.config import BuildConfig, InputConfig, PresentationConfig, ReadConfig
from recsys.data.dataset import Dataset
from recsys.data.load import read_dataset
from recsys.data.report import ReadReport
from recsys.data.split import Split
from recsys.data.split import split as split_ratings
from recsys.evaluation import cold_start
from recsys.evaluation.cold_start import AT_RANDOM, FIRST_IN_TIME, ColdStartModel, GivenOrder, UntunedColdStart
from recsys.evaluation.discovery import discovery_curves
from recsys.evaluation.relevance import relevant_ratings, skip_reason
from recsys.evaluation.report import score_lists
from recsys.evaluation.reranking import popularity
from recsys.export.assemble import assemble
from recsys.export.files import read_artefacts, write_artefact, write_artefacts
from recsys.export.garbage import no_garbage_collection
from recsys.export.presentation import make_presentation, write_logo
from recsys.export.privacy import hash_user_ids
from recsys.export.results import EvaluationResults, Results
from recsys.export.settings import RENDERED, exported_settings
from recsys.export.tables import write_tables
from recsys.learn import Learned, learn
from recsys.machines import THIS_PROCESS, Machines
from recsys.models.fitted import Fitted
from recsys.nn.arrays import Ids
from recsys.recommend.explain import Reasons
from recsys.recommend.explain import explain as explain_lists
from recsys.recommend.lists import Lists, recommend_and_rank, recommend_discovered
from recsys.reporter import SILENT, Reporter
from recsys.schema import Artefacts, NewUsers
from recsys.site.output.manifest import MANIFEST, MANIFEST_SCHEMA
from recsys.site.publish.gh_pages import Destination
from recsys.site.publish.gh_pages import publish as push_site
from recsys.site.publish.staging import staging_folder
from recsys.site.publish.target import check_target, resolve_target
from recsys.site.render import render_site, templates_folder
from recsys.tasks import Run, in_turn, run_each
from recsys.user_parts import DividedSplit, join_entries, rows_of
from recsys.writing import writing

MIN_RATINGS_BY_MODEL = 500_000
"""Ratings from which on models recommend and explain, and are measured, in processes of their own; with fewer, that
takes no longer than starting the processes."""

T = TypeVar("T")

logger = logging.getLogger(__name__)


def build_site(
    dataset: Dataset,
    out: str | os.PathLike[str] = "site",
    config: BuildConfig | None = None,
    *,
    cache: Cache | None = None,
    reporter: Reporter = SILENT,
) -> Path:
    """Do for any data set what the command does: train, compare, recommend, export and render.

    >>> import tempfile
    >>> import pandas as pd
    >>> import recsys
    >>> pairs = [(reader, book) for reader in range(20) for book in range(reader % 4, 12, 2)]
    >>> ratings = pd.DataFrame(pairs, columns=["user", "item"]).assign(rating=lambda pair: 1 + pair.user % 5)
    >>> dataset = recsys.Dataset.from_frames(ratings, name="Our book club")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     site = recsys.build_site(dataset, f"{folder}/site", recsys.BuildConfig(top_k=3))
    ...     (site / "index.html").is_file()
    True

    Args:
        dataset: the ratings.
        out: folder of the site; absent, empty, or an earlier site, which is replaced once the new one is complete.
        config: settings; None for the defaults.
        cache: where models and baselines of earlier builds are looked up and saved; None for the user's cache folder,
            ``recsys.NoCache()`` for none.
        reporter: follows the work.

    Returns:
        The folder, absolute.

    Raises:
        ConfigError: the settings do not suit the data.
        OutputError: the folder may not be replaced, or the site would be too large.
    """
    folder, config = resolve_target(Path(out)), config or BuildConfig()
    check_target(folder, [])
    with staging_folder(folder) as staging:
        artefacts = compute(dataset, config, reporter, FolderCache(cache_folder()) if cache is None else cache)
        export(artefacts, staging / "data", reporter, config.presentation)
        render(artefacts, staging, reporter)
    return folder


Reader = Callable[[ReadConfig, Path | None, Path | None], tuple[Dataset, ReadReport]]
"""Reads ratings, from settings and the paths of the tables of items and of users, if any."""


def read(
    source: Path | Reader, reporter: Reporter = SILENT, config: InputConfig | None = None
) -> tuple[Dataset, ReadReport]:
    """Read the ratings of a file, folder or archive, or with another reader; and report what was understood."""
    config = config or InputConfig()
    with reporter.stage("read") as details:
        items, users = (None if table is None else Path(table) for table in (config.items, config.users))
        reader = partial(read_dataset, source) if isinstance(source, Path) else source
        dataset, report = reader(config.read, items, users)
        counts = {"rating": dataset.n_ratings, "user": dataset.n_users, "item": dataset.n_items}
        parts = [f"{n:,} {noun}{'s' * (n != 1)}" for noun, n in counts.items()]
        details.append(f"{dataset.name}: {', '.join(parts)}")
    report.log_warnings()
    if dataset.source.synthetic:
        logger.warning("The ratings of this data set are synthetic: invented users, for a look at the site only.")
    return dataset, report


def compute(
    dataset: Dataset, config: BuildConfig, reporter: Reporter, cache: Cache, machines: Machines = THIS_PROCESS
) -> Artefacts:
    """Everything between the ratings and the exported files."""
    results = compute_results(dataset, config, reporter, cache, machines)
    with threadpool_limits(1, "blas"), reporter.stage("assemble"):
        return assemble(results, machines.run)


def compute_results(
    dataset: Dataset, config: BuildConfig, reporter: Reporter, cache: Cache, machines: Machines = THIS_PROCESS
) -> Results:
    """The stages from split to evaluate: everything that is exported, still as arrays."""
    config = fit_lists(dataset, config)
    check(dataset, config)
    if config.privacy.hash_users is not None:  # before all stages, so that none of them knows the ids
        dataset = hash_user_ids(dataset, config.privacy.hash_users)
    read_ratings(dataset, reporter)
    report_twins(dataset)
    with threadpool_limits(1, "blas"):  # more threads would gain nothing at these sizes, and busy-wait
        parts = split(dataset, config, reporter)
        learned = learn(dataset, parts, config, reporter, cache, machines)
        model_lists, ranks = recommend(learned.models, parts, config, reporter, machines)
        lists = model_lists | learned.lists
        shown = recommend_shown(learned.models, parts, config, reporter, machines)
        reasons = explain(learned.models, parts, lists, config, reporter, machines)
        shown_reasons = explain(learned.models, parts, shown, config, reporter, machines) if shown else {}
        evaluation = evaluate(learned, parts, lists, config, reporter, machines)
        new_users = evaluate_new_users(dataset, config, reporter, cache) if config.evaluate_new_users else {}
    return Results(
        dataset=dataset,
        split=parts,
        config=config,
        models=learned.models,
        lists=lists,
        evaluation=evaluation,
        reasons=reasons,
        ranks=ranks,
        frames=learned.frames,
        new_users=new_users.get(AT_RANDOM),
        new_users_in_time=new_users.get(FIRST_IN_TIME),
        shown=shown,
        shown_reasons=shown_reasons,
    )


def read_ratings(dataset: Dataset, reporter: Reporter = SILENT) -> None:
    """Report how the ratings are understood, and warn if most of them count for nothing or against their items."""
    with reporter.stage("ratings") as details:
        scale = dataset.rating_scale
        details.append(f"read as {scale.describe(dataset.rating)}")
    share = float((scale.weights(dataset.rating) <= 0).mean())
    if share > 0.5:
        logger.warning(
            "%.0f %% of the ratings count for nothing or against their item, because they are at the low end of %s; "
            "if such a rating does not mean dislike (0 often stands for no opinion), leave these lines out or give "
            "them another value",
            100 * share,
            scale.describe(dataset.rating),
        )


def split(dataset: Dataset, config: BuildConfig, reporter: Reporter = SILENT) -> Split:
    """Hold out each user's newest ratings."""
    with reporter.stage("split") as details:
        parts = split_ratings(dataset, config.holdout, np.random.default_rng(config.train.seed))
        n_hidden = 0 if parts.test is None else parts.test.n_ratings
        n_train = parts.train.n_ratings
        ratings = "rating" if n_train == 1 else "ratings"
        details.append(f"{parts.kind}: {n_train:,} {ratings} to train on, {n_hidden:,} held out")
        if parts.n_cut_in_ties:
            details.append(
                f"{parts.n_cut_in_ties} of {dataset.n_users} users are cut between ratings of the same time, where "
                "the seed decides which are held out"
            )
    reason = skip_reason(parts, config.holdout, config.relevant_from)
    if reason is not None:  # with a holdout of 0 this is intended
        level = logging.WARNING if config.holdout else logging.INFO
        logger.log(level, "No metrics will be measured, and no baselines computed: %s.", reason)
    return parts


def recommend(
    models: dict[str, Fitted],
    parts: Split,
    config: BuildConfig,
    reporter: Reporter = SILENT,
    machines: Machines = THIS_PROCESS,
) -> tuple[dict[str, Lists], dict[str, NDArray[np.int64]]]:
    """Every user's list by each model, and the rank that the model gives each held-out rating."""
    with reporter.stage("recommend") as details:
        divided, run = _divided(parts, config, machines), _run_of_stages(parts, machines)
        by_model = divided.each(
            run,
            models,
            lambda fitted, part, users: partial(recommend_and_rank, fitted, part.train, part.test, config.top_k),
        )
        lists = {name: divided.join_tables([table for table, _ in by_part]) for name, by_part in by_model.items()}
        ranks = {} if parts.test is None else {
            name: join_entries([ranks for _, ranks in by_part], divided.users, parts.test)
            for name, by_part in by_model.items()
        }
        details.append(f"lists of {config.top_k} for each user, by {', '.join(lists)}")
    return lists, ranks


def recommend_shown(
    models: dict[str, Fitted],
    parts: Split,
    config: BuildConfig,
    reporter: Reporter = SILENT,
    machines: Machines = THIS_PROCESS,
) -> dict[str, Lists]:
    """The re-ranked lists that pages show, by each model; empty if ``discovery`` is 0 and they show its own lists."""
    if not config.discovery:
        return {}
    with reporter.stage("discover") as details:
        popular, settings = popularity(parts.train), (config.top_k, config.discovery)
        lists = _for_users(
            models,
            parts,
            config,
            machines,
            lambda fitted, part, users: partial(
                recommend_discovered, fitted, part.train, part.test, *settings, popular
            ),
        )
        details.append(f"lists for the pages, re-ranked by discovery {config.discovery:g}")
    return lists


def explain(
    models: dict[str, Fitted],
    parts: Split,
    lists: dict[str, Lists],
    config: BuildConfig,
    reporter: Reporter = SILENT,
    machines: Machines = THIS_PROCESS,
) -> dict[str, Reasons]:
    """The rated items behind each recommendation of each model."""
    with reporter.stage("explain") as details:
        reasons = _for_users(
            models,
            parts,
            config,
            machines,
            lambda fitted, part, users: partial(
                explain_lists, fitted, part.train, rows_of(lists[fitted.name], users)
            ),
        )
        details.append(f"reasons for the lists of {', '.join(reasons)}")
    return reasons


def evaluate(
    learned: Learned,
    parts: Split,
    lists: dict[str, Lists],
    config: BuildConfig,
    reporter: Reporter = SILENT,
    machines: Machines = THIS_PROCESS,
) -> EvaluationResults:
    """Score all lists against the relevant held-out ratings; if there are none, nothing is measured."""
    relevant = relevant_ratings(parts.train, parts.test, config.relevant_from)
    if relevant is None:
        return learned.evaluation
    with reporter.stage("evaluate") as details:
        users = np.flatnonzero(relevant.user_counts)
        items = {name: model_lists.items[users] for name, model_lists in lists.items()}
        work = {name: partial(score_lists, items[name], users, parts.train, relevant) for name in items}
        reports = run_each(_run_of_stages(parts, machines), work)
        curves = discovery_curves(
            learned.models, parts.train, relevant, config.top_k, np.random.default_rng([config.train.seed, 3])
        )
        details += [f"{name} nDCG@{config.top_k} {report.mean['ndcg']:.4f}" for name, report in reports.items()]
    return replace(learned.evaluation, reports=reports, discovery=curves)


def _for_users(
    models: dict[str, Fitted],
    parts: Split,
    config: BuildConfig,
    machines: Machines,
    work: Callable[[Fitted, Split, Ids], Callable[[], T]],
) -> dict[str, T]:
    """A table with a row for each user, by each model; computed in as many parts as the machines have."""
    divided = _divided(parts, config, machines)
    tables = divided.each(_run_of_stages(parts, machines), models, work)
    return {name: divided.join_tables(by_part) for name, by_part in tables.items()}


def _divided(parts: Split, config: BuildConfig, machines: Machines) -> DividedSplit:
    """The split in as many parts of the users as the machines have, the same parts in every stage."""
    return DividedSplit.deal(parts, machines.n_parts, np.random.default_rng([config.train.seed, 6]))


def _run_of_stages(parts: Split, machines: Machines) -> Run:
    """How the stages after training run their tasks."""
    return machines.run if machines.n_parts > 1 or parts.train.n_ratings >= MIN_RATINGS_BY_MODEL else in_turn


def evaluate_new_users(
    dataset: Dataset, config: BuildConfig, reporter: Reporter, cache: Cache
) -> dict[GivenOrder, NewUsers]:
    """How good lists are for users who were not in training, by the order in which they give their items.

    They give random items and, if there are times, those that they rated first. Empty if there are too few users.

    Args:
        dataset: the whole log.
        config: the settings.
        reporter: shows how many draws of new users are done.
        cache: where the models of the draws are looked up and saved; they are the same for any order.
    """
    reason = cold_start.skip_reason(dataset)
    if reason is not None:
        logger.warning("new users were not measured: %s", reason)
        return {}
    orders = [AT_RANDOM, FIRST_IN_TIME] if dataset.has_times else [AT_RANDOM]
    with reporter.stage("new users") as details, reporter.progress("new users") as on_draw:
        models = cold_start_models(config, cache)
        measured = cold_start.evaluate_cold_start(
            dataset, models, config.top_k, config.train.seed, on_draw, config.relevant_from, orders
        )
        reports = {order: report for order, report in zip(orders, measured, strict=True) if report.given}
        if AT_RANDOM not in reports:
            logger.warning("new users were not measured: too few have a held-out rating that counts as relevant")
            return {}
        for order, report in reports.items():
            details.append(order.label)
            details += cold_start.describe(report, config.top_k)
    return reports


def cold_start_models(config: BuildConfig, cache: Cache) -> dict[str, ColdStartModel]:
    """The rows of the cold-start table: deep with ratings and with items alone, then baselines that can fold in."""
    learned: dict[int, Fitted] = {}

    def learn(train: Dataset, draw: int) -> Fitted:
        if draw not in learned:
            learned.clear()  # both rows of deep share the model of a draw; those of earlier draws are not needed
            settings = replace(config.train, seed=(config.train.seed + draw) % 2**63)
            learned[draw] = cached_fit(cache, train, "deep", settings)
        return learned[draw]

    rows: dict[str, ColdStartModel] = {
        "deep": UntunedColdStart(learn),
        "deep_liked": UntunedColdStart(learn, cold_start.as_liked),
    }
    return rows | {name: spec.cold_start for name, spec in BASELINES.items() if spec.cold_start is not None}


@no_garbage_collection()
def export(
    artefacts: Artefacts, folder: Path, reporter: Reporter = SILENT, presentation: PresentationConfig | None = None
) -> None:
    """Write the JSON, CSV and TSV files, and the logo if there is one."""
    with reporter.stage("export") as details:
        names = [*write_artefacts(artefacts, folder), *write_tables(artefacts, folder)]
        names += [] if presentation is None else write_logo(presentation, folder)
        n_bytes = 0
        for name in names:
            with writing(f"{folder.name}/{name}"):
                n_bytes += (folder / name).stat().st_size
        details.append(f"{n_bytes / 1e6:.1f} MB of data")


def copy_export(site: Path, staging: Path) -> Artefacts:
    """The exported files of an earlier build, to render them again.

    Args:
        site: the earlier site.
        staging: the folder of the new one; the files are copied into it.

    Raises:
        OutputError: a file is absent, damaged, or of another schema.
    """
    artefacts = read_artefacts(site / "data")
    with writing("data"):
        (staging / "data").mkdir()
    for path in sorted((site / "data").iterdir()):
        address = f"data/{path.name}"
        if path.is_file() and address not in (MANIFEST, MANIFEST_SCHEMA):  # these list the earlier site's files
            with writing(address):
                shutil.copyfile(path, staging / address)
    return artefacts


def present(artefacts: Artefacts, config: BuildConfig, folder: Path) -> Artefacts:
    """The same figures with the presentation of other settings; changes ``build.json`` and the logo in ``folder``.

    Args:
        artefacts: of an earlier build.
        config: the settings now; those that would need a new build are ignored.
        folder: the exported files.

    Raises:
        ConfigError: there is no such page or language, or the logo cannot be used.
    """
    check_presentation(config.presentation)
    build = artefacts.build
    if build.presentation.logo is not None:
        (folder / Path(build.presentation.logo).name).unlink(missing_ok=True)
    write_logo(config.presentation, folder)
    values = {name: value for name, value in exported_settings(config).items() if name in RENDERED}
    if values["site_url"] is None:  # it may have been an option of the command in that build: keep it
        del values["site_url"]
    presentation = make_presentation(config.presentation, build.dataset)
    build = msgspec.structs.replace(build, presentation=presentation, config={**build.config, **values})
    write_artefact(build, folder)
    return msgspec.structs.replace(artefacts, build=build)


def render(
    artefacts: Artefacts, folder: Path, reporter: Reporter = SILENT, machines: Machines = THIS_PROCESS
) -> None:
    """Write the pages."""
    with reporter.stage("render") as details, reporter.progress("pages") as on_page:
        render_site(
            artefacts,
            templates_folder(),
            folder,
            on_page,
            on_size=lambda size: logger.info("the site will have %s", size.in_words()),
            run=None if machines.shares_memory else machines.run,
        )
        details.append(f"{sum(1 for _ in folder.rglob('*.html'))} pages")


def publish(folder: Path, destination: Destination, artefacts: Artefacts, reporter: Reporter = SILENT) -> None:
    """Push a finished site to the branch that GitHub Pages shows."""
    with reporter.stage("publish") as details:
        build = artefacts.build
        message = f"site: {build.dataset.name}, made by {build.generator.name} {build.generator.version}"
        pushed = push_site(folder, destination, message)
        details.append("pushed to gh-pages of origin" if pushed else "gh-pages of origin has these files already")
