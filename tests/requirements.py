"""What some tests need from the machine: real ratings, a browser, pyarrow. Without it they are skipped.

One line for each says so.

``MOVIELENS_100K`` names the folder of MovieLens 100K. ``MARQUEE_LOGS`` names a folder of logs, each in a folder of
its own: ``ml-100k``, ``movietweetings``, ``steam``, ``book-crossing``, ``citeulike``. Licences forbid keeping any of
them in the repository. ``MARQUEE_BROWSER`` names a browser that is not on the PATH.
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
BROWSERS = (*HEADLESS_SHELLS, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_PACKAGES = ("playwright", "axe_playwright_python")

needs_movielens = pytest.mark.skipif(not MOVIELENS, reason="MOVIELENS_100K does not name the MovieLens 100K folder")


def real_log(name: str) -> Path:
    """The folder of a log below MARQUEE_LOGS; skips the test if it is not there."""
    folder = Path(LOGS or "") / name
    if not LOGS or not folder.is_dir():
        pytest.skip(f"MARQUEE_LOGS does not name a folder that holds {name}")
    return folder


def browser() -> str | None:
    """The browser to test with: the one that MARQUEE_BROWSER names, else one on the PATH."""
    return os.environ.get("MARQUEE_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)


def browser_skip_reason() -> str | None:
    """Why no test can run in a browser here; None if they can."""
    missing = [name for name in BROWSER_PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        return f'no browser tests: {missing[0]} is not installed (python -m pip install -e ".[test]")'
    if browser() is None:
        return f"no browser tests: none of {', '.join(BROWSERS)} is on the PATH, and MARQUEE_BROWSER names none"
    return None


def skip_reasons() -> list[str]:
    """One line for each requirement that is not met, so that nobody takes what was skipped for passed."""
    reasons = [
        None if MOVIELENS else "no tests on MovieLens 100K: MOVIELENS_100K does not name its folder",
        None if LOGS else "no tests on other real logs: MARQUEE_LOGS does not name their folder",
        browser_skip_reason(),
        None if importlib.util.find_spec("pyarrow") else "no tests on Arrow columns: pyarrow is not installed",
    ]
    return [reason for reason in reasons if reason is not None]
