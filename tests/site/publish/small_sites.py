"""Sites of two files, and builds of them."""

from __future__ import annotations

import json
import os
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

from recsys.site.output.manifest import write_manifest
from recsys.site.publish.staging import staging_folder


def make_site(folder: Path, text: str = "old") -> Path:
    """A site whose front page is ``text``."""
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "build.json").write_text(json.dumps({"schema": 99, "generator": {"name": "marquee"}}))
    (folder / "index.html").write_text(text)
    write_manifest(folder)
    return folder


def build(out: Path, text: str = "new") -> None:
    """Replace a site."""
    with staging_folder(out) as staging:
        make_site(staging, text)


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """What is in a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def names_in(folder: Path) -> list[str]:
    """The names at the top of a folder."""
    return sorted(path.name for path in folder.iterdir())


def in_child(work: Callable[[], None]) -> int:
    """Start a copy of this process that does some work; returns its id. It ends with 1 if the work fails.

    A new Python takes a second or more to start; this takes a few milliseconds.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads: the work uses none and takes no lock of one
        pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def exit_status(pid: int) -> int:
    """What a process ended with: its status, or minus the number of the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
