"""Downloads that can be trusted: pinned hashes, https only, certificates checked, seconds instead of minutes to fail.

Needs pooch, requests and rich, so it is imported only where something is fetched. Must not know what the files hold.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit

import platformdirs
import pooch
import requests
from requests import exceptions
from requests.adapters import BaseAdapter
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from recsys.data.remotes import PAGE, REMOTES, Remote
from recsys.errors import DataError, DownloadError

TIMEOUT = 5.0
"""Seconds to wait for a connection, for the answer's beginning, and for each further piece of it."""
SIZE_LIMIT = 400_000_000
"""Bytes; the largest file offered has 262 million. What is longer is not what was asked for."""
LICENCE_NOTE = (
    "MovieLens belongs to GroupLens Research (University of Minnesota): for research, cite Harper and Konstan 2015, "
    f"do not redistribute; {PAGE}"
)

_CHUNK = 1 << 16
_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


def cache_folder() -> Path:
    """Where downloads are kept, on every system the user's own cache."""
    return Path(platformdirs.user_cache_dir("marquee", appauthor=False)) / "downloads"


def fetch(name: str) -> Path:
    """The zip of a data set: the copy kept from an earlier time if its hash is right, else a download.

    Raises:
        DataError: there is no such data set.
        DownloadError: no source gave the file with the pinned hash.
    """
    if name not in REMOTES:
        near = difflib.get_close_matches(name, REMOTES, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise DataError(f"no data set is called {name!r} ({hint}known: {', '.join(REMOTES)})")
    target = cache_folder() / f"{name}.zip"
    if not _is_verified(target, REMOTES[name].sha256):
        _log.info(LICENCE_NOTE)
        _download(name, REMOTES[name], target)
    return target


def _is_verified(path: Path, sha256: str) -> bool:
    try:
        return bool(pooch.file_hash(str(path), alg="sha256") == sha256)
    except OSError:
        return False


def _download(name: str, remote: Remote, target: Path) -> None:
    """From the first source that has it; pooch verifies a temporary file and then moves it into place."""
    pooch.get_logger().setLevel("WARNING")  # it would print the cache's path at every download
    failures = []
    for address in remote.addresses(name):
        host = urlsplit(address).hostname
        _log.info("fetching %s.zip from %s", name, host)
        try:
            pooch.retrieve(address, remote.sha256, fname=target.name, path=target.parent, downloader=_save)
        except (OSError, ValueError) as error:  # requests' errors are OSErrors; pooch's wrong hash is a ValueError
            failures.append(f"{host}: {_reason(error, remote)}")
        else:
            return
    raise DownloadError(
        f"{name} could not be downloaded: {'; '.join(failures)} (fetch {name}.zip by hand and give its path with "
        "--data, or use --data sample)"
    )


def _reason(error: Exception, remote: Remote) -> str:
    """Why a source failed, in a few words."""
    match error:
        case _PlainHttpError():
            return "redirected to plain http, refused"
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
    """Pooch's downloader: one address into one file."""
    with _session() as session, _within(TIMEOUT, lambda: _get(session, address)) as answer, _progress() as progress:
        size = int(answer.headers.get("content-length", 0)) or None
        task = progress.add_task(address.rsplit("/", 1)[-1], total=size)
        written = 0
        with Path(target).open("wb") as file:
            for chunk in answer.iter_content(_CHUNK):
                written += len(chunk)
                if written > SIZE_LIMIT:
                    raise exceptions.ContentDecodingError(f"more than {SIZE_LIMIT:,} bytes")
                file.write(chunk)
                progress.advance(task, len(chunk))


def _get(session: requests.Session, address: str) -> requests.Response:
    answer = session.get(address, stream=True, timeout=TIMEOUT)
    answer.raise_for_status()
    return answer


def _session() -> requests.Session:
    """A session for https alone, redirects included; certificates are checked, as is the default."""
    session = requests.Session()
    session.mount("http://", _Refuse())
    session.max_redirects = 5
    return session


class _PlainHttpError(exceptions.RequestException):
    """Something asked for plain http."""


class _Refuse(BaseAdapter):
    """Carries nothing."""

    def send(self, *_: Any, **__: Any) -> requests.Response:
        raise _PlainHttpError

    def close(self) -> None:
        pass


def _within(seconds: float, call: Callable[[], _Result]) -> _Result:
    """The call's result, or a TimeoutError; looking up a host's name has no time-out of its own.

    The thread is a daemon: one left waiting keeps nobody from ending the program.
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
    """A bar on the terminal's error stream; nothing where that is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
