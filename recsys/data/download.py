"""Data sets that can be downloaded, verified by pinned hashes, into the user's cache folder.

Importing this module is cheap: pooch, requests and rich load only when something is fetched.
"""

from __future__ import annotations

import atexit
import difflib
import logging
import shutil
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile, mkdtemp
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from recsys.errors import DataError, DownloadError

if TYPE_CHECKING:
    from rich.progress import Progress

TIMEOUT = 5.0
"""Seconds to wait for a connection, for the first bytes of a response, and for each further piece of it."""
MAX_BYTES = 400_000_000
"""The largest file on offer has 262 million bytes; a longer response cannot be one of the files."""
CHUNK_SIZE = 1 << 16
"""The number of bytes that are written at a time."""
PAGE = "https://grouplens.org/datasets/movielens/"
"""The page that links to all MovieLens data sets."""
LICENCE_NOTE = (
    "MovieLens belongs to GroupLens Research (University of Minnesota): for research, cite Harper and Konstan 2015, "
    f"do not redistribute; {PAGE}"
)

logger = logging.getLogger(__name__)
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Remote:
    """One file to download."""

    sha256: str
    """The hash of the zip, in hexadecimal digits."""
    has_mirror: bool = False
    """Whether the Recommenders project offers a copy of the same bytes."""
    note: str = ""
    """What an error adds if the hash does not match."""

    def addresses(self, name: str) -> tuple[str, ...]:
        """The addresses to try, in this order."""
        publisher = f"https://files.grouplens.org/datasets/movielens/{name}.zip"
        mirror = f"https://huggingface.co/datasets/Recommenders/MovieLens/resolve/main/{name}.zip"
        return (publisher, mirror) if self.has_mirror else (publisher,)


REMOTES = {
    "ml-100k": Remote("50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229", has_mirror=True),
    "ml-1m": Remote("a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20", has_mirror=True),
    "ml-20m": Remote("96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3", has_mirror=True),
    "ml-25m": Remote("8b21cfb7eb1706b4ec0aac894368d90acf26ebdfb6aced3ebd4ad5bd1eb9c6aa"),
    "ml-latest-small": Remote(
        "696d65a3dfceac7c45750ad32df2c259311949efec81f0f144fdfb91ebc9e436",
        note="the publisher renews this set now and then, and only its edition of 2018 is known here",
    ),
}
"""Sets whose zip has a known SHA-256."""

BY_HAND = ("ml-10m", "ml-32m")
"""Sets of which only an MD5 is published. A file can be made to have a given MD5, so it verifies nothing."""


def cache_folder() -> Path:
    """The folder of downloads: in the cache folder of the user, on every system."""
    import platformdirs

    return platformdirs.user_cache_path("marquee", appauthor=False) / "downloads"


def fetch(name: str) -> Path:
    """The path of the zip of a data set: an earlier download if its hash is right, else a new one.

    Raises:
        DataError: there is no data set of this name.
        DownloadError: no address returned the file with the pinned hash.
    """
    import pooch

    if name not in REMOTES:
        near = difflib.get_close_matches(name, REMOTES, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise DataError(f"no data set is called {name!r} ({hint}known: {', '.join(REMOTES)})")
    remote, target = REMOTES[name], cache_folder() / f"{name}.zip"
    with suppress(OSError):  # a file that cannot be read is fetched again
        if target.is_file() and pooch.file_hash(str(target), alg="sha256") == remote.sha256:
            return target
    target = _writable_folder() / target.name
    logger.info(LICENCE_NOTE)
    pooch.get_logger().setLevel("WARNING")  # it would print the cache's path at every download
    failures = []
    for address in remote.addresses(name):
        host = urlsplit(address).hostname
        logger.info("fetching %s.zip from %s", name, host)
        try:
            # Downloads to a temporary file, verifies it, and only then moves it to its path.
            pooch.retrieve(address, remote.sha256, fname=target.name, path=target.parent, downloader=_save)
            return target
        except (OSError, ValueError) as error:  # requests' errors are OSErrors; pooch's wrong hash is a ValueError
            failures.append(f"{host}: {_reason(error, remote)}")
    raise DownloadError(
        f"{name} could not be downloaded: {'; '.join(failures)} (fetch {name}.zip by hand and give its path with "
        "--data, or use --data sample)"
    )


def _writable_folder() -> Path:
    """The cache folder; if it cannot be written, a temporary folder that is removed when the program ends."""
    folder = cache_folder()
    try:
        if not folder.is_absolute():  # "~" of a user without a home folder
            raise OSError("no absolute path")
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return folder
    except OSError as problem:
        temporary = Path(mkdtemp(prefix="marquee-"))
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        logger.warning(
            "%s: cannot be written (%s), so the download is for this build alone; XDG_CACHE_HOME can name another",
            folder, problem.strerror or problem,
        )  # fmt: skip
        return temporary


def _reason(error: Exception, remote: Remote) -> str:
    """Why an address failed, in a few words."""
    from requests import exceptions

    match error:
        case exceptions.SSLError():
            return "its certificate could not be verified"
        case exceptions.Timeout() | TimeoutError():
            return f"no answer within {TIMEOUT:g} seconds"
        case exceptions.HTTPError():
            return str(error).split(" for url", 1)[0]
        case exceptions.ConnectionError():
            return "no connection"
        case exceptions.RequestException():
            return f"the download broke off ({type(error).__name__})"
        case OSError():
            return f"'{error.filename or cache_folder()}' could not be written: {error.strerror or error}"
        case _:
            return "the file's hash is not the pinned one" + (f": {remote.note}" if remote.note else "")


def _save(address: str, target: str, _: Any) -> None:
    """A downloader for pooch: saves an address to a file, with a progress bar."""
    import requests
    from requests import exceptions

    get = partial(requests.get, address, stream=True, timeout=TIMEOUT)
    with _run_within(TIMEOUT, get) as response, _progress() as progress:
        response.raise_for_status()
        size = int(response.headers.get("content-length", 0)) or None
        task = progress.add_task(address.rsplit("/", 1)[-1], total=size)
        n_bytes = 0
        with Path(target).open("wb") as file:
            for chunk in response.iter_content(CHUNK_SIZE):
                n_bytes += len(chunk)
                if n_bytes > MAX_BYTES:
                    raise exceptions.ContentDecodingError(f"more than {MAX_BYTES:,} bytes")
                file.write(chunk)
                progress.advance(task, len(chunk))


def _run_within(seconds: float, call: Callable[[], _Result]) -> _Result:
    """The result of a call, or a TimeoutError; needed because looking up the name of a host has no time-out.

    The call runs in a daemon thread, which does not keep the program from ending while it still waits.
    """
    future: Future[_Result] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except Exception as error:
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future.result(seconds)


def _progress() -> Progress:
    """A progress bar on the error stream; nothing is shown if that is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
