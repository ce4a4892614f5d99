"""The options of the command, and how it ends: with an exit status, and one sentence for an expected failure."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from recsys.cli import output
from recsys.cli.setting_texts import toml_value
from recsys.config import BuildConfig, Settings, TrainConfig
from recsys.config import read_settings as read_config_file
from recsys.config.settings import FILE_NAME, TABLES, TOP_LEVEL, find_settings_file, setting_names
from recsys.errors import ConfigError, OutputError, PublishError, RecsysError
from recsys.export.settings import settings_that_need_a_build
from recsys.schema import VERSION, Build
from recsys.site.publish.target import resolve_target
from recsys.text import shown_path

SETTINGS = (
    "data", "items", "users", "lenient", "holdout", "relevant_from", "top_k", "discovery", "models",
    "site_url", "evaluate_new_users", "dim", "epochs", "seed",
)  # fmt: skip
"""Options that are settings too, by their names in a file of settings."""

logger = logging.getLogger(__name__)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(output.one_line(message))


def parser(program: str = "marquee") -> argparse.ArgumentParser:
    """All options with their defaults; ``program`` is what the command is called."""
    file_only = [name for name in setting_names(TOP_LEVEL) if name not in SETTINGS]
    in_tables = [
        f"in its table [{table}]: {', '.join(name for name in setting_names([kind]) if name not in SETTINGS)}"
        for table, kind in TABLES.items()
    ]
    parse = _Parser(
        prog=program,
        allow_abbrev=False,  # an abbreviation could mean something else once there are more options
        description="Train two-tower recommenders on a ratings log and write a static site that shows them.",
        epilog=f"A file of settings called {FILE_NAME}, in the working folder or beside the data, is read without "
        "being named; --init writes one that explains every setting. An option takes precedence over the file, and "
        f"the file over the default. These settings can only be given in the file: {', '.join(file_only)}; and "
        f"{'; '.join(in_tables)}. Exit status: 0 success, 1 a failure that is explained in one sentence, 2 wrong "
        "options, 130 interrupted.",
    )
    _add_paths(parse)
    _add_models(parse)
    _add_operation(parse)
    parse.add_argument("--version", action="version", version=f"marquee {VERSION}")
    return parse


def _add_paths(parse: argparse.ArgumentParser) -> None:
    """Add the options for what is read and where the site is written."""
    paths = parse.add_argument_group("input and output")
    paths.add_argument(
        "--data",
        metavar="PATH|NAME",
        help="a table of ratings (CSV, TSV, JSON Lines, Parquet and others, also compressed), or a folder or archive "
        "with one; 'sample' for the embedded synthetic data; or a data set to download, such as ml-100k (default: "
        "what is in data/, else ml-100k, or without a network the sample)",
    )
    paths.add_argument("--items", metavar="PATH", help="a table of items (default: one in the folder of --data)")
    paths.add_argument("--users", metavar="PATH", help="a table of users (default: one in the folder of --data)")
    paths.add_argument(
        "--lenient",
        action=argparse.BooleanOptionalAction,  # None where it is not given, so that the file counts
        help="skip rows that cannot be read, and count them, instead of refusing the table (default: off)",
    )
    paths.add_argument(
        "--out", type=Path, metavar="FOLDER", default=Path("site"), help="folder of the site (default: %(default)s)"
    )
    paths.add_argument(
        "--config",
        type=Path,
        metavar="FILE.toml",
        help=f"file of settings (default: {FILE_NAME} in the working folder or next to the data)",
    )
    paths.add_argument("--site-url", metavar="URL", help="address of the site on the web (default: none)")


def _add_models(parse: argparse.ArgumentParser) -> None:
    """Add the options for what is trained and measured."""
    default = {**vars(BuildConfig()), **vars(TrainConfig())}
    model = parse.add_argument_group("models and evaluation")
    names = ",".join(default["models"])
    model.add_argument("--models", metavar="NAMES", help=f"models to train, separated by commas (default: {names})")
    model.add_argument(
        "--dim", type=int, metavar="N", help="length of the vectors (default: by the model and the data)"
    )
    model.add_argument(
        "--epochs", type=int, metavar="N", help="maximum passes over the ratings (default: by the model and the data)"
    )
    model.add_argument("--seed", type=int, metavar="N", help=f"seed of all randomness (default: {default['seed']})")
    model.add_argument(
        "--holdout",
        type=float,
        metavar="SHARE",
        help="share of each user's newest ratings that is held out from training and used for evaluation; 0 for none "
        f"(default: {default['holdout']})",
    )
    model.add_argument(
        "--relevant-from",
        type=float,
        metavar="RATING",
        help="lowest held-out rating that counts as relevant in the evaluation (default: every rated item counts)",
    )
    model.add_argument(
        "--top-k", type=int, metavar="K", help=f"length of the recommended lists (default: {default['top_k']})"
    )
    model.add_argument(
        "--discovery",
        type=float,
        metavar="AMOUNT",
        help="how much popularity counts against an item in the lists that pages show, from 0 to 1; what is exported "
        f"and measured stays the models' own (default: {default['discovery']:g})",
    )
    model.add_argument(
        "--evaluate-new-users",
        action=argparse.BooleanOptionalAction,  # None where it is not given, so that the file counts
        help="also evaluate on users who were not in training; trains deep five more times (default: off)",
    )


def _add_operation(parse: argparse.ArgumentParser) -> None:
    """Add the options for what the command does, and how much it prints."""
    work = parse.add_argument_group("operation")
    only = work.add_mutually_exclusive_group()
    only.add_argument(
        "--dry-run",
        action="store_true",
        help="print what was understood of the data, write nothing, and suggest settings for what had to be guessed "
        "(default: off)",
    )
    only.add_argument(
        "--init",
        action="store_true",
        help=f"write the files of a new site, and build nothing: {FILE_NAME}, in which every setting is explained, a "
        "workflow that publishes the site on GitHub, .gitignore, and an example of ratings where there are none; "
        "existing files stay as they are, and with --config only that file is written (default: off)",
    )
    only.add_argument(
        "--render-only",
        action="store_true",
        help="render the pages again from the data/ folder of the site, without training: with the title, noun, "
        "colours and other settings of presentation in the file of settings, or where there is none, with those it "
        "was built with (default: off)",
    )
    only.add_argument(
        "--verify",
        type=Path,
        metavar="DIR",
        help="check a finished site, and write nothing: its files against its manifest, and its figures against its "
        "lists; exit status 0 if all agrees (default: off)",
    )
    work.add_argument(
        "--no-cache",
        action="store_true",
        help="neither use nor keep models and baselines in the cache (default: those of an earlier build with the "
        "same ratings and settings are used again)",
    )
    work.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="compute on a Dask cluster: the address of its scheduler, such as tcp://10.0.0.5:8786, or local:N for N "
        "processes of this machine; --data may then be a log in many parts too: a folder of them, a glob or a URL "
        "such as s3://bucket/log/*.parquet; needs the extra dask (default: this machine alone)",
    )
    work.add_argument(
        "--publish",
        action="store_true",
        help="push the finished site to the branch gh-pages of this repository's remote origin (default: off)",
    )
    work.add_argument(
        "--serve", action="store_true", help="serve the finished site on this machine until Ctrl-C (default: off)"
    )
    work.add_argument(
        "--watch",
        action="store_true",
        help="like --serve, and render the pages again when templates or settings change (default: off)",
    )
    amount = work.add_mutually_exclusive_group()
    amount.add_argument("--quiet", action="store_true", help="print warnings and errors only (default: off)")
    amount.add_argument("--verbose", action="store_true", help="print more, and tracebacks (default: off)")


def read_settings(options: argparse.Namespace, home: Path) -> Settings:
    """All settings: from the file that ``--config`` names or that is found, with the options over it.

    Args:
        options: as parsed.
        home: the folder whose ``data/`` is read unless another data set is given.

    Raises:
        ConfigError: the file or an option is wrong, or settings are given together with ``--render-only``, which
            could not apply them.
    """
    given = given_settings(options)
    file, unread = options.config, None
    if file is None:
        file, unread = find_settings_file(str(home / "data") if options.data is None else options.data, Path())
    if file is not None:
        logger.info("settings are read from %s", file)
    if unread is not None:
        logger.warning("%s is not read, because there is %s too; name one with --config", unread, file)
    return read_config_file(file, given)


def given_settings(options: argparse.Namespace) -> dict[str, Any]:
    """The options that are settings, by name; None where not given.

    Raises:
        ConfigError: there are some together with ``--render-only``, which could not apply them.
    """
    values = {name: getattr(options, name) for name in SETTINGS}
    if options.models is not None:
        values["models"] = [name.strip() for name in options.models.split(",")]
    given = [name for name, value in values.items() if value is not None and name != "site_url"]
    if options.render_only and given:
        raise ConfigError(
            f"--render-only shows what was built before, so --{given[0].replace('_', '-')} would have no effect; "
            "leave one of them out"
        )
    return values


def check_unchanged(settings: Settings, build: Build) -> None:
    """Refuse to render pages again with a file of settings that ask for another build.

    Raises:
        ConfigError: a setting in the file needs a build and is not what the site was built with.
    """
    for name, value, old in settings_that_need_a_build(settings.build, settings.from_file, build):
        raise ConfigError(
            f"{settings.file}: {name} is {_shown(value)}, and was {_shown(old)} when the site was built, which "
            "--render-only cannot change; build the site without it"
        )


def _shown(value: Any) -> str:
    """A setting as the file has it."""
    return "not set" if value is None else toml_value(value)


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
        OutputError: it can be no folder, or replacing it would remove the file of settings.
    """
    folder = resolve_target(out)
    if config is not None and config.resolve().is_relative_to(folder):
        raise OutputError(
            f"{config} lies in {shown_path(out)}, which is replaced as a whole; move it, or choose another --out"
        )
    return folder


def log_level(options: argparse.Namespace) -> int:
    """The lowest level of log records to print."""
    return logging.WARNING if options.quiet else logging.DEBUG if options.verbose else logging.INFO


def run(build: Callable[[argparse.Namespace], None], argv: Sequence[str] | None, program: str = "marquee") -> int:
    """Parse the options, build, and return the exit status; an expected failure is one sentence."""
    output.tolerate_any_text()
    try:
        return _run(build, parser(program).parse_args(argv))
    finally:
        output.finish()


def _run(build: Callable[[argparse.Namespace], None], options: argparse.Namespace) -> int:
    try:
        build(options)
    except KeyboardInterrupt as interrupt:
        output.print_error(f"interrupted; {str(interrupt) or 'the previous site, if any, is as it was'}")
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
