"""The options of the command, and how it ends: with an exit status, and one sentence for an expected failure."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from recsys.cli import output
from recsys.config import BuildConfig, TrainConfig
from recsys.errors import ConfigError, OutputError, PublishError, RecsysError
from recsys.schema import VERSION

SETTINGS = ("holdout", "relevant_from", "top_k", "models", "site_url", "evaluate_new_users", "dim", "epochs", "seed")
"""Options that are settings too, by their names in a file of settings."""


def parser() -> argparse.ArgumentParser:
    """All options with their defaults."""
    default = {**vars(BuildConfig()), **vars(TrainConfig())}
    train_only = [name for name in vars(TrainConfig()) if name not in SETTINGS]
    build_only = [name for name in vars(BuildConfig()) if name not in (*SETTINGS, "train")]
    parse = argparse.ArgumentParser(
        prog="build.py",
        allow_abbrev=False,  # an abbreviation could mean something else once there are more options
        description="Train two-tower recommenders on a ratings log and write a static site that shows them.",
        epilog="An option takes precedence over the file given with --config, and the file over the default. These "
        f"settings can only be given in the file: {', '.join(build_only)}; and in its table [train]: "
        f"{', '.join(train_only)}. Exit status: 0 success, 1 a failure that is explained in one sentence, 2 wrong "
        "options, 130 interrupted.",
    )
    paths = parse.add_argument_group("input and output")
    paths.add_argument(
        "--data",
        metavar="PATH|NAME",
        help="a MovieLens folder, zip or ratings file; 'sample' for the embedded synthetic data; or a data set to "
        "download, such as ml-100k (default: what is in data/, else ml-100k, or without a network the sample)",
    )
    paths.add_argument("--out", type=Path, default=Path("site"), help="folder of the site (default: %(default)s)")
    paths.add_argument("--config", type=Path, metavar="FILE.toml", help="file of settings (default: none)")
    paths.add_argument("--site-url", metavar="URL", help="address of the site on the web (default: none)")
    model = parse.add_argument_group("models and evaluation")
    names = ",".join(default["models"])
    model.add_argument("--models", metavar="NAMES", help=f"models to train, separated by commas (default: {names})")
    model.add_argument("--dim", type=int, metavar="N", help=f"length of the vectors (default: {default['dim']})")
    model.add_argument(
        "--epochs", type=int, metavar="N", help="most passes over the ratings (default: by the model and the data)"
    )
    model.add_argument("--seed", type=int, metavar="N", help=f"seed of all randomness (default: {default['seed']})")
    model.add_argument(
        "--holdout",
        type=float,
        metavar="SHARE",
        help="share of each user's newest ratings that is hidden from training and used for evaluation; 0 for none "
        f"(default: {default['holdout']})",
    )
    model.add_argument(
        "--relevant-from",
        type=float,
        metavar="RATING",
        help="lowest hidden rating that counts as relevant in the evaluation (default: every rated item counts)",
    )
    model.add_argument(
        "--top-k", type=int, metavar="K", help=f"length of the recommended lists (default: {default['top_k']})"
    )
    model.add_argument(
        "--evaluate-new-users",
        action=argparse.BooleanOptionalAction,  # None where it is not given, so that the file counts
        help="also evaluate on users who were not in training; trains deep five more times (default: off)",
    )
    work = parse.add_argument_group("operation")
    work.add_argument(
        "--render-only",
        action="store_true",
        help="render the pages again from the data/ folder of the site, without training and with the settings it "
        "was built with (default: off)",
    )
    work.add_argument(
        "--no-cache",
        action="store_true",
        help="neither use nor keep models and baselines in the cache (default: those of an earlier build with the "
        "same ratings and settings are used again)",
    )
    work.add_argument(
        "--publish",
        action="store_true",
        help="push the finished site to the branch gh-pages of this repository's remote origin (default: off)",
    )
    work.add_argument(
        "--serve", action="store_true", help="serve the finished site on this machine until Ctrl-C (default: off)"
    )
    output = work.add_mutually_exclusive_group()
    output.add_argument("--quiet", action="store_true", help="print warnings and errors only (default: off)")
    output.add_argument("--verbose", action="store_true", help="print more, and tracebacks (default: off)")
    parse.add_argument("--version", action="version", version=f"marquee {VERSION}")
    return parse


def settings(options: argparse.Namespace) -> dict[str, Any]:
    """The options that are settings, by name; None where not given.

    Raises:
        ConfigError: settings are given together with ``--render-only``, which could not apply them.
    """
    values = {name: getattr(options, name) for name in SETTINGS}
    if options.models is not None:
        values["models"] = [name.strip() for name in options.models.split(",")]
    given = [name for name, value in values.items() if value is not None]
    given += [name for name in ("data", "config") if getattr(options, name) is not None]
    if options.render_only and given:
        raise ConfigError(
            f"--render-only shows what was built before, so --{given[0].replace('_', '-')} would have no effect; "
            "leave one of them out"
        )
    return values


def check_publishable(options: argparse.Namespace, synthetic: bool) -> None:
    """Refuse to publish synthetic ratings that were not asked for.

    After a failed download they would otherwise take the place of the real ones on the web.

    Raises:
        PublishError: they are to be published, and ``--data`` does not name them.
    """
    if options.publish and synthetic and options.data is None:
        raise PublishError(
            "the ratings of this site are synthetic, and --publish puts them on the web only if they are asked for "
            "by name: leave it out, or give --data sample --publish"
        )


def output_folder(out: Path, config: Path | None) -> Path:
    """The folder of the site as an absolute path.

    Raises:
        OutputError: replacing it would remove the file of settings.
    """
    folder = out.expanduser().resolve()
    if config is not None and config.resolve().is_relative_to(folder):
        raise OutputError(f"{config} lies in {out}, which is replaced as a whole; move it, or choose another --out")
    return folder


def log_level(options: argparse.Namespace) -> int:
    """The lowest level of log records to print."""
    return logging.WARNING if options.quiet else logging.DEBUG if options.verbose else logging.INFO


def run(build: Callable[[argparse.Namespace], None], argv: Sequence[str] | None) -> int:
    """Parse the options, build, and return the exit status; an expected failure is one sentence."""
    output.tolerate_any_text()
    try:
        return _run(build, parser().parse_args(argv))
    finally:
        output.finish()


def _run(build: Callable[[argparse.Namespace], None], options: argparse.Namespace) -> int:
    try:
        build(options)
    except KeyboardInterrupt:
        output.print_error("interrupted; the previous site, if any, is as it was")
        return 130
    except (RecsysError, OSError) as problem:
        if options.verbose:
            raise
        output.print_error(f"error: {_sentence(problem)}")
        return 1
    return 0


def _sentence(problem: RecsysError | OSError) -> str:
    if isinstance(problem, RecsysError):
        return str(problem)
    where = f"{problem.filename}: " if problem.filename else ""
    return f"{where}{problem.strerror or problem}; check the path, its permissions and the free space"
