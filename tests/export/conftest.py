"""The example is computed and exported once for all tests of this folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recsys.export.results import Results
from recsys.models.fitted import Fitted
from tests.export.example import CONFIG, example, export, results_of


@pytest.fixture(scope="session")
def results() -> Results:
    return results_of(example())


@pytest.fixture(scope="session")
def models(results: Results) -> dict[str, Fitted]:
    return results.models


@pytest.fixture(scope="session")
def liked_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, where only hidden ratings of 4 or higher count as relevant."""
    config = replace(CONFIG, relevant_from=4)
    return export(results_of(example(), config), tmp_path_factory.mktemp("liked"))


@pytest.fixture(params=["all ratings", "ratings of 4 or higher"])
def measured_folder(request: pytest.FixtureRequest) -> Path:
    """The example measured by all hidden ratings, and by the high ones."""
    return request.getfixturevalue("folder" if request.param == "all ratings" else "liked_folder")


@pytest.fixture(scope="session")
def folder(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(results, tmp_path_factory.mktemp("export"))
