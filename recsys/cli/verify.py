"""``--verify DIR``: print whether a finished site is as it was built. Must not change anything."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from recsys.cli.arguments import SETTINGS
from recsys.cli.output import one_line
from recsys.errors import ConfigError, OutputError
from recsys.site.publish.staging import recover
from recsys.site.publish.target import resolve_target
from recsys.verify import verify_site

logger = logging.getLogger(__name__)

MAX_PRINTED = 50
"""Differences that are printed; a site that belongs to another manifest has thousands."""
_WITHOUT_EFFECT = (*SETTINGS, "config", "no_cache", "publish", "serve", "watch")


def verify(options: argparse.Namespace) -> None:
    """Check the site in the folder that the options name, and print what differs and what was checked.

    Raises:
        ConfigError: another option would have no effect.
        OutputError: there is no site, or it is not as it was built.
    """
    given = [name for name in _WITHOUT_EFFECT if getattr(options, name) not in (None, False)]
    if given:
        raise ConfigError(
            f"--verify checks a site that is finished, so --{given[0].replace('_', '-')} would have no effect; leave "
            "one of them out"
        )
    folder = resolve_target(Path(options.verify))
    recover(folder)  # a build that was killed may have left the site under another name
    result = verify_site(folder)
    for difference in result.differences[:MAX_PRINTED]:
        logger.warning("%s", one_line(difference))  # names of files and models may hold ends of lines
    if len(result.differences) > MAX_PRINTED:
        logger.warning("and %s more", f"{len(result.differences) - MAX_PRINTED:,}")
    for reason in result.not_verified:
        logger.info("not verified: %s", one_line(reason))
    verb = "compared" if result.differences else "verified"
    files, figures = f"{result.n_files:,} files", f"{result.n_figures:,} figures"
    logger.info("%s: %s, %s of %d rows", verb, files, figures, result.n_rows)
    if result.differences:
        n = len(result.differences)
        raise OutputError(
            f"{folder}: {n:,} difference{'s' * (n != 1)} from what was built; build the site again, or copy it again"
        )
