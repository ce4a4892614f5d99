"""The example is computed and exported once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from recsys.export.results import Results
from recsys.models.fitted import Fitted
from tests.export.example import example, export, results_of


@pytest.fixture(scope="session")
def results() -> Results:
    return results_of(example())


@pytest.fixture(scope="session")
def models(results: Results) -> dict[str, Fitted]:
    return results.models


@pytest.fixture(scope="session")
def folder(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(results, tmp_path_factory.mktemp("export"))
