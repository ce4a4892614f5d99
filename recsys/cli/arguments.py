"""The command line: its options, and how a failure ends."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from recsys.config import BuildConfig, TrainConfig
from recsys.errors import ConfigError, OutputError, PublishError, RecsysError
from recsys.schema import VERSION

SETTINGS = ("holdout", "top_k", "models", "site_url", "evaluate_new_users", "dim", "epochs", "seed")
"""Options that are settings of a build, by their names in a configuration file."""


def parser() -> argparse.ArgumentParser:
    """All options with their defaults."""
    default = {**vars(BuildConfig()), **vars(TrainConfig())}
    of_train = [name for name in vars(TrainConfig()) if name not in SETTINGS]
    of_build = [name for name in vars(BuildConfig()) if name not in (*SETTINGS, "train")]
    parse = argparse.ArgumentParser(
        prog="build.py",
        allow_abbrev=False,  # an abbreviation would come to mean something else with the next option
        description="Train two two-tower recommenders on a ratings log and write a static site that shows them.",
        epilog="Settings come from the options, else from the file given with --config, else from the defaults. Only "
        f"the file has {', '.join(of_build)} and, in its table [train], {', '.join(of_train)}. "
        "Exit status: 0 done, 1 a failure that is explained in one sentence, 2 a command that cannot be parsed, "
        "130 interrupted.",
    )
    where = parse.add_argument_group("what and where")
    where.add_argument(
        "--data",
        metavar="PATH|NAME",
        help="a MovieLens folder, zip or u.data file; or 'sample' for the embedded synthetic data; or a data set to "
        "download, such as ml-100k (default: what lies in data/, else ml-100k, else without a network the sample)",
    )
    where.add_argument("--out", type=Path, default=Path("site"), help="folder of the site (default: %(default)s)")
    where.add_argument("--config", type=Path, metavar="FILE.toml", help="file with settings (default: none)")
    where.add_argument("--site-url", metavar="URL", help="address the site will have on the web (default: none)")
    model = parse.add_argument_group("models and measurement")
    model.add_argument(
        "--models", metavar="NAMES", help=f"models to train (default: {','.join(default['models'])})"
    )
    model.add_argument("--dim", type=int, metavar="N", help=f"length of the vectors (default: {default['dim']})")
    model.add_argument(
        "--epochs", type=int, metavar="N", help="passes over the ratings at most (default: by model and data)"
    )
    model.add_argument("--seed", type=int, metavar="N", help=f"of everything random (default: {default['seed']})")
    model.add_argument(
        "--holdout",
        type=float,
        metavar="SHARE",
        help="share of each user's newest ratings hidden from training to measure by; 0 measures nothing "
        f"(default: {default['holdout']})",
    )
    model.add_argument(
        "--top-k", type=int, metavar="K", help=f"length of the recommended lists (default: {default['top_k']})"
    )
    model.add_argument(
        "--evaluate-new-users",
        action=argparse.BooleanOptionalAction,  # None where it is not given, so that a file may say it
        help="also measure the lists of people who were not in training; trains deep five times more (default: off)",
    )
    work = parse.add_argument_group("how to work")
    work.add_argument(
        "--render-only",
        action="store_true",
        help="make the pages anew from the data/ folder of the site, with the settings it was built with: no "
        "training, and no other settings (default: off)",
    )
    work.add_argument(
        "--no-cache",
        action="store_true",
        help="train and compute baselines anew, and keep nothing for later builds (default: what was made before, by "
        "the same settings of the same ratings, is used again)",
    )
    work.add_argument(
        "--publish",
        action="store_true",
        help="push the finished site to the branch gh-pages of the remote origin of this repository (default: off)",
    )
    work.add_argument(
        "--serve", action="store_true", help="show the finished site on this machine until Ctrl-C (default: off)"
    )
    say = work.add_mutually_exclusive_group()
    say.add_argument("--quiet", action="store_true", help="say only what went wrong (default: off)")
    say.add_argument("--verbose", action="store_true", help="say more, and show tracebacks (default: off)")
    parse.add_argument("--version", action="version", version=f"marquee {VERSION}")
    return parse


def settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options that are settings, by name; None where not given.

    Raises:
        ConfigError: settings are given together with ``--render-only``, which could not honour them.
    """
    given = {name: getattr(arguments, name) for name in SETTINGS}
    if arguments.models is not None:
        given["models"] = [name.strip() for name in arguments.models.split(",")]
    named = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
    named += [f"--{name}" for name in ("data", "config") if getattr(arguments, name) is not None]
    if arguments.render_only and named:
        raise ConfigError(
            f"--render-only shows what was built before, so {named[0]} would have no effect; leave one of them out"
        )
    return given


def check_named(arguments: argparse.Namespace, synthetic: bool) -> None:
    """Make sure that invented ratings go to the web only where somebody asked for them.

    Raises:
        PublishError: they are to be published, and no ``--data`` names them; after a failed download they would
            otherwise take the place of the real ones.
    """
    if arguments.publish and synthetic and arguments.data is None:
        raise PublishError(
            "the ratings of this site are invented, and --publish shows them on the web only if they are asked for "
            "by name: leave it out, or say --data sample --publish"
        )


def target(out: Path, config: Path | None) -> Path:
    """The folder of the site as an absolute path.

    Raises:
        OutputError: replacing it would take away the folder the command runs in, or the file of settings.
    """
    found = out.expanduser().resolve()
    if Path.cwd().is_relative_to(found):
        raise OutputError(f"--out is {str(out)!r}, the folder this runs in or one above it; choose one below it")
    if config is not None and config.resolve().is_relative_to(found):
        raise OutputError(f"{config} lies in {out}, which is replaced as a whole; move it, or choose another --out")
    return found


def log_level(arguments: argparse.Namespace) -> int:
    """The least serious record to be shown."""
    return logging.WARNING if arguments.quiet else logging.DEBUG if arguments.verbose else logging.INFO


def run(build: Callable[[argparse.Namespace], None], argv: Sequence[str] | None) -> int:
    """Parse, build, and turn failures into one sentence and an exit status."""
    arguments = parser().parse_args(argv)
    try:
        build(arguments)
    except KeyboardInterrupt:
        print("interrupted; the previous site, if any, is as it was", file=sys.stderr)
        return 130
    except (RecsysError, OSError) as problem:
        if arguments.verbose:
            raise
        print(f"error: {_sentence(problem)}", file=sys.stderr)
        return 1
    return 0


def _sentence(problem: Exception) -> str:
    if isinstance(problem, OSError) and not isinstance(problem, RecsysError):
        where = f"{problem.filename}: " if problem.filename else ""
        return f"{where}{problem.strerror or problem}; check the path, its permissions and the free space"
    return str(problem)
