"""Ratings in, a static site out: ``python build.py --help``."""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console

from recsys import command
from recsys.artefacts import Artefacts, read_artefacts, write_artefacts
from recsys.config import BuildConfig, read_config
from recsys.data.dataset import Dataset
from recsys.data.sources import locate, locate_default, read_path
from recsys.data.split import Split, split
from recsys.errors import ConfigError
from recsys.evaluation.hidden import hidden_ranks
from recsys.evaluation.metrics import judge
from recsys.evaluation.new_users import NewUsersReport, evaluate_new_users, obstacle
from recsys.evaluation.ranking import Scorer
from recsys.evaluation.selection import choose, recipes, validation
from recsys.explain import explain
from recsys.export import assemble
from recsys.fitted import Fitted
from recsys.measured import Judged
from recsys.new_users import in_words
from recsys.pages.publish import check_target, staged
from recsys.pages.render import render_site
from recsys.pages.size import Size
from recsys.publish_branch import Destination, find_destination, publish
from recsys.recommend import recommend
from recsys.recorder import Recorder, moving_films
from recsys.results import Results
from recsys.rules import recipe
from recsys.serve import address, base_of, server
from recsys.tables_out import write_tables
from recsys.terminal import Terminal
from recsys.train import fit, together

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE / "templates"

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
        with staged(arguments.out) as staging:
            artefacts = read_artefacts(arguments.out / "data")
            command.check_named(arguments, artefacts.build.dataset.synthetic)
            shutil.copytree(arguments.out / "data", staging / "data")
            render(artefacts, staging, terminal)
    else:
        path = locate_default(HERE / "data") if arguments.data is None else locate(arguments.data)
        check_target(arguments.out, [path])
        with staged(arguments.out) as staging:
            dataset = read(path, config, terminal)
            command.check_named(arguments, dataset.source.synthetic)
            artefacts = compute(dataset, config, terminal)
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
    return dataset


def compute(dataset: Dataset, config: BuildConfig, terminal: Terminal) -> Artefacts:
    """Everything between the ratings and the JSON."""
    with terminal.stage("split") as said:
        parts = split(dataset, config.holdout, np.random.default_rng(config.train.seed))
        n_hidden = 0 if parts.test is None else parts.test.n_ratings
        said.append(f"{parts.kind}: {parts.train.n_ratings} ratings to train on, {n_hidden} hidden")
    recorders = {name: Recorder(moving_films(dataset)) for name in config.models}
    models = train(parts.train, config, terminal, recorders)
    baselines, judged = compare_with(parts, config, terminal)
    with terminal.stage("recommend") as said:
        scorers: dict[str, Scorer] = {**models, **baselines}
        lists = {name: recommend(scorer, parts.train, parts.test, config.top_k) for name, scorer in scorers.items()}
        said.append(f"{config.top_k} items for each user, by {', '.join(lists)}")
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
    new_users = measure_new_users(dataset, config, terminal) if config.evaluate_new_users else None
    with terminal.stage("assemble"):
        return assemble(
            Results(dataset, parts, config, models, lists, judged, reasons, ranks, recorders, new_users)
        )


def train(
    ratings: Dataset, config: BuildConfig, terminal: Terminal, recorders: dict[str, Recorder]
) -> dict[str, Fitted]:
    """Both towers of every model asked for, shown and recorded epoch by epoch."""
    models = {}
    with terminal.training() as display:
        for name in config.models:
            with terminal.stage(f"train {name}") as said:
                epochs = recipe(name, ratings, config.train).epochs
                on_epoch = together(display(name, epochs), recorders[name])
                models[name] = fit(ratings, name, config.train, on_epoch)
                said.append(f"{len(models[name].history)} epochs, served as after {models[name].best_epoch}")
    return models


def compare_with(parts: Split, config: BuildConfig, terminal: Terminal) -> tuple[dict[str, Scorer], Judged]:
    """The baselines, where there is something to measure; and how their settings were chosen."""
    scorers, judged, seed = dict[str, Scorer](), Judged(), config.train.seed
    if parts.test is None:
        logger.info("baselines: none, because nothing is hidden to measure anything by")
        return scorers, judged
    tried_on = validation(parts.train, config.holdout, np.random.default_rng([seed, 1]))
    found = recipes(seed)
    with terminal.progress("baselines") as on_baseline:
        for done, (name, baseline) in enumerate(found.items(), start=1):
            obstacle = baseline.obstacle(parts.train)
            if obstacle is not None:
                judged.skipped[name] = obstacle
                logger.warning("%s was not computed: %s", name, obstacle)
            else:
                with terminal.stage(name) as said:
                    judged.chosen[name] = chosen = choose(baseline, tried_on)
                    scorers[name] = baseline.make(parts.train, **chosen.settings)
                    said.append(chosen.in_words())
            on_baseline(done, len(found))
    return scorers, judged


def measure_new_users(ratings: Dataset, config: BuildConfig, terminal: Terminal) -> NewUsersReport | None:
    """How good the lists are for people who were not in training, where there are enough of them to tell."""
    why = obstacle(ratings)
    if why is not None:
        logger.warning("new users were not measured: %s", why)
        return None

    def learn(train: Dataset, draw: int) -> Fitted:
        return fit(train, "deep", replace(config.train, seed=(config.train.seed + draw) % 2**63))

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
    base = base_of(site_url)
    with server(folder, base) as http, suppress(KeyboardInterrupt):
        logger.warning("serving %s until Ctrl-C", address(http, base))
        http.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
