"""A folder for sites."""

from pathlib import Path

import pytest


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    folder = tmp_path / "parent"
    folder.mkdir()
    return folder
