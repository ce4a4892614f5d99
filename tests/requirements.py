"""What some tests need from the machine: real ratings, browsers, Node.js, pyarrow. Without it they are skipped.

One line for each says so.

``MOVIELENS_100K`` names the folder of MovieLens 100K. ``MARQUEE_LOGS`` names a folder of logs, each in a folder of
its own: ``ml-100k``, ``movietweetings``, ``steam``, ``book-crossing``, ``citeulike``. Licences forbid keeping any of
them in the repository. ``MARQUEE_BROWSER`` names a Chromium that is not on the PATH, ``MARQUEE_FIREFOX`` a Firefox.
"""

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

MOVIELENS = os.environ.get("MOVIELENS_100K")
LOGS = os.environ.get("MARQUEE_LOGS")
HEADLESS_SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
"""Chromium without its windows, which opens a page with a quarter of the work."""
CHROMIUMS = (*HEADLESS_SHELLS, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FIREFOXES = ("firefox-esr", "firefox")
BROWSER_PACKAGES = ("playwright", "axe_playwright_python")

needs_movielens = pytest.mark.skipif(not MOVIELENS, reason="MOVIELENS_100K does not name the MovieLens 100K folder")


def real_log(name: str) -> Path:
    """The folder of a log below MARQUEE_LOGS; skips the test if it is not there."""
    folder = Path(LOGS or "") / name
    if not LOGS or not folder.is_dir():
        pytest.skip(f"MARQUEE_LOGS does not name a folder that holds {name}")
    return folder


def chromium_path() -> str | None:
    """The Chromium to test with: the one that MARQUEE_BROWSER names, else one on the PATH."""
    return os.environ.get("MARQUEE_BROWSER") or next(filter(None, map(shutil.which, CHROMIUMS)), None)


def firefox_path() -> str | None:
    """The Firefox to test with: the one that MARQUEE_FIREFOX names, else one on the PATH."""
    return os.environ.get("MARQUEE_FIREFOX") or next(filter(None, map(shutil.which, FIREFOXES)), None)


def packages_skip_reason() -> str | None:
    """Why no test can run in any browser here; None if they can."""
    missing = [name for name in BROWSER_PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        return f'no browser tests: {missing[0]} is not installed (python -m pip install -e ".[test]")'
    return None


def chromium_skip_reason() -> str | None:
    """Why no test can run in Chromium here; None if they can."""
    if chromium_path() is None:
        return f"no tests in Chromium: none of {', '.join(CHROMIUMS)} is on the PATH, and MARQUEE_BROWSER names none"
    return None


def firefox_skip_reason() -> str | None:
    """Why no test can run in Firefox here; None if they can."""
    if firefox_path() is None:
        return f"no tests in Firefox: none of {', '.join(FIREFOXES)} is on the PATH, and MARQUEE_FIREFOX names none"
    return None


def node_skip_reason() -> str | None:
    """Why the syntax of scripts is not checked here; None if it is."""
    return None if shutil.which("node") else "no check of the scripts of a real site: node is not on the PATH"


def dask_skip_reason() -> str | None:
    """Why no test can run on a cluster here; None if they can."""
    missing = [name for name in ("dask", "distributed") if importlib.util.find_spec(name) is None]
    return f"no tests on a Dask cluster: {missing[0]} is not installed" if missing else None


def skip_reasons() -> list[str]:
    """One line for each requirement that is not met, so that nobody takes what was skipped for passed."""
    reasons = [
        None if MOVIELENS else "no tests on MovieLens 100K: MOVIELENS_100K does not name its folder",
        None if LOGS else "no tests on other real logs: MARQUEE_LOGS does not name their folder",
        packages_skip_reason(),
        chromium_skip_reason(),
        firefox_skip_reason(),
        node_skip_reason(),
        dask_skip_reason(),
        None if importlib.util.find_spec("pyarrow") else "no tests on Arrow columns: pyarrow is not installed",
    ]
    return [reason for reason in reasons if reason is not None]
