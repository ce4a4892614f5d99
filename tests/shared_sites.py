"""Sites that take long to build, which all processes of a session share."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
from filelock import FileLock

import build


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of a session see: what is built there must not be changed."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def build_once(folder: Path, arguments: list[str]) -> Path:
    """The folder of a site, which the first process that wants it builds."""
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            package = logging.getLogger("recsys")  # a build configures it, which must not affect other tests
            handlers, level = package.handlers[:], package.level
            assert build.main([*arguments, "--quiet", "--out", str(folder)]) == 0
            package.handlers[:] = handlers
            package.setLevel(level)
    return folder
