"""The command ``marquee``: ratings in, a static site out. Must not compute anything itself."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from recsys import pipeline
from recsys.cache.store import FolderCache, NoCache, cache_folder
from recsys.cli import arguments
from recsys.cli.failures import explained
from recsys.cli.init import init
from recsys.cli.output import make_console
from recsys.cli.report import print_report, print_suggestions
from recsys.cli.terminal import Terminal
from recsys.cli.verify import verify
from recsys.cli.watch import check_watchable, serve_and_watch
from recsys.config import Settings
from recsys.data.load import find_source
from recsys.machines import THIS_PROCESS, Machines, ThisMachine
from recsys.schema import Artefacts
from recsys.site.publish.gh_pages import find_destination
from recsys.site.publish.server import serve
from recsys.site.publish.staging import staging_folder
from recsys.site.publish.target import check_target
from recsys.tasks import on_all_cores

if TYPE_CHECKING:
    from recsys.distributed.cluster import Cluster
    from recsys.distributed.machines import ClusterMachines
    from recsys.distributed.sources import Parts

MIN_RATINGS_FOR_PROCESSES = 5_000 if sys.platform == "linux" else 50_000
"""Ratings from which on tasks have processes of their own: to start one that is not forked takes half a second."""

logger = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command in the working folder; returns its exit status."""
    return run("marquee", Path(), argv)


def run(program: str, home: Path, argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status.

    Args:
        program: what the command is called in its messages.
        home: the folder whose ``data/`` is read unless ``--data`` is given, and in whose repository ``--publish``
            looks for the remote.
        argv: the options; None for those of this process.
    """
    return arguments.run(partial(build, home=home), argv, program)


def build(options: argparse.Namespace, home: Path) -> None:
    """Do what the options ask for; failures of the computer, such as too little memory, become sentences."""
    terminal = Terminal(make_console(), arguments.log_level(options))
    with explained(lambda: terminal.current_stage):
        _build(options, home, terminal)


def _build(options: argparse.Namespace, home: Path, terminal: Terminal) -> None:
    """Mostly read, compute, export and render."""
    if options.init:
        init(options)
        return
    if options.verify is not None:
        verify(options)
        return
    settings = arguments.read_settings(options, home)
    if options.watch:
        check_watchable()
    out = arguments.output_folder(options.out, settings.file)
    destination = find_destination(home) if options.publish else None
    if options.dry_run:
        dry_run(options, settings, home, terminal)
        return
    artefacts = (render_again if options.render_only else build_site)(options, settings, home, out, terminal)
    logger.info("open %s", out / "index.html")
    if destination is not None:
        pipeline.publish(out, destination, artefacts, terminal)
    if options.watch:
        serve_and_watch(out, settings, partial(arguments.read_settings, options, home), terminal)
    elif options.serve:
        serve(out, artefacts.build.config.get("site_url"))


def build_site(
    options: argparse.Namespace, settings: Settings, home: Path, out: Path, terminal: Terminal
) -> Artefacts:
    """Build the site in a staging folder, which then takes the place of the previous site."""
    source = _find_source(options, settings, home)
    tables = [Path(path) for path in (settings.input.items, settings.input.users) if path is not None]
    check_target(out, [*([source] if isinstance(source, Path) else source.folders), *tables])
    with staging_folder(out) as staging, _workers(options, staging) as workers:
        cluster = None if workers is None else workers.cluster
        dataset, report = pipeline.read(_reader(source, cluster), terminal, settings.input)
        print_report(report, terminal)
        arguments.check_publishable(options, dataset.source.synthetic)
        cache = NoCache() if options.no_cache else FolderCache(cache_folder())
        machines = workers or _this_machine(dataset.n_ratings)
        artefacts = pipeline.compute(dataset, settings.build, terminal, cache, machines)
        del dataset  # of a large log it is much of what is in memory
        pipeline.export(artefacts, staging / "data", terminal, settings.build.presentation)
        pipeline.render(artefacts, staging, terminal, machines)
    return artefacts


def _find_source(options: argparse.Namespace, settings: Settings, home: Path) -> Path | Parts:
    """Where the ratings are; for a cluster they may lie in many parts."""
    if options.dask is not None:
        from recsys.distributed.sources import find_parts

        parts = find_parts(settings.input.data, settings.input.read)
        if parts is not None:
            return parts
    return find_source(settings.input.data, home / "data")


def _reader(source: Path | Parts, cluster: Cluster | None) -> Path | pipeline.Reader:
    """What reads the ratings: of parts the workers."""
    if isinstance(source, Path) or cluster is None:
        return cast(Path, source)
    from recsys.distributed.reading import read_parts

    return partial(read_parts, cluster, source)


def _workers(options: argparse.Namespace, staging: Path) -> AbstractContextManager[ClusterMachines | None]:
    """The cluster on which the build computes, if one is given."""
    if options.dask is None:
        return nullcontext()
    from recsys.distributed.machines import cluster_machines  # needs packages that most builds do without

    return cluster_machines(options.dask, staging)


def _this_machine(n_ratings: int) -> Machines:
    """All of its cores, where that pays."""
    return ThisMachine(on_all_cores) if n_ratings >= MIN_RATINGS_FOR_PROCESSES else THIS_PROCESS


def render_again(
    options: argparse.Namespace, settings: Settings, home: Path, out: Path, terminal: Terminal
) -> Artefacts:
    """Write all pages of an earlier build again, as they are presented by the file of settings if there is one."""
    check_target(out, [])
    with staging_folder(out) as staging:
        artefacts = pipeline.copy_export(out, staging)
        if settings.file is not None:
            arguments.check_unchanged(settings, artefacts.build)
            artefacts = pipeline.present(artefacts, settings.build, staging / "data")
        arguments.check_publishable(options, artefacts.build.dataset.synthetic)
        pipeline.render(artefacts, staging, terminal)
    return artefacts


def dry_run(options: argparse.Namespace, settings: Settings, home: Path, terminal: Terminal) -> None:
    """Print what was understood of the ratings, and the settings to make sure of what had to be guessed."""
    source = _find_source(options, settings, home)
    with nullcontext() if isinstance(source, Path) else _connected(options) as cluster:
        dataset, report = pipeline.read(_reader(source, cluster), terminal, settings.input)
    pipeline.check(dataset, pipeline.fit_lists(dataset, settings.build))
    print_report(report, terminal)
    print_suggestions(report)


def _connected(options: argparse.Namespace) -> AbstractContextManager[Cluster]:
    from recsys.distributed.address import Address
    from recsys.distributed.cluster import connected

    return connected(Address.parse(options.dask))
