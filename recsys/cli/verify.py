"""``--verify DIR``: print whether a finished site is as it was built. Must not change anything."""

from __future__ import annotations

import argparse
from pathlib import Path

from recsys.cli.arguments import SETTINGS
from recsys.errors import ConfigError, OutputError
from recsys.site.publish.staging import recover
from recsys.site.publish.target import resolve_target
from recsys.verify import verify_site

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
        _print(difference)
    if len(result.differences) > MAX_PRINTED:
        _print(f"and {len(result.differences) - MAX_PRINTED:,} more")
    if not options.quiet:
        for reason in result.not_verified:
            _print(f"not verified: {reason}")
        _print(
            f"{'compared' if result.differences else 'verified'}: {result.n_files:,} files, {result.n_figures:,} "
            f"figures of {result.n_rows} rows"
        )
    if result.differences:
        n = len(result.differences)
        raise OutputError(
            f"{folder}: {n:,} difference{'s' * (n != 1)} from what was built; build the site again, or copy it again"
        )


def _print(line: str) -> None:
    """Print a line in which names of files and models do nothing to the terminal."""
    print("".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line))
