"""Ratings in, a static site out: ``python build.py --help``."""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from threadpoolctl import threadpool_limits

from recsys.baselines.background import beside
from recsys.baselines.run import Rival, Skipped, rivals
from recsys.baselines.tuning import recipes
from recsys.cache.baselines import load_or_run_baselines
from recsys.cache.models import cached_fit
from recsys.cache.store import Cache, FolderCache, NoCache, cache_folder
from recsys.cli import arguments as command
from recsys.cli.terminal import Terminal
from recsys.config import BuildConfig, read_config
from recsys.data.dataset import Dataset
from recsys.data.load import locate, locate_default, read_path
from recsys.data.split import Split, split
from recsys.errors import ConfigError
from recsys.evaluation.cold_start import NewUsersReport, evaluate_new_users, obstacle
from recsys.evaluation.hidden_ranks import hidden_ranks
from recsys.evaluation.metrics import judge
from recsys.export.assemble import assemble
from recsys.export.cold_start import in_words
from recsys.export.files import read_artefacts, write_artefacts
from recsys.export.metrics import Judged
from recsys.export.results import Results
from recsys.export.tables import write_tables
from recsys.models.fitted import Fitted
from recsys.recommend.explain import explain
from recsys.recommend.lists import Lists, recommend
from recsys.schema import Artefacts
from recsys.site.output.limits import Limits, refuse_too_many
from recsys.site.output.size import Size
from recsys.site.publish.gh_pages import Destination, find_destination, publish
from recsys.site.publish.server import address, base_path, server
from recsys.site.publish.staging import check_target, staging_folder
from recsys.site.render import render_site
from recsys.training.defaults import recipe
from recsys.training.snapshots import Recorder, moving_films

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE / "templates"
KEPT = " (kept from an earlier build)"
WORTH_A_PROCESS = 50_000
"""Ratings from which on baselines are computed beside the models: another process takes half a second to start."""

logger = logging.getLogger("recsys.build")


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    return command.run(build, argv)


def build(arguments: argparse.Namespace) -> None:
    """The whole way: read, split, train, compare, recommend, explain, evaluate, export, render."""
    terminal = Terminal(Console(), command.log_level(arguments))
    config = read_config(arguments.config, command.settings(arguments))
    arguments.out = command.target(arguments.out, arguments.config)
    destination = find_destination(HERE) if arguments.publish else None
    if arguments.render_only:
        check_target(arguments.out, [])
        with staging_folder(arguments.out) as staging:
            artefacts = read_artefacts(arguments.out / "data")
            command.check_named(arguments, artefacts.build.dataset.synthetic)
            shutil.copytree(arguments.out / "data", staging / "data")
            render(artefacts, staging, terminal)
    else:
        cache = NoCache() if arguments.no_cache else FolderCache(cache_folder())
        path = locate_default(HERE / "data") if arguments.data is None else locate(arguments.data)
        check_target(arguments.out, [path])
        with staging_folder(arguments.out) as staging:
            dataset = read(path, config, terminal)
            command.check_named(arguments, dataset.source.synthetic)
            with threadpool_limits(1, "blas"):  # more gain nothing at these sizes, and spin against each other
                artefacts = compute(dataset, config, terminal, cache)
            export(artefacts, staging / "data", terminal)
            render(artefacts, staging, terminal)
    logger.info("open %s", arguments.out / "index.html")
    if destination is not None:
        upload(arguments.out, destination, artefacts, terminal)
    if arguments.serve:
        serve(arguments.out, artefacts.build.config.get("site_url"))


def read(path: Path, config: BuildConfig, terminal: Terminal) -> Dataset:
    """The ratings, with a word on what they are."""
    with terminal.stage("read") as said:
        dataset = read_path(path)
        said.append(f"{dataset.name}: {dataset.n_ratings} ratings")
        said.append(f"{dataset.n_users} users, {dataset.n_items} items")
    if dataset.source.synthetic:
        logger.warning("The ratings of this data set are synthetic: invented users, for a look at the site only.")
    if config.top_k > dataset.n_items:
        raise ConfigError(f"top_k is {config.top_k}; {dataset.name} has {dataset.n_items} items, so use that or less")
    limits = Limits(config.user_pages, config.max_files, config.max_megabytes)
    refuse_too_many(dataset.n_users, dataset.n_items, limits)
    return dataset


def compute(dataset: Dataset, config: BuildConfig, terminal: Terminal, cache: Cache) -> Artefacts:
    """Everything between the ratings and the JSON."""
    with terminal.stage("split") as said:
        parts = split(dataset, config.holdout, np.random.default_rng(config.train.seed))
        n_hidden = 0 if parts.test is None else parts.test.n_ratings
        said.append(f"{parts.kind}: {parts.train.n_ratings} ratings to train on, {n_hidden} hidden")
    recorders = {name: Recorder(moving_films(dataset)) for name in config.models}
    with load_or_run_baselines(cache, parts, config, make_rivals) as (rows, known):
        models = train(parts.train, config, terminal, recorders, cache)
        compared, judged = compare_with(rows, known, len(recipes(config.train.seed)), terminal)
    with terminal.stage("recommend") as said:
        lists = {name: recommend(one, parts.train, parts.test, config.top_k) for name, one in models.items()}
        said.append(f"{config.top_k} items for each user, by {', '.join(lists)}")
    lists |= compared
    with terminal.stage("explain") as said:
        reasons = {name: explain(fitted, parts.train, lists[name]) for name, fitted in models.items()}
        said.append(f"reasons for the lists of {', '.join(reasons)}")
    ranks = {}
    if parts.test is not None:
        with terminal.stage("evaluate") as said:
            ranks = {name: hidden_ranks(fitted, parts.train, parts.test) for name, fitted in models.items()}
            users = np.flatnonzero(parts.test.user_counts)
            for name, found in lists.items():
                report = judge(found.items[users], users, parts.train, parts.test)
                judged.reports[name] = report
                said.append(f"{name} nDCG@{config.top_k} {report.mean['ndcg']:.4f}")
    new_users = measure_new_users(dataset, config, terminal, cache) if config.evaluate_new_users else None
    with terminal.stage("assemble"):
        return assemble(
            Results(dataset, parts, config, models, lists, judged, reasons, ranks, recorders, new_users)
        )


def train(
    ratings: Dataset, config: BuildConfig, terminal: Terminal, recorders: dict[str, Recorder], cache: Cache
) -> dict[str, Fitted]:
    """Both towers of every model asked for, recorded epoch by epoch, and shown where they are not known yet."""
    models = {}
    with terminal.training() as display:
        for name in config.models:
            with terminal.stage(f"train {name}") as said:
                epochs = recipe(name, ratings, config.train).epochs
                on_epoch = display(name, epochs)
                fitted, known = cached_fit(cache, ratings, name, config.train, recorders[name], on_epoch)
                said.append(f"{len(fitted.history)} epochs, served as after {fitted.best_epoch}{KEPT * known}")
                models[name] = fitted
    return models


def make_rivals(parts: Split, config: BuildConfig) -> AbstractContextManager[Iterator[Rival | Skipped]]:
    """Begin to compute the baselines, where it pays beside the models."""
    large = parts.train.n_ratings >= WORTH_A_PROCESS
    return beside(rivals, parts, config) if large else nullcontext(rivals(parts, config))


def compare_with(
    found: Iterator[Rival | Skipped], known: bool, expected: int, terminal: Terminal
) -> tuple[dict[str, Lists], Judged]:
    """The lists of the baselines, where there is something to measure; and how their settings were chosen."""
    lists, judged = dict[str, Lists](), Judged()
    with terminal.progress("baselines") as on_baseline:
        for done, one in enumerate(found, start=1):
            if isinstance(one, Skipped):
                judged.skipped[one.name] = one.why
                logger.warning("%s was not computed: %s", one.name, one.why)
            else:
                lists[one.name], judged.chosen[one.name] = one.lists, one.chosen
                terminal.done(one.name, one.seconds, [one.chosen.in_words() + KEPT * known])
            on_baseline(done, expected)
    if not lists:
        logger.info("baselines: none, because nothing is hidden to measure anything by")
    return lists, judged


def measure_new_users(
    ratings: Dataset, config: BuildConfig, terminal: Terminal, cache: Cache
) -> NewUsersReport | None:
    """How good the lists are for people who were not in training, where there are enough of them to tell."""
    why = obstacle(ratings)
    if why is not None:
        logger.warning("new users were not measured: %s", why)
        return None

    def learn(train: Dataset, draw: int) -> Fitted:
        own = replace(config.train, seed=(config.train.seed + draw) % 2**63)
        return cached_fit(cache, train, "deep", own, Recorder(np.arange(0)))[0]

    with terminal.stage("new users") as said, terminal.progress("new users") as on_draw:
        rng = np.random.default_rng([config.train.seed, 2])
        report = evaluate_new_users(ratings, learn, config.top_k, rng, on_draw)
        said += in_words(report, config.top_k)
    return report


def export(artefacts: Artefacts, folder: Path, terminal: Terminal) -> None:
    """The JSON, CSV and TSV files."""
    with terminal.stage("export") as said:
        write_artefacts(artefacts, folder)
        write_tables(artefacts, folder)
        said.append(f"{sum(path.stat().st_size for path in folder.iterdir()) / 1e6:.1f} MB of data")


def render(artefacts: Artefacts, folder: Path, terminal: Terminal) -> None:
    """The pages."""
    with terminal.stage("render") as said, terminal.progress("pages") as on_page:
        render_site(artefacts, TEMPLATES, folder, on_page, on_size=say_size)
        said.append(f"{sum(1 for _ in folder.rglob('*.html'))} pages")


def say_size(size: Size) -> None:
    """How large the site will be, before it is."""
    logger.info("the site will have %s", size.in_words())


def upload(folder: Path, to: Destination, artefacts: Artefacts, terminal: Terminal) -> None:
    """The site onto the branch that the web shows."""
    with terminal.stage("publish") as said:
        generator = artefacts.build.generator
        publish(folder, to, f"site: {artefacts.build.dataset.name}, made by {generator.name} {generator.version}")
        said.append("pushed to gh-pages of origin")


def serve(folder: Path, site_url: str | None) -> None:
    """Show the site until Ctrl-C, under the path it has on the web."""
    base = base_path(site_url)
    with server(folder, base) as http, suppress(KeyboardInterrupt):
        logger.warning("serving %s until Ctrl-C", address(http, base))
        http.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
