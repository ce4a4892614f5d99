"""The site that faults are tried on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recsys import pipeline
from recsys.site import render
from tests.faults.rebuilding import Rebuilding, computed_once, write_five_pages


@pytest.fixture(scope="module")
def rebuilding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rebuilding]:
    """A site of five pages, which replaces an older one."""
    folder = tmp_path_factory.mktemp("faults")
    log, templates = write_five_pages(folder)
    options = ["--data", str(log), "--models", "base", "--holdout", "0", "--dim", "2", "--epochs", "2"]
    with pytest.MonkeyPatch.context() as patch, computed_once():
        patch.setattr(pipeline, "templates_folder", lambda: templates)
        patch.setattr(render, "write_bokeh", lambda assets: "")  # a megabyte that no page here loads
        yield Rebuilding(folder, options, pages=[])
