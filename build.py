"""Ratings in, a static site out: ``python build.py --help``. The stages are in ``recsys/pipeline.py``."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from rich.console import Console

from recsys import pipeline
from recsys.baselines.run import in_second_process
from recsys.cache.store import FolderCache, NoCache, cache_folder
from recsys.cli import arguments
from recsys.cli.terminal import Terminal
from recsys.config import read_config
from recsys.data.load import find_source
from recsys.site.publish.gh_pages import find_destination
from recsys.site.publish.server import serve
from recsys.site.publish.staging import check_target, staging_folder

HERE = Path(__file__).resolve().parent
logger = logging.getLogger("recsys.build")


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    return arguments.run(build, argv)


def build(options: argparse.Namespace) -> None:
    """Read, compute, export and render into a staging folder, which then takes the place of the site."""
    terminal = Terminal(Console(), arguments.log_level(options))
    config = read_config(options.config, arguments.settings(options))
    out = arguments.output_folder(options.out, options.config)
    destination = find_destination(HERE) if options.publish else None
    source = None if options.render_only else find_source(options.data, HERE / "data")
    check_target(out, [] if source is None else [source])
    with staging_folder(out) as staging:
        if source is None:
            artefacts = pipeline.copy_export(out, staging)
        else:
            dataset = pipeline.read(source, terminal)
            arguments.check_publishable(options, dataset.source.synthetic)
            cache = NoCache() if options.no_cache else FolderCache(cache_folder())
            artefacts = pipeline.compute(dataset, config, terminal, cache, in_second_process)
            pipeline.export(artefacts, staging / "data", terminal)
        arguments.check_publishable(options, artefacts.build.dataset.synthetic)
        pipeline.render(artefacts, staging, terminal)
    logger.info("open %s", out / "index.html")
    if destination is not None:
        pipeline.publish(out, destination, artefacts, terminal)
    if options.serve:
        serve(out, artefacts.build.config.get("site_url"))


if __name__ == "__main__":
    sys.exit(main())
