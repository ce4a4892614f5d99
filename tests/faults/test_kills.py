"""Builds are killed at random moments; ``python -m tests.faults.kills`` kills more of them."""

from __future__ import annotations

import os
import sys
import warnings

import build
from recsys import pipeline
from tests.faults.children import needs_fork
from tests.faults.kills import Kills
from tests.faults.rebuilding import write_five_pages


@needs_fork
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

    assert Kills(site, start).run(10) == []
