"""Builds are killed before each of their file operations, and at random moments.

``python -m tests.faults.every_fault`` and ``python -m tests.faults.kills`` kill builds of a larger site.
"""

from __future__ import annotations

import os
import sys
import warnings
from itertools import chain

import build
from recsys import pipeline
from tests.faults.children import needs_fork
from tests.faults.kills import Kills
from tests.faults.rebuilding import first_exchange, kill_numbers, kills, without_exchange, write_five_pages

pytestmark = needs_fork


def test_wherever_a_build_is_killed_the_site_is_whole_and_the_next_build_cleans_up(rebuilding):
    operations = rebuilding.record()
    assert list(chain.from_iterable(kills(rebuilding, operations, numbers=kill_numbers(operations)))) == []


def test_wherever_a_build_without_an_exchange_is_killed_the_next_build_cleans_up(rebuilding):
    start, operations = first_exchange(rebuilding.record()), rebuilding.record(without_exchange)
    numbers = kill_numbers(operations, start)
    assert list(chain.from_iterable(kills(rebuilding, operations, without_exchange, numbers))) == []


def test_ten_builds_killed_at_random_moments_leave_a_whole_site(tmp_path, monkeypatch):
    log, templates = write_five_pages(tmp_path)
    monkeypatch.setattr(pipeline, "templates_folder", lambda: templates)
    (tmp_path / "site.toml").write_text("pages = []\n")
    site = tmp_path / "parent" / "site"
    site.parent.mkdir()
    options = ["--data", str(log), "--config", str(tmp_path / "site.toml"), "--models", "base", "--holdout", "0"]

    def start(seed: int) -> int:
        """A build in a process that has everything imported already."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
            child = os.fork()
        if child == 0:
            status = 70
            try:
                os.setsid()
                sys.stdout = sys.stderr = None
                status = build.main([*options, "--epochs", "2", "--out", str(site), "--seed", str(seed), "--quiet"])
            finally:
                os._exit(status)
        return child

    assert list(chain.from_iterable(Kills(site, start).run(10))) == []
