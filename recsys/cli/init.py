"""``--init``: write the files that a site begins with, and say what to do next. Never changes an existing file."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from recsys.cli.settings_file import settings_text
from recsys.config.paths import expanded
from recsys.config.settings import FILE_NAME
from recsys.errors import DataError, OutputError
from recsys.schema import VERSION

RATINGS = "ratings.csv"
GITIGNORE = ".gitignore"
WORKFLOW = ".github/workflows/pages.yml"
_PURPOSES = {
    WORKFLOW: "builds and publishes the site on GitHub after each push",
    GITIGNORE: "keeps the built site out of the repository",
    RATINGS: "an example to replace: real films, rated by invented users",
    FILE_NAME: "explains every setting",
}
"""The files, in the order in which they are written: the settings last, as no example is written where they are."""
_REPLACE = f"""
Replace {RATINGS} with your own table, or set data in {FILE_NAME} to its path. It needs a row for each rating, and
columns of users and items.
"""
_PREVIEW = """
    marquee --dry-run    shows how the ratings are read
    marquee --serve      builds the site, and shows it on this machine
"""
_CREATE = """
To publish it, create an empty repository on GitHub and push this folder. Whoever can see that repository can read all
that is in this folder, the ratings too.

    git init -b main
    git add .
    git commit -m "Ratings and settings"
    git remote add origin https://github.com/NAME/REPOSITORY.git
    git push -u origin main
"""
_PUSH = """
To publish it, push this repository to GitHub. Whoever can see it there can read the ratings in it.

    git add .
    git commit -m "Ratings and settings"
    git push
"""
_FIRST_RUN = """
On GitHub open Settings > Pages, and under Source choose "GitHub Actions". The first time, start the workflow by hand:
Actions > pages > Run workflow. From then on, every push publishes the site again.
"""
_TEMPLATES = Path(__file__).with_name("starter")

logger = logging.getLogger(__name__)


def init(options: argparse.Namespace) -> None:
    """Write what is missing in the working folder; with ``--config``, only the file of settings that it names.

    Raises:
        OutputError: the file that ``--config`` names exists, or a file cannot be written.
    """
    given = {name: value for name in ("data", "items", "users") if (value := getattr(options, name)) is not None}
    if options.config is None:
        _init_folder(Path(), given)
        return
    path = expanded(options.config)
    if not _write_new(path, _settings(given)):
        raise OutputError(
            f"{path}: exists already, and --init never changes a file; move it away, or name another with --config"
        )
    logger.info("%s explains every setting; edit it, then run the command without --init", path)


def _init_folder(folder: Path, given: Mapping[str, str]) -> None:
    """Write the files of a new site.

    Args:
        folder: that the site is built in.
        given: paths of tables, which are set in the file of settings. Where there are none and no file of settings,
            ``data`` is set to what the folder has; an example is written if it has nothing.

    Raises:
        OutputError: something else than a file has the name of the file of settings, or a file cannot be written.
    """
    has_settings = _is_taken(folder / FILE_NAME)
    if has_settings and not (folder / FILE_NAME).is_file():
        raise OutputError(f"{folder / FILE_NAME}: is no file that can be read; move it away, then --init writes one")
    contents = {
        WORKFLOW: (_TEMPLATES / "pages.yml").read_text(encoding="utf-8").replace("{version}", VERSION).encode(),
        GITIGNORE: (_TEMPLATES / "gitignore").read_bytes(),
    }
    if not given and not has_settings:
        data = _find_data(folder)
        if data is None:
            contents[RATINGS] = _example()
        given = {"data": data or RATINGS}
    contents[FILE_NAME] = _settings(given)
    with _writing(folder / WORKFLOW):
        (folder / WORKFLOW).parent.mkdir(parents=True, exist_ok=True)
    written = [name for name in contents if _write_new(folder / name, contents[name])]
    for name in contents:
        logger.info("%s: %s", name, _PURPOSES[name] if name in written else "exists already, and stays as it is")
    if not written:
        logger.info("there is nothing left to write")
        return
    if GITIGNORE not in written:
        logger.info("add the line /site/ to %s, unless it is there: the site is built again on each push", GITIGNORE)
    for line in _next_steps(folder, written).splitlines():
        logger.info("%s", line)


def _next_steps(folder: Path, written: Sequence[str]) -> str:
    """What to do next, by the files that were written and the git repository that the folder is in."""
    text = (_REPLACE if RATINGS in written else "") + _PREVIEW
    if WORKFLOW not in written:
        return text
    here = folder.resolve()
    if (here / ".git").exists():
        return text + _PUSH + _FIRST_RUN
    root = next((parent for parent in here.parents if (parent / ".git").exists()), None)
    if root is None:
        return text + _CREATE + _FIRST_RUN
    logger.warning(
        "this folder is inside the git repository %s, and GitHub only runs workflows in the folder .github at the "
        "top of a repository; start in a folder of its own, or move the workflow there and let it build this one",
        root,
    )
    return text


def _find_data(folder: Path) -> str | None:
    """The value of ``data`` for a folder: its table of ratings, or None if it has none.

    It is the folder itself where there are further tables, which may be of items or users, and where tables cannot be
    read: the next build then says why, instead of taking other data.
    """
    from recsys.data.readers.read import find_datasets  # here, as it imports pandas

    if (folder / "data").is_dir():
        return "data"
    names: list[str] = []
    others: list[str] = []
    try:
        for source in find_datasets(folder, nested=False):
            if source.layout is not None:
                names.append(source.layout.ratings.name)
            elif source.tables is not None:
                names += [candidate.table.file for candidate in source.tables.ratings]
                others += [table.file for table in source.tables.others]
        names += [path.name for path in sorted(folder.glob("*.zip")) if find_datasets(path)]
    except DataError as problem:
        logger.warning("%s; put a table of ratings in its place", problem)
        return "."
    if len(names) > 1:
        logger.warning("%s may each be the ratings; set data in %s to one of them", " and ".join(names), FILE_NAME)
    if len(names) == 1 and not any(Path(other).suffix == Path(names[0]).suffix for other in others):
        return names[0]
    return "." if names else None


def _example() -> bytes:
    from recsys.cli.example_ratings import example_ratings  # here, as it imports numpy

    return example_ratings().encode()


def _settings(given: Mapping[str, str]) -> bytes:
    """The file of settings, in which some are set.

    Raises:
        OutputError: a path is no text that a file can hold.
    """
    try:
        return settings_text(given).encode()
    except UnicodeEncodeError:
        raise OutputError(
            "a path has bytes that are no UTF-8, which a file of settings cannot hold; rename it, or leave it out"
        ) from None


def _write_new(path: Path, content: bytes) -> bool:
    """Write a file; False, and nothing is written, where something has that name already.

    Raises:
        OutputError: it cannot be written. Nothing is left of it then, as the next ``--init`` would not change it.
    """
    with _writing(path):
        if _is_taken(path):
            return False
        file = path.open("xb")
        try:
            with file:
                file.write(content)
        except BaseException:
            path.unlink()
            raise
    return True


def _is_taken(path: Path) -> bool:
    """Whether something has this name, be it a link that leads nowhere."""
    return path.exists() or path.is_symlink()


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn what the disk refuses in the block into one sentence.

    Raises:
        OutputError: the disk refuses.
    """
    try:
        yield
    except (OSError, ValueError) as problem:  # a ValueError is of a NUL byte
        reason = getattr(problem, "strerror", None) or problem
        raise OutputError(f"{path}: cannot be written ({reason}); check the permissions and the free space") from None
